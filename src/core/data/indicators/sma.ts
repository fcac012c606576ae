/** Simple moving average of the close over n bars; first value at the n-th bar. Unit: that of the price. */
import { Window } from '../window.ts'
import type { Indicator, IndicatorBar } from './indicator.ts'
import { type State, StateReader } from './state.ts'

export class Sma implements Indicator {
  readonly outputs: readonly string[]
  readonly #window: Window
  #value = Number.NaN

  constructor(period: number) {
    this.outputs = [`sma_${period}`]
    this.#window = new Window(period)
  }

  get ready(): boolean {
    return this.#window.full
  }

  update(bar: IndicatorBar): void {
    this.#window.push(bar.close)
    this.#settle()
  }

  value(_i: number): number {
    return this.#value
  }

  rescale(num: number, den: number): void {
    this.#window.rescale(den, num)
    this.#settle()
  }

  snapshot(): State {
    return { window: this.#window.snapshot() }
  }

  restore(s: unknown): void {
    this.#window.restore(new StateReader(s, 'sma').numbers('window'))
    this.#settle()
  }

  #settle(): void {
    this.#value = this.#window.full ? this.#window.sum() / this.#window.size : Number.NaN
  }
}
