/** Row groups of a foreign file, decoded: every value as the tape keeps it, or an error that names row and column. */
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import {
  type AsyncBuffer,
  type ColumnChunk,
  type Compressors,
  type DecodedArray,
  type FileMetaData,
  parquetRead,
  type SchemaElement,
} from 'hyparquet'
import type { TapeColumn } from './columns.ts'
import { TapeError } from './error.ts'
import { checkPages } from './foreign-pages.ts'
import { type ForeignType, isDecimal, isTime, valueReader } from './foreign-types.ts'
import type { RawGroup } from './own-file.ts'
import type { RawColumns } from './row-hash.ts'
import { zstdSync } from './zstd.ts'

export const CODECS: Compressors = {
  ZSTD: zstdSync,
  GZIP: (input, size) => gunzipSync(input, { maxOutputLength: size }),
  BROTLI: (input, size) => brotliDecompressSync(input, { maxOutputLength: size }),
}
/** A column of the stream and how the file writes it. */
export interface Found {
  readonly column: TapeColumn
  readonly type: ForeignType
}

export class GroupReader {
  readonly #path: string
  readonly #buffer: AsyncBuffer
  readonly #metadata: FileMetaData
  readonly #found: readonly Found[]
  readonly #hasSymbol: boolean
  readonly #checked = new Set<ColumnChunk>()
  readonly #optional: ReadonlySet<string>
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
    const optional = metadata.schema.slice(1).filter((e) => e.repetition_type !== 'REQUIRED')
    this.#optional = new Set(optional.map((e) => e.name))
    this.#hasSymbol = metadata.schema.slice(1).some((e) => e.name === 'symbol')
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
      await this.#checkPages(columns, rowStart, rowStart + rows)
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

  /** Each chunk once, before it is decoded. */
  async #checkPages(columns: readonly string[], rowStart: number, rowEnd: number): Promise<void> {
    let first = 0
    for (const group of this.#metadata.row_groups) {
      const next = first + Number(group.num_rows)
      for (const column of first < rowEnd && next > rowStart ? group.columns : []) {
        if (this.#checked.has(column) || !columns.includes(column.meta_data?.path_in_schema[0] ?? '')) continue
        const optional = this.#optional.has(column.meta_data?.path_in_schema[0] ?? '')
        await checkPages({ buffer: this.#buffer, group, column, optional, compressors: CODECS })
        this.#checked.add(column)
      }
      first = next
    }
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
