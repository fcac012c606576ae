/**
 * Makes fills and ends of orders: the only place that moves `cumQty` and writes 'filled' and 'canceled' reports.
 * Fee and tax come with each fill and are never changed afterwards.
 */
import { assert } from '../base/assert.ts'
import type { Micros } from '../base/time.ts'
import type { ReportEvent, StatusEvent } from '../domain/event.ts'
import { charge } from '../domain/fees.ts'
import type { Price, Qty } from '../domain/units.ts'
import { isPrice } from './conditions.ts'
import type { SimConfig } from './config.ts'
import { type Desk, hasLimit, isImmediate, type WorkingOrder } from './desk.ts'
import { worsen } from './slippage.ts'

/** What the venue says: of our orders, and of its own interruptions. */
export type VenueEvent = ReportEvent | StatusEvent
export type Out = VenueEvent[]

/** What every matching function needs: the run's policies, this broker's index, where reports go. */
export interface Matching {
  readonly config: SimConfig
  readonly broker: number
}

/** A meeting of an order with a price. */
export interface Meeting {
  readonly t: Micros
  /** The price it meets: the touch, the print, the point of a bar's path. */
  readonly price: Price
  /** The most that may fill. */
  readonly room: Qty
  /** Bid to ask, 0 when unknown: for slippage. */
  readonly spread: Price
}

/**
 * A market order takes the price. A limit order takes it while it never rested, and otherwise fills at its limit, or
 * where `gap` says that the market opened beyond it, at the better price. A limit that the price does not
 * reach begins to rest. Returns the quantity filled.
 */
export function meet(m: Matching, desk: Desk, o: WorkingOrder, at: Meeting, gap: boolean, out: Out): Qty {
  if (!hasLimit(o)) return take(m, desk, o, at, out)
  if (o.side * (at.price - o.limit) > 0) {
    o.resting = true
    return 0
  }
  if (!o.resting) return take(m, desk, o, at, out)
  return fill(m, desk, o, at, gap ? at.price : o.limit, out)
}

/** Fills with slippage, never beyond the order's limit. */
function take(m: Matching, desk: Desk, o: WorkingOrder, at: Meeting, out: Out): Qty {
  let price = worsen(m.config.slippage, desk, o, at.price, at.spread, at.t)
  if (hasLimit(o) && o.side * (price - o.limit) > 0) price = o.limit
  return fill(m, desk, o, at, price, out)
}

/** Fills at exactly this price; a FOK order fills whole or not at all. */
export function fill(m: Matching, desk: Desk, o: WorkingOrder, at: Meeting, price: Price, out: Out): Qty {
  const leaves = o.qty - o.cumQty
  const qty = o.timeInForce === 'FOK' && at.room < leaves ? 0 : at.room
  if (qty <= 0 || !isPrice(price)) return 0
  assert(qty <= leaves, `order ${o.orderId}: fill of ${qty}, ${leaves} open`)
  const { fee, tax } = charge(m.config.fees, desk.instrument, o, qty, price, at.t)
  o.cumQty += qty
  o.fills++
  desk.state.taken += qty
  out.push({
    type: 'filled',
    t: at.t,
    broker: m.broker,
    orderId: o.orderId,
    fillNo: o.fills,
    instrument: o.instrument,
    side: o.side,
    qty,
    price,
    fee,
    tax,
    cumQty: o.cumQty,
  })
  if (o.cumQty === o.qty) finish(desk, o)
  return qty
}

/** IOC and FOK orders have had their one event: the rest is canceled. */
export function endImmediate(m: Matching, desk: Desk, o: WorkingOrder, t: Micros, out: Out): void {
  if (!o.done && o.active && isImmediate(o)) cancelRest(m, desk, o, t, out)
}

export function cancelRest(m: Matching, desk: Desk, o: WorkingOrder, t: Micros, out: Out): void {
  finish(desk, o)
  out.push({ type: 'canceled', t, broker: m.broker, orderId: o.orderId })
}

/** The order has lived its time out. */
export function expireOrder(m: Matching, desk: Desk, o: WorkingOrder, t: Micros, out: Out): void {
  finish(desk, o)
  out.push({ type: 'expired', t, broker: m.broker, orderId: o.orderId })
}

export function finish(desk: Desk, o: WorkingOrder): void {
  o.done = true
  desk.changed = true
}

/** A stop whose price was reached becomes the order behind it. */
export function trigger(desk: Desk, o: WorkingOrder): void {
  o.active = true
  desk.changed = true
}
