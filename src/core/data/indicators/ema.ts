/**
 * Exponential moving average with weight 2 / (n + 1), seeded with the simple average of the first n values, as
 * TA-Lib's default has it. `EmaLine` is the bare recursion (MACD uses three), `Ema` the indicator on the close.
 */
import type { Indicator, IndicatorBar } from './indicator.ts'
import { type State, StateReader } from './state.ts'

export class EmaLine {
  readonly #period: number
  readonly #weight: number
  /** Values that are passed over before the seed begins. */
  readonly #skip: number
  #seen = 0
  #sum = 0
  #value = 0

  constructor(period: number, skip = 0) {
    this.#period = period
    this.#weight = 2 / (period + 1)
    this.#skip = skip
  }

  get ready(): boolean {
    return this.#seen >= this.#skip + this.#period
  }

  /** NaN until ready. */
  get value(): number {
    return this.ready ? this.#value : Number.NaN
  }

  push(x: number): void {
    const first = this.#skip + this.#period
    if (this.#seen >= first) {
      this.#value = (x - this.#value) * this.#weight + this.#value
      return
    }
    if (this.#seen >= this.#skip) this.#sum += x
    this.#seen++
    if (this.#seen === first) this.#value = this.#sum / this.#period
  }

  rescale(num: number, den: number): void {
    this.#sum = (this.#sum * den) / num
    this.#value = (this.#value * den) / num
  }

  snapshot(): readonly number[] {
    return [this.#seen, this.#sum, this.#value]
  }

  restore(numbers: readonly number[]): void {
    ;[this.#seen, this.#sum, this.#value] = numbers as readonly [number, number, number]
  }
}

export class Ema implements Indicator {
  readonly outputs: readonly string[]
  readonly #line: EmaLine

  constructor(period: number) {
    this.outputs = [`ema_${period}`]
    this.#line = new EmaLine(period)
  }

  get ready(): boolean {
    return this.#line.ready
  }

  update(bar: IndicatorBar): void {
    this.#line.push(bar.close)
  }

  value(_i: number): number {
    return this.#line.value
  }

  rescale(num: number, den: number): void {
    this.#line.rescale(num, den)
  }

  snapshot(): State {
    return { line: this.#line.snapshot() }
  }

  restore(s: unknown): void {
    this.#line.restore(new StateReader(s, 'ema').numbers('line'))
  }
}
