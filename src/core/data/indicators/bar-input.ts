/**
 * The bar that indicators read, made from a bar event in scaled integers. One object, filled again for each bar.
 * An integer divided by 10^d is rounded once, to the double nearest to the decimal number; reading the decimal text
 * gives that same double. So indicators see exactly what they would see on the vendor's file.
 */
import { pow10 } from '../../base/fixed.ts'
import type { SessionClock } from '../../domain/calendar.ts'
import type { BarEvent } from '../../domain/event.ts'
import type { IndicatorBar } from './indicator.ts'

export class BarInput implements IndicatorBar {
  open = 0
  high = 0
  low = 0
  close = 0
  volume = 0
  session = 0
  readonly #price: number
  readonly #qty: number
  readonly #clock: SessionClock

  constructor(priceDecimals: number, qtyDecimals: number, clock: SessionClock) {
    this.#price = pow10(priceDecimals)
    this.#qty = pow10(qtyDecimals)
    this.#clock = clock
  }

  /**
   * Takes over a bar that has trades (close above 0). The session number is the venue's local date of the bar's start:
   * trading before the opening belongs to the day that follows it.
   */
  set(bar: BarEvent): this {
    this.open = bar.open / this.#price
    this.high = bar.high / this.#price
    this.low = bar.low / this.#price
    this.close = bar.close / this.#price
    this.volume = bar.volume / this.#qty
    this.session = this.#clock.localDay(bar.start)
    return this
  }
}
