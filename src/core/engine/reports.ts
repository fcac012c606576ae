/**
 * A broker's reports applied to our orders, positions and cash. Every report is applied at most once: a fill is known
 * by its order and number (I-14), anything else by the state table. A fill is never dropped: late, of an order long
 * forgotten, or more than was ordered, it moves the position and is told of (I-15, I-18).
 */
import { type Micros, SECOND } from '../base/time.ts'
import type {
  CommissionReported,
  FillBusted,
  FillCorrected,
  OrderAbsent,
  OrderFilled,
  ReportEvent,
} from '../domain/event.ts'
import type { Qty } from '../domain/units.ts'
import type { BookedFillEntry } from '../execution/ledger.ts'
import { isLive, type LifecycleEvent } from '../execution/lifecycle.ts'
import type { OrderRow } from '../execution/orders.ts'
import type { Desk } from './desk.ts'
import { followFill, watchLosses } from './watch.ts'

/** F-14: two answers that prove absence lie this far apart. */
const ABSENCE_APART: Micros = 5 * SECOND

/** What a report changed, for the agent's handlers. */
export interface Reported {
  readonly row: OrderRow
  readonly fill: OrderFilled | undefined
}

type StateReport = Exclude<ReportEvent, OrderFilled | FillBusted | FillCorrected | CommissionReported | OrderAbsent>

/** Applies one report; undefined when it changed nothing. `recorded`: the report is an input of its own. */
export function applyReport(desk: Desk, e: ReportEvent, recorded = true): Reported | undefined {
  const row = desk.orders.get(e.orderId)
  if (recorded) desk.records.report(e, row?.instrument ?? (e.type === 'filled' ? e.instrument : -1), desk.seq)
  if (row === undefined) {
    if (e.type === 'filled') forgottenFill(desk, e)
    return undefined
  }
  if (row.broker !== e.broker) {
    // Not our order, whatever its number: what it did shows in that broker's books (F-33).
    desk.alert('external', e.broker, row.instrument, 'F-33 report of another broker on an order', [e.orderId])
    return undefined
  }
  switch (e.type) {
    case 'filled':
      return bookFill(desk, row, e)
    case 'busted':
      return bust(desk, row, e)
    case 'corrected':
      return correct(desk, row, e)
    case 'commission':
      return recost(desk, row, e)
    case 'absent':
      return absent(desk, row, e)
    default:
      return moveOrder(desk, row, e)
  }
}

function moveOrder(desk: Desk, row: OrderRow, e: StateReport): Reported | undefined {
  const before = row.state
  // A broker that does not know an order has not shown that it does (F-14).
  if (!('reason' in e) || e.reason !== 'unknown_order') row.known = true
  if (e.type === 'replaced' && !desk.orders.retermed(row, e)) return undefined
  if (e.type === 'replaced' || e.type === 'replaceRejected') {
    row.nextQty = 0
    row.nextLimit = 0
    row.nextStop = 0
  }
  if (e.type === 'cancelRejected') row.refusedAt = desk.t
  const transition = desk.orders.move(row, e.type satisfies LifecycleEvent)
  // Made smaller than, or down to, what was filled by then.
  if (e.type === 'replaced' && row.cumQty >= row.qty) desk.orders.move(row, 'fill')
  if (row.state === before && e.type !== 'replaced') return undefined
  if (transition === 'ignore') return undefined
  resolved(desk, row)
  if (e.type === 'rejected') desk.rejected(row)
  desk.orderRow(row, 'reason' in e ? e.reason : undefined)
  if (before === 'unknown') takeBack(desk, row)
  return { row, fill: undefined }
}

/** The books say that all of it is filled, at a quantity below the one we know (`shrunk`). */
export function completed(desk: Desk, row: OrderRow, qty: Qty): Reported | undefined {
  if (!isLive(row.state) || row.cumQty < qty) return undefined
  row.known = true
  desk.orders.shrunk(row, qty)
  desk.orders.move(row, 'fill')
  resolved(desk, row)
  desk.orderRow(row)
  return { row, fill: undefined }
}

/** A cancel sent while an order was unknown may never have arrived: where it must not work, it is asked for again. */
function takeBack(desk: Desk, row: OrderRow): void {
  const ends = desk.state === 'LIQUIDATING' || desk.state === 'STOPPED'
  if (!isLive(row.state) || !(ends || desk.holds.any)) return
  if (desk.state === 'LIQUIDATING' ? row.origin === 'agent' : !row.reducing) desk.cancel(row, 'R-25')
}

/** Evidence ended the doubt about an order (I-12). */
function resolved(desk: Desk, row: OrderRow): void {
  if (row.state === 'unknown' || row.unknownSince === 0) return
  row.unknownSince = 0
  row.absentSince = 0
  if (!desk.orders.live.some((o) => o.state === 'unknown')) desk.release('unknown', 'R-36 no order is unknown')
}

/** Books a fill of ours once; used for reports and for what a broker's books bring to light. */
export function bookFill(desk: Desk, row: OrderRow, e: OrderFilled): Reported | undefined {
  if (row.log.some((known) => known.fillNo === e.fillNo)) return undefined
  row.known = true
  row.fills = Math.max(row.fills, e.fillNo)
  row.cumQty += e.qty
  row.cumValue += e.qty * e.price
  const transition = desk.orders.move(row, row.cumQty >= row.qty ? 'fill' : 'partialFill')
  resolved(desk, row)
  desk.orderRow(row)
  desk.fillCount++
  row.log.push(desk.ledger.fill(e, desk.seq))
  if (transition === 'late') {
    desk.alert('late_fill', e.broker, e.instrument, 'I-18 fill of an order that had ended', [e.orderId, e.qty])
  }
  watchOverfill(desk, row)
  changedHolding(desk, e.broker, e.instrument)
  return { row, fill: e }
}

/** I-15: the exchange is right about the position; what it means is for the operator. */
function watchOverfill(desk: Desk, row: OrderRow): void {
  const over = row.cumQty - row.qty
  if (over <= 0) return
  desk.alert('overfill', row.broker, row.instrument, 'I-15 more filled than ordered', [row.orderId, over])
  desk.hold('overfill', 'I-15 overfill')
}

/** A fill of an order that is no longer kept: still ours, still booked. */
function forgottenFill(desk: Desk, e: OrderFilled): void {
  if (e.orderId >= desk.orders.nextOrderId || e.orderId < 1) return
  desk.fillCount++
  desk.ledger.fill(e, desk.seq)
  desk.alert('late_fill', e.broker, e.instrument, 'I-18 fill of an order long ended', [e.orderId, e.qty])
  changedHolding(desk, e.broker, e.instrument)
}

function changedHolding(desk: Desk, broker: number, instrument: number): void {
  followFill(desk, broker, instrument)
  desk.valuation.revalue(instrument)
  desk.valuation.settle()
  watchLosses(desk)
  desk.equityRow()
}

function entryOf(row: OrderRow, fillNo: number): number {
  return row.log.findIndex((known) => known.fillNo === fillNo)
}

/** F-28: reversed exactly, limits looked at again, told of. */
function bust(desk: Desk, row: OrderRow, e: FillBusted): Reported | undefined {
  const at = entryOf(row, e.fillNo)
  const entry = row.log[at]
  // A tombstone stays, so that a replay of the busted fill is not booked again.
  if (entry === undefined || entry.qty === 0) return undefined
  desk.ledger.unfill(row.broker, row.instrument, row.side, entry)
  row.log[at] = { ...entry, qty: 0, cost: 0, fee: 0, tax: 0 }
  row.cumQty -= entry.qty
  row.cumValue -= entry.qty * entry.price
  desk.orderRow(row)
  desk.alert('bust', row.broker, row.instrument, 'F-28 the venue took a fill back', [row.orderId, entry.qty])
  changedHolding(desk, row.broker, row.instrument)
  return { row, fill: undefined }
}

/** F-29: the revision replaces what was booked, it never adds. */
function correct(desk: Desk, row: OrderRow, e: FillCorrected): Reported | undefined {
  const at = entryOf(row, e.fillNo)
  const was = row.log[at]
  if (was === undefined) return undefined
  const { qty, price, fee, tax } = e
  if (was.qty === qty && was.price === price && was.fee === fee && was.tax === tax) return undefined
  if (was.qty > 0) desk.ledger.unfill(row.broker, row.instrument, row.side, was)
  const terms = { broker: row.broker, orderId: row.orderId, instrument: row.instrument, side: row.side }
  row.log[at] = desk.ledger.fill({ ...terms, fillNo: e.fillNo, qty, price, fee, tax }, desk.seq)
  row.cumQty += qty - was.qty
  row.cumValue += qty * price - was.qty * was.price
  desk.orderRow(row)
  desk.alert('correction', row.broker, row.instrument, 'F-29 the venue revised a fill', [row.orderId, qty, price])
  watchOverfill(desk, row)
  changedHolding(desk, row.broker, row.instrument)
  return { row, fill: undefined }
}

/** the broker's figure takes the place of the estimate. */
function recost(desk: Desk, row: OrderRow, e: CommissionReported): Reported | undefined {
  const at = entryOf(row, e.fillNo)
  const was = row.log[at] as BookedFillEntry | undefined
  if (was === undefined || was.qty === 0 || (was.fee === e.fee && was.tax === e.tax)) return undefined
  row.log[at] = desk.ledger.recost(row.broker, row.instrument, was, e.fee, e.tax)
  desk.valuation.settle()
  watchLosses(desk)
  desk.equityRow()
  return undefined
}

/**
 * F-14: an order that nobody has ever acknowledged is taken for not received once two answers, at least 5 s apart, prove
 * that the broker does not know it. One that was known before does not vanish: it becomes, or stays, unknown.
 */
function absent(desk: Desk, row: OrderRow, e: OrderAbsent): Reported | undefined {
  if (!e.proves) return undefined
  if (row.state !== 'unknown') {
    // Nobody has acknowledged it yet: it may be on its way, and a cancel behind it (R-36 ends the doubt).
    if (!row.known && row.state === 'pendingCancel') return undefined
    if (desk.orders.move(row, 'missing') !== 'unknown') return undefined
    row.unknownSince = desk.t
    desk.orderRow(row)
    desk.alert('unknown', row.broker, row.instrument, 'R-36 not in the books of its broker', [row.orderId])
    return { row, fill: undefined }
  }
  if (row.known) return undefined
  if (row.absentSince === 0) row.absentSince = desk.t
  if (desk.t - row.absentSince < ABSENCE_APART) return undefined
  desk.orders.move(row, 'rejected')
  resolved(desk, row)
  desk.rejected(row)
  desk.orderRow(row, 'not_received')
  return { row, fill: undefined }
}
