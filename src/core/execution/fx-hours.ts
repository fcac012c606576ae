/** FX trades from Sunday 22:00Z to Friday 22:00Z: the age of a rate counts those hours only (`contract.md` 2). */
import { DAY, HOUR, type Micros } from '../base/time.ts'

const WEEK: Micros = 7 * DAY
/** 1970-01-04 was a Sunday. */
const FIRST_OPEN: Micros = 3 * DAY + 22 * HOUR
const OPEN_HOURS: Micros = 5 * DAY

/** FX hours since the first opening of the epoch. */
function openTime(t: Micros): Micros {
  const since = t - FIRST_OPEN
  const weeks = Math.floor(since / WEEK)
  return weeks * OPEN_HOURS + Math.min(since - weeks * WEEK, OPEN_HOURS)
}

export function fxElapsed(from: Micros, to: Micros): Micros {
  return openTime(to) - openTime(from)
}
