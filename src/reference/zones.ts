/**
 * Wall clock → UTC. The zones of known venues are tables computed by rule, so their sessions never depend on the
 * zone data of the runtime; any other IANA zone goes through Intl, which is allowed outside the core.
 *
 * Rules: United States, Uniform Time Act as amended: from 1976 to 1986 last Sunday of April, 1987–2006 first Sunday
 * of April, both to the last Sunday of October; since 2007 second Sunday of March to first Sunday of November; each at
 * 02:00 local time. European Union (directives 94/21, 97/44, 2000/84/EC) and United Kingdom: since 1996 last Sunday of
 * March to last Sunday of October, everywhere at 01:00 UTC. Korea, Japan, Hong Kong and mainland China have kept one offset since the dates given below.
 */
import { DAY, epochDay, HOUR, type Micros, weekday } from '../core/base/time.ts'
import { lastAtOrBefore } from '../core/domain/calendar.ts'
import { Failure } from '../cli/failure.ts'

/** From `from[i]` (UTC) on, local = UTC + `offsets[i]`. The table speaks for [from[0], until). */
export interface ZoneTable {
  readonly from: readonly Micros[]
  readonly offsets: readonly Micros[]
  readonly until: Micros
}

const FIRST_YEAR = 1976
const LAST_YEAR = 2049

/** Day number of the n-th Sunday of a month, or of the last one for n = -1. */
function sunday(year: number, month: number, n: number): number {
  if (n < 0) {
    const next = month === 12 ? epochDay(year + 1, 1, 1) : epochDay(year, month + 1, 1)
    return next - 1 - weekday(next - 1)
  }
  const first = epochDay(year, month, 1)
  return first + ((7 - weekday(first)) % 7) + 7 * (n - 1)
}

function newYork(): ZoneTable {
  const standard = -5 * HOUR
  const summer = -4 * HOUR
  const from: Micros[] = [epochDay(FIRST_YEAR, 1, 1) * DAY - standard]
  const offsets: Micros[] = [standard]
  for (let year = FIRST_YEAR; year <= LAST_YEAR; year++) {
    const start = year < 1987 ? sunday(year, 4, -1) : year < 2007 ? sunday(year, 4, 1) : sunday(year, 3, 2)
    const end = year < 2007 ? sunday(year, 10, -1) : sunday(year, 11, 1)
    from.push(start * DAY + 2 * HOUR - standard, end * DAY + 2 * HOUR - summer)
    offsets.push(summer, standard)
  }
  return { from, offsets, until: epochDay(LAST_YEAR + 1, 1, 1) * DAY - standard }
}

/** From the year on in which the Union's zones, the United Kingdom among them, changed on the same days. */
const EUROPE_FROM = 1996

function europe(standard: Micros): ZoneTable {
  const from: Micros[] = [epochDay(EUROPE_FROM, 1, 1) * DAY - standard]
  const offsets: Micros[] = [standard]
  for (let year = EUROPE_FROM; year <= LAST_YEAR; year++) {
    from.push(sunday(year, 3, -1) * DAY + HOUR, sunday(year, 10, -1) * DAY + HOUR)
    offsets.push(standard + HOUR, standard)
  }
  return { from, offsets, until: epochDay(LAST_YEAR + 1, 1, 1) * DAY - standard }
}

function constant(offset: Micros, year: number): ZoneTable {
  return { from: [epochDay(year, 1, 1) * DAY], offsets: [offset], until: epochDay(LAST_YEAR + 1, 1, 1) * DAY }
}

const BUILDERS = new Map<string, () => ZoneTable>([
  ['America/New_York', newYork],
  ['Europe/London', () => europe(0)],
  ['Europe/Paris', () => europe(HOUR)],
  ['Europe/Berlin', () => europe(HOUR)],
  ['Asia/Seoul', () => constant(9 * HOUR, 1989)],
  ['Asia/Tokyo', () => constant(9 * HOUR, 1952)],
  ['Asia/Hong_Kong', () => constant(8 * HOUR, 1980)],
  ['Asia/Shanghai', () => constant(8 * HOUR, 1992)],
  ['UTC', () => constant(0, 1900)],
])
const tables = new Map<string, ZoneTable>()

/** The computed table of a known zone; undefined for every other. */
export function zoneTable(zone: string): ZoneTable | undefined {
  const known = tables.get(zone)
  if (known !== undefined) return known
  const table = BUILDERS.get(zone)?.()
  if (table !== undefined) tables.set(zone, table)
  return table
}

/** A zone's UTC offset at an instant; before the table its first offset holds, after it the last. */
export function tableOffset(table: ZoneTable, t: Micros): Micros {
  return table.offsets[Math.max(0, lastAtOrBefore(table.from, t))] as Micros
}

/**
 * Picks the instant a wall-clock reading names, given the offset as a function of UTC. In an hour that occurs twice the
 * first, in one that is skipped the reading counts with the offset before the gap (02:30 becomes 03:30).
 */
function resolve(local: Micros, offsetAt: (t: Micros) => Micros): Micros {
  const before = offsetAt(local - DAY)
  const after = offsetAt(local + DAY)
  if (before === after) return local - before
  for (const offset of [Math.max(before, after), Math.min(before, after)]) {
    if (offsetAt(local - offset) === offset) return local - offset
  }
  return local - before
}

const formatters = new Map<string, Intl.DateTimeFormat>()

function formatter(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone)
  if (known !== undefined) return known
  try {
    const made = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    formatters.set(zone, made)
    return made
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw new Failure(`zone ${zone}: no such time zone. Give an IANA name such as America/New_York or UTC.`, 2)
  }
}

function intlOffset(zone: string, t: Micros): Micros {
  const part = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 }
  const second = Math.floor(t / 1_000_000)
  for (const { type, value } of formatter(zone).formatToParts(second * 1000)) {
    if (type in part) part[type as keyof typeof part] = Number(value)
  }
  const days = epochDay(part.year, part.month, part.day)
  return (days * 86400 + part.hour * 3600 + part.minute * 60 + part.second - second) * 1_000_000
}

/** The last local day asked for in a zone without a table, when one offset held around it. */
const quietDays = new Map<string, { readonly day: number; readonly offset: Micros }>()

function throughIntl(local: Micros, zone: string): Micros {
  const day = Math.floor(local / DAY)
  const quiet = quietDays.get(zone)
  if (quiet?.day === day) return local - quiet.offset
  const offset = intlOffset(zone, (day - 1) * DAY)
  if (offset === intlOffset(zone, (day + 2) * DAY)) {
    quietDays.set(zone, { day, offset })
    return local - offset
  }
  return resolve(local, (t) => intlOffset(zone, t))
}

/**
 * Wall clock in an IANA zone, as microseconds "as if UTC", → microseconds UTC. The first occurrence in an hour that
 * occurs twice; a reading in a skipped hour moves forward by the gap. Throws Failure (exit 2) for an unknown zone.
 */
export function localToUtc(localMicros: Micros, zone: string): Micros {
  const table = zoneTable(zone)
  if (table === undefined) return throughIntl(localMicros, zone)
  if (localMicros < (table.from[0] as Micros) + 2 * DAY || localMicros >= table.until - 2 * DAY) {
    return throughIntl(localMicros, zone)
  }
  return resolve(localMicros, (t) => tableOffset(table, t))
}

/** `localToUtc` for many readings: it remembers the stretch of one offset, but for two days at either end of it. */
export function localClock(zone: string): (localMicros: Micros) => Micros {
  const table = zoneTable(zone)
  if (table === undefined) return (local) => localToUtc(local, zone)
  let [from, to, offset] = [0, 0, 0]
  return (local) => {
    if (local >= from && local < to) return local - offset
    const i = Math.max(0, lastAtOrBefore(table.from, local - 2 * DAY))
    from = (table.from[i] as Micros) + 2 * DAY
    to = (table.from[i + 1] ?? table.until) - 2 * DAY
    offset = table.offsets[i] as Micros
    return local >= from && local < to ? local - offset : localToUtc(local, zone)
  }
}
