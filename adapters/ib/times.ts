/** Local days of venues and the stamps that IB writes (reference 5.1): data of IB, never a time of the engine. */
import { DAY, type EpochDay, epochDay, HOUR, type Micros, MINUTE, SECOND } from '../../src/core/base/time.ts'
import { venueDefaults } from '../../src/reference/venues.ts'
import { tableOffset, zoneTable } from '../../src/reference/zones.ts'

/** The zone's offset table; zones without one keep UTC, which only moves a window. */
export function localTime(t: Micros, zone: string): Micros {
  const table = zoneTable(zone)
  return table === undefined ? t : t + tableOffset(table, t)
}

export function localDay(venue: string, t: Micros): EpochDay {
  return Math.floor(localTime(t, venueDefaults(venue).zone) / DAY)
}

/** `YYYYMMDD`; undefined for anything else. */
export function readDay(text: string): EpochDay | undefined {
  const m = /^(\d{4})(\d{2})(\d{2})$/.exec(text.trim())
  if (m === null) return undefined
  const [year, month, day] = [Number(m[1]), Number(m[2]), Number(m[3])]
  return month >= 1 && month <= 12 && day >= 1 && day <= 31 ? epochDay(year, month, day) : undefined
}

/** Whole seconds since 1970 as the client gives them: number or text. */
export function readEpoch(seconds: number | string): Micros | undefined {
  const n = typeof seconds === 'number' ? seconds : /^\d{9,11}$/.test(seconds) ? Number(seconds) : Number.NaN
  return Number.isSafeInteger(n) && n > 0 ? n * SECOND : undefined
}

/** A second of IB's stands for its end. */
export const WITHIN_SECOND: Micros = SECOND - 1

export { DAY, HOUR, MINUTE, SECOND }
