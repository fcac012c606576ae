/** Things that happen at a moment of the run's clock, in order of time and, at equal times, of arrival. */
import { Heap } from '../../../src/core/base/heap.ts'
import type { Micros } from '../../../src/core/base/time.ts'

export class Scheduler {
  readonly #heap = new Heap<() => void>()

  at(t: Micros, act: () => void): void {
    this.#heap.push(t, 0, act)
  }

  get next(): Micros {
    return this.#heap.peek()?.time ?? Infinity
  }

  /** Runs everything due at or before `t`, including what that makes due. */
  runUntil(t: Micros): void {
    while (this.next <= t) this.#heap.pop()?.value()
  }
}
