/**
 * From what a user asks for (symbols, days, a start) to what the generator needs: sessions of each symbol's venue,
 * its tick grid of each day, decimals, and price ranges. `days` counts sessions of the symbol's own venue, so a
 * holiday of one venue does not shorten the tape of another.
 */
import { parseDecimal, toScaled } from '../core/base/decimal.ts'
import { pow10 } from '../core/base/fixed.ts'
import { Rng } from '../core/base/rng.ts'
import { type EpochDay, formatDay } from '../core/base/time.ts'
import type { TickBand } from '../core/domain/instrument.ts'
import { Failure } from '../cli/failure.ts'
import { sessionTimes } from '../reference/calendars.ts'
import { productOf, tickTable, type TickRow, venueDefaults } from '../reference/venues.ts'
import { type GeneratedVenue, type MarketRequest, venueOf } from './market-request.ts'
import type { MarketSession, MarketSymbol } from './symbol-market.ts'

export interface PlannedSymbol extends MarketSymbol {
  readonly venue: GeneratedVenue
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
}
/** KRX: the daily price limit since 15 June 2015 (KRX business regulations). */
const KRX_DAILY_LIMIT = 0.3

export function planSymbol(symbol: string, request: MarketRequest): PlannedSymbol {
  const venue = request.venue ?? venueOf(symbol)
  const { currency } = venueDefaults(venue)
  const range = RANGES[currency] ?? (RANGES.USD as PriceRange)
  const hours = findSessions(venue, request.start, request.days)
  const product = productOf(venue, symbol)
  const tables = hours.map(({ day }) => ticksOf(tickTable(venue, currency, day, product)))
  const priceDecimals = Math.max(...tables.map((table) => decimalsWithin(table, range)))
  const unit = pow10(priceDecimals)
  const sessions: MarketSession[] = hours.map((session, i) => ({
    open: session.open,
    close: session.close,
    ticks: scaleBands(tables[i] as TickTable, priceDecimals),
  }))
  const rng = Rng.start(request.seed, 0x70726963).split(symbol)
  const startPrice = range.first + range.step * rng.below(range.steps)
  return {
    symbol,
    venue,
    currency,
    priceDecimals,
    sessions,
    assumedSessions: hours.filter((session) => !session.known).length,
    startPrice: startPrice * unit,
    priceMin: range.min * unit,
    priceMax: range.max * unit,
    sizeUnit: currency === 'KRW' ? Math.max(1, Math.floor(2_000_000 / startPrice)) : 100,
    ...(venue === 'KRX' ? { dailyLimit: KRX_DAILY_LIMIT } : {}),
  }
}

interface Hours {
  readonly day: EpochDay
  readonly open: number
  readonly close: number
  readonly known: boolean
}

/** The first `count` sessions on or after `start`. */
function findSessions(venue: GeneratedVenue, start: EpochDay, count: number): Hours[] {
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

type TickTable = readonly TickRow[]

/** Where the venue has no table of its own. */
const CENTS: TickTable = [{ from: '0', tick: '0.01' }]

const ticksOf = (table: TickTable): TickTable => (table.length > 0 ? table : CENTS)

/** Decimals that prices need at or above the lowest generated price; finer grids of lower prices do not count. */
function decimalsWithin(table: TickTable, range: PriceRange): number {
  const reachable = table.filter((_, i) => {
    const next = table[i + 1]
    return next === undefined || Number(next.from) > range.min
  })
  return Math.max(...reachable.map((band) => parseDecimal(band.tick)?.decimals ?? 0))
}

/** Bands in units of 10^-decimals; what is finer than a unit is never reached and becomes one unit. */
function scaleBands(table: TickTable, decimals: number): TickBand[] {
  return table.map((band) => {
    const from = Math.ceil(Number(band.from) * pow10(decimals))
    return { from, tick: toScaled(band.tick, decimals) ?? 1 }
  })
}
