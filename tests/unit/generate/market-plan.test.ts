/** From symbols and dates to sessions, grids and decimals of the right venue. */
import { describe, expect, test } from 'vitest'
import { DAY, epochDay, HOUR, parseStamp } from '../../../src/core/base/time.ts'
import { generateFx, isFxOpen } from '../../../src/generate/fx.ts'
import { planOpenSymbol, planSymbol } from '../../../src/generate/market-plan.ts'
import { generateMarket, type MarketMinute } from '../../../src/generate/market.ts'
import { type MarketRequest, readSymbol } from '../../../src/generate/market-request.ts'
import type { MarketSession } from '../../../src/generate/symbol-market.ts'
import { QUOTE } from '../../../src/generate/ticks.ts'
import { tickTable } from '../../../src/reference/venues.ts'

const request = (part: Partial<MarketRequest> = {}): MarketRequest => ({
  symbols: [],
  days: 3,
  seed: 1,
  start: epochDay(2025, 1, 8),
  rate: 10,
  ...part,
})

const at = (text: string): number => parseStamp(text)?.t as number
const opens = (sessions: Iterable<MarketSession>): number[] => [...sessions].map((session) => session.open)

describe('planSymbol', () => {
  test('six digits are KRX in won, others US in dollars; holidays are left out', () => {
    const us = planSymbol('NVDA', request())
    const krx = planSymbol('005930', request())
    expect([us.venue, us.currency, us.priceDecimals]).toEqual(['US', 'USD', 2])
    expect([krx.venue, krx.currency, krx.priceDecimals]).toEqual(['KRX', 'KRW', 0])
    // 9 January 2025: the US exchanges stayed shut (day of mourning).
    expect(opens(us.sessions)).toEqual(['2025-01-08', '2025-01-10', '2025-01-13'].map((d) => at(`${d}T14:30:00Z`)))
    expect(opens(krx.sessions)).toEqual(['2025-01-08', '2025-01-09', '2025-01-10'].map((d) => at(`${d}T00:00:00Z`)))
  })

  test('a day with a lunch break is two sessions, in lots and within the limits of the venue', () => {
    const tse = planSymbol('7203', request({ venue: 'TSE', days: 1 }))
    expect([tse.venue, tse.currency, tse.priceDecimals]).toEqual(['TSE', 'JPY', 0])
    // 09:00–11:30 and 12:30–15:30 in Tokyo.
    const hours = [...tse.sessions].map((s) => [s.open, s.close])
    expect(hours).toEqual([
      [at('2025-01-08T00:00:00Z'), at('2025-01-08T02:30:00Z')],
      [at('2025-01-08T03:30:00Z'), at('2025-01-08T06:30:00Z')],
    ])
    for (const venue of ['TSE', 'HK', 'SSE', 'SZSE'] as const) {
      const plan = planSymbol('600519', request({ venue, days: 2, seed: 7 }))
      let [low, high] = [Infinity, 0]
      for (const minute of generateMarket({ seed: 7, rate: 30, symbols: [plan] })) {
        for (let i = 0; i < minute.rows; i++) {
          expect((minute.asz[i] as number) % 100, `${venue} size`).toBe(0)
          low = Math.min(low, minute.a[i] as number)
          high = Math.max(high, minute.a[i] as number)
        }
      }
      // Two days of at most a tenth each in China, of less than a seventh in Tokyo.
      if (venue !== 'HK') expect(high / low).toBeLessThan(1.5)
    }
  })

  test('GEN never closes: a day is a civil day, weekends too', () => {
    const gen = planSymbol('NVDA', request({ venue: 'GEN', start: epochDay(2025, 1, 10) }))
    expect(opens(gen.sessions)).toEqual([10, 11, 12].map((day) => epochDay(2025, 1, day) * DAY))
  })

  test.each([
    ['XETRA', 'SAP', 'EUR', '2025-01-08T08:00:00Z'],
    ['EURONEXT', 'MC', 'EUR', '2025-01-08T08:00:00Z'],
    ['LSE', 'VOD', 'GBP', '2025-01-08T08:00:00Z'],
  ] as const)('%s: %s in %s, on the steps of its band, one session a day', (venue, symbol, currency, open) => {
    const plan = planSymbol(symbol, request({ venue, days: 1 }))
    const [session, ...others] = [...plan.sessions]
    expect([plan.venue, plan.currency, session?.open, others]).toEqual([venue, currency, at(open), []])
    const unit = 10 ** plan.priceDecimals
    for (const minute of generateMarket({ seed: 2, rate: 20, symbols: [plan] })) {
      for (let i = 0; i < minute.rows; i++) {
        const prices = minute.kind[i] === QUOTE ? [minute.a[i], minute.b[i]] : [minute.a[i]]
        for (const price of prices as number[]) {
          const row = tickTable(venue, currency, epochDay(2025, 1, 8)).findLast((r) => Number(r.from) <= price / unit)
          const steps = price / unit / Number(row?.tick)
          expect(Math.abs(steps - Math.round(steps)), `${price}`).toBeLessThan(1e-6)
        }
      }
    }
  })

  test('beyond the calendar sessions are assumed, and counted as such', () => {
    expect(planSymbol('NVDA', request()).assumedSessions).toBe(0)
    expect(planSymbol('NVDA', request({ start: epochDay(2075, 1, 7) })).assumedSessions).toBe(3)
  })

  test('KRX prices lie on the tick table of 2023', () => {
    // KRX price bands since 25 January 2023: won per step.
    const step = (price: number): number => {
      const bands = [2000, 5000, 20_000, 50_000, 200_000, 500_000]
      return [1, 5, 10, 50, 100, 500, 1000][bands.filter((from) => price >= from).length] as number
    }
    for (const symbol of ['005930', '000660', '035720']) {
      for (const minute of generateMarket({ seed: 3, rate: 10, symbols: [planSymbol(symbol, request({ seed: 3 }))] })) {
        for (let i = 0; i < minute.rows; i++) {
          const prices = minute.kind[i] === QUOTE ? [minute.a[i], minute.b[i]] : [minute.a[i]]
          for (const price of prices as number[]) expect(price % step(price), `${symbol} ${price}`).toBe(0)
        }
      }
    }
  })
})

describe('planOpenSymbol', () => {
  test('opens at once, also on a Saturday, and goes on', () => {
    const from = at('2025-01-11T12:00:30Z')
    const market = generateMarket({ seed: 1, rate: 60, symbols: [planOpenSymbol('005930', 1, from)] })
    const minutes = first(800, market)
    expect(minutes[0]?.start).toBe(at('2025-01-11T12:00:00Z'))
    expect(minutes.filter((minute) => minute.opens)).toHaveLength(3)
    expect(minutes.at(-1)?.start).toBeGreaterThan(from + 13 * HOUR)
  })

  test('a pair is priced in its second currency, near its round rate, and moves less than a share', () => {
    const from = at('2025-01-08T12:00:00Z')
    for (const [symbol, currency, rate] of [
      ['EUR/USD', 'USD', 1550 / 1400],
      ['USD/JPY', 'JPY', 1400 / 9.3],
      ['USD/KRW', 'KRW', 1400],
    ] as const) {
      const plan = planOpenSymbol(symbol, 1, from, 'FX')
      expect([plan.venue, plan.currency]).toEqual(['FX', currency])
      const unit = 10 ** plan.priceDecimals
      for (const minute of first(390, generateMarket({ seed: 1, rate: 30, symbols: [plan] }))) {
        for (let i = 0; i < minute.rows; i++) {
          expect(Math.abs((minute.a[i] as number) / unit / rate - 1), symbol).toBeLessThan(0.03)
        }
      }
    }
  })

  test('a symbol names its venue, or is a pair', () => {
    expect(['TSE:7203', 'LSE:VOD', 'EUR/USD', 'NVDA', '005930'].map(readSymbol)).toEqual([
      { symbol: '7203', venue: 'TSE' },
      { symbol: 'VOD', venue: 'LSE' },
      { symbol: 'EUR/USD', venue: 'FX' },
      { symbol: 'NVDA', venue: 'US' },
      { symbol: '005930', venue: 'KRX' },
    ])
  })
})

describe('USD/KRW', () => {
  test('trades from Sunday 22:00Z to Friday 22:00Z', () => {
    expect(isFxOpen(at('2025-01-05T21:59:00Z'))).toBe(false)
    expect(isFxOpen(at('2025-01-05T22:00:00Z'))).toBe(true)
    expect(isFxOpen(at('2025-01-10T21:59:00Z'))).toBe(true)
    expect(isFxOpen(at('2025-01-10T22:00:00Z'))).toBe(false)
    expect(isFxOpen(at('2025-01-11T12:00:00Z'))).toBe(false)
  })

  test('gives a first row on a weekend, then rests until Sunday night', () => {
    const rows = [...generateFx(1, at('2025-01-11T12:00:00Z'), at('2025-01-12T22:02:00Z'))]
    expect(rows.map((row) => row.t)).toEqual(['11T12:00', '12T22:00', '12T22:01'].map((d) => at(`2025-01-${d}:00Z`)))
  })

  test('moves by some tenths of a percent a day', () => {
    const start = at('2025-01-06T00:00:00Z')
    const rates = [...generateFx(2, start, start + 24 * HOUR)].map((row) => row.rate)
    const range = (Math.max(...rates) - Math.min(...rates)) / (rates[0] as number)
    expect(rates).toHaveLength(1440)
    expect(range).toBeGreaterThan(0.001)
    expect(range).toBeLessThan(0.04)
  })
})

/** The first `count` minutes; the list may be endless. */
function first(count: number, market: Iterable<MarketMinute>): MarketMinute[] {
  const minutes: MarketMinute[] = []
  for (const minute of market) {
    if (minutes.push(minute) === count) break
  }
  return minutes
}
