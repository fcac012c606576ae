/**
 * Our orders: ids by counter, the live ones by instrument, and what they still expose. Finished orders are forgotten
 * after a bounded time, keeping enough of them to book a late fill.
 */
import { assert } from '../base/assert.ts'
import type { Micros } from '../base/time.ts'
import type { OrderCommand, SubmitOrder } from '../domain/command.ts'
import type { OrderState, OrderTerms } from '../domain/order.ts'
import type { Price, Qty, Side } from '../domain/units.ts'
import type { BookedFillEntry } from './ledger.ts'
import { isLive, type LifecycleEvent, nextState, type Transition } from './lifecycle.ts'

/** Why an order exists: wished by the agent, or an exit of the risk rules. */
export type OrderOrigin = 'agent' | 'stop' | 'liquidation'

/** Terms an order once had. */
export interface PastTerms {
  readonly qty: Qty
  readonly limit: Price
  readonly stop: Price
}

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
  /** When the last message about it left: new, replace or cancel. */
  askedAt: Micros
  /** Since when it is unknown; 0 while it is not. When it was last asked about, and first shown to be absent (F-14). */
  unknownSince: Micros
  queriedAt: Micros
  absentSince: Micros
  /** When a cancel of it was last refused; 0 when none was. */
  refusedAt: Micros
  /** The broker has shown at least once that it knows the order. */
  known: boolean
  /** Its fills as booked, by fill number. */
  log: BookedFillEntry[]
  /** Terms asked for by a replace that is under way; 0 when none. */
  nextQty: Qty
  nextLimit: Price
  nextStop: Price
  /** Terms that a replace took the place of, latest last: a repeated report of them is old news. */
  past: readonly PastTerms[]
  origin: OrderOrigin
  /** True when the order could only reduce the position at the time of its approval (D-06). */
  reducing: boolean
}

/** An order of somebody else in the account; plain data. */
export interface ExternalOrder {
  readonly broker: number
  readonly externalId: number
  readonly instrument: number
  readonly side: Side
  readonly qty: Qty
  readonly cumQty: Qty
  /** 0 for an order at market. */
  readonly limit: Price
}

/** States in which a message of ours is out and unanswered. */
const AWAITING: ReadonlySet<OrderState> = new Set(['pendingNew', 'pendingCancel', 'pendingReplace'])

/** A cancel sent after an order that nobody answered does not give it more time. */
function unansweredSince(o: OrderRow): Micros {
  return o.known ? o.askedAt : o.sentAt
}

/** Replaced terms kept of an order. */
const KEEP_TERMS = 16

function sameTerms(a: PastTerms, b: PastTerms): boolean {
  return a.qty === b.qty && a.limit === b.limit && a.stop === b.stop
}

function pick({ qty, limit, stop }: PastTerms): PastTerms {
  return { qty, limit, stop }
}

/** Finished orders kept for late fills (F-23). */
const KEEP_FINISHED = 1024

export class Orders {
  /** Live orders in the order of their ids. */
  live: OrderRow[] = []
  /** Working orders at a broker that are not ours: they count and are never touched (I-25). */
  external: ExternalOrder[] = []
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
      askedAt: cmd.t,
      unknownSince: 0,
      queriedAt: 0,
      absentSince: 0,
      refusedAt: 0,
      known: false,
      log: [],
      nextQty: 0,
      nextLimit: 0,
      nextStop: 0,
      past: [],
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
    row.askedAt = cmd.t
    return this.move(row, cmd.type === 'replace' ? 'replaceSent' : 'cancelSent')
  }

  /** Terms after a replace, as the broker says; false where it only repeats terms that others have replaced since. */
  retermed(row: OrderRow, to: PastTerms): boolean {
    const asked = to.qty === row.nextQty && to.limit === row.nextLimit && to.stop === row.nextStop
    if (!asked && row.past.some((p) => sameTerms(p, to))) return false
    if (!sameTerms(row, to)) row.past = [...row.past.slice(1 - KEEP_TERMS), pick(row)]
    Object.assign(row, pick(to))
    return true
  }

  /** It was for that much in the end, as the broker's books say. */
  shrunk(row: OrderRow, qty: Qty): void {
    const { limit, stop } = row.nextQty === qty ? { limit: row.nextLimit, stop: row.nextStop } : row
    row.past = [...row.past.slice(1 - KEEP_TERMS), pick(row)]
    Object.assign(row, { qty, limit, stop, nextQty: 0, nextLimit: 0, nextStop: 0 })
  }

  /** The earliest moment at which a message has been without an answer for `timeout`; Infinity when all have one. */
  oldestAsked(): Micros {
    let t = Infinity
    for (const o of this.live) if (AWAITING.has(o.state)) t = Math.min(t, unansweredSince(o))
    return t
  }

  /** Live orders that a broker has not answered for. */
  awaiting(askedBefore: Micros): OrderRow[] {
    return this.live.filter((o) => AWAITING.has(o.state) && unansweredSince(o) < askedBefore)
  }

  move(row: OrderRow, event: LifecycleEvent): Transition {
    const { state, transition } = nextState(row.state, event, row.cumQty > 0, row.known)
    if (state === row.state) return transition
    const ended = !isLive(row.state)
    row.state = state
    if (ended) {
      this.#finished.delete(row.orderId)
      this.live.push(row)
      this.live.sort((a, b) => a.orderId - b.orderId)
    } else if (!isLive(state)) {
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
    const { live, external, nextOrderId } = this
    return { live, external, finished: [...this.#finished.values()], nextOrderId }
  }

  restore(s: unknown): void {
    const from = s as { live: OrderRow[]; external: ExternalOrder[]; finished: OrderRow[]; nextOrderId: number }
    this.external = from.external
    this.live = from.live
    this.#finished = new Map(from.finished.map((o) => [o.orderId, o]))
    this.nextOrderId = from.nextOrderId
  }
}
