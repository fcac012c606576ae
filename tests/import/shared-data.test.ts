/**
 * Every layout of the shared real data imports, and what its README says of the faults is what the import finds.
 * Rows, first and last are those of that README's tables. Skipped where the folder is absent.
 */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { formatMicros } from '../../src/core/base/time.ts'
import { ROOT } from '../check/source-files.ts'
import { cleanUp, importFiles, rowsOf } from './import-for-test.ts'

cleanUp()

const data = join(resolve(ROOT, process.env.SAMETAPE_SHARED ?? '../shared'), 'data')
const absent = !existsSync(data)
const title = absent ? 'shared data (skipped: SAMETAPE_SHARED is absent)' : 'shared data'

type Case = readonly [
  file: string,
  symbol: string,
  options: Record<string, unknown>,
  rows: number,
  rejected: number,
  first: string,
  last: string,
]

const HEADERLESS = { columns: 'date,open,high,low,close,volume,change' }
const cases: readonly Case[] = [
  [
    'lean-us-ticks/IBM_20131007_trades.csv.gz',
    'IBM',
    {},
    24293,
    0,
    '2013-10-07T08:00:30.270Z',
    '2013-10-07T23:26:07.550Z',
  ],
  [
    'lean-us-ticks/IBM_20131007_quotes.csv.gz',
    'IBM',
    {},
    109067,
    0,
    '2013-10-07T08:00:00.054Z',
    '2013-10-08T00:00:00.122Z',
  ],
  // 147 prints of size zero.
  [
    'lean-us-ticks/GC_20131007_trades.csv.gz',
    'GC',
    {},
    40192,
    147,
    '2013-10-07T00:00:00.276Z',
    '2013-10-07T23:59:52.934Z',
  ],
  ['lean-us-bars/SPY_1s_20131009.csv.gz', 'SPY', {}, 29098, 0, '2013-10-09T08:00:00Z', '2013-10-10T00:00:00Z'],
  [
    'lean-us-bars/GOOG_1m_20151223-28_halfday.csv.gz',
    'GOOG',
    {},
    1198,
    0,
    '2015-12-23T09:59:00Z',
    '2015-12-29T01:00:00Z',
  ],
  ['lean-us-bars/ES_1m_20131218_trade_fomc.csv.gz', 'ES', {}, 2647, 0, '2013-12-18T00:00:00Z', '2013-12-18T23:59:00Z'],
  ['lean-us-bars/ES_1m_20131218_quote_fomc.csv.gz', 'ES', {}, 5173, 0, '2013-12-18T00:00:00Z', '2013-12-18T23:59:00Z'],
  ['lean-us-raw-history/AAPL_daily_raw.csv.gz', 'AAPL', {}, 5849, 0, '1998-01-02T00:00:00Z', '2021-03-31T00:00:00Z'],
  ['lean-us-raw-history/AAPL_hour_raw.csv.gz', 'AAPL', {}, 40831, 0, '1998-01-02T14:00:00Z', '2021-03-31T19:00:00Z'],
  [
    'us-intraday-2025/NVDA_5m_2025-05-12_2025-12-31.csv.gz',
    'NVDA',
    {},
    13024,
    0,
    '2025-05-12T13:30:00Z',
    '2025-12-31T20:55:00Z',
  ],
  ['us-daily/yahoo-vintage-2024-03-08/AMD.csv.gz', 'AMD', {}, 6084, 0, '2000-01-03T00:00:00Z', '2024-03-08T00:00:00Z'],
  [
    'us-daily/adjusted-vintage-2026-08-14/NVDA.csv.gz',
    'NVDA',
    { adjustment: 'total' },
    5690,
    0,
    '2004-01-02T00:00:00Z',
    '2026-08-14T00:00:00Z',
  ],
  ['us-daily/closes-only/SPY_raw_close.csv.gz', 'SPY', {}, 8426, 0, '1993-01-29T00:00:00Z', '2026-07-22T00:00:00Z'],
  ['kr-daily/005930.csv.gz', '005930', {}, 1200, 0, '2021-04-21T00:00:00Z', '2026-03-17T00:00:00Z'],
  // Three days of a halt with open, high and low of zero.
  ['kr-daily/042700.csv.gz', '042700', {}, 1200, 3, '2021-04-21T00:00:00Z', '2026-03-17T00:00:00Z'],
  // The last row has no close.
  [
    'kr-daily/KOSPI_KS11_close.csv.gz',
    'KOSPI',
    { venue: 'KRX' },
    7307,
    1,
    '1996-12-11T00:00:00Z',
    '2026-08-20T00:00:00Z',
  ],
  [
    'kr-daily/KOSPI_index_2022-07_2026-03.csv.gz',
    'KOSPI',
    { venue: 'KRX' },
    900,
    0,
    '2022-07-08T00:00:00Z',
    '2026-03-17T00:00:00Z',
  ],
  [
    'kr-daily/raw-import/005930_source_bom_koreanheader.csv',
    '005930',
    {},
    1200,
    0,
    '2021-04-21T00:00:00Z',
    '2026-03-17T00:00:00Z',
  ],
  // 920 rows of zeros, 3 with prices missing on the days of the split, 3 with high below close.
  [
    'dirty-calendar-filled/005930_headerless_zero_rows.csv.gz',
    '005930',
    HEADERLESS,
    2818,
    926,
    '2015-01-02T00:00:00Z',
    '2022-09-19T00:00:00Z',
  ],
  // 873 rows of zeros and one made up for a Saturday.
  [
    'dirty-calendar-filled/NVDA_headerless_zero_rows.csv.gz',
    'NVDA',
    HEADERLESS,
    2813,
    874,
    '2015-01-02T00:00:00Z',
    '2022-09-14T00:00:00Z',
  ],
  // Known at the end of the London day, hence a day later.
  [
    'fx/USDKRW_daily_2006_2021.csv.gz',
    'USD/KRW',
    { venue: 'FX' },
    4006,
    0,
    '2006-05-16T23:00:00Z',
    '2022-01-01T00:00:00Z',
  ],
  [
    'fx/USDKRW_weekly_2010_2026_with_rate_gap.csv',
    'USD/KRW',
    { venue: 'FX' },
    823,
    0,
    '2010-01-05T00:00:00Z',
    '2026-08-21T23:00:00Z',
  ],
  [
    'stress/SPY_5m_2018_2020_ib_excl_2020-03-16_31.csv.gz',
    'SPY',
    {},
    57204,
    0,
    '2018-01-02T14:30:00Z',
    '2020-12-31T20:55:00Z',
  ],
  [
    'stress/FXY_1m_2024-07_08_yen_unwind.csv.gz',
    'FXY',
    { tz: 'UTC' },
    7076,
    0,
    '2024-07-01T11:17:00Z',
    '2024-08-30T23:51:00Z',
  ],
  [
    'crypto-feed/binance_usdm_BTCUSDT_20240808_trades_bbo.csv.gz',
    'BTCUSDT',
    {},
    87402,
    0,
    '2024-08-08T23:54:15.088169Z',
    '2024-08-08T23:59:59.439160Z',
  ],
  [
    'indicator-golden/skender-quotes/intraday_SPY_1m_2020-12.csv',
    'SPY',
    { tz: 'America/New_York' },
    1564,
    0,
    '2020-12-15T14:30:00Z',
    '2020-12-18T21:00:00Z',
  ],
  // In descending order: all but the first row go back in time.
  [
    'indicator-golden/skender-quotes/longest_SP500_descending_1950_2012.csv.gz',
    'SPX',
    {},
    15821,
    15820,
    '2012-11-15T00:00:00Z',
    '2012-11-15T00:00:00Z',
  ],
]

describe.skipIf(absent)(title, () => {
  it.each(cases)('%s', async (file, symbol, options, rows, rejected, first, last) => {
    const r = await importFiles([join(data, file)], { symbol, ...options })
    expect([r.rows, r.rejected, r.accepted]).toEqual([rows, rejected, rows - rejected])
    expect([r.first, r.last].map((t) => formatMicros(t ?? 0))).toEqual([first, last])
  })

  it('the file as published and the plain one are the same tape', async () => {
    const files = ['kr-daily/005930.csv.gz', 'kr-daily/raw-import/005930_source_bom_koreanheader.csv']
    const [a, b] = await Promise.all(files.map((file) => importFiles([join(data, file)], { symbol: '005930' })))
    expect(a?.manifest?.row_hash).toBe(b?.manifest?.row_hash)
  })

  it('named rows of the dirty file are named', async () => {
    const file = join(data, 'dirty-calendar-filled/005930_headerless_zero_rows.csv.gz')
    const r = await importFiles([file], { symbol: '005930', ...HEADERLESS })
    const rounding = r.faults.filter((f) => f.field === 'high')
    expect(rounding.map((f) => [f.row, f.value, f.why])).toEqual([
      [26, '27999', 'is below the close 28000'],
      [47, '27539', 'is below the close 27540'],
      [662, '32159', 'is below the close 32160'],
    ])
  })

  it('trade and quote bars of ES become one stream an expiry', async () => {
    const files = ['trade', 'quote'].map((kind) => join(data, `lean-us-bars/ES_1m_20131218_${kind}_fomc.csv.gz`))
    const r = await importFiles(files, { symbol: 'ES' })
    expect([r.rows, r.accepted]).toEqual([7820, 7820])
    const fed = (await rowsOf(r.out, 1)).find((row) => formatMicros(row.t as number) === '2013-12-18T19:00:00Z')
    expect(fed).toMatchObject({ volume: 44661 })
    expect((fed?.high ?? 0) - (fed?.low ?? 0)).toBeCloseTo(12.25, 9)
    expect(fed?.bidOpen).toBeGreaterThan(0)
  })

  it('the factor file gives the splits and dividends of the raw prices', async () => {
    const dir = join(data, 'lean-us-raw-history')
    const r = await importFiles([join(dir, 'AAPL_daily_raw.csv.gz')], {
      symbol: 'AAPL',
      actions: [join(dir, 'AAPL_factor.csv')],
    })
    const splits = (r.manifest?.actions as { kind: string; date: string; ratio?: unknown; amount?: string }[]) ?? []
    expect(splits.filter((a) => a.kind === 'split').map((a) => [a.date, a.ratio])).toEqual([
      ['2000-06-21', { num: 2, den: 1 }],
      ['2005-02-28', { num: 2, den: 1 }],
      ['2014-06-09', { num: 7, den: 1 }],
      ['2020-08-31', { num: 4, den: 1 }],
    ])
    expect(splits.find((a) => a.date === '2012-08-09')?.amount).toBe('2.65')
  })
})
