/** How an accepted command becomes a working order of a desk: fields that its type does not have are dropped. */
import type { Micros } from '../base/time.ts'
import type { SubmitOrder } from '../domain/command.ts'
import { nothingCharged } from '../domain/fees.ts'
import { heldFrom } from './auction.ts'
import { type Desk, hasLimit, NOT_YET, type WorkingOrder } from './desk.ts'
import { expiryOf } from './expiry.ts'
import type { Matching } from './fill.ts'
import { joinQueue, UNSEEN } from './queue.ts'

/** `seq` is the order's place among all arrivals at the venue. */
export function enter(m: Matching, desk: Desk, cmd: SubmitOrder, at: Micros, seq: number): WorkingOrder {
  const { orderType } = cmd
  const stops = orderType === 'stop' || orderType === 'stopLimit'
  const o: WorkingOrder = {
    orderId: cmd.orderId,
    instrument: cmd.instrument,
    side: cmd.side,
    orderType,
    timeInForce: cmd.timeInForce,
    arrived: at,
    seq,
    qty: cmd.qty,
    limit: orderType === 'limit' || orderType === 'stopLimit' ? cmd.limit : 0,
    stop: stops ? cmd.stop : 0,
    cumQty: 0,
    fills: 0,
    charged: nothingCharged(),
    active: !stops,
    resting: false,
    done: false,
    bar: NOT_YET,
    expiry: expiryOf(desk, cmd.timeInForce, at, m.config.auctions === 'cross'),
    tradedBefore: desk.state.traded,
    takenBefore: desk.state.taken,
    heldUntil: NOT_YET,
    ahead: UNSEEN,
    shown: 0,
    printed: 0,
  }
  if (m.config.auctions === 'cross') o.heldUntil = heldFrom(desk, o, at)
  if (m.config.queue !== undefined) stand(desk, o, at)
  desk.state.orders.push(o)
  desk.changed = true
  return o
}

/** With a queue, a limit order that does not reach the other side joins its own side's queue on arrival. */
export function stand(desk: Desk, o: WorkingOrder, at: Micros): void {
  if (!o.active || !hasLimit(o) || desk.by !== 'quotes' || !desk.trades(at) || desk.crossed()) return
  joinQueue(desk, o)
  const other = o.side > 0 ? desk.state.ask : desk.state.bid
  if (other > 0 && o.side * (other - o.limit) > 0) o.resting = true
}

/** A replaced order that asks for more than it did stands where a new one would. */
export function arriveAnew(m: Matching, desk: Desk, o: WorkingOrder, at: Micros, seq: number): void {
  o.arrived = at
  o.seq = seq
  o.resting = false
  o.bar = NOT_YET
  o.tradedBefore = desk.state.traded
  o.takenBefore = desk.state.taken
  if (m.config.auctions === 'cross') o.heldUntil = heldFrom(desk, o, at)
}
