/** Continuation (reference 2.4): `tr_cont` M and a cursor while there is more, D at the end; the cursor is an offset. */
import { padded } from '../../wire/numbers.ts'
import type { Call } from './call.ts'

export interface Page<T> {
  readonly rows: readonly T[]
  readonly trCont: 'M' | 'D'
  /** `ctx_area_fk…` and `ctx_area_nk…`, padded with blanks. */
  readonly cursors: Readonly<Record<string, string>>
}

export function pageOf<T>(call: Call, all: readonly T[]): Page<T> {
  const { page } = call.tr
  if (page === undefined) return { rows: all, trCont: 'D', cursors: {} }
  const size = page[call.door.env]
  const width = page.cursor
  const from = call.trCont === 'N' ? offsetOf(call.param(`CTX_AREA_NK${width}`)) : 0
  const rows = all.slice(from, from + size)
  const more = from + size < all.length
  const { account } = call.world
  const search = `${account.cano}^${account.product}^${call.tr.name}`
  const cursors = {
    [`ctx_area_fk${width}`]: search.padEnd(width),
    [`ctx_area_nk${width}`]: (more ? padded(from + size, 8) : '').padEnd(width),
  }
  return { rows, trCont: more ? 'M' : 'D', cursors }
}

function offsetOf(cursor: string): number {
  const text = cursor.trim()
  return /^\d{1,8}$/.test(text) ? Number(text) : 0
}
