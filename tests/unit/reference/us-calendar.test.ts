/** The US calendar against the exchange's own holiday rules, written anew here, and against dates that traded. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { type EpochDay, epochDay, formatDay, HOUR, MINUTE, parseDay, weekday } from '../../../src/core/base/time.ts'
import { calendarOf, sessionTimes } from '../../../src/reference/calendars.ts'

const SHARED = process.env.SAMETAPE_SHARED ?? '../shared'

/** Easter Sunday by the anonymous Gregorian computus. */
function easter(year: number): EpochDay {
  const a = year % 19
  const b = Math.floor(year / 100)
  const c = year % 100
  const d = Math.floor(b / 4)
  const e = b % 4
  const g = Math.floor((8 * b + 13) / 25)
  const h = (19 * a + b - d - g + 15) % 30
  const i = Math.floor(c / 4)
  const k = c % 4
  const l = (32 + 2 * e + 2 * i - h - k) % 7
  const m = Math.floor((a + 11 * h + 19 * l) / 433)
  const month = Math.floor((h + l - 7 * m + 90) / 25)
  return epochDay(year, month, (h + l - 7 * m + 33 * month + 19) % 32)
}

function nthWeekday(year: number, month: number, day: number, n: number): EpochDay {
  const first = epochDay(year, month, 1)
  return first + ((day - weekday(first) + 7) % 7) + 7 * (n - 1)
}

/** A fixed date on Saturday is kept on Friday, on Sunday on Monday; New Year's Day is never kept in the old year. */
function observed(year: number, month: number, day: number): EpochDay[] {
  const date = epochDay(year, month, day)
  if (weekday(date) === 6) return month === 1 ? [] : [date - 1]
  return [weekday(date) === 0 ? date + 1 : date]
}

function ruleClosures(year: number): EpochDay[] {
  const memorial = [31, 30, 29, 28, 27, 26, 25].map((d) => epochDay(year, 5, d)).find((d) => weekday(d) === 1) ?? 0
  return [
    ...observed(year, 1, 1),
    ...(year >= 1998 ? [nthWeekday(year, 1, 1, 3)] : []),
    nthWeekday(year, 2, 1, 3),
    easter(year) - 2,
    memorial,
    ...(year >= 2022 ? observed(year, 6, 19) : []),
    ...observed(year, 7, 4),
    nthWeekday(year, 9, 1, 1),
    nthWeekday(year, 11, 4, 4),
    ...observed(year, 12, 25),
  ]
}

const ONE_OFF = [
  '1994-04-27',
  ...['2001-09-11', '2001-09-12', '2001-09-13', '2001-09-14'],
  '2004-06-11',
  '2007-01-02',
  ...['2012-10-29', '2012-10-30'],
  '2018-12-05',
  '2025-01-09',
]

describe('US calendar', () => {
  const us = calendarOf('US')
  const sessions = new Set(us.days)

  it('is closed exactly on the rule-based holidays and the known one-off days', () => {
    const closed: string[] = []
    for (let day = us.firstDay; day <= us.lastDay; day++) {
      if (weekday(day) % 6 !== 0 && !sessions.has(day)) closed.push(formatDay(day))
    }
    const expected: string[] = [...ONE_OFF]
    for (let year = 1993; year <= 2027; year++) expected.push(...ruleClosures(year).map(formatDay))
    expect(closed).toEqual(expected.sort())
  })

  it('opens at 09:30 and closes at 16:00 New York time on both sides of the clock change', () => {
    const hours = (text: string) => {
      const day = parseDay(text) as EpochDay
      const times = sessionTimes('US', day)
      if (times === undefined) throw new Error(`${text} is no session`)
      const midnight = day * 24 * HOUR
      return [(times.open - midnight) / MINUTE, (times.close - midnight) / MINUTE, times.known]
    }
    expect(hours('2025-03-07')).toEqual([14 * 60 + 30, 21 * 60, true])
    expect(hours('2025-03-10')).toEqual([13 * 60 + 30, 20 * 60, true])
    expect(hours('2006-04-03')).toEqual([13 * 60 + 30, 20 * 60, true])
    expect(hours('2006-10-30')).toEqual([14 * 60 + 30, 21 * 60, true])
    expect(hours('2024-11-29')).toEqual([14 * 60 + 30, 18 * 60, true])
    expect(hours('2013-07-03')).toEqual([13 * 60 + 30, 17 * 60, true])
    expect(hours('2024-07-03')).toEqual([13 * 60 + 30, 17 * 60, true])
  })

  it('shortens the day after Thanksgiving every year, and Christmas Eve when it is not kept as the holiday', () => {
    for (let year = 1993; year <= 2027; year++) {
      const black = nthWeekday(year, 11, 4, 4) + 1
      expect(lengthOf(black), formatDay(black)).toBe(3.5)
      const eve = epochDay(year, 12, 24)
      if (year >= 1999 && sessions.has(eve)) expect(lengthOf(eve), formatDay(eve)).toBe(3.5)
    }
    expect(lengthOf(parseDay('2025-12-26') as EpochDay)).toBe(6.5)
    // 3 July, where both it and the 4th are weekdays (since 2013 on a Wednesday too).
    const short = us.days.filter(
      (d) => formatDay(d).slice(5, 7) === '07' && d >= epochDay(2013, 1, 1) && lengthOf(d) < 6.5,
    )
    const years = [2013, 2014, 2017, 2018, 2019, 2023, 2024, 2025]
    expect(short.map(formatDay)).toEqual(years.map((year) => `${year}-07-03`))
  })

  it.skipIf(!existsSync(join(SHARED, 'data/lean-us-raw-history/SPY_daily_raw.csv.gz')))(
    'has a session on every date SPY traded 1998–2021 and on no other (needs the shared data)',
    () => {
      const dates = rowsOf('lean-us-raw-history/SPY_daily_raw.csv.gz')
      const [first, last] = [dates[0] as EpochDay, dates.at(-1) as EpochDay]
      expect(us.days.filter((d) => d >= first && d <= last)).toEqual(dates)
    },
  )

  it.skipIf(!existsSync(join(SHARED, 'data/us-daily/closes-only/SPY_raw_close.csv.gz')))(
    'the same for published closes 1993–2026 (needs the shared data)',
    () => {
      const dates = rowsOf('us-daily/closes-only/SPY_raw_close.csv.gz')
      const [first, last] = [dates[0] as EpochDay, dates.at(-1) as EpochDay]
      expect(us.days.filter((d) => d >= first && d <= last)).toEqual(dates)
    },
  )

  it.skipIf(!existsSync(join(SHARED, 'data/lean-us-raw-history/SPY_hour_raw.csv.gz')))(
    'closes early exactly on the days without an hourly bar at 15:00, 2009–2021 (needs the shared data)',
    () => {
      // Before 2009 four half days carry thin bars until 15:00: that fund went on trading after the close.
      const text = gunzipSync(readFileSync(join(SHARED, 'data/lean-us-raw-history/SPY_hour_raw.csv.gz'))).toString()
      const late = new Set<EpochDay>()
      for (const line of text.split('\n'))
        if (line.slice(10, 16) === 'T15:00') late.add(parseDay(line.slice(0, 10)) as EpochDay)
      const from = parseDay('2009-01-01') as EpochDay
      const to = parseDay('2021-03-31') as EpochDay
      const short = us.days.filter((d) => d >= from && d <= to && lengthOf(d) < 6.5)
      const dark = us.days.filter((d) => d >= from && d <= to && !late.has(d))
      expect(short.map(formatDay)).toEqual(dark.map(formatDay))
    },
  )
})

function lengthOf(day: EpochDay): number {
  const times = sessionTimes('US', day)
  return times === undefined ? 0 : (times.close - times.open) / HOUR
}

function rowsOf(path: string): EpochDay[] {
  const lines = gunzipSync(readFileSync(join(SHARED, 'data', path)))
    .toString()
    .trim()
    .split('\n')
    .slice(1)
  return lines.map((line) => parseDay(line.slice(0, 10)) as EpochDay)
}
