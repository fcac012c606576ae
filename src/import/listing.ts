/** What the imported symbol is: its venue, currency and economic identity, from options or by default. */
import { dayOf, type EpochDay, type Micros } from '../core/base/time.ts'
import { CURRENCIES } from '../core/domain/units.ts'
import { assertDirection } from '../reference/fx-direction.ts'
import { instrumentTable } from '../reference/instrument-load.ts'
import { periodText } from '../reference/instrument-table.ts'
import { venueDefaults } from '../reference/venues.ts'

export interface Listing {
  readonly venue: string
  readonly currency: string
}

/** KRX for six digits, else US; a layout of one venue only says so itself. */
export function defaultVenue(symbol: string, layoutVenue: string | undefined): string {
  return layoutVenue ?? (/^\d{6}$/.test(symbol) ? 'KRX' : 'US')
}

/** From the venue; of a pair (FX, CRYPTO) the currency in which it is quoted, the last part of the symbol. */
export function defaultCurrency(symbol: string, venue: string): string {
  if (venue === 'FX' || venue === 'CRYPTO') {
    const plain = symbol.toUpperCase()
    const longestFirst = CURRENCIES.toSorted((a, b) => b.length - a.length)
    const quoted = longestFirst.find((c) => plain.length > c.length && plain.endsWith(c))
    if (quoted !== undefined) return quoted
  }
  return venueDefaults(venue).currency
}

/** What to say of a history in which one symbol means one share after another; undefined when it does not. */
export function joinedShares(symbol: string, venue: string, first: EpochDay, last: EpochDay): string | undefined {
  const listings = instrumentTable().listings(symbol, venue, first, last)
  if (new Set(listings.map((l) => l.instrument)).size < 2) return undefined
  const parts = listings.map((l) => {
    const newest = l.instrument.listings.findLast((other) => other.venue === venue)
    const now = newest === undefined || newest.symbol === symbol ? '' : `, now ${newest.symbol}`
    return `${l.instrument.name} (${l.instrument.id}${now}) ${periodText(l)}`
  })
  return `${symbol}: these rows join different shares: ${parts.join('; ')}. Import each part apart, under its symbol of today, for a history of one share`
}

/** Throws Failure (2) for rates that are the wrong way round; returns what should be said of unchecked ones. */
export function rateDirection(symbol: string, median: number, first: Micros, last: Micros): string | undefined {
  if (Number.isNaN(median)) return undefined
  return assertDirection(instrumentTable(), symbol, median, dayOf(first), dayOf(last))
}
