/** What every generated market holds, whatever the seed; and the shapes it is meant to have. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY, epochDay, HOUR, MINUTE } from '../../../src/core/base/time.ts'
import type { TickBand } from '../../../src/core/domain/instrument.ts'
import { CanonicalHash } from '../../../src/generate/canonical.ts'
import { generateMarket, type MarketMinute } from '../../../src/generate/market.ts'
import type { MarketSession, MarketSymbol } from '../../../src/generate/symbol-market.ts'
import { BUYER_TRADE, QUOTE } from '../../../src/generate/ticks.ts'

const FIRST_OPEN = epochDay(2025, 1, 6) * DAY + 14.5 * HOUR
const CENT: readonly TickBand[] = [{ from: 0, tick: 1 }]
/** Coarser steps above 2,000 and 5,000: a price that wanders crosses bands. */
const BANDS: readonly TickBand[] = [
  { from: 0, tick: 1 },
  { from: 2000, tick: 5 },
  { from: 5000, tick: 10 },
]

const sessions = (count: number, minutes: number, ticks = CENT): MarketSession[] =>
  Array.from({ length: count }, (_, day) => {
    const open = FIRST_OPEN + day * DAY
    return { open, close: open + minutes * MINUTE, ticks }
  })

const symbol = (name: string, part: Partial<MarketSymbol> = {}): MarketSymbol => ({
  symbol: name,
  priceDecimals: 2,
  sessions: sessions(2, 30),
  startPrice: 10_000,
  priceMin: 200,
  priceMax: 500_000,
  sizeUnit: 100,
  ...part,
})

const rowsOf = (minutes: readonly MarketMinute[]): string => {
  const hash = new CanonicalHash()
  for (const minute of minutes) hash.addQ1(minute)
  return hash.hex()
}

const tickAt = (bands: readonly TickBand[], price: number): number =>
  (bands.findLast((band) => band.from <= price) as TickBand).tick

/** The first rule a market breaks, in words; undefined when it keeps them all. */
function firstBreach(minutes: readonly MarketMinute[], bands: readonly TickBand[]): string | undefined {
  let [venue, recv, bid, ask] = [0, 0, 0, 0]
  for (const minute of minutes) {
    if (minute.opens) [bid, ask] = [0, 0]
    for (let i = 0; i < minute.rows; i++) {
      const at = `minute ${minute.start}, row ${i}`
      const [v, r] = [minute.venue[i] as number, minute.recv[i] as number]
      const [a, b, size] = [minute.a[i] as number, minute.b[i] as number, minute.asz[i] as number]
      if (v <= venue || r <= recv || r < v + 200) return `${at}: clocks`
      if (v < minute.start || v >= minute.start + MINUTE) return `${at}: outside its minute`
      if (size < 1) return `${at}: size ${size}`
      if (minute.kind[i] === QUOTE) {
        if (a <= 0 || b <= a) return `${at}: bid ${a}, ask ${b}`
        if (a % tickAt(bands, a) !== 0 || b % tickAt(bands, b) !== 0) return `${at}: off the grid ${a} ${b}`
        if ((minute.bsz[i] as number) < 1) return `${at}: ask size`
        ;[bid, ask] = [a, b]
      } else if (a !== (minute.kind[i] === BUYER_TRADE ? ask : bid)) {
        return `${at}: trade at ${a} while ${bid} / ${ask} stands`
      }
      ;[venue, recv] = [v, r]
    }
  }
  return undefined
}

describe('every market', () => {
  const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 })

  test('keeps its rules: clocks, grid, bid under ask, trades at the standing quote', () => {
    const market = fc.record({
      seed: seeds,
      rate: fc.integer({ min: 1, max: 300 }),
      // Prices around the bands' borders, where bid and ask lie on different grids.
      startPrice: fc.oneof(
        fc.integer({ min: 210, max: 490_000 }),
        fc.integer({ min: 1985, max: 2015 }),
        fc.integer({ min: 4960, max: 5040 }),
      ),
      banded: fc.boolean(),
    })
    const property = fc.property(market, ({ seed, rate, startPrice, banded }) => {
      const ticks = banded ? BANDS : CENT
      const one = symbol('X', { startPrice, sessions: sessions(2, 30, ticks) })
      const minutes = [...generateMarket({ seed, rate, symbols: [one] })]
      expect(firstBreach(minutes, ticks)).toBeUndefined()
      expect(minutes.filter((minute) => minute.opens).map((minute) => minute.kind[0])).toEqual([QUOTE, QUOTE])
    })
    fc.assert(property, { seed: 20250106, numRuns: 60 })
  })

  test('is the same for equal arguments, another for another seed', () => {
    const hash = (seed: number): string =>
      rowsOf([...generateMarket({ seed, rate: 20, symbols: [symbol('X'), symbol('Y')] })])
    const property = fc.property(seeds, (seed) => {
      expect(hash(seed)).toBe(hash(seed))
      expect(hash(seed)).not.toBe(hash((seed + 1) % 2 ** 32))
    })
    fc.assert(property, { seed: 20250107, numRuns: 15 })
  })

  test('does not depend on the company a symbol keeps', () => {
    const [x, y, z] = [symbol('X'), symbol('Y', { sessions: sessions(3, 7) }), symbol('Z')]
    const together = [...generateMarket({ seed: 5, rate: 30, symbols: [z, x, y] })]
    const alone = [...generateMarket({ seed: 5, rate: 30, symbols: [x] })]
    expect(rowsOf(together.filter((minute) => minute.instrument === 1))).toBe(rowsOf(alone))
    const starts = together.map((minute) => minute.start)
    expect(starts).toEqual([...starts].sort((a, b) => a - b))
  })

  test('is frozen: a change of the generator changes every generated tape and must be meant', () => {
    const minutes = [...generateMarket({ seed: 7, rate: 60, symbols: [symbol('X', { sessions: sessions(5, 60) })] })]
    expect(rowsOf(minutes)).toBe('63f9db7a9ebb00cf8832402028b607f07713390719f36ed9e7d0e0d578a93dfd')
  })

  test('stays within the daily limit of its venue and its price range', () => {
    const limited = symbol('X', { sessions: sessions(300, 5), dailyLimit: 0.02, startPrice: 2000, priceMin: 1500 })
    let [before, last, low] = [2000, 2000, Infinity]
    for (const minute of generateMarket({ seed: 3, rate: 30, symbols: [limited] })) {
      if (minute.opens) before = last
      for (let i = 0; i < minute.rows; i++) {
        if (minute.kind[i] !== QUOTE) continue
        last = ((minute.a[i] as number) + (minute.b[i] as number)) / 2
        // One percent of room: the limit binds the fair price, not the mid of a wide spread.
        expect(Math.abs(last / before - 1)).toBeLessThan(0.03)
        low = Math.min(low, last)
      }
    }
    expect(low).toBeGreaterThan(1480)
  })

  test('an endless list of sessions can be followed as long as one likes', () => {
    function* endless(): Generator<MarketSession> {
      for (let day = 0; ; day++)
        yield { open: FIRST_OPEN + day * DAY, close: FIRST_OPEN + (day + 1) * DAY, ticks: CENT }
    }
    const market = generateMarket({ seed: 1, rate: 1, symbols: [symbol('X', { sessions: endless() })] })
    const starts = first(2000, market).map((minute) => minute.start)
    expect(starts.at(-1)).toBeGreaterThan(FIRST_OPEN + DAY)
  })
})

describe('the shape of a market', () => {
  const DAYS = 40
  const LENGTH = 390
  const symbols = ['A', 'B', 'C', 'D'].map((name) => symbol(name, { sessions: sessions(DAYS, LENGTH) }))
  const mids: number[][] = symbols.map(() => [])
  const events: number[] = new Array<number>(LENGTH).fill(0)
  const spreads: { readonly move: number; readonly spread: number }[] = []
  let volume = 0
  for (const minute of generateMarket({ seed: 11, rate: 60, symbols })) {
    const clock = ((minute.start - FIRST_OPEN) % DAY) / MINUTE
    events[clock] = (events[clock] as number) + minute.rows
    let [first, last, width, quotes] = [Number.NaN, Number.NaN, 0, 0]
    for (let i = 0; i < minute.rows; i++) {
      if (minute.kind[i] !== QUOTE) volume += minute.asz[i] as number
      else {
        last = ((minute.a[i] as number) + (minute.b[i] as number)) / 2
        if (Number.isNaN(first)) first = last
        width += (minute.b[i] as number) - (minute.a[i] as number)
        quotes++
      }
    }
    mids[minute.instrument]?.push(last)
    if (quotes > 0) spreads.push({ move: Math.abs(last / first - 1), spread: width / quotes })
  }
  const total = events.reduce((sum, n) => sum + n, 0)
  const mean = (xs: readonly number[]): number => xs.reduce((sum, x) => sum + x, 0) / xs.length
  const between = (from: number, to: number): number => mean(events.slice(from, to))

  test('the mean of events is the rate, within a seventh', () => {
    const perMinute = total / (DAYS * LENGTH * symbols.length)
    expect(perMinute).toBeGreaterThan(52)
    expect(perMinute).toBeLessThan(69)
    expect(volume).toBeGreaterThan(0)
  })

  test('activity is U-shaped over the session', () => {
    expect(between(0, 30)).toBeGreaterThan(2 * between(180, 210))
    expect(between(360, 390)).toBeGreaterThan(2 * between(180, 210))
  })

  test('spreads widen where prices move', () => {
    spreads.sort((a, b) => a.move - b.move)
    const tenth = Math.floor(spreads.length / 10)
    const width = (part: typeof spreads): number => mean(part.map((x) => x.spread))
    expect(width(spreads.slice(-tenth))).toBeGreaterThan(1.3 * width(spreads.slice(0, tenth)))
  })

  test('symbols move together through the shared factor, not in lockstep', () => {
    const returns = mids.map((xs) => xs.slice(1).map((x, i) => x / (xs[i] as number) - 1))
    const correlations = [1, 2, 3].map((k) => correlation(returns[0] as number[], returns[k] as number[]))
    for (const c of correlations) {
      expect(c).toBeGreaterThan(0.1)
      expect(c).toBeLessThan(0.8)
    }
  })

  test('a thinner market is no calmer one: volatility does not depend on the rate', () => {
    // Middle of the session only, many short returns: the nights and the noise of few days would hide the effect.
    const deviation = (rate: number): number => {
      const squares: number[] = []
      for (const name of ['A', 'B', 'C', 'D']) {
        const one = symbol(name, { sessions: sessions(40, LENGTH) })
        let [before, last, block] = [Number.NaN, Number.NaN, -1]
        for (const minute of generateMarket({ seed: 11, rate, symbols: [one] })) {
          const now = Math.floor((minute.start - FIRST_OPEN) / (30 * MINUTE))
          if (minute.opens) before = Number.NaN
          else if (now !== block) {
            if (Number.isFinite(before)) squares.push((last / before - 1) ** 2)
            before = last
          }
          block = now
          if (minute.kind.includes(QUOTE)) last = minute.a[minute.kind.lastIndexOf(QUOTE)] as number
        }
      }
      return Math.sqrt(squares.sort((a, b) => a - b)[Math.floor(squares.length / 2)] as number)
    }
    const ratio = deviation(0.2) / deviation(20)
    expect(ratio).toBeGreaterThan(0.8)
    expect(ratio).toBeLessThan(1.4)
  })

  test('nights bring gaps wider than minutes', () => {
    const closes = (mids[0] as number[]).flatMap((x, i, all) =>
      i % LENGTH === 0 && i > 0 ? [Math.abs(x / (all[i - 1] as number) - 1)] : [],
    )
    const inside = (mids[0] as number[]).flatMap((x, i, all) =>
      i % LENGTH !== 0 ? [Math.abs(x / (all[i - 1] as number) - 1)] : [],
    )
    expect(mean(closes)).toBeGreaterThan(3 * mean(inside))
  })
})

function correlation(xs: readonly number[], ys: readonly number[]): number {
  // Minutes without a quote have no mid; both sides of such a pair are left out.
  const pairs = xs.flatMap((x, i) =>
    Number.isFinite(x) && Number.isFinite(ys[i]) ? [[x, ys[i] as number] as const] : [],
  )
  const mx = pairs.reduce((sum, [x]) => sum + x, 0) / pairs.length
  const my = pairs.reduce((sum, [, y]) => sum + y, 0) / pairs.length
  let [xy, xx, yy] = [0, 0, 0]
  for (const [x, y] of pairs) {
    xy += (x - mx) * (y - my)
    xx += (x - mx) ** 2
    yy += (y - my) ** 2
  }
  return xy / Math.sqrt(xx * yy)
}

/** The first `count` minutes; the list may be endless. */
function first(count: number, market: Iterable<MarketMinute>): MarketMinute[] {
  const minutes: MarketMinute[] = []
  for (const minute of market) {
    if (minutes.push(minute) === count) break
  }
  return minutes
}
