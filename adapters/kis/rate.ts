/**
 * Requests of one key: at most `perSecond` within any second (I-28), orders before everything else. The window is a
 * little longer than a second, because what leaves evenly does not arrive evenly. Time is the session's clock.
 *
 * Not shared between processes: two programs on one key must share out its rate by configuration.
 */
import { type Micros, SECOND } from '../../src/core/base/time.ts'
import type { Clock } from '../../src/runtime/ports.ts'

/** Orders go first, then what reconciliation asks, then history and the like. */
export type Urgency = 'order' | 'query' | 'background'

const WINDOW: Micros = SECOND + 100_000
const ORDER: readonly Urgency[] = ['order', 'query', 'background']

export class RequestRate {
  readonly #perSecond: number
  readonly #clock: Clock
  /** Moments of the last requests, oldest first, as many as a window may hold. */
  #sent: Micros[] = []
  readonly #waiting: Record<Urgency, (() => void)[]> = { order: [], query: [], background: [] }
  #cancel: (() => void) | undefined
  #pausedUntil: Micros = 0

  constructor(perSecond: number, clock: Clock) {
    this.#perSecond = perSecond
    this.#clock = clock
  }

  /** Resolves when the request may leave; it has to leave at once then. */
  turn(urgency: Urgency): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting[urgency].push(resolve)
      this.#release()
    })
  }

  /** The broker said that we are too fast: nothing but orders leaves for a while (F-16). */
  pause(span: Micros): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.now() + span)
  }

  #release(): void {
    const now = this.#clock.now()
    this.#sent = this.#sent.filter((t) => t > now - WINDOW)
    while (this.#sent.length < this.#perSecond) {
      const next = this.#next(now)
      if (next === undefined) break
      this.#sent.push(now)
      next()
    }
    this.#wake(now)
  }

  #next(now: Micros): (() => void) | undefined {
    for (const urgency of ORDER) {
      if (urgency !== 'order' && now < this.#pausedUntil) return undefined
      const next = this.#waiting[urgency].shift()
      if (next !== undefined) return next
    }
    return undefined
  }

  #wake(now: Micros): void {
    this.#cancel?.()
    this.#cancel = undefined
    if (!ORDER.some((urgency) => this.#waiting[urgency].length > 0)) return
    const full = this.#sent.length >= this.#perSecond
    const at = full ? (this.#sent[0] as Micros) + WINDOW : Math.max(this.#pausedUntil, now)
    this.#cancel = this.#clock.after(Math.max(1000, at - now), () => this.#release())
  }
}
