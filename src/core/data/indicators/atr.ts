/**
 * Average true range: Wilder's smoothing of the true range, seeded with the simple average of the first n. The first
 * bar has no previous close and so no true range: the first value stands at bar n + 1. Unit: that of the price.
 */
import type { Indicator, IndicatorBar } from './indicator.ts'
import { type State, StateReader } from './state.ts'
import { trueRange } from './true-range.ts'

export class Atr implements Indicator {
  readonly outputs: readonly string[]
  readonly #period: number
  #seen = 0
  #close = 0
  /** Sum while seeding, average once ready. */
  #range = 0

  constructor(period: number) {
    this.outputs = [`atr_${period}`]
    this.#period = period
  }

  get ready(): boolean {
    return this.#seen > this.#period
  }

  update(bar: IndicatorBar): void {
    const range = trueRange(bar.high, bar.low, this.#close)
    this.#close = bar.close
    if (this.#seen > this.#period) {
      this.#range = (this.#range * (this.#period - 1) + range) / this.#period
      return
    }
    if (this.#seen > 0) this.#range += range
    this.#seen++
    if (this.#seen > this.#period) this.#range /= this.#period
  }

  value(_i: number): number {
    return this.ready ? this.#range : Number.NaN
  }

  rescale(num: number, den: number): void {
    this.#close = (this.#close * den) / num
    this.#range = (this.#range * den) / num
  }

  snapshot(): State {
    return { seen: this.#seen, close: this.#close, range: this.#range }
  }

  restore(s: unknown): void {
    const state = new StateReader(s, 'atr')
    this.#seen = state.number('seen')
    this.#close = state.number('close')
    this.#range = state.number('range')
  }
}
