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
import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, type SchemaElement } from 'hyparquet'
import { columnsOf, type StreamKind, type StreamShape, type TapeColumn } from './columns.ts'
import { TapeError } from './error.ts'
import { CODECS, type Found, GroupReader } from './foreign-groups.ts'
import { typeOf } from './foreign-types.ts'
import { readSlice } from './file-slice.ts'
import type { RawGroup } from './own-file.ts'

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
