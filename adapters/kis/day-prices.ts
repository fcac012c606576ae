/**
 * Prices that an order needs beside its own: the day's limits (reference 6.2 and 7.11, asked for once a day) and the best
 * quote of an overseas listing, from the feed while it is fresh, else the last price by REST. Limits are the vendor's own
 * figures or none: an exchange may widen them for a share, and an exit must not fail here on a table of ours. Abroad the
 * live host alone knows them, and only some markets have any.
 */
import { type Micros, SECOND } from '../../src/core/base/time.ts'
import type { PriceRange } from '../../src/core/domain/price-limits.ts'
import type { Clock, MarketInbound } from '../../src/runtime/ports.ts'
import { QUOTE } from './codes.ts'
import type { Best } from './encode.ts'
import type { KisListing, Listings } from './instruments.ts'
import { kstDate, localDate } from './kst.ts'
import type { Urgency } from './rate.ts'
import { type QuoteRest, rowsOf } from './rest.ts'
import { readScaled } from './wire/numbers.ts'

interface Known {
  readonly date: string
  /** Undefined: the vendor was asked and names none. */
  readonly range: PriceRange | undefined
}

const FRESH: Micros = 10 * SECOND

export class DayPrices {
  readonly #rest: QuoteRest
  readonly #whole: boolean
  readonly #listings: Listings
  readonly #clock: Clock
  readonly #ranges = new Map<number, Known>()
  readonly #best = new Map<number, Best & { readonly at: Micros }>()

  /** `whole`: it is the live host that is asked, which has every quotation. */
  constructor(rest: QuoteRest, whole: boolean, listings: Listings, clock: Clock) {
    this.#rest = rest
    this.#whole = whole
    this.#listings = listings
    this.#clock = clock
  }

  /** From the feed. */
  seen(event: MarketInbound): void {
    if (event.type !== 'quote' || event.bid <= 0 || event.ask <= 0) return
    const now = this.#clock.now()
    // What a late feed shows is no price to trade at.
    if (now - event.venueT > FRESH) return
    this.#best.set(event.instrument, { bid: event.bid, ask: event.ask, at: now })
  }

  /** Asks for today's limits of everything, behind all that is urgent. */
  refresh(): void {
    for (const listing of this.#listings.all) if (this.#hasLimits(listing)) void this.#fetch(listing, 'background')
  }

  #hasLimits({ market }: KisListing): boolean {
    return market === 'kr' || (this.#whole && (market === 'jp' || market === 'cn'))
  }

  /** Undefined when they cannot be had, and where there are none: then the broker's own check remains. */
  async range(listing: KisListing): Promise<PriceRange | undefined> {
    if (!this.#hasLimits(listing)) return undefined
    const known = this.#ranges.get(listing.instrument.id)
    if (known?.date === dayAt(listing, this.#clock.now())) return known.range
    return this.#fetch(listing, 'order')
  }

  async #fetch(listing: KisListing, urgency: Urgency): Promise<PriceRange | undefined> {
    const { exchange, code, venue } = listing
    const division = venue === 'NXT' ? 'NX' : 'J'
    const answer =
      exchange === undefined
        ? await this.#rest.quote(QUOTE['kr.price'], { FID_COND_MRKT_DIV_CODE: division, FID_INPUT_ISCD: code }, urgency)
        : await this.#rest.quote(QUOTE['overseas.detail'], { AUTH: '', EXCD: exchange.quote, SYMB: code }, urgency)
    if (!answer.ok) return undefined
    const row = rowsOf(answer.envelope.body.output)[0]
    const { priceDecimals, id } = listing.instrument
    const [high, low] = [row?.stck_mxpr ?? row?.uplp, row?.stck_llam ?? row?.dnlp].map((text) =>
      readScaled(text ?? '', priceDecimals),
    )
    if (high === undefined || low === undefined) return undefined
    const isNone = high <= 0 || low <= 0 || low > high
    // In Korea there always are some: such an answer is none.
    if (isNone && exchange === undefined) return undefined
    const range = isNone ? undefined : { low, high }
    this.#ranges.set(id, { date: dayAt(listing, this.#clock.now()), range })
    return range
  }

  async best(listing: KisListing): Promise<Best | undefined> {
    const seen = this.#best.get(listing.instrument.id)
    if (seen !== undefined && this.#clock.now() - seen.at <= FRESH) return seen
    const { exchange, code, instrument } = listing
    if (exchange === undefined) return undefined
    const fields = { AUTH: '', EXCD: exchange.quote, SYMB: code }
    const answer = await this.#rest.quote(QUOTE['overseas.price'], fields, 'order')
    if (!answer.ok) return undefined
    const last = readScaled(rowsOf(answer.envelope.body.output)[0]?.last ?? '', instrument.priceDecimals)
    return last === undefined || last <= 0 ? undefined : { bid: last, ask: last }
  }
}

/** The exchange's own day. */
function dayAt({ exchange }: KisListing, t: Micros): string {
  return exchange === undefined ? kstDate(t) : localDate(t, exchange.zone)
}
