/**
 * A tape being written: a directory with one Parquet file per (symbol, kind) and a manifest that is written last.
 * Until `seal` has read everything back and found it equal, every file carries a temporary name, so a directory with
 * a manifest is always a whole tape. Symbols are unique within a tape.
 */
import { closeSync, fsyncSync, openSync } from 'node:fs'
import { mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { formatMicros } from '../core/base/time.ts'
import { canonicalJson } from './canonical.ts'
import { columnsOf, type StreamKind } from './columns.ts'
import { TapeError } from './error.ts'
import {
  hashFile,
  type ListedFile,
  MANIFEST_NAME,
  sealManifest,
  TAPE_FORMAT,
  TAPE_VERSION,
  type TapeInstrument,
  type TapeManifest,
  tapeManifestSchema,
  tapeRowHash,
  type TapeStream,
} from './manifest.ts'
import { OwnFile } from './own-file.ts'
import type { RawColumns } from './row-hash.ts'
import { StreamFile } from './stream-file.ts'
import { codeVersion } from './version.ts'

export const DEFAULT_ROW_GROUP_SIZE = 65_536
const PART = '.part'

export interface TapeMeta {
  source: TapeManifest['source']
  label?: 'generated'
  adjustment: TapeManifest['adjustment']
  time_resolution: TapeManifest['time_resolution']
  /** Further members of the manifest, e.g. `actions`. */
  extra?: Record<string, unknown>
}

export interface TapeWriterOptions {
  /** Rows per row group; not part of the tape's identity. */
  readonly rowGroupSize?: number
}

export interface StreamOptions {
  oneSided?: boolean
  quoteColumns?: boolean
  interval_us?: number | 'session'
}

/** Columns of equal length by key: numbers as doubles (NaN: missing), `exchange` as strings ('': missing). */
export type TapeColumns = RawColumns

export interface StreamWriter {
  /**
   * Adds rows [0, n). Times are integer microseconds UTC, `t` ascending. The arrays may be reused afterwards.
   * Throws TapeError naming the column and the row of the first value that is refused.
   */
  append(columns: TapeColumns, n: number): void
}

interface OpenStream {
  readonly instrument: TapeInstrument
  readonly kind: StreamKind
  readonly options: StreamOptions
  readonly file: string
  readonly writer: StreamFile
}

export class TapeWriter {
  readonly #dir: string
  readonly #madeDir: boolean
  readonly #meta: TapeMeta
  readonly #rowGroupSize: number
  readonly #instruments = new Map<string, TapeInstrument>()
  readonly #streams = new Map<string, OpenStream>()
  #done = false

  private constructor(dir: string, madeDir: boolean, meta: TapeMeta, rowGroupSize: number) {
    this.#dir = dir
    this.#madeDir = madeDir
    this.#meta = meta
    this.#rowGroupSize = rowGroupSize
  }

  /** Makes the directory; one that is there must be empty. */
  static async create(dir: string, meta: TapeMeta, options: TapeWriterOptions = {}): Promise<TapeWriter> {
    const rowGroupSize = options.rowGroupSize ?? DEFAULT_ROW_GROUP_SIZE
    if (!Number.isSafeInteger(rowGroupSize) || rowGroupSize < 1) {
      throw new TapeError(dir, `rowGroupSize is ${rowGroupSize}, not a whole number of rows`)
    }
    const made = await mkdir(dir, { recursive: true })
    if (made === undefined && (await readdir(dir)).length > 0) {
      throw new TapeError(dir, 'is not empty; name a directory that is not there yet')
    }
    return new TapeWriter(dir, made !== undefined, meta, rowGroupSize)
  }

  addInstrument(instrument: TapeInstrument): void {
    if (this.#instruments.has(instrument.symbol)) {
      throw new TapeError(this.#dir, `symbol ${instrument.symbol} is added twice`)
    }
    this.#instruments.set(instrument.symbol, { ...instrument })
  }

  /** Decimals may change until `seal`: an importer knows them when it has seen the last row. */
  setDecimals(symbol: string, priceDecimals: number, qtyDecimals: number): void {
    const instrument = this.#instrument(symbol)
    for (const [field, value] of Object.entries({ price_decimals: priceDecimals, qty_decimals: qtyDecimals })) {
      if (!Number.isInteger(value) || value < 0 || value > 8) {
        throw new TapeError(this.#dir, `${symbol}: ${field} is ${value}, not 0 to 8`)
      }
    }
    instrument.price_decimals = priceDecimals
    instrument.qty_decimals = qtyDecimals
  }

  openStream(symbol: string, kind: StreamKind, options: StreamOptions = {}): StreamWriter {
    const instrument = this.#instrument(symbol)
    const file = `${fileStem(symbol)}.${kind}.parquet`
    // Compared without case: some file systems would make one file of AAPL and aapl.
    const key = file.toLowerCase()
    if (this.#streams.has(key)) throw new TapeError(join(this.#dir, file), 'the same stream is opened twice')
    const shape = { oneSided: options.oneSided, quoteColumns: options.quoteColumns }
    const writer = new StreamFile({
      file: join(this.#dir, file + PART),
      symbol,
      columns: columnsOf(kind, shape),
      rowGroupSize: this.#rowGroupSize,
    })
    this.#streams.set(key, { instrument, kind, options, file, writer })
    return writer
  }

  /**
   * Ends all streams, reads the files back (row counts, row hashes), gives them their names and writes the manifest
   * last. After a failure nothing but the temporary files is there; call `abort`.
   */
  async seal(): Promise<TapeManifest> {
    if (this.#done) throw new TapeError(this.#dir, 'the tape was sealed or aborted before')
    const streams: TapeStream[] = []
    const files: ListedFile[] = []
    for (const open of this.#sorted()) {
      const stream = describe(open, open.writer.finish())
      const part = open.writer.file
      await verifyWritten(part, stream)
      files.push({ path: open.file, bytes: (await stat(part)).size, sha256: await hashFile(part) })
      streams.push(stream)
    }
    const manifest = this.#manifest(streams, files)
    const checked = tapeManifestSchema.safeParse(manifest)
    if (!checked.success) throw new TapeError(join(this.#dir, MANIFEST_NAME), checked.error.message)
    for (const open of this.#sorted()) await rename(open.writer.file, join(this.#dir, open.file))
    await writeDurably(join(this.#dir, MANIFEST_NAME), canonicalJson(manifest))
    this.#done = true
    return manifest
  }

  /** Removes what was written, and the directory if `create` made it. */
  async abort(): Promise<void> {
    if (this.#done) return
    this.#done = true
    for (const { writer, file } of this.#streams.values()) {
      writer.abort()
      await rm(writer.file, { force: true })
      await rm(join(this.#dir, file), { force: true })
    }
    await rm(join(this.#dir, MANIFEST_NAME + PART), { force: true })
    if (this.#madeDir) await rmdir(this.#dir)
  }

  #instrument(symbol: string): TapeInstrument {
    const found = this.#instruments.get(symbol)
    if (found === undefined) throw new TapeError(this.#dir, `symbol ${symbol} is not an instrument of this tape`)
    return found
  }

  #sorted(): OpenStream[] {
    const rank = (s: OpenStream): Buffer =>
      Buffer.from(`${s.instrument.venue}\t${s.instrument.symbol}\t${s.kind}`, 'utf8')
    return [...this.#streams.values()].sort((a, b) => Buffer.compare(rank(a), rank(b)))
  }

  #manifest(streams: TapeStream[], files: ListedFile[]): TapeManifest {
    const { source, label, adjustment, time_resolution, extra } = this.#meta
    const bySymbol = [...this.#instruments.values()].sort((a, b) =>
      Buffer.compare(Buffer.from(a.symbol), Buffer.from(b.symbol)),
    )
    return sealManifest({
      ...extra,
      format: TAPE_FORMAT,
      version: TAPE_VERSION,
      source,
      ...(label === undefined ? {} : { label }),
      adjustment,
      time_resolution,
      instruments: bySymbol,
      streams,
      files,
      row_hash: tapeRowHash(streams),
      code_version: codeVersion(),
    }) as TapeManifest
  }
}

function describe(open: OpenStream, rowHash: string): TapeStream {
  const { instrument, kind, options, file, writer } = open
  return {
    symbol: instrument.symbol,
    venue: instrument.venue,
    kind,
    file,
    rows: writer.rows,
    first: writer.rows === 0 ? '' : formatMicros(writer.firstT),
    last: writer.rows === 0 ? '' : formatMicros(writer.lastT),
    row_hash: rowHash,
    ...(options.oneSided === true ? { one_sided: true } : {}),
    ...(options.quoteColumns === true ? { quote_columns: true } : {}),
    ...(options.interval_us === undefined ? {} : { interval_us: options.interval_us }),
  }
}

/** What was meant and what a reader finds must be the same rows. */
async function verifyWritten(part: string, stream: TapeStream): Promise<void> {
  const columns = columnsOf(stream.kind, { oneSided: stream.one_sided, quoteColumns: stream.quote_columns })
  const file = await OwnFile.open(part, columns)
  try {
    const found = await file.rowHash()
    if (found.rows !== stream.rows || found.rowHash !== stream.row_hash) {
      throw new TapeError(
        part,
        `reads back as ${found.rows} rows ${found.rowHash}, written ${stream.rows} rows ${stream.row_hash}`,
      )
    }
  } finally {
    await file.close()
  }
}

/** File name of a symbol: what is not a letter, digit, dot, dash or underscore is percent-coded, a first dot too. */
function fileStem(symbol: string): string {
  let stem = ''
  for (const byte of Buffer.from(symbol, 'utf8')) {
    const char = String.fromCharCode(byte)
    const plain = /[A-Za-z0-9_-]/.test(char) || (char === '.' && stem !== '')
    stem += plain ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return stem
}

/** Temporary name, sync, rename, sync of the directory: after a crash the file is there whole or not at all. */
export async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file + PART, 'w')
  try {
    await handle.writeFile(text, 'utf8')
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(file + PART, file)
  const dir = openSync(join(file, '..'), 'r')
  try {
    fsyncSync(dir)
  } finally {
    closeSync(dir)
  }
}
