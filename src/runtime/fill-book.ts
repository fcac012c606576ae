/**
 * What the ledger booked, told again from a run's records: fills of ours once each, whatever became of them (busted,
 * corrected, other costs, found in a broker's books only), holdings adopted or written off, and splits. A report is not
 * yet a booking: one that comes twice, or from a broker whose order it is not, changed nothing.
 */
import { notional } from '../core/domain/fees.ts'
import type { Instrument } from '../core/domain/instrument.ts'
import { ACTION_KINDS } from '../core/domain/event.ts'
import { ORDER_STATES, type OrderState } from '../core/domain/order.ts'
import type { Money, Qty, Side } from '../core/domain/units.ts'
import { BOOK_ROWS } from '../core/engine/control-records.ts'
import { EXPLANATIONS } from '../core/engine/reconcile.ts'
import { KIND, REPORT_TYPES } from '../core/engine/records.ts'
import { isLive } from '../core/execution/lifecycle.ts'
import type { RecordView } from './record-fields.ts'

interface Terms {
  readonly qty: Qty
  readonly price: number
  readonly fee: Money
  readonly tax: Money
}

interface Place {
  /** Sequence number of the input that caused it. */
  readonly seq: number
  readonly t: number
  readonly broker: number
  readonly instrument: number
}

/** `sign` −1: a booking taken back. `value` is price × quantity in money of the instrument's currency. */
export interface FillMovement extends Place, Terms {
  readonly kind: 'fill'
  readonly sign: 1 | -1
  readonly side: Side
  readonly value: Money
  readonly orderId: number
  readonly fillNo: number
}

export type Movement =
  | FillMovement
  /** Costs of an earlier fill became known: the differences. */
  | (Place & { readonly kind: 'costs'; readonly fee: Money; readonly tax: Money })
  /** Shares that were there before became ours at a price; no cash moved. */
  | (Place & { readonly kind: 'adopted'; readonly qty: Qty; readonly value: Money })
  /** Shares of ours that the broker does not have. */
  | (Place & { readonly kind: 'lost'; readonly qty: Qty })
  | (Place & { readonly kind: 'split'; readonly num: number; readonly den: number })

interface OrderLog {
  readonly broker: number
  readonly instrument: number
  readonly side: Side
  readonly fills: Map<number, Terms>
}

/** As many finished orders as the engine itself remembers (`core/execution/orders.ts`). */
const KEEP_FINISHED = 1024

const R = Object.fromEntries(REPORT_TYPES.map((name, i) => [name, i])) as Record<(typeof REPORT_TYPES)[number], number>
const SPLIT = ACTION_KINDS.indexOf('split')
const FILL_ROW = BOOK_ROWS.indexOf('fill')
const BY_FILL = EXPLANATIONS.indexOf('fill')
const ADOPTED = EXPLANATIONS.indexOf('adopted')
const ACKNOWLEDGED = EXPLANATIONS.indexOf('acknowledged')

export class FillBook {
  readonly #instruments: readonly Instrument[]
  readonly #tell: (m: Movement) => void
  readonly #orders = new Map<number, OrderLog>()
  /** Finished orders in the order in which they ended. */
  readonly #finished = new Set<number>()
  /** Fills of the books that came last, by order and number: an explanation refers to them. */
  readonly #booked = new Map<string, { side: Side; terms: Terms }>()
  #bookedSeq = -1

  constructor(instruments: readonly Instrument[], tell: (m: Movement) => void) {
    this.#instruments = instruments
    this.#tell = tell
  }

  record(r: RecordView): void {
    if (r.kind === KIND.report) this.#report(r)
    else if (r.kind === KIND.order) this.#order(r)
    else if (r.kind === KIND.books) this.#books(r)
    else if (r.kind === KIND.explain) this.#explain(r)
    else if (r.kind === KIND.action && r.words[3] === SPLIT) {
      const [, seq, t, , num, den] = r.words as unknown as number[]
      this.#tell({ kind: 'split', ...place(seq, t, -1, r.instrument), num: num as number, den: den as number })
    }
  }

  #order({ words: w, instrument }: RecordView): void {
    const id = w[3] as number
    if (!this.#orders.has(id)) {
      this.#orders.set(id, { broker: w[5] as number, instrument, side: w[6] as Side, fills: new Map() })
    }
    if (isLive(ORDER_STATES[w[12] as number] as OrderState)) {
      this.#finished.delete(id)
      return
    }
    this.#finished.add(id)
    if (this.#finished.size <= KEEP_FINISHED) return
    const oldest = this.#finished.values().next().value as number
    this.#finished.delete(oldest)
    this.#orders.delete(oldest)
  }

  #report({ words: w, instrument }: RecordView): void {
    const [, seq, t, type, broker, id, no, side, qty, price, fee, tax] = w as unknown as number[]
    const log = this.#orders.get(id as number)
    const at = place(seq, t, broker, log?.instrument ?? instrument)
    const terms = { qty, price, fee, tax } as Terms
    if (log === undefined) {
      // A fill of an order long ended is ours all the same (I-18); of anything else nothing was booked.
      if (type === R.filled) this.#fill(at, id as number, no as number, side as Side, terms, 1)
      return
    }
    if (log.broker !== broker) return
    const known = log.fills.get(no as number)
    if (type === R.filled && known === undefined) this.#book(at, log, id as number, no as number, terms)
    else if (type === R.busted && known !== undefined && known.qty !== 0) {
      this.#fill(at, id as number, no as number, log.side, known, -1)
      log.fills.set(no as number, { qty: 0, price: known.price, fee: 0, tax: 0 })
    } else if (type === R.corrected && known !== undefined && !same(known, terms)) {
      if (known.qty !== 0) this.#fill(at, id as number, no as number, log.side, known, -1)
      this.#book(at, log, id as number, no as number, terms)
    } else if (type === R.commission && known !== undefined && known.qty !== 0) {
      const [more, moreTax] = [terms.fee - known.fee, terms.tax - known.tax]
      if (more !== 0 || moreTax !== 0) this.#tell({ kind: 'costs', ...at, fee: more, tax: moreTax })
      log.fills.set(no as number, { ...known, fee: terms.fee, tax: terms.tax })
    }
  }

  #book(at: Place, log: OrderLog, id: number, no: number, terms: Terms): void {
    log.fills.set(no, terms)
    this.#fill(at, id, no, log.side, terms, 1)
  }

  #fill(at: Place, orderId: number, fillNo: number, side: Side, terms: Terms, sign: 1 | -1): void {
    const value = notional(this.#instrument(at.instrument), side, terms.qty, terms.price)
    this.#tell({ kind: 'fill', ...at, ...terms, side, sign, value, orderId, fillNo })
  }

  #books({ words: w }: RecordView): void {
    const [, seq, , , , row, id, no, side, qty, price, fee, tax] = w as unknown as number[]
    if (seq !== this.#bookedSeq) this.#booked.clear()
    this.#bookedSeq = seq as number
    if (row === FILL_ROW)
      this.#booked.set(`${id} ${no}`, { side: side as Side, terms: { qty, price, fee, tax } as Terms })
  }

  #explain({ words: w, instrument }: RecordView): void {
    const [, seq, t, what, broker, a, b] = w as unknown as number[]
    const at = place(seq, t, broker, instrument)
    if (what === BY_FILL) {
      const found = this.#booked.get(`${a} ${b}`)
      const log = this.#orders.get(a as number)
      if (found !== undefined && log !== undefined) this.#book(at, log, a as number, b as number, found.terms)
    } else if (what === ADOPTED) {
      const value = notional(this.#instrument(instrument), 1, a as number, b as number)
      this.#tell({ kind: 'adopted', ...at, qty: a as number, value })
    } else if (what === ACKNOWLEDGED && (a as number) > 0) this.#tell({ kind: 'lost', ...at, qty: a as number })
  }

  #instrument(id: number): Instrument {
    const i = this.#instruments[id]
    if (i === undefined) throw new Error(`a record names instrument ${id}, which the run does not have`)
    return i
  }
}

function place(seq: number | undefined, t: number | undefined, broker: number | undefined, instrument: number): Place {
  return { seq: seq as number, t: t as number, broker: broker as number, instrument }
}

function same(a: Terms, b: Terms): boolean {
  return a.qty === b.qty && a.price === b.price && a.fee === b.fee && a.tax === b.tax
}
