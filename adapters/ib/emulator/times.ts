/** Moments as TWS writes and reads them; its login zone is New York's, whatever the host's. */
import { DAY, epochDay, HOUR, MINUTE, type Micros, SECOND } from '../../../src/core/base/time.ts'
import { localToUtc } from '../../../src/reference/zones.ts'
import { dayText, localMicros } from '../../common/emulator/clock.ts'

export const TWS_ZONE = 'America/New_York'
/** How IB names its zones. */
const IB_NAMES: Readonly<Record<string, string>> = { 'America/New_York': 'US/Eastern' }

export function zoneName(zone: string): string {
  return IB_NAMES[zone] ?? zone
}

const pad = (n: number): string => String(n).padStart(2, '0')

export interface LocalTime {
  readonly day: number
  /** YYYYMMDD. */
  readonly date: string
  /** HH:MM:SS. */
  readonly time: string
}

export function localTime(t: Micros, zone: string): LocalTime {
  const local = localMicros(t, zone)
  const day = Math.floor(local / DAY)
  const rest = local - day * DAY
  const time = [rest / HOUR, (rest / MINUTE) % 60, (rest / SECOND) % 60].map((x) => pad(Math.floor(x))).join(':')
  return { day, date: dayText(day), time }
}

/** `20260110 09:30:00 US/Eastern` */
export function stampText(t: Micros, zone = TWS_ZONE): string {
  const { date, time } = localTime(t, zone)
  return `${date} ${time} ${zoneName(zone)}`
}

/** Whole seconds since 1970. */
export function epochText(t: Micros): string {
  return String(Math.floor(t / SECOND))
}

const STAMP = /^(\d{4})(\d{2})(\d{2})(?:(-| {1,2})(\d{2}):(\d{2})(?::(\d{2}))?)?(?: (\S+))?$/

/**
 * A client's stamp: `YYYYMMDD`, `YYYYMMDD HH:MM:SS ZONE`, `YYYYMMDD-HH:MM:SS` (UTC). Without a zone TWS takes its own.
 * Undefined for anything else.
 */
export function readStamp(text: string): Micros | undefined {
  const m = STAMP.exec(text.trim())
  if (m === null) return undefined
  const [year, month, day] = [Number(m[1]), Number(m[2]), Number(m[3])]
  const [hour, minute, second] = [Number(m[5] ?? 0), Number(m[6] ?? 0), Number(m[7] ?? 0)]
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59) return undefined
  const local = epochDay(year, month, day) * DAY + hour * HOUR + minute * MINUTE + second * SECOND
  if (m[4] === '-') return local
  const named = Object.entries(IB_NAMES).find(([, name]) => name === m[8])?.[0] ?? m[8] ?? TWS_ZONE
  try {
    return localToUtc(local, named)
  } catch {
    return undefined
  }
}
