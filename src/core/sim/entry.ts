/** How an accepted command becomes a working order of a desk: fields that its type does not have are dropped. */
import type { Micros } from '../base/time.ts'
import type { SubmitOrder } from '../domain/command.ts'
import { nothingCharged } from '../domain/fees.ts'
import { type Desk, NOT_YET, type WorkingOrder } from './desk.ts'
import { expiryOf } from './expiry.ts'

/** `seq` is the order's place among all arrivals at the venue. */
export function enter(desk: Desk, cmd: SubmitOrder, at: Micros, seq: number): WorkingOrder {
  const { orderType } = cmd
  const stops = orderType === 'stop' || orderType === 'stopLimit'
  const o: WorkingOrder = {
    orderId: cmd.orderId,
    instrument: cmd.instrument,
    side: cmd.side,
    orderType,
    timeInForce: cmd.timeInForce,
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
    expiry: expiryOf(desk, cmd.timeInForce, at),
    tradedBefore: desk.state.traded,
    takenBefore: desk.state.taken,
  }
  desk.state.orders.push(o)
  desk.changed = true
  return o
}

/** A replaced order that asks for more than it did stands where a new one would. */
export function arriveAnew(desk: Desk, o: WorkingOrder, seq: number): void {
  o.seq = seq
  o.resting = false
  o.bar = NOT_YET
  o.tradedBefore = desk.state.traded
  o.takenBefore = desk.state.taken
}
