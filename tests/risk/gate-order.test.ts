/** How many orders, in which order of reasons, at which price, by which broker: R-18 … and the router. */
import { describe, expect, test } from 'vitest'
import type { BrokerRules } from '../../src/core/domain/broker.ts'
import { ENGINE_STATES, judge, type OrderIntent, reasonsOf } from '../../src/core/execution/gate.ts'
import { route } from '../../src/core/execution/router.ts'
import { type Answer, at, atBrokers, Rig, type RigWish, sent, trading, usd } from '../support/engine-rig.ts'

/** Buys one share and takes the order back, slowly enough for R-22. */
function come(rig: Rig): Answer {
  const order = rig.wait(10).buy('AAA', 1, 100)
  if (typeof order === 'number') rig.ack(order).cancel(order)
  if (typeof order === 'number') rig.canceled(order)
  return order
}

describe('R-18 orders of the day', () => {
  test('E-08 at 99 one more is opened, then none; an exit is sent as the 101st', () => {
    const rig = trading()
    rig.hold('AAA', 10, 100)
    const bad = rig.wait(10).buy('AAA', 1, 100)
    rig.reject(bad).wait(60)
    for (let n = 2; n < 99; n++) expect(come(rig)).toBeTypeOf('number')
    expect(rig.desk.ordersToday).toBe(99)
    expect(come(rig)).toBeTypeOf('number')
    expect(come(rig)).toEqual(['daily_orders'])
    expect(rig.desk.ordersToday).toBe(100)
    rig.mark('AAA', 98)
    expect(rig.exit()).toMatchObject({ origin: 'stop' })
    expect(rig.desk.ordersToday).toBe(101)
  })

  const atCount = (count: number): { rig: Rig; order: Answer } => {
    const rig = trading()
    const order = rig.buy('AAA', 50, 100)
    rig.ack(order)
    rig.desk.ordersToday = count
    return { rig, order }
  }

  test('E-08 a price replace at 99 takes the last place, another is denied', () => {
    const { rig, order } = atCount(99)
    sent(rig.replace(order, { limit: 99 }))
    expect(rig.desk.ordersToday).toBe(100)
    rig.report(order, { type: 'replaced', qty: 50, limit: rig.price('AAA', 99), stop: 0 })
    expect(rig.replace(order, { limit: 98 })).toEqual(['daily_orders'])
    expect(rig.replace(order, { qty: 51 })).toEqual(['daily_orders'])
  })

  test('a size decrease and a cancel are free, a size increase counts', () => {
    const { rig, order } = atCount(100)
    sent(rig.replace(order, { qty: 40 }))
    expect(rig.desk.ordersToday).toBe(100)
    rig.report(order, { type: 'replaced', qty: 40, limit: rig.price('AAA', 100), stop: 0 })
    expect(rig.cancel(order)).toBe(true)
    expect(rig.desk.ordersToday).toBe(100)
    const other = atCount(50)
    sent(other.rig.replace(other.order, { qty: 60 }))
    expect(other.rig.desk.ordersToday).toBe(51)
  })

  test('denials do not count, rejections do, all brokers together', () => {
    const rig = trading(100, { brokers: [{}, {}] })
    expect(rig.buy('AAA', 100_000)).toContain('exposure')
    expect(rig.desk.ordersToday).toBe(0)
    rig.reject(rig.place(0, 'AAA', 1, 100))
    rig.wait(61).ack(rig.place(1, 'AAA', 1, 100))
    expect(rig.desk.ordersToday).toBe(2)
  })
})

describe('R-19 what reduces is not kept from going out, nor let run away', () => {
  const held = (o: RigWish = {}): Rig => {
    const rig = trading(100, o)
    rig.hold('AAA', 100, 100)
    return rig
  }

  test('exempt from exposure, count of instruments, minimum, orders of the day, collar, daily loss and staleness', () => {
    const rig = held({ shape: { heartbeat: 10_000_000 }, symbols: ['AAA', 'BBB'], limits: { maxPositions: 1 } })
    rig.desk.ordersToday = 100
    rig.cash(-usd(75_000), 'withdrawal').cash(-usd(1_000), 'fee').wait(60)
    expect(rig.buy('AAA', 1, 120).valueOf()).toEqual(
      expect.arrayContaining(['stale', 'daily_orders', 'exposure', 'collar']),
    )
    expect(rig.sell('AAA', 1, 120)).toBeTypeOf('number')
    const daily = held().cash(-usd(5_000), 'fee')
    expect(daily.buy('AAA', 1)).toContain('loss')
    expect(daily.sell('AAA', 1, 50)).toBeTypeOf('number')
  })

  test('never exempt from validity, lot and tick, R-16, R-23 and a halt', () => {
    const rig = held({ symbols: [{ symbol: 'AAA', lot: 10, ticks: [{ from: 0, tick: 5 }] }] })
    expect(rig.sell('AAA', 15, 100)).toEqual(['structure'])
    expect(rig.sell('AAA', 10, 100.01)).toEqual(['structure'])
    expect(rig.sell('AAA', 110, 100)).toContain('short')
    rig.mark('AAA', 98)
    const again = rig.place(0, 'AAA', -100, 0, { origin: 'stop' })
    expect(again).toEqual(expect.arrayContaining(['duplicate']))
    rig.status('AAA', 'halted')
    expect(rig.sell('AAA', 10, 100)).toContain('halted')
  })

  test('D-06 reducing is the opposite of what is held there, no larger than what other sales leave of it', () => {
    const rig = held()
    const first = sent(rig.sell('AAA', 99, 101))
    expect(rig.row(first).reducing).toBe(true)
    expect(rig.row(sent(rig.sell('AAA', 1, 101))).reducing).toBe(true)
    const more = held()
    expect(more.row(sent(more.buy('AAA', 1, 100))).reducing).toBe(false)
    const short = trading(100, { symbols: [{ symbol: 'AAA', allowShort: true }] })
    short.fill(short.sell('AAA', 10, 100), 10, 100)
    expect(short.row(sent(short.buy('AAA', 10, 100))).reducing).toBe(true)
    expect(short.row(sent(short.buy('AAA', 1, 100))).reducing).toBe(false)
  })
})

describe('R-25, D-08 which orders which state lets through', () => {
  const terms = {
    instrument: 0,
    broker: 0,
    intentId: 1,
    orderType: 'market',
    limit: 0,
    stop: 0,
    timeInForce: 'DAY',
  } as const
  const passes = (qty: number, side: 1 | -1, origin: OrderIntent['origin']): string[] =>
    ENGINE_STATES.filter((state) => {
      const rig = trading()
      rig.hold('AAA', 10, 100)
      rig.desk.state = state
      return judge(rig.desk, { ...terms, qty, side, origin }).approved !== undefined
    })

  test('opening in LIVE only, whoever wants it', () => {
    expect(passes(10, 1, 'agent')).toEqual(['LIVE'])
    expect(passes(10, 1, 'stop')).toEqual(['LIVE'])
    expect(passes(10, 1, 'liquidation')).toEqual(['LIVE'])
  })

  test('reducing in REDUCE_ONLY too, liquidation in every state but STOPPED', () => {
    expect(passes(10, -1, 'agent')).toEqual(['LIVE', 'REDUCE_ONLY'])
    expect(passes(10, -1, 'stop')).toEqual(['LIVE', 'REDUCE_ONLY'])
    expect(passes(10, -1, 'liquidation')).toEqual(ENGINE_STATES.filter((s) => s !== 'STOPPED'))
  })
})

describe('R-20 the order of reasons', () => {
  test('every reason that speaks against it is named, in the one order', () => {
    const symbols = ['AAA', 'BBB', { symbol: 'CCC', currency: 'KRW', priceDecimals: 0 } as const]
    const usdKrw = { symbol: 'USDKRW', venue: 'FX', currency: 'KRW', priceDecimals: 2 } as const
    const rig = new Rig({
      symbols: [...symbols, usdKrw],
      shape: { heartbeat: 10_000_000 },
      limits: { maxPositions: 1, minOrder: new Map([['KRW', 1e15]]) },
    })
    rig.mark('AAA', 100).hold('AAA', 1, 100)
    rig.mark('CCC', 100).status('CCC', 'halted')
    rig.reject(rig.place(0, 'BBB', 1, 100, { instrument: rig.id('AAA') }))
    rig.desk.ordersToday = 100
    rig.cash(-usd(6_000), 'fee').wait(100)
    rig.desk.runawayWatch.disabled = true
    rig.desk.waiting.add(rig.id('CCC'))
    const short = rig.place(0, 'CCC', -1, 200)
    const buy = rig.place(0, 'CCC', 1, 200)
    const most = ['state', 'halted', 'stale', 'fx', 'duplicate']
    const rest = ['daily_orders', 'position_count', 'exposure', 'loss', 'collar', 'rate']
    expect(short).toEqual([...most, 'short', 'min_notional', ...rest])
    expect(buy).toEqual([...most, 'min_notional', ...rest.toSpliced(3, 0, 'cash')])
    // The row keeps all of them.
    expect(reasonsOf(rig.rows('decisions').at(-1)?.reasons as number)).toEqual(buy)
  })

  test('closed stands before halted, structure before everything the numbers decide', () => {
    const night = at('2025-10-09T03:00:00Z')
    const rig = new Rig({ symbols: [{ symbol: 'AAA', venue: 'US' }], t0: night })
      .mark('AAA', 100)
      .status('AAA', 'halted')
    expect(rig.buy('AAA', 1, 100)).toEqual(['closed', 'halted'])
    expect(rig.buy('AAA', -1, 100)).toEqual(['structure'])
    expect(trading().buy('AAA', 0.5, 100)).toEqual(['structure'])
  })
})

describe('R-21 collar and tick', () => {
  test.each([
    [105, 'number'],
    [105.01, 'collar'],
    [95, 'number'],
    [94.99, 'collar'],
  ])('a limit of %f against a mark of 100: %s', (limit, expected) => {
    const answer = trading().buy('AAA', 10, limit)
    if (expected === 'number') expect(answer).toBeTypeOf('number')
    else expect(answer).toEqual(['collar'])
  })

  test('off the tick is denied, not rounded; the step follows the price', () => {
    const ticks = [
      { from: 0, tick: 1 },
      { from: 10_000, tick: 5 },
    ]
    const rig = (): Rig => trading(100, { symbols: [{ symbol: 'AAA', ticks }] })
    expect(rig().buy('AAA', 10, 100.01)).toEqual(['structure'])
    expect(rig().buy('AAA', 10, 100.05)).toBeTypeOf('number')
    expect(rig().buy('AAA', 10, 99.99)).toBeTypeOf('number')
    const order = { symbol: 'AAA', side: 'buy', qty: 10, type: 'stop', stop: 100.01 } as const
    expect(rig().order(order)).toEqual(['structure'])
    const open = rig()
    const id = open.buy('AAA', 10, 99)
    open.ack(id)
    expect(open.replace(id, { limit: 100.01 })).toEqual(['structure'])
    expect(open.replace(id, { limit: 106 })).toEqual(['collar'])
  })

  test('a KRX limit outside ±30 % of the base price, whatever the mark', () => {
    const krx = { symbol: '005930', venue: 'KRX', currency: 'KRW', priceDecimals: 0 } as const
    const usdkrw = { symbol: 'USDKRW', venue: 'FX', currency: 'KRW' } as const
    const rig = new Rig({ symbols: [krx, usdkrw], cash: [{ KRW: 1e9 }], t0: at('2025-10-13T06:00:00Z') }).fx(
      'USDKRW',
      1385,
    )
    rig
      .trade('005930', 100_000)
      .wait(18 * 3600 + 1)
      .fx('USDKRW', 1385)
    for (let p = 108_000; p <= 129_000; p += 3_000) rig.wait(1).mark('005930', p)
    // Base 100,000, the close before: nothing trades above 130,000 today.
    expect(rig.buy('005930', 1, 130_000)).not.toContain('collar')
    expect(rig.buy('005930', 1, 130_100)).toContain('collar')
  })
})

describe('R-22 a strategy that runs away', () => {
  const trade = (rig: Rig, n: number, every: number): void => {
    for (let i = 0; i < n; i++) {
      if (i > 0) rig.wait(every)
      rig.ack(sent(rig.buy('AAA', 2, 99)))
    }
  }

  test('ten orders in 60 s disable it, nine do not', () => {
    const nine = trading()
    trade(nine, 9, 1)
    expect(nine.desk.runaway).toBe(false)
    trade(nine.wait(1), 1, 0)
    expect(nine.desk.runaway).toBe(true)
    expect(nine.buy('AAA', 2, 99)).toEqual(['rate'])
    expect(nine.alerts('runaway')).toMatchObject([{ critical: true }])
  })

  test('the tenth 59.999999 s after the first does, 60.000000 s after it does not', () => {
    const inside = trading()
    trade(inside, 9, 1)
    trade(inside.wait(51.999999), 1, 0)
    expect(inside.desk.runaway).toBe(true)
    const outside = trading()
    trade(outside, 9, 1)
    trade(outside.wait(52), 1, 0)
    expect(outside.desk.runaway).toBe(false)
  })

  test('five denials of its own doing disable it, four do not', () => {
    const rig = trading()
    for (let i = 0; i < 4; i++) expect(rig.buy('AAA', 1, 200)).toContain('collar')
    expect(rig.desk.runaway).toBe(false)
    rig.wait(59.999999)
    expect(rig.buy('AAA', 1, 200)).toContain('collar')
    expect(rig.desk.runaway).toBe(true)
    const slow = trading()
    for (let i = 0; i < 20; i++) expect(slow.wait(15).buy('AAA', 1, 200)).toContain('collar')
    expect(slow.desk.runaway).toBe(false)
  })

  test('rejections by the venue count with denials; those of exits do not', () => {
    const rig = trading(100, { symbols: ['AAA', 'BBB', 'CCC', 'DDD', 'EEE'] })
    for (const s of ['AAA', 'BBB', 'CCC']) rig.reject(rig.buy(s, 1, 100))
    rig.buy('DDD', 1, 200)
    expect(rig.desk.runaway).toBe(false)
    rig.reject(rig.buy('EEE', 1, 100))
    expect(rig.desk.runaway).toBe(true)
    const exit = trading(100, { symbols: ['AAA', 'BBB'] })
    for (const symbol of ['AAA', 'BBB']) exit.hold(symbol, 100, 100)
    for (const symbol of ['AAA', 'BBB']) exit.mark(symbol, 98)
    for (let i = 0; i < 12; i++) {
      const live = exit.exit()
      if (live !== undefined) exit.reject(live.orderId)
      exit.pass(1)
    }
    expect(exit.alerts('rejected')).toHaveLength(6)
    expect(exit.desk.runaway).toBe(false)
  })

  test('closed, halted, state and daily_orders are no fault of the strategy', () => {
    const halted = trading().status('AAA', 'halted')
    const state = trading().cash(-usd(5000), 'fee')
    const count = trading()
    count.desk.ordersToday = 100
    const closed = new Rig({ symbols: [{ symbol: 'AAA', venue: 'US' }], t0: at('2025-10-09T20:00:00Z') })
    closed.mark('AAA', 100)
    for (const [rig, reason] of [
      [halted, 'halted'],
      [state, 'state'],
      [count, 'daily_orders'],
      [closed, 'closed'],
    ] as const) {
      for (let i = 0; i < 12; i++) expect((rig.buy('AAA', 1, 100) as readonly string[])[0]).toBe(reason)
      expect(rig.desk.runaway).toBe(false)
    }
  })

  test('F-80 buy-sell-buy in a loop ends after ten orders; reducing goes on; the operator enables it again', () => {
    const rig = trading()
    let tries = 0
    for (; tries < 50; tries++) {
      const id = rig.wait(1).place(0, 'AAA', tries % 2 === 0 ? 1 : -1, 100)
      if (typeof id !== 'number') break
      rig.fill(id, 1, 100)
    }
    expect(tries).toBe(10)
    rig.operator('enable')
    expect(rig.buy('AAA', 1, 100)).toBeTypeOf('number')
    const holder = trading()
    holder.hold('AAA', 20, 100)
    trade(holder, 9, 1)
    expect(holder.desk.runaway).toBe(true)
    expect(holder.buy('AAA', 2, 99)).toEqual(['rate'])
    expect(holder.sell('AAA', 5, 101)).toBeTypeOf('number')
  })

  test('exits of the risk rules are no orders of the strategy; the count survives a restart', () => {
    const rig = trading()
    trade(rig, 9, 1)
    rig.reload()
    trade(rig.wait(1), 1, 0)
    expect(rig.desk.runaway).toBe(true)
    rig.reload()
    expect(rig.desk.runaway).toBe(true)
  })
})

describe('R-24 rejected', () => {
  test('logged, told of, never sent again; its side is blocked for 60 s, the other is not', () => {
    const rig = trading()
    rig.hold('AAA', 10, 100)
    const id = rig.buy('AAA', 10, 100)
    rig.reject(id)
    expect(rig.alerts('rejected')).toMatchObject([{ instrument: 0, values: [id] }])
    expect(rig.wait(59.999999).buy('AAA', 10, 100)).toEqual(['duplicate'])
    expect(rig.sell('AAA', 10, 100)).toBeTypeOf('number')
    expect(rig.wait(0.000001).buy('AAA', 9, 99)).toBeTypeOf('number')
  })

  test('F-31 at once, later, or after it was accepted: the same', () => {
    for (const before of [0, 1, 2]) {
      const rig = trading()
      const id = rig.buy('AAA', 10, 100)
      if (before > 0) rig.wait(5).ack(id)
      if (before > 1) rig.fill(id, 3, 100)
      rig.reject(id)
      expect(rig.row(id).state).toBe('rejected')
      expect(rig.held('AAA')).toBe(before > 1 ? 3 : 0)
      expect(rig.buy('AAA', 10, 100)).toEqual(['duplicate'])
      rig.reject(id)
      expect(rig.alerts('rejected')).toHaveLength(1)
    }
  })

  test('F-16 a refusal for the rate blocks opening; the reducing procedure goes on', () => {
    const rig = trading()
    rig.hold('AAA', 100, 100)
    rig.reject(rig.buy('AAA', 1, 100))
    rig.mark('AAA', 98)
    const first = sent(rig.exit()?.orderId ?? [])
    rig.reject(first)
    rig.pass(1)
    expect(rig.exit()?.orderId).toBeGreaterThan(first)
    expect(rig.buy('AAA', 1, 98)).toContain('duplicate')
  })

  test('I-11 no later order carries the intent of a rejected one, no order id comes twice (I-01)', () => {
    const rig = trading(100, { symbols: ['AAA', 'BBB'] })
    rig.reject(rig.buy('AAA', 10, 100))
    for (let i = 0; i < 5; i++) rig.wait(61).reject(rig.buy('AAA', 10, 100))
    rig.restart(1).mark('AAA', 100)
    rig.wait(61).buy('AAA', 10, 100)
    const all = rig.sent()
    expect(new Set(all.map((c) => c.intentId)).size).toBe(all.length)
    expect(new Set(all.map((c) => c.orderId)).size).toBe(all.length)
  })

  test('F-36 buying power that shrinks after the check ends in a rejection and an untouched ledger', () => {
    const rig = trading()
    const before = JSON.stringify(rig.desk.ledger.snapshot())
    rig.reject(rig.buy('AAA', 10, 100))
    expect(JSON.stringify(rig.desk.ledger.snapshot())).toBe(before)
  })
})

describe('R-48 never against an own order', () => {
  test.each([
    ['below the own ask', 99.99, 'sent'],
    ['at the own ask', 100, 'duplicate'],
    ['above it', 100.01, 'duplicate'],
    ['at market', undefined, 'duplicate'],
  ])('a buy %s', (_name, limit, expected) => {
    const rig = trading()
    rig.hold('AAA', 100, 100)
    rig.ack(rig.sell('AAA', 10, 100))
    const answer = rig.buy('AAA', 10, limit)
    if (expected === 'sent') expect(answer).toBeTypeOf('number')
    else expect(answer).toEqual(['duplicate'])
  })

  test('a sale against an own bid, at the price of it and one cent above', () => {
    const rig = trading()
    rig.hold('AAA', 100, 100)
    rig.ack(rig.buy('AAA', 10, 99))
    expect(rig.sell('AAA', 10, 99)).toEqual(['duplicate'])
    expect(rig.sell('AAA', 10)).toEqual(['duplicate'])
    expect(rig.sell('AAA', 10, 99.01)).toBeTypeOf('number')
  })

  test('at another broker and at another listing of the same instrument too', () => {
    const symbols = [{ symbol: 'AAA', economicId: 'A' }, { symbol: 'AAB', economicId: 'A' }, { symbol: 'BBB' }]
    const rig = trading(100, { symbols, brokers: [{}, {}] })
    rig.hold('AAA', 100, 100, 0)
    rig.ack(rig.place(0, 'AAA', -10, 100))
    expect(rig.place(1, 'AAA', 1, 100)).toEqual(['duplicate'])
    expect(rig.place(1, 'AAB', 1, 100)).toEqual(['duplicate'])
    expect(rig.place(1, 'BBB', 1, 100)).toBeTypeOf('number')
  })

  test('one that is being canceled there leaves first; at another broker that is not sure', () => {
    const rig = trading(100, { brokers: [{}, {}] })
    rig.hold('AAA', 100, 100, 0)
    const sale = rig.place(0, 'AAA', -10, 100)
    rig.ack(sale).cancel(sale)
    expect(rig.place(1, 'AAA', 1, 100)).toEqual(['duplicate'])
    expect(rig.place(0, 'AAA', 1, 100)).toBeTypeOf('number')
  })
})

describe('I-14 brokers that do not carry our order id', () => {
  test('one order is under way per instrument and side, exits included', () => {
    const rig = trading(100, { brokers: [{ clientOrderId: false }, {}], symbols: ['AAA', 'BBB'] })
    const first = rig.place(0, 'AAA', 1, 100)
    expect(rig.place(0, 'AAA', 1, 100)).toEqual(['duplicate'])
    expect(rig.place(0, 'BBB', 1, 100)).toBeTypeOf('number')
    expect(rig.place(1, 'AAA', 1, 100)).toBeTypeOf('number')
    rig.ack(first)
    expect(rig.place(0, 'AAA', 1, 100)).toBeTypeOf('number')
  })

  test('an unknown one is still under way', () => {
    const rig = trading(100, { brokers: [{ clientOrderId: false }] })
    rig.hold('AAA', 10, 100)
    sent(rig.place(0, 'AAA', -5, 101))
    rig.pass(31)
    expect(rig.place(0, 'AAA', -5, 101)).toEqual(['duplicate'])
    const other = trading(100, { brokers: [{ clientOrderId: true }] })
    other.hold('AAA', 10, 100)
    sent(other.place(0, 'AAA', -5, 101))
    expect(other.place(0, 'AAA', -5, 101)).toBeTypeOf('number')
  })
})

describe('I-03, I-20 the verdict beside each order', () => {
  test('one ACCEPT for each NEW, of the same event, with what it was judged by', () => {
    const rig = trading(100, { shape: { heartbeat: 10_000_000 } })
    rig.hold('AAA', 50, 100)
    rig.wait(3)
    sent(rig.buy('AAA', 10, 101))
    const command = rig.rows('commands').at(-1)
    const verdict = rig.rows('verdicts').at(-1)
    expect(verdict).toMatchObject({ seq: command?.seq, order_id: command?.order_id, reasons: 0, mark_age: 3_000_000 })
    expect(verdict).toMatchObject({ mark2: 20_000, held: 50, cash_need: usd(1010), orders_today: 1 })
    expect(verdict).toMatchObject({ equity: usd(100_000), exposure: usd(6010), cash_free: usd(95_000) })
    expect(verdict).toMatchObject({ daily_line: usd(95_000), emergency_line: usd(90_000), instruments_taken: 1 })
    expect(rig.rows('verdicts')).toHaveLength(rig.sent().length)
  })

  test('with the rate and its age in FX hours for foreign money', () => {
    const symbols = [
      { symbol: 'AAA', currency: 'KRW', priceDecimals: 0 } as const,
      { symbol: 'USDKRW', venue: 'FX', currency: 'KRW', priceDecimals: 2 } as const,
    ]
    const rig = new Rig({ symbols, cash: [{ KRW: 100_000_000 }] }).fx('USDKRW', 1000).mark('AAA', 1000)
    rig.wait(60)
    expect(rig.buy('AAA', 1000, 1000)).toBeTypeOf('number')
    expect(rig.rows('verdicts').at(-1)).toMatchObject({ fx_age: 60_000_000, mark_age: 60_000_000 })
    const { fx_num, fx_den } = rig.rows('verdicts').at(-1) as unknown as { fx_num: number; fx_den: number }
    expect((1000 * 10_000 * fx_num) / fx_den).toBe(usd(1))
  })

  test('I-02 the record of a command stands before the command is handed over', () => {
    const rig = trading()
    const order = sent(rig.buy('AAA', 10, 99))
    rig.ack(order)
    sent(rig.replace(order, { qty: 5 }))
    rig.report(order, { type: 'replaced', qty: 5, limit: 9_900, stop: 0 }).cancel(order)
    expect(rig.rows('commands').map((r) => [r.command, r.order_id])).toEqual([
      [0, order],
      [2, order],
      [1, order],
    ])
    expect(rig.commands.map((c) => c.type)).toEqual(['submit', 'replace', 'cancel'])
  })
})

describe('the router', () => {
  const rule = (o: Partial<BrokerRules>): Partial<BrokerRules> => o
  const bps = (num: number, den = 1): Partial<BrokerRules> => rule({ commissionBps: { num, den } })
  const chosen = (rig: Rig, symbol: string, qty = 1, side: 'buy' | 'sell' = 'buy'): number =>
    rig.row(rig.order({ symbol, side, qty })).broker

  test.each([
    ['US', 'US', 0],
    ['KRX', 'KR', 0],
    ['NXT', 'KR', 0],
    ['TSE', 'ASIA', 0],
    ['HK', 'ASIA', 0],
    ['KRX', 'ASIA', 0],
    ['NXT', 'ASIA', 0],
    ['US', 'ASIA', 1],
    ['US', 'KR', 1],
    ['HK', 'JP', 1],
    ['TSE', 'JP', 0],
    ['GEN', 'GEN', 0],
  ])('a %s order and a first broker for %s: broker %i', (venue, market, broker) => {
    const rig = trading(100, { brokers: [{ markets: [market] }, {}] })
    const instruments = rig.desk.market.instruments.map((i) => ({ ...i, venue }))
    Object.assign(rig.desk.market, { instruments })
    const terms = {
      instrument: 0,
      side: 1,
      orderType: 'market',
      qty: 1,
      limit: 0,
      stop: 0,
      timeInForce: 'DAY',
    } as const
    expect(route(rig.desk, terms)).toBe(broker)
  })

  test('the cheaper one, exactly compared; at a tie the first of the configuration', () => {
    expect(chosen(trading(100, { brokers: [bps(15, 10), bps(149, 100)] }), 'AAA')).toBe(1)
    expect(chosen(trading(100, { brokers: [bps(3, 2), bps(150, 100)] }), 'AAA')).toBe(0)
    expect(chosen(trading(100, { brokers: [bps(2), bps(1), bps(1)] }), 'AAA')).toBe(1)
  })

  test('one that cannot pay is passed over; when none can, the gate says so', () => {
    const make = (): Rig => trading(100, { brokers: [bps(0), bps(9)], cash: [{ USD: 1020 }, { USD: 98_980 }] })
    expect(chosen(make(), 'AAA', 10)).toBe(0)
    expect(chosen(make(), 'AAA', 11)).toBe(1)
    const poor = trading(100, {
      brokers: [{}, {}],
      cash: [{ USD: 5_000 }, { USD: 5_000 }],
      limits: { positionSize: { num: 9, den: 10 } },
    })
    expect(poor.buy('AAA', 60)).toEqual(['cash'])
    expect(poor.sent()).toHaveLength(0)
  })

  test('one that is away or whose books do not agree is passed over', () => {
    const rig = atBrokers(100, { brokers: [bps(0), bps(9)] })
    expect(chosen(rig, 'AAA')).toBe(0)
    rig.link(0, 'lost')
    expect(chosen(rig, 'AAA')).toBe(1)
    rig.link(0, 'up')
    expect(chosen(rig, 'AAA')).toBe(1)
    rig.books(0)
    expect(chosen(rig, 'AAA')).toBe(0)
    rig.link(0, 'planned')
    expect(chosen(rig, 'AAA')).toBe(1)
  })

  test('what reduces goes to its holder, the larger one first, however dear, however far', () => {
    const rig = atBrokers(100, { brokers: [bps(0), bps(9), bps(5)] })
    rig.hold('AAA', 10, 100, 1)
    rig.hold('AAA', 20, 100, 2)
    expect(chosen(rig, 'AAA', 5, 'sell')).toBe(2)
    rig.fill(rig.sell('AAA', 15), 15, 100)
    rig.link(1, 'lost')
    expect(chosen(rig, 'AAA', 5, 'sell')).toBe(1)
    const buyer = atBrokers(100, { brokers: [bps(0), bps(9)] })
    buyer.hold('AAA', 10, 100, 1)
    expect(chosen(buyer, 'AAA', 5, 'buy')).toBe(0)
  })

  test('nothing is split: one order for the whole quantity, or none', () => {
    const rig = trading(100, { brokers: [{}, {}], cash: [{ USD: 50_000 }, { USD: 50_000 }] })
    rig.hold('AAA', 60, 100, 0)
    rig.hold('AAA', 60, 100, 1)
    expect(rig.sell('AAA', 100, 101)).toContain('short')
    rig.buy('AAA', 100, 99)
    expect(rig.sent().at(-1)).toMatchObject({ qty: 100, side: 1 })
  })
})
