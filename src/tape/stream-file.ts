/**
 * One Parquet file being written: rows are gathered into row groups and go to disk group by group, so that memory
 * stays flat however long the stream is. Every value is checked on its way in; the first bad one is named by column
 * and row. zstd level 1 (higher levels were measured to give the same size), PLAIN numbers, `symbol` a constant
 * dictionary column. Statistics only for the times, where range queries of other tools use them.
 */
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { constants, zstdCompressSync } from 'node:zlib'
import { type ColumnSource, ByteWriter, ParquetWriter } from 'hyparquet-writer'
import { formatMicros } from '../core/base/time.ts'
import { parquetSchemaOf, type TapeColumn } from './columns.ts'
import { TapeError } from './error.ts'
import { doublesToInt64 } from './int64.ts'
import { type RawColumns, RowHasher } from './row-hash.ts'

const ZSTD_LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

/** Bytes of one row group are gathered in memory and then written to the file at once. */
class FileBytes extends ByteWriter {
  readonly #fd: number

  constructor(file: string) {
    super(1 << 20)
    this.#fd = openSync(file, 'wx')
  }

  flush(): void {
    const bytes = this.getBytes()
    for (let done = 0; done < bytes.length; ) done += writeSync(this.#fd, bytes, done)
    this.index = 0
  }

  override finish(): void {
    this.flush()
    fsyncSync(this.#fd)
    this.close()
  }

  close(): void {
    closeSync(this.#fd)
  }
}

export interface StreamFileOptions {
  readonly file: string
  readonly symbol: string
  readonly columns: readonly TapeColumn[]
  readonly rowGroupSize: number
}

export class StreamFile {
  readonly file: string
  rows = 0
  firstT = Number.NaN
  lastT = Number.NaN
  readonly #columns: readonly TapeColumn[]
  readonly #rowGroupSize: number
  readonly #bytes: FileBytes
  readonly #parquet: ParquetWriter
  readonly #hasher: RowHasher
  readonly #numbers = new Map<string, Float64Array>()
  readonly #texts = new Map<string, string[]>()
  readonly #ints: BigInt64Array
  readonly #symbols: string[]
  #held = 0
  #open = true

  constructor(options: StreamFileOptions) {
    this.file = options.file
    this.#columns = options.columns
    this.#rowGroupSize = options.rowGroupSize
    this.#bytes = new FileBytes(options.file)
    this.#parquet = new ParquetWriter({
      writer: this.#bytes,
      schema: parquetSchemaOf(options.columns, false),
      codec: 'ZSTD',
      compressors: { ZSTD: (input) => zstdCompressSync(input, ZSTD_LEVEL) },
      createdBy: 'sametape',
    })
    this.#hasher = new RowHasher(options.columns)
    this.#ints = new BigInt64Array(options.rowGroupSize)
    this.#symbols = new Array<string>(options.rowGroupSize).fill(options.symbol)
    for (const c of options.columns) {
      if (c.role === 'text') this.#texts.set(c.key, new Array<string>(options.rowGroupSize).fill(''))
      else this.#numbers.set(c.key, new Float64Array(options.rowGroupSize))
    }
  }

  /** Adds rows [0, n) of `columns`. A missing `venueT` column is `t`, a missing `flags` column is 0. */
  append(columns: RawColumns, n: number): void {
    if (!this.#open) throw new TapeError(this.file, 'rows were appended after the tape was sealed or aborted')
    this.#checkShape(columns, n)
    for (let done = 0; done < n; ) {
      const count = Math.min(n - done, this.#rowGroupSize - this.#held)
      for (const c of this.#columns) this.#take(c, columns, done, count)
      this.#checkOrder(count)
      this.#held += count
      this.rows += count
      done += count
      if (this.#held === this.#rowGroupSize) this.#writeGroup()
    }
  }

  /** Writes what is held and the footer, and syncs. Returns the row hash. */
  finish(): string {
    if (this.#held > 0) this.#writeGroup()
    this.#parquet.schema = parquetSchemaOf(this.#columns, true)
    this.#open = false
    void this.#parquet.finish()
    return this.#hasher.value()
  }

  abort(): void {
    if (this.#open) this.#bytes.close()
    this.#open = false
  }

  #checkShape(columns: RawColumns, n: number): void {
    for (const c of this.#columns) {
      const source = columns[c.key]
      if (source === undefined) {
        if (c.key === 'venueT' || c.key === 'flags' || c.role === 'text') continue
        throw new TapeError(this.file, `column ${c.key} is missing`)
      }
      if (source.length < n) throw new TapeError(this.file, `column ${c.key} has ${source.length} rows, not ${n}`)
      if ((c.role === 'text') !== Array.isArray(source)) {
        throw new TapeError(this.file, `column ${c.key} must hold ${c.role === 'text' ? 'strings' : 'doubles'}`)
      }
    }
    for (const key of Object.keys(columns)) {
      if (columns[key] !== undefined && !this.#columns.some((c) => c.key === key)) {
        throw new TapeError(this.file, `column ${key} is not one of this stream`)
      }
    }
  }

  #take(c: TapeColumn, columns: RawColumns, from: number, count: number): void {
    const at = this.#held
    if (c.role === 'text') {
      const target = this.#texts.get(c.key) as string[]
      const source = columns[c.key] as readonly string[] | undefined
      for (let i = 0; i < count; i++) target[at + i] = source?.[from + i] ?? ''
      return
    }
    const target = this.#numbers.get(c.key) as Float64Array
    const source = (columns[c.key] ?? (c.key === 'venueT' ? columns.t : undefined)) as Float64Array | undefined
    if (source === undefined) target.fill(0, at, at + count)
    else target.set(source.subarray(from, from + count), at)
    if (c.role === 'time' || c.role === 'flags') return
    for (let i = at; i < at + count; i++) {
      const x = target[i] as number
      // x − x is 0 for every finite number and NaN for the others.
      if (x - x !== 0 && !(c.optional && Number.isNaN(x))) this.#refuse(c, i, x, 'a finite number')
    }
  }

  /** Row order is time order: a tape is merged with others without looking back. */
  #checkOrder(count: number): void {
    const t = this.#numbers.get('t') as Float64Array
    if (this.rows === 0 && count > 0) this.firstT = t[this.#held] as number
    let last = this.rows === 0 ? Number.NEGATIVE_INFINITY : this.lastT
    for (let i = this.#held; i < this.#held + count; i++) {
      const x = t[i] as number
      if (x < last) {
        const row = this.rows + i - this.#held
        throw new TapeError(
          this.file,
          `row ${row}: t ${formatMicros(x)} is before the row above it (${formatMicros(last)}); sort the rows by t`,
        )
      }
      last = x
    }
    this.lastT = last
  }

  #refuse(c: TapeColumn, index: number, value: number, wanted: string): never {
    const row = this.rows + index - this.#held
    throw new TapeError(this.file, `row ${row}: ${c.key} is ${value}, not ${wanted}`)
  }

  #writeGroup(): void {
    const n = this.#held
    const columnData: ColumnSource[] = []
    const hashed: Record<string, Float64Array | readonly string[]> = {}
    for (const c of this.#columns) {
      const held = c.role === 'text' ? this.#texts.get(c.key) : this.#numbers.get(c.key)
      hashed[c.key] = held as Float64Array | string[]
      columnData.push(this.#source(c, n))
    }
    columnData.splice(2, 0, {
      name: 'symbol',
      data: n === this.#rowGroupSize ? this.#symbols : this.#symbols.slice(0, n),
      encoding: 'RLE_DICTIONARY',
      statistics: false,
    })
    // One page per column and row group: a page is one read, one decompression, one conversion.
    void this.#parquet.write({ columnData, rowGroupSize: n, pageSize: 0 })
    this.#hasher.update(hashed, n)
    this.#held = 0
  }

  #source(c: TapeColumn, n: number): ColumnSource {
    if (c.role === 'text') {
      const texts = (this.#texts.get(c.key) as string[]).slice(0, n)
      const data = texts.map((text) => (text === '' ? null : text))
      return { name: c.name, data, encoding: 'RLE_DICTIONARY', statistics: false }
    }
    const values = (this.#numbers.get(c.key) as Float64Array).subarray(0, n)
    if (c.role === 'time' || c.role === 'flags') {
      const bad = doublesToInt64(values, this.#ints)
      if (bad >= 0) {
        const row = this.rows - n + bad
        throw new TapeError(this.file, `row ${row}: ${c.key} is ${values[bad]}, not a whole number below 2^53`)
      }
      return { name: c.name, data: this.#ints.slice(0, n), encoding: 'PLAIN', statistics: c.role === 'time' }
    }
    if (!c.optional) return { name: c.name, data: values, encoding: 'PLAIN', statistics: false }
    const data = Array.from(values, (x) => (x === x ? x : null))
    return { name: c.name, data, encoding: 'PLAIN', statistics: false }
  }
}
