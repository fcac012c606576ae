/** The session clocks. This file is the only reader of the machine's clock in a run. */
import type { Micros } from '../core/base/time.ts'
import type { Clock } from './ports.ts'

const SLEW_RATE = 0.005
const SLEW_EVERY_MS = 100

const wallNow = (): Micros => Date.now() * 1000

/**
 * The system's time, made steady: it starts at the wall clock and then follows the monotonic one, so a step of the wall
 * clock changes no order of events; stamps are slewed after it, 5 ms a second (F-51). `speed` or `start` make it a clock
 * of its own that follows nobody; then only emulators are real.
 */
export class SystemClock implements Clock {
  readonly #start: Micros
  readonly #origin: number
  readonly #speed: number
  readonly #wall: (() => Micros) | undefined
  /** Moved so far after the wall clock, and when on the monotonic one. */
  #slewed = 0
  #slewedAt: number
  #last: Micros = 0

  constructor(options: { readonly start?: Micros; readonly speed?: number; readonly wall?: () => Micros } = {}) {
    const { start, speed = 1, wall = wallNow } = options
    this.#wall = start === undefined && speed === 1 ? wall : undefined
    this.#start = start ?? wall()
    this.#speed = speed
    this.#origin = this.#slewedAt = performance.now()
  }

  now(): Micros {
    const at = performance.now()
    const t = this.#start + Math.floor((at - this.#origin) * 1000 * this.#speed)
    this.#slew(t, at)
    this.#last = Math.max(this.#last, t + Math.round(this.#slewed))
    return this.#last
  }

  #slew(t: Micros, at: number): void {
    if (this.#wall === undefined || at - this.#slewedAt < SLEW_EVERY_MS) return
    const most = (at - this.#slewedAt) * 1000 * SLEW_RATE
    const apart = this.#wall() - t - this.#slewed
    this.#slewed += Math.max(-most, Math.min(most, apart))
    this.#slewedAt = at
  }

  after(span: Micros, then: () => void): () => void {
    const timer = setTimeout(then, Math.max(0, span / 1000 / this.#speed))
    return () => clearTimeout(timer)
  }

  /** How far this clock is from the wall's, in microseconds: large after a step of the wall clock. */
  offset(): Micros {
    return this.#wall === undefined ? 0 : this.now() - this.#wall()
  }
}
