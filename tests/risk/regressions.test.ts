/** What the engine once did wrong, found by the rules' own text: each group failed before the commit that brought it. */
import { describe, expect, test } from 'vitest'
import { at, atBrokers, LIVE_BROKER, Rig, sent, trading, usd } from '../support/engine-rig.ts'

describe('R-01 every event that changes equity is looked at', () => {
  test('cash that an operator explains, and shares that are written off', () => {
    const rig = atBrokers()
    rig.pass(30).books(0, { cash: rig.dollars(usd(95_000)) })
    rig.pass(30).books(0, { cash: rig.dollars(usd(95_000)) })
    expect(rig.state).toBe('REDUCE_ONLY')
    rig.operator('explainCash', { broker: 0, value: 1 })
    expect(rig.desk.losses.dailyTripped).toBe(true)
    expect(rig.state).toBe('REDUCE_ONLY')
    const other = atBrokers()
    other.hold('AAA', 250, 100)
    other.pass(31).books(0, { positions: other.holdings({ AAA: 190 }) })
    other.operator('acknowledge', { broker: 0, symbol: 'AAA', value: 60 })
    expect(other.held('AAA')).toBe(190)
    expect(other.desk.losses.dailyTripped).toBe(true)
  })
})

describe('R-01, R-08 losses found on coming back count before anything is traded', () => {
  test('equity already below the line when reconciling ends: REDUCE_ONLY, not LIVE', () => {
    const rig = atBrokers()
    rig.hold('AAA', 250, 100)
    rig.cash(-usd(2_749.99), 'fee')
    rig.restart(60, 2).link(0, 'up').mark('AAA', 90.99)
    expect(rig.state).toBe('RECONCILING')
    rig.books(0)
    expect(rig.desk.losses.dailyTripped).toBe(true)
    expect(rig.state).toBe('REDUCE_ONLY')
  })

  test('R-04 the same with the total loss: nothing but selling', () => {
    const rig = atBrokers(100, { limits: { emergencyLoss: { num: 6, den: 100 } } })
    rig.hold('AAA', 250, 100)
    rig.cash(-usd(4_000), 'fee')
    rig.restart(60, 1).link(0, 'up').mark('AAA', 91)
    expect(rig.books(0).state).toBe('LIQUIDATING')
    expect(rig.desk.losses.emergencyTripped).toBe(true)
  })

  test('R-04 a new total-loss base does not forget the loss of the day', () => {
    const rig = atBrokers()
    rig.cash(-usd(10_000), 'fee').pass(1)
    expect(rig.state).toBe('STOPPED')
    rig.operator('clearEmergency').operator('arm')
    expect(rig.state).toBe('REDUCE_ONLY')
    rig.pass(24 * 3600)
    expect(rig.state).toBe('LIVE')
    expect(rig.desk.losses.emergencyLine).toBe(usd(81_000))
  })
})

describe('R-45, R-08 taking an allotment away survives a restart', () => {
  test('the emergency line is that of the whole capital before and after', () => {
    const rig = atBrokers()
      .operator('allot', { value: usd(1000) })
      .operator('allot', { value: 0 })
    expect(rig.desk.losses.emergencyLine).toBe(usd(90_000))
    rig.reload()
    expect(rig.desk.losses.emergencyLine).toBe(usd(90_000))
    expect(rig.mark('AAA', 100).state).toBe('LIVE')
  })
})

describe('R-12 what is in no table of instruments', () => {
  test('is denied for its structure; the engine goes on', () => {
    const rig = trading()
    expect(rig.place(0, 'AAA', 1, 100, { instrument: 7 })).toContain('structure')
    expect(rig.sent()).toHaveLength(0)
  })
})

describe('R-17 integrated margin', () => {
  const rigOf = (): Rig => {
    const symbols = [
      { symbol: 'AAA', currency: 'KRW', priceDecimals: 0 } as const,
      { symbol: 'USDKRW', venue: 'FX', currency: 'KRW', priceDecimals: 2 } as const,
    ]
    const rig = new Rig({ symbols, brokers: [{ funding: 'integrated' }], cash: [{ USD: 10_000 }] })
    return rig.fx('USDKRW', 1000).mark('AAA', 1000).power(0, 'KRW', 250_000)
  }

  test('a fill does not free what it spent: the last answer is taken once', () => {
    const rig = rigOf()
    rig.fill(rig.buy('AAA', 150, 1000), 150, 1000)
    expect(rig.buy('AAA', 101, 1000)).toEqual(['cash'])
    expect(rig.buy('AAA', 100, 1000)).toBeTypeOf('number')
  })

  test('the next answer counts from there, and a sale brings nothing until the broker says so', () => {
    const rig = rigOf()
    rig.fill(rig.buy('AAA', 150, 1000), 150, 1000).power(0, 'KRW', 110_000)
    rig.fill(rig.sell('AAA', 100, 1000), 100, 1000)
    expect(rig.buy('AAA', 111, 1000)).toEqual(['cash'])
    expect(rig.buy('AAA', 110, 1000)).toBeTypeOf('number')
  })
})

describe('R-31 the order of a stream', () => {
  test('a stamp behind the last accepted is refused, also one that is not late', () => {
    const rig = new Rig().wait(100).quote('AAA', 100, 100, -2)
    rig.wait(1).quote('AAA', 101, 101).wait(0.5).print('AAA', 101)
    expect(rig.desk.market.of(0)).toMatchObject({ mark2: 20_000, refused: 1 })
    rig.wait(0.5).quote('AAA', 102, 102)
    expect(rig.desk.market.of(0).mark2).toBe(20_400)
  })
})

describe('F-38, F-39, I-19 prices and sizes that are none', () => {
  const BAD = [Number.NaN, Infinity, -Infinity, -1, 1e300]

  test.each(BAD)('%d in a quote, print, bar or rate is dropped and counted; nothing else changes', (bad) => {
    const fx = { symbol: 'USDKRW', venue: 'FX', currency: 'KRW', priceDecimals: 2 } as const
    const rig = new Rig({ symbols: ['AAA', fx] }).fx('USDKRW', 1000).mark('AAA', 100)
    rig.hold('AAA', 100, 100)
    const market = (): string => JSON.stringify(rig.desk.market.quoted.map((q) => ({ ...q, refused: 0 })))
    const before = market()
    const head = { t: rig.t, venueT: rig.t, instrument: 0, flags: 0 }
    const quote = { type: 'quote', ...head, bid: 9_000, ask: 9_000, bidSize: 1, askSize: 1 } as const
    for (const field of ['bid', 'ask', 'bidSize', 'askSize']) rig.step({ ...quote, [field]: bad })
    const trade = { type: 'trade', ...head, price: 9_000, size: 1 } as const
    for (const field of ['price', 'size']) rig.step({ ...trade, [field]: bad })
    const none = { bidOpen: 0, askOpen: 0, bidClose: 0, askClose: 0 }
    const bar = {
      type: 'bar',
      ...head,
      start: rig.t - 1,
      open: 9_000,
      high: 9_000,
      low: 9_000,
      close: 9_000,
      volume: 1,
      ...none,
    } as const
    for (const field of ['open', 'high', 'low', 'close', 'volume', 'bidClose', 'askOpen'])
      rig.step({ ...bar, [field]: bad })
    rig.step({ type: 'fx', ...head, instrument: 1, rate: bad })
    expect(market()).toBe(before)
    expect(rig.desk.market.of(0).refused).toBe(13)
    expect(rig.desk.market.of(1).refused).toBe(1)
    expect(rig.state).toBe('LIVE')
    expect(rig.exit()).toBeUndefined()
    expect(rig.mark('AAA', 100).equity).toBe(usd(100_000))
  })

  test('a print at 0 is dropped', () => {
    const rig = trading().quote('AAA', 60, 160).print('AAA', 0)
    expect(rig.desk.market.of(0)).toMatchObject({ mark2: 20_000, refused: 1 })
  })
})

describe('I-19, R-20 an order whose price is no number', () => {
  test.each([1, 2])('is denied for its structure with %i broker(s), and the engine goes on', (brokers) => {
    const rig = trading(100, { brokers: Array.from({ length: brokers }, () => ({})) })
    for (const bad of [Number.NaN, Infinity, -Infinity, -1, 1e300]) {
      for (const type of ['limit', 'stop', 'stopLimit'] as const) {
        expect(rig.order({ symbol: 'AAA', side: 'buy', qty: 1, type, limit: bad, stop: bad })).toEqual(['structure'])
      }
      expect(rig.order({ symbol: 'AAA', side: 'buy', qty: bad })).toEqual(['structure'])
      rig.operator('enable')
    }
    expect(rig.sent()).toHaveLength(0)
    expect(rig.buy('AAA', 1, 100)).toBeTypeOf('number')
  })
})

describe('R-38, F-61 an ordinary stop names what it leaves', () => {
  test('holdings and the reducing orders that go on living', () => {
    const rig = trading(100, { symbols: ['AAA', 'BBB'] })
    rig.hold('AAA', 100, 100)
    const sale = rig.sell('AAA', 50, 105)
    rig.ack(sale).operator('stop')
    expect(rig.alerts('residual')).toMatchObject([
      { instrument: 0, values: [100], text: 'R-38 position left' },
      { instrument: 0, values: [sale, 50], text: 'R-38 order left' },
    ])
  })
})

describe('I-15 a correction can overfill too', () => {
  test('more than was ordered: told of, REDUCE_ONLY', () => {
    const rig = trading()
    const id = rig.buy('AAA', 10, 100)
    rig.fill(id, 10, 100)
    const to = { type: 'corrected', fillNo: 1, price: 10_000, fee: 0, tax: 0 } as const
    rig.report(id, { ...to, qty: 9 }).report(id, { ...to, qty: 10 })
    expect(rig.state).toBe('LIVE')
    rig.report(id, { ...to, qty: 11 })
    expect(rig.held('AAA')).toBe(11)
    expect(rig.alerts('overfill')).toMatchObject([{ values: [id, 1] }])
    expect(rig.state).toBe('REDUCE_ONLY')
  })
})

describe('I-35, R-44 orders that a restart makes unknown', () => {
  test('each is told of, once', () => {
    const rig = atBrokers()
    const id = rig.buy('AAA', 10, 99)
    rig.restart(1, 1)
    expect(rig.alerts('unknown')).toMatchObject([{ values: [id] }])
    rig.pass(31)
    expect(rig.alerts('unknown')).toHaveLength(1)
  })
})

describe('I-17 equity is recomputed at every limit trip', () => {
  test.each([5_000, 10_000])('a drift is found by the trip of %i dollars, not a thousand events later', (lost) => {
    const rig = trading()
    rig.hold('AAA', 100, 100)
    const position = rig.desk.ledger.position(0, 0)
    // A holding that changed behind the valuation's back.
    position.qty = 99
    expect(() => rig.cash(-usd(lost), 'fee')).toThrow(/I-17/)
  })
})

describe('R-25, F-24 a cancel that is refused is not repeated at once', () => {
  test('once in ten seconds, not at every event', () => {
    const rig = trading()
    rig.hold('AAA', 100, 100)
    const sale = rig.sell('AAA', 60, 105)
    rig.ack(sale).mark('AAA', 98)
    for (let i = 0; i < 6; i++) {
      if (rig.row(sale).state === 'pendingCancel') rig.report(sale, { type: 'cancelRejected', reason: 'broker' })
      rig.pass(1)
    }
    expect(rig.cancels()).toEqual([sale])
    rig.pass(4)
    expect(rig.cancels()).toEqual([sale, sale])
  })
})

describe('R-30 what is not held any more is not missed', () => {
  test('a blind holding that was sold lifts REDUCE_ONLY', () => {
    const rig = trading(100, { shape: { heartbeat: 10_000_000 }, limits: { onBlind: 'exit' } })
    rig.hold('AAA', 100, 100)
    rig.pass(130, 5)
    expect(rig.state).toBe('REDUCE_ONLY')
    rig.fill(rig.exit()?.orderId ?? 0, 100, 100).pass(5)
    expect(rig.held('AAA')).toBe(0)
    expect(rig.state).toBe('LIVE')
  })
})

describe('R-48 an exit and an own order at another broker', () => {
  test('what it could meet is taken back first, at every broker and listing; the rest is left alone', () => {
    const symbols = [{ symbol: 'AAA', economicId: 'A' }, { symbol: 'AAB', economicId: 'A' }, 'BBB']
    const rig = trading(100, { symbols, brokers: [{}, {}], cash: [{ USD: 50_000 }, { USD: 50_000 }] })
    rig.hold('AAA', 100, 100, 0)
    rig.hold('AAA', 10, 95, 1)
    const [bid, listing] = [rig.place(1, 'AAA', 10, 97), rig.place(1, 'AAB', 10, 97)]
    const [other, offer] = [rig.place(1, 'BBB', 10, 97), rig.place(1, 'AAA', -10, 105)]
    for (const id of [bid, listing, other, offer]) rig.ack(id)
    rig.mark('AAA', 98)
    expect(rig.cancels()).toEqual([bid, listing])
    expect(rig.exit()).toBeUndefined()
    rig.canceled(bid).canceled(listing).pass(1)
    expect(rig.exit()).toMatchObject({ broker: 0, qty: 100 })
    expect([rig.row(other).state, rig.row(offer).state]).toEqual(['new', 'new'])
  })

  test('it waits no longer than for any other cancel', () => {
    const rig = trading(100, { brokers: [{}, {}], cash: [{ USD: 50_000 }, { USD: 50_000 }] })
    rig.hold('AAA', 100, 100, 0)
    rig
      .ack(rig.place(1, 'AAA', 10, 97))
      .mark('AAA', 98)
      .pass(9)
    expect(rig.exit()).toBeUndefined()
    expect(rig.pass(1).exit()).toMatchObject({ qty: 100 })
  })
})

describe('F-34, D-08 a mismatch ends when the books explain it', () => {
  const holding = (): Rig => {
    const rig = atBrokers(100, { symbols: ['AAA', 'BBB'] })
    rig.hold('AAA', 100, 100)
    rig.hold('BBB', 100, 100)
    return rig.pass(31).books(0)
  }

  test('a list that lagged behind: the next one agrees, and trading goes on', () => {
    const rig = holding().pass(31)
    rig.books(0, { positions: rig.holdings({ AAA: 100 }) })
    expect(rig.state).toBe('REDUCE_ONLY')
    rig.pass(31).books(0)
    expect(rig.state).toBe('LIVE')
    expect(rig.buy('BBB', 1, 100)).toBeTypeOf('number')
  })

  test('two mismatches: each is told of once, and both must be explained', () => {
    const rig = holding().pass(31)
    rig.books(0, { positions: rig.holdings({ AAA: 90 }) })
    expect(rig.alerts('mismatch').map((a) => a.instrument)).toEqual([0, 1])
    rig.pass(31).books(0, { positions: rig.holdings({ AAA: 90, BBB: 100 }) })
    expect(rig.state).toBe('REDUCE_ONLY')
    rig.reload().operator('acknowledge', { broker: 0, symbol: 'AAA', value: 10 })
    expect(rig.state).toBe('LIVE')
    expect(rig.alerts('mismatch')).toHaveLength(2)
  })

  test('what is not ours and waits for the operator is another matter, before and after', () => {
    const rig = holding().pass(31)
    rig.external(0, 'BBB', 5, 100).books(0, { positions: rig.holdings({ AAA: 90, BBB: 105 }) })
    rig.pass(31).books(0)
    expect(rig.state).toBe('LIVE')
    expect(rig.buy('BBB', 1, 100)).toContain('duplicate')
    expect(rig.buy('AAA', 1, 100)).toBeTypeOf('number')
  })
})

describe('R-38, I-43 a liquidation ends within 180 s of a kill, or of the loss of the last broker', () => {
  test('the total-loss stop waits for a path no longer than that', () => {
    const rig = atBrokers()
    rig.hold('AAA', 100, 100)
    rig.link(0, 'lost').cash(-usd(10_000), 'fee').pass(600, 30)
    expect(rig.state).toBe('LIQUIDATING')
    rig.link(0, 'failed').link(0, 'failed')
    expect(rig.alerts('shutdown')).toHaveLength(1)
    rig.pass(179, 1)
    expect(rig.state).toBe('LIQUIDATING')
    rig.pass(1)
    expect(rig.state).toBe('STOPPED')
    expect(rig.alerts('residual')).toMatchObject([{ values: [100] }])
    expect(rig.desk.stopped?.rule).toBe('R-04')
  })

  test('a kill while it waits for the market starts the clock, once', () => {
    const rig = trading(100, { symbols: [{ symbol: 'AAA', venue: 'US' }], t0: at('2025-10-09T19:59:00Z') })
    rig.hold('AAA', 100, 100)
    rig.t = at('2025-10-09T20:10:00Z')
    rig.cash(-usd(10_000), 'fee').pass(600, 30)
    expect(rig.state).toBe('LIQUIDATING')
    rig.operator('kill').pass(100, 10).operator('kill').pass(80, 10)
    expect(rig.state).toBe('STOPPED')
    expect(rig.alerts('shutdown')).toHaveLength(1)
  })
  test('a kill after a cleared stop is a kill like the first', () => {
    const rig = trading()
    rig.operator('kill').pass(1)
    expect(rig.state).toBe('STOPPED')
    rig.operator('clearEmergency').pass(500, 10).mark('AAA', 100).operator('arm')
    rig.hold('AAA', 100, 100)
    rig.operator('kill')
    expect(rig.state).toBe('LIQUIDATING')
    rig.pass(5)
    expect(rig.exit()).toMatchObject({ qty: 100 })
    expect(rig.alerts('shutdown')).toHaveLength(2)
  })
})

describe('R-11, D-06 a reducing order that is replaced by a larger one', () => {
  test('counts as opening from then on', () => {
    const rig = trading(100, { symbols: [{ symbol: 'AAA', allowShort: true }] })
    rig.hold('AAA', 10, 100)
    const sale = rig.sell('AAA', 10, 101)
    rig.ack(sale)
    expect(rig.row(sale).reducing).toBe(true)
    expect(rig.replace(sale, { qty: 20 })).toBeTypeOf('number')
    expect(rig.row(sale).reducing).toBe(false)
    // 10 held, 20 and 271 offered, at the mark of 100: 30,100.
    expect(rig.sell('AAA', 271, 101)).toEqual(['exposure'])
    expect(rig.sell('AAA', 270, 101)).toBeTypeOf('number')
  })
})

describe('F-33 what another broker says of an order of ours', () => {
  test('a report is ignored and told of, a row of its books matches nothing', () => {
    const rig = atBrokers(100, { brokers: [{}, {}], cash: [{ USD: 50_000 }, { USD: 50_000 }] })
    const id = sent(rig.place(0, 'AAA', 10, 100))
    rig.report(id, { type: 'accepted', broker: 1 }).report(id, { type: 'rejected', reason: 'broker', broker: 1 })
    const fill = { ...rig.bookedFill(id, 10, 100), type: 'filled', broker: 1, cumQty: 10 } as const
    rig.report(id, fill)
    expect(rig.row(id)).toMatchObject({ state: 'pendingNew', cumQty: 0 })
    expect([rig.held('AAA', 0), rig.held('AAA', 1)]).toEqual([0, 0])
    expect(rig.alerts('external')).toHaveLength(3)
    rig.pass(29).pass(2)
    rig.books(1, { fills: [rig.bookedFill(id, 10, 100)], orders: [rig.booked(id, { state: 'canceled' })] })
    expect(rig.row(id).cumQty).toBe(0)
    expect(rig.row(id).state).not.toBe('canceled')
  })
})

describe('R-11 what a replace asks for counts once it is so', () => {
  test('an opening order made small enough to reduce still opens until the broker says so', () => {
    const rig = trading(100, { symbols: [{ symbol: 'AAA', allowShort: true }] })
    rig.fill(rig.sell('AAA', 40, 100), 40, 100)
    const cover = rig.buy('AAA', 50, 100)
    expect(rig.ack(cover).row(cover).reducing).toBe(false)
    sent(rig.replace(cover, { qty: 30, limit: 99 }))
    expect(rig.row(cover).reducing).toBe(false)
    // 40 short and 50 that may still be bought at 100: 210 more are 30,000.
    expect(rig.buy('AAA', 211, 100)).toContain('exposure')
    const other = trading(100, { symbols: [{ symbol: 'AAA', allowShort: true }] })
    other.fill(other.sell('AAA', 40, 100), 40, 100)
    const small = other.buy('AAA', 30, 100)
    expect(other.ack(small).row(small).reducing).toBe(true)
    sent(other.replace(small, { qty: 50 }))
    expect(other.row(small).reducing).toBe(false)
  })
})

describe('R-36 an answer to a replace that never came', () => {
  test('the books say that all of it was filled, at the smaller quantity', () => {
    const rig = atBrokers()
    const order = rig.buy('AAA', 26, 100)
    rig.ack(order)
    sent(rig.replace(order, { qty: 15 }))
    const fill = rig.bookedFill(order, 15, 100)
    const listed = { orderId: order as number, externalId: 0, instrument: 0, side: 1, limit: 10_000 } as const
    const books = { orders: [{ ...listed, qty: 15, cumQty: 15, state: 'filled' }], fills: [fill] } as const
    rig.pass(31).books(0, { ...books, positions: rig.holdings({ AAA: 15 }) })
    expect(rig.row(order)).toMatchObject({ state: 'filled', qty: 15, cumQty: 15 })
    expect(rig.held('AAA')).toBe(15)
  })

  test('a replace confirmed down to what was filled by then ends the order', () => {
    const rig = atBrokers()
    const order = rig.buy('AAA', 26, 100)
    rig.ack(order)
    sent(rig.replace(order, { qty: 15 }))
    rig.fill(order, 15, 100).report(order, { type: 'replaced', qty: 15, limit: 10_000, stop: 0 })
    expect(rig.row(order).state).toBe('filled')
  })
})

describe('R-08 the first day of an account begins when it is armed', () => {
  test('a roll that was slept through before arming does not raise it at the next restart', () => {
    const symbols = [{ symbol: 'USDKRW', venue: 'FX', currency: 'KRW', priceDecimals: 2 } as const]
    const rig = new Rig({
      symbols,
      brokers: [LIVE_BROKER],
      cash: [{ USD: 100_000, KRW: 50_000_000 }],
      arming: 'operator',
    })
    rig.system('restarted', 0).link(0, 'up').books(0)
    rig.restart(86_400, 0).link(0, 'up').books(0).fx('USDKRW', 1_250).operator('arm')
    expect(rig.desk.losses.startOfDay).toBe(usd(140_000))
    rig.fx('USDKRW', 1_220).restart(60, 2).link(0, 'up').books(0)
    expect(rig.desk.losses.startOfDay).toBe(usd(140_000))
  })
})

describe('R-26, R-30 long at one broker and short at the other is not flat', () => {
  const both = (): Rig => {
    const symbols = [{ symbol: 'AAA', allowShort: true }]
    const rig = trading(100, { symbols, brokers: [{}, {}], cash: [{ USD: 50_000 }, { USD: 50_000 }] })
    rig.hold('AAA', 100, 100, 0)
    const short = rig.place(1, 'AAA', -100, 100)
    return rig.ack(short).fill(short, 100, 100)
  }

  test('the stop of either side trips', () => {
    const down = both().mark('AAA', 98)
    expect(down.exit()).toMatchObject({ broker: 0, side: -1, qty: 100 })
    const up = both().mark('AAA', 102)
    expect(up.exit()).toMatchObject({ broker: 1, side: 1, qty: 100 })
  })

  test('without data they are blind', () => {
    const symbols = [{ symbol: 'AAA', allowShort: true }]
    const shape = { heartbeat: 10_000_000 }
    const rig = trading(100, { symbols, shape, brokers: [{}, {}], cash: [{ USD: 50_000 }, { USD: 50_000 }] })
    rig.hold('AAA', 100, 100, 0)
    const short = rig.place(1, 'AAA', -100, 100)
    rig.ack(short).fill(short, 100, 100).pass(20, 5)
    expect(rig.alerts('blind')).toHaveLength(1)
    expect(rig.state).toBe('REDUCE_ONLY')
  })
})
