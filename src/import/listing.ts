/** What the imported symbol is: its venue, currency and economic identity, from options or by default. */
import { CURRENCIES } from '../core/domain/units.ts'
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

/** The same share at every venue that lists it; NXT trades what KRX lists. */
export function economicId(symbol: string, venue: string): string {
  return `${venue === 'NXT' ? 'KRX' : venue}:${symbol}`
}
