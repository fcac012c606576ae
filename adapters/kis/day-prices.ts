/**
 * Prices that an order needs beside its own: the day's limits of a domestic listing (reference 6.2, asked for once a
 * day) and the best quote of an overseas one, from the feed while it is fresh, else the last price by REST.
 */
import { type Micros, SECOND } from '../../src/core/base/time.ts'
import type { PriceRange } from '../../src/core/domain/price-limits.ts'
import type { Clock, MarketInbound } from '../../src/runtime/ports.ts'
import { QUOTE } from './codes.ts'
import type { Best } from './encode.ts'
import type { KisListing, Listings } from './instruments.ts'
import { kstDate } from './kst.ts'
import type { Urgency } from './rate.ts'
import { type QuoteRest, rowsOf } from './rest.ts'
import { readScaled } from './wire/numbers.ts'

interface Known {
  readonly date: string
  readonly range: PriceRange
}

const FRESH: Micros = 10 * SECOND

export class DayPrices {
  readonly #rest: QuoteRest
  readonly #listings: Listings
  readonly #clock: Clock
  readonly #ranges = new Map<number, Known>()
  readonly #best = new Map<number, Best & { readonly at: Micros }>()

  constructor(rest: QuoteRest, listings: Listings, clock: Clock) {
    this.#rest = rest
    this.#listings = listings
    this.#clock = clock
  }

  /** From the feed. */
  seen(event: MarketInbound): void {
    if (event.type !== 'quote' || event.bid <= 0 || event.ask <= 0) return
    this.#best.set(event.instrument, { bid: event.bid, ask: event.ask, at: this.#clock.now() })
  }

  /** Asks for today's limits of everything, behind all that is urgent. */
  refresh(): void {
    for (const listing of this.#listings.all) if (listing.market === 'kr') void this.#fetch(listing, 'background')
  }

  /** Undefined when they cannot be had: then the broker's own check remains. */
  async range(listing: KisListing): Promise<PriceRange | undefined> {
    const known = this.#ranges.get(listing.instrument.id)
    if (known?.date === kstDate(this.#clock.now())) return known.range
    return this.#fetch(listing, 'order')
  }

  async #fetch(listing: KisListing, urgency: Urgency): Promise<PriceRange | undefined> {
    const division = listing.venue === 'NXT' ? 'NX' : 'J'
    const fields = { FID_COND_MRKT_DIV_CODE: division, FID_INPUT_ISCD: listing.code }
    const answer = await this.#rest.quote(QUOTE['kr.price'], fields, urgency)
    if (!answer.ok) return undefined
    const row = rowsOf(answer.envelope.body.output)[0]
    const { priceDecimals, id } = listing.instrument
    const [high, low] = [
      readScaled(row?.stck_mxpr ?? '', priceDecimals),
      readScaled(row?.stck_llam ?? '', priceDecimals),
    ]
    if (high === undefined || low === undefined || high <= 0 || low <= 0 || low > high) return undefined
    const range = { low, high }
    this.#ranges.set(id, { date: kstDate(this.#clock.now()), range })
    return range
  }

  async best(listing: KisListing): Promise<Best | undefined> {
    const seen = this.#best.get(listing.instrument.id)
    if (seen !== undefined && this.#clock.now() - seen.at <= FRESH) return seen
    const { exchange, code, instrument } = listing
    if (exchange === undefined) return undefined
    const fields = { AUTH: '', EXCD: exchange.quote, SYMB: code }
    const answer = await this.#rest.quote(QUOTE['us.price'], fields, 'order')
    if (!answer.ok) return undefined
    const text = (rowsOf(answer.envelope.body.output)[0]?.last ?? '')
      .trim()
      .replace(/(\.\d*?)0+$/, '$1')
      .replace(/\.$/, '')
    const last = readScaled(text, instrument.priceDecimals)
    return last === undefined || last <= 0 ? undefined : { bid: last, ask: last }
  }
}
