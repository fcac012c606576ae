/**
 * Emulators and session on one clock that the test moves: it goes on only when every byte that one end of a connection
 * has written was read at the other, so a day of real frames over a real socket plays in seconds, in its own order.
 */
import type { Micros } from '../../src/core/base/time.ts'
import { Loopback } from '../../src/runtime/loopback.ts'
import type { HandClock } from './live-parts.ts'

/** A venue played in this process. */
export interface Stepped {
  readonly ports: readonly number[]
  readonly busy: boolean
  advance(): Promise<void>
}

/** Turns of the event loop without anything under way before time passes. */
const CALM_TURNS = 3

export class Steps {
  readonly #clock: HandClock
  readonly #venues: readonly Stepped[]
  readonly #loopback: Loopback

  constructor(clock: HandClock, ...venues: readonly Stepped[]) {
    this.#clock = clock
    this.#venues = venues
    // Asked each time: an emulator opens and closes ports as its faults will have it.
    this.#loopback = new Loopback(() => new Set(venues.flatMap((v) => v.ports)))
  }

  close(): void {
    this.#loopback.close()
  }

  async #quiet(): Promise<void> {
    for (let calm = 0; calm < CALM_TURNS; ) {
      await new Promise<void>((resolve) => setImmediate(resolve))
      calm = this.#loopback.busy || this.#venues.some((v) => v.busy) ? 0 : calm + 1
    }
  }

  /** Lets so much time pass in steps. */
  async pass(span: Micros, step: Micros): Promise<void> {
    const end = this.#clock.now() + span
    while (this.#clock.now() < end) {
      await this.#quiet()
      this.#clock.advance(Math.min(step, end - this.#clock.now()))
      for (const venue of this.#venues) await venue.advance()
    }
    await this.#quiet()
  }
}
