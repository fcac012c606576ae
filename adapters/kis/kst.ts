/**
 * Local time as the wire has it, Korean where nothing else is said. Stamps of seconds count as the end of their second; a stamp without a
 * date gets that of the day on which it lies nearest to the moment of receipt (F-55).
 */
import { DAY, formatDay, HOUR, MINUTE, type Micros, parseDay, SECOND } from '../../src/core/base/time.ts'
import { tableOffset, zoneTable } from '../../src/reference/zones.ts'

const KOREA: Micros = 9 * HOUR

/** YYYYMMDD of a moment in Korea. */
export function kstDate(t: Micros): string {
  return dateText(Math.floor((t + KOREA) / DAY))
}

/** YYYYMMDD of a moment in a zone of an exchange. */
export function localDate(t: Micros, zone: string): string {
  return dateText(Math.floor(localTime(t, zone) / DAY))
}

/** Local time of a zone, as microseconds since 1970 there. */
export function localTime(t: Micros, zone: string): Micros {
  const table = zoneTable(zone)
  if (table === undefined) throw new Error(`no offset table of zone ${zone}`)
  return t + tableOffset(table, t)
}

export function dateText(day: number): string {
  return formatDay(day).replaceAll('-', '')
}

/** Days since 1970 of YYYYMMDD; undefined when it is no date. */
export function dateDay(text: string): number | undefined {
  return /^\d{8}$/.test(text) ? parseDay(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`) : undefined
}

/** Time since local midnight in Korea. */
export function kstTimeOfDay(t: Micros): Micros {
  return (t + KOREA) % DAY
}

/** HHMMSS, perhaps without its leading zero, as time since midnight; undefined when it is no time. */
export function timeOfDay(text: string): Micros | undefined {
  const padded = text.trim().padStart(6, '0')
  if (!/^\d{6}$/.test(padded)) return undefined
  const [h, m, s] = [Number(padded.slice(0, 2)), Number(padded.slice(2, 4)), Number(padded.slice(4))]
  return h > 23 || m > 59 || s > 59 ? undefined : h * HOUR + m * MINUTE + s * SECOND
}

/** End of the second that a Korean date and time name. */
export function stampOf(date: string, time: string): Micros | undefined {
  const [day, of] = [dateDay(date), timeOfDay(time)]
  return day === undefined || of === undefined ? undefined : day * DAY + of - KOREA + SECOND
}

/** End of the second that a Korean time names, on the day that brings it nearest to `now`. */
export function nearestStamp(time: string, now: Micros): Micros | undefined {
  const of = timeOfDay(time)
  if (of === undefined) return undefined
  const today = Math.floor((now + KOREA) / DAY) * DAY + of - KOREA + SECOND
  if (today - now > DAY / 2) return today - DAY
  return now - today > DAY / 2 ? today + DAY : today
}

/** The start of a minute bar from its Korean date and time. */
export function barStart(date: string, time: string): Micros | undefined {
  const end = stampOf(date, time)
  return end === undefined ? undefined : end - SECOND
}
