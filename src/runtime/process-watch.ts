/** Looks after the process that a session runs in, on monotonic wall time: did it stand still (F-52, F-58)? */

/** a process that did nothing for longer than this was down. */
const STALL_MS = 5_000
const LOOK_EVERY_MS = 500

export class ProcessWatch {
  readonly #timer: ReturnType<typeof setInterval>
  #last = performance.now()

  constructor(stalled: () => void) {
    this.#timer = setInterval(() => {
      const now = performance.now()
      const stood = now - this.#last - LOOK_EVERY_MS
      this.#last = now
      if (stood > STALL_MS) stalled()
    }, LOOK_EVERY_MS)
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}
