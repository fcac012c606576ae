/**
 * Session calendars of the venues: `Calendar` objects for the core, built from dated data on first use and kept.
 * Instants are microseconds UTC; days are local civil dates of the venue's zone.
 */
import { DAY, type EpochDay, type Micros, weekday } from '../core/base/time.ts'
import { type Calendar, lastAtOrBefore } from '../core/domain/calendar.ts'
import type { Phase } from '../core/domain/phase.ts'
import {
  type DatedData,
  type LoadedCalendar,
  loadCalendar,
  type SessionData,
  type SpecialDay,
} from './calendar-data.ts'
import { othersOn, phasesOn } from './session-phases.ts'
import { venueDefaults } from './venues.ts'
import { localClock, localToUtc, type ZoneTable, zoneTable } from './zones.ts'
import { Failure } from '../cli/failure.ts'

interface Built extends LoadedCalendar {
  readonly calendar: Calendar
}

export interface SessionTimes {
  readonly open: Micros
  readonly close: Micros
  /** False outside the calendar's range: regular hours of a weekday are assumed. */
  readonly known: boolean
}

const built = new Map<string, Built>()

function build(venue: string): Built {
  const id = venueDefaults(venue).calendar
  const ready = built.get(id)
  if (ready !== undefined) return ready
  const loaded = loadCalendar(id)
  const { data, closed } = loaded
  const table = zoneTable(data.zone)
  if (table === undefined) {
    throw new Failure(`config/calendars/${id}.json: field zone: ${data.zone} has no offset table. Use a known zone.`, 2)
  }
  const calendar = data.always ? alwaysOpen(id, table) : withSessions(id, data, closed, table)
  const made = { ...loaded, calendar }
  built.set(id, made)
  return made
}

/** Before the table its first offset holds, so the first row starts at the smallest number of all. */
function offsetsOf(table: ZoneTable): Pick<Calendar, 'offsetFrom' | 'offsets'> {
  return { offsetFrom: [Number.MIN_SAFE_INTEGER, ...table.from.slice(1)], offsets: table.offsets }
}

function alwaysOpen(id: string, table: ZoneTable): Calendar {
  const [firstDay, lastDay] = [Math.ceil((table.from[0] as Micros) / DAY), Math.floor(table.until / DAY) - 1]
  const none = { days: [], opens: [], closes: [], phaseFrom: [], phases: [] }
  return { id, always: true, firstDay, lastDay, ...none, ...offsetsOf(table) }
}

function withSessions(id: string, data: DatedData, closed: ReadonlySet<EpochDay>, table: ZoneTable): Calendar {
  const days: EpochDay[] = []
  const opens: Micros[] = []
  const closes: Micros[] = []
  const phases = new PhaseList()
  const special = new Map(data.special.map((row) => [row.date, row]))
  const dated = regularSessions(data)
  const usual = new Map(dated.map((hours) => [hours, phasesOn(hours, undefined)]))
  const utc = localClock(data.zone)
  const { first, last } = data.range
  for (let day = first; day <= last; day++) {
    if (closed.has(day) || !data.weekdays.includes(weekday(day))) continue
    const hours = hoursOn(dated, day)
    const today = special.get(day)
    const { open, close } = regularHours(hours, day, today, utc)
    days.push(day)
    opens.push(open)
    closes.push(close)
    const rows = (today === undefined ? usual.get(hours) : undefined) ?? phasesOn(hours, today)
    for (const { phase, from } of rows) phases.add(phase, utc(day * DAY + from))
    phases.add('closed', close)
  }
  return {
    id,
    always: false,
    firstDay: first,
    lastDay: last,
    days,
    opens,
    closes,
    phaseFrom: phases.from,
    phases: phases.phases,
    ...offsetsOf(table),
  }
}

/** A phase of no length gives way to what follows it. */
class PhaseList {
  readonly from: Micros[] = []
  readonly phases: Phase[] = []

  add(phase: Phase, from: Micros): void {
    const last = this.from.length - 1
    if (this.from[last] === from) this.phases[last] = phase
    else {
      this.from.push(from)
      this.phases.push(phase)
    }
  }
}

function regularSessions(data: DatedData): readonly SessionData[] {
  return data.sessions.filter((s) => s.regular)
}

/** The hours in force on a day; before the first stated ones those count. */
function hoursOn(dated: readonly SessionData[], day: EpochDay): SessionData {
  return dated.findLast((s) => s.from <= day) ?? (dated[0] as SessionData)
}

/** Open and close of a day as if it were a session; `utc` reads the venue's clock. */
function regularHours(
  hours: SessionData,
  day: EpochDay,
  special: SpecialDay | undefined,
  utc: (local: Micros) => Micros,
): { open: Micros; close: Micros } {
  return {
    open: utc((day + hours.open_day) * DAY + (special?.open ?? hours.open)),
    close: utc(day * DAY + (special?.close ?? hours.close)),
  }
}

/** The session calendar of a venue. Throws Failure (exit 2) for an unknown venue, naming the known ones. */
export function calendarOf(venue: string): Calendar {
  return build(venue).calendar
}

/**
 * Open and close of the session that a local date names, e.g. of a daily bar. Undefined: known not to be a session.
 * Outside the calendar's range weekdays get regular hours and `known: false`. A venue that never closes has civil days.
 */
export function sessionTimes(venue: string, day: EpochDay): SessionTimes | undefined {
  const { calendar, data } = build(venue)
  if (data.always) {
    return { open: localToUtc(day * DAY, data.zone), close: localToUtc((day + 1) * DAY, data.zone), known: true }
  }
  if (day < calendar.firstDay || day > calendar.lastDay) {
    const utc = (local: Micros): Micros => localToUtc(local, data.zone)
    return data.weekdays.includes(weekday(day))
      ? { ...regularHours(hoursOn(regularSessions(data), day), day, undefined, utc), known: false }
      : undefined
  }
  const i = lastAtOrBefore(calendar.days, day)
  if (i < 0 || calendar.days[i] !== day) return undefined
  return { open: calendar.opens[i] as Micros, close: calendar.closes[i] as Micros, known: true }
}

/** When a session's day trades without a pause: once, or twice where it has a lunch break. */
export function tradingSpans(venue: string, open: Micros, close: Micros): { open: Micros; close: Micros }[] {
  const { phaseFrom, phases } = calendarOf(venue)
  const rest = phaseFrom.findIndex((t, i) => t > open && t < close && phases[i] === 'closed')
  const again = phaseFrom.findIndex((t, i) => i > rest && t < close && phases[i] === 'continuous')
  if (rest < 0 || again < 0) return [{ open, close }]
  return [
    { open, close: phaseFrom[rest] as Micros },
    { open: phaseFrom[again] as Micros, close },
  ]
}

/** A session beside the regular one: pre-market, trading at the official close, after-market. Instants in UTC. */
export interface OtherSession {
  readonly name: string
  readonly open: Micros
  readonly close: Micros
  readonly trading: 'continuous' | 'auction' | 'close_price'
}

/** The other sessions of a session day, by their open; none on days without a session or outside the range. */
export function otherSessions(venue: string, day: EpochDay): readonly OtherSession[] {
  const { calendar, data } = build(venue)
  if (data.always) return []
  const i = lastAtOrBefore(calendar.days, day)
  if (i < 0 || calendar.days[i] !== day) return []
  const special = data.special.find((row) => row.date === day)
  const utc = (local: Micros): Micros => localToUtc(day * DAY + local, data.zone)
  return othersOn(data.sessions, hoursOn(regularSessions(data), day), day, special).map((row) => ({
    ...row,
    open: utc(row.open),
    close: utc(row.close),
  }))
}

/** What a run's manifest says of a calendar: the data's version and hash, e.g. "2026-11-24/sha256:1f0c…". */
export function calendarVersion(venue: string): string {
  const { data, sha256 } = build(venue)
  return `${data.version}/sha256:${sha256}`
}
