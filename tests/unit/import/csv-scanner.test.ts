/** The scanner gives the same records however the bytes are cut, and reads what RFC 4180 allows. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Failure } from '../../../src/cli/failure.ts'
import { CsvScanner } from '../../../src/import/csv-scanner.ts'

interface Seen {
  readonly line: number
  readonly fields: string[]
  readonly damage: string
}

function scan(bytes: Buffer, cuts: readonly number[] = []): Seen[] {
  const seen: Seen[] = []
  const scanner = new CsvScanner('x.csv', (record) => {
    seen.push({ line: record.line, fields: record.texts(), damage: record.damage })
  })
  const places = [0, ...cuts.map((c) => c % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  for (let i = 1; i < places.length; i++) scanner.push(Buffer.from(bytes.subarray(places[i - 1], places[i])))
  scanner.end()
  return seen
}

const read = (text: string): string[][] => scan(Buffer.from(text)).map((r) => r.fields)

describe('CsvScanner', () => {
  it('reads lines with LF, CRLF and without an end', () => {
    expect(read('a,b\n1,2\n')).toEqual([
      ['a', 'b'],
      ['1', '2'],
    ])
    expect(read('a,b\r\n1,\r\n')).toEqual([
      ['a', 'b'],
      ['1', ''],
    ])
    expect(read('a,b\n1,2')).toEqual([
      ['a', 'b'],
      ['1', '2'],
    ])
    expect(read('a')).toEqual([['a']])
    expect(read('')).toEqual([])
  })

  it('drops a byte order mark, also in a file of three bytes', () => {
    expect(read('\ufeffa,b\n')).toEqual([['a', 'b']])
    expect(read('\ufeff')).toEqual([])
  })

  it('counts empty lines as lines, not as records', () => {
    expect(scan(Buffer.from('a\n\n\r\nb\n')).map((r) => [r.line, r.fields])).toEqual([
      [1, ['a']],
      [4, ['b']],
    ])
  })

  it('reads quotes, doubled quotes, commas and line breaks inside them, and keeps counting lines', () => {
    expect(scan(Buffer.from('"a ""x""",b\n"1,\n2","3"\r\n4,5\n')).map((r) => [r.line, r.fields])).toEqual([
      [1, ['a "x"', 'b']],
      [2, ['1,\n2', '3']],
      [4, ['4', '5']],
    ])
  })

  it('keeps an empty last field and an empty quoted one', () => {
    expect(read('1,""\n""\n,\n')).toEqual([['1', ''], [''], ['', '']])
  })

  it('marks text behind a closing quote and a quote without an end', () => {
    expect(scan(Buffer.from('"a"b,1\n2,3\n')).map((r) => r.damage)).toEqual(['text follows a closing quote', ''])
    expect(scan(Buffer.from('1,2\n"a')).map((r) => r.damage)).toEqual(['', 'a quote is opened and never closed'])
  })

  it('refuses a line that never ends', () => {
    const scanner = new CsvScanner('x.csv', () => undefined)
    expect(() => {
      for (let i = 0; i < 6; i++) scanner.push(Buffer.alloc(1 << 20, 0x61))
    }).toThrow(Failure)
  })

  it('gives the same records wherever the bytes are cut', () => {
    const field = fc.oneof(
      fc.string({ unit: fc.constantFrom('a', '7', '.', ' ', '한'), maxLength: 4 }),
      fc
        .string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', '글'), maxLength: 6 })
        .map((s) => `"${s.replaceAll('"', '""')}"`),
    )
    const line = fc.array(field, { minLength: 1, maxLength: 4 }).map((fields) => fields.join(','))
    const text = fc
      .tuple(fc.boolean(), fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n')), { maxLength: 6 }), line)
      .map(([mark, lines, last]) => (mark ? '\ufeff' : '') + lines.map(([l, end]) => l + end).join('') + last)
    fc.assert(
      fc.property(text, fc.array(fc.nat(), { maxLength: 8 }), (whole, cuts) => {
        const bytes = Buffer.from(whole)
        expect(scan(bytes, cuts)).toEqual(scan(bytes))
      }),
      { seed: 20261124, numRuns: 500 },
    )
  })

  it('reads back what a writer of RFC 4180 wrote', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', ' ', 'é'), maxLength: 6 })
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 }), (rows) => {
        const text = rows.map((r) => r.map((c) => `"${c.replaceAll('"', '""')}"`).join(',')).join('\r\n')
        expect(read(text)).toEqual(rows)
      }),
      { seed: 20261124, numRuns: 300 },
    )
  })
})
