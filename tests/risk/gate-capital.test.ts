/** What an order may cost and expose: R-09 …, E-04 … E-07, E-10, with equality and one unit to either side. */
import { describe, expect, test } from 'vitest'
import { at, atBrokers, Rig, sent, trading, usd } from '../support/engine-rig.ts'

const BIG = [{ USD: 1_000_000 }]
const LOOSE = { dailyLoss: { num: 9, den: 10 }, emergencyLoss: { num: 9, den: 10 } }
const KOREAN = [
  { symbol: '005930', venue: 'GEN', currency: 'KRW', priceDecimals: 0 } as const,
  { symbol: 'USDKRW', venue: 'FX', currency: 'KRW', priceDecimals: 2 } as const,
]

describe('R-09 symbol limit at acceptance', () => {
  test('exactly 30.000 % is accepted, a share more is not', () => {
    expect(trading().buy('AAA', 300, 100)).toBeTypeOf('number')
    expect(trading().buy('AAA', 301, 100)).toEqual(['exposure'])
  })

  test('with one millionth of a dollar less equity the same order is denied', () => {
    const rig = trading().cash(-1, 'fee')
    expect(rig.buy('AAA', 300, 100)).toEqual(['exposure'])
    expect(rig.buy('AAA', 299, 100)).toBeTypeOf('number')
  })

  test('E-04 held 100 @ 200 and a live 30 @ 210: 18 @ 205 fit, 19 do not', () => {
    const make = (): Rig => {
      const rig = trading(200)
      rig.hold('AAA', 100, 200)
      rig.ack(rig.buy('AAA', 30, 210))
      return rig
    }
    expect(make().buy('AAA', 18, 205)).toBeTypeOf('number')
    expect(make().buy('AAA', 19, 205)).toEqual(['exposure'])
  })

  test('E-04 flat but for the 100: 50 @ 200.00 fit, 50 @ 200.01 do not', () => {
    const make = (): Rig => {
      const rig = trading(200)
      rig.hold('AAA', 100, 200)
      return rig
    }
    expect(make().buy('AAA', 50, 200)).toBeTypeOf('number')
    expect(make().buy('AAA', 50, 200.01)).toEqual(['exposure'])
  })

  test('E-10 a 30 % holding costs the day at a gap of 16.67 % and everything at 33.33 %', () => {
    const make = (): Rig => {
      const rig = trading()
      rig.hold('AAA', 300, 100)
      return rig.quote('AAA', 60, 130)
    }
    const gap = (rig: Rig, to: number): Rig => rig.print('AAA', to).wait(1).print('AAA', to).wait(1).print('AAA', to)
    expect(gap(make(), 83.34).state).toBe('LIVE')
    expect(gap(make(), 83.33).state).toBe('REDUCE_ONLY')
    expect(gap(make(), 66.67).state).toBe('REDUCE_ONLY')
    expect(gap(make(), 66.66).state).toBe('LIQUIDATING')
    // The floor of a Korean stock's day, 30 % down, costs 9 %.
    expect(gap(make(), 70).equity).toBe(usd(91_000))
  })
})

describe('R-10 what an unfilled order is taken for', () => {
  test('a buy limit below the mark counts at the mark', () => {
    expect(trading().buy('AAA', 300, 96)).toBeTypeOf('number')
    expect(trading().buy('AAA', 301, 96)).toEqual(['exposure'])
  })

  test('E-05 at market the mark and 2 %: 588 of 50.00 fit, 589 and 600 do not', () => {
    expect(trading(50).buy('AAA', 588)).toBeTypeOf('number')
    expect(trading(50).buy('AAA', 589)).toEqual(['exposure'])
    expect(trading(50).buy('AAA', 600)).toEqual(['exposure'])
  })

  test('exactly 30 % with the 2 % in it', () => {
    const rig = trading(100, { cash: [{ USD: 102_000 }] })
    expect(rig.buy('AAA', 300)).toBeTypeOf('number')
    expect(trading(100, { cash: [{ USD: 101_999.99 }] }).buy('AAA', 300)).toEqual(['exposure'])
  })

  test('a permitted short counts at the lesser of limit and mark, at market at 98 %', () => {
    const make = (): Rig => trading(100, { symbols: [{ symbol: 'AAA', allowShort: true }] })
    expect(make().sell('AAA', 300, 105)).toBeTypeOf('number')
    expect(make().sell('AAA', 301, 105)).toEqual(['exposure'])
    expect(make().sell('AAA', 315, 95)).toBeTypeOf('number')
    expect(make().sell('AAA', 316, 95)).toEqual(['exposure'])
    expect(make().sell('AAA', 306)).toBeTypeOf('number')
    expect(make().sell('AAA', 307)).toEqual(['exposure'])
  })

  test('a buy stop counts at its trigger and 2 %', () => {
    const buy = (qty: number): unknown => trading().order({ symbol: 'AAA', side: 'buy', qty, type: 'stop', stop: 105 })
    expect(buy(280)).toBeTypeOf('number')
    expect(buy(281)).toEqual(['exposure'])
  })

  test('a KRX market buy reserves cash at the upper limit price of the day', () => {
    const t0 = at('2025-03-10T06:00:00Z')
    const krx = KOREAN.map((i) => (i.venue === 'GEN' ? ({ ...i, venue: 'KRX' } as const) : i))
    const rig = new Rig({ symbols: krx, cash: [{ KRW: 100_000_000, USD: 100_000 }], t0 }).fx('USDKRW', 1385)
    rig
      .trade('005930', 70_000)
      .wait(18 * 3600 + 1)
      .fx('USDKRW', 1385)
    rig.mark('005930', 71_000)
    sent(rig.buy('005930', 100))
    // ₩91,000, 30 % above the close before, where an order at market takes cash by the broker's own rule.
    expect(rig.rows('verdicts').at(-1)?.cash_need).toBe(100 * 91_000 * 10_000)
  })
})

describe('R-11 nothing that may have filled is left out, nothing pending is offset', () => {
  test('an unknown order counts in full', () => {
    const rig = trading()
    sent(rig.buy('AAA', 200, 100))
    rig.pass(31)
    expect(rig.row(1).state).toBe('unknown')
    expect(rig.buy('AAA', 101, 100)).toEqual(['duplicate', 'exposure'])
    expect(rig.buy('AAA', 100, 100)).toEqual(['duplicate'])
  })

  test.each([
    [100, 200, 101],
    [200, 100, 101],
  ])('a replace from %i to %i counts at 200 while it is under way', (from, to, tooMuch) => {
    const rig = trading()
    const order = rig.buy('AAA', from, 100)
    rig.ack(order)
    sent(rig.replace(order, { qty: to }))
    expect(rig.row(order).state).toBe('pendingReplace')
    expect(rig.buy('AAA', tooMuch, 100)).toEqual(['exposure'])
    expect(rig.buy('AAA', tooMuch - 1, 100)).toBeTypeOf('number')
  })

  test('a replace is judged in place of its order, not beside it', () => {
    const rig = trading()
    const order = rig.buy('AAA', 250, 100)
    rig.ack(order)
    expect(rig.replace(order, { qty: 301 })).toEqual(['exposure'])
    expect(rig.replace(order, { qty: 300 })).toBeTypeOf('number')
  })

  test('a replace to another price counts at the higher one', () => {
    const rig = trading()
    const order = rig.buy('AAA', 100, 100)
    rig.ack(order)
    sent(rig.replace(order, { limit: 104 }))
    expect(rig.buy('AAA', 197, 100)).toEqual(['exposure'])
    expect(rig.buy('AAA', 196, 100)).toBeTypeOf('number')
    rig.report(order, { type: 'replaceRejected', reason: 'broker' })
    expect(rig.buy('AAA', 4, 100)).toBeTypeOf('number')
  })

  test('a pending sale offsets neither what is held nor a pending buy', () => {
    const rig = trading()
    rig.hold('AAA', 200, 100)
    rig.ack(rig.sell('AAA', 200, 105))
    expect(rig.buy('AAA', 101, 100)).toEqual(['exposure'])
    expect(rig.buy('AAA', 100, 100)).toBeTypeOf('number')
  })

  test('F-25 what is left of a part-filled order counts, and nothing once it has ended', () => {
    const rig = trading()
    const order = rig.buy('AAA', 200, 100)
    rig.ack(order).fill(order, 50, 100)
    expect(rig.buy('AAA', 101, 100)).toEqual(['exposure'])
    rig.canceled(order)
    expect(rig.held('AAA')).toBe(50)
    expect(rig.buy('AAA', 251, 100)).toEqual(['exposure'])
    expect(rig.buy('AAA', 250, 100)).toBeTypeOf('number')
  })
})

describe('R-12 one economic instrument, several books', () => {
  const twoVenues = [
    { symbol: 'AAA', venue: 'GEN', economicId: 'A' },
    { symbol: 'AAB', venue: 'GEN', economicId: 'A' },
  ]

  test('E-06 60 @ 200 at one broker and a live 50 @ 210 at the other: 36 @ 208 fit, 37 do not', () => {
    const make = (): Rig => {
      const rig = trading(200, { brokers: [{}, {}], cash: [{ USD: 50_000 }, { USD: 50_000 }] })
      rig.hold('AAA', 60, 200, 0)
      rig.ack(rig.place(1, 'AAA', 50, 210))
      return rig
    }
    expect(make().place(1, 'AAA', 36, 208)).toBeTypeOf('number')
    expect(make().place(1, 'AAA', 37, 208)).toEqual(['exposure'])
  })

  test('E-06 the 50 count alike while they are unknown', () => {
    const rig = trading(200, { brokers: [{}, {}], cash: [{ USD: 50_000 }, { USD: 50_000 }] })
    rig.hold('AAA', 60, 200, 0)
    sent(rig.place(1, 'AAA', 50, 210))
    rig.pass(31)
    expect(rig.place(1, 'AAA', 37, 208)).toEqual(['duplicate', 'exposure'])
    expect(rig.place(0, 'AAA', 36, 208)).toBeTypeOf('number')
  })

  test('two listings of it are added up', () => {
    const make = (): Rig => {
      const rig = trading(100, { symbols: twoVenues })
      rig.hold('AAA', 200, 100)
      return rig
    }
    expect(make().buy('AAB', 100, 100)).toBeTypeOf('number')
    expect(make().buy('AAB', 101, 100)).toEqual(['exposure'])
    const stranger = trading(100, { symbols: ['AAA', 'AAB'] })
    stranger.hold('AAA', 200, 100)
    expect(stranger.buy('AAB', 101, 100)).toBeTypeOf('number')
  })
})

describe('R-13 drift above the limit', () => {
  test('alert once per crossing, no forced sale, no opening until it is back', () => {
    const rig = trading()
    rig.hold('AAA', 300, 100)
    rig.mark('AAA', 100)
    expect(rig.alerts('over_limit')).toHaveLength(0)
    rig.mark('AAA', 100.01).mark('AAA', 101)
    expect(rig.alerts('over_limit')).toMatchObject([{ instrument: 0, values: [usd(30_003)] }])
    expect(rig.exit()).toBeUndefined()
    expect(rig.buy('AAA', 1, 100)).toEqual(['exposure'])
    rig.mark('AAA', 99.5)
    expect(rig.buy('AAA', 1, 100)).toBeTypeOf('number')
    expect(rig.mark('AAA', 101).alerts('over_limit')).toHaveLength(2)
  })

  test('a falling equity does the same', () => {
    const rig = trading()
    rig.hold('AAA', 300, 100)
    rig.cash(-usd(1), 'fee').mark('AAA', 100)
    expect(rig.alerts('over_limit')).toHaveLength(1)
    expect(rig.buy('AAA', 1, 100)).toEqual(['exposure'])
  })
})

describe('R-14 at most ten instruments', () => {
  const ELEVEN = Array.from({ length: 12 }, (_, i) => `S${String(i).padStart(2, '0')}`)

  test('the tenth is accepted, the eleventh is not, adding to a held one is', () => {
    const rig = trading(100, { symbols: ELEVEN, limits: LOOSE })
    for (const symbol of ELEVEN.slice(0, 9)) rig.wait(10).hold(symbol, 5, 100)
    expect(rig.wait(10).buy('S09', 5, 100)).toBeTypeOf('number')
    expect(rig.wait(10).buy('S10', 5, 100)).toEqual(['position_count'])
    expect(rig.buy('S03', 5, 100)).toBeTypeOf('number')
    rig.canceled(10)
    expect(rig.wait(10).buy('S10', 5, 100)).toBeTypeOf('number')
  })

  test('a sale frees its place only when it is done; a reducing order takes none', () => {
    const rig = trading(100, { symbols: ELEVEN, limits: LOOSE })
    for (const symbol of ELEVEN.slice(0, 10)) rig.wait(10).hold(symbol, 5, 100)
    const sale = rig.wait(10).sell('S00', 5, 101)
    rig.ack(sale)
    expect(rig.buy('S10', 5, 100)).toEqual(['position_count'])
    rig.fill(sale, 5, 101)
    expect(rig.wait(10).buy('S10', 5, 100)).toBeTypeOf('number')
  })

  test('R-43 what is not ours takes places too, an external buy as well, an external sale does not', () => {
    const rig = atBrokers(100, { symbols: ELEVEN, limits: { maxPositions: 2 } })
    rig.external(0, 'S00', 5, 100)
    rig.operator('acknowledge', { broker: 0, symbol: 'S00' })
    const order = { orderId: 0, externalId: 9, instrument: 1, side: 1, qty: 5, cumQty: 0, limit: 0 } as const
    rig.pass(31).books(0, { orders: [{ ...order, side: -1, state: 'working' }] })
    rig.operator('acknowledge', { broker: 0, symbol: 'S01' })
    const probe = rig.buy('S02', 5, 100)
    rig
      .reject(probe)
      .pass(61)
      .books(0, { orders: [{ ...order, externalId: 10, state: 'working' }] })
    expect(rig.buy('S02', 5, 100)).toEqual(['position_count'])
  })

  test('R-12 the same instrument at two listings takes one place', () => {
    const symbols = ELEVEN.map((symbol, i) => ({ symbol, economicId: i < 2 ? 'ONE' : symbol }))
    const rig = trading(100, { symbols, limits: { maxPositions: 1 } })
    rig.hold('S00', 5, 100)
    expect(rig.buy('S01', 5, 100)).toBeTypeOf('number')
    expect(rig.buy('S02', 5, 100)).toEqual(['position_count'])
  })
})

describe('R-15 smallest order', () => {
  test('100.00 dollars pass, 99.99 do not; at market the mark decides', () => {
    expect(trading().buy('AAA', 1, 100)).toBeTypeOf('number')
    expect(trading().buy('AAA', 1, 99.99)).toEqual(['min_notional'])
    expect(trading(100).buy('AAA', 1)).toBeTypeOf('number')
    expect(trading(99.99).buy('AAA', 1)).toEqual(['min_notional'])
  })

  test('E-07 at 1,385 won a dollar ₩138,500 pass and ₩138,499 do not', () => {
    const rig = new Rig({ symbols: KOREAN, cash: [{ KRW: 100_000_000, USD: 100_000 }] }).fx('USDKRW', 1385)
    rig.mark('005930', 138_500)
    expect(rig.buy('005930', 1, 138_499)).toEqual(['min_notional'])
    expect(rig.buy('005930', 1, 138_500)).toBeTypeOf('number')
  })

  test('a minimum of the currency’s own is taken before the dollar’s', () => {
    const minOrder = new Map([['KRW', 1_000_000_000]])
    const rig = new Rig({ symbols: KOREAN, cash: [{ KRW: 100_000_000 }], limits: { minOrder } }).fx('USDKRW', 1385)
    rig.mark('005930', 100_000)
    expect(rig.buy('005930', 1, 99_999)).toEqual(['min_notional'])
    expect(rig.buy('005930', 1, 100_000)).toBeTypeOf('number')
  })

  test('E-07 a residue of 37 dollars can be sold', () => {
    const rig = trading(100)
    rig.hold('AAA', 1, 100)
    rig.quote('AAA', 30, 80).print('AAA', 37).wait(1).print('AAA', 37).wait(1).print('AAA', 37)
    rig.pass(1)
    expect(rig.exit()).toMatchObject({ qty: 1, side: -1 })
    const other = trading(37)
    const small = other.buy('AAA', 3, 37)
    other.fill(small, 3, 37)
    expect(other.sell('AAA', 1, 37)).toBeTypeOf('number')
  })
})

describe('R-16 sales', () => {
  test('at most what is held less what other sales offer', () => {
    const rig = trading()
    rig.hold('AAA', 100, 100)
    expect(rig.sell('AAA', 101, 101)).toContain('short')
    rig.ack(rig.sell('AAA', 60, 101))
    expect(rig.sell('AAA', 41, 101)).toContain('short')
    expect(rig.sell('AAA', 40, 101)).toBeTypeOf('number')
  })

  test('E-11 40 beside a live 60 reduce, 41 would open; unknown or not', () => {
    const rig = trading()
    rig.hold('AAA', 100, 100)
    sent(rig.sell('AAA', 60, 101))
    expect(rig.sell('AAA', 41, 101)).toContain('short')
    rig.pass(31)
    expect(rig.row(2).state).toBe('unknown')
    expect(rig.sell('AAA', 41, 101)).toContain('short')
    const id = sent(rig.sell('AAA', 40, 101))
    expect(rig.row(id).reducing).toBe(true)
  })

  test('shares at one broker never cover a sale at another', () => {
    const rig = trading(100, { brokers: [{}, {}] })
    rig.hold('AAA', 100, 100, 0)
    expect(rig.place(1, 'AAA', -1, 100)).toContain('short')
    expect(rig.place(0, 'AAA', -100, 100)).toBeTypeOf('number')
  })

  test('what the broker lets us sell is the bound, and fills move it', () => {
    const rig = atBrokers()
    rig.hold('AAA', 100, 100)
    rig.pass(31).books(0, { positions: [{ instrument: 0, qty: 100, sellable: 70, avgPrice: 0 }] })
    expect(rig.sell('AAA', 71, 101)).toContain('short')
    const sale = rig.sell('AAA', 70, 101)
    rig.ack(sale)
    expect(rig.sell('AAA', 1, 101)).toContain('short')
    rig.fill(sale, 70, 101)
    expect(rig.sell('AAA', 1, 101)).toContain('short')
    rig.hold('AAA', 10, 100)
    expect(rig.sell('AAA', 10, 101)).toBeTypeOf('number')
  })

  test('I-09 without permission no position is ever negative; with it the same sale is accepted', () => {
    expect(trading().sell('AAA', 10, 100)).toContain('short')
    expect(trading(100, { symbols: [{ symbol: 'AAA', allowShort: true }] }).sell('AAA', 10, 100)).toBeTypeOf('number')
  })
})

describe('R-17 cash', () => {
  const poor = (usdThere: number, o: object = {}): Rig =>
    trading(100, { brokers: [{}, {}], cash: [{ USD: usdThere }, { USD: 99_000 }], ...o })

  test('all of it may be spent, not a unit more', () => {
    expect(poor(1000).place(0, 'AAA', 10, 100)).toBeTypeOf('number')
    expect(poor(999.999999).place(0, 'AAA', 10, 100)).toEqual(['cash'])
  })

  test('the worst fee is part of the need', () => {
    const fees = { kind: 'bps', bps: { num: 10, den: 1 } } as const
    expect(poor(1001, { fees }).place(0, 'AAA', 10, 100)).toBeTypeOf('number')
    expect(poor(1000.999999, { fees }).place(0, 'AAA', 10, 100)).toEqual(['cash'])
  })

  test('at market the 2 % are reserved', () => {
    expect(poor(1020).place(0, 'AAA', 10)).toBeTypeOf('number')
    expect(poor(1019.999999).place(0, 'AAA', 10)).toEqual(['cash'])
  })

  test('live buys reserve, also unknown ones and the larger of a replace; sales bring nothing before they fill', () => {
    const rig = poor(2000)
    const first = rig.place(0, 'AAA', 10, 100)
    rig.ack(first)
    expect(rig.place(0, 'AAA', 11, 100)).toEqual(['cash'])
    sent(rig.replace(first, { qty: 15 }))
    expect(rig.place(0, 'AAA', 6, 100)).toEqual(['cash'])
    expect(rig.place(0, 'AAA', 5, 100)).toBeTypeOf('number')
    const seller = poor(1000)
    seller.hold('AAA', 10, 100)
    seller.ack(seller.place(0, 'AAA', -10, 101))
    expect(seller.place(0, 'AAA', 1, 100)).toEqual(['cash'])
  })

  test('a replace to a higher price reserves at that price while it is under way', () => {
    const rig = poor(2000)
    const first = rig.place(0, 'AAA', 10, 100)
    rig.ack(first)
    sent(rig.replace(first, { limit: 104 }))
    expect(rig.place(0, 'AAA', 10, 100)).toEqual(['cash'])
    expect(rig.place(0, 'AAA', 9, 100)).toBeTypeOf('number')
  })

  test('cash at another broker or in another currency does not help', () => {
    const rig = new Rig({ symbols: KOREAN, cash: [{ USD: 1_000_000, KRW: 100_000 }] }).fx('USDKRW', 1000)
    rig.mark('005930', 100_000)
    expect(rig.buy('005930', 1, 100_000)).toBeTypeOf('number')
    expect(rig.buy('005930', 2, 100_000)).toEqual(['cash'])
  })

  const integrated = (answer?: number): Rig => {
    const symbols = [
      { symbol: 'AAA', currency: 'KRW', priceDecimals: 0 } as const,
      { symbol: 'USDKRW', venue: 'FX', currency: 'KRW', priceDecimals: 2 } as const,
    ]
    const rig = new Rig({ symbols, brokers: [{ funding: 'integrated' }], cash: [{ USD: 10_000, KRW: 5_000_000 }] })
    rig.fx('USDKRW', 1000).mark('AAA', 1000)
    return answer === undefined ? rig : rig.power(0, 'KRW', answer)
  }

  test('integrated margin: the last buying-power answer is the bound, whatever the cash; none leaves nothing', () => {
    expect(integrated().buy('AAA', 100, 1000)).toEqual(['cash'])
    expect(integrated(150_000).buy('AAA', 150, 1000)).toBeTypeOf('number')
    expect(integrated(150_000).buy('AAA', 151, 1000)).toEqual(['cash'])
    expect(integrated(149_999).buy('AAA', 150, 1000)).toEqual(['cash'])
  })

  test('an answer 60.000000 s old counts, one a microsecond older does not', () => {
    const rig = integrated(150_000).wait(60).mark('AAA', 1000)
    expect(rig.buy('AAA', 150, 1000)).toBeTypeOf('number')
    const late = integrated(150_000).wait(60.000001).mark('AAA', 1000)
    expect(late.buy('AAA', 150, 1000)).toEqual(['cash'])
  })

  test('what was sent since the answer is taken off it', () => {
    const rig = integrated(200_000)
    sent(rig.buy('AAA', 100, 1000))
    expect(rig.buy('AAA', 101, 1000)).toEqual(['cash'])
    expect(rig.buy('AAA', 100, 1000)).toBeTypeOf('number')
  })

  test('the equivalent in base currency is reserved, for live orders and for a negative balance', () => {
    const symbols = [
      { symbol: 'AAA', currency: 'KRW', priceDecimals: 0 } as const,
      { symbol: 'BBB' },
      { symbol: 'USDKRW', venue: 'FX', currency: 'KRW', priceDecimals: 2 } as const,
    ]
    const make = (): Rig => {
      const brokers = [{ funding: 'integrated' } as const, {}]
      const rig = new Rig({ symbols, brokers, cash: [{ USD: 1_000 }, { USD: 99_000 }] })
      rig.fx('USDKRW', 1000).mark('AAA', 1000).mark('BBB', 100).power(0, 'KRW', 1_000_000)
      return rig
    }
    const rig = make()
    const order = rig.place(0, 'AAA', 500, 1000)
    expect(rig.place(0, 'BBB', 6, 100)).toEqual(['cash'])
    expect(rig.place(0, 'BBB', 5, 100)).toBeTypeOf('number')
    const filled = make()
    const buy = filled.place(0, 'AAA', 500, 1000)
    filled.fill(buy, 500, 1000)
    expect(filled.cashOf(0, 'KRW')).toBe(-500_000 * 10_000)
    expect(filled.place(0, 'BBB', 6, 100)).toEqual(['cash'])
    // The broker's conversion closes the balance, and with it the reservation.
    filled.cash(500_000 * 10_000, 'fx_conversion', 0, 'KRW').cash(-usd(500), 'fx_conversion')
    expect(filled.place(0, 'BBB', 5, 100)).toBeTypeOf('number')
    expect(order).toBeTypeOf('number')
  })
})

describe('R-45 allotted capital', () => {
  const small = (): Rig => atBrokers(100, { cash: BIG, limits: { allotted: usd(1000) } })

  test('percentages are taken of the allotment and its result, not of the account', () => {
    expect(small().buy('AAA', 3, 100)).toBeTypeOf('number')
    expect(small().buy('AAA', 4, 100)).toEqual(['exposure'])
    expect(small().desk.losses).toMatchObject({
      dailyLine: usd(1_000_000) - usd(50),
      emergencyLine: usd(1_000_000) - usd(100),
    })
  })

  test('a result of 50 dollars moves it, a deposit of 50,000 does not', () => {
    const rig = small()
    const buy = rig.buy('AAA', 3, 100)
    rig.fill(buy, 3, 100).cash(usd(50_000), 'deposit')
    expect(rig.desk.valuation.limitBase()).toBe(usd(1000))
    rig.mark('AAA', 105)
    expect(rig.desk.valuation.limitBase()).toBe(usd(1015))
    rig.fill(rig.sell('AAA', 3, 105), 3, 105, { fee: 1 })
    expect(rig.desk.valuation.limitBase()).toBe(usd(1014))
  })

  test('never more than equity; changed by the operator only, and that is no profit or loss', () => {
    const rig = atBrokers(100, { limits: { allotted: usd(500_000) } })
    expect(rig.buy('AAA', 301, 100)).toEqual(['exposure'])
    const equity = rig.equity
    rig.operator('allot', { value: usd(1000) })
    expect(rig.equity).toBe(equity)
    expect(rig.desk.losses.flowAll).toBe(0)
    expect(rig.buy('AAA', 4, 100)).toEqual(['exposure'])
    expect(rig.desk.losses.dailyLine).toBe(usd(100_000) - usd(50))
    expect(rig.rows('operator').at(-1)).toMatchObject({ value: usd(1000) })
    rig.operator('allot', { value: 0 })
    expect(rig.buy('AAA', 4, 100)).toBeTypeOf('number')
    expect(rig.desk.losses.dailyLine).toBe(usd(95_000))
  })

  test('its daily limit trips on 5 % of it', () => {
    const rig = small()
    expect(rig.cash(-usd(49.999999), 'fee').state).toBe('LIVE')
    expect(rig.cash(-1, 'fee').state).toBe('REDUCE_ONLY')
  })
})
