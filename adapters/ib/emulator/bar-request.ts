/** Bar sizes and durations as historical requests write them. */
import { DAY, HOUR, MINUTE, type Micros, SECOND } from '../../../src/core/base/time.ts'

const WEEK = 7 * DAY

/** Widths that TWS serves; days, weeks and months are counted in local days. */
const BAR_SIZES: Readonly<Record<string, Micros>> = {
  '1 secs': SECOND,
  '1 sec': SECOND,
  '5 secs': 5 * SECOND,
  '10 secs': 10 * SECOND,
  '15 secs': 15 * SECOND,
  '30 secs': 30 * SECOND,
  '1 min': MINUTE,
  '2 mins': 2 * MINUTE,
  '3 mins': 3 * MINUTE,
  '5 mins': 5 * MINUTE,
  '10 mins': 10 * MINUTE,
  '15 mins': 15 * MINUTE,
  '20 mins': 20 * MINUTE,
  '30 mins': 30 * MINUTE,
  '1 hour': HOUR,
  '2 hours': 2 * HOUR,
  '3 hours': 3 * HOUR,
  '4 hours': 4 * HOUR,
  '8 hours': 8 * HOUR,
  '1 day': DAY,
  '1 week': WEEK,
  '1W': WEEK,
  '1 month': 30 * DAY,
  '1M': 30 * DAY,
}

export function barWidth(text: string): Micros | undefined {
  return BAR_SIZES[text.trim()] ?? BAR_SIZES[text.trim().toLowerCase()]
}

const UNITS: Readonly<Record<string, Micros>> = { S: SECOND, D: DAY, W: WEEK, M: 31 * DAY, Y: 366 * DAY }

/** `3600 S`, `2 D`, `1 Y`; undefined for anything else. */
export function readDuration(text: string): Micros | undefined {
  const m = /^(\d{1,6}) ?([SDWMY])$/.exec(text.trim().toUpperCase())
  const unit = UNITS[m?.[2] ?? '']
  return m === null || unit === undefined || Number(m[1]) === 0 ? undefined : Number(m[1]) * unit
}
