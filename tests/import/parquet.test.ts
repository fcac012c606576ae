/** `import parquet` on files that DuckDB wrote: the checks of text files hold, and the rows are the same. */
import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, it } from 'vitest'
import { importRequest } from '../../src/import/csv-request.ts'
import { importParquet } from '../../src/import/parquet.ts'
import type { ImportResult } from '../../src/import/tape-import.ts'
import type { StreamKind } from '../../src/tape/columns.ts'
import { cleanUp, freshPath, importText, rowsOf } from './import-for-test.ts'

cleanUp()

async function parquet(select: string): Promise<string> {
  const file = freshPath('x.parquet')
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  await connection.run("SET TimeZone = 'UTC'")
  await connection.run(`COPY (${select}) TO '${file}' (FORMAT parquet)`)
  connection.closeSync()
  return file
}

async function run(
  files: readonly string[],
  options: Record<string, unknown> = {},
  kind?: StreamKind,
): Promise<ImportResult & { out: string }> {
  const out = freshPath('tape')
  const request = importRequest(files, { symbol: 'ABC', out, ...options })
  return { ...(await importParquet(request, kind, () => undefined)), out }
}

const TRADES = `SELECT make_timestamptz(1704294000000000 + i * 1000) AS t, (1000 + i % 7) / 100.0::DOUBLE AS price,
  (i % 5)::DOUBLE AS size, (i % 3)::BIGINT AS flags FROM range(10000) r(i)`

describe('import parquet', () => {
  it('gives the rows that the same text gives, and names bad rows', async () => {
    const r = await run([await parquet(TRADES)])
    expect([r.rows, r.accepted, r.rejected]).toEqual([10_000, 8_000, 2_000])
    expect(r.faults[0]).toMatchObject({ row: 2, field: 'size', value: '0', why: 'is zero; a trade has a size' })
    const text = Array.from(
      { length: 10_000 },
      (_, i) => `${1704294000000 + i},${(1000 + (i % 7)) / 100},${i % 5},${i % 3}`,
    )
    const csv = await importText(['t,price,size,flags', ...text, ''].join('\n'), {
      map: 't=t,price=price,size=size,flags=flags',
      timeUnit: 'ms',
    })
    expect(r.manifest?.row_hash).toBe(csv.manifest?.row_hash)
  })

  it('reads sessions, and stamps without a zone only with one', async () => {
    const bars = (
      time: string,
    ): string => `SELECT ${time} AS t, 1.5::DOUBLE AS open, 2::DOUBLE AS high, 1::DOUBLE AS low,
      1.5::DOUBLE AS close, 10::DOUBLE AS volume FROM range(2) r(i)`
    const dates = await run([await parquet(bars("DATE '2024-01-03' + i::INTEGER"))])
    expect(dates.manifest?.streams[0]).toMatchObject({ interval_us: 'session', rows: 2 })
    const local = await parquet(bars("TIMESTAMP '2024-01-03 09:30:00' + INTERVAL 1 MINUTE * i"))
    await expect(run([local])).rejects.toThrow(/has no zone; add --tz/)
    const r = await run([local], { tz: 'America/New_York' })
    expect((await rowsOf(r.out)).map((row) => row.t)).toEqual([1704292200000000, 1704292260000000])
  })

  it('refuses another symbol, another kind and text, by name', async () => {
    const named = await parquet(`SELECT 'XYZ' AS symbol, * FROM (${TRADES})`)
    await expect(run([named])).rejects.toThrow(/column symbol says XYZ; give --symbol XYZ/)
    const odd = await parquet('SELECT 1 AS wings')
    await expect(run([odd])).rejects.toThrow(/wings.*--kind/)
    await expect(run([await parquet(TRADES)], {}, 'quotes')).rejects.toThrow(/price/)
    await expect(importText('PAR1')).rejects.toThrow(/import parquet/)
  })
})
