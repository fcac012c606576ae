/**
 * A sealed tape being read. `openTape` trusts nothing: the manifest's own hash, its version, and bytes and SHA-256 of
 * every file are checked before anything is parsed. Streams then come as chunks of columns, prices and sizes already
 * scaled integers.
 */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { columnsOf, type TapeColumn } from './columns.ts'
import { TapeError } from './error.ts'
import {
  hashFile,
  MANIFEST_NAME,
  readManifest,
  TAPE_FORMAT,
  TAPE_VERSION,
  type TapeManifest,
  tapeManifestSchema,
  tapeRowHash,
  type TapeStream,
} from './manifest.ts'
import { OwnFile, type RawGroup } from './own-file.ts'
import { scaleInPlace } from './scale.ts'

export type { RawGroup } from './own-file.ts'

export interface TapeScale {
  readonly priceDecimals: number
  readonly qtyDecimals: number
}

export interface TapeChunk {
  readonly rows: number
  /** Row number in the stream of this chunk's first row. */
  readonly firstRow: number
  /** By key (`t`, `venueT`, `price`, …). The arrays belong to the caller. A missing price or size is 0. */
  readonly columns: Record<string, Float64Array>
}

export interface StreamReader {
  readonly info: TapeStream
  /** Row groups in file order; the next one is decoded while the caller works on the current one. */
  chunks(scale: TapeScale): AsyncIterable<TapeChunk>
  /** The rows as they stand: doubles in units of the instrument, NaN for a missing one, texts as strings. */
  raw(): AsyncIterable<RawGroup>
}

export interface Tape {
  readonly dir: string
  readonly manifest: TapeManifest
  stream(i: number): StreamReader
}

/** Opens and checks a tape. Throws TapeError naming the file. */
export async function openTape(dir: string): Promise<Tape> {
  const file = join(dir, MANIFEST_NAME)
  const parsed = await readManifest(file, tapeManifestSchema, { format: TAPE_FORMAT, version: TAPE_VERSION })
  const manifest = parsed as TapeManifest
  checkConsistency(file, manifest)
  for (const listed of manifest.files) await checkFile(join(dir, listed.path), listed)
  return { dir, manifest, stream: (i) => streamReader(dir, manifest, i) }
}

async function checkFile(file: string, listed: { bytes: number; sha256: string }): Promise<void> {
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
    throw new TapeError(file, error.code === 'ENOENT' ? 'is listed in the manifest and not there' : String(error.code))
  })
  if (found.size !== listed.bytes) {
    throw new TapeError(file, `has ${found.size} bytes, the manifest says ${listed.bytes}; restore it from a copy`)
  }
  const sha256 = await hashFile(file)
  if (sha256 !== listed.sha256) {
    throw new TapeError(file, `is damaged: its SHA-256 is ${sha256}, the manifest says ${listed.sha256}`)
  }
}

/** What the manifest's parts say about each other. */
function checkConsistency(file: string, manifest: TapeManifest): void {
  const listed = new Set(manifest.files.map((f) => f.path))
  for (const [i, stream] of manifest.streams.entries()) {
    const field = `field streams.${i}`
    if (!listed.has(stream.file)) throw new TapeError(file, `${field}.file ${stream.file} is not among its files`)
    if (!manifest.instruments.some((x) => x.symbol === stream.symbol && x.venue === stream.venue)) {
      throw new TapeError(file, `${field}.symbol ${stream.symbol} (${stream.venue}) is not among its instruments`)
    }
  }
  const rowHash = tapeRowHash(manifest.streams)
  if (rowHash !== manifest.row_hash) {
    throw new TapeError(file, `field row_hash ${manifest.row_hash} is not the hash of its streams, ${rowHash}`)
  }
}

function streamReader(dir: string, manifest: TapeManifest, i: number): StreamReader {
  const info = manifest.streams[i]
  if (info === undefined) {
    throw new TapeError(join(dir, MANIFEST_NAME), `has no stream ${i}; it has ${manifest.streams.length}`)
  }
  const columns = columnsOf(info.kind, { oneSided: info.one_sided, quoteColumns: info.quote_columns })
  const file = join(dir, info.file)
  return { info, chunks: (scale) => readChunks(file, columns, scale), raw: () => readRaw(file, columns, true) }
}

async function* readRaw(path: string, columns: readonly TapeColumn[], texts: boolean): AsyncGenerator<RawGroup> {
  const file = await OwnFile.open(path, columns)
  try {
    yield* file.groups(texts)
  } finally {
    await file.close()
  }
}

async function* readChunks(path: string, columns: readonly TapeColumn[], scale: TapeScale): AsyncGenerator<TapeChunk> {
  for await (const group of readRaw(path, columns, false)) {
    const scaled: Record<string, Float64Array> = {}
    for (const c of columns) {
      if (c.role === 'text') continue
      const values = group.columns[c.key] as Float64Array
      scaled[c.key] = values
      if (c.role !== 'price' && c.role !== 'qty') continue
      const decimals = c.role === 'price' ? scale.priceDecimals : scale.qtyDecimals
      const bad = scaleInPlace(values, 10 ** decimals)
      if (bad >= 0) {
        const row = group.firstRow + bad
        throw new TapeError(path, `row ${row}: ${c.name} does not fit a safe integer of 10^-${decimals}`)
      }
    }
    yield { rows: group.rows, firstRow: group.firstRow, columns: scaled }
  }
}
