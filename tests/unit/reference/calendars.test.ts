import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { Failure } from '../../../src/cli/failure.ts'
import { DAY, type EpochDay, formatDay, formatMicros, HOUR, parseDay, parseStamp } from '../../../src/core/base/time.ts'
import { SessionClock } from '../../../src/core/domain/calendar.ts'
import { calendarOf, calendarVersion, sessionTimes } from '../../../src/reference/calendars.ts'
import { venueNames } from '../../../src/reference/venues.ts'

const SHARED = process.env.SAMETAPE_SHARED ?? '../shared'
const KR_DAILY = join(SHARED, 'data/kr-daily')

const day = (text: string): EpochDay => parseDay(text) ?? Number.NaN
const at = (text: string): number => parseStamp(text)?.t ?? Number.NaN

function shown(venue: string, date: string): string {
  const times = sessionTimes(venue, day(date))
  if (times === undefined) return 'no session'
  return `${formatMicros(times.open)} ${formatMicros(times.close)}${times.known ? '' : ' assumed'}`
}

function datesOf(file: string): EpochDay[] {
  const text = gunzipSync(readFileSync(join(KR_DAILY, file))).toString()
  return text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => day(line.slice(0, 10)))
}

describe('every calendar', () => {
  it.each(venueNames())('%s: sessions rise, do not overlap, and lie within the range', (venue) => {
    const c = calendarOf(venue)
    expect(c.opens.length).toBe(c.days.length)
    expect(c.closes.length).toBe(c.days.length)
    expect(c.always).toBe(c.days.length === 0)
    expect(c.offsets.length).toBe(c.offsetFrom.length)
    for (let i = 0; i < c.days.length; i++) {
      const [open, close] = [c.opens[i] as number, c.closes[i] as number]
      if (!(Number.isSafeInteger(open) && open < close)) expect.fail(`${venue} ${formatDay(c.days[i] as number)}`)
      if (i > 0 && (c.closes[i - 1] as number) > open)
        expect.fail(`${venue} overlaps ${formatDay(c.days[i] as number)}`)
    }
    if (!c.always) {
      expect(c.days[0]).toBeGreaterThanOrEqual(c.firstDay)
      expect(c.days.at(-1)).toBeLessThanOrEqual(c.lastDay)
    }
  })

  it('is built once and carries a version with a hash of its data', () => {
    expect(calendarOf('US')).toBe(calendarOf('US'))
    const versions = venueNames().map(calendarVersion)
    for (const version of versions) expect(version).toMatch(/^\d{4}-\d{2}-\d{2}\/sha256:[0-9a-f]{64}$/)
    expect(new Set(versions).size).toBe(versions.length)
  })

  it('of an unknown venue names the known ones', () => {
    expect(() => calendarOf('MOON')).toThrow(Failure)
    expect(() => sessionTimes('MOON', 0)).toThrow(/"MOON".*US, KRX, NXT, TSE, HK, .*, GEN/)
  })
})

describe('KRX', () => {
  it('closed at 15:00 until 2016-07-29 and closes at 15:30 since 2016-08-01', () => {
    expect(shown('KRX', '2016-07-29')).toBe('2016-07-29T00:00:00Z 2016-07-29T06:00:00Z')
    expect(shown('KRX', '2016-08-01')).toBe('2016-08-01T00:00:00Z 2016-08-01T06:30:00Z')
  })

  it('opens at 10:00 on the first session of a year and shifts on examination day', () => {
    expect(shown('KRX', '2022-01-03')).toBe('2022-01-03T01:00:00Z 2022-01-03T06:30:00Z')
    expect(shown('KRX', '2026-01-02')).toBe('2026-01-02T01:00:00Z 2026-01-02T06:30:00Z')
    expect(shown('KRX', '2015-11-12')).toBe('2015-11-12T01:00:00Z 2015-11-12T07:00:00Z')
    expect(shown('KRX', '2025-11-13')).toBe('2025-11-13T01:00:00Z 2025-11-13T07:30:00Z')
  })

  it('opens late on the first session of every year', () => {
    const c = calendarOf('KRX')
    let year = ''
    for (let i = 0; i < c.days.length; i++) {
      const date = formatDay(c.days[i] as number)
      const late = (c.opens[i] as number) - (c.days[i] as number) * DAY === HOUR
      if (date.slice(0, 4) !== year) expect(late, date).toBe(true)
      else if (late) expect(date.slice(5, 7), date).toMatch(/11|12/)
      year = date.slice(0, 4)
    }
  })

  it.each([
    '2024-12-31',
    '2025-05-01',
    '2025-06-03',
    '2026-06-03',
    '2026-07-17',
    '2025-10-08',
    '2017-10-02',
    '2025-01-27',
  ])('is closed on %s', (date) => expect(shown('KRX', date)).toBe('no session'))

  it.skipIf(!existsSync(KR_DAILY))(
    'has a session on every date stocks traded and on no other (needs the shared data)',
    () => {
      const c = calendarOf('KRX')
      const files = readdirSync(KR_DAILY).filter((f) => /^\d{6}.*\.csv\.gz$/.test(f))
      expect(files.length).toBeGreaterThan(5)
      for (const file of files) {
        const dates = datesOf(file)
        const [first, last] = [dates[0] as number, dates.at(-1) as number]
        expect(c.days.filter((d) => d >= first && d <= last).map(formatDay), file).toEqual(dates.map(formatDay))
      }
    },
  )

  it.skipIf(!existsSync(KR_DAILY))(
    'has a session on every date of the index since 2005, which has gaps (needs the shared data)',
    () => {
      const c = calendarOf('KRX')
      const dates = new Set(datesOf('KOSPI_KS11_close.csv.gz'))
      const sessions = new Set(c.days)
      const last = Math.max(...dates)
      expect([...dates].filter((d) => d >= c.firstDay && !sessions.has(d)).map(formatDay)).toEqual([])
      // Days stocks did trade (the first six, per other series), and two of 2026 on which nothing is known against it.
      const gaps = [
        '2007-03-02',
        '2011-10-04',
        '2017-09-22',
        '2017-12-20',
        '2022-01-03',
        '2022-05-09',
        '2026-07-08',
        '2026-08-06',
      ]
      expect(c.days.filter((d) => d <= last && !dates.has(d)).map(formatDay)).toEqual(gaps)
    },
  )
})

describe('other venues', () => {
  it('NXT follows the closures of KRX with hours of its own', () => {
    expect(shown('NXT', '2025-03-04')).toBe('2025-03-04T01:00:00Z 2025-03-04T06:20:00Z')
    expect(shown('NXT', '2025-03-05')).toBe('2025-03-05T00:00:30Z 2025-03-05T06:20:00Z')
    expect(shown('NXT', '2025-06-03')).toBe('no session')
    const [nxt, krx] = [calendarOf('NXT'), calendarOf('KRX')]
    expect(nxt.days).toEqual(krx.days.filter((d) => d >= day('2025-03-04')))
  })

  it('FX runs from Sunday 22:00Z to Friday 22:00Z, dated by the close', () => {
    expect(shown('FX', '2024-08-05')).toBe('2024-08-04T22:00:00Z 2024-08-05T22:00:00Z')
    expect(shown('FX', '2024-08-03')).toBe('no session')
    const clock = new SessionClock(calendarOf('FX'))
    expect(clock.isOpen(at('2024-08-04T21:59:59Z'))).toBe(false)
    expect(clock.isOpen(at('2024-08-04T22:00:00Z'))).toBe(true)
    expect(clock.isOpen(at('2024-08-06T22:00:00Z'))).toBe(true)
    expect(clock.isOpen(at('2024-08-09T21:59:59Z'))).toBe(true)
    expect(clock.isOpen(at('2024-08-09T22:00:00Z'))).toBe(false)
  })

  it('CRYPTO and GEN never close, and have civil days', () => {
    for (const venue of ['CRYPTO', 'GEN']) {
      expect(new SessionClock(calendarOf(venue)).isOpen(at('2024-12-25T03:00:00Z'))).toBe(true)
      expect(shown(venue, '2024-12-25')).toBe('2024-12-25T00:00:00Z 2024-12-26T00:00:00Z')
    }
  })

  it('assumes regular hours on weekdays outside the range and says so', () => {
    expect(shown('US', '1987-10-19')).toBe('1987-10-19T13:30:00Z 1987-10-19T20:00:00Z assumed')
    expect(shown('US', '1987-10-18')).toBe('no session')
    expect(shown('US', '2028-07-05')).toBe('2028-07-05T13:30:00Z 2028-07-05T20:00:00Z assumed')
    expect(shown('KRX', '1997-06-02')).toBe('1997-06-02T00:00:00Z 1997-06-02T06:00:00Z assumed')
    expect(shown('KRX', '2028-03-02')).toBe('2028-03-02T00:00:00Z 2028-03-02T06:30:00Z assumed')
  })

  it('local days change with the venue midnight, on days of a clock change too', () => {
    const clock = new SessionClock(calendarOf('US'))
    for (const [date, midnight] of [
      ['2025-03-09', '2025-03-09T05:00:00Z'],
      ['2025-03-10', '2025-03-10T04:00:00Z'],
      ['2025-11-02', '2025-11-02T04:00:00Z'],
      ['2025-11-03', '2025-11-03T05:00:00Z'],
    ] as const) {
      expect(clock.localDay(at(midnight) - 1)).toBe(day(date) - 1)
      expect(clock.localDay(at(midnight))).toBe(day(date))
    }
    expect(clock.covers(at('2027-12-31T20:00:00Z'))).toBe(true)
    expect(clock.covers(at('2028-01-01T06:00:00Z'))).toBe(false)
  })
})
