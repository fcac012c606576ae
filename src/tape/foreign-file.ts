/**
 * Parquet files of other programs (DuckDB, pandas, Polars, …) read as rows of a stream: any codec of node:zlib and
 * snappy, dictionaries, both page versions, missing values, timestamps of any unit. Names must be those of a tape
 * (`columns.ts`); `venue_t`, `flags`, `symbol` and `exchange` may be absent. A wrong column is refused by its name
 * when the file is opened, before a row is read.
 *
 * Times become microseconds UTC (nanoseconds are cut). Stamps without a zone are refused unless the caller says that
 * it will place them. Prices and sizes may be DOUBLE, DECIMAL or whole numbers; 32-bit floats are refused, since the
 * decimal that was meant is gone.
 */
import { open } from 'node:fs/promises'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import {
  type AsyncBuffer,
  type Compressors,
  type DecodedArray,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  type SchemaElement,
} from 'hyparquet'
import { columnsOf, type StreamKind, type StreamShape, type TapeColumn } from './columns.ts'
import { TapeError } from './error.ts'
import { type ForeignType, isDecimal, isTime, typeOf, valueReader } from './foreign-types.ts'
import { readSlice } from './file-slice.ts'
import type { RawColumns } from './row-hash.ts'
import type { RawGroup } from './own-file.ts'
import { zstdSync } from './zstd.ts'

const CODECS: Compressors = {
  ZSTD: zstdSync,
  GZIP: (input) => gunzipSync(input),
  BROTLI: (input) => brotliDecompressSync(input),
}
const READABLE = new Set(['UNCOMPRESSED', 'SNAPPY', ...Object.keys(CODECS)])
const MAY_BE_ABSENT = new Set(['venue_t', 'flags', 'exchange'])

export interface ForeignOptions {
  /** `local`: the caller places stamps without a zone itself; else they are refused. */
  readonly zoneless?: 'local'
}

export interface ForeignFile {
  readonly path: string
  readonly rows: number
  readonly kind: StreamKind
  /** The shape of stream that takes these rows: pass it on to `openStream`. */
  readonly shape: StreamShape
  /** The file's own symbol (of its first row), undefined without a symbol column. */
  readonly symbol: string | undefined
  /** True where `t` is wall-clock time of a zone the file does not name. */
  readonly zoneless: boolean
  /** True where `t` is a bare date: sessions. */
  readonly dates: boolean
  /** Row groups in file order, in units of the instrument; NaN and '' stand for a missing value, times included. */
  groups(): AsyncGenerator<RawGroup>
  close(): Promise<void>
}

interface Found {
  readonly column: TapeColumn
  readonly type: ForeignType
}

/** Opens a file of another program as rows of `kind`. Throws TapeError naming the column that does not fit. */
export async function openParquet(path: string, kind: StreamKind, options: ForeignOptions = {}): Promise<ForeignFile> {
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    throw new TapeError(path, error.code === 'ENOENT' ? 'is not there' : `cannot be opened (${error.code})`)
  })
  try {
    const { size } = await handle.stat()
    const buffer: AsyncBuffer = { byteLength: size, slice: (from, to = size) => readSlice(handle, from, to) }
    const metadata = await parquetMetadataAsync(buffer, { geoparquet: false }).catch((error: Error) => {
      throw new TapeError(path, `is not a Parquet file (${error.message})`)
    })
    const shape = shapeOf(metadata, kind)
    const found = matchColumns(path, metadata, columnsOf(kind, shape), kind)
    checkCodecs(path, metadata)
    const t = (found.find((f) => f.column.name === 't') as Found).type
    const zoneless = t.kind === 'time' && t.zoneless
    if (zoneless && options.zoneless !== 'local') {
      throw new TapeError(path, 'column t holds stamps without a zone; name the zone they are in')
    }
    const reader = new GroupReader(path, buffer, metadata, found)
    return {
      path,
      rows: Number(metadata.num_rows),
      kind,
      shape,
      symbol: await reader.symbol(),
      zoneless,
      dates: t.kind === 'time' && t.microsPerUnit === 86_400_000_000n,
      groups: () => reader.groups(),
      close: () => handle.close(),
    }
  } catch (error) {
    await handle.close()
    throw error
  }
}

function leaves(metadata: FileMetaData): readonly SchemaElement[] {
  return metadata.schema.slice(1)
}

/** Two-sided quotes unless a side can be missing; bars with quote columns where the file has one of them. */
function shapeOf(metadata: FileMetaData, kind: StreamKind): StreamShape {
  const names = new Set(leaves(metadata).map((e) => e.name))
  if (kind === 'bars') return { quoteColumns: [...names].some((name) => /^(bid|ask)_/.test(name)) }
  if (kind !== 'quotes') return {}
  const sides = new Set(['bid', 'ask', 'bid_size', 'ask_size'])
  let missing = names.has('exchange')
  for (const group of metadata.row_groups) {
    for (const { meta_data } of group.columns) {
      if (!sides.has(meta_data?.path_in_schema[0] ?? '')) continue
      // Without a count in the statistics a value may be missing.
      if (meta_data?.statistics?.null_count !== 0n) missing ||= isOptional(metadata, meta_data?.path_in_schema[0])
    }
  }
  return { oneSided: missing }
}

function isOptional(metadata: FileMetaData, name: string | undefined): boolean {
  return leaves(metadata).find((e) => e.name === name)?.repetition_type !== 'REQUIRED'
}

function matchColumns(path: string, metadata: FileMetaData, columns: readonly TapeColumn[], kind: string): Found[] {
  const names = [...columns.map((c) => c.name), 'symbol']
  for (const e of leaves(metadata)) {
    if (e.num_children !== undefined) throw new TapeError(path, `column ${e.name} is nested; a tape has flat columns`)
    if (!names.includes(e.name)) {
      throw new TapeError(path, `column ${e.name} is not one of ${kind} (${names.join(', ')}); rename or drop it`)
    }
  }
  const found: Found[] = []
  for (const column of columns) {
    const e = leaves(metadata).find((x) => x.name === column.name)
    if (e === undefined) {
      if (MAY_BE_ABSENT.has(column.name)) continue
      throw new TapeError(path, `column ${column.name} is missing; ${kind} need ${names.join(', ')}`)
    }
    const type = typeOf(e, column.role)
    if (typeof type === 'string') throw new TapeError(path, `column ${column.name} is ${type}`)
    found.push({ column, type })
  }
  return found
}

function checkCodecs(path: string, metadata: FileMetaData): void {
  for (const group of metadata.row_groups) {
    for (const { meta_data } of group.columns) {
      const codec = meta_data?.codec ?? ''
      if (!READABLE.has(codec)) {
        throw new TapeError(
          path,
          `column ${meta_data?.path_in_schema[0]} is compressed with ${codec}; write it with zstd`,
        )
      }
    }
  }
}

class GroupReader {
  readonly #path: string
  readonly #buffer: AsyncBuffer
  readonly #metadata: FileMetaData
  readonly #found: readonly Found[]
  readonly #hasSymbol: boolean
  #symbol: string | undefined

  constructor(path: string, buffer: AsyncBuffer, metadata: FileMetaData, found: readonly Found[]) {
    this.#path = path
    this.#buffer = buffer
    // Without their annotations timestamps and decimals come as the numbers that are in the file.
    const plain = (e: SchemaElement): SchemaElement => {
      if (!isTime(e) && !isDecimal(e)) return e
      const { converted_type: _c, logical_type: _l, ...rest } = e
      return rest
    }
    this.#metadata = { ...metadata, schema: metadata.schema.map(plain) }
    this.#found = found
    this.#hasSymbol = leaves(metadata).some((e) => e.name === 'symbol')
  }

  async symbol(): Promise<string | undefined> {
    if (!this.#hasSymbol || this.#metadata.num_rows === 0n) return undefined
    const [first] = (await this.#read(['symbol'], 0, 1)).get('symbol') ?? []
    this.#symbol = first === undefined ? undefined : textOf(first.data[0])
    return this.#symbol
  }

  async *groups(): AsyncGenerator<RawGroup> {
    let firstRow = 0
    const names = [...this.#found.map((f) => f.column.name), ...(this.#hasSymbol ? ['symbol'] : [])]
    for (const group of this.#metadata.row_groups) {
      const rows = Number(group.num_rows)
      const pieces = await this.#read(names, firstRow, rows)
      this.#checkSymbol(pieces.get('symbol') ?? [])
      const columns: Record<string, Float64Array | readonly string[]> = {}
      for (const { column, type } of this.#found) {
        columns[column.key] = this.#column(column, type, pieces.get(column.name) ?? [], firstRow, rows)
      }
      yield { rows, firstRow, columns: columns as RawColumns }
      firstRow += rows
    }
  }

  async #read(columns: string[], rowStart: number, rows: number): Promise<Map<string, Piece[]>> {
    const pieces = new Map<string, Piece[]>()
    try {
      await parquetRead({
        file: this.#buffer,
        metadata: this.#metadata,
        compressors: CODECS,
        columns,
        // Byte arrays stay bytes unless they are annotated as strings: decimals may be kept in them.
        utf8: false,
        rowStart,
        rowEnd: rowStart + rows,
        parsers: { timestampFromNanoseconds: (nanos) => nanos },
        // Only gathered here: what a callback throws would be lost.
        onChunk: ({ columnName, columnData, rowStart: from }) => {
          const list = pieces.get(columnName) ?? []
          list.push({ from, data: columnData })
          pieces.set(columnName, list)
        },
      })
    } catch (error) {
      throw new TapeError(this.#path, `rows from ${rowStart} cannot be decoded (${(error as Error).message})`)
    }
    return pieces
  }

  #column(c: TapeColumn, type: ForeignType, pieces: readonly Piece[], firstRow: number, rows: number) {
    const texts = new Array<string>(type.kind === 'text' ? rows : 0).fill('')
    const numbers = new Float64Array(type.kind === 'text' ? 0 : rows).fill(Number.NaN)
    const read = valueReader(type)
    for (const { from, data } of pieces) {
      const first = Math.max(0, firstRow - from)
      const last = Math.min(data.length, firstRow + rows - from)
      for (let i = first; i < last; i++) {
        const value: unknown = data[i]
        if (value === null || value === undefined) continue
        const at = from + i - firstRow
        if (type.kind === 'text') texts[at] = textOf(value)
        else {
          const x = read(value)
          if (x === undefined)
            throw new TapeError(this.#path, `row ${from + i}: ${c.name} ${String(value)} is not exact below 2^53`)
          numbers[at] = x
        }
      }
    }
    return type.kind === 'text' ? texts : numbers
  }

  #checkSymbol(pieces: readonly Piece[]): void {
    for (const { from, data } of pieces) {
      for (let i = 0; i < data.length; i++) {
        const symbol = textOf(data[i])
        if (symbol === this.#symbol) continue
        const what = `row ${from + i}: symbol ${JSON.stringify(symbol)} after ${JSON.stringify(this.#symbol)}`
        throw new TapeError(this.#path, `${what}; import one file for each symbol`)
      }
    }
  }
}

interface Piece {
  readonly from: number
  readonly data: DecodedArray
}

function textOf(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8')
  return typeof value === 'string' ? value : ''
}
