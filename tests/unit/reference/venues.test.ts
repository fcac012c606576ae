import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { Failure } from '../../../src/cli/failure.ts'
import { parseDay } from '../../../src/core/base/time.ts'
import { lotOf, productOf, type TickRow, tickTable, venueDefaults, venueNames } from '../../../src/reference/venues.ts'

const SHARED = process.env.SAMETAPE_SHARED ?? '../shared'

const day = (text: string): number => parseDay(text) ?? Number.NaN
const tickOf = (rows: readonly TickRow[], price: number): number =>
  Number(rows.findLast((r) => Number(r.from) <= price)?.tick)
const krx = (date: string, price: number, product?: 'stock' | 'etf'): number =>
  tickOf(tickTable('KRX', 'KRW', day(date), product), price)

describe('venues', () => {
  it('have defaults', () => {
    const world = ['TSE', 'HK', 'SSE', 'SZSE', 'LSE', 'XETRA', 'EURONEXT']
    expect(venueNames()).toEqual(['US', 'KRX', 'NXT', ...world, 'FX', 'CRYPTO', 'GEN'])
    expect(venueDefaults('US')).toEqual({ currency: 'USD', zone: 'America/New_York', calendar: 'US' })
    expect(venueDefaults('KRX')).toEqual({ currency: 'KRW', zone: 'Asia/Seoul', calendar: 'KRX' })
    expect(lotOf('US', 'NVDA')).toBe('1')
    expect(() => venueDefaults('us')).toThrow(Failure)
    expect(world.map((venue) => lotOf(venue, 'X'))).toEqual(['100', '100', '100', '100', '1', '1', '1'])
    expect(world.map((venue) => venueDefaults(venue).currency)).toEqual([
      'JPY',
      'HKD',
      'CNY',
      'CNY',
      'GBP',
      'EUR',
      'EUR',
    ])
    expect(() => tickTable('MOON', 'JPY', 0)).toThrow(/"MOON": unknown. Use one of US, KRX/)
  })

  it.each(venueNames())('%s: every table starts at 0 and rises', (venue) => {
    for (const product of ['stock', 'etf'] as const) {
      for (const date of ['1998-01-02', '2010-06-01', '2023-01-24', '2023-01-25', '2026-11-24']) {
        const rows = tickTable(venue, venueDefaults(venue).currency, day(date), product)
        if (venue === 'CRYPTO') expect(rows).toEqual([])
        else expect(rows[0]?.from).toBe('0')
        const from = rows.map((r) => Number(r.from))
        expect(from).toEqual([...new Set(from)].sort((a, b) => a - b))
      }
    }
  })
})

describe('tick tables', () => {
  it('of KRX change on 2023-01-25', () => {
    const prices = [
      999, 1000, 1999, 2000, 4999, 5000, 9990, 10_000, 19_990, 20_000, 49_950, 50_000, 99_900, 100_000, 199_900,
      200_000, 499_500, 500_000,
    ]
    expect(prices.map((p) => krx('2023-01-24', p))).toEqual([
      1, 5, 5, 5, 5, 10, 10, 50, 50, 50, 50, 100, 100, 500, 500, 500, 500, 1000,
    ])
    expect(prices.map((p) => krx('2023-01-25', p))).toEqual([
      1, 1, 1, 5, 5, 10, 10, 10, 10, 50, 50, 100, 100, 100, 100, 500, 500, 1000,
    ])
    expect(tickTable('NXT', 'KRW', day('2025-06-02'))).toEqual(tickTable('KRX', 'KRW', day('2025-06-02')))
  })

  it('of Korean exchange-traded funds are 5 won, and 1 won below 2,000 since December 2023', () => {
    expect(productOf('KRX', '069500')).toBe('etf')
    expect(productOf('KRX', '005930')).toBe('stock')
    expect(productOf('US', '069500')).toBe('stock')
    expect([krx('2023-12-08', 1500, 'etf'), krx('2023-12-11', 1500, 'etf'), krx('2023-12-11', 40_000, 'etf')]).toEqual([
      5, 1, 5,
    ])
  })

  it('of the US are cents from one dollar on, and decimals of fractions before 2001-04-09', () => {
    const us = (date: string, price: number) => tickOf(tickTable('US', 'USD', day(date)), price)
    expect([us('2024-06-03', 0.9999), us('2024-06-03', 1), us('2024-06-03', 400)]).toEqual([0.0001, 0.01, 0.01])
    expect([us('2001-04-06', 50), us('2001-04-09', 50)]).toEqual([0.0001, 0.01])
  })

  it('of FX depend on the quote currency', () => {
    expect(tickTable('FX', 'KRW', 0)).toEqual([{ from: '0', tick: '0.01' }])
    expect(tickTable('FX', 'USD', 0)).toEqual([{ from: '0', tick: '0.0001' }])
  })

  it.skipIf(!existsSync(join(SHARED, 'data/kr-daily')))(
    'hold for every published KRX price before the alternative venue opened (needs the shared data)',
    () => {
      let checked = 0
      for (const file of ['005930', '000660_to_2025-06', '005380', '035420', '069500']) {
        const symbol = file.slice(0, 6)
        const lines = gunzipSync(readFileSync(join(SHARED, `data/kr-daily/${file}.csv.gz`)))
          .toString()
          .trim()
          .split('\n')
        for (const line of lines.slice(1)) {
          const [date, ...prices] = line.split(',').slice(0, 5)
          if (date === undefined || date >= '2025-03-04') break
          const rows = tickTable('KRX', 'KRW', day(date), productOf('KRX', symbol))
          for (const price of prices.map(Number)) {
            if (price % tickOf(rows, price) !== 0) expect.fail(`${symbol} ${date}: ${price} is off the tick`)
            checked++
          }
        }
      }
      expect(checked).toBeGreaterThan(15_000)
    },
  )
})
