/**
 * How old what is known of a market is: may one open on its mark, do its data still come (R-30, `contract.md` 3)? Bars live
 * for twice their length in session time, recorded ticks from a session's first event on, venues that never close always.
 */
import { type Micros, SECOND } from '../base/time.ts'
import type { SessionClock } from '../domain/calendar.ts'
import type { FeedShape } from './feed-shape.ts'
import type { Quoted } from './quoted.ts'

/** a message may be this old; R-32: a price may be in doubt this long. */
export const AGE_MAX: Micros = 5 * SECOND

export function isFresh(q: Quoted, clock: SessionClock, shape: FeedShape, t: Micros): boolean {
  if (q.frozen) return false
  if (q.mark2 === 0 || q.suspect.price2 !== 0) return q.mark2 !== 0 && !suspectStands(q, clock, shape, t)
  return isLive(q, clock, shape, t)
}

function suspectStands(q: Quoted, clock: SessionClock, shape: FeedShape, t: Micros): boolean {
  if (shape.bars && !shape.quotes && !shape.trades) return true
  const s = q.suspect
  return (!s.dropped && t - s.since <= AGE_MAX) || !isLive(q, clock, shape, t)
}

/** As far as its kind of feed says. */
export function isLive(q: Quoted, clock: SessionClock, shape: FeedShape, t: Micros): boolean {
  if (shape.heartbeat !== undefined) return t - q.seenT <= shape.heartbeat
  if (shape.sessionBars) return sessionsBetween(clock, q.markT, t) <= 2
  if (shape.barMicros > 0 && !shape.quotes) return sessionElapsed(clock, q.markT, t) <= 2 * shape.barMicros
  if (clock.calendar.always) return true
  const session = clock.sessionAt(t)
  return session >= 0 && q.markT >= (clock.calendar.opens[session] as number)
}

/** Session time between two instants: nights and holidays do not count. */
export function sessionElapsed(clock: SessionClock, from: Micros, to: Micros): Micros {
  if (clock.calendar.always || to - from <= 0) return to - from
  const { opens, closes } = clock.calendar
  const last = clock.sessionAt(to)
  let elapsed = 0
  for (let i = last; i >= 0; i--) {
    const open = opens[i] as number
    const close = closes[i] as number
    if (close <= from) break
    elapsed += Math.max(0, Math.min(to, close) - Math.max(from, open))
    if (open <= from) break
  }
  return elapsed
}

/** How many session opens lie in (from, to]. */
export function sessionsBetween(clock: SessionClock, from: Micros, to: Micros): number {
  if (clock.calendar.always) return 0
  return clock.sessionAt(to) - clock.sessionAt(from)
}
