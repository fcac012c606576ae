/** Tick tables of the venues against what exchanges and brokers published, as cited at each test. */
import { describe, expect, it } from 'vitest'
import { parseDay } from '../../../src/core/base/time.ts'
import type { Product } from '../../../src/core/domain/instrument.ts'
import { tickTable, tickVersion, venueDefaults, venueNames } from '../../../src/reference/venues.ts'

const day = (text: string): number => parseDay(text) ?? Number.NaN

function tickAt(venue: string, date: string, price: number, product: Product = 'stock', segment?: string): number {
  const rows = tickTable(venue, venueDefaults(venue).currency, day(date), product, segment)
  return Number(rows.findLast((r) => Number(r.from) <= price)?.tick)
}

/** Is the price on the grid of its table? In millionths, so that halves of pence stay exact. */
function legal(venue: string, date: string, price: number, product: Product = 'stock', segment?: string): boolean {
  const micro = (x: number): number => Math.round(x * 1e6)
  return micro(price) % micro(tickAt(venue, date, price, product, segment)) === 0
}

describe('versions', () => {
  it('name the file of every venue with a hash of its content', () => {
    const versions = new Map(venueNames().map((venue) => [venue, tickVersion(venue)]))
    for (const version of versions.values()) expect(version).toMatch(/^\d{4}-\d{2}-\d{2}\/sha256:[0-9a-f]{64}$/)
    expect(versions.get('SSE')).toBe(versions.get('SZSE'))
    expect(versions.get('LSE')).not.toBe(versions.get('XETRA'))
  })
})

describe('KRX', () => {
  it('KOSDAQ had no step above 100 won before 2023-01-25 and the same table since (KRX notice of 2023-01-17)', () => {
    const prices = [40_000, 50_000, 150_000, 400_000, 600_000]
    const kosdaq = (date: string): number[] => prices.map((p) => tickAt('KRX', date, p, 'stock', 'KOSDAQ'))
    expect(kosdaq('2023-01-24')).toEqual([50, 100, 100, 100, 100])
    expect(kosdaq('2023-01-25')).toEqual(prices.map((p) => tickAt('KRX', '2023-01-25', p)))
    expect(kosdaq('2023-01-25')).toEqual([50, 100, 100, 500, 1000])
    expect(tickAt('KRX', '2023-01-24', 150_000)).toBe(500)
  })

  it('notes step like funds, and a segment without a table of its own like the market', () => {
    expect(tickAt('KRX', '2024-06-03', 1500, 'etn')).toBe(1)
    expect(tickAt('KRX', '2024-06-03', 40_000, 'etn')).toBe(5)
    expect(tickAt('KRX', '2024-06-03', 40_000, 'stock', 'KOSPI')).toBe(50)
  })
})

describe('TSE', () => {
  // Rows as in the tables of kabu.com ("呼値", TOPIX500 and other issues) and Naito Securities; upper ends included.
  const upTo = [
    1000, 3000, 5000, 10_000, 30_000, 50_000, 100_000, 300_000, 500_000, 1_000_000, 3_000_000, 5_000_000, 10_000_000,
    30_000_000, 50_000_000,
  ]
  const fine = [0.1, 0.5, 1, 1, 5, 10, 10, 50, 100, 100, 500, 1000, 1000, 5000, 10_000]
  const other = [1, 1, 5, 10, 10, 50, 100, 100, 500, 1000, 1000, 5000, 10_000, 10_000, 50_000]

  it('steps of TOPIX 500 members and of other issues, just below each published end of a range', () => {
    expect(upTo.map((end) => tickAt('TSE', '2026-06-01', end - 0.1, 'stock', 'TOPIX100'))).toEqual(fine)
    expect(upTo.map((end) => tickAt('TSE', '2026-06-01', end - 0.1, 'stock', 'MID400'))).toEqual(fine)
    expect(upTo.map((end) => tickAt('TSE', '2026-06-01', end - 1))).toEqual(other)
    expect(tickAt('TSE', '2026-06-01', 50_000_001)).toBe(100_000)
  })

  it('accepts the ends themselves and refuses what lies off the next grid', () => {
    for (const end of upTo) expect(legal('TSE', '2026-06-01', end, 'stock', 'MID400'), `${end}`).toBe(true)
    for (const end of upTo) expect(legal('TSE', '2026-06-01', end), `${end}`).toBe(true)
    expect(legal('TSE', '2026-06-01', 1000.1, 'stock', 'TOPIX100')).toBe(false)
    expect(legal('TSE', '2026-06-01', 2500.5, 'stock', 'TOPIX100')).toBe(true)
    expect(legal('TSE', '2026-06-01', 2500.5)).toBe(false)
    expect(legal('TSE', '2026-06-01', 3001)).toBe(false)
  })

  it('Mid400 members took the finer table on 2023-06-05, TOPIX 100 members had it (Japannext, Tick Size Optimization)', () => {
    expect(['2023-06-02', '2023-06-05'].map((d) => tickAt('TSE', d, 2500, 'stock', 'MID400'))).toEqual([1, 0.5])
    expect(['2023-06-02', '2023-06-05'].map((d) => tickAt('TSE', d, 2500, 'stock', 'TOPIX100'))).toEqual([0.5, 0.5])
    expect(['2023-06-02', '2023-06-05'].map((d) => tickAt('TSE', d, 2500, 'etf'))).toEqual([1, 0.5])
    expect(tickAt('TSE', '2026-06-01', 2500, 'etf', 'UNIT1')).toBe(1)
    expect(tickAt('TSE', '2026-06-01', 9000, 'etf', 'UNIT1')).toBe(1)
  })

  it('TOPIX 100 members moved by 0.5 yen up to 5,000 until September 2015 (TSE page of 2014-10-31)', () => {
    expect([4000, 40_000, 80_000].map((p) => tickAt('TSE', '2015-09-23', p, 'stock', 'TOPIX100'))).toEqual([0.5, 5, 10])
    expect([4000, 40_000, 80_000].map((p) => tickAt('TSE', '2015-09-24', p, 'stock', 'TOPIX100'))).toEqual([1, 10, 10])
  })
})

describe('HKEX', () => {
  it('reduced the spreads in two phases (HKEX, Reduction of Minimum Spreads)', () => {
    const at = (date: string): number[] => [0.3, 0.7, 9.5, 15, 30, 70, 150].map((p) => tickAt('HK', date, p))
    expect(at('2025-08-01')).toEqual([0.005, 0.01, 0.01, 0.02, 0.05, 0.05, 0.1])
    expect(at('2025-08-04')).toEqual([0.005, 0.01, 0.01, 0.01, 0.02, 0.05, 0.1])
    expect(at('2026-07-31')).toEqual(at('2025-08-04'))
    expect(at('2026-08-03')).toEqual([0.005, 0.005, 0.005, 0.01, 0.02, 0.05, 0.1])
  })

  it('accepts the ends of ranges, which are upper ends, and refuses what lies off the next grid', () => {
    for (const end of [0.25, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 9995]) {
      expect(legal('HK', '2026-08-03', end), `${end}`).toBe(true)
    }
    expect(legal('HK', '2026-08-03', 500.2)).toBe(false)
    expect(legal('HK', '2026-08-03', 500.5)).toBe(true)
    expect(legal('HK', '2026-08-03', 19.99)).toBe(true)
    expect(legal('HK', '2026-08-03', 20.01)).toBe(false)
  })

  it('left funds out: part D of the spread table since June 2020', () => {
    expect([0.5, 3, 7, 15, 30, 150, 300].map((p) => tickAt('HK', '2026-08-03', p, 'etf'))).toEqual([
      0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1,
    ])
    expect(tickAt('HK', '2020-05-29', 30, 'etf')).toBe(0.05)
  })
})

describe('mainland China', () => {
  it('0.01 yuan for shares, 0.001 for funds, at all prices and on both exchanges', () => {
    for (const venue of ['SSE', 'SZSE']) {
      expect([0.5, 12, 1700].map((p) => tickAt(venue, '2024-06-03', p))).toEqual([0.01, 0.01, 0.01])
      expect(tickAt(venue, '2024-06-03', 3.5, 'etf')).toBe(0.001)
    }
  })
})

describe('Europe, RTS 11', () => {
  // Corners and a middle row of the annex of Delegated Regulation (EU) 2017/588, written from its text.
  const row = (venue: string, price: number): number[] =>
    [1, 2, 3, 4, 5, 6].map((n) => tickAt(venue, '2024-06-03', price, 'stock', `ADNT${n}`))

  it('corner cells', () => {
    for (const venue of ['XETRA', 'EURONEXT']) {
      expect(row(venue, 0.05)).toEqual([0.0005, 0.0002, 0.0001, 0.0001, 0.0001, 0.0001])
      expect(row(venue, 0.1)).toEqual([0.001, 0.0005, 0.0002, 0.0001, 0.0001, 0.0001])
      expect(row(venue, 15)).toEqual([0.1, 0.05, 0.02, 0.01, 0.005, 0.002])
      expect(row(venue, 19_999)).toEqual([100, 50, 20, 10, 5, 2])
      expect(row(venue, 50_000)).toEqual([500, 200, 100, 50, 20, 10])
    }
  })

  it('every step is the next of 1, 2, 5 from band to band and never smaller in a higher range', () => {
    const prices = [
      0.05, 0.15, 0.3, 0.7, 1.5, 3, 7, 15, 30, 70, 150, 300, 700, 1500, 3000, 7000, 15_000, 30_000, 70_000,
    ]
    for (const [i, price] of prices.entries()) {
      const ticks = row('XETRA', price)
      for (let n = 1; n < 6; n++) {
        const ratio = Math.round(((ticks[n - 1] as number) / (ticks[n] as number)) * 10) / 10
        expect([1, 2, 2.5], `${price}, band ${n + 1}`).toContain(ratio)
        if (ratio === 1) expect(ticks[n], `${price}`).toBe(0.0001)
      }
      const next = row('XETRA', prices[i + 1] ?? price)
      for (let n = 0; n < 6; n++) expect(next[n]).toBeGreaterThanOrEqual(ticks[n] as number)
    }
  })

  it('a share without a band has the finest, a fund always (article 2)', () => {
    expect(tickAt('XETRA', '2024-06-03', 15)).toBe(0.002)
    expect(tickAt('XETRA', '2024-06-03', 15, 'etf', 'ADNT2')).toBe(0.002)
  })

  it('London applies the table to pence: 150.5 pence of band 5 move by 0.05 pence', () => {
    expect(tickAt('LSE', '2024-06-03', 1.505, 'stock', 'ADNT5')).toBe(0.0005)
    for (const n of [1, 2, 3, 4, 5, 6]) {
      for (const price of [0.5, 7, 72, 150, 4000, 60_000]) {
        const pence = tickAt('LSE', '2024-06-03', price / 100, 'stock', `ADNT${n}`) * 100
        expect(pence).toBeCloseTo(tickAt('XETRA', '2024-06-03', price, 'stock', `ADNT${n}`), 9)
      }
    }
  })
})
