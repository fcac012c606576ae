/**
 * Sessions of a venue as plain sorted numbers, prepared outside the core from dated data (`config/calendars`).
 * A day outside the stated range has no session: closed for opening, and the run says so.
 */
import { type EpochDay, type Micros, DAY } from '../base/time.ts'
import type { Phase } from './phase.ts'

export interface Calendar {
  /** Venue key: US, KRX, FX, ALWAYS, … */
  readonly id: string
  /** True for venues that never close (GEN, CRYPTO): then `opens` and `closes` are empty and unused. */
  readonly always: boolean
  /** Inclusive range of local dates for which the data speaks. */
  readonly firstDay: EpochDay
  readonly lastDay: EpochDay
  /** Per session, ascending: local date, open and close instants; a session is [open, close). */
  readonly days: readonly EpochDay[]
  readonly opens: readonly Micros[]
  readonly closes: readonly Micros[]
  /**
   * What the venue does when: phase `phases[i]` from `phaseFrom[i]` until `phaseFrom[i + 1]`, ascending; closed before
   * the first. A session [open, close) contains its closing auction and its lunch break; the opening auction comes before
   * it. Empty for venues that never close.
   */
  readonly phaseFrom: readonly Micros[]
  readonly phases: readonly Phase[]
  /** UTC offset of the venue's zone: from `offsetFrom[i]` on, local = UTC + `offsets[i]`. `offsetFrom[0]` is -Infinity's stand-in, a very small number. */
  readonly offsetFrom: readonly Micros[]
  readonly offsets: readonly Micros[]
}

/** The last index whose value is ≤ x, or -1. */
export function lastAtOrBefore(sorted: readonly number[], x: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] as number) <= x) low = middle + 1
    else high = middle
  }
  return low - 1
}

/**
 * A calendar with a memory of the last answer: queries arrive in (nearly) rising time, so most are one comparison.
 * The memory never changes an answer.
 */
export class SessionClock {
  readonly calendar: Calendar
  #session = -1
  #nextOpen: Micros = -Infinity
  #from: Micros = Infinity
  #day: EpochDay = 0
  #dayFrom: Micros = Infinity
  #dayTo: Micros = -Infinity
  #phase: Phase = 'closed'
  #phaseFrom: Micros = Infinity
  #phaseTo: Micros = -Infinity

  constructor(calendar: Calendar) {
    this.calendar = calendar
  }

  /** Index of the last session that opened at or before t, -1 when none; undefined meaning for `always`. */
  sessionAt(t: Micros): number {
    if (t >= this.#from && t < this.#nextOpen) return this.#session
    const { opens } = this.calendar
    const i = lastAtOrBefore(opens, t)
    this.#session = i
    this.#from = i < 0 ? -Infinity : (opens[i] as number)
    this.#nextOpen = i + 1 < opens.length ? (opens[i + 1] as number) : Infinity
    return i
  }

  /** The phase by the clock at t; a halt within it is an event (`StatusEvent`), not part of the calendar. */
  phaseAt(t: Micros): Phase {
    if (this.calendar.always) return 'continuous'
    if (t >= this.#phaseFrom && t < this.#phaseTo) return this.#phase
    const { phaseFrom, phases } = this.calendar
    const i = lastAtOrBefore(phaseFrom, t)
    this.#phase = phases[i] ?? 'closed'
    this.#phaseFrom = phaseFrom[i] ?? -Infinity
    this.#phaseTo = phaseFrom[i + 1] ?? Infinity
    return this.#phase
  }

  /** When the phase at t ends; Infinity when it never does. */
  phaseEnd(t: Micros): Micros {
    if (this.calendar.always) return Infinity
    this.phaseAt(t)
    return this.#phaseTo
  }

  /** Continuous trading at t? */
  isOpen(t: Micros): boolean {
    return this.phaseAt(t) === 'continuous'
  }

  /** Within a session, its auctions and its lunch break included? */
  inSession(t: Micros): boolean {
    if (this.calendar.always) return true
    const i = this.sessionAt(t)
    return i >= 0 && t < (this.calendar.closes[i] as number)
  }

  /** Close of the session that contains t, or of the next one; Infinity when the data ends or the venue never closes. */
  closeAfter(t: Micros): Micros {
    if (this.calendar.always) return Infinity
    const i = this.sessionAt(t)
    if (i >= 0 && t < (this.calendar.closes[i] as number)) return this.calendar.closes[i] as number
    return this.calendar.closes[i + 1] ?? Infinity
  }

  /** Open of the next session after t; Infinity when the data ends. */
  nextOpen(t: Micros): Micros {
    if (this.calendar.always) return t
    return this.calendar.opens[this.sessionAt(t) + 1] ?? Infinity
  }

  /** Does the calendar speak for the local date of t? */
  covers(t: Micros): boolean {
    if (this.calendar.always) return true
    const day = this.localDay(t)
    return day >= this.calendar.firstDay && day <= this.calendar.lastDay
  }

  /** Local civil date of t in the venue's zone, as days since 1970. */
  localDay(t: Micros): EpochDay {
    if (t >= this.#dayFrom && t < this.#dayTo) return this.#day
    const { offsetFrom, offsets } = this.calendar
    const i = Math.max(0, lastAtOrBefore(offsetFrom, t))
    const offset = offsets[i] ?? 0
    this.#day = Math.floor((t + offset) / DAY)
    const start = this.#day * DAY - offset
    this.#dayFrom = i > 0 ? Math.max(start, offsetFrom[i] as number) : start
    this.#dayTo = Math.min(start + DAY, offsetFrom[i + 1] ?? Infinity)
    return this.#day
  }
}
