/** Stamps of every unit and style; zones are never guessed. */
import { describe, expect, it } from 'vitest'
import { formatMicros } from '../../../src/core/base/time.ts'
import { type DateFormat, StampField, type TimeUnit } from '../../../src/import/stamp-field.ts'

function read(text: string, unit: TimeUnit = 'iso', zone?: string, dateFormat: DateFormat = 'iso'): string {
  const field = new StampField({ unit, zone, dateFormat })
  const bytes = Buffer.from(`,${text},`)
  if (!field.read(bytes, 1, bytes.length - 1)) return field.problem
  return `${formatMicros(field.t)}${field.bareDate ? ' date' : ''} ${field.resolution}`
}

describe('StampField', () => {
  it.each([
    ['1381132830270', 'ms', '2013-10-07T08:00:30.270Z ms'],
    ['1381132830', 's', '2013-10-07T08:00:30Z s'],
    ['1381132830.27', 's', '2013-10-07T08:00:30.270Z ms'],
    ['1381132830.270001', 's', '2013-10-07T08:00:30.270001Z us'],
    ['1381132830270.5', 'ms', '2013-10-07T08:00:30.270500Z us'],
    ['1723161254087891268', 'ns', '2024-08-08T23:54:14.087891Z ns'],
    ['1723161254087891', 'us', '2024-08-08T23:54:14.087891Z us'],
  ] as const)('%s %s', (text, unit, expected) => {
    expect(read(text, unit)).toBe(expected)
  })

  it.each([
    ['2013-10-09T08:00:00Z', undefined, '2013-10-09T08:00:00Z s'],
    ['2013-10-09 17:00:00.123+09:00', undefined, '2013-10-09T08:00:00.123Z ms'],
    ['2024-07-01 11:17:00', 'UTC', '2024-07-01T11:17:00Z s'],
    ['1998-01-02T09:00', 'America/New_York', '1998-01-02T14:00:00Z s'],
    ['2024-07-01T09:30', 'America/New_York', '2024-07-01T13:30:00Z s'],
    ['2024-07-01T09:30Z', 'America/New_York', '2024-07-01T09:30:00Z s'],
    ['2024-08-05T00:00', 'Asia/Kathmandu', '2024-08-04T18:15:00Z s'],
    ['2021-04-21', undefined, '2021-04-21T00:00:00Z date s'],
  ])('%s in %s', (text, zone, expected) => {
    expect(read(text, 'iso', zone)).toBe(expected)
  })

  it('crosses a change of the clock between two rows of one file', () => {
    const field = new StampField({ unit: 'iso', zone: 'America/New_York', dateFormat: 'iso' })
    const times = ['2025-11-01T20:00', '2025-11-02T20:00', '2025-11-01T20:00'].map((text) => {
      const bytes = Buffer.from(text)
      expect(field.read(bytes, 0, bytes.length)).toBe(true)
      return formatMicros(field.t)
    })
    expect(times).toEqual(['2025-11-02T00:00:00Z', '2025-11-03T01:00:00Z', '2025-11-02T00:00:00Z'])
  })

  it.each([
    ['03/08/2024', 'mdy', '2024-03-08T00:00:00Z date s'],
    ['3.8.2024', 'dmy', '2024-08-03T00:00:00Z date s'],
    ['20240308', 'ymd', '2024-03-08T00:00:00Z date s'],
    ['01/03/17', 'mdy2', '2017-01-03T00:00:00Z date s'],
    ['01/03/70', 'dmy2', '1970-03-01T00:00:00Z date s'],
    ['01/03/17', 'mdy', 'is not a date or an ISO stamp'],
    ['13/31/2024', 'mdy', 'is not a date or an ISO stamp'],
  ] as const)('%s as %s', (text, format, expected) => {
    expect(read(text, 'iso', undefined, format)).toBe(expected)
  })

  it.each([
    ['2024-02-30', 'iso', 'is not a date or an ISO stamp'],
    ['2024-01-01T24:00Z', 'iso', 'is not a date or an ISO stamp'],
    ['', 'iso', 'is empty'],
    ['12a', 's', 'is not a count of s'],
    ['-5', 's', 'is not a count of s'],
    ['1381132830270', 's', 'lies outside the years 1900 to 2199; is --time-unit right?'],
    ['2024-07-01 11:17:00', 'iso', 'has no zone'],
  ] as const)('%s (%s) is refused', (text, unit, problem) => {
    expect(read(text, unit)).toBe(problem)
  })
})
