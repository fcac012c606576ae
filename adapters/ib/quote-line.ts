/**
 * One market data line: ticks of IB come one by one, a quote is what they add up to at the end of a segment. A price of
 * -1 says that there is none; it is not told, for our rows cannot say it, and the quote grows old (F-38). Level 1 has no
 * times but those of trades; a quote's is the moment of receipt.
 */
import { SECOND, type Micros } from '../../src/core/base/time.ts'
import type { Price, Qty } from '../../src/core/domain/units.ts'
import type { MarketInbound } from '../../src/runtime/ports.ts'
import type { IbListing } from './contracts.ts'
import { readEpoch, WITHIN_SECOND } from './times.ts'
import { DELAYED, TICK } from './wire/tick-types.ts'

/** How old delayed data are at the least. */
export const DELAY: Micros = 15 * 60 * SECOND

/** Delayed ids stand for the live ones (reference 8.1). */
const LIVE_OF: ReadonlyMap<number, number> = new Map(
  Object.entries(DELAYED).map(([name, id]) => [id, TICK[name as keyof typeof TICK]] as const),
)

export class QuoteLine {
  readonly listing: IbListing
  readonly #bad: (why: string) => void
  #bid: Price = 0
  #ask: Price = 0
  #bidSize: Qty = 0
  #askSize: Qty = 0
  #quoteChanged = false
  #last: Price = 0
  #lastSize: Qty = 0
  #lastAt: Micros = 0
  #tradeChanged = false
  #seenVolume = ''
  /** Ticks under delayed ids arrived, or IB said that it shows delayed data. */
  delayed = false

  constructor(listing: IbListing, bad: (why: string) => void) {
    this.listing = listing
    this.#bad = bad
  }

  /** The standing quote belongs to a line that ended: the next one starts anew. */
  reset(): void {
    this.#bid = this.#ask = this.#bidSize = this.#askSize = 0
    this.#quoteChanged = this.#tradeChanged = false
  }

  #live(type: number): number {
    const live = LIVE_OF.get(type)
    if (live !== undefined) this.delayed = true
    return live ?? type
  }

  price(type: number, value: number): void {
    const kind = this.#live(type)
    if (kind !== TICK.bid && kind !== TICK.ask && kind !== TICK.last) return
    if (value === -1) return
    const price = this.listing.price(value)
    if (price === undefined || price <= 0) return this.#bad('a price that cannot be')
    if (kind === TICK.last) {
      // RTVolume says it better where there is one.
      if (this.delayed) this.#last = price
      return
    }
    if (kind === TICK.bid) this.#bid = price
    else this.#ask = price
    this.#quoteChanged = true
  }

  size(type: number, value: number | undefined): void {
    const kind = this.#live(type)
    const qty = this.listing.qty(value)
    if (kind !== TICK.bidSize && kind !== TICK.askSize && kind !== TICK.lastSize) return
    if (qty === undefined || qty < 0) return this.#bad('a size that cannot be')
    if (kind === TICK.bidSize) this.#bidSize = qty
    else if (kind === TICK.askSize) this.#askSize = qty
    else if (this.delayed) this.#lastSize = qty
    this.#quoteChanged ||= kind !== TICK.lastSize
  }

  text(type: number, value: string): void {
    if (type === TICK.rtVolume) return this.#volume(value)
    if (type !== DELAYED.lastTimestamp) return
    this.delayed = true
    const at = readEpoch(value)
    if (at === undefined) return
    this.#lastAt = at
    this.#tradeChanged = this.#last > 0 && this.#lastSize > 0
  }

  /** `price;size;ms;volume;vwap;single`; the same cumulative volume is the same trade told again. */
  #volume(value: string): void {
    const [priceText = '', sizeText = '', ms = '', volume = ''] = value.split(';')
    // Trades that are not reported have no price.
    if (priceText === '' || volume === this.#seenVolume) return
    const [price, size] = [this.listing.price(Number(priceText)), this.listing.qty(Number(sizeText))]
    if (price === undefined || price <= 0 || size === undefined || !/^\d{12,14}$/.test(ms)) {
      return this.#bad('a trade that cannot be')
    }
    this.#seenVolume = volume
    if (size === 0) return
    this.#last = price
    this.#lastSize = size
    this.#lastAt = Number(ms) * 1000
    this.#tradeChanged = true
  }

  /** What changed since the last call, as events; `asNow` tells delayed data as if they were of now. */
  take(now: Micros, asNow: boolean): MarketInbound[] {
    const out: MarketInbound[] = []
    const instrument = this.listing.instrument.id
    const old = this.delayed && !asNow
    if (this.#tradeChanged) {
      const [price, size] = [this.#last, this.#lastSize]
      const venueT = this.delayed && asNow ? now : this.delayed ? this.#lastAt + WITHIN_SECOND : this.#lastAt
      out.push({ type: 'trade', venueT, instrument, price, size, flags: 0 })
    }
    if (this.#quoteChanged && (this.#bid > 0 || this.#ask > 0)) {
      const venueT = old ? now - DELAY : now
      if (this.listing.isRate) out.push(...this.#rate(venueT))
      else {
        const [bid, ask, bidSize, askSize] = [this.#bid, this.#ask, this.#bidSize, this.#askSize]
        out.push({ type: 'quote', venueT, instrument, bid, ask, bidSize, askSize, flags: 0 })
      }
    }
    this.#quoteChanged = this.#tradeChanged = false
    return out
  }

  /** A rate is the middle of both sides; one side alone is none. */
  #rate(venueT: Micros): MarketInbound[] {
    if (!(this.#bid > 0 && this.#ask > 0)) return []
    const rate = Math.round((this.#bid + this.#ask) / 2)
    return [{ type: 'fx', venueT, instrument: this.listing.instrument.id, rate }]
  }
}
