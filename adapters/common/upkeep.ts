/** What an adapter has under way: work that its end waits for, and timers that its end cancels. */
import type { Micros } from '../../src/core/base/time.ts'
import type { Clock } from '../../src/runtime/ports.ts'

export class Upkeep {
  readonly #clock: Clock
  readonly #work = new Set<Promise<void>>()
  readonly #timers = new Set<() => void>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** A failure in it is a fault of ours and ends the process. */
  run(work: Promise<void>): void {
    this.#work.add(work)
    void work.finally(() => this.#work.delete(work))
  }

  later(span: Micros, then: () => void): void {
    const cancel = this.#clock.after(span, () => {
      this.#timers.delete(cancel)
      then()
    })
    this.#timers.add(cancel)
  }

  /** Nothing of it comes due any more. */
  cancelTimers(): void {
    for (const cancel of this.#timers) cancel()
  }

  /** Resolves when the work that is under way has come to its end, whichever. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#work)
  }
}
