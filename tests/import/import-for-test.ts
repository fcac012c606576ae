/** Imports texts as files and reads the tape back, in decimals of the instrument. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll } from 'vitest'
import { importCsv } from '../../src/import/csv.ts'
import { importRequest } from '../../src/import/csv-request.ts'
import type { ImportResult } from '../../src/import/tape-import.ts'
import { openTape } from '../../src/tape/read.ts'

const root = mkdtempSync(join(tmpdir(), 'sametape-import-'))
let made = 0

/** Call once in a test file that uses this: removes what was written. */
export function cleanUp(): void {
  afterAll(() => rmSync(root, { recursive: true, force: true }))
}

export function freshPath(name: string): string {
  return join(root, `${made++}-${name}`)
}

export function write(text: string | Buffer, name = 'rows.csv'): string {
  const path = freshPath(name)
  writeFileSync(path, text)
  return path
}

export function zipped(text: string): string {
  return write(gzipSync(text), 'rows.csv')
}

export interface Imported extends ImportResult {
  readonly out: string
}

export async function importFiles(files: readonly string[], options: Record<string, unknown> = {}): Promise<Imported> {
  const out = freshPath('tape')
  const request = importRequest(files, { symbol: 'ABC', out, ...options })
  const result = await importCsv(request, () => undefined)
  return { ...result, out }
}

export async function importText(text: string, options: Record<string, unknown> = {}): Promise<Imported> {
  return importFiles([write(text)], options)
}

/** Rows of one stream as objects, scaled integers divided again. */
export async function rowsOf(out: string, stream = 0): Promise<Record<string, number>[]> {
  const tape = await openTape(out)
  const info = tape.manifest.streams[stream]
  const instrument = tape.manifest.instruments.find((i) => i.symbol === info?.symbol)
  const scale = { priceDecimals: instrument?.price_decimals ?? 0, qtyDecimals: instrument?.qty_decimals ?? 0 }
  const rows: Record<string, number>[] = []
  for await (const chunk of tape.stream(stream).chunks(scale)) {
    for (let i = 0; i < chunk.rows; i++) {
      const row: Record<string, number> = {}
      for (const [key, values] of Object.entries(chunk.columns)) {
        const unit = /size|volume/i.test(key)
          ? 10 ** scale.qtyDecimals
          : /^(t|venueT|flags)$/.test(key)
            ? 1
            : 10 ** scale.priceDecimals
        row[key] = (values[i] as number) / unit
      }
      rows.push(row)
    }
  }
  return rows
}
