/**
 * When orders end by themselves. DAY, and what an IOC or FOK order still waits for, ends at the close of the session in
 * which it arrived, or of the next session when it arrived outside one; after the events at that very time (the loop
 * calls in that order). On bars that run past the close the order sees that bar out. On session bars it ends with the
 * first bar in which it worked. GTC stays; on a venue that never closes so does DAY. The end of a DAY order is
 * 'expired', of an IOC or FOK order 'canceled'. OPG and CLS orders wait `CROSS_WAIT` for their auction's print; with
 * `--auctions cross` DAY orders wait as long for that of a closing auction phase.
 */
import type { Micros } from '../base/time.ts'
import { CROSS_WAIT, nextAuction, phaseBefore } from '../domain/auction.ts'
import type { TimeInForce } from '../domain/order.ts'
import { type Desk, isImmediate, NEVER, type WorkingOrder } from './desk.ts'
import { cancelRest, expireOrder, type Matching, type Out } from './fill.ts'

export function expiryOf(desk: Desk, timeInForce: TimeInForce, at: Micros, crosses: boolean): Micros {
  if (timeInForce === 'GTC' || (desk.by === 'bars' && desk.streams.sessionBars)) return NEVER
  if (timeInForce === 'OPG' || timeInForce === 'CLS')
    return bounded(nextAuction(desk.clock, timeInForce, at).cross + CROSS_WAIT)
  const close = bounded(desk.clock.closeAfter(at))
  return crosses && timeInForce === 'DAY' && closesByAuction(desk, close) ? close + CROSS_WAIT : close
}

const bounded = (t: Micros): Micros => (t < NEVER ? t : NEVER)

/** A DAY order sees the closing auction out, whose print comes after the close. */
function closesByAuction(desk: Desk, close: Micros): boolean {
  if (desk.by === 'bars' || !desk.streams.trades || close === NEVER) return false
  return phaseBefore(desk.clock.calendar, close).phase === 'auction'
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
  out: Out,
): void {
  const due = [...live].filter((o) => o.expiry <= t)
  due.sort((a, b) => a.expiry - b.expiry || a.seq - b.seq)
  for (const o of due) endOfDay(m, desks[o.instrument] as Desk, o, t, out)
}

/** A session bar is over: orders that worked in it and are not GTC end. */
export function expireWithBar(m: Matching, desk: Desk, start: Micros, t: Micros, out: Out): void {
  for (const o of desk.state.orders) {
    if (!o.done && o.bar === start && o.timeInForce !== 'GTC') endOfDay(m, desk, o, t, out)
  }
}

function endOfDay(m: Matching, desk: Desk, o: WorkingOrder, t: Micros, out: Out): void {
  if (isImmediate(o)) {
    cancelRest(m, desk, o, t, out)
    return
  }
  expireOrder(m, desk, o, t, out)
}
