/**
 * A session clock that somebody else moves: timers come due in order of time, those of one moment in the order in which
 * they were set. Nothing here waits; `lockstep.ts` decides when time passes.
 */
import { Heap } from '../core/base/heap.ts'
import type { Micros } from '../core/base/time.ts'
import type { Clock } from './ports.ts'

interface Timer {
  then: (() => void) | undefined
}

export class LockstepClock implements Clock {
  readonly #timers = new Heap<Timer>()
  #now: Micros
  #cancelled = 0

  constructor(start: Micros) {
    this.#now = start
  }

  now(): Micros {
    return this.#now
  }

  after(span: Micros, then: () => void): () => void {
    const timer: Timer = { then }
    this.#timers.push(this.#now + Math.max(0, Math.ceil(span)), 0, timer)
    return () => {
      if (timer.then === undefined) return
      timer.then = undefined
      this.#cancelled++
    }
  }

  /** When the next timer comes due; Infinity when none is set. */
  get nextDue(): Micros {
    this.#dropCancelled()
    return this.#timers.peek()?.time ?? Infinity
  }

  /** Moves to `t` and calls back what came due there; never goes back. */
  moveTo(t: Micros): void {
    this.#now = Math.max(this.#now, t)
    for (;;) {
      const first = this.#timers.peek()
      if (first === undefined || first.time > this.#now) return
      this.#timers.pop()
      const { then } = first.value
      if (then === undefined) this.#cancelled--
      first.value.then = undefined
      then?.()
    }
  }

  #dropCancelled(): void {
    while (this.#cancelled > 0) {
      const first = this.#timers.peek()
      if (first?.value.then !== undefined || first === undefined) return
      this.#timers.pop()
      this.#cancelled--
    }
  }
}
