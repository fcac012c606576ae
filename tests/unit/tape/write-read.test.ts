/** A tape that was written is read back as the same rows, whatever the size of its row groups. */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TapeError } from '../../../src/tape/error.ts'
import type { StreamKind } from '../../../src/tape/manifest.ts'
import { openTape, type TapeScale } from '../../../src/tape/read.ts'
import { type StreamOptions, type TapeColumns, TapeWriter } from '../../../src/tape/write.ts'
import { AAA, freshDir, META, T0, tradeColumns } from './columns-for-test.ts'

const SCALE: TapeScale = { priceDecimals: 2, qtyDecimals: 0 }

async function writeTape(
  kind: StreamKind,
  parts: readonly (readonly [TapeColumns, number])[],
  options: StreamOptions & { rowGroupSize?: number; symbol?: string } = {},
): Promise<string> {
  const { rowGroupSize, symbol = 'AAA', ...stream } = options
  const dir = join(await freshDir(), 'tape')
  const writer = await TapeWriter.create(dir, META, rowGroupSize === undefined ? {} : { rowGroupSize })
  writer.addInstrument({ ...AAA, symbol })
  const out = writer.openStream(symbol, kind, stream)
  for (const [columns, n] of parts) out.append(columns, n)
  await writer.seal()
  return dir
}

async function readAll(dir: string, scale = SCALE): Promise<Record<string, number[]>> {
  const tape = await openTape(dir)
  const out: Record<string, number[]> = {}
  let row = 0
  for await (const chunk of tape.stream(0).chunks(scale)) {
    expect(chunk.firstRow).toBe(row)
    row += chunk.rows
    for (const [key, values] of Object.entries(chunk.columns)) {
      expect(values.length).toBe(chunk.rows)
      out[key] = [...(out[key] ?? []), ...values]
    }
  }
  return out
}

describe('TapeWriter and openTape', () => {
  it('gives trades back scaled, in order, over several row groups', async () => {
    const columns = tradeColumns(1000)
    const dir = await writeTape('trades', [[columns, 1000]], { rowGroupSize: 256 })
    const read = await readAll(dir)
    expect(read.t).toEqual([...(columns.t as Float64Array)])
    expect(read.venueT).toEqual([...(columns.venueT as Float64Array)])
    expect(read.flags).toEqual([...(columns.flags as Float64Array)])
    expect(read.price).toEqual([...(columns.price as Float64Array)].map((x) => Math.round(x * 100)))
    expect(read.size).toEqual([...(columns.size as Float64Array)])
    expect(Object.keys(read).sort()).toEqual(['flags', 'price', 'size', 't', 'venueT'])
  })

  it('has one identity for all sizes of row groups and all ways of appending', async () => {
    const whole = await writeTape('trades', [[tradeColumns(1000), 1000]])
    const parts: [TapeColumns, number][] = []
    for (let from = 0; from < 1000; from += 37) {
      const n = Math.min(37, 1000 - from)
      parts.push([tradeColumns(n, from), n])
    }
    const pieces = await writeTape('trades', parts, { rowGroupSize: 64 })
    const other = await writeTape('trades', [[{ ...tradeColumns(1000), size: new Float64Array(1000) }, 1000]])
    const hashes = await Promise.all([whole, pieces, other].map(async (dir) => (await openTape(dir)).manifest))
    expect(hashes[1]?.row_hash).toBe(hashes[0]?.row_hash)
    expect(hashes[1]?.files[0]?.sha256).not.toBe(hashes[0]?.files[0]?.sha256)
    expect(hashes[2]?.row_hash).not.toBe(hashes[0]?.row_hash)
  })

  it('keeps missing sides, exchanges and Hangul symbols', async () => {
    const columns = {
      t: Float64Array.of(T0, T0, T0 + 1),
      bid: Float64Array.of(1.25, Number.NaN, 3),
      ask: Float64Array.of(Number.NaN, 1.5, Number.NaN),
      bidSize: Float64Array.of(100, Number.NaN, 300),
      askSize: Float64Array.of(Number.NaN, 200, Number.NaN),
      exchange: ['P', '', 'Q'],
    }
    const dir = await writeTape('quotes', [[columns, 3]], { oneSided: true, symbol: '삼성/B' })
    const tape = await openTape(dir)
    expect(tape.manifest.streams[0]).toMatchObject({ symbol: '삼성/B', one_sided: true, rows: 3 })
    const raw = []
    for await (const group of tape.stream(0).raw()) raw.push(group)
    expect(raw[0]?.columns.exchange).toEqual(['P', '', 'Q'])
    expect([...(raw[0]?.columns.ask as Float64Array)]).toEqual([Number.NaN, 1.5, Number.NaN])
    const read = await readAll(dir)
    expect(read).toMatchObject({ bid: [125, 0, 300], ask: [0, 150, 0], askSize: [0, 200, 0] })
    expect(read.venueT).toEqual(read.t)
    expect(read.exchange).toBeUndefined()
  })

  it('round-trips random bars with quote columns', async () => {
    const value = fc.oneof(
      fc.integer({ min: -(10 ** 9), max: 10 ** 9 }).map((x) => x / 100),
      fc.constant(Number.NaN),
    )
    const row = fc.record({
      step: fc.nat(10 ** 9),
      prices: fc.array(value, { minLength: 13, maxLength: 13 }),
      volume: fc.nat(10 ** 6),
    })
    const priceKeys = ['open', 'high', 'low', 'close', 'bidOpen', 'bidHigh', 'bidLow', 'bidClose', 'bidSize']
    const keys = [...priceKeys, 'askOpen', 'askHigh', 'askLow', 'askClose']
    const property = fc.asyncProperty(
      fc.array(row, { maxLength: 70 }),
      fc.integer({ min: 1, max: 40 }),
      async (rows, size) => {
        let t = T0
        const times = rows.map((r) => (t += r.step))
        const columns: Record<string, Float64Array> = {
          t: Float64Array.from(times),
          volume: Float64Array.from(rows, (r) => r.volume),
          askSize: Float64Array.from(rows, (r) => r.volume),
        }
        keys.forEach((key, k) => {
          columns[key] = Float64Array.from(rows, (r) => r.prices[k] as number)
        })
        const options = { quoteColumns: true, interval_us: 60_000_000, rowGroupSize: size }
        const read = await readAll(await writeTape('bars', [[columns, rows.length]], options), {
          priceDecimals: 2,
          qtyDecimals: 2,
        })
        for (const [k, key] of keys.entries()) {
          const wanted = rows.map((r) => Math.round((r.prices[k] as number) * 100) || 0)
          expect(read[key] ?? []).toEqual(wanted.map((x) => x + 0))
        }
        expect(read.t ?? []).toEqual(times)
        expect(read.volume ?? []).toEqual(rows.map((r) => r.volume * 100))
      },
    )
    await fc.assert(property, { seed: 20260101, numRuns: 25 })
  })

  it('writes the same bytes twice', async () => {
    const [a, b] = await Promise.all([1, 2].map(() => writeTape('trades', [[tradeColumns(500), 500]])))
    for (const name of await readdir(a as string)) {
      expect(await readFile(join(a as string, name))).toEqual(await readFile(join(b as string, name)))
    }
  })

  it('leaves no manifest and no file behind after abort', async () => {
    const dir = join(await freshDir(), 'tape')
    const writer = await TapeWriter.create(dir, META)
    writer.addInstrument(AAA)
    writer.openStream('AAA', 'trades').append(tradeColumns(10), 10)
    await writer.abort()
    await expect(readdir(dir)).rejects.toThrow('ENOENT')
  })
})

describe('what a tape refuses, by name', () => {
  const append = async (change: Partial<Record<string, Float64Array | undefined>>): Promise<unknown> => {
    const dir = join(await freshDir(), 'tape')
    const writer = await TapeWriter.create(dir, META)
    writer.addInstrument(AAA)
    const stream = writer.openStream('AAA', 'trades')
    try {
      stream.append({ ...tradeColumns(3), ...change } as TapeColumns, 3)
      await writer.seal()
    } finally {
      await writer.abort()
    }
    return undefined
  }

  it.each([
    ['a NaN price', { price: Float64Array.of(1, Number.NaN, 2) }, /row 1: price is NaN/],
    ['an infinite size', { size: Float64Array.of(1, 2, Number.POSITIVE_INFINITY) }, /row 2: size is Infinity/],
    ['a fractional time', { venueT: Float64Array.of(T0, T0 + 0.5, T0) }, /row 1: venueT is .*not a whole number/],
    ['flags past 2^53', { flags: Float64Array.of(0, 0, 2 ** 53) }, /row 2: flags is 9007199254740992/],
    ['time going back', { t: Float64Array.of(T0, T0 - 1, T0) }, /row 1: t 2025-12-31T23:59:59.999999Z is before/],
    ['a missing column', { price: undefined }, /column price is missing/],
    ['a foreign column', { bid: new Float64Array(3) }, /column bid is not one of this stream/],
    ['a short column', { price: new Float64Array(2) }, /column price has 2 rows, not 3/],
  ])('%s', async (_, change, message) => {
    await expect(append(change)).rejects.toThrow(message)
    await expect(append(change)).rejects.toBeInstanceOf(TapeError)
  })

  it('a directory that is not empty', async () => {
    const dir = await freshDir()
    await writeFile(join(dir, 'x'), '')
    await expect(TapeWriter.create(dir, META)).rejects.toThrow('is not empty')
  })

  it('a price that does not fit the scale', async () => {
    const columns = { ...tradeColumns(2), price: Float64Array.of(1, 9e15) }
    const dir = await writeTape('trades', [[columns, 2]])
    await expect(readAll(dir, { priceDecimals: 8, qtyDecimals: 0 })).rejects.toThrow(/row 1: price does not fit/)
  })
})
