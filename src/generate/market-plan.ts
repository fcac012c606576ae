/**
 * From what a user asks for (symbols, days, a start) to what the generator needs: sessions of each symbol's venue,
 * its tick grid of each day, decimals, and price ranges. `days` counts sessions of the symbol's own venue, so a
 * holiday of one venue does not shorten the tape of another.
 */
import { parseDecimal, toScaled } from '../core/base/decimal.ts'
import { pow10 } from '../core/base/fixed.ts'
import { Rng } from '../core/base/rng.ts'
import { dayOf, type EpochDay, formatDay, MINUTE, type Micros } from '../core/base/time.ts'
import type { TickBand } from '../core/domain/instrument.ts'
import { Failure } from '../cli/failure.ts'
import { sessionTimes, tradingSpans } from '../reference/calendars.ts'
import { parsePair } from '../reference/fx-direction.ts'
import { lotOf, type Product, productOf, type TickRow, tickTable, venueDefaults } from '../reference/venues.ts'
import { type MarketRequest, type OpenVenue, venueOf } from './market-request.ts'
import { roundRate } from './round-rates.ts'
import type { MarketSession, MarketSymbol } from './symbol-market.ts'

export interface PlannedSymbol extends MarketSymbol {
  readonly venue: OpenVenue
  readonly currency: string
  /** How many of its sessions lie outside the calendar's data, where regular hours on weekdays were assumed. */
  readonly assumedSessions: number
}

interface PriceRange {
  /** Drawn first price: from `first` in `steps` steps of `step`; all in currency units. */
  readonly first: number
  readonly step: number
  readonly steps: number
  readonly min: number
  readonly max: number
}

const RANGES: Readonly<Record<string, PriceRange>> = {
  USD: { first: 20, step: 1, steps: 381, min: 2, max: 5000 },
  KRW: { first: 20_000, step: 500, steps: 561, min: 1000, max: 3_000_000 },
  JPY: { first: 1000, step: 10, steps: 191, min: 100, max: 30_000 },
  HKD: { first: 20, step: 1, steps: 381, min: 1, max: 5000 },
  CNY: { first: 10, step: 1, steps: 191, min: 1, max: 3000 },
  EUR: { first: 20, step: 1, steps: 381, min: 2, max: 5000 },
  GBP: { first: 1, step: 0.1, steps: 391, min: 0.1, max: 500 },
}
/**
 * KRX: the daily price limit since 15 June 2015 (KRX business regulations). Tokyo and China have theirs in config/limits;
 * a day there is two sessions of this generator, so either has a little less than half of the narrowest.
 */
const DAILY_LIMITS: Readonly<Partial<Record<OpenVenue, number>>> = {
  KRX: 0.3,
  TSE: 0.06,
  SSE: 0.045,
  SZSE: 0.045,
  // No limit of a venue: it keeps the generator, which knows shares, from moving a currency like one.
  FX: 0.01,
}
/** Won that a normal displayed unit is worth. */
const KRW_DISPLAYED = 2_000_000
/** Where the venue has no table of its own. */
const CENTS: readonly TickRow[] = [{ from: '0', tick: '0.01' }]
const OPEN_SESSION = 390 * MINUTE
const TAG_PRICE = 0x70726963

/** Units of currency that a normal displayed quote of a pair is for. */
const PAIR_DISPLAYED = 50_000

/** A share's range is that of its currency, a pair's lies about its round rate. */
function rangeOf(symbol: string, venue: OpenVenue, currency: string): PriceRange {
  const pair = venue === 'FX' ? parsePair(symbol) : undefined
  const rate = pair === undefined ? undefined : roundRate(pair.base, pair.quote)
  if (rate === undefined) return RANGES[currency] ?? (RANGES.USD as PriceRange)
  return { first: 0.99 * rate, step: 0.0002 * rate, steps: 101, min: 0.8 * rate, max: 1.25 * rate }
}

/** A pair's prices are in the currency that is named second. */
function currencyOf(symbol: string, venue: OpenVenue): string {
  const pair = venue === 'FX' ? parsePair(symbol) : undefined
  return pair?.quote ?? venueDefaults(venue).currency
}

type Traits = Omit<PlannedSymbol, 'sessions' | 'assumedSessions'>

/** A symbol on the sessions of its venue's calendar. Throws Failure (exit 2) where the calendar has too few. */
export function planSymbol(symbol: string, request: MarketRequest): PlannedSymbol {
  const venue = request.venue ?? venueOf(symbol)
  const hours = findSessions(venue, request.start, request.days)
  const grid = new Grid(venue, symbol)
  const priceDecimals = Math.max(...hours.map(({ day }) => grid.decimals(day)))
  const sessions = hours.flatMap(({ day, open, close }) =>
    tradingSpans(venue, open, close).map((half) => ({ ...half, ticks: grid.bands(day, priceDecimals) })),
  )
  const assumedSessions = hours.filter((session) => !session.known).length
  return { ...traits(symbol, venue, request.seed, priceDecimals), sessions, assumedSessions }
}

/**
 * A symbol whose market opens at `from` (rounded down to a minute), whatever the calendar says, and never ends:
 * sessions of six and a half hours follow each other without a break. For emulators that must be open at once.
 */
export function planOpenSymbol(
  symbol: string,
  seed: number,
  from: Micros,
  venue: OpenVenue = venueOf(symbol),
): PlannedSymbol {
  const grid = new Grid(venue, symbol)
  const first = Math.floor(from / MINUTE) * MINUTE
  const priceDecimals = grid.decimals(dayOf(first))
  const sessions: Iterable<MarketSession> = {
    *[Symbol.iterator]() {
      for (let open = first; ; open += OPEN_SESSION) {
        yield { open, close: open + OPEN_SESSION, ticks: grid.bands(dayOf(open), priceDecimals) }
      }
    },
  }
  return { ...traits(symbol, venue, seed, priceDecimals), sessions, assumedSessions: 0 }
}

function traits(symbol: string, venue: OpenVenue, seed: number, priceDecimals: number): Traits {
  const currency = currencyOf(symbol, venue)
  const range = rangeOf(symbol, venue, currency)
  const unit = pow10(priceDecimals)
  const rng = Rng.start(seed, TAG_PRICE).split(symbol)
  const startPrice = range.first + range.step * rng.below(range.steps)
  const dailyLimit = DAILY_LIMITS[venue]
  const lot = Number(lotOf(venue, symbol))
  return {
    symbol,
    venue,
    currency,
    priceDecimals,
    startPrice: Math.round(startPrice * unit),
    priceMin: Math.round(range.min * unit),
    priceMax: Math.round(range.max * unit),
    sizeUnit: displayedOf(venue, currency, startPrice),
    ...(dailyLimit === undefined ? {} : { dailyLimit }),
    ...(lot > 1 ? { lot } : {}),
  }
}

function displayedOf(venue: OpenVenue, currency: string, price: number): number {
  if (venue === 'FX') return PAIR_DISPLAYED
  return currency === 'KRW' ? Math.max(1, Math.floor(KRW_DISPLAYED / price)) : 100
}

interface Hours {
  readonly day: EpochDay
  readonly open: number
  readonly close: number
  readonly known: boolean
}

/** The first `count` sessions on or after `start`. */
function findSessions(venue: OpenVenue, start: EpochDay, count: number): Hours[] {
  const found: Hours[] = []
  // No venue rests for more than about two weeks; a calendar that does is broken and must not hang the command.
  const last = start + 3 * count + 60
  for (let day = start; found.length < count; day++) {
    if (day > last)
      throw new Failure(`--start ${formatDay(start)}: venue ${venue} has no ${count} sessions from there`, 2)
    const times = sessionTimes(venue, day)
    if (times !== undefined) found.push({ day, ...times })
  }
  return found
}

/** The tick tables of one symbol by day, in price units. */
class Grid {
  readonly #venue: OpenVenue
  readonly #currency: string
  readonly #lowest: number
  readonly #product: Product
  readonly #scaled = new Map<readonly TickRow[], readonly TickBand[]>()

  constructor(venue: OpenVenue, symbol: string) {
    this.#venue = venue
    this.#currency = currencyOf(symbol, venue)
    this.#lowest = rangeOf(symbol, venue, this.#currency).min
    this.#product = productOf(venue, symbol)
  }

  /** Decimals that prices need at or above the lowest generated price; finer grids of lower prices do not count. */
  decimals(day: EpochDay): number {
    const table = this.#table(day)
    const reachable = table.filter((_, i) => Number(table[i + 1]?.from ?? Infinity) > this.#lowest)
    return Math.max(...reachable.map((row) => parseDecimal(row.tick)?.decimals ?? 0))
  }

  /** What is finer than a unit is never reached and becomes one unit. */
  bands(day: EpochDay, decimals: number): readonly TickBand[] {
    const table = this.#table(day)
    const ready = this.#scaled.get(table)
    if (ready !== undefined) return ready
    const bands = table.map((row) => ({
      from: Math.ceil(Number(row.from) * pow10(decimals)),
      tick: toScaled(row.tick, decimals) ?? 1,
    }))
    this.#scaled.set(table, bands)
    return bands
  }

  #table(day: EpochDay): readonly TickRow[] {
    const table = tickTable(this.#venue, this.#currency, day, this.#product)
    return table.length > 0 ? table : CENTS
  }
}
