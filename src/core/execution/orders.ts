/**
 * Our orders: ids by counter, the live ones by instrument, and what they still expose. Finished orders are forgotten
 * after a bounded time, keeping enough of them to book a late fill.
 */
import { assert } from '../base/assert.ts'
import type { Micros } from '../base/time.ts'
import type { OrderCommand, SubmitOrder } from '../domain/command.ts'
import type { OrderState, OrderTerms } from '../domain/order.ts'
import type { Price, Qty } from '../domain/units.ts'
import { isLive, type LifecycleEvent, nextState, type Transition } from './lifecycle.ts'

/** Why an order exists: wished by the agent, or an exit of the risk rules. */
export type OrderOrigin = 'agent' | 'stop' | 'liquidation'

/** One order of ours; plain data. */
export interface OrderRow {
  orderId: number
  intentId: number
  broker: number
  instrument: number
  side: 1 | -1
  orderType: OrderTerms['orderType']
  timeInForce: OrderTerms['timeInForce']
  qty: Qty
  limit: Price
  stop: Price
  state: OrderState
  cumQty: Qty
  /** Σ qty × price of the fills, in price × quantity units, for the average price. */
  cumValue: number
  fills: number
  sentAt: Micros
  /** Terms asked for by a replace that is under way; 0 when none. */
  nextQty: Qty
  nextLimit: Price
  nextStop: Price
  origin: OrderOrigin
  /** True when the order could only reduce the position at the time of its approval (D-06). */
  reducing: boolean
}

/** Finished orders kept for late fills (F-23). */
const KEEP_FINISHED = 1024

export class Orders {
  /** Live orders in the order of their ids. */
  live: OrderRow[] = []
  #finished = new Map<number, OrderRow>()
  nextOrderId = 1

  get(orderId: number): OrderRow | undefined {
    for (const row of this.live) if (row.orderId === orderId) return row
    return this.#finished.get(orderId)
  }

  add(cmd: SubmitOrder, origin: OrderOrigin, reducing: boolean): OrderRow {
    assert(cmd.orderId === this.nextOrderId, `order id ${cmd.orderId} is not the next one`)
    this.nextOrderId++
    const row: OrderRow = {
      orderId: cmd.orderId,
      intentId: cmd.intentId,
      broker: cmd.broker,
      instrument: cmd.instrument,
      side: cmd.side,
      orderType: cmd.orderType,
      timeInForce: cmd.timeInForce,
      qty: cmd.qty,
      limit: cmd.limit,
      stop: cmd.stop,
      state: 'pendingNew',
      cumQty: 0,
      cumValue: 0,
      fills: 0,
      sentAt: cmd.t,
      nextQty: 0,
      nextLimit: 0,
      nextStop: 0,
      origin,
      reducing,
    }
    this.live.push(row)
    return row
  }

  /** Notes that a cancel or replace leaves for the venue. */
  sent(row: OrderRow, cmd: OrderCommand): Transition {
    if (cmd.type === 'replace') {
      row.nextQty = cmd.qty
      row.nextLimit = cmd.limit
      row.nextStop = cmd.stop
    }
    return this.move(row, cmd.type === 'replace' ? 'replaceSent' : 'cancelSent')
  }

  move(row: OrderRow, event: LifecycleEvent): Transition {
    const { state, transition } = nextState(row.state, event, row.cumQty > 0)
    if (state === row.state) return transition
    row.state = state
    if (!isLive(state)) {
      this.live = this.live.filter((o) => o !== row)
      this.#finished.set(row.orderId, row)
      if (this.#finished.size > KEEP_FINISHED) {
        const oldest = this.#finished.keys().next().value as number
        this.#finished.delete(oldest)
      }
    }
    return transition
  }

  /** The quantity an order can still fill: a replace under way counts at the larger of old and new. */
  leaves(row: OrderRow): Qty {
    return Math.max(row.qty, row.nextQty) - row.cumQty
  }

  /** Σ leaves of live reducing sells (or buys) of an instrument at a broker. */
  reducingLeaves(broker: number, instrument: number, side: 1 | -1): Qty {
    let sum = 0
    for (const o of this.live)
      if (o.broker === broker && o.instrument === instrument && o.side === side) sum += this.leaves(o)
    return sum
  }

  liveOf(instrument: number): OrderRow[] {
    return this.live.filter((o) => o.instrument === instrument)
  }

  snapshot(): unknown {
    return { live: this.live, finished: [...this.#finished.values()], nextOrderId: this.nextOrderId }
  }

  restore(s: unknown): void {
    const from = s as { live: OrderRow[]; finished: OrderRow[]; nextOrderId: number }
    this.live = from.live
    this.#finished = new Map(from.finished.map((o) => [o.orderId, o]))
    this.nextOrderId = from.nextOrderId
  }
}
