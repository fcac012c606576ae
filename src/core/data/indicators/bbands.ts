/**
 * Bollinger bands: simple average of the close over n bars, and k population deviations above and below. The deviation
 * is taken around the average in a second pass: mean of squares minus square of mean loses all digits on a calm stock
 * of a high price. Outputs: upper, middle, lower, in price units.
 */
import { Window } from '../window.ts'
import type { Indicator, IndicatorBar } from './indicator.ts'
import { type State, StateReader } from './state.ts'

export class BollingerBands implements Indicator {
  readonly outputs: readonly string[]
  readonly #window: Window
  readonly #factor: number
  #middle = Number.NaN
  #width = Number.NaN

  constructor(period: number, factor: number) {
    const name = `bbands_${period}_${factor}`
    this.outputs = [`${name}_upper`, `${name}_middle`, `${name}_lower`]
    this.#window = new Window(period)
    this.#factor = factor
  }

  get ready(): boolean {
    return this.#window.full
  }

  update(bar: IndicatorBar): void {
    this.#window.push(bar.close)
    this.#settle()
  }

  value(i: number): number {
    if (i === 0) return this.#middle + this.#width
    return i === 1 ? this.#middle : this.#middle - this.#width
  }

  rescale(num: number, den: number): void {
    this.#window.rescale(den, num)
    this.#settle()
  }

  snapshot(): State {
    return { window: this.#window.snapshot() }
  }

  restore(s: unknown): void {
    this.#window.restore(new StateReader(s, 'bbands').numbers('window'))
    this.#settle()
  }

  #settle(): void {
    const window = this.#window
    if (!window.full) {
      this.#middle = Number.NaN
      this.#width = Number.NaN
      return
    }
    this.#middle = window.sum() / window.size
    this.#width = Math.sqrt(window.squares(this.#middle) / window.size) * this.#factor
  }
}
