/**
 * Our own heartbeat (D7): a question where nothing was read for three seconds, the end where nothing was for nine. What
 * the socket says of itself does not count (F-04). Monotonic wall time.
 */
const SILENCE_MS = 9000
const PROBE_MS = 3000
const LOOK_MS = 250

export class Heartbeat {
  readonly #ask: () => void
  readonly #dead: () => void
  #seenAt = 0
  #timer: NodeJS.Timeout | undefined

  constructor(ask: () => void, dead: () => void) {
    this.#ask = ask
    this.#dead = dead
  }

  /** Something was read. */
  seen(): void {
    this.#seenAt = performance.now()
  }

  start(): void {
    let askedAt = performance.now()
    this.#timer = setInterval(() => {
      const now = performance.now()
      if (now - this.#seenAt > SILENCE_MS) {
        // Messages may wait behind this timer after a stall: they are read first.
        setImmediate(() => {
          if (performance.now() - this.#seenAt > SILENCE_MS) this.#dead()
        })
      } else if (now - this.#seenAt > PROBE_MS && now - askedAt > PROBE_MS) {
        askedAt = now
        this.#ask()
      }
    }, LOOK_MS)
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}
