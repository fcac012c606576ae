/** The session clocks. This file is the only reader of the machine's clock in a run. */
import type { Micros } from '../core/base/time.ts'
import type { Clock } from './ports.ts'

/**
 * The system's time, made steady: it starts at the wall clock and then follows the monotonic one, so a step of the wall
 * clock changes no order of events (F-51). `speed` makes it run faster than the wall; then only emulators are real.
 */
export class SystemClock implements Clock {
  readonly #start: Micros
  readonly #origin: number
  readonly #speed: number
  #last: Micros = 0

  constructor(options: { readonly start?: Micros; readonly speed?: number } = {}) {
    this.#start = options.start ?? Date.now() * 1000
    this.#speed = options.speed ?? 1
    this.#origin = performance.now()
  }

  now(): Micros {
    const t = this.#start + Math.floor((performance.now() - this.#origin) * 1000 * this.#speed)
    this.#last = Math.max(this.#last, t)
    return this.#last
  }

  after(span: Micros, then: () => void): () => void {
    const timer = setTimeout(then, Math.max(0, span / 1000 / this.#speed))
    return () => clearTimeout(timer)
  }

  /** How far the wall clock has moved away from this one, in microseconds: large after a step of the wall clock. */
  drift(): Micros {
    return Date.now() * 1000 - this.now()
  }
}
