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
  readonly #waiting: Record<Urgency, ((granted: boolean) => void)[]> = { order: [], query: [], background: [] }
  readonly #resting = new Set<() => void>()
  #cancel: (() => void) | undefined
  #pausedUntil: Micros = 0
  #stopped = false

  constructor(perSecond: number, clock: Clock) {
    this.#perSecond = perSecond
    this.#clock = clock
  }

  get stopped(): boolean {
    return this.#stopped
  }

  /** Resolves with true when the request may leave, and it has to leave at once then; with false once nothing may. */
  turn(urgency: Urgency): Promise<boolean> {
    if (this.#stopped) return Promise.resolve(false)
    return new Promise((resolve) => {
      this.#waiting[urgency].push(resolve)
      this.#release()
    })
  }

  /** A wait between tries; `stop` cuts it short. */
  rest(span: Micros): Promise<void> {
    if (this.#stopped) return Promise.resolve()
    return new Promise((resolve) => {
      const cancel = this.#clock.after(span, () => end())
      const end = (): void => {
        this.#resting.delete(end)
        cancel()
        resolve()
      }
      this.#resting.add(end)
    })
  }

  /** What waits for its turn does not leave any more. */
  stop(): void {
    this.#stopped = true
    this.#cancel?.()
    for (const urgency of ORDER) for (const refuse of this.#waiting[urgency].splice(0)) refuse(false)
    for (const end of this.#resting) end()
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
      next(true)
    }
    this.#wake(now)
  }

  #next(now: Micros): ((granted: boolean) => void) | undefined {
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
