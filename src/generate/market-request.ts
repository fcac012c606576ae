/** What a user asks of a generated market. */
import type { EpochDay } from '../core/base/time.ts'
import { parsePair } from '../reference/fx-direction.ts'

export const GENERATED_VENUES = ['US', 'KRX', 'GEN', 'TSE', 'HK', 'SSE', 'SZSE', 'XETRA', 'EURONEXT', 'LSE'] as const
export type GeneratedVenue = (typeof GENERATED_VENUES)[number]
/** Quotes of currency pairs exist only in the open market of an emulator; on tapes a rate is a stream of its own. */
export type OpenVenue = GeneratedVenue | 'FX'

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

/** `TSE:7203` names its venue, `EUR/USD` is a pair; another symbol alone has the usual venue. */
export function readSymbol(text: string): { readonly symbol: string; readonly venue: OpenVenue } {
  if (text.includes('/') && parsePair(text) !== undefined) return { symbol: text, venue: 'FX' }
  const [name = '', symbol = ''] = text.split(':')
  const venue = GENERATED_VENUES.find((v) => v === name)
  return venue === undefined || symbol === '' ? { symbol: text, venue: venueOf(text) } : { symbol, venue }
}
