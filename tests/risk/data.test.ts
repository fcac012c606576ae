/** What is let in, believed and taken for a rate: R-31 … R-33, F-38 … F-43, F-49, F-55, and the clock. */
import { describe, expect, test } from 'vitest'
import { fxElapsed } from '../../src/core/execution/fx-hours.ts'
import { at, atBrokers, Rig, trading, usd } from '../support/engine-rig.ts'

const mark2 = (rig: Rig, symbol = 'AAA'): number => rig.desk.market.of(rig.id(symbol)).mark2
const refused = (rig: Rig): number => rig.desk.market.of(0).refused

describe('R-31 at the door', () => {
  test.each([
    ['5.000000 s old', 5, true],
    ['5.000001 s old', 5.000001, false],
    ['2.000000 s ahead', -2, true],
    ['2.000001 s ahead', -2.000001, false],
  ])('F-42, F-43 %s', (_name, ago, taken) => {
    for (const kind of ['quote', 'print'] as const) {
      const rig = new Rig().wait(100)
      if (kind === 'quote') rig.quote('AAA', 101, 101, ago)
      else rig.print('AAA', 101, 100, ago)
      expect(mark2(rig)).toBe(taken ? 20_200 : 0)
      expect(refused(rig)).toBe(taken ? 0 : 1)
    }
  })

  test('F-42 behind the last accepted of its stream is out, equal to it is in; streams are apart', () => {
    const rig = new Rig().wait(100).quote('AAA', 100, 100, 2)
    rig.quote('AAA', 101, 101, 2.000001)
    expect(mark2(rig)).toBe(20_000)
    rig.quote('AAA', 102, 102, 2)
    expect(mark2(rig)).toBe(20_400)
    const prints = new Rig().wait(100).quote('AAA', 100, 120, 1).print('AAA', 100, 1, 3)
    expect(mark2(prints)).toBe(20_000)
    prints.print('AAA', 101, 1, 3.000001)
    expect(mark2(prints)).toBe(20_000)
  })

  test('F-55 stamps on either side of midnight are in order; one that is a day off is refused', () => {
    const rig = new Rig({ t0: at('2025-10-09T15:00:00Z') }).mark('AAA', 100)
    rig.t = at('2025-10-10T00:00:00Z')
    rig.quote('AAA', 101, 101, 0.5).wait(0.5).quote('AAA', 102, 102, 0.5)
    expect(mark2(rig)).toBe(20_400)
    rig.quote('AAA', 103, 103, 86_400)
    expect(mark2(rig)).toBe(20_400)
    expect(refused(rig)).toBe(1)
  })

  test.each([
    [1_000_000, true],
    [1_000_001, false],
    [-1_000_000, true],
    [-1_000_001, false],
  ])('a clock that is %i µs off: opening %s', (offset, opens) => {
    const rig = trading().system('clockOffset', offset)
    if (opens) expect(rig.buy('AAA', 10)).toBeTypeOf('number')
    else expect(rig.buy('AAA', 10)).toEqual(['state'])
    expect(rig.alerts('clock')).toHaveLength(opens ? 0 : 1)
  })

  test('told of once, exits go on, healed when it is right again', () => {
    const rig = trading()
    rig.hold('AAA', 10, 100)
    rig.system('clockOffset', 2e6).system('clockOffset', 3e6)
    expect(rig.alerts('clock')).toMatchObject([{ critical: true, values: [2e6] }])
    expect(rig.sell('AAA', 1, 100)).toBeTypeOf('number')
    rig.system('clockOffset', 1e6)
    expect(rig.buy('AAA', 10, 99)).toBeTypeOf('number')
  })
})

describe('R-32 tick sanity', () => {
  const wide = (): Rig => trading(100).quote('AAA', 60, 160)

  test.each([
    [110, true],
    [110.01, false],
    [90, true],
    [89.99, false],
  ])('a print of %f against 100.00 is taken at once: %s', (price, taken) => {
    const rig = wide().print('AAA', price)
    expect(mark2(rig)).toBe(taken ? Math.round(price * 200) : 20_000)
  })

  test('a quote confirms within 2 %, equality too', () => {
    const confirm = (price: number): number => mark2(wide().print('AAA', 150).wait(1).mark('AAA', price))
    expect(confirm(153)).toBe(30_600)
    expect(confirm(153.01)).toBe(20_000)
    expect(confirm(147)).toBe(29_400)
    expect(confirm(146.99)).toBe(20_000)
  })

  test('three prints over 2.000000 s confirm; two, or three in less, do not', () => {
    const prints = (...waits: number[]): number => {
      const rig = wide().print('AAA', 150)
      for (const w of waits) rig.wait(w).print('AAA', 150)
      return mark2(rig)
    }
    expect(prints(1, 1)).toBe(30_000)
    expect(prints(1, 0.999999)).toBe(20_000)
    expect(prints(2)).toBe(20_000)
    expect(prints(1, 0.5, 0.5)).toBe(30_000)
  })

  test('F-40 opening waits while a suspect stands; after 5 s it is dropped and the old mark stays', () => {
    const rig = wide().print('AAA', 627_400)
    expect(rig.buy('AAA', 1, 100)).toContain('stale')
    rig.wait(5).system('moment')
    expect(rig.buy('AAA', 1, 100)).toContain('stale')
    rig.wait(0.000001).system('moment')
    expect(rig.buy('AAA', 1, 100)).toBeTypeOf('number')
    expect(mark2(rig)).toBe(20_000)
  })

  test('a price near the old mark clears the suspicion', () => {
    const rig = wide().print('AAA', 150).print('AAA', 101).print('AAA', 150).wait(1).print('AAA', 101)
    expect(mark2(rig)).toBe(20_200)
  })

  test('bars: the next one confirms by its open, else the second in a row on one side', () => {
    const bars = { shape: { quotes: false, trades: false, bars: true, barMicros: 60_000_000 } }
    const rig = new Rig(bars).bar('AAA', 100).wait(60).bar('AAA', 120)
    expect(mark2(rig)).toBe(20_000)
    expect(rig.buy('AAA', 1, 100)).toContain('stale')
    rig.wait(60).bar('AAA', 121, 122)
    expect(mark2(rig)).toBe(24_200)
    const other = new Rig(bars).bar('AAA', 100).wait(60).bar('AAA', 120).wait(60).bar('AAA', 101, 101)
    expect(mark2(other)).toBe(20_200)
  })
})

describe('F-41 crossed and locked', () => {
  test('a locked quote is a mark, a crossed one is none, nor one 5 % wide and a cent', () => {
    expect(mark2(new Rig().quote('AAA', 100, 100))).toBe(20_000)
    expect(mark2(new Rig().quote('AAA', 100.01, 100))).toBe(0)
    expect(mark2(new Rig().quote('AAA', 97.5, 102.5))).toBe(20_000)
    expect(mark2(new Rig().quote('AAA', 97.5, 102.51))).toBe(0)
    const rig = trading().quote('AAA', 101, 100).print('AAA', 103)
    expect(mark2(rig)).toBe(20_600)
  })
})

describe('R-33 exchange rates', () => {
  const KOREAN = [
    { symbol: 'AAA', currency: 'KRW', priceDecimals: 0 } as const,
    { symbol: 'USDKRW', venue: 'FX', currency: 'KRW', priceDecimals: 2 } as const,
  ]
  /** 2025-10-08 is a Wednesday. */
  const make = (rate?: number, t0 = at('2025-10-08T00:00:00Z')): Rig => {
    const rig = new Rig({ symbols: KOREAN, cash: [{ USD: 100_000, KRW: 50_000_000 }], t0 })
    if (rate !== undefined) rig.fx('USDKRW', rate)
    return rig.mark('AAA', 50_000)
  }

  test('F-49 missing: no equity is made up, nothing is armed, nothing is opened', () => {
    const rig = make()
    expect(rig.state).toBe('UNARMED')
    expect(rig.buy('AAA', 10, 50_000)).toEqual(expect.arrayContaining(['state', 'fx']))
    rig.fx('USDKRW', 1250)
    expect(rig.state).toBe('LIVE')
    expect(rig.equity).toBe(usd(140_000))
  })

  test('F-49 zero or negative is no rate: the last valid one stands', () => {
    const rig = make(1250).wait(60).fx('USDKRW', 0).fx('USDKRW', -1250)
    expect(rig.equity).toBe(usd(140_000))
    expect(mark2(rig, 'USDKRW')).toBe(250_000)
  })

  test('F-49 never inverted: a stronger dollar makes won worth less', () => {
    const rig = make(1000)
    expect(rig.equity).toBe(usd(150_000))
    rig.fx('USDKRW', 1010)
    expect(rig.equity).toBe(usd(100_000) + Math.floor((50_000_000 * 1e6) / 1010))
  })

  test('24 h of FX hours old passes, a microsecond more does not; the weekend does not count', () => {
    const fresh = make(1250)
      .wait(24 * 3600)
      .mark('AAA', 50_000)
    expect(fresh.buy('AAA', 10, 50_000)).toBeTypeOf('number')
    const old = make(1250)
      .wait(24 * 3600 + 0.000001)
      .mark('AAA', 50_000)
    expect(old.buy('AAA', 10, 50_000)).toEqual(['fx'])
    const friday = make(1250, at('2025-10-10T21:00:00Z'))
    friday.t = at('2025-10-13T20:59:59Z')
    expect(friday.mark('AAA', 50_000).buy('AAA', 10, 50_000)).toBeTypeOf('number')
    friday.t = at('2025-10-13T21:00:01Z')
    expect(friday.buy('AAA', 10, 49_999)).toEqual(['fx'])
  })

  test('FX hours run from Sunday 22:00Z to Friday 22:00Z', () => {
    const hours = (from: string, to: string): number => fxElapsed(at(from), at(to)) / 3.6e9
    expect(hours('2025-10-10T21:00:00Z', '2025-10-10T22:00:00Z')).toBe(1)
    expect(hours('2025-10-10T22:00:00Z', '2025-10-12T22:00:00Z')).toBe(0)
    expect(hours('2025-10-10T21:59:59Z', '2025-10-12T22:00:01Z')).toBeCloseTo(2 / 3600, 12)
    expect(hours('2025-10-06T00:00:00Z', '2025-10-13T00:00:00Z')).toBe(120)
  })

  test('a move of 5 % is taken, one beyond it waits for a second rate within 2 % of it', () => {
    expect(mark2(make(1000).fx('USDKRW', 1050), 'USDKRW')).toBe(210_000)
    const rig = make(1000).fx('USDKRW', 1050.01)
    expect(mark2(rig, 'USDKRW')).toBe(200_000)
    expect(rig.equity).toBe(usd(150_000))
    expect(rig.buy('AAA', 10, 50_000)).toEqual(['fx'])
    rig.fx('USDKRW', 1060)
    expect(mark2(rig, 'USDKRW')).toBe(212_000)
    expect(rig.buy('AAA', 10, 50_000)).toBeTypeOf('number')
    const back = make(1000).fx('USDKRW', 1100).fx('USDKRW', 1001)
    expect(mark2(back, 'USDKRW')).toBe(200_200)
    expect(back.buy('AAA', 10, 50_000)).toBeTypeOf('number')
  })

  test('a sale of what is held is not kept back by it; dollars are not concerned', () => {
    const rig = make(1000)
    rig.fill(rig.buy('AAA', 10, 50_000), 10, 50_000)
    rig.fx('USDKRW', 1200)
    expect(rig.sell('AAA', 10, 50_000)).toBeTypeOf('number')
  })

  test('a rate alone moves equity, and with it the daily loss', () => {
    const rig = new Rig({ symbols: KOREAN, cash: [{ KRW: 100_000_000 }] }).fx('USDKRW', 1000).mark('AAA', 50_000)
    rig.fx('USDKRW', 1040).fx('USDKRW', 1052.63)
    expect(rig.state).toBe('LIVE')
    expect(rig.fx('USDKRW', 1052.64).state).toBe('REDUCE_ONLY')
  })
})

describe('F-38, F-39 prices and sizes that are none', () => {
  test('zero and one-sided quotes keep what stood', () => {
    const rig = trading().quote('AAA', 0, 0)
    expect(mark2(rig)).toBe(20_000)
    expect(rig.desk.market.of(0)).toMatchObject({ bid: 10_000, ask: 10_000 })
  })
})

describe('I-39 who hears of it changes nothing', () => {
  test('alerts are records: the same run with its alerts unread is the same run', () => {
    const play = (listens: boolean): number[] => {
      const rig = atBrokers()
      rig.hold('AAA', 100, 100)
      if (listens) rig.alerts()
      rig.mark('AAA', 98)
      if (listens) rig.alerts()
      rig.operator('kill').pass(200, 10)
      return rig.words()
    }
    expect(play(true)).toEqual(play(false))
  })
})
