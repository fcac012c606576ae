/**
 * The reason why tapes are not written with parquetjs-lite: an INT64 beyond 2^53 comes back as another number, and
 * nobody is told. DuckDB is the judge; the writer that is used instead passes the same test. A tape's own columns
 * refuse such a number in both directions (`numbers.test.ts`, `foreign-file.test.ts`): times are microseconds.
 */
import { createRequire } from 'node:module'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { ByteWriter, parquetWrite } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import { freshDir } from './columns-for-test.ts'

const NANOS = 1767225600000634187n

interface Lite {
  ParquetSchema: new (fields: object) => object
  ParquetWriter: {
    openFile(schema: object, file: string): Promise<{ appendRow(row: object): Promise<void>; close(): Promise<void> }>
  }
}
const lite = createRequire(import.meta.url)('parquetjs-lite') as Lite

async function judged(file: string): Promise<unknown> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  const rows = (await connection.runAndReadAll(`SELECT ts FROM '${file}'`)).getRows()
  connection.closeSync()
  return rows[0]?.[0]
}

async function byLite(value: unknown): Promise<string> {
  const file = join(await freshDir(), 'lite.parquet')
  const schema = new lite.ParquetSchema({ ts: { type: 'INT64' } })
  const writer = await lite.ParquetWriter.openFile(schema, file)
  await writer.appendRow({ ts: value })
  await writer.close()
  return file
}

async function byHyparquet(value: bigint): Promise<string> {
  const file = join(await freshDir(), 'ours.parquet')
  const writer = new ByteWriter()
  await parquetWrite({ writer, columnData: [{ name: 'ts', data: BigInt64Array.of(value) }] })
  writeFileSync(file, writer.getBytes())
  return file
}

describe('nanoseconds in an INT64 column', () => {
  it('are another number after parquetjs-lite', async () => {
    expect(await judged(await byLite(Number(NANOS)))).not.toBe(NANOS)
    // Given as a bigint they are no better: written wrongly in silence, or refused by an error of its inside.
    const seen = await byLite(NANOS).then(judged, () => undefined)
    expect(seen).not.toBe(NANOS)
  })

  it('are the same after hyparquet-writer', async () => {
    expect(await judged(await byHyparquet(NANOS))).toBe(NANOS)
  })
})
