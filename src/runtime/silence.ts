/**
 * When is an engine taken for dead, and what is done then? Its heartbeats stopped for five seconds: it is started
 * anew to reconcile, once in ten minutes; the next time what it holds is sold without it (F-60). Monotonic wall time,
 * whatever the session's clock says.
 */
export type Answer = 'wait' | 'restart' | 'flatten'

/** Without a heartbeat for longer than this it is dead. */
const SILENCE_MS = 5_000
/** I-44: a process that starts may take so long until its first. */
const START_MS = 60_000
const RESTART_ONCE_MS = 600_000

export class Silence {
  #due: number
  #restartedAt = -Infinity

  constructor(now: number) {
    this.#due = now + SILENCE_MS
  }

  beat(now: number): void {
    this.#due = now + SILENCE_MS
  }

  /** `gone`: its process ended, so nothing is to be waited for but a beat of another one. */
  look(now: number): Answer {
    if (now <= this.#due) return 'wait'
    if (now - this.#restartedAt < RESTART_ONCE_MS) return 'flatten'
    this.#restartedAt = now
    this.#due = now + START_MS
    return 'restart'
  }

  /** The one that was started anew ended before it said a word. */
  stillborn(now: number): void {
    this.#due = Math.min(this.#due, now)
  }
}
