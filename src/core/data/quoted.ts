/** What is known of one instrument's market, and which numbers may enter it. Plain data, numbers only. */
import type { Micros } from '../base/time.ts'
import type { TradingStatus } from '../domain/phase.ts'
import type { Mark2, Price, Qty } from '../domain/units.ts'
import { noSuspect, type Suspect } from './quarantine.ts'

/** A price up to here stays exact when it is doubled. */
const PRICE_MAX = 2 ** 51

/** A number that a price can be, or 0 where there is none; never NaN, infinite or below zero (R-32, I-19). */
export function sound(price: number): boolean {
  return price >= 0 && price <= PRICE_MAX
}

export function soundSize(size: number): boolean {
  return size >= 0 && size <= Number.MAX_SAFE_INTEGER
}

/** Mutable market state of one instrument; plain data. */
export interface Quoted {
  bid: Price
  ask: Price
  bidSize: Qty
  askSize: Qty
  /** Local date of the last event, for clearing the national best quote. */
  day: number
  last: Price
  lastSize: Qty
  /** Last valid mark ×2; 0 before the first. */
  mark2: Mark2
  markT: Micros
  /** Input sequence number at which the mark was last set or confirmed. */
  markSeq: number
  /** Time of the last accepted datum. */
  seenT: Micros
  suspect: Suspect
  lastQuoteVenueT: Micros
  lastTradeVenueT: Micros
  refused: number
  /** What the venue said last; `trading` until it says otherwise. */
  status: TradingStatus
  /** After a corporate action, until a price of the new shares is accepted. */
  frozen: boolean
}

export function emptyQuoted(): Quoted {
  return {
    bid: 0,
    ask: 0,
    bidSize: 0,
    askSize: 0,
    day: -1,
    last: 0,
    lastSize: 0,
    mark2: 0,
    markT: 0,
    markSeq: 0,
    seenT: 0,
    suspect: noSuspect(),
    lastQuoteVenueT: 0,
    lastTradeVenueT: 0,
    refused: 0,
    status: 'trading',
    frozen: false,
  }
}

/** Un-crossed, both sides there, spread at most 5 % of the mid (D-03). */
export function usableQuote(bid: Price, ask: Price): boolean {
  return bid > 0 && ask >= bid && 40 * (ask - bid) <= ask + bid
}
