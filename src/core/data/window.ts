/**
 * A rolling window over the last n doubles. Everything it answers is computed from its content, oldest first, so the
 * answer depends on those n values only: not on what was dropped before them, and not on where in the ring they lie.
 * A running sum would be faster by some nanoseconds, but would drag the rounding of every past value along and give
 * other bits after a restart than before it.
 */
import { assert } from '../base/assert.ts'

export class Window {
  readonly size: number
  readonly #values: Float64Array
  /** Slot for the next value; when full, that of the oldest. */
  #next = 0
  #count = 0

  constructor(size: number) {
    assert(Number.isInteger(size) && size >= 1, `a window of ${size} values`)
    this.size = size
    this.#values = new Float64Array(size)
  }

  get count(): number {
    return this.#count
  }

  get full(): boolean {
    return this.#count === this.size
  }

  /** Adds the newest value and drops the oldest of a full window. */
  push(x: number): void {
    this.#values[this.#next] = x
    this.#next = this.#next + 1 === this.size ? 0 : this.#next + 1
    if (this.#count < this.size) this.#count++
  }

  /** The i-th value, 0 being the oldest. */
  at(i: number): number {
    const slot = this.#oldest() + i
    return this.#values[slot >= this.size ? slot - this.size : slot] as number
  }

  /** Sum of the values in the window. */
  sum(): number {
    const values = this.#values
    const split = this.#oldest()
    const end = split + this.#count
    let sum = 0
    for (let i = split; i < end && i < this.size; i++) sum += values[i] as number
    for (let i = 0; i < end - this.size; i++) sum += values[i] as number
    return sum
  }

  /** Sum of squared distances from `centre`. */
  squares(centre: number): number {
    const values = this.#values
    const split = this.#oldest()
    const end = split + this.#count
    let sum = 0
    for (let i = split; i < end && i < this.size; i++) {
      const d = (values[i] as number) - centre
      sum += d * d
    }
    for (let i = 0; i < end - this.size; i++) {
      const d = (values[i] as number) - centre
      sum += d * d
    }
    return sum
  }

  /** The largest value; -Infinity of an empty window. */
  max(): number {
    let best = -Infinity
    for (let i = 0; i < this.#count; i++) {
      const x = this.#values[i] as number
      if (x > best) best = x
    }
    return best
  }

  /** The smallest value; Infinity of an empty window. */
  min(): number {
    let best = Infinity
    for (let i = 0; i < this.#count; i++) {
      const x = this.#values[i] as number
      if (x < best) best = x
    }
    return best
  }

  /** Multiplies each value by `mul`, then divides it by `div`: rounded at most once where the product is exact. */
  rescale(mul: number, div: number): void {
    for (let i = 0; i < this.#count; i++) this.#values[i] = ((this.#values[i] as number) * mul) / div
  }

  /** The values, oldest first. */
  snapshot(): number[] {
    return Array.from({ length: this.#count }, (_, i) => this.at(i))
  }

  restore(values: readonly number[]): void {
    assert(values.length <= this.size, `${values.length} values for a window of ${this.size}`)
    this.#values.fill(0)
    this.#count = values.length
    this.#next = values.length === this.size ? 0 : values.length
    for (let i = 0; i < values.length; i++) this.#values[i] = values[i] as number
  }

  #oldest(): number {
    return this.#count === this.size ? this.#next : 0
  }
}
