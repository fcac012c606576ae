/**
 * Closures of the venues against rules written anew from the exchanges' and governments' texts, and against dates that
 * were in the news. The calendars were generated from a package; nothing here comes from it.
 */
import { describe, expect, it } from 'vitest'
import { DAY, type EpochDay, epochDay, formatDay, parseDay, weekday } from '../../../src/core/base/time.ts'
import { calendarOf, sessionTimes } from '../../../src/reference/calendars.ts'

const day = (text: string): EpochDay => parseDay(text) ?? Number.NaN
const YEARS = Array.from({ length: 13 }, (_, i) => 2015 + i)

/** Weekdays of the calendar's range without a session. */
function closures(venue: string): string[] {
  const c = calendarOf(venue)
  const sessions = new Set(c.days)
  const out: string[] = []
  for (let d = c.firstDay; d <= c.lastDay; d++) {
    if (weekday(d) % 6 !== 0 && !sessions.has(d)) out.push(formatDay(d))
  }
  return out
}

/** Easter Sunday by Gauss's rule as completed by Lichtenberg. */
function easter(year: number): EpochDay {
  const k = Math.floor(year / 100)
  const m = 15 + Math.floor((3 * k + 3) / 4) - Math.floor((8 * k + 13) / 25)
  const a = year % 19
  const d = (19 * a + m) % 30
  const r = Math.floor((d + Math.floor(a / 11)) / 29)
  const og = 21 + d - r
  const sz = 7 - ((year + Math.floor(year / 4) + 2 - Math.floor((3 * k + 3) / 4)) % 7)
  return epochDay(year, 3, 1) + og + 6 - ((og - sz) % 7)
}

function mondays(year: number, month: number): EpochDay[] {
  const out: EpochDay[] = []
  for (let d = epochDay(year, month, 1); d < epochDay(year, month, 1) + 31; d++) {
    if (weekday(d) === 1 && formatDay(d).slice(5, 7) === String(month).padStart(2, '0')) out.push(d)
  }
  return out
}

const workdays = (days: readonly EpochDay[]): string[] =>
  [...new Set(days)]
    .filter((d) => weekday(d) % 6 !== 0)
    .sort((a, b) => a - b)
    .map(formatDay)

describe('the Easter of these tests', () => {
  it('is right in years everybody remembers', () => {
    expect([2015, 2019, 2024, 2025, 2026].map((y) => formatDay(easter(y)))).toEqual([
      '2015-04-05',
      '2019-04-21',
      '2024-03-31',
      '2025-04-20',
      '2026-04-05',
    ])
  })
})

describe('Euronext and Xetra', () => {
  const common = (y: number): EpochDay[] => [
    epochDay(y, 1, 1),
    easter(y) - 2,
    easter(y) + 1,
    epochDay(y, 5, 1),
    epochDay(y, 12, 25),
    epochDay(y, 12, 26),
  ]

  it('Euronext closes on the six days of its calendar', () => {
    expect(closures('EURONEXT')).toEqual(workdays(YEARS.flatMap(common)))
  })

  it('Xetra besides on 24 and 31 December, Whit Monday up to 2021, Unity Day up to 2019, Reformation Day in 2017', () => {
    const more = (y: number): EpochDay[] => [
      ...common(y),
      epochDay(y, 12, 24),
      epochDay(y, 12, 31),
      ...(y <= 2021 ? [easter(y) + 50] : []),
      ...(y <= 2019 ? [epochDay(y, 10, 3)] : []),
    ]
    expect(closures('XETRA')).toEqual(workdays([...YEARS.flatMap(more), day('2017-10-31')]))
  })

  it('short days: Euronext on both eves, Xetra on its last day of the year', () => {
    const shortDays = (venue: string): string[] => {
      const c = calendarOf(venue)
      const usual = 17 * 60 + 35
      return c.days
        .filter((d) => {
          const { close } = sessionTimes(venue, d) ?? { close: 0 }
          const { offsetFrom, offsets } = c
          const offset = offsets[offsetFrom.findLastIndex((from) => from <= close)] as number
          return (close + offset - d * DAY) / 60_000_000 < usual
        })
        .map(formatDay)
    }
    const eves = YEARS.flatMap((y) => [epochDay(y, 12, 24), epochDay(y, 12, 31)])
    expect(shortDays('EURONEXT')).toEqual(workdays(eves))
    const c = calendarOf('XETRA')
    const last = YEARS.map((y) => c.days.findLast((d) => d < epochDay(y + 1, 1, 1)) as EpochDay)
    expect(shortDays('XETRA')).toEqual(last.map(formatDay))
  })
})

describe('London', () => {
  /** Bank holidays of England: a fixed day on a weekend is kept on the next weekday that is free. */
  function bankHolidays(y: number): EpochDay[] {
    const fixed: EpochDay[] = []
    for (const start of [epochDay(y, 1, 1), epochDay(y, 12, 25), epochDay(y, 12, 26)]) {
      let d = start
      while (weekday(d) % 6 === 0 || fixed.includes(d)) d++
      fixed.push(d)
    }
    const may = mondays(y, 5)
    // 2020: moved to the day of victory in Europe; 2022: late May moved for the jubilee.
    const early = y === 2020 ? day('2020-05-08') : (may[0] as EpochDay)
    const late = y === 2022 ? day('2022-06-02') : (may.at(-1) as EpochDay)
    return [...fixed, easter(y) - 2, easter(y) + 1, early, late, mondays(y, 8).at(-1) as EpochDay]
  }

  it('closes on the bank holidays of England and on three royal days', () => {
    const royal = ['2022-06-03', '2022-09-19', '2023-05-08'].map(day)
    expect(closures('LSE')).toEqual(workdays([...YEARS.flatMap(bankHolidays), ...royal]))
  })

  it('closes early on the last trading day before Christmas and before New Year', () => {
    const c = calendarOf('LSE')
    for (const y of YEARS) {
      for (const eve of [epochDay(y, 12, 25), epochDay(y, 12, 32)]) {
        const i = c.days.findLastIndex((d) => d < eve)
        const minutes = ((c.closes[i] as number) - (c.days[i] as number) * DAY) / 60_000_000
        expect(minutes, formatDay(c.days[i] as number)).toBe(12 * 60 + 35)
      }
    }
  })
})

describe('Tokyo', () => {
  /** Act on National Holidays; equinoxes as announced; 2019 to 2021 by the acts for the succession and the Olympics. */
  function nationalHolidays(y: number): EpochDay[] {
    const equinox = (month: number, base: number): EpochDay =>
      epochDay(y, month, Math.floor(base + 0.242194 * (y - 1980)) - Math.floor((y - 1980) / 4))
    const days = [
      epochDay(y, 1, 1),
      mondays(y, 1)[1] as EpochDay,
      epochDay(y, 2, 11),
      equinox(3, 20.8431),
      epochDay(y, 4, 29),
      epochDay(y, 5, 3),
      epochDay(y, 5, 4),
      epochDay(y, 5, 5),
      mondays(y, 9)[2] as EpochDay,
      equinox(9, 23.2488),
      epochDay(y, 11, 3),
      epochDay(y, 11, 23),
      ...(y <= 2018 ? [epochDay(y, 12, 23)] : []),
      ...(y >= 2020 ? [epochDay(y, 2, 23)] : []),
      ...(y === 2020 || y === 2021 ? [] : [mondays(y, 7)[2] as EpochDay, mondays(y, 10)[1] as EpochDay]),
      ...(y >= 2016 && y !== 2020 && y !== 2021 ? [epochDay(y, 8, 11)] : []),
      ...(y === 2019 ? ['2019-04-30', '2019-05-01', '2019-05-02', '2019-10-22'].map(day) : []),
      ...(y === 2020 ? ['2020-07-23', '2020-07-24', '2020-08-10'].map(day) : []),
      ...(y === 2021 ? ['2021-07-22', '2021-07-23', '2021-08-08'].map(day) : []),
    ].sort((a, b) => a - b)
    for (const d of [...days]) {
      if (weekday(d) !== 0) continue
      let free = d + 1
      while (days.includes(free)) free++
      days.push(free)
    }
    // A weekday between two holidays is one too.
    for (const d of [...days])
      if (days.includes(d + 2) && !days.includes(d + 1) && weekday(d + 1) !== 0) days.push(d + 1)
    return days
  }

  it('closes on national holidays, from 31 December to 3 January, and on 2020-10-01', () => {
    const newYear = (y: number): EpochDay[] => [epochDay(y, 1, 2), epochDay(y, 1, 3), epochDay(y, 12, 31)]
    const all = YEARS.flatMap((y) => [...nationalHolidays(y), ...newYear(y)])
    expect(closures('TSE')).toEqual(workdays([...all, day('2020-10-01')]))
  })
})

describe('Hong Kong', () => {
  it.each([
    ['2015-09-03', 'seventy years since the war'],
    ['2016-08-02', 'typhoon Nida'],
    ['2016-10-21', 'typhoon Haima'],
    ['2017-08-23', 'typhoon Hato'],
    ['2020-10-13', 'typhoon Nangka'],
    ['2021-10-13', 'typhoon Kompasu'],
    ['2023-07-17', 'typhoon Talim (forexlive 2023-07-17)'],
    ['2023-09-01', 'typhoon Saola (HKEX and SCMP 2023-09-01)'],
    ['2023-09-08', 'black rainstorm (SCMP 2023-09-08)'],
    ['2024-09-06', 'typhoon Yagi'],
    ['2025-01-29', 'Lunar New Year'],
    ['2025-10-29', 'Double Ninth'],
  ])('was closed on %s: %s', (date) => expect(sessionTimes('HK', day(date))).toBeUndefined())

  it('trades through typhoons since 2024-09-23: 2024-11-14 (Toraji) and 2025-09-24 (Ragasa) are sessions', () => {
    expect(sessionTimes('HK', day('2024-11-14'))?.known).toBe(true)
    expect(sessionTimes('HK', day('2025-09-24'))?.known).toBe(true)
  })

  it('half days are the eves of Christmas, New Year and Lunar New Year where they are weekdays, and no others', () => {
    // First days of the lunar years 2015 to 2027, Hong Kong Observatory.
    const lunar = [
      ...['2015-02-19', '2016-02-08', '2017-01-28', '2018-02-16', '2019-02-05', '2020-01-25', '2021-02-12'],
      ...['2022-02-01', '2023-01-22', '2024-02-10', '2025-01-29', '2026-02-17', '2027-02-06'],
    ].map(day)
    const eves = [...YEARS.flatMap((y) => [epochDay(y, 12, 24), epochDay(y, 12, 31)]), ...lunar.map((d) => d - 1)]
    const c = calendarOf('HK')
    const half: string[] = []
    for (let i = 0; i < c.days.length; i++) {
      if ((c.closes[i] as number) - (c.days[i] as number) * DAY < 5 * 3_600_000_000)
        half.push(formatDay(c.days[i] as number))
    }
    expect(half).toEqual(workdays(eves))
  })
})

describe('mainland China', () => {
  it.each(['SSE', 'SZSE'])('%s: holidays of 2024 and 2025 as the State Council announced them', (venue) => {
    const of = (year: string): string[] => closures(venue).filter((date) => date.startsWith(year))
    const span = (from: string, to: string): EpochDay[] =>
      Array.from({ length: day(to) - day(from) + 1 }, (_, i) => day(from) + i)
    expect(of('2024')).toEqual(
      workdays([
        ...span('2024-01-01', '2024-01-01'),
        ...span('2024-02-09', '2024-02-17'),
        ...span('2024-04-04', '2024-04-06'),
        ...span('2024-05-01', '2024-05-05'),
        ...span('2024-06-10', '2024-06-10'),
        ...span('2024-09-15', '2024-09-17'),
        ...span('2024-10-01', '2024-10-07'),
      ]),
    )
    expect(of('2025')).toEqual(
      workdays([
        ...span('2025-01-01', '2025-01-01'),
        ...span('2025-01-28', '2025-02-04'),
        ...span('2025-04-04', '2025-04-06'),
        ...span('2025-05-01', '2025-05-05'),
        ...span('2025-05-31', '2025-06-02'),
        ...span('2025-10-01', '2025-10-08'),
      ]),
    )
  })

  it('says nothing of 2027: closed for opening, hours assumed', () => {
    expect(formatDay(calendarOf('SSE').lastDay)).toBe('2026-12-31')
    expect(sessionTimes('SSE', day('2027-02-08'))?.known).toBe(false)
  })
})

describe('Korea', () => {
  // Days of the lunar calendar (Korea Astronomy and Space Science Institute) and substitutes of each year.
  it.each([
    ['Seollal 2017', ['2017-01-27', '2017-01-30']],
    ['Seollal 2020', ['2020-01-24', '2020-01-27']],
    ['Seollal 2023', ['2023-01-23', '2023-01-24']],
    ['Seollal 2024', ['2024-02-09', '2024-02-12']],
    ['Seollal 2025', ['2025-01-27', '2025-01-28', '2025-01-29', '2025-01-30']],
    ['Seollal 2026', ['2026-02-16', '2026-02-17', '2026-02-18']],
    ['Chuseok 2017', ['2017-10-02', '2017-10-03', '2017-10-04', '2017-10-05', '2017-10-06', '2017-10-09']],
    ['Chuseok 2020', ['2020-09-30', '2020-10-01', '2020-10-02']],
    ['Chuseok 2023', ['2023-09-28', '2023-09-29', '2023-10-02', '2023-10-03']],
    ['Chuseok 2024', ['2024-09-16', '2024-09-17', '2024-09-18']],
    ['Chuseok 2025', ['2025-10-03', '2025-10-06', '2025-10-07', '2025-10-08', '2025-10-09']],
    ['Chuseok 2026', ['2026-09-24', '2026-09-25']],
  ] as const)('%s', (_name, dates) => {
    const [first, last] = [day(dates[0]) - 3, day(dates.at(-1) as string) + 3]
    const closed = closures('KRX').filter((date) => day(date) >= first && day(date) <= last)
    expect(closed).toEqual(dates)
    expect(closures('NXT').filter((date) => day(date) >= first && day(date) <= last)).toEqual(
      first >= day('2025-03-04') ? dates : [],
    )
  })
})
