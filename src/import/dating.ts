/**
 * From the stamp in a file to `t` on the tape. Bars: their start (a session bar: the venue's local date at midnight
 * UTC). Rates: the moment they are known, which for a bar is its end. A daily rate is that of a London day: the
 * common sources stamp it with the London midnight at which it starts.
 */
import { DAY, dayOf, HOUR, type EpochDay, type Micros, weekday } from '../core/base/time.ts'
import { SessionClock } from '../core/domain/calendar.ts'
import { calendarOf, sessionTimes } from '../reference/calendars.ts'
import { localToUtc } from '../reference/zones.ts'
import type { StreamKind } from '../tape/columns.ts'

export type Interval = Micros | 'session'

/** A difference of stamps from here on is a day's, whatever daylight saving does to it. */
export const DAILY = 20 * HOUR
const RATE_ZONE = 'Europe/London'

export interface DatingRules {
  readonly venue: string
  readonly interval: Interval
  readonly bareDates: boolean
  /** What the stamps of bars mark. */
  readonly stamp: 'start' | 'end'
  /** Rates come from bars (known at their end), not from single quotations. */
  readonly rateBars: boolean
}

export type Dating = (stamp: Micros) => Micros

export function datingOf(kind: StreamKind, rules: DatingRules): Dating {
  if (kind === 'trades' || kind === 'quotes') return (stamp) => stamp
  return kind === 'bars' ? barDating(rules) : rateDating(rules)
}

function barDating(rules: DatingRules): Dating {
  const { interval } = rules
  if (rules.bareDates) return (stamp) => stamp
  if (interval === 'session') {
    const clock = new SessionClock(calendarOf(rules.venue))
    // The end of a session may be the midnight after it.
    const back = rules.stamp === 'end' ? 1 : 0
    return (stamp) => clock.localDay(stamp - back) * DAY
  }
  return rules.stamp === 'end' ? (stamp) => stamp - interval : (stamp) => stamp
}

function rateDating(rules: DatingRules): Dating {
  const { interval } = rules
  if (rules.bareDates) return (stamp) => endOfLondonDay(dayOf(stamp))
  if (rules.stamp === 'end' || !rules.rateBars) return (stamp) => stamp
  if (interval === 'session' || interval >= DAILY) return (stamp) => endOfLondonDay(londonDay(stamp))
  return (stamp) => stamp + interval
}

function endOfLondonDay(day: EpochDay): Micros {
  return localToUtc((day + 1) * DAY, RATE_ZONE)
}

/** London is at UTC or an hour ahead of it. */
function londonDay(t: Micros): EpochDay {
  const next = dayOf(t) + 1
  return t >= localToUtc(next * DAY, RATE_ZONE) ? next : next - 1
}

/** Why a date is no session of the venue; rates are quoted Monday to Friday. */
export function sessionProblem(venue: string, day: EpochDay, rates: boolean): string | undefined {
  const name = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'][weekday(day)] as string
  if (rates)
    return weekday(day) === 0 || weekday(day) === 6 ? `is a ${name}; rates are quoted Monday to Friday` : undefined
  if (sessionTimes(venue, day) !== undefined) return undefined
  return weekday(day) === 0 || weekday(day) === 6
    ? `is a ${name}, no session of ${venue}`
    : `is no session of ${venue} (a holiday of its calendar)`
}
