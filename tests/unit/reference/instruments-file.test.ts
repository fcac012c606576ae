/** Files of instruments: the shipped one holds, and what is wrong in one is named with file, line, field and mend. */
import { describe, expect, it } from 'vitest'
import { Failure } from '../../../src/cli/failure.ts'
import { readInstrumentFile } from '../../../src/reference/instrument-file.ts'
import { shippedInstruments } from '../../../src/reference/instrument-load.ts'
import { InstrumentTable } from '../../../src/reference/instrument-table.ts'
import { isinCheckDigit, isinProblem, looksLikeIsin } from '../../../src/reference/isin.ts'

const row = (text: string): string => `version: "1"\nsources: {a: somewhere}\ninstruments:\n${text}`
const GOOD = `  - id: US67066G1040
    name: NVIDIA
    currency: USD
    source: [a]
    listings:
      - {symbol: NVDA, venue: US, segment: NASDAQ, from: 1999-01-22}
`

function faultsOf(text: string, shipped = true): string {
  try {
    const file = readInstrumentFile(text, 'x.yaml', shipped)
    return String(new InstrumentTable(file).instruments.length)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    expect(error.exitCode).toBe(2)
    return error.message
  }
}

describe('ISIN', () => {
  // Published examples of ISO 6166 and of the Luhn rule.
  it.each(['US0378331005', 'AU0000XVGZA3', 'GB0002634946', 'KR7005930003', 'US5949181045'])('%s holds', (isin) => {
    expect(looksLikeIsin(isin)).toBe(true)
    expect(isinProblem(isin)).toBeUndefined()
  })

  it('a digit that is changed is noticed, with the digit due', () => {
    expect(isinProblem('US0378331006')).toMatch(/check digit would have to be 5/)
    expect(isinProblem('KR7005390003')).toMatch(/check digit/)
    // The known weakness of the rule: two letters swapped can give the same digit.
    expect(isinCheckDigit('AU0000VXGZA')).toBe(isinCheckDigit('AU0000XVGZA'))
  })

  it('every ISIN of the shipped file has its check digit, by arithmetic written here again', () => {
    const isins = shippedInstruments()
      .instruments.map((i) => i.id)
      .filter(looksLikeIsin)
    expect(isins.length).toBeGreaterThanOrEqual(22)
    for (const isin of isins) {
      const written = isin.slice(0, -1).replace(/[A-Z]/g, (c) => String(c.charCodeAt(0) - 55))
      const digits = written.split('').map(Number).reverse()
      const sum = digits.reduce((s, d, i) => s + (i % 2 === 1 ? d : d > 4 ? 2 * d - 9 : 2 * d), 0)
      expect((sum + Number(isin.at(-1))) % 10, isin).toBe(0)
    }
  })
})

describe('the shipped file', () => {
  it('reads, and every fact cites a source', () => {
    const file = shippedInstruments()
    expect(new InstrumentTable(file).instruments.length).toBe(file.instruments.length)
    expect(file.instruments.every((i) => i.sources.length > 0)).toBe(true)
  })
})

describe('what is refused', () => {
  it('nothing in a good file', () => {
    expect(faultsOf(row(GOOD))).toBe('1')
  })

  it.each<[string, string, RegExp]>([
    [
      'an unknown field',
      GOOD.replace('segment:', 'segmant:'),
      /^x\.yaml:9: instruments\[0\]\.listings\[0\]\.segmant: unknown name; did you mean "segment"\?$/,
    ],
    [
      'an ISIN with a slip',
      GOOD.replace('G1040', 'G1041'),
      /^x\.yaml:4: instruments\[0\]\.id: US67066G1041: its check digit would have to be 0/,
    ],
    [
      'an unquoted Korean symbol',
      GOOD.replace('NVDA, venue: US, segment: NASDAQ', '005930, venue: KRX'),
      /005930 was read as 5930; write "005930"/,
    ],
    ['a day that is none', GOOD.replace('1999-01-22', '1999-02-30'), /from: 1999-02-30 is not a date/],
    [
      'an end before the beginning',
      GOOD.replace('from: 1999-01-22', 'from: 1999-01-22, to: 1998-01-01'),
      /to: lies before from/,
    ],
    ['an unknown venue', GOOD.replace('venue: US', 'venue: USA'), /venue: venue "USA": unknown\. Use one of US, KRX/],
    ['a segment of another venue', GOOD.replace('NASDAQ', 'KOSDAQ'), /KOSDAQ is no segment of US; use one of NASDAQ/],
    ['a fact without source', GOOD.replace('    source: [a]\n', ''), /source: is missing/],
    ['a source that is not explained', GOOD.replace('[a]', '[b]'), /source: b is none of the file's sources/],
    ['an unsupported currency', GOOD.replace('USD', 'XAU'), /currency: XAU is not one of USD/],
    ['no listing', GOOD.replace(/ {4}listings:[^]*/, '    listings: []\n'), /listings: is empty/],
    ['a lot of zero', GOOD.replace('from: 1999-01-22', 'lot: "0"'), /lot: 0 is no decimal above zero/],
    [
      'the same id twice',
      GOOD + GOOD.replace('NVDA', 'NVDB'),
      /x\.yaml:10: id: US67066G1040 stands twice \(x\.yaml:4\)/,
    ],
    [
      'the same symbol on the same days',
      GOOD +
        GOOD.replace('US67066G1040', 'OTHER').replace('from: 1999-01-22', 'from: 2024-01-01') +
        '    economic_id: X\n',
      /x\.yaml:15: NVDA on US since 2024-01-01 overlaps US67066G1040 since 1999-01-22 \(x\.yaml:9\)/,
    ],
    [
      'the same economic id',
      GOOD + GOOD.replace('US67066G1040', 'OTHER').replace('NVDA', 'NVDB') + '    economic_id: US:NVDA\n',
      /economic_id US:NVDA is that of US67066G1040/,
    ],
  ])('%s', (_, rows, message) => {
    expect(faultsOf(row(rows))).toMatch(message)
  })

  it('a wrong value once, not as missing too', () => {
    expect(faultsOf(row(GOOD.replace('NVDA,', '"a b",'))).split('\n')).toHaveLength(1)
  })

  it('all faults of a file at once', () => {
    const faults = faultsOf(row(GOOD.replace('USD', 'XAU').replace('NASDAQ', 'KOSDAQ')))
    expect(faults.split('\n')).toHaveLength(2)
  })

  it('a shipped file without its version', () => {
    expect(faultsOf(row(GOOD).replace('version: "1"\n', ''))).toMatch(/version: is missing/)
  })
})
