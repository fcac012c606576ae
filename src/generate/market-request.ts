/** What a user asks of a generated market. */
import type { EpochDay } from '../core/base/time.ts'

export const GENERATED_VENUES = ['US', 'KRX', 'GEN', 'TSE', 'HK', 'SSE', 'SZSE'] as const
export type GeneratedVenue = (typeof GENERATED_VENUES)[number]

export interface MarketRequest {
  readonly symbols: readonly string[]
  /** Sessions per symbol. */
  readonly days: number
  /** Unsigned 32-bit word. */
  readonly seed: number
  /** First local date that may be a session. */
  readonly start: EpochDay
  /** Mean events per symbol and minute. */
  readonly rate: number
  /** For all symbols; absent: KRX for six digits, else US. */
  readonly venue?: GeneratedVenue
}

export interface MarketTapeRequest extends MarketRequest {
  /** One-minute bars instead of quotes and trades. */
  readonly bars: boolean
  /** Adds the USD/KRW stream where a symbol is in won. */
  readonly fx: boolean
  /** At most so long passes without a row of a symbol in session; absent: as the generator draws them. */
  readonly quiet?: number
  /** Displayed sizes are this multiple of the usual ones; absent: 1. */
  readonly depth?: number
}

export function venueOf(symbol: string): GeneratedVenue {
  return /^\d{6}$/.test(symbol) ? 'KRX' : 'US'
}

/** `TSE:7203` names its venue; a symbol alone has the usual one. */
export function readSymbol(text: string): { readonly symbol: string; readonly venue: GeneratedVenue } {
  const [name = '', symbol = ''] = text.split(':')
  const venue = GENERATED_VENUES.find((v) => v === name)
  return venue === undefined || symbol === '' ? { symbol: text, venue: venueOf(text) } : { symbol, venue }
}
