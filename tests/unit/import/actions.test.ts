/** Splits and dividends from files: the plain form, LEAN's factors, and what is refused. */
import { afterAll, describe, expect, it } from 'vitest'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readActions, simplestRatio } from '../../../src/import/actions.ts'

const dir = mkdtempSync(join(tmpdir(), 'sametape-actions-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

function actions(text: string): unknown[] {
  const file = join(dir, 'actions.csv')
  writeFileSync(file, text)
  return readActions([file], { symbol: 'ABC', venue: 'US' })
}

describe('readActions', () => {
  it('reads dated splits and dividends, by date', () => {
    expect(actions('date,kind,value\n2024-06-11,dividend,0.010\n2024-06-10,split,10:1\n')).toEqual([
      { symbol: 'ABC', date: '2024-06-10', kind: 'split', ratio: { num: 10, den: 1 } },
      { symbol: 'ABC', date: '2024-06-11', kind: 'dividend', amount: '0.01' },
    ])
  })

  it('derives them from factors: the next session after the row, within the rounding of the factors', () => {
    const text = [
      'date,price_factor,split_factor,reference_close',
      // Friday: the split counts from Monday on. 0.5/0.0714286 = 7 within rounding.
      '2014-06-06,0.98,0.0714286,645.57',
      '2014-08-06,0.98,0.5,94.96',
      '2050-12-31,0.9849788,0.5,0',
      '',
    ].join('\n')
    expect(actions(text)).toEqual([
      { symbol: 'ABC', date: '2014-06-09', kind: 'split', ratio: { num: 7, den: 1 } },
      { symbol: 'ABC', date: '2014-08-07', kind: 'dividend', amount: '0.48' },
    ])
  })

  it('reads the changes of ticker from a symbol map, whose rows name the last day of each', () => {
    const map = 'date,ticker,exchange\n2014-03-27,old,Q\n2014-04-02,old,Q\n2050-12-31,abc,Q\n'
    const rename = { symbol: 'ABC', date: '2014-04-03', kind: 'rename', from: 'OLD', to: 'ABC' }
    expect(actions(map)).toEqual([rename])
    expect(actions(map.replaceAll(',Q', '').replace(',exchange', '').replace('ticker', 'symbol'))).toEqual([rename])
    expect(actions('date,ticker,exchange\n1998-01-02,abc,Q\n2050-12-31,abc,Q\n')).toEqual([])
  })

  it.each([
    [
      'date,ticker,exchange\n2050-12-31,xyz,Q\n',
      /line 2, ticker 'XYZ' is the last of this map, but the tape is of ABC/,
    ],
    ['date,ticker\n20501231,abc\n', /line 2, date '20501231' is not a date/],
    ['date,kind,value\n2024-06-10,merger,1\n', /line 2, kind 'merger' is neither split nor dividend/],
    ['date,kind,value\n10.6.2024,split,2:1\n', /line 2, date '10.6.2024' is not a date/],
    ['date,kind,value\n2024-06-10,split,0:1\n', /no ratio of new to old shares/],
    ['date,kind,value\n2024-06-10,dividend,-1\n', /no amount above zero/],
    ['date,weight\n', /none of corporate actions/],
  ])('refuses %s', (text, message) => {
    expect(() => actions(text)).toThrow(message)
  })

  it('names a file that is not there', () => {
    expect(() => readActions([join(dir, 'nowhere.csv')], { symbol: 'ABC', venue: 'US' })).toThrow(/nowhere\.csv/)
  })

  it('finds the simplest ratio', () => {
    expect(simplestRatio(1.4999, 1.5001)).toEqual({ num: 3, den: 2 })
    expect(simplestRatio(0.09999, 0.10001)).toEqual({ num: 1, den: 10 })
    expect(simplestRatio(7, 7)).toEqual({ num: 7, den: 1 })
  })
})
