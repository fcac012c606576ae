/** Indicators against published reference values, the place of the first value included. */
import { describe, expect, it } from 'vitest'
import { column, goldenMissing, goldenNote, readRows, toBars } from './golden-files.ts'
import { run, worst } from './run.ts'

const quotes = 'skender-quotes/default_SPY_2017_2018.csv'

describe.skipIf(goldenMissing)(`indicators equal Stock.Indicators${goldenNote}`, () => {
  const same: readonly (readonly [string, string, string, string])[] = [
    ['sma:20', 'sma_20', 'sma', 'sma'],
    ['ema:20', 'ema_20', 'ema', 'ema'],
    ['rsi:14', 'rsi_14', 'rsi', 'rsi'],
    ['atr:14', 'atr_14', 'atr', 'atr'],
    ['bbands:20:2', 'bbands_20_2_upper', 'bb', 'upperBand'],
    ['bbands:20:2', 'bbands_20_2_middle', 'bb', 'sma'],
    ['bbands:20:2', 'bbands_20_2_lower', 'bb', 'lowerBand'],
    ['stoch:14:3:3', 'stoch_14_3_3_d', 'stoch', 'd'],
  ]
  it.each(same)('%s: %s', (spec, name, file, theirs) => {
    const got = run(spec, toBars(readRows(quotes))).get(name) as number[]
    expect(worst(got, column(readRows(`skender/${file}.csv.gz`), theirs))).toBeLessThan(1e-10)
  })

  it('stoch: k is theirs from the bar on which d starts, empty before (they show it earlier)', () => {
    const got = run('stoch:14:3:3', toBars(readRows(quotes))).get('stoch_14_3_3_k') as number[]
    const first = 13 + 2 + 2
    expect(got.findIndex((x) => !Number.isNaN(x))).toBe(first)
    expect(worst(got, column(readRows('skender/stoch.csv.gz'), 'k'), first)).toBeLessThan(1e-10)
  })

  it('obv: theirs starts at 0, ours with the first volume', () => {
    const bars = toBars(readRows(quotes))
    const got = run('obv', bars).get('obv') as number[]
    const theirs = column(readRows('skender/obv.csv.gz'), 'obv').map((x) => x + (bars[0]?.volume ?? 0))
    expect(got).toEqual(theirs)
  })

  it('vwap: one session', () => {
    const bars = toBars(readRows(quotes)).map((bar) => ({ ...bar, session: 7 }))
    const got = run('vwap', bars).get('vwap') as number[]
    expect(worst(got, column(readRows('skender/vwap.csv.gz'), 'vwap'))).toBeLessThan(1e-12)
  })

  it('adx: theirs sums one movement more at the start; equal once that has faded', () => {
    const got = run('adx:14', toBars(readRows(quotes))).get('adx_14') as number[]
    const theirs = column(readRows('skender/adx.csv.gz'), 'adx')
    expect(worst(got, theirs, 420)).toBeLessThan(1e-9)
    expect(got.findIndex((x) => !Number.isNaN(x))).toBe(theirs.findIndex((x) => !Number.isNaN(x)))
  })

  it('macd: theirs seeds the fast average earlier; equal once the seed has faded', () => {
    const got = run('macd:12:26:9', toBars(readRows(quotes)))
    const theirs = readRows('skender/macd.csv.gz')
    const faded = 250
    expect(worst(got.get('macd_12_26_9') as number[], column(theirs, 'macd'), faded)).toBeLessThan(1e-9)
    expect(worst(got.get('macd_12_26_9_signal') as number[], column(theirs, 'signal'), faded)).toBeLessThan(1e-9)
    expect(worst(got.get('macd_12_26_9_hist') as number[], column(theirs, 'histogram'), faded)).toBeLessThan(1e-9)
  })
})

interface TableCase {
  readonly file: string
  readonly spec: string
  /** Index of the result in the table ↔ output of ours. */
  readonly outputs: readonly (readonly [string, string])[]
  readonly where: Readonly<Record<string, string>>
}

const whole = { startIdx: '0', endIdx: '251', expectedRetCode: 'TA_SUCCESS' }
const plain = { ...whole, compatibility: 'TA_COMPATIBILITY_DEFAULT' }

const tables: readonly TableCase[] = [
  {
    file: 'rsi',
    spec: 'rsi:14',
    outputs: [['0', 'rsi_14']],
    where: { ...plain, theFunction: 'TA_RSI_TEST', unstablePeriod: '0' },
  },
  {
    file: 'macd',
    spec: 'macd:12:26:9',
    outputs: [
      ['0', 'macd_12_26_9'],
      ['1', 'macd_12_26_9_signal'],
      ['2', 'macd_12_26_9_hist'],
    ],
    where: { ...plain, testId: 'TA_MACD_TEST', optInFastPeriod: '12' },
  },
  {
    file: 'bbands',
    spec: 'bbands:20:2',
    outputs: [
      ['0', 'bbands_20_2_upper'],
      ['1', 'bbands_20_2_middle'],
      ['2', 'bbands_20_2_lower'],
    ],
    where: { ...whole, optInMethod_3: 'TA_MAType_SMA', optInNbDevUp: '2.0' },
  },
  { file: 'adx', spec: 'adx:14', outputs: [['0', 'adx_14']], where: { ...whole, id: 'TST_ADX' } },
  {
    file: 'trange',
    spec: 'atr:14',
    outputs: [['', 'atr_14']],
    where: { ...whole, doAverage: '1', optInTimePeriod: '14' },
  },
  {
    file: 'trange',
    spec: 'atr:1',
    outputs: [['', 'atr_1']],
    where: { ...whole, doAverage: '1', optInTimePeriod: '1' },
  },
  {
    file: 'ma',
    spec: 'sma:30',
    outputs: [['', 'sma_30']],
    where: { ...plain, optInMAType_1: 'TA_MAType_SMA', optInTimePeriod: '30' },
  },
  {
    file: 'ma',
    spec: 'ema:10',
    outputs: [['', 'ema_10']],
    where: { ...plain, optInMAType_1: 'TA_MAType_EMA', optInTimePeriod: '10' },
  },
]

describe.skipIf(goldenMissing)(`indicators equal TA-Lib's regression tables${goldenNote}`, () => {
  it.each(tables)('$spec', ({ file, spec, outputs, where }) => {
    const got = run(spec, toBars(readRows('talib/input_252_bars.csv')))
    const rows = readRows(`talib/expected_${file}.csv`).filter((row) =>
      Object.entries(where).every(([key, value]) => row[key] === value),
    )
    expect(rows.length).toBeGreaterThan(0)
    for (const row of rows) {
      const begin = Number(row.expectedBegIdx)
      for (const [i, name] of outputs) {
        const values = got.get(name) as number[]
        expect(
          values.findIndex((x) => !Number.isNaN(x)),
          `${name} begins`,
        ).toBe(begin)
        const at = begin + Number(row[`oneOfTheExpectedOutRealIndex${i}`])
        expect(
          Math.abs((values[at] as number) - Number(row[`oneOfTheExpectedOutReal${i}`])),
          `${name} ${at}`,
        ).toBeLessThan(0.0101)
      }
    }
  })
})

describe.skipIf(goldenMissing)(`rsi equals Wilder's worked example${goldenNote}`, () => {
  it('to eight digits where they were published', () => {
    const rows = readRows('wilder-rsi/stockcharts_rsi14.csv')
    const bars = toBars(
      rows.map((row) => ({ ...row, open: row.close ?? '', high: row.close ?? '', low: row.close ?? '', volume: '1' })),
    )
    const got = run('rsi:14', bars).get('rsi_14') as number[]
    let compared = 0
    for (const [i, row] of rows.entries()) {
      const value = got[i] as number
      expect(Number.isNaN(value), `row ${i}`).toBe(row.rsi14_published_2dp === '')
      if (row.rsi14_published_2dp !== '') expect(Math.abs(value - Number(row.rsi14_published_2dp))).toBeLessThan(0.0051)
      if (row.rsi14_8dp_published !== '') {
        compared++
        expect(Math.abs(value - Number(row.rsi14_8dp_published))).toBeLessThan(1e-8)
      }
    }
    expect(compared).toBeGreaterThan(1)
  })
})

describe.skipIf(goldenMissing)(`vwap on real minutes${goldenNote}`, () => {
  it('starts anew each session and stays inside the session range', () => {
    const bars = toBars(readRows('skender-quotes/intraday_SPY_1m_2020-12.csv'))
    const got = run('vwap', bars).get('vwap') as number[]
    let [low, high, session] = [Infinity, -Infinity, -1]
    for (const [i, bar] of bars.entries()) {
      if (bar.session !== session) {
        session = bar.session
        ;[low, high] = [Infinity, -Infinity]
        expect(got[i]).toBeCloseTo((bar.high + bar.low + bar.close) / 3, 9)
      }
      low = Math.min(low, bar.low)
      high = Math.max(high, bar.high)
      expect(got[i]).toBeGreaterThanOrEqual(low)
      expect(got[i]).toBeLessThanOrEqual(high)
    }
    expect(session).toBe(4)
  })
})
