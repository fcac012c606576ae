/** Time: integer microseconds since 1970 UTC. No "now" here; proleptic Gregorian arithmetic, no zone, no Date. */

/** Microseconds since 1970-01-01T00:00:00Z, or a duration in microseconds where the name says so. */
export type Micros = number
/** Days since 1970-01-01. */
export type EpochDay = number

export const MILLISECOND: Micros = 1000
export const SECOND: Micros = 1_000_000
export const MINUTE: Micros = 60 * SECOND
export const HOUR: Micros = 60 * MINUTE
export const DAY: Micros = 24 * HOUR

/** Days since 1970-01-01 of a civil date (Howard Hinnant's days_from_civil). */
export function epochDay(year: number, month: number, day: number): EpochDay {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yoe = y - era * 400
  const doy = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  return era * 146097 + yoe * 365 + Math.floor(yoe / 4) - Math.floor(yoe / 100) + doy - 719468
}

export interface CivilDate {
  readonly year: number
  readonly month: number
  readonly day: number
}

export function civilDate(day: EpochDay): CivilDate {
  const z = day + 719468
  const era = Math.floor(z / 146097)
  const doe = z - era * 146097
  const yoe = Math.floor((doe - Math.floor(doe / 1460) + Math.floor(doe / 36524) - Math.floor(doe / 146096)) / 365)
  const doy = doe - (365 * yoe + Math.floor(yoe / 4) - Math.floor(yoe / 100))
  const mp = Math.floor((5 * doy + 2) / 153)
  const month = mp < 10 ? mp + 3 : mp - 9
  return { year: yoe + era * 400 + (month <= 2 ? 1 : 0), month, day: doy - Math.floor((153 * mp + 2) / 5) + 1 }
}

/** 0 Sunday … 6 Saturday. */
export function weekday(day: EpochDay): number {
  return (((day + 4) % 7) + 7) % 7
}

export function dayOf(t: Micros): EpochDay {
  return Math.floor(t / DAY)
}

const pad = (n: number, width: number): string => String(n).padStart(width, '0')

export function formatDay(day: EpochDay): string {
  const d = civilDate(day)
  return `${pad(d.year, 4)}-${pad(d.month, 2)}-${pad(d.day, 2)}`
}

/** 1381219200640000 → "2013-10-08T08:00:00.640Z"; fraction as long as needed. */
export function formatMicros(t: Micros): string {
  const day = dayOf(t)
  let rest = t - day * DAY
  const h = Math.floor(rest / HOUR)
  rest -= h * HOUR
  const m = Math.floor(rest / MINUTE)
  rest -= m * MINUTE
  const s = Math.floor(rest / SECOND)
  const micros = rest - s * SECOND
  const fraction = micros === 0 ? '' : micros % 1000 === 0 ? `.${pad(micros / 1000, 3)}` : `.${pad(micros, 6)}`
  return `${formatDay(day)}T${pad(h, 2)}:${pad(m, 2)}:${pad(s, 2)}${fraction}Z`
}

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/
const STAMP = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2})?$/

/** "2013-10-08" → days since 1970; undefined for anything that is not a real date. */
export function parseDay(text: string): EpochDay | undefined {
  const m = DATE.exec(text)
  if (m === null) return undefined
  const [year, month, day] = [Number(m[1]), Number(m[2]), Number(m[3])]
  const n = epochDay(year, month, day)
  const back = civilDate(n)
  return back.month === month && back.day === day ? n : undefined
}

export interface ParsedStamp {
  /** Microseconds since 1970 of the wall-clock reading, with the zone applied when there was one. */
  readonly t: Micros
  readonly hasZone: boolean
}

/** ISO stamp with 'T' or a blank, seconds and fraction optional; digits beyond microseconds must be zero-free-safe: they are cut. */
export function parseStamp(text: string): ParsedStamp | undefined {
  const m = STAMP.exec(text)
  if (m === null) return undefined
  const day = parseDay(m[1] as string)
  const [h, min, s] = [Number(m[2]), Number(m[3]), Number(m[4] ?? 0)]
  if (day === undefined || h > 23 || min > 59 || s > 59) return undefined
  const micros = m[5] === undefined ? 0 : Number(m[5].padEnd(6, '0').slice(0, 6))
  const local = day * DAY + h * HOUR + min * MINUTE + s * SECOND + micros
  const zone = m[6]
  if (zone === undefined) return { t: local, hasZone: false }
  if (zone === 'Z') return { t: local, hasZone: true }
  const sign = zone.startsWith('-') ? -1 : 1
  const offset = Number(zone.slice(1, 3)) * HOUR + Number(zone.slice(-2)) * MINUTE
  return { t: local - sign * offset, hasZone: true }
}
