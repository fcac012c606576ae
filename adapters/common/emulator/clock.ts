/**
 * The run's clock as the emulator sees it: microseconds UTC that somebody else moves. Orders, quotes and rate limits
 * follow it; tokens and approval keys follow the wall clock, because clients compare their expiry with their own.
 */
import { DAY, formatDay, HOUR, MINUTE, type Micros, SECOND } from '../../../src/core/base/time.ts'
import { tableOffset, zoneTable, type ZoneTable } from '../../../src/reference/zones.ts'

export interface EmulatorClock {
  now(): Micros
}

/** Starts at `start` and runs `speed` times as fast as the monotonic clock of this process. */
export function scaledClock(
  start: Micros,
  speed: number,
  monotonicMs = (): number => performance.now(),
): EmulatorClock {
  const origin = monotonicMs()
  return { now: () => start + Math.round((monotonicMs() - origin) * 1000 * speed) }
}

export function wallNow(): Micros {
  return Date.now() * 1000
}

/** A local date and time as KIS writes it. */
export interface LocalStamp {
  /** YYYYMMDD. */
  readonly date: string
  /** HHMMSS. */
  readonly time: string
}

const pad = (n: number): string => String(n).padStart(2, '0')

export const KST = 'Asia/Seoul'

function tableOf(zone: string): ZoneTable {
  const table = zoneTable(zone === 'Asia/Ho_Chi_Minh' ? 'Asia/Hong_Kong' : zone)
  if (table === undefined) throw new Error(`no offset table of zone ${zone}`)
  return table
}

export function localMicros(t: Micros, zone: string): Micros {
  return t + tableOffset(tableOf(zone), t)
}

export function localDayOf(t: Micros, zone: string): number {
  return Math.floor(localMicros(t, zone) / DAY)
}

export function dayText(day: number): string {
  return formatDay(day).replaceAll('-', '')
}

export function stamp(t: Micros, zone: string): LocalStamp {
  const local = localMicros(t, zone)
  const day = Math.floor(local / DAY)
  const rest = local - day * DAY
  const time = pad(Math.floor(rest / HOUR)) + pad(Math.floor(rest / MINUTE) % 60) + pad(Math.floor(rest / SECOND) % 60)
  return { date: dayText(day), time }
}

export function kst(t: Micros): LocalStamp {
  return stamp(t, KST)
}

/** `YYYY-MM-DD HH:MM:SS` in Korea, as in a token's expiry. */
export function kstText(t: Micros): string {
  const { date, time } = kst(t)
  return `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)} ${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4)}`
}
