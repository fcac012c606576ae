/**
 * Damaged files against everything that reads one (I-42, F-66, F-67): own tapes, their manifests, Parquet of other
 * programs, journals, CSV, configuration. Each gives a value or a typed error within 1 s a MiB, and does not take
 * memory that its size does not explain. Seeded, so that a finding can be played again.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { Failure } from '../../src/cli/failure.ts'
import { loadConfig } from '../../src/config/load.ts'
import { Rng } from '../../src/core/base/rng.ts'
import { epochDay } from '../../src/core/base/time.ts'
import { writeMarketTape } from '../../src/generate/market-tape.ts'
import { importCsv } from '../../src/import/csv.ts'
import { importRequest } from '../../src/import/csv-request.ts'
import { importParquet } from '../../src/import/parquet.ts'
import { JournalError, TapeError } from '../../src/tape/error.ts'
import { readJournal, recoverJournal } from '../../src/tape/journal-read.ts'
import { canonicalJson, hashFile, sealManifest } from '../../src/tape/manifest.ts'
import { openTape } from '../../src/tape/read.ts'
import { JournalWriter } from '../../src/tape/journal.ts'
import { damaged } from './damage.ts'

const MIB = 2 ** 20

interface Target {
  readonly name: string
  /** The file whose bytes are damaged, where `read` looks for it. */
  readonly file: string
  read(): Promise<void> | void
}

export interface Finding {
  readonly target: string
  readonly run: number
  readonly what: string
}

export interface Outcome {
  readonly runs: number
  /** By target: how many were read, how many refused. */
  readonly counts: ReadonlyMap<string, { read: number; refused: number }>
  readonly slowest: number
  readonly findings: readonly Finding[]
}

/** `each` damages of each kind of file. */
export async function fuzzFiles(each: number, seed: number, only?: string): Promise<Outcome> {
  const root = mkdtempSync(join(tmpdir(), 'sametape-hostile-'))
  try {
    const targets = (await makeTargets(root)).filter((t) => only === undefined || t.name === only)
    const counts = new Map<string, { read: number; refused: number }>()
    const findings: Finding[] = []
    let slowest = 0
    for (const target of targets) {
      const whole = new Uint8Array(readFileSync(target.file))
      // Undamaged it must read, or nothing below would be proved.
      await target.read()
      const count = { read: 0, refused: 0 }
      counts.set(target.name, count)
      const rng = Rng.start(seed, 1).split(target.name)
      for (let run = 0; run < each; run++) {
        const bytes = damaged(rng, whole)
        writeFileSync(target.file, bytes)
        const { what, ms, refused } = await one(target, bytes.length)
        count[refused ? 'refused' : 'read']++
        slowest = Math.max(slowest, ms)
        if (what !== undefined) findings.push({ target: target.name, run, what })
      }
      writeFileSync(target.file, whole)
    }
    return { runs: each * targets.length, counts, slowest, findings }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

/** Reads once; `what` is what must not have happened. */
async function one(target: Target, size: number): Promise<{ what?: string; ms: number; refused: boolean }> {
  const before = process.memoryUsage().arrayBuffers
  const began = performance.now()
  let refused = false
  let what: string | undefined
  try {
    await target.read()
  } catch (error) {
    refused = true
    if (!isTyped(error)) what = error instanceof Error ? (error.stack ?? error.message) : String(error)
  }
  const ms = performance.now() - began
  const taken = process.memoryUsage().arrayBuffers - before
  if (taken > 64 * MIB + 10 * size) what ??= `took ${Math.round(taken / MIB)} MiB for ${size} bytes`
  if (ms > 1000 + (1000 * size) / MIB) what ??= `took ${Math.round(ms)} ms for ${size} bytes`
  return { ...(what === undefined ? {} : { what }), ms, refused }
}

function isTyped(error: unknown): boolean {
  return error instanceof Failure || error instanceof TapeError || error instanceof JournalError
}

async function makeTargets(root: string): Promise<Target[]> {
  return [
    ...(await ownTape(join(root, 'own'))),
    await foreignParquet(join(root, 'foreign')),
    csv(join(root, 'csv')),
    journal(join(root, 'journal')),
    ...configuration(join(root, 'config')),
  ]
}

async function ownTape(dir: string): Promise<Target[]> {
  const shape = { days: 1, seed: 1, start: epochDay(2026, 3, 10), rate: 2, bars: false, fx: false }
  await writeMarketTape({ symbols: ['NVDA'], ...shape }, dir)
  const manifest = join(dir, 'manifest.json')
  const text = readFileSync(manifest, 'utf8')
  const { files } = JSON.parse(text) as { files: { path: string }[] }
  const parquet = join(dir, files.find((f) => f.path.endsWith('.parquet'))?.path ?? '')
  const readAll = async (): Promise<void> => {
    const tape = await openTape(dir)
    for (let i = 0; i < tape.manifest.streams.length; i++) {
      for await (const chunk of tape.stream(i).chunks({ priceDecimals: 2, qtyDecimals: 0 })) void chunk.rows
    }
  }
  return [
    { name: 'manifest', file: manifest, read: readAll },
    {
      // Damaged, and then put into the form and under the hash of an honest one.
      name: 'manifest with its hash',
      file: manifest,
      read: () => {
        const told = tryJson(readFileSync(manifest, 'utf8'))
        if (told !== undefined) writeFileSync(manifest, canonicalJson(sealManifest(told)))
        return readAll()
      },
    },
    { name: 'tape', file: parquet, read: readAll },
    {
      // Whoever writes the file can write its checksum too.
      name: 'tape with its checksums',
      file: parquet,
      read: async () => {
        await reseal(manifest, text, dir)
        try {
          await readAll()
        } finally {
          writeFileSync(manifest, text)
        }
      },
    },
  ]
}

function tryJson(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

async function reseal(manifest: string, text: string, dir: string): Promise<void> {
  const told = JSON.parse(text) as {
    files: { path: string; bytes: number; sha256: string }[]
    manifest_sha256?: string
  }
  delete told.manifest_sha256
  for (const f of told.files) {
    f.bytes = readFileSync(join(dir, f.path)).length
    f.sha256 = await hashFile(join(dir, f.path))
  }
  writeFileSync(manifest, canonicalJson(sealManifest(told)))
}

async function foreignParquet(dir: string): Promise<Target> {
  mkdirSync(dir)
  const file = join(dir, 'rows.parquet')
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  await connection.run("SET TimeZone = 'UTC'")
  await connection.run(
    `COPY (SELECT make_timestamptz(1704294000000000 + i * 1000) AS t, (1000 + i % 7) / 100.0::DOUBLE AS price,
     (1 + i % 5)::DOUBLE AS size, 'ABC' AS symbol FROM range(3000) r(i)) TO '${file}' (FORMAT parquet)`,
  )
  connection.closeSync()
  const out = join(dir, 'tape')
  const read = async (): Promise<void> => {
    rmSync(out, { recursive: true, force: true })
    await importParquet(importRequest([file], { symbol: 'ABC', out }), 'trades', () => undefined)
  }
  return { name: 'foreign Parquet', file, read }
}

function csv(dir: string): Target {
  mkdirSync(dir)
  const file = join(dir, 'rows.csv')
  const rows = Array.from({ length: 400 }, (_, i) => `${1_704_294_000_000 + i * 60_000},10.5,10.75,10.25,10.5,${i + 1}`)
  writeFileSync(file, `t,open,high,low,close,volume\n${rows.join('\n')}\n`)
  const out = join(dir, 'tape')
  const options = {
    symbol: 'ABC',
    out,
    timeUnit: 'ms',
    map: 't=t,open=open,high=high,low=low,close=close,volume=volume',
  }
  const read = async (): Promise<void> => {
    rmSync(out, { recursive: true, force: true })
    await importCsv(importRequest([file], { ...options, interval: '1m' }), () => undefined)
  }
  return { name: 'CSV', file, read }
}

function journal(dir: string): Target {
  const writer = JournalWriter.create(dir, {})
  const record = new Uint8Array(64)
  for (let i = 0; i < 500; i++) {
    record.fill(i % 251)
    writer.append(record, Uint16Array.of(64), 1, false)
    if (i % 50 === 49) writer.sync()
  }
  writer.close()
  const [segment = ''] = readdirSync(dir).filter((name) => name.endsWith('.stj'))
  const kept = `${dir}-copy`
  const read = (): void => {
    for (const frame of readJournal(dir)) void frame
    cpSync(dir, kept, { recursive: true })
    recoverJournal(kept)
    rmSync(kept, { recursive: true, force: true })
  }
  return { name: 'journal', file: join(dir, segment), read }
}

function configuration(dir: string): Target[] {
  cpSync(new URL('../../config', import.meta.url), dir, { recursive: true })
  const names = readdirSync(dir).filter((name) => name.endsWith('.yaml'))
  return names.map((name) => ({
    name,
    file: join(dir, name),
    read: () => void loadConfig({ dir, sets: [], env: {} }),
  }))
}
