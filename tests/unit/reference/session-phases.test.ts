/**
 * What venues do when, on common and on short days, in local time. Hours as published by the exchanges; each test names
 * where they were read. Phases are shown as letters: A auction, C continuous, - closed.
 */
import { describe, expect, it } from 'vitest'
import { DAY, type EpochDay, formatDay, formatMicros, MINUTE, parseDay } from '../../../src/core/base/time.ts'
import { SessionClock } from '../../../src/core/domain/calendar.ts'
import { calendarOf, otherSessions, sessionTimes } from '../../../src/reference/calendars.ts'
import { venueNames } from '../../../src/reference/venues.ts'

const day = (text: string): EpochDay => parseDay(text) ?? Number.NaN
const LETTER = { auction: 'A', continuous: 'C', closed: '-' } as const

/** UTC offset of the venue at an instant, from its calendar. */
function offsetAt(venue: string, t: number): number {
  const { offsetFrom, offsets } = calendarOf(venue)
  return offsets[offsetFrom.findLastIndex((from) => from <= t)] as number
}

function local(venue: string, t: number): string {
  const text = formatMicros(t + offsetAt(venue, t)).slice(11, -1)
  return text.endsWith(':00') ? text.slice(0, 5) : text
}

/** "A08:30 C09:00 A15:20 -15:30" of a local day; the empty text where nothing changes on it. */
function phases(venue: string, date: string): string {
  const { phaseFrom, phases: names } = calendarOf(venue)
  const rows: string[] = []
  for (let i = 0; i < phaseFrom.length; i++) {
    const t = phaseFrom[i] as number
    if (Math.floor((t + offsetAt(venue, t)) / DAY) === day(date)) {
      rows.push(`${LETTER[names[i] as 'closed']}${local(venue, t)}`)
    }
  }
  return rows.join(' ')
}

function others(venue: string, date: string): string[] {
  return otherSessions(venue, day(date)).map((s) => `${s.name} ${local(venue, s.open)}-${local(venue, s.close)}`)
}

describe('phases', () => {
  const dated = venueNames().filter((venue) => !calendarOf(venue).always)

  it.each(dated)('of %s rise; every session opens into continuous trading and is over at its close', (venue) => {
    const c = calendarOf(venue)
    const clock = new SessionClock(c)
    expect(c.phases.length).toBe(c.phaseFrom.length)
    expect(c.phases.length).toBeGreaterThan(c.days.length)
    for (let i = 1; i < c.phaseFrom.length; i++) {
      if ((c.phaseFrom[i] as number) <= (c.phaseFrom[i - 1] as number)) expect.fail(`${venue} row ${i}`)
    }
    for (let i = 0; i < c.days.length; i++) {
      const [open, close] = [c.opens[i] as number, c.closes[i] as number]
      const next = c.opens[i + 1]
      const right =
        clock.phaseAt(open) === 'continuous' &&
        clock.phaseAt(close - 1) !== 'closed' &&
        (next === close || clock.phaseAt(close) === 'closed')
      if (!right) expect.fail(`${venue} ${formatDay(c.days[i] as number)}`)
    }
  })

  it('an auction before the open is followed by continuous trading, one at the end by none', () => {
    const c = calendarOf('KRX')
    for (let i = 0; i + 1 < c.phases.length; i++) {
      if (c.phases[i] !== 'auction') continue
      const opening = c.opens.includes(c.phaseFrom[i + 1] as number)
      expect(c.phases[i + 1]).toBe(opening ? 'continuous' : 'closed')
    }
  })
})

describe('KRX', () => {
  it('half an hour more since 2016-08-01, orders from 08:30 since 2019-04-29 (press of both days)', () => {
    expect(phases('KRX', '2016-07-29')).toBe('A08:00 C09:00 A14:50 -15:00')
    expect(phases('KRX', '2016-08-01')).toBe('A08:00 C09:00 A15:20 -15:30')
    expect(phases('KRX', '2019-04-26')).toBe('A08:00 C09:00 A15:20 -15:30')
    expect(phases('KRX', '2019-04-29')).toBe('A08:30 C09:00 A15:20 -15:30')
  })

  it('examination day 10:00-16:30 and the first session of the year from 10:00 (Newsis 2018-11-14, Ajunews 2025-10-30)', () => {
    expect(phases('KRX', '2018-11-15')).toBe('A09:00 C10:00 A16:20 -16:30')
    expect(phases('KRX', '2025-11-13')).toBe('A09:30 C10:00 A16:20 -16:30')
    expect(phases('KRX', '2026-01-02')).toBe('A09:30 C10:00 A15:20 -15:30')
    expect(others('KRX', '2025-11-13')).toEqual([
      'pre_close_price 09:30-09:40',
      'post_close_price 16:40-17:00',
      'single_price 17:00-18:00',
    ])
  })

  it('2021 has no hours but the usual, the first session late, and examination day an hour later', () => {
    const c = calendarOf('KRX')
    const special: string[] = []
    for (let i = 0; i < c.days.length; i++) {
      const date = formatDay(c.days[i] as number)
      if (!date.startsWith('2021')) continue
      const hours = `${local('KRX', c.opens[i] as number)}-${local('KRX', c.closes[i] as number)}`
      if (hours !== '09:00-15:30') special.push(`${date} ${hours}`)
    }
    expect(special).toEqual(['2021-01-04 10:00-15:30', '2021-11-18 10:00-16:30'])
  })

  it('the after-market takes the place of the single-price session on 2026-09-14', () => {
    const usual = ['pre_close_price 08:30-08:40', 'post_close_price 15:40-16:00']
    expect(others('KRX', '2026-09-11')).toEqual([...usual, 'single_price 16:00-18:00'])
    expect(others('KRX', '2026-09-14')).toEqual([...usual, 'after_market 16:00-20:00'])
    expect(others('KRX', '2026-09-13')).toEqual([])
  })

  it('matches nothing continuously from 15:20 on, and its session lasts to 15:30', () => {
    const clock = new SessionClock(calendarOf('KRX'))
    const { open, close } = sessionTimes('KRX', day('2025-06-02')) ?? { open: 0, close: 0 }
    expect(local('KRX', close)).toBe('15:30')
    expect(clock.isOpen(close - 10 * MINUTE - 1)).toBe(true)
    expect(clock.isOpen(close - 10 * MINUTE)).toBe(false)
    expect(clock.phaseAt(close - 1)).toBe('auction')
    expect(clock.phaseEnd(close - 1)).toBe(close)
    expect(clock.phaseAt(open - 1)).toBe('auction')
    expect(clock.closeAfter(close - 1)).toBe(close)
  })
})

describe('NXT', () => {
  it('pre, main and after; none before the open on examination day and the first session (Herald 2025-11-13)', () => {
    expect(phases('NXT', '2025-06-02')).toBe('C09:00:30 -15:20')
    expect(others('NXT', '2025-06-02')).toEqual(['pre 08:00-08:50', 'after 15:30-20:00'])
    expect(phases('NXT', '2025-11-13')).toBe('C10:00:30 -16:20')
    expect(others('NXT', '2025-11-13')).toEqual(['after 16:30-20:00'])
    expect(others('NXT', '2026-01-02')).toEqual(['after 15:30-20:00'])
  })
})

describe('US', () => {
  it('opening cross at 09:30, early closes at 13:00, late trading moves with them (NYSE, Holidays and Trading Hours)', () => {
    expect(phases('US', '2024-11-27')).toBe('A09:28 C09:30 -16:00')
    expect(phases('US', '2024-11-29')).toBe('A09:28 C09:30 -13:00')
    expect(phases('US', '2024-07-03')).toBe('A09:28 C09:30 -13:00')
    expect(others('US', '2024-11-27')).toEqual(['pre 04:00-09:30', 'after 16:00-20:00'])
    expect(others('US', '2024-11-29')).toEqual(['pre 04:00-09:30', 'after 13:00-17:00'])
  })

  it('the same wall clock on both sides of both clock changes of 2025', () => {
    for (const date of ['2025-03-07', '2025-03-10', '2025-10-31', '2025-11-03']) {
      expect(phases('US', date), date).toBe('A09:28 C09:30 -16:00')
    }
    const utc = ['2025-03-07', '2025-03-10', '2025-10-31', '2025-11-03'].map((date) =>
      formatMicros(sessionTimes('US', day(date))?.open ?? 0).slice(11, 16),
    )
    expect(utc).toEqual(['14:30', '13:30', '13:30', '14:30'])
  })
})

describe('Tokyo', () => {
  it('closes at 15:30 with an auction from 15:25 since 2024-11-05 (JPX, strengthening the cash market)', () => {
    expect(phases('TSE', '2024-11-01')).toBe('A08:00 C09:00 -11:30 A12:05 C12:30 -15:00')
    expect(phases('TSE', '2024-11-05')).toBe('A08:00 C09:00 -11:30 A12:05 C12:30 A15:25 -15:30')
    expect(phases('TSE', '2020-10-01')).toBe('')
  })
})

describe('Hong Kong', () => {
  it('closing auction since 2016-07-25, half days end at noon with it (HKEX, Closing Auction Session)', () => {
    expect(phases('HK', '2016-07-22')).toBe('A09:00 C09:30 -12:00 C13:00 -16:00')
    expect(phases('HK', '2016-07-25')).toBe('A09:00 C09:30 -12:00 C13:00 A16:00 -16:10')
    expect(phases('HK', '2015-12-24')).toBe('A09:00 C09:30 -12:00')
    expect(phases('HK', '2024-12-24')).toBe('A09:00 C09:30 A12:00 -12:10')
  })
})

describe('mainland China', () => {
  it('closing auction from 14:57: Shenzhen always here, Shanghai since 2018-08-20 (Trading Rules)', () => {
    expect(phases('SSE', '2018-08-17')).toBe('A09:15 C09:30 -11:30 C13:00 -15:00')
    expect(phases('SSE', '2018-08-20')).toBe('A09:15 C09:30 -11:30 C13:00 A14:57 -15:00')
    expect(phases('SZSE', '2018-08-17')).toBe('A09:15 C09:30 -11:30 C13:00 A14:57 -15:00')
    expect(others('SSE', '2019-07-19')).toEqual([])
    expect(others('SSE', '2019-07-22')).toEqual(['close_price 15:05-15:30'])
    expect(otherSessions('SZSE', day('2020-08-24'))[0]?.trading).toBe('close_price')
  })
})

describe('Europe', () => {
  it('London: auction at noon since 2016-03-21, not on half days (Service Announcement 001/05022016)', () => {
    expect(phases('LSE', '2016-03-18')).toBe('A07:50 C08:00 A16:30 -16:35')
    expect(phases('LSE', '2016-03-21')).toBe('A07:50 C08:00 A12:00 C12:02 A16:30 -16:35')
    expect(phases('LSE', '2024-12-24')).toBe('A07:50 C08:00 A12:30 -12:35')
    expect(phases('LSE', '2015-12-24')).toBe('A07:50 C08:00 A12:30 -12:35')
  })

  it('Frankfurt and Paris: last trading day, Christmas Eve (exchange calendars of 2024)', () => {
    expect(phases('XETRA', '2024-06-03')).toBe('A08:50 C09:00 A13:00 C13:02 A17:30 -17:35')
    expect(phases('XETRA', '2024-12-30')).toBe('A08:50 C09:00 A13:00 C13:02 A14:00 -14:05')
    expect(phases('EURONEXT', '2024-06-03')).toBe('A07:15 C09:00 A17:30 -17:35')
    expect(phases('EURONEXT', '2024-12-24')).toBe('A07:15 C09:00 A14:05 -14:10')
  })

  it('the same wall clock on both sides of both clock changes of 2025', () => {
    for (const date of ['2025-03-28', '2025-03-31', '2025-10-24', '2025-10-27']) {
      expect(phases('XETRA', date), date).toBe('A08:50 C09:00 A13:00 C13:02 A17:30 -17:35')
      expect(phases('LSE', date), date).toBe('A07:50 C08:00 A12:00 C12:02 A16:30 -16:35')
    }
    const utc = ['2025-03-28', '2025-03-31'].map((date) => formatMicros(sessionTimes('LSE', day(date))?.open ?? 0))
    expect(utc).toEqual(['2025-03-28T08:00:00Z', '2025-03-31T07:00:00Z'])
  })
})
