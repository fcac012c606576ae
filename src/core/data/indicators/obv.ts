/**
 * On-balance volume: volume of rising closes minus volume of falling ones, in quantity units. It starts with the first
 * bar's own volume, as TA-Lib's does (others start at 0); only its changes mean something.
 */
import type { Indicator, IndicatorBar } from './indicator.ts'
import { type State, StateReader } from './state.ts'

export class Obv implements Indicator {
  readonly outputs: readonly string[] = ['obv']
  #seen = 0
  #close = 0
  #total = 0

  get ready(): boolean {
    return this.#seen > 0
  }

  update(bar: IndicatorBar): void {
    if (this.#seen === 0) {
      this.#seen = 1
      this.#total = bar.volume
    } else if (bar.close > this.#close) this.#total += bar.volume
    else if (bar.close < this.#close) this.#total -= bar.volume
    this.#close = bar.close
  }

  value(_i: number): number {
    return this.#seen > 0 ? this.#total : Number.NaN
  }

  rescale(num: number, den: number): void {
    this.#close = (this.#close * den) / num
    this.#total = (this.#total * num) / den
  }

  snapshot(): State {
    return { seen: this.#seen, close: this.#close, total: this.#total }
  }

  restore(s: unknown): void {
    const state = new StateReader(s, 'obv')
    this.#seen = state.number('seen')
    this.#close = state.number('close')
    this.#total = state.number('total')
  }
}
