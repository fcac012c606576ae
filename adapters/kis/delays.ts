/**
 * How late a feed is (reference 8.11): KRX and the free US keys are real time by the vendor's word, and what they are in
 * truth shows in the first data after a registration. Stamps that lie minutes behind their receipt, several in a row, are
 * those of a delayed feed: its service was not applied for, or ended. Such a feed is recorded and never traded on.
 */
import { type Micros, MINUTE } from '../../src/core/base/time.ts'
import type { DelayClass, MarketInbound } from '../../src/runtime/ports.ts'
import type { KisListing } from './instruments.ts'

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
  readonly #looks = new Map<number, Look>()

  /** The instrument, at the moment when its feed is found to be delayed; else nothing. */
  look({ instrument, venueT }: Priced, now: Micros): number[] {
    const look = this.#looks.get(instrument) ?? { late: 0, least: Infinity, known: undefined }
    this.#looks.set(instrument, look)
    if (look.known !== undefined) return []
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

  of({ instrument: { id, symbol } }: KisListing): { readonly delay: DelayClass; readonly note: string } {
    const look = this.#looks.get(id)
    if (look?.known !== 'delayed') return { delay: 'realtime', note: '' }
    const minutes = Math.round(look.least / MINUTE)
    return { delay: 'delayed', note: `${symbol} comes ${minutes} minutes late: recorded, not traded; ${APPLY}` }
  }
}
