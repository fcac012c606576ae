/** `import csv` on small files: every row is counted, faults are named, and nothing depends on order, zone or place. */
import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { Failure } from '../../src/cli/failure.ts'
import { parseStamp } from '../../src/core/base/time.ts'
import { runCli } from '../cli/run-cli.ts'
import { cleanUp, freshPath, importFiles, importText, rowsOf, write, zipped } from './import-for-test.ts'

cleanUp()

const t = (text: string): number => parseStamp(text)?.t ?? Number.NaN
const whys = (result: { faults: readonly { row: number; field: string; value: string; why: string }[] }): string[] =>
  result.faults.map((f) => `${f.row} ${f.field} '${f.value}' ${f.why}`)

async function refusal(run: Promise<unknown>): Promise<Failure> {
  const error: unknown = await run.then(
    () => undefined,
    (e: unknown) => e,
  )
  expect(error).toBeInstanceOf(Failure)
  return error as Failure
}

const BARS = 'ts_utc,open,high,low,close,volume'
const bar = (minute: number, price = 10, rest = '100'): string => {
  const stamp = new Date(Date.UTC(2024, 0, 3, 15, minute)).toISOString().replace('.000', '')
  return `${stamp},${price},${price + 1},${price - 1},${price},${rest}`
}

describe('rows', () => {
  it('bars keep their stamp as start; the interval is the smallest difference', async () => {
    const r = await importText([BARS, bar(0), bar(5), bar(15), ''].join('\n'))
    expect([r.rows, r.accepted, r.rejected]).toEqual([3, 3, 0])
    expect(r.manifest?.streams[0]).toMatchObject({ kind: 'bars', rows: 3, interval_us: 300_000_000 })
    expect(r.manifest?.instruments[0]).toEqual({
      symbol: 'ABC',
      venue: 'US',
      currency: 'USD',
      price_decimals: 0,
      qty_decimals: 0,
      economic_id: 'US:ABC',
    })
    expect((await rowsOf(r.out))[2]).toEqual({
      t: t('2024-01-03T15:15:00Z'),
      venueT: t('2024-01-03T15:15:00Z'),
      open: 10,
      high: 11,
      low: 9,
      close: 10,
      volume: 100,
    })
  })

  it('--stamp end moves stamps to the start', async () => {
    const r = await importText([BARS, bar(5), bar(10), ''].join('\n'), { stamp: 'end' })
    expect((await rowsOf(r.out)).map((row) => row.t)).toEqual([t('2024-01-03T15:00:00Z'), t('2024-01-03T15:05:00Z')])
  })

  it('every bad row is one fault with its line, field, value and reason', async () => {
    const r = await importText(
      [
        BARS,
        bar(0),
        '2024-01-03T15:01:00Z,x,11,9,10,100',
        '2024-01-03T15:01:00Z,NaN,11,9,10,100',
        '2024-01-03T15:01:00Z,Infinity,11,9,10,100',
        '2024-01-03T15:01:00Z,,11,9,10,100',
        '2024-01-03T15:01:00Z,0,11,9,10,100',
        '2024-01-03T15:01:00Z,-1,11,9,10,100',
        '2024-01-03T15:01:00Z,10,9.99,9,10,100',
        '2024-01-03T15:01:00Z,10,11,10.5,10.7,100',
        '2024-01-03T15:01:00Z,10,11,9,10,-5',
        '2024-01-03T15:01:00Z,10,11,9,10,',
        '2024-01-03T15:01:00Z,10,11,9,10.123456789,100',
        '2024-01-03T15:01:00Z,10,11,9,10',
        '2024-01-03T15:01:00Z,10,11,9,10,100,7',
        'yesterday,10,11,9,10,100',
        bar(0),
        '2024-01-03T14:59:00Z,10,11,9,10,100',
        '',
        ',,,,,',
        '"2024-01-03T15:01:00Z"x,10,11,9,10,100',
        bar(1, 10, '0'),
      ].join('\r\n'),
    )
    expect([r.rows, r.accepted, r.rejected]).toEqual([20, 2, 18])
    expect(whys(r)).toEqual([
      "3 open 'x' is not a number",
      "4 open 'NaN' is not a number",
      "5 open 'Infinity' is not a number",
      "6 open '' is empty",
      "7 open '0' is zero; a price is above zero",
      "8 open '-1' is negative",
      "9 high '9.99' is below the open 10",
      "10 low '10.5' is above the open 10",
      "11 volume '-5' is negative",
      "12 volume '' is empty",
      "13 close '10.123456789' has more than 8 decimals",
      "14  '2024-01-03T15:01:00Z,10,11,9,10' has 5 fields, the header 6",
      "15  '2024-01-03T15:01:00Z,10,11,9,10,100,7' has 7 fields, the header 6",
      "16 ts_utc 'yesterday' is not a date or an ISO stamp",
      "17 ts_utc '2024-01-03T15:00:00Z' repeats the stamp of the bar before",
      "18 ts_utc '2024-01-03T14:59:00Z' goes back in time, behind 2024-01-03T15:00:00Z",
      "20 ts_utc '' is empty",
      "21  '2024-01-03T15:01:00Zx,10,11,9,10,100' text follows a closing quote",
    ])
  })

  it('lists the first 1,000 faults and counts all', async () => {
    const bad = Array.from({ length: 9_000 }, () => '2024-01-03T15:01:00Z,0,0,0,0,0')
    const r = await importText([BARS, bar(0), ...bad, bar(1), ''].join('\n'))
    expect([r.rejected, r.faults.length, r.faults[0]?.row, r.faults[999]?.row]).toEqual([9_000, 1_000, 3, 1_002])
  })

  it('ticks: conditions, suspicious rows, equal times and equal rows are kept', async () => {
    const r = await importText(
      [
        'ts_ms,price,size,exchange,cond_hex,suspicious',
        '1704294000000,10.01,100,P,20000020,0',
        '1704294000000,10.01,100,P,20000020,0',
        '1704294000001,10.02,0,P,1,0',
        '1704294000001,10.02,5,P,40000000,0',
        '1704294000001,10.02,5,P,zz,0',
        '1704294000001,10.02,5,P,1,2',
        '1704294000002,10.02,5,P,80000000,1',
        '',
      ].join('\n'),
    )
    expect(whys(r)).toEqual([
      "4 size '0' is zero; a trade has a size",
      "5 cond_hex '40000000' has unknown condition bits (40000000)",
      "6 cond_hex 'zz' is not hexadecimal",
      "7 suspicious '2' is neither 0 nor 1",
    ])
    const rows = await rowsOf(r.out)
    expect(rows.map((row) => row.flags)).toEqual([0x20000020, 0x20000020, 0x80000000 + 2 ** 32])
    expect(r.manifest?.time_resolution).toBe('ms')
  })

  it('quotes: one side a row, crossed and empty rows are faults, locked ones are not', async () => {
    const r = await importText(
      [
        'ts_ms,bid,bid_size,ask,ask_size,exchange,cond_hex,suspicious',
        '1704294000000,10.01,100,,,P,1,0',
        '1704294000001,,,10.02,200,Q,1,0',
        '1704294000002,,,,,Q,1,0',
        '1704294000003,10.03,1,10.02,1,Q,1,0',
        '1704294000004,10.02,1,10.02,1,Q,1,0',
        '1704294000005,0,0,,,Q,1,0',
        '1704294000006,,5,10.02,1,Q,1,0',
        '',
      ].join('\n'),
    )
    expect(whys(r)).toEqual([
      "4 bid '' is empty, and so is the other side",
      "5 bid '10.03' is above the ask 10.02: a crossed quote",
      "7 bid '0' is zero; a price is above zero",
      "8 bid_size '5' is a size without a price",
    ])
    expect(r.manifest?.streams[0]).toMatchObject({ kind: 'quotes', rows: 3, one_sided: true })
    expect((await rowsOf(r.out)).map((row) => [row.bid, row.bidSize, row.ask, row.askSize])).toEqual([
      [10.01, 100, 0, 0],
      [0, 0, 10.02, 200],
      [10.02, 1, 10.02, 1],
    ])
  })

  it('bars with quote columns: a bar without a trade is accepted, one without anything is not', async () => {
    const quotes = 'bid_open,bid_high,bid_low,bid_close,bid_size,ask_open,ask_high,ask_low,ask_close,ask_size'
    const r = await importText(
      [
        `${BARS},${quotes}`,
        '2024-01-03T15:00:00Z,,,,,,9.9,9.9,9.8,9.8,100,10,10,10,10,200',
        '2024-01-03T15:01:00Z,10,10,10,10,5,,,,,,,,,,',
        '2024-01-03T15:02:00Z,,,,,,,,,,,,,,,',
        '2024-01-03T15:03:00Z,,,,,,10.1,10.1,10.1,10.1,1,10,10,10,10,1',
        '2024-01-03T15:04:00Z,,,,,,9,9,9,,1,10,10,10,10,1',
        '',
      ].join('\n'),
    )
    expect(whys(r)).toEqual([
      "4 close '' is empty: the bar has neither trades nor quotes",
      "5 bid_open '10.1' is above the ask 10: a crossed quote",
      "6 bid_close '' is empty",
    ])
    expect(r.manifest?.streams[0]).toMatchObject({ rows: 2, quote_columns: true })
    const rows = await rowsOf(r.out)
    expect([rows[0]?.close, rows[0]?.bidClose, rows[1]?.close, rows[1]?.bidClose]).toEqual([0, 9.8, 10, 0])
  })

  it('sessions: weekends and holidays are faults; currency and venue follow the symbol', async () => {
    const daily = (date: string): string => `${date},10,11,9,10,100`
    const header = 'date,open,high,low,close,volume'
    const us = await importText(
      [header, ...['2024-07-03', '2024-07-04', '2024-07-05', '2024-07-06'].map(daily)].join('\n'),
    )
    expect(whys(us)).toEqual([
      "3 date '2024-07-04' is no session of US (a holiday of its calendar)",
      "5 date '2024-07-06' is a Saturday, no session of US",
    ])
    expect(us.manifest?.streams[0]?.interval_us).toBe('session')
    const kr = await importText([header, ...['2024-07-04', '2024-08-15', '2024-08-16'].map(daily)].join('\n'), {
      symbol: '005930',
    })
    expect(whys(kr)).toEqual(["3 date '2024-08-15' is no session of KRX (a holiday of its calendar)"])
    expect(kr.manifest?.instruments[0]).toMatchObject({ venue: 'KRX', currency: 'KRW', economic_id: 'KRX:005930' })
    expect((await rowsOf(kr.out)).map((row) => row.t)).toEqual([t('2024-07-04T00:00:00Z'), t('2024-08-16T00:00:00Z')])
  })

  it('stamps a day apart are sessions of the venue on its local date', async () => {
    const row = (stamp: string): string => `${stamp},10,11,9,10,100`
    const r = await importText(
      [BARS, row('2024-07-02T04:00:00Z'), row('2024-07-03T04:00:00Z'), row('2024-07-05T04:00:00Z')].join('\n'),
    )
    expect(r.manifest?.streams[0]?.interval_us).toBe('session')
    expect((await rowsOf(r.out)).map((x) => x.t)).toEqual(
      ['2024-07-02', '2024-07-03', '2024-07-05'].map((day) => t(`${day}T00:00:00Z`)),
    )
  })

  it('a rate is known at the end of its London day, in winter and in summer', async () => {
    const r = await importText(
      [
        'ts_source,open,high,low,close',
        '2020-01-06T00:00:00Z,1160,1160,1160,1167.1',
        '2020-06-30T23:00:00Z,1,1,1,1200.25',
        '',
      ].join('\n'),
      { symbol: 'USD/KRW', venue: 'FX' },
    )
    expect(r.manifest?.streams[0]?.kind).toBe('fx')
    expect(r.manifest?.instruments[0]?.currency).toBe('KRW')
    expect(await rowsOf(r.out)).toEqual([
      { t: t('2020-01-07T00:00:00Z'), venueT: t('2020-01-07T00:00:00Z'), rate: 1167.1 },
      { t: t('2020-07-01T23:00:00Z'), venueT: t('2020-07-01T23:00:00Z'), rate: 1200.25 },
    ])
  })

  it('a feed keeps receive time and venue time, also where the venue is ahead', async () => {
    const r = await importText(
      [
        'local_ns,exch_ms,event,id,price,qty,buyer_is_maker,bid,bid_qty,ask,ask_qty',
        '1723161254087891268,,bbo,1,,,,61837.63000000,3.78826000,61837.64000000,1.54698000',
        '1723161254087896568,1723161255342,trade,2,61837.63000000,0.02000000,1,,,,',
        '1723161254087896999,1723161255342,depth,3,,,,,,,',
        '',
      ].join('\n'),
      { symbol: 'BTCUSDT' },
    )
    expect(whys(r)).toEqual(["4 event 'depth' is neither 'trade' nor 'bbo'"])
    expect(r.manifest?.instruments[0]).toMatchObject({
      venue: 'CRYPTO',
      currency: 'USDT',
      price_decimals: 2,
      qty_decimals: 5,
    })
    expect((await rowsOf(r.out, 1))[0]).toMatchObject({
      t: 1723161254087896,
      venueT: 1723161255342000,
      flags: 1,
      size: 0.02,
    })
  })

  it('several expiries in one file become one stream each', async () => {
    const r = await importText(
      [
        'ts_ms,expiry,price,size,exchange,cond,suspicious',
        '1704294000000,201312,10,1,x,,0',
        '1704294000000,201402,11,1,x,,0',
        '1704294000000,soon,11,1,x,,0',
        '',
      ].join('\n'),
      { symbol: 'GC' },
    )
    expect(r.manifest?.streams.map((s) => [s.symbol, s.rows])).toEqual([
      ['GC-201312', 1],
      ['GC-201402', 1],
    ])
    expect(whys(r)).toEqual(["4 expiry 'soon' is no expiry (YYYYMM or YYYYMMDD)"])
  })
})

describe('several files', () => {
  const ticks = (rows: readonly (readonly [number, number])[]): string =>
    ['ts_ms,price,size', ...rows.map(([ms, price]) => `${1704294000000 + ms},${price},1`), ''].join('\n')

  it('make the same tape in any order, plain or gzip, overlapping or not', async () => {
    const a = ticks([
      [0, 1],
      [10, 2],
      [10, 3],
      [30, 4],
    ])
    const b = ticks([
      [5, 5],
      [10, 6],
      [40, 7],
    ])
    const c = ticks([
      [50, 8],
      [60, 9],
    ])
    const files = [a, b, c].map((text) => write(text))
    const one = await importFiles(files)
    const two = await importFiles([files[2] as string, files[1] as string, files[0] as string])
    const three = await importFiles([zipped(b), zipped(c), zipped(a)])
    expect((await rowsOf(one.out)).map((r) => r.price)).toEqual([1, 5, 2, 3, 6, 4, 7, 8, 9])
    expect(two.manifest?.row_hash).toBe(one.manifest?.row_hash)
    expect(three.manifest?.row_hash).toBe(one.manifest?.row_hash)
    expect([one.rows, one.accepted]).toEqual([9, 9])
    for (const file of readdirSync(one.out).filter((f) => f.endsWith('.parquet'))) {
      expect(readFileSync(join(two.out, file)).equals(readFileSync(join(one.out, file)))).toBe(true)
    }
  })

  it('at equal first stamps the content decides, not the name', async () => {
    const [a, b] = [ticks([[0, 1]]), ticks([[0, 2]])]
    const one = await importFiles([write(a, 'a.csv'), write(b, 'b.csv')])
    const two = await importFiles([write(b, 'a.csv'), write(a, 'b.csv')])
    expect(two.manifest?.row_hash).toBe(one.manifest?.row_hash)
  })

  it('more rows than a block, overlapping, keep their order and count', async () => {
    const a = ticks(Array.from({ length: 40_000 }, (_, i) => [2 * i, 1] as const))
    const b = ticks(Array.from({ length: 30_000 }, (_, i) => [2 * i + 1, 2] as const))
    const r = await importFiles([write(b), write(a)])
    expect([r.rows, r.accepted]).toEqual([70_000, 70_000])
    const times = (await rowsOf(r.out)).map((row) => row.t as number)
    expect(times.every((x, i) => i === 0 || (times[i - 1] as number) < x)).toBe(true)
  })

  it('a bar of two files is a fault of the later file', async () => {
    const [a, b] = [
      write([BARS, bar(0), bar(1), bar(2), ''].join('\n')),
      write([BARS, bar(2, 12), bar(3), ''].join('\n')),
    ]
    const r = await importFiles([b, a])
    expect([r.rows, r.accepted, r.rejected]).toEqual([5, 4, 1])
    expect(r.faults[0]).toMatchObject({ file: b, row: 2, field: 'ts_utc' })
    expect(r.faults[0]?.why).toMatch(/repeats the bar of .* line 4/)
  })

  it('bars that overlap are faults: --interval wider than the rows', async () => {
    const r = await importText([BARS, bar(0), bar(1), bar(5), ''].join('\n'), { interval: '5m' })
    expect([r.accepted, r.rejected]).toEqual([2, 1])
    expect(r.faults[0]?.why).toMatch(/overlaps the bar of .* line 2/)
  })

  it('trade bars and quote bars of the same minutes become one stream', async () => {
    const trades = write([BARS, bar(0), bar(1), ''].join('\n'))
    const header = 'ts_utc,bid_open,bid_high,bid_low,bid_close,bid_size,ask_open,ask_high,ask_low,ask_close,ask_size'
    const quote = (minute: number): string => `2024-01-03T15:0${minute}:00Z,9,9,9,9,1,10,10,10,10,2`
    const quotes = write([header, quote(0), quote(1), quote(2), ''].join('\n'))
    const r = await importFiles([quotes, trades])
    expect([r.rows, r.accepted, r.manifest?.streams[0]?.rows]).toEqual([5, 5, 3])
    expect((await rowsOf(r.out)).map((x) => [x.close, x.bidClose])).toEqual([
      [10, 9],
      [10, 9],
      [0, 9],
    ])
  })

  it('the same file twice is refused', async () => {
    const text = ticks([[0, 1]])
    expect((await refusal(importFiles([write(text), zipped(text)]))).message).toMatch(/has the same content as/)
  })
})

describe('layouts', () => {
  const cases: readonly (readonly [string, string, Record<string, unknown>, RegExp, number])[] = [
    ['unknown header', 'index,x\n0,1\n', {}, /no known layout.*us-trades, us-quotes/, 1],
    ['unknown column', `${BARS},vwap\n`, {}, /unknown columns: vwap; --layout bars-utc leaves them out/, 1],
    ['data without header', '2024-01-03,1,1,1,1,1\n', {}, /line 1 looks like data.*--columns/, 1],
    [
      'no zone',
      'timestamp,open,high,low,close,volume\n2024-01-03 10:00:00,1,1,1,1,1\n',
      {},
      /line 2, timestamp '2024-01-03 10:00:00' has no zone.*--tz/,
      2,
    ],
    ['foreign date', 'date,open,high,low,close,volume\n01/03/17,1,1,1,1,1\n', {}, /--date-format mdy2/, 2],
    ['a count without unit', 'timestamp,open,high,low,close,volume\n1704294000,1,1,1,1,1\n', {}, /--time-unit/, 2],
    ['empty file', '', {}, /is empty/, 1],
    ['column named twice', 'date,close,close\n', {}, /'close' is named twice/, 1],
    ['JSON', '{"a":1,"b":2}\n', {}, /is JSON/, 1],
    ['unknown layout', `${BARS}\n`, { layout: 'nope' }, /'nope' is not known; known layouts/, 2],
    ['layout without its columns', 'a,b\n', { layout: 'closes' }, /needs the columns date, close/, 1],
    ['columns that do not fit', '1,2,3\n', { columns: 'date,close' }, /line 1 has 3 fields, --columns names 2/, 2],
    ['map to nothing', 'a,b\n', { map: 't=a,price=c,size=b' }, /has no column 'c'; it has a, b/, 2],
    ['map without a kind', 'a,b\n', { map: 't=a,bid=b' }, /make no kind of row/, 2],
    ['one bar alone', `${BARS}\n${bar(0)}\n`, {}, /--interval/, 2],
    [
      'bare dates with an interval',
      'date,close\n2024-01-03,1\n',
      { interval: '5m' },
      /bare dates, which are sessions/,
      2,
    ],
  ]
  it.each(cases)('%s is refused with the mend', async (_, text, options, message, code) => {
    const failure = await refusal(importText(text, options))
    expect(failure.message).toMatch(message)
    expect(failure.exitCode).toBe(code)
  })

  it('--layout leaves unknown columns out, --columns reads a file without header, --map any header', async () => {
    const a = await importText([`${BARS},vwap`, `${bar(0)},1`, `${bar(1)},x`, ''].join('\n'), { layout: 'bars-utc' })
    const b = await importText([bar(0), bar(1), ''].join('\n'), { columns: BARS })
    const c = await importText(['when;,o,h,l,c,v', bar(0), bar(1), ''].join('\n'), {
      map: 't=when;,open=o,high=h,low=l,close=c,volume=v',
    })
    expect([a, b, c].map((r) => r.accepted)).toEqual([2, 2, 2])
    expect(new Set([a, b, c].map((r) => r.manifest?.row_hash)).size).toBe(1)
  })

  it('lots, thousand shares and Korean headers', async () => {
    const lots = await importText(
      'bar_start_utc,source_label_cet,open,high,low,close,volume_lots100,average,barcount\n2024-01-03T15:00:00Z,x,1,1,1,1,12,1,1\n2024-01-03T15:05:00Z,x,1,1,1,1,0,1,1\n',
    )
    expect((await rowsOf(lots.out)).map((r) => r.volume)).toEqual([1200, 0])
    const korean = await importText(
      '\ufeff날짜,종가,시가,고가,저가,거래량\n2021-04-21,82600.0,83300.0,83500.0,82500.0,21636079.0\n',
      { symbol: '005930' },
    )
    expect((await rowsOf(korean.out))[0]).toMatchObject({
      open: 83300,
      high: 83500,
      low: 82500,
      close: 82600,
      volume: 21636079,
    })
    const index = await importText(
      'date,close,abs_change,volume_thousand_shares,value_million_krw\n2022-07-08,2350.61,16.34,411424,7008117\n',
      { symbol: 'KOSPI', venue: 'KRX' },
    )
    expect((await rowsOf(index.out))[0]).toMatchObject({ open: 2350.61, close: 2350.61, volume: 411424000 })
    expect(index.notes.join()).toMatch(/closes only/)
    expect(index.manifest?.close_only).toBe(true)
  })

  it("a layout's own wall clock is the venue's", async () => {
    const r = await importText(
      'ts_local,open,high,low,close,volume\n1998-01-02T09:00,1,1,1,1,1\n1998-01-02T10:00,1,1,1,1,1\n',
    )
    expect((await rowsOf(r.out)).map((x) => x.t)).toEqual([t('1998-01-02T14:00:00Z'), t('1998-01-02T15:00:00Z')])
  })
})

describe('numbers', () => {
  it('a row that fits no common scale is a fault, not the ruin of the others', async () => {
    const rows = Array.from({ length: 20 }, (_, i) => bar(i, 10, '3000000000.25'))
    const r = await importText([BARS, ...rows, bar(30, 10, '0.00000001'), ''].join('\n'))
    expect([r.accepted, r.rejected]).toEqual([20, 1])
    expect(r.faults[0]).toMatchObject({ row: 22, field: 'volume', value: '1e-8' })
    expect(r.manifest?.instruments[0]?.qty_decimals).toBe(2)
  })

  it('noise of binary arithmetic in volumes is read through, and told', async () => {
    const r = await importText([BARS, bar(0, 10, '8050000.000000001'), bar(1), ''].join('\n'))
    expect((await rowsOf(r.out))[0]?.volume).toBe(8050000)
    expect(r.notes.join()).toMatch(/1 sizes carry the rounding noise.*line 2, volume 8050000.000000001/)
  })
})

describe('files and the command', () => {
  it('names what cannot be read', async () => {
    expect((await refusal(importFiles([freshPath('nowhere.csv')]))).message).toMatch(/nowhere\.csv: no such file/)
    const dir = freshPath('folder')
    mkdirSync(dir)
    expect((await refusal(importFiles([dir]))).message).toMatch(/is not a file/)
    const cut = zipped(`${BARS}\n${Array.from({ length: 59 }, (_, i) => bar(i)).join('\n')}\n`)
    truncateSync(cut, 150)
    expect((await refusal(importFiles([cut]))).message).toMatch(/gzip data ends too early/)
    const whole = gzipSync(Buffer.from(BARS.repeat(1000)))
    whole[30] = (whole[30] as number) ^ 0xff
    expect((await refusal(importFiles([write(whole)]))).message).toMatch(/gzip data is damaged|ends too early/)
  })

  it('leaves nothing at --out after a failure', async () => {
    const out = freshPath('tape')
    await refusal(importText(`${BARS}\n${bar(0)}\n`, { out }))
    expect(existsSync(out)).toBe(false)
  })

  it('never writes into a directory that holds something', async () => {
    const r = await importText([BARS, bar(0), bar(1), ''].join('\n'))
    const before = readFileSync(join(r.out, 'manifest.json'))
    const failure = await refusal(importText([BARS, bar(0, 20), bar(1), ''].join('\n'), { out: r.out }))
    expect(failure.exitCode).toBe(2)
    expect(readFileSync(join(r.out, 'manifest.json')).equals(before)).toBe(true)
  })

  it('no accepted row: no tape, exit 1, and the faults are told', () => {
    const file = write(`${BARS}\n2024-01-03T15:00:00Z,0,0,0,0,0\n`)
    const out = freshPath('tape')
    const run = runCli(['import', 'csv', file, '--symbol', 'ABC', '--interval', '1m', '--out', out, '--json'])
    expect(run.code).toBe(1)
    expect(JSON.parse(run.stdout)).toMatchObject({ tape: null, rows: 1, accepted: 0, rejected: 1, first: null })
    expect(existsSync(out)).toBe(false)
  })

  it('--json, --strict and the same bytes under another zone and locale', () => {
    const file = write(
      [
        'ts_local,open,high,low,close,volume',
        '2024-01-03T09:30,1,1,1,1,1',
        '2024-01-03T09:31,0,1,1,1,1',
        '2024-01-03T09:32,1,1,1,1,1',
        '',
      ].join('\n'),
    )
    const outs = ['Asia/Seoul', 'America/New_York'].map((TZ) => {
      const out = freshPath('tape')
      const run = runCli(
        ['import', 'csv', file, '--symbol', 'ABC', '--out', out, '--json', '--strict', '--interval', '1m'],
        {
          env: { TZ, LC_ALL: 'tr_TR.UTF-8' },
        },
      )
      expect(run.code).toBe(1)
      expect(JSON.parse(run.stdout)).toMatchObject({
        tape: out,
        rows: 3,
        accepted: 2,
        rejected: 1,
        faults: [{ file, row: 3, field: 'open', value: '0' }],
        first: '2024-01-03T14:30:00Z',
        last: '2024-01-03T14:32:00Z',
      })
      return out
    })
    const [a, b] = outs as [string, string]
    for (const name of readdirSync(a)) {
      expect(readFileSync(join(b, name)).equals(readFileSync(join(a, name))), name).toBe(true)
    }
  })

  it.each([
    [['--symbol', 'A B'], /--symbol 'A B'/],
    [['--symbol', 'A', '--venue', 'MARS'], /MARS/],
    [['--symbol', 'A', '--tz', 'Nowhere/Town'], /Nowhere\/Town/],
    [['--symbol', 'A', '--interval', '7x'], /--interval '7x'/],
    [['--symbol', 'A', '--stamp', 'middle'], /--stamp 'middle': use one of start, end/],
    [['--symbol', 'A', '--currency', 'XYZ'], /--currency 'XYZ'/],
    [['--symbol', 'A', '--map', 'price=a', '--columns', 'a'], /--map: give it without/],
    [['--symbol', 'A', '--map', 'wings=a'], /wings is no role/],
  ])('wrong usage exits 2 without a stack: %s', (options, message) => {
    const file = write(`${BARS}\n`)
    const run = runCli(['import', 'csv', file, ...options, '--out', freshPath('tape')])
    expect(run.code).toBe(2)
    expect(run.stderr).toMatch(message)
    expect(run.stderr).not.toMatch(/\n\s+at /)
  })

  it('a changed file between the two readings is noticed', async () => {
    const file = write([BARS, bar(0), bar(1), ''].join('\n'))
    const { importCsv } = await import('../../src/import/csv.ts')
    const { importRequest } = await import('../../src/import/csv-request.ts')
    let changed = false
    const failure = await refusal(
      importCsv(importRequest([file], { symbol: 'ABC', out: freshPath('tape') }), (done, total) => {
        if (changed || done < total / 2) return
        changed = true
        writeFileSync(file, [BARS, bar(0), bar(2), ''].join('\n'))
      }),
    )
    expect(failure.message).toMatch(/changed while it was read/)
  })
})
