/**
 * A broker's reports applied to our orders, positions and cash. Every report is applied at most once: a fill is known
 * by its order and number (I-14), anything else by the state table.
 */
import type { OrderFilled, ReportEvent } from '../domain/event.ts'
import type { LifecycleEvent } from '../execution/lifecycle.ts'
import type { OrderRow } from '../execution/orders.ts'
import type { Desk } from './desk.ts'
import { followFill, watchLosses } from './watch.ts'

/** What a report changed, for the agent's handlers. */
export interface Reported {
  readonly row: OrderRow
  readonly fill: OrderFilled | undefined
}

/** Applies one report; undefined when it changed nothing (a duplicate, or an order that is not ours). */
export function applyReport(desk: Desk, e: ReportEvent): Reported | undefined {
  const row = desk.orders.get(e.orderId)
  desk.records.report(e, row?.instrument ?? -1, desk.seq)
  if (row === undefined) return undefined
  if (e.type === 'filled') return applyFill(desk, row, e)
  const before = row.state
  if (e.type === 'replaced') {
    row.qty = e.qty
    row.limit = e.limit
    row.stop = e.stop
  }
  if (e.type === 'replaced' || e.type === 'replaceRejected') {
    row.nextQty = 0
    row.nextLimit = 0
    row.nextStop = 0
  }
  const transition = desk.orders.move(row, e.type satisfies LifecycleEvent)
  if (row.state === before && e.type !== 'replaced') return undefined
  if (transition === 'ignore') return undefined
  if (e.type === 'rejected') desk.blockAfterReject(row)
  desk.orderRow(row, 'reason' in e ? e.reason : undefined)
  return { row, fill: undefined }
}

function applyFill(desk: Desk, row: OrderRow, e: OrderFilled): Reported | undefined {
  if (e.fillNo <= row.fills) return undefined
  row.fills = e.fillNo
  row.cumQty += e.qty
  row.cumValue += e.qty * e.price
  desk.orders.move(row, row.cumQty >= row.qty ? 'fill' : 'partialFill')
  desk.orderRow(row)
  desk.fillCount++
  desk.ledger.fill(e, desk.seq)
  followFill(desk, e.broker, e.instrument)
  desk.valuation.revalue(e.instrument)
  desk.valuation.settle()
  watchLosses(desk)
  desk.equityRow()
  return { row, fill: e }
}
