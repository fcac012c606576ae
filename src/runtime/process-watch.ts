/**
 * Looks after the process that a session runs in, on monotonic wall time whatever the session's clock says: did it stand
 * still (F-52, F-58), and has the machine's clock been moved under it (F-51)?
 */
import type { Micros } from '../core/base/time.ts'

/** a process that did nothing for longer than this was down. */
const STALL_MS = 5_000
const LOOK_EVERY_MS = 500
/** Smaller movements of the wall clock are not worth an event. */
const OFFSET_STEP: Micros = 50_000

export interface ProcessNews {
  /** The process stood still for so many milliseconds. */
  stalled(ms: number): void
  /** How far the session's clock is from the machine's. */
  offset(by: Micros): void
}

export class ProcessWatch {
  readonly #timer: ReturnType<typeof setInterval>
  readonly #offset: () => Micros
  readonly #news: ProcessNews
  #last = performance.now()
  #told: Micros = 0

  constructor(offset: () => Micros, news: ProcessNews) {
    this.#offset = offset
    this.#news = news
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS)
  }

  #look(): void {
    const now = performance.now()
    const stood = now - this.#last - LOOK_EVERY_MS
    this.#last = now
    const offset = this.#offset()
    if (Math.abs(offset - this.#told) >= OFFSET_STEP) {
      this.#told = offset
      this.#news.offset(offset)
    }
    if (stood > STALL_MS) this.#news.stalled(Math.round(stood))
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}
