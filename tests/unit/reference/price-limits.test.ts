/** Price limits, bands, interruptions and breakers against prices that markets made and examples that were published. */
import { describe, expect, it } from 'vitest'
import { toScaled } from '../../../src/core/base/decimal.ts'
import { MINUTE, parseDay, SECOND } from '../../../src/core/base/time.ts'
import type { TickBand } from '../../../src/core/domain/instrument.ts'
import {
  fellBy,
  luldBands,
  luldClass,
  luldDoubled,
  priceLimits,
  reachesShare,
} from '../../../src/core/domain/price-limits.ts'
import { rulesOn, type VenueRules } from '../../../src/core/domain/venue-rules.ts'
import { limitFile } from '../../../src/reference/limit-data.ts'
import { limitVersion, venueRules } from '../../../src/reference/price-limits.ts'
import { tickTable, venueDefaults, venueNames } from '../../../src/reference/venues.ts'

const day = (text: string): number => parseDay(text) ?? Number.NaN

interface Asked {
  readonly segment?: string
  readonly symbol?: string
  readonly decimals?: number
  readonly product?: 'stock' | 'etf'
}

function rules(venue: string, date: string, asked: Asked = {}): VenueRules {
  const { segment, symbol = 'X', decimals = 0 } = asked
  const listed = { venue, symbol, priceDecimals: decimals, ...(segment === undefined ? {} : { segment }) }
  return rulesOn(venueRules(listed), day(date)) ?? { from: Number.NaN }
}

/** [low, high] of a day as numbers of the currency. */
function limits(venue: string, date: string, base: number, asked: Asked = {}): [number, number] {
  const { segment, decimals = 0, product } = asked
  const rule = rules(venue, date, asked).limit
  if (rule === undefined) throw new Error(`${venue} has no limit on ${date}`)
  const scale = (text: string): number => toScaled(text, decimals) ?? Number.NaN
  const rows = tickTable(venue, venueDefaults(venue).currency, day(date), product, segment)
  const ticks: TickBand[] = rows.map(({ from, tick }) => ({ from: scale(from), tick: scale(tick) }))
  const { low, high } = priceLimits(rule, scale(String(base)), ticks)
  return [low / 10 ** decimals, high / 10 ** decimals]
}

describe('KRX daily limits', () => {
  // Days on which these shares peaked or closed at the limit, from their published daily prices.
  it.each([
    ['042700', '2023-07-13', 31_700, 41_200],
    ['042700', '2024-02-08', 60_400, 78_500],
    ['006800', '2025-05-29', 13_440, 17_470],
    ['006800', '2025-06-23', 19_530, 25_350],
  ])('%s stopped on %s, from %d, at %d', (symbol, date, base, high) => {
    expect(limits('KRX', date, base, { symbol })[1]).toBe(high)
  })

  it('cuts the width to the tick of the base price, then the limits to their own ticks', () => {
    // 30 % of 9,990 is 2,997, cut to 2,990; 12,980 steps by 10 since 2023 and by 50 before.
    expect(limits('KRX', '2024-06-03', 9990)).toEqual([7000, 12_980])
    expect(limits('KRX', '2022-06-03', 9990)).toEqual([7000, 12_950])
    // 30 % of 71,500 is 21,450, cut to 21,400: 92,900 and 50,100.
    expect(limits('KRX', '2024-06-03', 71_500)).toEqual([50_100, 92_900])
    // Going down into a finer range changes nothing, going up into a wider one cuts: 501 to 651; 1,999 to 2,595.
    expect(limits('KRX', '2024-06-03', 501)).toEqual([351, 651])
    expect(limits('KRX', '2024-06-03', 1999)).toEqual([1400, 2595])
  })

  it('15 % until 2015-06-12, 30 % since 2015-06-15', () => {
    expect(limits('KRX', '2015-06-12', 10_000)).toEqual([8500, 11_500])
    expect(limits('KRX', '2015-06-15', 10_000)).toEqual([7000, 13_000])
    expect(limits('NXT', '2025-06-02', 10_000)).toEqual([7000, 13_000])
  })

  it('leaves at least a tick and never reaches zero', () => {
    expect(limits('KRX', '2024-06-03', 2)).toEqual([1, 3])
    expect(limits('KRX', '2024-06-03', 1)).toEqual([1, 2])
  })
})

describe('TSE daily limits', () => {
  it('by the table of absolute yen; ranges are "less than" (JPX, Daily Price Limits)', () => {
    const at = (base: number): [number, number] => limits('TSE', '2026-06-01', base)
    expect([at(99), at(100), at(199), at(499)]).toEqual([
      [69, 129],
      [50, 150],
      [149, 249],
      [419, 579],
    ])
    expect([at(1000), at(1499), at(1500), at(9990), at(10_000)]).toEqual([
      [700, 1300],
      [1199, 1799],
      [1100, 1900],
      [8490, 11_490],
      [7000, 13_000],
    ])
    expect(at(50_000_000)).toEqual([40_000_000, 60_000_000])
  })

  it('limits lie on the grid of their own price, and above zero', () => {
    // Up 500 from 2,999 is 3,499, where prices step by 5: cut to 3,495.
    expect(limits('TSE', '2026-06-01', 2999)).toEqual([2499, 3495])
    expect(limits('TSE', '2026-06-01', 20)).toEqual([1, 50])
    expect(limits('TSE', '2026-06-01', 2999.5, { segment: 'TOPIX100', decimals: 1 })).toEqual([2499.5, 3499])
  })
})

describe('SSE and SZSE daily limits', () => {
  it('10 %, to the nearest cent, halves up', () => {
    // 10.05: 11.055 and 9.045, both halves.
    expect(limits('SSE', '2024-06-03', 10.05, { decimals: 2 })).toEqual([9.05, 11.06])
    expect(limits('SZSE', '2024-06-03', 12.34, { decimals: 2 })).toEqual([11.11, 13.57])
    // Kweichow Moutai at 1,685.01: 1,516.509 and 1,853.511.
    expect(limits('SSE', '2024-06-03', 1685.01, { decimals: 2 })).toEqual([1516.51, 1853.51])
  })

  it('by segment and date: ST 5 and 10 %, STAR 20 %, ChiNext 10 and 20 %', () => {
    const at = (date: string, segment: string): [number, number] => limits('SSE', date, 10, { decimals: 2, segment })
    expect(at('2026-07-03', 'ST')).toEqual([9.5, 10.5])
    expect(at('2026-07-06', 'ST')).toEqual([9, 11])
    expect(at('2024-06-03', 'STAR')).toEqual([8, 12])
    expect(rules('SSE', '2019-07-19', { decimals: 2, segment: 'STAR' }).limit).toBeUndefined()
    expect(at('2020-08-21', 'CHINEXT')).toEqual([9, 11])
    expect(at('2020-08-24', 'CHINEXT')).toEqual([8, 12])
  })

  it('at least one step away where 5 % is less than half a cent, funds by thousandths', () => {
    expect(limits('SSE', '2024-06-03', 0.08, { decimals: 2, segment: 'ST' })).toEqual([0.07, 0.09])
    expect(limits('SSE', '2024-06-03', 3.005, { decimals: 3, product: 'etf' })).toEqual([2.705, 3.306])
  })
})

describe('limit up, limit down', () => {
  const dollars = (x: number): number => Math.round(x * 1e4)

  /** Bands in dollars, `since` the open and `left` to the close in minutes. */
  function bands(date: string, tier: string, close: number, reference: number, since = 60, left = 180): number[] {
    const rule = rules('US', date, { decimals: 4, segment: tier }).luld
    if (rule === undefined) throw new Error('no rule')
    const band = luldClass(rule, dollars(close))
    const doubled = luldDoubled(rule, band, since * MINUTE, left * MINUTE)
    const { low, high } = luldBands(rule, band, dollars(reference), doubled)
    return [low / 1e4, high / 1e4]
  }

  it('reference 100 dollars: 95 and 105 in tier 1 (Solomon Exam Prep 5.13.3), 90 and 110 in tier 2', () => {
    expect(bands('2024-06-03', 'TIER1', 100, 100)).toEqual([95, 105])
    expect(bands('2024-06-03', 'TIER2', 100, 100)).toEqual([90, 110])
    expect(bands('2024-06-03', 'NASDAQ', 100, 100)).toEqual([95, 105])
  })

  it('the share goes by the close before, 3.00 and 0.75 included in the middle class (appendix A)', () => {
    expect(bands('2024-06-03', 'TIER1', 3.01, 10)).toEqual([9.5, 10.5])
    expect(bands('2024-06-03', 'TIER1', 3, 10)).toEqual([8, 12])
    expect(bands('2024-06-03', 'TIER1', 0.75, 1)).toEqual([0.8, 1.2])
    // Below 0.75 dollars: the lesser of 0.15 dollars and 75 %.
    expect(bands('2024-06-03', 'TIER1', 0.7499, 0.5)).toEqual([0.35, 0.65])
    expect(bands('2024-06-03', 'TIER1', 0.5, 0.1)).toEqual([0.03, 0.18])
  })

  it('doubled from 09:30 to 09:45 and from 15:35 before the eighteenth amendment: 3.01 has 10 % then (Solomon)', () => {
    expect(bands('2020-02-21', 'TIER1', 3.01, 3.01, 14)).toEqual([2.71, 3.31])
    expect(bands('2020-02-21', 'TIER1', 3.01, 3.01, 15)).toEqual([2.86, 3.16])
    expect(bands('2020-02-21', 'TIER2', 100, 100, 300, 25)).toEqual([80, 120])
  })

  it('after it only near the close, and not for tier 2 above 3 dollars', () => {
    expect(bands('2020-02-24', 'TIER1', 100, 100, 1)).toEqual([95, 105])
    expect(bands('2020-02-24', 'TIER1', 100, 100, 366, 24)).toEqual([90, 110])
    expect(bands('2020-02-24', 'TIER1', 100, 100, 364, 26)).toEqual([95, 105])
    expect(bands('2020-02-24', 'TIER2', 100, 100, 366, 24)).toEqual([90, 110])
    expect(bands('2020-02-24', 'TIER2', 2, 2, 366, 24)).toEqual([1.2, 2.8])
    expect(bands('2020-02-24', 'TIER1', 0.5, 0.1, 366, 24)).toEqual([0, 0.25])
  })

  it('rounds to the cent and carries the spans of the plan', () => {
    expect(bands('2024-06-03', 'TIER1', 50, 33.33)).toEqual([31.66, 35])
    const rule = rules('US', '2024-06-03', { decimals: 4 }).luld
    expect(rule).toMatchObject({ limitState: 15 * SECOND, pause: 5 * MINUTE, referenceSpan: 5 * MINUTE })
    expect(rules('US', '2014-02-21', { decimals: 4 }).luld).toBeUndefined()
  })
})

describe('KRX volatility interruptions', () => {
  // Base and triggering price of static interruptions of 2021-06-11 as listed by Infostock Daily.
  it.each([
    [3030, 2725],
    [5060, 5570],
    [1770, 1590],
    [15_300, 16_850],
    [18_000, 16_200],
    [1260, 1390],
  ])('static: from %d to %d', (base, price) => {
    const vi = rules('KRX', '2021-06-11').vi
    expect(reachesShare(base, price, vi?.staticPpm ?? 0)).toBe(true)
    // One tick less did not reach 10 %.
    const tick = Number(tickTable('KRX', 'KRW', day('2021-06-11')).findLast((r) => Number(r.from) <= price)?.tick)
    expect(reachesShare(base, price > base ? price - tick : price + tick, vi?.staticPpm ?? 0)).toBe(false)
  })

  it('dynamic: 6 % for others (Ogong 3,125 to 2,935 on 2024-08-08, Maeil Business), 3 % for KOSPI 200', () => {
    const other = rules('KRX', '2024-08-08').vi
    expect(reachesShare(3125, 2935, other?.dynamicPpm ?? 0)).toBe(true)
    expect(reachesShare(3125, 2940, other?.dynamicPpm ?? 0)).toBe(false)
    const large = rules('KRX', '2024-08-08', { symbol: '005930' }).vi
    expect(large).toEqual({
      staticPpm: 100_000,
      dynamicPpm: 30_000,
      dynamicClosingPpm: 20_000,
      auction: 2 * MINUTE,
      randomEnd: 30 * SECOND,
    })
    expect(other?.dynamicClosingPpm).toBe(40_000)
    expect(rules('KRX', '2024-08-08', { segment: 'KOSPI200' }).vi).toEqual(large)
  })

  it('dynamic since 2014-09-01, static since 2015-06-15', () => {
    expect(rules('KRX', '2014-08-29').vi).toBeUndefined()
    expect(rules('KRX', '2014-09-01').vi?.staticPpm).toBe(0)
    expect(reachesShare(1000, 2000, rules('KRX', '2014-09-01').vi?.staticPpm ?? 1)).toBe(false)
    expect(rules('KRX', '2015-06-15').vi?.staticPpm).toBe(100_000)
  })
})

describe('index breakers', () => {
  it('of KRX: 8, 15 and 20 %, the last ends the day (Korea Exchange, Circuit Breakers)', () => {
    const breaker = rules('KRX', '2024-08-05').breaker
    expect(breaker?.index).toBe('KOSPI')
    expect(breaker?.levels.map((l) => [l.dropPpm, l.furtherPpm, l.halt / MINUTE, l.auction / MINUTE])).toEqual([
      [80_000, 0, 20, 10],
      [150_000, 10_000, 20, 10],
      [200_000, 10_000, 0, 0],
    ])
    expect(breaker?.levels.map((l) => l.beforeClose / MINUTE)).toEqual([40, 40, 0])
    expect(rules('KRX', '2024-08-05', { segment: 'KOSDAQ' }).breaker?.index).toBe('KOSDAQ')
    // 2024-08-05: KOSPI stopped at 2,459.22 after a close of 2,676.19, 8.1 % down (press of the day).
    expect(fellBy(267_619, 245_922, breaker?.levels[0]?.dropPpm ?? 0)).toBe(true)
    expect(fellBy(267_619, 246_300, breaker?.levels[0]?.dropPpm ?? 0)).toBe(false)
    expect(rules('KRX', '2015-06-12').breaker?.levels.map((l) => l.dropPpm)).toEqual([100_000])
  })

  it('of the US: 7, 13 and 20 %, 15 minutes, before 15:25 or 35 minutes before an early close (NYSE rule 7.12)', () => {
    const breaker = rules('US', '2020-03-16', { decimals: 4 }).breaker
    expect(breaker?.levels.map((l) => [l.dropPpm, l.halt / MINUTE, l.beforeClose / MINUTE])).toEqual([
      [70_000, 15, 35],
      [130_000, 15, 35],
      [200_000, 0, 0],
    ])
    // 2020-03-16: stopped at 2,490.47 after a close of 2,711.02, 8.14 % down (press of the day).
    expect(fellBy(271_102, 249_047, breaker?.levels[0]?.dropPpm ?? 0)).toBe(true)
    expect(fellBy(271_102, 252_125, breaker?.levels[0]?.dropPpm ?? 0)).toBe(false)
    expect(rules('US', '2013-04-05', { decimals: 4 }).breaker).toBeUndefined()
  })
})

describe('rules of a venue', () => {
  it('are absent where there are none, and versioned where there are', () => {
    expect(venueRules({ venue: 'GEN', symbol: 'X', priceDecimals: 2 })).toEqual([])
    expect(venueRules({ venue: 'HK', symbol: '00700', priceDecimals: 3 })).toEqual([])
    expect(limitVersion('XETRA')).toBeUndefined()
    const known = venueNames().flatMap((venue) => limitVersion(venue) ?? [])
    for (const version of known) expect(version).toMatch(/^\d{4}-\d{2}-\d{2}\/sha256:[0-9a-f]{64}$/)
    expect(new Set(known).size).toBe(known.length - 1)
    expect(limitVersion('SSE')).toBe(limitVersion('SZSE'))
  })

  it('name a file that is not there, and are read once', () => {
    expect(() => limitFile('NOWHERE')).toThrow(/config\/limits\/NOWHERE\.json: cannot be read/)
    expect(limitFile('KRX')).toBe(limitFile('KRX'))
  })

  it('rise by date, one row a change', () => {
    const dated = venueRules({ venue: 'KRX', symbol: '005930', priceDecimals: 0 })
    expect(dated.map((r) => r.from)).toEqual(['2005-01-01', '2014-09-01', '2015-06-15'].map(day))
    expect(rulesOn(dated, day('2004-12-31'))).toBeUndefined()
  })

  it('need decimals that hold their prices', () => {
    expect(() => venueRules({ venue: 'US', symbol: 'X', priceDecimals: 1 })).toThrow(
      /instrument X \(US\): price_decimals 1 cannot hold 0\.(15|75|01).*more decimals/,
    )
  })

  it('compute exactly for prices whose products leave the safe integers', () => {
    const ticks: TickBand[] = [{ from: 0, tick: 1 }]
    const base = 9_000_000_000_001
    const rule = { ppm: 300_000, bands: [], rounding: 'inward' } as const
    expect(priceLimits(rule, base, ticks)).toEqual({ low: 6_300_000_000_001, high: 11_700_000_000_001 })
    expect(priceLimits({ ...rule, rounding: 'nearest' }, base, ticks)).toEqual({
      low: 6_300_000_000_001,
      high: 11_700_000_000_001,
    })
  })
})
