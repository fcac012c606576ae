/**
 * Volume-weighted average price of the session so far, of the bars' typical prices (high + low + close) / 3. It starts
 * anew when the bar's session changes and is empty while nothing has traded in the session.
 */
import type { Indicator, IndicatorBar } from './indicator.ts'
import { type State, StateReader } from './state.ts'

export class Vwap implements Indicator {
  readonly outputs: readonly string[] = ['vwap']
  #session = 0
  #turnover = 0
  #volume = 0

  get ready(): boolean {
    return this.#volume > 0
  }

  update(bar: IndicatorBar): void {
    if (bar.session !== this.#session) {
      this.#session = bar.session
      this.#turnover = 0
      this.#volume = 0
    }
    this.#turnover += ((bar.high + bar.low + bar.close) / 3) * bar.volume
    this.#volume += bar.volume
  }

  value(_i: number): number {
    return this.#volume > 0 ? this.#turnover / this.#volume : Number.NaN
  }

  /** Turnover is money: a split leaves it as it is. */
  rescale(num: number, den: number): void {
    this.#volume = (this.#volume * num) / den
  }

  snapshot(): State {
    return { session: this.#session, turnover: this.#turnover, volume: this.#volume }
  }

  restore(s: unknown): void {
    const state = new StateReader(s, 'vwap')
    this.#session = state.number('session')
    this.#turnover = state.number('turnover')
    this.#volume = state.number('volume')
  }
}
