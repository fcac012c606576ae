/**
 * Fills that a broker's books told of and no report did (F-05, F-12): the explanation names the fill, the books before it
 * have its terms. For tables and output streams such a fill is one like any other.
 */
import { BOOK_ROWS } from '../core/engine/control-records.ts'
import { EXPLANATIONS } from '../core/engine/reconcile.ts'
import { KIND } from '../core/engine/records.ts'
import type { RecordView } from './record-fields.ts'

const FILL_ROW = BOOK_ROWS.indexOf('fill')
const END_ROW = BOOK_ROWS.indexOf('end')
const FILL = EXPLANATIONS.indexOf('fill')

/** The numbers of a fill in the order of a report's words. */
export interface FillRow {
  readonly instrument: number
  readonly seq: number
  readonly t: number
  readonly broker: number
  readonly orderId: number
  readonly fillNo: number
  readonly side: number
  readonly qty: number
  readonly price: number
  readonly fee: number
  readonly tax: number
}

export class BookedFills {
  #told = new Map<string, FillRow>()
  #closed = true

  /** Looks at every record in order; gives a fill where one was recovered. */
  look(r: RecordView): FillRow | undefined {
    if (r.kind === KIND.books) this.#keep(r)
    if (r.kind !== KIND.explain || r.words[3] !== FILL) return undefined
    const [seq, t, , broker, orderId, fillNo] = r.words.subarray(1) as unknown as number[]
    const told = this.#told.get(`${broker} ${orderId} ${fillNo}`)
    return told === undefined ? undefined : { ...told, seq: seq as number, t: t as number }
  }

  /** Explanations follow the books they are of; the next books begin anew. */
  #keep({ words, instrument }: RecordView): void {
    const [seq, t, broker, , list, ...w] = [...words.subarray(1)] as number[]
    if (this.#closed) this.#told = new Map()
    this.#closed = list === END_ROW
    if (list !== FILL_ROW) return
    const [orderId, fillNo, side, qty, price, fee, tax] = w
    const row = { instrument, seq, t, broker, orderId, fillNo, side, qty, price, fee, tax } as FillRow
    this.#told.set(`${row.broker} ${row.orderId} ${row.fillNo}`, row)
  }
}

/** A fill as a report told it. */
export function reportedFill({ words, instrument }: RecordView): FillRow {
  const [seq, t, , broker, orderId, fillNo, side, qty, price, fee, tax] = [...words.subarray(1)] as number[]
  return { instrument, seq, t, broker, orderId, fillNo, side, qty, price, fee, tax } as FillRow
}
