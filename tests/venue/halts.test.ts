/** Statuses on a tape: the venue stops, the gate denies, a stop-loss waits for the first continuous event (R-29, I-27, F-44). */
import { describe, expect, it } from 'vitest'
import { type AgentDefinition, defineAgent } from '../../src/core/decision/agent.ts'
import { SECOND } from '../../src/core/base/time.ts'
import type { TapeEvent, QuoteEvent, StatusEvent } from '../../src/core/domain/event.ts'
import type { TradingStatus } from '../../src/core/domain/phase.ts'
import { COMMAND_TYPES, KIND } from '../../src/core/engine/records.ts'
import { DigestSink } from '../../src/runtime/record-sink.ts'
import { assemble } from '../../src/runtime/virtual-run.ts'
import { setupOf, T0 } from '../support/memory-run.ts'

const quote = (second: number, bid: number): QuoteEvent => {
  const t = T0 + second * SECOND
  return { type: 'quote', t, venueT: t, instrument: 0, bid, ask: bid + 2, bidSize: 900, askSize: 900, flags: 0 }
}
const status = (second: number, to: TradingStatus): StatusEvent => {
  const t = T0 + second * SECOND
  return { type: 'status', t, venueT: t, instrument: 0, status: to, reason: 'news', until: 0 }
}

/** Buys at the first quote; then asks for one more share at every quote. */
const buyer = defineAgent({
  name: 'buyer',
  params: {},
  subscribe: () => ({ quotes: true }),
  init: () => ({ n: 0 }),
  onQuote(state, q, ctx) {
    ctx.buy(q.symbol, state.n++ === 0 ? 100 : 1)
  },
}) as unknown as AgentDefinition

function play(events: readonly TapeEvent[], link = {}) {
  const records: number[][] = []
  const sink = new DigestSink(undefined, (bytes, lengths, count) => {
    const words = new Float64Array(bytes.slice().buffer)
    let at = 0
    for (let i = 0; i < count; i++) {
      const n = (lengths[i] as number) / 8
      records.push([...words.subarray(at, at + n)])
      at += n
    }
  })
  const empty = { t: [], venueT: [], bid: [], ask: [], bidSize: [], askSize: [] }
  const setup = setupOf({
    streams: [{ symbol: 'AAA', kind: 'quotes', columns: empty }],
    agent: buyer,
    link,
    limits: { minOrder: new Map([['USD', 1]]) },
  })
  const drive = assemble(setup as never, 1, sink)
  drive.engine.begin('{}')
  drive.batch({ events, opens: new Uint8Array(events.length), count: events.length })
  drive.finish()
  drive.engine.records.flush()
  const { desk } = drive.engine
  const kind = (r: number[]): number => (r[0] as number) % 256
  const sent = records.filter((r) => kind(r) === KIND.command && COMMAND_TYPES[r[3] as number] === 'submit')
  const fills = records.filter((r) => kind(r) === KIND.report && r[3] === 2)
  const second = (r: number[]): number => ((r[2] as number) - T0) / SECOND
  return {
    drive,
    statuses: records.filter((r) => kind(r) === KIND.status).length,
    sent: sent.map((r) => `${(r[10] as number) > 0 ? 'buy' : 'sell'} ${r[6]} at ${second(r)}`),
    fills: fills.map((r) => `${r[8]}@${r[9]} at ${second(r)}`),
    denied: desk.denied,
  }
}

describe('a status on the tape', () => {
  it.each(['halted', 'auction'] as const)('%s: orders rest, new ones are denied halted', (to) => {
    const r = play([
      quote(0, 5000),
      status(1, to),
      quote(2, 5010),
      quote(3, 5020),
      status(4, 'trading'),
      quote(5, 5030),
    ])
    expect(r.statuses).toBe(2)
    expect(r.denied.get('halted')).toBe(2)
    expect(r.sent).toEqual(['buy 100 at 0', 'buy 1 at 5'])
    // The first order was there before the halt; it meets the first quote after it.
    expect(r.fills).toEqual(['100@5032 at 5'])
  })

  it('a stop-loss trips on the first continuous event, not while halted', () => {
    const events = [quote(0, 5000), quote(1, 5000), status(2, 'halted'), quote(3, 4800), quote(4, 4800)]
    const held = play(events)
    expect(held.sent.filter((x) => x.startsWith('sell'))).toEqual([])
    const resumed = play([...events, status(5, 'trading'), quote(6, 4801), quote(7, 4802)])
    expect(resumed.sent.filter((x) => x.startsWith('sell'))).toEqual(['sell 101 at 6'])
    expect(resumed.fills).toContain('101@4802 at 7')
  })

  it('the venue learns of it though nothing is there', () => {
    // The halt comes first; the order that meets it was sent before the engine knew.
    const link = { feed: { kind: 'constant', micros: 2.5 * SECOND } }
    const r = play([quote(0, 5000), status(1, 'halted'), quote(4, 5010), status(6, 'trading'), quote(7, 5020)], link)
    expect(r.sent[0]).toBe('buy 100 at 2.5')
    expect(r.fills).toEqual(['100@5022 at 7'])
  })
})
