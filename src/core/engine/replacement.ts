/** May a working order take other terms? A price change or a size increase is judged like a new order. */
import { type Instrument, tickAt } from '../domain/instrument.ts'
import type { DenialReason } from '../domain/reason.ts'
import { type GateView, judge, type OrderIntent } from '../execution/gate.ts'
import type { OrderRow, Orders } from '../execution/orders.ts'

export interface Replacement {
  readonly qty: number
  readonly limit: number
  readonly stop: number
}

interface ReplacingDesk extends GateView {
  readonly orders: Orders
  instrument(id: number): Instrument
}

/** A size decrease alone is free. */
export function grows(row: OrderRow, to: Replacement): boolean {
  return to.qty > row.qty || to.limit !== row.limit || to.stop !== row.stop
}

export function judgeReplacement(desk: ReplacingDesk, row: OrderRow, change: Replacement): readonly DenialReason[] {
  if (row.state !== 'new' && row.state !== 'partiallyFilled') return ['duplicate']
  const instrument = desk.instrument(row.instrument)
  const badQty = !Number.isSafeInteger(change.qty) || change.qty <= row.cumQty || change.qty % instrument.lot !== 0
  const badLimit = row.limit > 0 ? !onTick(instrument, change.limit) : change.limit !== 0
  const badStop = row.stop > 0 ? !onTick(instrument, change.stop) : change.stop !== 0
  if (badQty || badLimit || badStop) return ['structure']
  if (!grows(row, change)) return []
  // Judged as if the old order were gone and the whole of the new one came in its place.
  const intent: OrderIntent = { ...termsOf(row), ...change, qty: change.qty - row.cumQty, origin: row.origin }
  const others = desk.orders.live
  desk.orders.live = others.filter((o) => o !== row)
  const verdict = judge(desk, intent)
  desk.orders.live = others
  if (verdict.approved === undefined) return verdict.reasons
  // From now on what asks for more than is held opens (D-06); what asks for less counts as it was until it is.
  if (!verdict.approved.reducing) row.reducing = false
  return []
}

function termsOf(row: OrderRow): Omit<OrderIntent, 'origin'> {
  const { instrument, side, orderType, qty, limit, stop, timeInForce, intentId, broker } = row
  return { instrument, side, orderType, qty, limit, stop, timeInForce, intentId, broker }
}

function onTick(instrument: Instrument, price: number): boolean {
  return Number.isSafeInteger(price) && price > 0 && price % tickAt(instrument, price) === 0
}
