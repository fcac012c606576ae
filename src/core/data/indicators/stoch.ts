/**
 * Slow stochastic, 0 … 100: where the close lies in the range of the last n bars, averaged over `slowing` bars (k), and
 * k averaged over `smooth` bars (d). A range of zero counts as 0, and k waits for d, both as in TA-Lib.
 */
import { Window } from '../window.ts'
import type { Indicator, IndicatorBar } from './indicator.ts'
import { type State, StateReader } from './state.ts'

export class Stochastic implements Indicator {
  readonly outputs: readonly string[]
  readonly #highs: Window
  readonly #lows: Window
  readonly #raw: Window
  readonly #slow: Window

  constructor(period: number, slowing: number, smooth: number) {
    const name = `stoch_${period}_${slowing}_${smooth}`
    this.outputs = [`${name}_k`, `${name}_d`]
    this.#highs = new Window(period)
    this.#lows = new Window(period)
    this.#raw = new Window(slowing)
    this.#slow = new Window(smooth)
  }

  get ready(): boolean {
    return this.#slow.full
  }

  update(bar: IndicatorBar): void {
    this.#highs.push(bar.high)
    this.#lows.push(bar.low)
    if (!this.#highs.full) return
    const low = this.#lows.min()
    const hundredth = (this.#highs.max() - low) / 100
    this.#raw.push(hundredth !== 0 ? (bar.close - low) / hundredth : 0)
    if (this.#raw.full) this.#slow.push(this.#raw.sum() / this.#raw.size)
  }

  value(i: number): number {
    if (!this.#slow.full) return Number.NaN
    return i === 0 ? this.#slow.at(this.#slow.size - 1) : this.#slow.sum() / this.#slow.size
  }

  rescale(num: number, den: number): void {
    this.#highs.rescale(den, num)
    this.#lows.rescale(den, num)
  }

  snapshot(): State {
    return {
      highs: this.#highs.snapshot(),
      lows: this.#lows.snapshot(),
      raw: this.#raw.snapshot(),
      slow: this.#slow.snapshot(),
    }
  }

  restore(s: unknown): void {
    const state = new StateReader(s, 'stoch')
    this.#highs.restore(state.numbers('highs'))
    this.#lows.restore(state.numbers('lows'))
    this.#raw.restore(state.numbers('raw'))
    this.#slow.restore(state.numbers('slow'))
  }
}
