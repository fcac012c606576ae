/** Questions with an id of their own: rows until the end, or why there are none. Deadlines are monotonic wall time. */
import type { IBApi } from '@stoqey/ib'
import type { IbLink } from './link.ts'
import type { Urgency } from './pacer.ts'

export type Answer<T> =
  | { readonly ok: true; readonly rows: readonly T[] }
  /** `code` is IB's, or 0 where the link or the clock ended it. */
  | { readonly ok: false; readonly code: number; readonly text: string }

export const ANSWER_MS = 10_000

interface Open {
  readonly rows: unknown[]
  readonly settle: (answer: Answer<never>) => void
}

export class Asks {
  readonly #link: IbLink
  readonly #open = new Map<number, Open>()

  constructor(link: IbLink) {
    this.#link = link
    link.watch({
      error: (id, code, text) => this.#open.get(id)?.settle({ ok: false, code, text }),
      lost: (why) => {
        for (const { settle } of [...this.#open.values()]) settle({ ok: false, code: 0, text: why })
      },
    })
  }

  ask<T>(urgency: Urgency, send: (api: IBApi, reqId: number) => void, ms = ANSWER_MS): Promise<Answer<T>> {
    const reqId = this.#link.requestId()
    return new Promise((resolve) => {
      const rows: T[] = []
      const timer = setTimeout(() => settle({ ok: false, code: 0, text: `no answer within ${ms / 1000} s` }), ms)
      const settle = (answer: Answer<T>): void => {
        clearTimeout(timer)
        this.#open.delete(reqId)
        resolve(answer)
      }
      this.#open.set(reqId, { rows, settle })
      const dropped = (): void => settle({ ok: false, code: 0, text: 'the link ended before it was sent' })
      if (!this.#link.send(urgency, (api) => send(api, reqId), dropped)) dropped()
    })
  }

  row(reqId: number, row: unknown): void {
    this.#open.get(reqId)?.rows.push(row)
  }

  end(reqId: number): void {
    const open = this.#open.get(reqId)
    open?.settle({ ok: true, rows: open.rows as never[] })
  }
}
