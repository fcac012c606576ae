/** Parquet files of another program, written here by DuckDB: accepted with the right columns, else refused by name. */
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, it } from 'vitest'
import { openParquet, type ForeignOptions } from '../../../src/tape/foreign-file.ts'
import type { StreamKind } from '../../../src/tape/manifest.ts'
import { openTape } from '../../../src/tape/read.ts'
import { TapeWriter } from '../../../src/tape/write.ts'
import { AAA, freshDir, META, T0, tradeColumns } from './columns-for-test.ts'

async function sql(...statements: string[]): Promise<unknown[][]> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  await connection.run("SET TimeZone = 'UTC'")
  let rows: unknown[][] = []
  for (const statement of statements) rows = (await connection.runAndReadAll(statement)).getRows() as unknown[][]
  connection.closeSync()
  return rows
}

/** Writes the rows of a SELECT as a Parquet file. */
async function parquet(select: string, format = 'COMPRESSION zstd'): Promise<string> {
  const file = join(await freshDir(), 'x.parquet')
  await sql(`COPY (${select}) TO '${file}' (FORMAT parquet, ${format})`)
  return file
}

async function rows(file: string, kind: StreamKind, options?: ForeignOptions): Promise<Record<string, unknown[]>> {
  const foreign = await openParquet(file, kind, options)
  const out: Record<string, unknown[]> = {}
  try {
    for await (const group of foreign.groups()) {
      for (const [key, values] of Object.entries(group.columns)) out[key] = [...(out[key] ?? []), ...(values ?? [])]
    }
  } finally {
    await foreign.close()
  }
  return out
}

const TS = `make_timestamptz(${T0} + i * 1000)`
const TRADES = (n: number): string =>
  `SELECT ${TS} AS t, 'AAA' AS symbol, (10000 + i % 7) / 100.0::DOUBLE AS price, (i % 5) * 100.0::DOUBLE AS size,
   (i % 3)::BIGINT AS flags FROM range(${n}) r(i)`

describe('openParquet on files of DuckDB', () => {
  it.each([
    'COMPRESSION zstd',
    'COMPRESSION snappy',
    'COMPRESSION gzip',
    'COMPRESSION uncompressed',
    'COMPRESSION zstd, PARQUET_VERSION v2',
    'COMPRESSION snappy, PARQUET_VERSION v2, ROW_GROUP_SIZE 4096',
  ])('reads trades: %s', async (format) => {
    const n = 10_000
    const read = await rows(await parquet(TRADES(n), format), 'trades')
    expect(read.t).toHaveLength(n)
    for (const i of [0, 1, 4095, 4096, n - 1]) {
      expect(read.t?.[i]).toBe(T0 + i * 1000)
      expect(read.price?.[i]).toBe((10000 + (i % 7)) / 100)
      expect(read.size?.[i]).toBe((i % 5) * 100)
      expect(read.flags?.[i]).toBe(i % 3)
    }
    expect(read.venueT).toBeUndefined()
  })

  it.each([
    ['TIMESTAMP_MS', T0 + 1000, 'local' as const],
    ['TIMESTAMP_NS', T0 + 1000, 'local' as const],
    ['TIMESTAMP', T0 + 1000, 'local' as const],
    ['TIMESTAMPTZ', T0 + 1000, undefined],
    ['DATE', T0, undefined],
  ])('takes a time of type %s', async (type, wanted, zoneless) => {
    const file = await parquet(`SELECT (make_timestamptz(${T0 + 1000}))::${type} AS t, 1.5::DOUBLE AS rate`)
    const read = await rows(file, 'fx', zoneless === undefined ? {} : { zoneless })
    expect(read.t).toEqual([wanted])
    if (zoneless !== undefined) await expect(rows(file, 'fx')).rejects.toThrow('column t holds stamps without a zone')
  })

  it('cuts nanoseconds, before 1970 too', async () => {
    const ns = (x: bigint): string => `SELECT make_timestamp_ns(${x}) AS t, 1::DOUBLE AS rate`
    const file = await parquet(`${ns(1767225600000634187n)} UNION ALL ${ns(-1n)} ORDER BY t DESC`)
    expect((await rows(file, 'fx', { zoneless: 'local' })).t).toEqual([1767225600000634, -1])
  })

  it('takes decimals as the decimals they are, and whole numbers', async () => {
    const cents = Array.from({ length: 2000 }, (_, i) => i)
    const values = `SELECT unnest([${cents.join(',')}]) AS c`
    const bars = (type: string): string =>
      `SELECT ${TS.replaceAll('i *', 'c *')} AS t, (c::DECIMAL(18,2) / 100)::${type} AS open, (c::DECIMAL(18,2) / 100)::${type}
       AS high, (c::DECIMAL(18,2) / 100)::${type} AS low, (c::DECIMAL(18,2) / 100)::${type} AS close, c::BIGINT AS volume
       FROM (${values}) ORDER BY c`
    for (const type of ['DECIMAL(4,2)', 'DECIMAL(9,2)', 'DECIMAL(18,2)', 'DECIMAL(38,2)']) {
      const read = await rows(await parquet(bars(type)), 'bars')
      expect(read.close).toEqual(cents.map((c) => c / 100))
      expect(read.volume).toEqual(cents)
    }
  })

  it('gives NaN and empty text for nulls and says that a side can be missing', async () => {
    const file = await parquet(`SELECT ${TS} AS t, CASE WHEN i % 2 = 0 THEN 1.5 END::DOUBLE AS bid, 2.5::DOUBLE AS ask,
      100::DOUBLE AS bid_size, 100::DOUBLE AS ask_size, CASE WHEN i = 0 THEN 'P' END AS exchange FROM range(4) r(i)`)
    const foreign = await openParquet(file, 'quotes')
    expect(foreign).toMatchObject({ rows: 4, symbol: undefined, shape: { oneSided: true }, zoneless: false })
    await foreign.close()
    const read = await rows(file, 'quotes')
    expect(read.bid).toEqual([1.5, Number.NaN, 1.5, Number.NaN])
    expect(read.exchange).toEqual(['P', '', '', ''])
  })

  it.each([
    [
      'trades',
      `SELECT ${TS} AS t, 1::DOUBLE AS px, 1::DOUBLE AS size FROM range(2) r(i)`,
      'column px is not one of trades',
    ],
    ['trades', `SELECT ${TS} AS t, 1::DOUBLE AS price FROM range(2) r(i)`, 'column size is missing'],
    ['trades', `SELECT ${TS} AS t, '1' AS price, 1::DOUBLE AS size FROM range(2) r(i)`, 'column price is BYTE_ARRAY'],
    ['trades', `SELECT ${TS} AS t, 1::FLOAT AS price, 1::DOUBLE AS size FROM range(2) r(i)`, 'column price is FLOAT'],
    ['fx', 'SELECT i AS t, 1::DOUBLE AS rate FROM range(2) r(i)', 'column t is INT64 (INT_64); it must be a TIMESTAMP'],
    ['fx', `SELECT ${TS} AS t, [1.5] AS rate FROM range(2) r(i)`, 'column rate is nested'],
  ] as const)('refuses by name: %s, %s', async (kind, select, message) => {
    await expect(openParquet(await parquet(select), kind)).rejects.toThrow(message)
  })

  it('refuses a second symbol and names the row', async () => {
    const file = await parquet(`SELECT ${TS} AS t, 1::DOUBLE AS price, 1::DOUBLE AS size,
      CASE WHEN i = 2 THEN 'BBB' ELSE 'AAA' END AS symbol FROM range(4) r(i)`)
    await expect(rows(file, 'trades')).rejects.toThrow('row 2: symbol "BBB" after "AAA"')
  })

  it.each(['9007199254740993::BIGINT', '18446744073709551615::UBIGINT'])('refuses flags of %s', async (value) => {
    const file = await parquet(`SELECT ${TS} AS t, 1::DOUBLE AS price, 1::DOUBLE AS size, ${value} AS flags
      FROM range(1) r(i)`)
    await expect(rows(file, 'trades')).rejects.toThrow(`row 0: flags ${value.split(':')[0]} is not exact`)
  })
})

describe('DuckDB on files of ours', () => {
  it('finds the types, the symbol and the same values', async () => {
    const n = 1000
    const dir = join(await freshDir(), 'tape')
    const writer = await TapeWriter.create(dir, META, { rowGroupSize: 300 })
    writer.addInstrument(AAA)
    writer.openStream('AAA', 'trades').append(tradeColumns(n), n)
    await writer.seal()
    const file = join(dir, (await openTape(dir)).manifest.streams[0]?.file as string)
    const types = await sql(`DESCRIBE SELECT * FROM '${file}'`)
    expect(types.map((row) => row.slice(0, 2))).toEqual([
      ['t', 'TIMESTAMP WITH TIME ZONE'],
      ['venue_t', 'TIMESTAMP WITH TIME ZONE'],
      ['symbol', 'VARCHAR'],
      ['price', 'DOUBLE'],
      ['size', 'DOUBLE'],
      ['flags', 'BIGINT'],
    ])
    const seen = await sql(`SELECT epoch_us(t), epoch_us(venue_t), symbol, price, size, flags FROM '${file}'`)
    const c = tradeColumns(n) as Record<'t' | 'venueT' | 'price' | 'size' | 'flags', Float64Array>
    const wanted = Array.from(c.t, (t, i) => [
      BigInt(t),
      BigInt(c.venueT[i] as number),
      'AAA',
      c.price[i],
      c.size[i],
      BigInt(c.flags[i] as number),
    ])
    expect(seen).toEqual(wanted)
    const range = await sql(`SELECT count(*) FROM '${file}' WHERE t >= make_timestamptz(${T0 + 500_000})`)
    expect(range).toEqual([[500n]])
  })

  it('finds missing sides and exchanges, also where a whole row group has none', async () => {
    const n = 40
    const some = (value: number) =>
      Float64Array.from({ length: n }, (_, i) => (i < 20 && i % 3 === 0 ? value + i : Number.NaN))
    const columns = {
      t: Float64Array.from({ length: n }, (_, i) => T0 + i),
      bid: some(1),
      ask: some(2),
      bidSize: some(3),
      askSize: new Float64Array(n).fill(100),
      exchange: Array.from({ length: n }, (_, i) => (i < 20 && i % 2 === 0 ? 'PQ'[i % 4 === 0 ? 0 : 1] : '') as string),
    }
    const dir = join(await freshDir(), 'tape')
    const writer = await TapeWriter.create(dir, META, { rowGroupSize: 20 })
    writer.addInstrument(AAA)
    writer.openStream('AAA', 'quotes', { oneSided: true }).append(columns, n)
    await writer.seal()
    const seen = await sql(`SELECT bid, ask, bid_size, ask_size, exchange, flags FROM '${dir}/AAA.quotes.parquet'`)
    const orNull = (x: number | undefined): number | null => (x === undefined || Number.isNaN(x) ? null : x)
    const { bid, ask, bidSize, exchange } = columns
    expect(seen).toEqual(
      exchange.map((e, i) => [orNull(bid[i]), orNull(ask[i]), orNull(bidSize[i]), 100, e === '' ? null : e, 0n]),
    )
  })

  it('reads its own files through the general path to the same values', async () => {
    const dir = join(await freshDir(), 'tape')
    const writer = await TapeWriter.create(dir, META, { rowGroupSize: 128 })
    writer.addInstrument(AAA)
    writer.openStream('AAA', 'trades').append(tradeColumns(300), 300)
    await writer.seal()
    const tape = await openTape(dir)
    const general = await rows(join(dir, tape.manifest.streams[0]?.file as string), 'trades')
    const own: Record<string, unknown[]> = {}
    for await (const group of tape.stream(0).raw()) {
      for (const [key, values] of Object.entries(group.columns)) own[key] = [...(own[key] ?? []), ...(values ?? [])]
    }
    expect(general).toEqual(own)
  })
})
