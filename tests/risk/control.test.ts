/** Limits while armed, alerts, bounded memory, liveness: I-04, I-05, I-32, I-35, I-40, I-44, I-45, F-77. */
import { describe, expect, test } from 'vitest'
import type { ChangeableLimit } from '../../src/core/domain/control.ts'
import { atBrokers, type Rig, sent, trading, usd } from '../support/engine-rig.ts'

const LIMITS: readonly (readonly [ChangeableLimit, number, number])[] = [
  ['dailyLoss', 5, 100],
  ['positionSize', 3, 10],
  ['stopLoss', 2, 100],
  ['emergencyLoss', 1, 10],
  ['maxDailyOrders', 100, 1],
  ['maxPositions', 10, 1],
]

describe('I-45, I-32 limits while armed', () => {
  test.each(LIMITS)(
    'F-77 %s: a looser one is refused and told of, an equal or tighter one is taken',
    (name, num, den) => {
      const rig = trading()
      const before = rig.desk.limits
      rig.limit(name, num * 10 + 1, den * 10)
      expect(rig.desk.limits).toBe(before)
      expect(rig.alerts('limits')).toHaveLength(1)
      rig.limit(name, num, den)
      expect(rig.desk.limits).toEqual(before)
      expect(rig.alerts('limits').at(-1)?.text).toBe('I-45 limits changed')
      const tight = den === 1 ? num - 1 : { num: num * 10 - 1, den: den * 10 }
      rig.limit(name, typeof tight === 'number' ? tight : tight.num, typeof tight === 'number' ? 1 : tight.den)
      expect(rig.desk.limits[name]).toEqual(tight)
      expect(rig.rows('limits')).toHaveLength(3)
    },
  )

  test('one looser among tighter ones refuses them all', () => {
    const rig = trading()
    const changes = [
      { limit: 'dailyLoss', num: 1, den: 100 },
      { limit: 'positionSize', num: 31, den: 100 },
    ] as const
    rig.step({ type: 'limits', t: rig.t, changes })
    expect(rig.desk.limits.dailyLoss).toEqual({ num: 5, den: 100 })
  })

  test('zero and less are no limits while armed', () => {
    const rig = trading()
    for (const [num, den] of [
      [0, 1],
      [-1, 100],
      [1, 0],
    ] as const) {
      rig.limit('dailyLoss', num, den)
      expect(rig.desk.limits.dailyLoss).toEqual({ num: 5, den: 100 })
    }
  })

  test('unarmed it may be loosened; running, liquidating or reconciling not', () => {
    const rig = atBrokers().restart(1, 0)
    rig.limit('dailyLoss', 6, 100)
    expect(rig.desk.limits.dailyLoss).toEqual({ num: 5, den: 100 })
    rig.link(0, 'up').books(0)
    expect(rig.state).toBe('UNARMED')
    rig.limit('dailyLoss', 6, 100)
    expect(rig.desk.limits.dailyLoss).toEqual({ num: 6, den: 100 })
    expect(rig.desk.losses.dailyLine).toBe(usd(94_000))
  })

  test('tightening applies to the next event: lines, stops, gate', () => {
    const rig = trading()
    rig.hold('AAA', 100, 100)
    rig.mark('AAA', 99).cash(-usd(3_000), 'fee')
    expect(rig.state).toBe('LIVE')
    rig.limit('stopLoss', 1, 100)
    expect(rig.mark('AAA', 99).exit()).toMatchObject({ qty: 100 })
    rig.limit('positionSize', 1, 100)
    expect(rig.buy('AAA', 10, 99)).toContain('exposure')
    rig.limit('dailyLoss', 3, 100)
    expect(rig.state).toBe('REDUCE_ONLY')
    const other = trading()
    other.cash(-usd(4_000), 'fee').limit('emergencyLoss', 4, 100)
    expect(other.state).toBe('STOPPED')
    const count = trading().limit('maxDailyOrders', 1)
    sent(count.buy('AAA', 1, 100))
    expect(count.buy('AAA', 1, 99.5)).toContain('daily_orders')
  })

  test('changed limits survive a restart', () => {
    const rig = atBrokers().limit('dailyLoss', 1, 100).restart(5, 2).link(0, 'up').books(0)
    expect(rig.cash(-usd(1_000), 'fee').state).toBe('REDUCE_ONLY')
  })
})

describe('I-35 one alert for each critical transition', () => {
  test('trip, rejection, unknown, outage, mismatch, shutdown, re-arm: each once, with its event’s time', () => {
    const rig = atBrokers(100, { brokers: [{}, {}], cash: [{ USD: 50_000 }, { USD: 50_000 }] })
    rig.hold('AAA', 100, 100, 0)
    rig.reject(rig.place(1, 'AAA', 1, 100)).wait(61)
    sent(rig.place(1, 'AAA', 2, 99))
    rig.pass(31).books(0, { positions: rig.holdings({ AAA: 90 }) })
    for (const l of ['lost', 'failed', 'failed', 'failed'] as const) rig.link(1, l)
    rig.cash(-usd(5_000), 'fee').cash(-usd(5_000), 'fee')
    rig.operator('kill')
    for (const code of [
      'rejected',
      'unknown',
      'mismatch',
      'link_lost',
      'broker_down',
      'daily_loss',
      'total_loss',
    ] as const) {
      expect(rig.alerts(code), code).toHaveLength(1)
    }
    expect(rig.alerts('armed')).toHaveLength(1)
    for (const a of rig.alerts()) expect(a.t).toBeLessThanOrEqual(rig.t)
  })
})

describe('I-04, I-05 at every accepted opening order', () => {
  /** Judged apart from the gate: in BigInt, from the rig's own view of orders and fills. */
  const holds = (rig: Rig, symbol: string, limit: number): void => {
    const id = rig.id(symbol)
    const mark = BigInt(rig.desk.market.of(id).mark2)
    let x = BigInt(rig.held(symbol)) * mark
    for (const o of rig.desk.orders.live) {
      if (o.instrument !== id || o.side < 0) continue
      const price = BigInt(2 * o.limit) > mark ? BigInt(2 * o.limit) : mark
      x += BigInt(o.qty - o.cumQty) * price
    }
    // x is in half cents; equity in millionths of a dollar.
    expect(x * 5_000n * 100n <= BigInt(rig.equity) * 30n, `${symbol} at ${limit}`).toBe(true)
  }

  test('the limits hold, recomputed, over a thousand wishes at the edge', () => {
    const rig = trading(100, { symbols: ['AAA', 'BBB', 'CCC', 'DDD'], limits: { maxPositions: 3 } })
    let x = 11
    const next = (n: number): number => (x = (x * 48_271) % 2_147_483_647) % n
    let accepted = 0
    for (let i = 0; i < 1000; i++) {
      rig.wait(20)
      const symbol = ['AAA', 'BBB', 'CCC', 'DDD'][next(4)] as string
      const limit = 97 + next(600) / 100
      rig.mark(symbol, 99 + next(200) / 100)
      const id = rig.buy(symbol, 1 + next(250), limit)
      if (typeof id === 'number') {
        accepted++
        holds(rig, symbol, limit)
        const row = rig.row(id)
        expect(row.qty * row.limit * 10_000).toBeGreaterThanOrEqual(usd(100))
        expect(rig.desk.ordersToday).toBeLessThanOrEqual(100 + rig.sent().filter((c) => c.side < 0).length)
        const taken = new Set(rig.desk.orders.live.filter((o) => !o.reducing).map((o) => o.instrument))
        for (const { id: instrument } of rig.setup.instruments) {
          if (rig.desk.ledger.held(instrument) !== 0) taken.add(instrument)
        }
        expect(taken.size).toBeLessThanOrEqual(3)
        rig.ack(id)
        if (next(3) > 0) rig.fill(id, Math.min(row.qty, 1 + next(40)), limit)
      }
      const live = rig.desk.orders.live.filter((o) => o.origin === 'agent')
      const oldest = live[0]
      if (oldest !== undefined && live.length > 2) {
        rig.cancel(oldest.orderId)
        rig.canceled(oldest.orderId)
      }
      if (rig.desk.runaway) rig.operator('enable')
      const exit = rig.exit()
      if (exit !== undefined) rig.ack(exit.orderId).fill(exit.orderId, exit.qty, 98)
    }
    expect(accepted).toBeGreaterThan(40)
  })
})

describe('I-40 nothing grows without bound', () => {
  test('finished orders, runaway windows and link losses are bounded', () => {
    const rig = trading(100, { limits: { maxDailyOrders: 1e9 } })
    for (let i = 0; i < 1200; i++) {
      const id = rig.wait(7).buy('AAA', 1, 100)
      rig.ack(id).cancel(id)
      rig.canceled(id)
    }
    const { finished, live } = rig.desk.orders.snapshot() as { finished: unknown[]; live: unknown[] }
    expect([finished.length, live.length]).toEqual([1024, 0])
    for (let i = 0; i < 50; i++) rig.buy('AAA', 1, 200)
    const watch = rig.desk.runawayWatch.snapshot()
    expect(watch.orders.length).toBeLessThanOrEqual(10)
    expect(watch.refusals.length).toBeLessThanOrEqual(5)
    const link = atBrokers()
    for (let i = 0; i < 500; i++) link.wait(61).link(0, 'lost').link(0, 'up')
    expect(link.desk.links.of(0).losses.length).toBeLessThanOrEqual(60)
  })
})

describe('I-44 every order comes to something', () => {
  test('terminal, resting, or unknown with an alert 30 s after it was sent', () => {
    const rig = trading(100, { symbols: ['AAA', 'BBB', 'CCC'] })
    const [a, b, c] = [rig.buy('AAA', 10, 100), rig.buy('BBB', 10, 100), rig.buy('CCC', 10, 100)]
    rig.ack(b).reject(c).pass(30.000001)
    expect([rig.row(a).state, rig.row(b).state, rig.row(c).state]).toEqual(['unknown', 'new', 'rejected'])
    expect(rig.alerts('unknown').map((u) => u.values)).toEqual([[a]])
  })
})
