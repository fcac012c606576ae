/**
 * Relative strength index (Wilder 1978), 0 … 100: the smoothed gains' share of all smoothed moves of the close. The
 * first value needs n changes, so it stands at bar n + 1; without any move it is 0, as in TA-Lib.
 */
import type { Indicator, IndicatorBar } from './indicator.ts'
import { type State, StateReader } from './state.ts'

export class Rsi implements Indicator {
  readonly outputs: readonly string[]
  readonly #period: number
  #seen = 0
  #last = 0
  /** Sums while seeding, averages once ready. */
  #gain = 0
  #loss = 0

  constructor(period: number) {
    this.outputs = [`rsi_${period}`]
    this.#period = period
  }

  get ready(): boolean {
    return this.#seen > this.#period
  }

  update(bar: IndicatorBar): void {
    const change = bar.close - this.#last
    this.#last = bar.close
    if (this.#seen > this.#period) {
      const keep = this.#period - 1
      this.#gain = (this.#gain * keep + (change > 0 ? change : 0)) / this.#period
      this.#loss = (this.#loss * keep + (change < 0 ? -change : 0)) / this.#period
      return
    }
    if (this.#seen > 0) {
      if (change > 0) this.#gain += change
      else if (change < 0) this.#loss -= change
    }
    this.#seen++
    if (this.#seen > this.#period) {
      this.#gain /= this.#period
      this.#loss /= this.#period
    }
  }

  value(_i: number): number {
    if (!this.ready) return Number.NaN
    const moves = this.#gain + this.#loss
    return moves > 0 ? 100 * (this.#gain / moves) : 0
  }

  rescale(num: number, den: number): void {
    this.#last = (this.#last * den) / num
    this.#gain = (this.#gain * den) / num
    this.#loss = (this.#loss * den) / num
  }

  snapshot(): State {
    return { seen: this.#seen, last: this.#last, gain: this.#gain, loss: this.#loss }
  }

  restore(s: unknown): void {
    const state = new StateReader(s, 'rsi')
    this.#seen = state.number('seen')
    this.#last = state.number('last')
    this.#gain = state.number('gain')
    this.#loss = state.number('loss')
  }
}
