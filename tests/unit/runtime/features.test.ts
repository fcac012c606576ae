/** Features from small tapes made here: bars, sessions, ticks, merging, order, and the two file formats. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { afterAll, describe, expect, it } from 'vitest'
import { Failure } from '../../../src/cli/failure.ts'
import { DAY, epochDay, MINUTE } from '../../../src/core/base/time.ts'
import { parseIndicator } from '../../../src/core/data/indicators/known.ts'
import { sessionTimes } from '../../../src/reference/calendars.ts'
import type { BarChoice } from '../../../src/runtime/feature-feeds.ts'
import { openFeatureTable } from '../../../src/runtime/feature-table.ts'
import { computeFeatures } from '../../../src/runtime/features.ts'
import { openTape } from '../../../src/tape/read.ts'
import { type TapeColumns, TapeWriter } from '../../../src/tape/write.ts'

const work = mkdtempSync(join(tmpdir(), 'sametape-features-'))
afterAll(() => rmSync(work, { recursive: true, force: true }))

const T0 = epochDay(2025, 3, 4) * DAY + 15 * 60 * MINUTE
let made = 0

interface Part {
  readonly symbol: string
  readonly venue: string
  readonly kind: 'trades' | 'quotes' | 'bars'
  readonly interval?: number | 'session'
  readonly oneSided?: boolean
  readonly columns: Readonly<Record<string, readonly number[]>>
}

async function tape(...parts: readonly Part[]): Promise<string> {
  const dir = join(work, `tape-${made++}`)
  const source = { kind: 'generated', name: 'test' } as const
  const writer = await TapeWriter.create(dir, { source, label: 'generated', adjustment: 'none', time_resolution: 'us' })
  for (const symbol of new Set(parts.map((p) => p.symbol))) {
    const { venue } = parts.find((p) => p.symbol === symbol) as Part
    const scales = { price_decimals: 2, qty_decimals: 0, economic_id: symbol }
    writer.addInstrument({ symbol, venue, currency: 'USD', ...scales })
  }
  for (const { symbol, kind, interval, oneSided, columns } of parts) {
    const stream = writer.openStream(symbol, kind, {
      ...(interval === undefined ? {} : { interval_us: interval }),
      ...(oneSided === undefined ? {} : { oneSided }),
    })
    const typed: Record<string, Float64Array> = {}
    for (const [name, values] of Object.entries(columns)) typed[name] = Float64Array.from(values)
    stream.append(typed as TapeColumns, (columns.t as readonly number[]).length)
  }
  await writer.seal()
  return dir
}

function flatBars(
  symbol: string,
  venue: string,
  interval: number | 'session',
  rows: readonly (readonly [number, number])[],
): Part {
  const close = rows.map(([, x]) => x)
  const columns = { t: rows.map(([t]) => t), open: close, high: close, low: close, close, volume: rows.map(() => 10) }
  return { symbol, venue, kind: 'bars', interval, columns }
}

async function features(dirs: readonly string[], specs: string, bar: BarChoice): Promise<(number | string)[][]> {
  const tapes = []
  for (const dir of dirs) tapes.push(await openTape(dir))
  const rows: (number | string)[][] = []
  const indicators = specs.split(',').map(parseIndicator)
  await computeFeatures({ tapes, indicators, bar }, (t, start, symbol, values) => {
    rows.push([t, start, symbol, ...values])
  })
  return rows
}

describe('features of bar tapes', () => {
  it('the tape’s own bars stand at their end, symbols of one moment in order', async () => {
    const b = await tape(
      flatBars('BBB', 'GEN', MINUTE, [
        [T0, 5],
        [T0 + MINUTE, 7],
      ]),
    )
    const a = await tape(flatBars('AAA', 'GEN', MINUTE, [[T0 + MINUTE, 3]]))
    const rows = await features([b, a], 'sma:2,obv', 'tape')
    expect(rows).toEqual([
      [T0 + MINUTE, T0, 'BBB', Number.NaN, 10],
      [T0 + 2 * MINUTE, T0 + MINUTE, 'AAA', Number.NaN, 10],
      [T0 + 2 * MINUTE, T0 + MINUTE, 'BBB', 6, 20],
    ])
    expect(await features([a, b], 'sma:2,obv', 'tape')).toEqual(rows)
  })

  it('one symbol on several tapes goes on where the first one ended', async () => {
    const late = await tape(flatBars('AAA', 'GEN', MINUTE, [[T0 + MINUTE, 9]]))
    const early = await tape(flatBars('AAA', 'GEN', MINUTE, [[T0, 5]]))
    expect((await features([late, early], 'sma:2', 'tape')).map((row) => row[3])).toEqual([Number.NaN, 7])
  })

  it('session bars run from open to close of the venue', async () => {
    const day = epochDay(2025, 3, 4)
    const dir = await tape(
      flatBars('NVDA', 'US', 'session', [
        [day * DAY, 5],
        [(day + 1) * DAY, 6],
      ]),
    )
    for (const bar of ['tape', DAY] as const) {
      const rows = await features([dir], 'obv', bar)
      expect(rows.map(([t, start]) => [start, t])).toEqual(
        [day, day + 1].map((d) => [sessionTimes('US', d)?.open, sessionTimes('US', d)?.close]),
      )
    }
  })

  it('longer bars are made of shorter ones; the last is closed by the tape’s last bar', async () => {
    const minutes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((x, i) => [T0 + i * MINUTE, x] as const)
    const rows = await features([await tape(flatBars('AAA', 'GEN', MINUTE, minutes))], 'sma:2,obv', 5 * MINUTE)
    expect(rows).toEqual([
      [T0 + 5 * MINUTE, T0, 'AAA', Number.NaN, 50],
      [T0 + 10 * MINUTE, T0 + 5 * MINUTE, 'AAA', 7.5, 100],
    ])
  })

  it('refuses bars shorter than the tape’s, and ticks as bars', async () => {
    const five = await tape(flatBars('AAA', 'GEN', 5 * MINUTE, [[T0, 5]]))
    await expect(features([five], 'obv', MINUTE)).rejects.toThrow(/--bar 1m: the bars of AAA are longer, 5m/)
    const ticks = await tape({
      symbol: 'AAA',
      venue: 'GEN',
      kind: 'trades',
      columns: { t: [T0], price: [1], size: [1] },
    })
    await expect(features([ticks], 'obv', 'tape')).rejects.toThrow(/AAA has ticks and no bars of its own/)
  })
})

describe('features of ticks', () => {
  it('trades make bars by their conditions; late and refused rows do not count', async () => {
    const t = [0, 1, 2, 3, 4].map((s) => T0 + s * 1_000_000)
    const dir = await tape({
      symbol: 'IBM',
      venue: 'US',
      kind: 'trades',
      columns: {
        t: [...t, T0 + MINUTE],
        venueT: [t[0] as number, t[1] as number, t[2] as number, T0 - 6_000_000, t[4] as number, T0 + MINUTE],
        price: [10, 11, 99, 98, 12, 13],
        size: [1, 2, 100, 100, 4, 1],
        flags: [1, 0, 0x400, 0, 0x80000000, 0],
      },
    })
    expect(await features([dir], 'obv,stoch:1:1:1,vwap', MINUTE)).toEqual([
      [T0 + MINUTE, T0, 'IBM', 7, 100, 100, (11 + 10 + 11) / 3],
    ])
  })

  it('one-sided quotes without trades make bars of the mid; the quote clears at the local date', async () => {
    const next = T0 + 24 * 60 * MINUTE
    const none = Number.NaN
    const dir = await tape({
      symbol: 'IBM',
      venue: 'US',
      kind: 'quotes',
      oneSided: true,
      columns: {
        t: [T0, T0 + 1, T0 + 2, next, next + 1, next + MINUTE],
        bid: [10, none, none, 20, none, 1],
        ask: [none, 10.1, 10.2, none, 20.5, none],
        bidSize: [1, none, none, 1, none, 1],
        askSize: [none, 1, 1, none, 1, none],
        flags: [0, 0, 0, 0, 0, 0],
      },
    })
    const rows = await features([dir], 'sma:2', MINUTE)
    expect(rows).toEqual([
      [T0 + MINUTE, T0, 'IBM', Number.NaN],
      [next + MINUTE, next, 'IBM', (10.1 + 20.25) / 2],
    ])
  })
})

describe('the table', () => {
  const values = Float64Array.from([Number.NaN, 0.1 + 0.2])

  it('CSV: shortest exact numbers, empty where not warm', () => {
    const file = join(work, 'deep/er/a.csv')
    const table = openFeatureTable(file, ['x', 'y'])
    table.add(T0, T0 - 1, 'A,B', values)
    expect(existsSync(file)).toBe(false)
    table.finish()
    expect(readFileSync(file, 'utf8')).toBe(`t,bar_start,symbol,x,y\n${T0},${T0 - 1},"A,B",,0.30000000000000004\n`)
  })

  it('Parquet: timestamps, nulls, the same doubles; also over several row groups', async () => {
    const file = join(work, 'a.parquet')
    const table = openFeatureTable(file, ['x', 'y'])
    const rows = 65_536 + 3
    for (let i = 0; i < rows; i++) table.add(T0 + i * 1000, T0, 'AAA', values)
    table.finish()
    const read = await parquetReadObjects({ file: await asyncBufferFromFile(file), rowStart: rows - 1 })
    expect(read.length).toBe(1)
    const row = read[0] as Record<string, unknown>
    expect((row.t as Date).getTime()).toBe((T0 + (rows - 1) * 1000) / 1000)
    expect([row.symbol, row.x ?? null, row.y]).toEqual(['AAA', null, 0.1 + 0.2])
  })

  it('refuses other endings and files that exist, and leaves nothing behind when aborted', () => {
    const taken = join(work, 'taken.csv')
    writeFileSync(taken, 'x')
    expect(() => openFeatureTable(taken, [])).toThrow(Failure)
    expect(() => openFeatureTable(join(work, 'a.txt'), [])).toThrow(/must end in .csv or .parquet/)
    const file = join(work, 'gone.csv')
    const table = openFeatureTable(file, [])
    table.abort()
    expect([existsSync(file), existsSync(`${file}.part`)]).toEqual([false, false])
  })
})
