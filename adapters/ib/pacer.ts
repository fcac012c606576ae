/**
 * Messages to the gateway: at most so many within any second (reference 7.5, I-28), cancellations and exits before
 * orders, orders before questions, questions before market data; each kind leaves room for those before it. The time is
 * the session's clock. Nothing waits in the client library, and nothing waits here over the end of a link: what was not
 * sent then is told so and is for certain not sent (reference 9.3, D1 and D2).
 */
import { type Micros, SECOND } from '../../src/core/base/time.ts'
import type { Clock } from '../../src/runtime/ports.ts'

export const URGENCIES = ['exit', 'order', 'query', 'background'] as const
export type Urgency = (typeof URGENCIES)[number]

/** A little longer than a second, because what leaves evenly does not arrive evenly. */
const WINDOW: Micros = SECOND + 100_000
/** Share of the window that a kind leaves to those before it. */
const RESERVE: Readonly<Record<Urgency, number>> = { exit: 0, order: 0.1, query: 0.2, background: 0.4 }

interface Waiting {
  readonly send: () => void
  readonly dropped: () => void
}

export class Pacer {
  readonly #perSecond: number
  readonly #clock: Clock
  readonly #waiting: Readonly<Record<Urgency, Waiting[]>> = { exit: [], order: [], query: [], background: [] }
  /** Moments of the last messages, oldest first. */
  #sent: Micros[] = []
  #wake: (() => void) | undefined

  constructor(perSecond: number, clock: Clock) {
    this.#perSecond = perSecond
    this.#clock = clock
  }

  /** Sends at once where there is room, else in turn. */
  send(urgency: Urgency, send: () => void, dropped: () => void = () => undefined): void {
    this.#waiting[urgency].push({ send, dropped })
    this.#drain()
  }

  /** The link ended: nothing of what waits is sent. */
  clear(): void {
    this.#wake?.()
    this.#wake = undefined
    const all = URGENCIES.flatMap((urgency) => this.#waiting[urgency].splice(0))
    for (const { dropped } of all) dropped()
  }

  #drain(): void {
    const now = this.#clock.now()
    this.#sent = this.#sent.filter((t) => t > now - WINDOW)
    for (const urgency of URGENCIES) {
      const most = Math.max(1, Math.floor(this.#perSecond * (1 - RESERVE[urgency])))
      const queue = this.#waiting[urgency]
      while (queue.length > 0 && this.#sent.length < most) {
        this.#sent.push(now)
        queue.shift()?.send()
      }
      // What waits must not be overtaken by what is less urgent.
      if (queue.length > 0) return this.#later(now)
    }
  }

  #later(now: Micros): void {
    if (this.#wake !== undefined) return
    const room = (this.#sent[0] ?? now) + WINDOW - now
    this.#wake = this.#clock.after(Math.max(1000, room), () => {
      this.#wake = undefined
      this.#drain()
    })
  }
}
