/** The day's legal prices of a listing: the KRX, Tokyo and China have such limits, New York and Hong Kong none. */
import { tickAt } from '../../../src/core/domain/instrument.ts'
import { priceLimits } from '../../../src/core/domain/price-limits.ts'
import { rulesOn } from '../../../src/core/domain/venue-rules.ts'
import { venueRules } from '../../../src/reference/price-limits.ts'
import type { Listing } from './listing.ts'

export interface DayLimits {
  readonly upper: number
  readonly lower: number
}

const NONE: DayLimits = { upper: Infinity, lower: 0 }
/** KRX: ±30 % since 2015-06-15, rounded towards the reference price to the tick of the limit price (reference 6.14). */
const KRX_PERCENT = 30

export class LimitTable {
  readonly #listing: Listing
  /** Limits abroad as they were last looked up: every order and quotation asks. */
  #last: { readonly base: number; readonly day: number; readonly limits: DayLimits } | undefined

  constructor(listing: Listing) {
    this.#listing = listing
  }

  /** `base` is the close before, 0 where there is none; `day` a local date of the exchange. */
  of(base: number, day: number): DayLimits {
    if (base === 0) return NONE
    if (this.#listing.exchange === undefined) return this.#krx(base)
    if (this.#last?.base !== base || this.#last.day !== day) this.#last = { base, day, limits: this.#abroad(base, day) }
    return this.#last.limits
  }

  #krx(base: number): DayLimits {
    const { instrument } = this.#listing
    const width = Math.floor((base * KRX_PERCENT) / 100)
    const upTick = tickAt(instrument, base + width)
    const downTick = tickAt(instrument, base - width)
    return {
      upper: Math.floor((base + width) / upTick) * upTick,
      lower: Math.ceil((base - width) / downTick) * downTick,
    }
  }

  /** The venue's own dated rules (config/limits). */
  #abroad(base: number, day: number): DayLimits {
    const { instrument } = this.#listing
    const rule = rulesOn(venueRules(instrument), day)?.limit
    if (rule === undefined) return NONE
    const { high, low } = priceLimits(rule, base, instrument.ticks)
    return { upper: high, lower: low }
  }
}
