/**
 * How late a feed is (reference 8.11): the free keys of Asia are fifteen minutes late by the vendor's word. KRX, the free
 * US keys and those that were applied for are real time by it, and what they are in truth shows in the first data after
 * a registration. Stamps that lie minutes behind their receipt, several in a row, are
 * those of a delayed feed: its service was not applied for, or ended. Such a feed is recorded and never traded on.
 */
import { type Micros, MINUTE } from '../../src/core/base/time.ts'
import type { DelayClass, MarketInbound } from '../../src/runtime/ports.ts'
import type { KisListing, Listings } from './instruments.ts'

type Priced = Extract<MarketInbound, { type: 'quote' | 'trade' }>

/** Delayed feeds are 15 or 20 minutes late; a stalled one catches up. */
const LATE: Micros = 2 * MINUTE
/** A single old print proves nothing. */
const IN_A_ROW = 5
/** Paid quotes need a token that was issued after the service was applied for. */
const APPLY = 'apply for its real-time quotes at KIS, delete the file of the token (SETUP.md) and start again'
const MONTH: Micros = 31 * 24 * 60 * MINUTE

interface Look {
  late: number
  least: Micros
  known: DelayClass | undefined
}

export class FeedDelays {
  readonly #listings: Listings
  readonly #looks = new Map<number, Look>()

  constructor(listings: Listings) {
    this.#listings = listings
  }

  /** The instrument, at the moment when its feed is found to be delayed; else nothing. */
  look({ instrument, venueT }: Priced, now: Micros): number[] {
    const look = this.#looks.get(instrument) ?? { late: 0, least: Infinity, known: undefined }
    this.#looks.set(instrument, look)
    if (look.known !== undefined) return []
    if (this.#listings.of(instrument)?.late === true) {
      look.known = 'delayed'
      return [instrument]
    }
    const age = now - venueT
    if (age < LATE || age > MONTH) {
      look.known = 'realtime'
      return []
    }
    look.least = Math.min(look.least, age)
    if (++look.late < IN_A_ROW) return []
    look.known = 'delayed'
    return [instrument]
  }

  of(listing: KisListing): { readonly delay: DelayClass; readonly note: string } {
    const { instrument, exchange, late } = listing
    const { id, symbol } = instrument
    if (late) return { delay: 'delayed', note: lateNote(symbol, exchange?.lateMinutes ?? 0, exchange?.market ?? '') }
    const look = this.#looks.get(id)
    if (look?.known !== 'delayed') return { delay: 'realtime', note: '' }
    const minutes = Math.round(look.least / MINUTE)
    return { delay: 'delayed', note: `${symbol} comes ${minutes} minutes late: recorded, not traded; ${APPLY}` }
  }
}

function lateNote(symbol: string, minutes: number, market: string): string {
  const name = market.toUpperCase()
  return `${symbol} comes ${minutes} minutes late on the free feed: recorded, not traded; ${APPLY}, with ${name} in brokers.kis.realtime`
}
