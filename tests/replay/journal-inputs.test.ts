/**
 * A full journal holds every input: read back as events and stepped through a fresh engine, without tapes and without a
 * simulator, it gives the same bytes. This is what recovery and the verification of a live session rest on.
 */
import { describe, expect, it } from 'vitest'
import type { EngineEvent } from '../../src/core/domain/event.ts'
import { emaCross } from '../../src/core/decision/agents/ema-cross.ts'
import { rsiMacd } from '../../src/core/decision/agents/rsi-macd.ts'
import { Engine } from '../../src/core/engine/engine.ts'
import { viewRecord } from '../../src/runtime/record-fields.ts'
import { recordedEvents } from '../../src/runtime/record-events.ts'
import { DigestSink } from '../../src/runtime/record-sink.ts'
import { runMemory, setupOf, walkBars, walkQuotes } from '../support/memory-run.ts'

describe('the inputs of a journal', () => {
  it.each([
    ['bars, two symbols', [walkBars('AAA', 400, 3), walkBars('BBB', 400, 4)], emaCross, 0],
    ['bars with latency', [walkBars('AAA', 400, 5)], rsiMacd, 90_000_000],
    ['quotes', [walkQuotes('AAA', 4000, 2)], emaCross, 250_000],
  ] as const)('%s: re-running them gives the same bytes', async (_, streams, agent, latency) => {
    const run = { streams: [...streams], agent: agent as never, latency, params: new Map([['bar', 'tape']]) }
    const recorded = await runMemory(run)
    const sink = new DigestSink()
    const engine = new Engine(setupOf(run).engine, sink)
    engine.begin('{}')
    let stepped = 0
    for (const e of recordedEvents(recorded.records.map((words) => viewRecord(words)))) {
      engine.step(e)
      engine.takeCommands()
      stepped++
    }
    engine.records.flush()
    expect(stepped).toBe(recorded.drive.inputs)
    expect(sink.digest()).toBe(recorded.digest)
  })

  it('every kind of control event and report survives the way through the journal', () => {
    const head = { t: 1_760_000_000_000_000, broker: 0 }
    const events: EngineEvent[] = [
      { type: 'link', ...head, link: 'lost' },
      { type: 'system', t: head.t, fact: 'clockOffset', value: -1_500_000 },
      { type: 'operator', ...head, action: 'adopt', instrument: 0, value: 3, price: 12_345 },
      { type: 'limits', t: head.t, changes: [{ limit: 'dailyLoss', num: 1, den: 100 }] },
      { type: 'buyingPower', ...head, currency: 0, amount: 5_000_000 },
      { type: 'externalFill', ...head, instrument: 0, side: -1, qty: 2, price: 10_000, fee: 1, tax: 2 },
      { type: 'cash', ...head, currency: 0, amount: -7, kind: 'interest' },
      { type: 'status', t: head.t, venueT: head.t - 5, instrument: 0, status: 'halted', reason: 'vi', until: 9 },
      { type: 'action', t: head.t, instrument: 0, kind: 'split', num: 3, den: 2, amount: 0, withheld: 0 },
      { type: 'accepted', ...head, orderId: 77 },
      { type: 'rejected', ...head, orderId: 77, reason: 'not_received' },
      { type: 'replaced', ...head, orderId: 77, qty: 5, limit: 10_000, stop: 0 },
      { type: 'busted', ...head, orderId: 77, fillNo: 2 },
      { type: 'corrected', ...head, orderId: 77, fillNo: 2, qty: 4, price: 9_999, fee: 3, tax: 1 },
      { type: 'commission', ...head, orderId: 77, fillNo: 2, fee: 3, tax: 1 },
      { type: 'absent', ...head, orderId: 77, proves: true },
      {
        type: 'books',
        ...head,
        requestId: 4,
        orders: [{ orderId: 0, externalId: 9, instrument: 0, side: 1, qty: 5, cumQty: 1, limit: 0, state: 'working' }],
        fills: [{ orderId: 77, fillNo: 1, instrument: 0, side: 1, qty: 1, price: 10, fee: 0, tax: 0 }],
        positions: null,
        cash: [{ currency: 0, amount: 12 }],
      },
    ]
    const records: Float64Array[] = []
    const sink = new DigestSink(undefined, (bytes, lengths, count) => {
      const words = new Float64Array(bytes.slice().buffer)
      for (let i = 0, at = 0; i < count; i++) {
        records.push(words.subarray(at, at + (lengths[i] as number) / 8))
        at += (lengths[i] as number) / 8
      }
    })
    const streams = [walkBars('AAA', 2, 1)]
    const engine = new Engine(setupOf({ streams, agent: emaCross as never }).engine, sink)
    for (const e of events) {
      engine.step(e)
      engine.takeCommands()
    }
    engine.records.flush()
    const read = [...recordedEvents(records.map((words) => viewRecord(words)))]
    // A report on an order that is not ours carries no instrument: -1 comes back where none was known.
    expect(read).toEqual(events)
  })
})
