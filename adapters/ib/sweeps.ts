/**
 * Lists of IB that have no id: open orders, completed orders, positions. Each is asked for by one request at a time and
 * is whole only with its END; one that does not end in time was not delivered. Where an END stays away, the next
 * one may be its late one: it closes nothing, so that half a list is never taken for a whole one.
 */
import type { IBApi } from '@stoqey/ib'
import type { IbLink } from './link.ts'
import type { Urgency } from './pacer.ts'
import { ANSWER_MS } from './asks.ts'

export class Sweep {
  readonly #link: IbLink
  readonly #request: (api: IBApi) => void
  readonly #begin: () => void
  #settle: ((whole: boolean) => void) | undefined
  #current: Promise<boolean> | undefined
  #next: Promise<boolean> | undefined
  #lateEnds = 0

  /** `begin` forgets the rows of before: it runs as the request leaves. */
  constructor(link: IbLink, request: (api: IBApi) => void, begin: () => void) {
    this.#link = link
    this.#request = request
    this.#begin = begin
    link.watch({
      lost: (_, socket) => {
        if (socket) this.#lateEnds = 0
        this.#settle?.(false)
      },
    })
  }

  /** The list as it is after now. */
  fresh(urgency: Urgency = 'query'): Promise<boolean> {
    const { current } = { current: this.#current }
    if (current === undefined) return this.#ask(urgency)
    // What is under way may have been answered before now.
    this.#next ??= current.then(() => {
      this.#next = undefined
      return this.#ask(urgency)
    })
    return this.#next
  }

  #ask(urgency: Urgency): Promise<boolean> {
    const asked = new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => {
        this.#lateEnds = this.#lateEnds === 0 ? 1 : 0
        settle(false)
      }, ANSWER_MS)
      const settle = (whole: boolean): void => {
        clearTimeout(timer)
        this.#settle = undefined
        this.#current = undefined
        resolve(whole)
      }
      this.#settle = settle
      const act = (api: IBApi): void => {
        this.#begin()
        this.#request(api)
      }
      if (!this.#link.send(urgency, act, () => settle(false))) settle(false)
    })
    if (this.#settle !== undefined) this.#current = asked
    return asked
  }

  end(): void {
    if (this.#lateEnds > 0) {
      this.#lateEnds--
      return
    }
    this.#settle?.(true)
  }
}
