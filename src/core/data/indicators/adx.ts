/**
 * Average directional index (Wilder 1978), 0 … 100, with TA-Lib's start: n − 1 movements are summed, n directional
 * indices averaged from then on, so the first value stands at bar 2n. A bar without range, or without any directional
 * movement, adds nothing: the index keeps its value.
 */
import type { Indicator, IndicatorBar } from './indicator.ts'
import { type State, StateReader } from './state.ts'
import { trueRange } from './true-range.ts'

export class Adx implements Indicator {
  readonly outputs: readonly string[]
  readonly #period: number
  #seen = 0
  #high = 0
  #low = 0
  #close = 0
  #up = 0
  #down = 0
  #range = 0
  /** Sum of directional indices while seeding, average once ready. */
  #index = 0

  constructor(period: number) {
    this.outputs = [`adx_${period}`]
    this.#period = period
  }

  get ready(): boolean {
    return this.#seen >= 2 * this.#period
  }

  update(bar: IndicatorBar): void {
    const first = 2 * this.#period
    if (this.#seen > 0) this.#move(bar)
    this.#high = bar.high
    this.#low = bar.low
    this.#close = bar.close
    if (this.#seen >= first) return
    this.#seen++
    if (this.#seen === first) this.#index /= this.#period
  }

  #move(bar: IndicatorBar): void {
    const period = this.#period
    if (this.#seen >= period) {
      this.#up -= this.#up / period
      this.#down -= this.#down / period
      this.#range -= this.#range / period
    }
    const rise = bar.high - this.#high
    const fall = this.#low - bar.low
    if (fall > 0 && fall > rise) this.#down += fall
    else if (rise > 0 && rise > fall) this.#up += rise
    this.#range += trueRange(bar.high, bar.low, this.#close)
    if (this.#seen < period || this.#range === 0) return
    const plus = 100 * (this.#up / this.#range)
    const minus = 100 * (this.#down / this.#range)
    const both = plus + minus
    if (both === 0) return
    const index = 100 * (Math.abs(minus - plus) / both)
    if (this.#seen < 2 * period) this.#index += index
    else this.#index = (this.#index * (period - 1) + index) / period
  }

  value(_i: number): number {
    return this.ready ? this.#index : Number.NaN
  }

  rescale(num: number, den: number): void {
    this.#high = (this.#high * den) / num
    this.#low = (this.#low * den) / num
    this.#close = (this.#close * den) / num
    this.#up = (this.#up * den) / num
    this.#down = (this.#down * den) / num
    this.#range = (this.#range * den) / num
  }

  snapshot(): State {
    const bar = [this.#high, this.#low, this.#close]
    return { seen: this.#seen, bar, moves: [this.#up, this.#down, this.#range], index: this.#index }
  }

  restore(s: unknown): void {
    const state = new StateReader(s, 'adx')
    this.#seen = state.number('seen')
    ;[this.#high, this.#low, this.#close] = state.numbers('bar') as readonly [number, number, number]
    ;[this.#up, this.#down, this.#range] = state.numbers('moves') as readonly [number, number, number]
    this.#index = state.number('index')
  }
}
