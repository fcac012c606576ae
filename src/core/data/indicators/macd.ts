/**
 * MACD: EMA(fast) − EMA(slow) of the close, its own EMA as signal, and their difference. As in TA-Lib the fast
 * average is seeded late, so that both begin at the slow one's first bar, and no output shows before the signal does.
 * Outputs: line, signal, histogram, in price units.
 */
import { EmaLine } from './ema.ts'
import type { Indicator, IndicatorBar } from './indicator.ts'
import { type State, StateReader } from './state.ts'

export class Macd implements Indicator {
  readonly outputs: readonly string[]
  readonly #fast: EmaLine
  readonly #slow: EmaLine
  readonly #signal: EmaLine

  constructor(fast: number, slow: number, signal: number) {
    const name = `macd_${fast}_${slow}_${signal}`
    this.outputs = [name, `${name}_signal`, `${name}_hist`]
    this.#fast = new EmaLine(fast, slow - fast)
    this.#slow = new EmaLine(slow)
    this.#signal = new EmaLine(signal)
  }

  get ready(): boolean {
    return this.#signal.ready
  }

  update(bar: IndicatorBar): void {
    this.#fast.push(bar.close)
    this.#slow.push(bar.close)
    if (this.#slow.ready) this.#signal.push(this.#fast.value - this.#slow.value)
  }

  value(i: number): number {
    const signal = this.#signal.value
    if (i === 1 || Number.isNaN(signal)) return signal
    const line = this.#fast.value - this.#slow.value
    return i === 0 ? line : line - signal
  }

  rescale(num: number, den: number): void {
    this.#fast.rescale(num, den)
    this.#slow.rescale(num, den)
    this.#signal.rescale(num, den)
  }

  snapshot(): State {
    return { fast: this.#fast.snapshot(), slow: this.#slow.snapshot(), signal: this.#signal.snapshot() }
  }

  restore(s: unknown): void {
    const state = new StateReader(s, 'macd')
    this.#fast.restore(state.numbers('fast'))
    this.#slow.restore(state.numbers('slow'))
    this.#signal.restore(state.numbers('signal'))
  }
}
