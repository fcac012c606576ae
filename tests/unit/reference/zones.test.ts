import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Failure } from '../../../src/cli/failure.ts'
import { DAY, HOUR, MINUTE, type Micros, parseStamp } from '../../../src/core/base/time.ts'
import { localClock, localToUtc, tableOffset, zoneTable } from '../../../src/reference/zones.ts'

const at = (text: string): Micros => parseStamp(text)?.t ?? Number.NaN
const table = (zone: string) => {
  const found = zoneTable(zone)
  if (found === undefined) throw new Error(`no table for ${zone}`)
  return found
}

/** The wall clock the runtime shows for an instant, as microseconds "as if UTC": the oracle of this file. */
function wallClock(zone: string): (t: Micros) => Micros {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' })
  return (t) => at(format.format(t / 1000))
}

const EUROPE = ['Europe/London', 'Europe/Paris', 'Europe/Berlin']
const ZONES = ['America/New_York', ...EUROPE, 'Asia/Seoul', 'Asia/Tokyo', 'Asia/Hong_Kong', 'Asia/Shanghai', 'UTC']

describe('tables of known zones', () => {
  it('New York agrees with the zone data for every hour around each change, 1976 to 2037', () => {
    const ny = table('America/New_York')
    const shown = wallClock('America/New_York')
    let changes = 0
    for (const from of ny.from.slice(1)) {
      if (from >= at('2037-12-31 00:00')) break
      changes++
      for (let t = from - 30 * HOUR; t <= from + 30 * HOUR; t += HOUR) {
        expect(t + tableOffset(ny, t), `${t}`).toBe(shown(t))
        expect(t - 1_000_000 + tableOffset(ny, t - 1_000_000), `${t} - 1 s`).toBe(shown(t - 1_000_000))
      }
    }
    expect(changes).toBe(124)
  })

  it.each(ZONES)('%s agrees with the zone data every third day, 1993 (Europe 1996) to 2037', (zone) => {
    const zoneOffsets = table(zone)
    const shown = wallClock(zone)
    const start = Math.max(at('1993-01-01 05:00'), zoneOffsets.from[0] as Micros)
    for (let t = start; t < at('2037-12-31 00:00'); t += 3 * DAY) {
      if (t + tableOffset(zoneOffsets, t) !== shown(t)) expect.fail(`${zone} differs at ${t}`)
    }
  })
})

describe('minute by minute, 2015 to 2027', () => {
  const [first, last] = [at('2015-01-01 00:00'), at('2028-01-01 00:00')]

  it.each(['America/New_York', ...EUROPE])('%s around each of its 26 clock changes, both ways', (zone) => {
    const zoneOffsets = table(zone)
    const shown = wallClock(zone)
    const changes = zoneOffsets.from.filter((t) => t >= first && t < last)
    expect(changes.length).toBe(26)
    for (const change of changes) {
      for (let t = change - 90 * MINUTE; t < change + 150 * MINUTE; t += MINUTE) {
        const local = shown(t)
        if (t + tableOffset(zoneOffsets, t) !== local) expect.fail(`${zone}: offset at ${t}`)
        // The reading names t, or the hour before it when the clock shows it for the second time.
        const named = shown(t - HOUR) === local ? t - HOUR : t
        if (localToUtc(local, zone) !== named) expect.fail(`${zone}: reading ${local}`)
      }
    }
  })

  it.each(ZONES)('%s every seven hours, both ways', (zone) => {
    const zoneOffsets = table(zone)
    const shown = wallClock(zone)
    for (let t = first; t < last; t += 7 * HOUR) {
      const local = shown(t)
      if (t + tableOffset(zoneOffsets, t) !== local) expect.fail(`${zone}: offset at ${t}`)
      if (localToUtc(local, zone) !== t && shown(t - HOUR) !== local) expect.fail(`${zone}: reading ${local}`)
    }
  })
})

describe('localToUtc', () => {
  it('takes the first occurrence of an hour that occurs twice', () => {
    expect(localToUtc(at('2025-11-02 01:30'), 'America/New_York')).toBe(at('2025-11-02 05:30'))
    expect(localToUtc(at('2025-11-02 02:00'), 'America/New_York')).toBe(at('2025-11-02 07:00'))
    expect(localToUtc(at('2025-10-26 02:30'), 'Europe/Berlin')).toBe(at('2025-10-26 00:30'))
    expect(localToUtc(at('2025-10-26 03:00'), 'Europe/Berlin')).toBe(at('2025-10-26 02:00'))
  })

  it('moves a skipped reading forward by the gap', () => {
    expect(localToUtc(at('2025-03-09 02:30'), 'America/New_York')).toBe(at('2025-03-09 07:30'))
    expect(localToUtc(at('2025-03-30 02:30'), 'Europe/Berlin')).toBe(at('2025-03-30 01:30'))
    expect(localToUtc(at('2025-10-05 02:15'), 'Australia/Lord_Howe')).toBe(at('2025-10-04 15:45'))
  })

  it('keeps microseconds and half-hour offsets', () => {
    expect(localToUtc(at('2024-06-03 09:15:00.000001'), 'Asia/Kolkata')).toBe(at('2024-06-03 03:45:00.000001'))
  })

  it('reads zones before their table through the zone data', () => {
    expect(localToUtc(at('1988-07-01 09:00'), 'Asia/Seoul')).toBe(at('1988-06-30 23:00'))
    expect(localToUtc(at('1974-01-15 12:00'), 'America/New_York')).toBe(at('1974-01-15 16:00'))
  })

  it('returns an instant that reads back, in any zone, and the first one of two', () => {
    const zones = [
      'America/New_York',
      'US/Pacific',
      'Europe/London',
      'Asia/Seoul',
      'Australia/Sydney',
      'America/Sao_Paulo',
    ]
    const minute = fc.integer({ min: at('1995-01-01 00:00') / MINUTE, max: at('2036-12-31 00:00') / MINUTE })
    const near = fc.tuple(
      fc.constantFrom(...table('America/New_York').from.slice(40, 120)),
      fc.integer({ min: -400, max: 400 }),
    )
    const readings = fc.oneof(
      minute,
      near.map(([t, shift]) => t / MINUTE + shift - 300),
    )
    fc.assert(
      fc.property(fc.constantFrom(...zones), readings, (zone, reading) => {
        const shown = wallClock(zone)
        const local = reading * MINUTE
        const t = localToUtc(local, zone)
        const read = shown(t)
        if (read === local) expect(shown(t - HOUR)).not.toBe(local)
        else expect(read - local).toBe(HOUR)
      }),
      { seed: 20261124, numRuns: 400 },
    )
  })

  it('with a memory gives the same answers, whatever the order of the questions', () => {
    const reading = fc.integer({ min: at('1970-01-01 00:00') / MINUTE, max: at('2055-12-31 00:00') / MINUTE })
    const near = fc
      .tuple(fc.constantFrom(...table('America/New_York').from), fc.integer({ min: -5000, max: 5000 }))
      .map(([t, shift]) => t / MINUTE + shift)
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES, 'Asia/Kolkata'),
        fc.array(fc.oneof(reading, near), { minLength: 20, maxLength: 40 }),
        (zone, readings) => {
          const clock = localClock(zone)
          for (const r of readings) expect(clock(r * MINUTE)).toBe(localToUtc(r * MINUTE, zone))
        },
      ),
      { seed: 20261125, numRuns: 100 },
    )
  })

  it('names an unknown zone', () => {
    expect(() => localToUtc(0, 'Mars/Olympus')).toThrow(Failure)
    expect(() => localToUtc(0, 'Mars/Olympus')).toThrow(/Mars\/Olympus/)
  })
})
