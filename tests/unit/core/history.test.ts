/** Bars of the past: they warm indicators and agents up, move no mark, make no order, and leave to live data what is theirs. */
import { describe, expect, it } from 'vitest'
import { defineAgent, type AgentDefinition } from '../../../src/core/decision/agent.ts'
import type { HistoryEvent } from '../../../src/core/domain/event.ts'
import { Engine } from '../../../src/core/engine/engine.ts'
import { KIND } from '../../../src/core/engine/records.ts'
import { recordedEvents } from '../../../src/runtime/record-events.ts'
import { viewRecord, type RecordView } from '../../../src/runtime/record-fields.ts'
import { MINUTE, T0 } from '../../support/memory-run.ts'
import { LIVE_BROKER, Rig, usd } from '../../support/engine-rig.ts'

interface Seen {
  bars: { start: number; close: number; sma: number; ordered: boolean; mayOpen: boolean }[]
}

const agent = defineAgent({
  name: 'sees',
  subscribe: () => ({ bars: ['1m'], indicators: ['sma:3'] }),
  init: (): Seen => ({ bars: [] }),
  onBar(state, bar, ctx) {
    const mayOpen = ctx.canOpen(bar.symbol)
    const answer = ctx.buy(bar.symbol, 10, 'always')
    const sma = ctx.indicator(bar.symbol, 'sma_3')
    state.bars.push({ start: bar.start, close: bar.close, sma, ordered: answer.ok, mayOpen })
  },
})

class Play {
  readonly engine: Engine
  readonly records: RecordView[] = []
  t = T0

  constructor() {
    const setup = { ...new Rig().setup, agent: agent as unknown as AgentDefinition }
    this.engine = new Engine(setup, {
      block: (bytes, lengths, count) => {
        const words = new Float64Array(bytes.slice().buffer)
        for (let i = 0, from = 0; i < count; i++) {
          const n = (lengths[i] as number) / 8
          this.records.push(viewRecord(words.subarray(from, from + n)))
          from += n
        }
      },
    })
  }

  get seen(): Seen['bars'] {
    return (this.engine.host.state as Seen).bars
  }

  past(minutesAgo: number, close: number): HistoryEvent {
    const start = Math.floor(T0 / MINUTE) * MINUTE - minutesAgo * MINUTE
    const price = close * 100
    const prices = { open: price, high: price, low: price, close: price, volume: 5 }
    const e = { type: 'history', t: this.t, start, end: start + MINUTE, instrument: 0, ...prices } as const
    this.engine.step(e)
    return e
  }

  trade(price: number, after = 0): void {
    this.t += after
    const e = { t: this.t, venueT: this.t, instrument: 0, price: price * 100, size: 10, flags: 0 }
    this.engine.step({ type: 'trade', ...e })
  }
}

describe('history', () => {
  it('the first completed bar finds the indicators warm, and only it can order', () => {
    const play = new Play()
    for (const n of [3, 2, 1]) play.past(n, 100 + n)
    expect(play.engine.desk.market.of(0).mark2).toBe(0)
    expect(play.engine.desk.state).toBe('UNARMED')
    play.trade(110)
    play.trade(111, MINUTE)
    const seen = play.seen
    expect(seen.map((b) => b.close)).toEqual([103, 102, 101, 110])
    expect(seen.map((b) => b.ordered)).toEqual([false, false, false, true])
    expect(seen[2]?.sma).toBe(102)
    expect(seen[3]?.sma).toBeCloseTo((102 + 101 + 110) / 3)
    expect(play.engine.takeCommands().filter((c) => c.type === 'submit')).toHaveLength(1)
  })

  it('does not order even when the engine is live and everything would let it', () => {
    const play = new Play()
    play.trade(110)
    expect(play.engine.desk.state).toBe('LIVE')
    // A bar of an interval that nobody has begun yet, told late: the case after a restart.
    play.t += 10 * MINUTE
    const start = Math.floor(play.t / MINUTE) * MINUTE - 2 * MINUTE
    const prices = { open: 10_500, high: 10_500, low: 10_500, close: 10_500, volume: 1 }
    play.engine.step({ type: 'history', t: play.t, start, end: start + MINUTE, instrument: 0, ...prices })
    expect(play.seen.map((b) => b.close)).toEqual([110, 105])
    expect(play.seen.map((b) => [b.mayOpen, b.ordered])).toEqual([
      [false, false],
      [false, false],
    ])
    expect(play.engine.desk.denied.get('state')).toBeUndefined()
  })

  it('an interval that live data have begun is theirs', () => {
    const play = new Play()
    play.trade(110)
    const start = Math.floor(T0 / MINUTE) * MINUTE
    const prices = { open: 100, high: 100, low: 100, close: 100, volume: 1 }
    play.engine.step({ type: 'history', t: play.t, start, end: start + MINUTE, instrument: 0, ...prices })
    play.trade(111, MINUTE)
    expect(play.seen.map((b) => b.close)).toEqual([110])
  })

  it('is no restart after a time away: nobody lived yet', () => {
    const play = new Play()
    play.past(2, 101)
    play.t += 3 * MINUTE
    play.engine.step({ type: 'system', t: play.t, fact: 'restarted', value: 2 })
    play.engine.records.flush()
    expect(play.records.filter((r) => r.kind === KIND.alert)).toEqual([])
  })

  it('reads back from the record stream as it was told', () => {
    const play = new Play()
    const told = [play.past(2, 101.5), play.past(1, 102.25)]
    play.engine.records.flush()
    expect([...recordedEvents(play.records)]).toEqual(told)
  })
})

describe('a session that waits for one rate alone', () => {
  it('arms when it comes: a simulated broker is never asked for books again', () => {
    const symbols = ['AAA', { symbol: 'USDKRW', venue: 'FX', currency: 'KRW', priceDecimals: 2 } as const]
    const rig = new Rig({ symbols, arming: 'operator', cash: [{ USD: 1000, KRW: 1_000_000 }] })
    rig.step({ type: 'system', t: rig.t, fact: 'restarted', value: 2 })
    expect(rig.state).toBe('RECONCILING')
    rig.fx('USDKRW', 1400)
    expect(rig.state).toBe('LIVE')
    expect(rig.alerts('restart')).toEqual([])
    rig.wait(60)
    rig.step({ type: 'system', t: rig.t, fact: 'restarted', value: 2 })
    expect(rig.alerts('restart')[0]?.values).toEqual([60])
  })
})

describe('the first arming', () => {
  it('waits for the price of holdings found in the account, which count in E_0', () => {
    const rig = new Rig({ arming: 'operator', brokers: [LIVE_BROKER], cash: [{}] })
    rig.step({ type: 'system', t: rig.t, fact: 'restarted', value: 2 })
    rig.step({ type: 'link', t: rig.t, broker: 0, link: 'up' })
    const request = rig.commands.findLast((c) => c.type === 'reconcile')
    const position = { instrument: 0, qty: 100, sellable: 100, avgPrice: 0 }
    rig.step({
      ...{ type: 'books', t: rig.t, broker: 0, orders: [], fills: [], positions: [position] },
      requestId: request?.type === 'reconcile' ? request.requestId : 0,
      cash: [{ currency: 0, amount: usd(1000) }],
    })
    expect(rig.state).toBe('RECONCILING')
    rig.mark('AAA', 50)
    expect(rig.state).toBe('LIVE')
    expect(rig.desk.losses.initial).toBe(usd(6000))
  })
})
