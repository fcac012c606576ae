/**
 * The day's legal prices of an instrument whose venue has daily limits (KRX ±30 %, TSE, mainland China): around its base
 * price, the close before. On session bars an order made at a bar's end is for the next session, so there the base is
 * the close just seen. Until a close is known there are no limits. Prices in the instrument's scale.
 */
import type { EpochDay } from '../base/time.ts'
import { mulDiv } from '../base/fixed.ts'
import type { Instrument } from '../domain/instrument.ts'
import { type PriceRange, priceLimits } from '../domain/price-limits.ts'
import type { Price } from '../domain/units.ts'
import { rulesOn, type VenueRules } from '../domain/venue-rules.ts'

/** Plain data. */
interface DayState {
  day: EpochDay
  /** The last price of that day so far. */
  last: Price
  low: Price
  high: Price
}

export class DailyLimits {
  readonly #rules: readonly VenueRules[]
  readonly #instrument: Instrument
  readonly #sessionBars: boolean
  state: DayState = { day: Number.MIN_SAFE_INTEGER, last: 0, low: 0, high: 0 }

  constructor(instrument: Instrument, rules: readonly VenueRules[], sessionBars: boolean) {
    this.#instrument = instrument
    this.#rules = rules
    this.#sessionBars = sessionBars
  }

  /** An accepted price of a local day; 0 where a row only says that the day has come. */
  price(day: EpochDay, price: Price): void {
    const s = this.state
    if (day !== s.day) {
      if (!this.#sessionBars) this.#around(day, s.last)
      s.day = day
    }
    if (price === 0) return
    s.last = price
    if (this.#sessionBars) this.#around(day, price)
  }

  /** `den` shares became `num`: the exchange adjusts the base price. */
  split(num: number, den: number): void {
    const s = this.state
    s.last = mulDiv(s.last, den, num, 'halfEven')
    this.#around(s.day, s.last)
  }

  #around(day: EpochDay, base: Price): void {
    const rule = rulesOn(this.#rules, day)?.limit
    const range =
      rule === undefined || base <= 0 ? { low: 0, high: 0 } : priceLimits(rule, base, this.#instrument.ticks)
    this.state.low = range.low
    this.state.high = range.high
  }

  /** Undefined while no base price is known, or on days without limits. */
  get range(): PriceRange | undefined {
    const { low, high } = this.state
    return high > 0 ? { low, high } : undefined
  }
}
