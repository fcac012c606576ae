/**
 * When orders end by themselves. DAY, and what an IOC or FOK order still waits for, ends at the close of the session in
 * which it arrived, or of the next session when it arrived outside one; after the events at that very time (the loop
 * calls in that order). On bars that run past the close the order sees that bar out. On session bars it ends with the
 * first bar in which it worked. GTC stays; on a venue that never closes so does DAY. The end of a DAY order is
 * 'expired', of an IOC or FOK order 'canceled'.
 */
import type { Micros } from '../base/time.ts'
import type { ReportEvent } from '../domain/event.ts'
import type { TimeInForce } from '../domain/order.ts'
import { type Desk, isImmediate, NEVER, type WorkingOrder } from './desk.ts'
import { cancelRest, finish, type Matching } from './fill.ts'

export function expiryOf(desk: Desk, timeInForce: TimeInForce, at: Micros): Micros {
  if (timeInForce === 'GTC' || (desk.by === 'bars' && desk.streams.sessionBars)) return NEVER
  const close = desk.clock.closeAfter(at)
  return close < NEVER ? close : NEVER
}

/** The earliest end among the live orders, Infinity when none ends by the clock. */
export function earliestExpiry(live: Iterable<WorkingOrder>): Micros {
  let t = Infinity
  for (const o of live) if (o.expiry !== NEVER && o.expiry < t) t = o.expiry
  return t
}

export function expireUntil(
  m: Matching,
  desks: readonly Desk[],
  live: Iterable<WorkingOrder>,
  t: Micros,
  out: ReportEvent[],
): void {
  const due = [...live].filter((o) => o.expiry <= t)
  due.sort((a, b) => a.expiry - b.expiry || a.seq - b.seq)
  for (const o of due) endOfDay(m, desks[o.instrument] as Desk, o, t, out)
}

/** A session bar is over: orders that worked in it and are not GTC end. */
export function expireWithBar(m: Matching, desk: Desk, start: Micros, t: Micros, out: ReportEvent[]): void {
  for (const o of desk.state.orders) {
    if (!o.done && o.bar === start && o.timeInForce !== 'GTC') endOfDay(m, desk, o, t, out)
  }
}

function endOfDay(m: Matching, desk: Desk, o: WorkingOrder, t: Micros, out: ReportEvent[]): void {
  if (isImmediate(o)) {
    cancelRest(m, desk, o, t, out)
    return
  }
  finish(desk, o)
  out.push({ type: 'expired', t, broker: m.broker, orderId: o.orderId })
}
