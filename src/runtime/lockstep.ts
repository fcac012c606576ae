/**
 * Emulators and engine on one clock (`contract.md` 1): it advances only when no frame, request or answer is on its way,
 * so a day of real traffic over real sockets plays as fast as the machine goes, in the order it would have had.
 */
import { MILLISECOND, type Micros, SECOND } from '../core/base/time.ts'
import type { LockstepClock } from './lockstep-clock.ts'
import type { Loopback } from './loopback.ts'

/** A venue played in this process. */
export interface PlayedVenue {
  /** When it has something to say next. */
  readonly nextTime: Micros
  /** Does it work on something, or wait to hand something over? */
  readonly busy: boolean
  advance(now: Micros): Promise<void>
}

export interface LockstepOptions {
  readonly clock: LockstepClock
  readonly loopback: Loopback
  readonly venues: readonly PlayedVenue[]
  /** Is anybody else at work on something that no socket shows? */
  readonly busy?: () => boolean
  /** Run-clock seconds a wall second; Infinity: as fast as it goes. */
  readonly speed: number
}

/** What the market does within this is told together. */
const GATHER: Micros = 200 * MILLISECOND
/** Turns of the event loop without anything under way before time passes. */
const CALM_TURNS = 2

export class Lockstep {
  readonly #o: LockstepOptions
  readonly #from: Micros
  #began = 0
  #stopped = false
  #wake: () => void = () => undefined

  constructor(options: LockstepOptions) {
    this.#o = options
    this.#from = options.clock.now()
  }

  /** Lets time pass until `stop`. */
  async run(): Promise<void> {
    const { clock, venues } = this.#o
    this.#began = performance.now()
    while (!this.#stopped) {
      await this.#quiet()
      if (this.#stopped) return
      const next = this.#next()
      await this.#pace(next)
      if (this.#stopped) return
      clock.moveTo(next)
      for (const venue of venues) await venue.advance(next)
    }
  }

  stop(): void {
    this.#stopped = true
    this.#wake()
  }

  #next(): Micros {
    const { clock, venues } = this.#o
    const market = Math.min(...venues.map((v) => v.nextTime))
    // Without anybody who waits, time passes all the same: somebody outside may look at the clock.
    return Math.min(clock.nextDue, Math.max(market, clock.now() + GATHER), clock.now() + SECOND)
  }

  async #quiet(): Promise<void> {
    const { loopback, venues } = this.#o
    for (let calm = 0; calm < CALM_TURNS && !this.#stopped; ) {
      await new Promise<void>((resolve) => setImmediate(resolve))
      const busy = loopback.busy || venues.some((v) => v.busy) || this.#o.busy?.() === true
      calm = busy ? 0 : calm + 1
    }
  }

  async #pace(next: Micros): Promise<void> {
    const { speed } = this.#o
    if (speed === Infinity) return
    const due = this.#began + (next - this.#from) / 1000 / speed
    const wait = due - performance.now()
    if (wait <= 1) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, wait)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
