/**
 * What the ledger booked, told again from a run's records: fills of ours once each, whatever became of them (busted,
 * corrected, other costs, found in a broker's books only), holdings adopted or written off, and splits. A report is not
 * yet a booking: one that comes twice, or from a broker whose order it is not, changed nothing.
 */
import { mulDiv } from '../core/base/fixed.ts'
import { notional } from '../core/domain/fees.ts'
import { type Instrument, notionalScale } from '../core/domain/instrument.ts'
import { ACTION_KINDS } from '../core/domain/event.ts'
import { ORDER_STATES, type OrderState } from '../core/domain/order.ts'
import type { Money, Qty, Side } from '../core/domain/units.ts'
import { EXPLANATIONS } from '../core/engine/reconcile.ts'
import { KIND, REPORT_TYPES } from '../core/engine/records.ts'
import { isLive } from '../core/execution/lifecycle.ts'
import { KEEP_COUNTS, KEEP_FINISHED } from '../core/execution/orders.ts'
import { BookedFills } from './booked-fills.ts'
import { type Holding, Holdings } from './holdings.ts'
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
  /** What a part of a session opens with: signed quantity, and what its holding cost without fees. */
  | (Place & { readonly kind: 'opening'; readonly qty: Qty; readonly value: Money })
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

/** Of the state with which a part of a session opens, what is needed here (`live-opening.ts`). */
interface OpeningState {
  readonly desk: {
    readonly t: number
    readonly ledger: { readonly positions: readonly (readonly { qty: Qty; cost: number; external: Qty }[])[] }
    readonly orders: {
      readonly live: readonly OpeningOrder[]
      readonly finished: readonly OpeningOrder[]
      readonly counts: readonly (readonly [orderId: number, fillNo: number])[]
    }
  }
}

interface OpeningOrder {
  readonly orderId: number
  readonly broker: number
  readonly instrument: number
  readonly side: Side
  readonly log: readonly (Terms & { readonly fillNo: number })[]
}

const R = Object.fromEntries(REPORT_TYPES.map((name, i) => [name, i])) as Record<(typeof REPORT_TYPES)[number], number>
const SPLIT = ACTION_KINDS.indexOf('split')
const EXTERNAL = EXPLANATIONS.indexOf('external')
const ADOPTED = EXPLANATIONS.indexOf('adopted')
const ACKNOWLEDGED = EXPLANATIONS.indexOf('acknowledged')

export class FillBook {
  readonly #instruments: readonly Instrument[]
  readonly #tell: (m: Movement) => void
  readonly #orders = new Map<number, OrderLog>()
  /** Finished orders in the order in which they ended. */
  readonly #finished = new Set<number>()
  /** Of older ones the highest number of the fills booked, as the engine keeps it. */
  readonly #counts = new Map<number, number>()
  readonly #booked = new BookedFills()
  readonly #holdings: Holdings

  /** `opening`: the snapshot with which a part of a session opens. */
  constructor(instruments: readonly Instrument[], tell: (m: Movement) => void, opening?: unknown) {
    this.#instruments = instruments
    this.#holdings = new Holdings(instruments.length)
    this.#tell = tell
    if (opening !== undefined) this.#open(opening as OpeningState)
  }

  #open({ desk }: OpeningState): void {
    for (const { orderId, broker, instrument, side, log } of [...desk.orders.finished, ...desk.orders.live]) {
      this.#orders.set(orderId, { broker, instrument, side, fills: new Map(log.map((f) => [f.fillNo, f])) })
    }
    for (const { orderId } of desk.orders.finished) this.#finished.add(orderId)
    for (const [orderId, fillNo] of desk.orders.counts) this.#count(orderId, fillNo)
    desk.ledger.positions.forEach((of, broker) => {
      of.forEach(({ qty, cost, external }, instrument) => {
        const holding = this.#holdings.of(broker, instrument)
        holding.ours = qty
        holding.external = external
        if (qty === 0) return
        const { mul, div } = notionalScale(this.#instrument(instrument))
        const value = mulDiv(cost, mul, div, 'halfEven')
        this.#tell({ kind: 'opening', ...place(0, desk.t, broker, instrument), qty, value })
      })
    })
  }

  record(r: RecordView): void {
    if (r.kind === KIND.report) this.#report(r)
    else if (r.kind === KIND.order) this.#order(r)
    else if (r.kind === KIND.books) this.#booked.look(r)
    else if (r.kind === KIND.explain) this.#explain(r)
    else if (r.kind === KIND.action && r.words[3] === SPLIT) {
      const [, seq, t, , num, den] = r.words as unknown as number[]
      this.#holdings.split(r.instrument, num as number, den as number)
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
    const last = Math.max(0, ...(this.#orders.get(oldest)?.fills.keys() ?? []))
    if (last > 0) this.#count(oldest, last)
    this.#orders.delete(oldest)
  }

  #count(id: number, fillNo: number): void {
    this.#counts.set(id, Math.max(fillNo, this.#counts.get(id) ?? 0))
    if (this.#counts.size > KEEP_COUNTS) this.#counts.delete(this.#counts.keys().next().value as number)
  }

  #report({ words: w, instrument }: RecordView): void {
    const [, seq, t, type, broker, id, no, side, qty, price, fee, tax] = w as unknown as number[]
    const log = this.#orders.get(id as number)
    const at = place(seq, t, broker, log?.instrument ?? instrument)
    const terms = { qty, price, fee, tax } as Terms
    if (log === undefined) {
      // A fill of an order long ended is ours all the same (I-18); of anything else nothing was booked.
      if (type !== R.filled || (no as number) <= (this.#counts.get(id as number) ?? 0)) return
      this.#count(id as number, no as number)
      this.#fill(at, id as number, no as number, side as Side, terms, 1)
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
    this.#holdings.of(at.broker, at.instrument).ours += sign * side * terms.qty
    this.#tell({ kind: 'fill', ...at, ...terms, side, sign, value, orderId, fillNo })
  }

  #explain(r: RecordView): void {
    const { instrument } = r
    const [, seq, t, what, broker, a, b] = r.words as unknown as number[]
    const at = place(seq, t, broker, instrument)
    const found = this.#booked.look(r)
    if (found !== undefined) {
      const { orderId, fillNo, qty, price, fee, tax } = found
      const log = this.#orders.get(orderId)
      if (log !== undefined) this.#book(at, log, orderId, fillNo, { qty, price, fee, tax })
      return
    }
    const holding = this.#holdings.of(at.broker, instrument)
    if (what === ADOPTED) {
      const value = notional(this.#instrument(instrument), 1, a as number, b as number)
      holding.external -= a as number
      holding.ours += a as number
      this.#tell({ kind: 'adopted', ...at, qty: a as number, value })
    } else if (what === EXTERNAL) {
      // Sales by hand take external shares first; what is missing then was ours.
      const [change, { ours, external }] = [a as number, holding]
      const fromOurs = change < 0 ? Math.min(ours, Math.max(0, -change - external)) : 0
      holding.external += change + fromOurs
      this.#lose(at, holding, fromOurs)
    } else if (what === ACKNOWLEDGED && (a as number) <= holding.ours) this.#lose(at, holding, a as number)
  }

  #lose(at: Place, holding: Holding, qty: Qty): void {
    if (qty <= 0) return
    holding.ours -= qty
    this.#tell({ kind: 'lost', ...at, qty })
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
