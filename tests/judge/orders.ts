/**
 * Second order lifecycle (D-07, R-24, R-36; I-01, I-11, I-12, I-14, I-15, I-18): what each report makes of an order by
 * the specification, written as evidence → state, and compared with what the engine records.
 */
import type { Fill } from './ledger.ts'
import type { OrderStateName } from './layout.ts'

export type Origin = 'agent' | 'stop' | 'liquidation'

export interface Order {
  readonly id: number
  readonly intent: number
  readonly broker: number
  readonly instrument: number
  readonly side: number
  readonly type: string
  readonly origin: Origin
  reducing: boolean
  readonly sentAt: number
  readonly sentSeq: number
  qty: bigint
  limit: number
  stop: number
  /** Terms of a replace under way. */
  next: { qty: bigint; limit: number; stop: number } | undefined
  /** Terms that others have replaced, as texts. */
  readonly past: string[]
  state: OrderStateName
  filled: bigint
  readonly fills: Map<number, Fill>
  /** When the last message about it went out. */
  askedAt: number
  /** The broker has shown that it knows it. */
  known: boolean
  /** First of two proofs of absence (F-14). */
  absentAt: number
  unknownAt: number
  /** State as the engine wrote it last. */
  written: OrderStateName | undefined
  /** A cancel went out at or after this index. */
  cancelSeq: number
  overfilled: boolean
}

const ENDED: readonly string[] = ['filled', 'canceled', 'expired', 'rejected']

export function isLive(o: Order): boolean {
  return !ENDED.includes(o.state)
}

/** a replace under way counts at the larger of old and new. */
export function leaves(o: Order): bigint {
  const most = o.next !== undefined && o.next.qty > o.qty ? o.next.qty : o.qty
  return most - o.filled
}

/** Highest limit and stop that may stand in the market for an order. */
export function pricesOf(o: Order): { limit: number; stop: number } {
  return { limit: Math.max(o.limit, o.next?.limit ?? 0), stop: Math.max(o.stop, o.next?.stop ?? 0) }
}

/** Working, as far as the broker has shown that it knows the order at all. */
const working = (o: Order): OrderStateName => (o.filled > 0n ? 'partiallyFilled' : o.known ? 'new' : 'pendingNew')

/** State after a report of the broker that is no fill. */
export function after(o: Order, report: string): OrderStateName {
  if (!isLive(o)) return o.state
  switch (report) {
    case 'accepted':
      return o.state === 'pendingNew' || o.state === 'unknown' ? working(o) : o.state
    case 'rejected':
    case 'canceled':
    case 'expired':
      return report
    case 'replaced':
      if (o.filled >= o.qty) return 'filled'
      return o.state === 'pendingCancel' ? o.state : working(o)
    case 'cancelRejected':
      return o.state === 'pendingCancel' ? working(o) : o.state
    case 'replaceRejected':
      return o.state === 'pendingReplace' ? working(o) : o.state
    default:
      return o.state
  }
}

/** State after a fill was added to `filled`. A fill after the end changes nothing but the position (I-18). */
export function afterFill(o: Order): OrderStateName {
  if (!isLive(o)) return o.state
  if (o.filled >= o.qty) return 'filled'
  return o.state === 'pendingCancel' || o.state === 'pendingReplace' ? o.state : 'partiallyFilled'
}

/** State after a message of ours went out. */
export function afterSent(o: Order, message: 'cancel' | 'replace'): OrderStateName {
  if (!isLive(o) || o.state === 'unknown') return o.state
  if (message === 'cancel') return 'pendingCancel'
  return o.state === 'pendingCancel' ? o.state : 'pendingReplace'
}

/** Nobody has answered for it yet: that nobody lists it says nothing. */
export function onItsWay(o: Order): boolean {
  return o.state === 'pendingNew' || (o.state === 'pendingCancel' && !o.known)
}

/** Is a message of ours without an answer? */
export function awaits(o: Order): boolean {
  return o.state === 'pendingNew' || o.state === 'pendingCancel' || o.state === 'pendingReplace'
}

export class OrderBook {
  readonly all = new Map<number, Order>()
  readonly live = new Set<Order>()
  /** Highest id ever sent (D-09). */
  last = 0

  add(o: Order): void {
    this.all.set(o.id, o)
    this.live.add(o)
  }

  to(o: Order, state: OrderStateName): void {
    o.state = state
    if (isLive(o)) this.live.add(o)
    else this.live.delete(o)
  }

  at(broker: number, instrument: number): Order[] {
    return [...this.live].filter((o) => o.broker === broker && o.instrument === instrument)
  }

  /** Σ leaves of live sells (or buys) there. */
  offered(broker: number, instrument: number, side: number): bigint {
    let sum = 0n
    for (const o of this.live) {
      if (o.broker === broker && o.instrument === instrument && o.side === side) sum += leaves(o)
    }
    return sum
  }
}
