/**
 * Fast reading of Parquet files that this program wrote (`stream-file.ts`): required or optional flat columns, PLAIN
 * numbers, data pages v2, zstd. The footer and the page headers are parsed by hyparquet; the pages themselves are
 * decompressed on the thread pool, so that the next row group is decoded while the caller works on the current one,
 * and converted in the buffer they were decompressed into. Files of other programs go through `foreign-file.ts`.
 */
import { type FileHandle, open } from 'node:fs/promises'
import { promisify } from 'node:util'
import { zstdDecompress, type ZstdOptions } from 'node:zlib'
import { type AsyncBuffer, type FileMetaData, type PageHeader, parquetMetadataAsync, parquetRead } from 'hyparquet'
import { parquetHeader } from 'hyparquet/src/column.js'
import { readRleBitPackedHybrid } from 'hyparquet/src/encoding.js'
import { parquetSchemaOf, type TapeColumn } from './columns.ts'
import { TapeError } from './error.ts'
import { readSlice } from './file-slice.ts'
import { int64ToDoubles } from './int64.ts'
import { type RawColumns, RowHasher } from './row-hash.ts'
import { zstdSync } from './zstd.ts'

const decompress = promisify<Uint8Array, ZstdOptions, Buffer>(zstdDecompress)

/** Numbers of one row group before conversion: INT64 still as words, a missing value as NaN. */
interface LoadedGroup {
  readonly rows: number
  readonly firstRow: number
  readonly values: readonly Float64Array[]
  readonly texts: Readonly<Record<string, readonly string[]>>
}

export interface RawGroup {
  readonly rows: number
  readonly firstRow: number
  /** By key; texts only where they were asked for. */
  readonly columns: RawColumns
}

/** Where the numbers of one column of a row group lie in the file. */
interface ChunkPlan {
  readonly column: TapeColumn
  readonly start: number
  readonly end: number
}

interface GroupPlan {
  readonly rows: number
  readonly firstRow: number
  /** Bytes of the file that hold all its number columns. */
  readonly start: number
  readonly end: number
  readonly chunks: readonly ChunkPlan[]
}

interface Page {
  readonly header: PageHeader
  readonly levels: Uint8Array
  readonly values: Uint8Array<ArrayBuffer>
}

export class OwnFile {
  readonly path: string
  readonly rows: number
  readonly #handle: FileHandle
  readonly #buffer: AsyncBuffer
  readonly #metadata: FileMetaData
  readonly #columns: readonly TapeColumn[]
  readonly #plan: readonly GroupPlan[]

  private constructor(
    path: string,
    handle: FileHandle,
    buffer: AsyncBuffer,
    meta: FileMetaData,
    cols: readonly TapeColumn[],
  ) {
    this.path = path
    this.#handle = handle
    this.#buffer = buffer
    this.#metadata = meta
    this.#columns = cols
    this.#plan = planOf(path, meta, cols, buffer.byteLength)
    this.rows = Number(meta.num_rows)
  }

  /** Opens and checks that the file has exactly these columns. Throws TapeError naming the first that differs. */
  static async open(path: string, columns: readonly TapeColumn[]): Promise<OwnFile> {
    const handle = await open(path, 'r')
    try {
      const { size } = await handle.stat()
      const buffer: AsyncBuffer = { byteLength: size, slice: (from, to = size) => readSlice(handle, from, to) }
      const metadata = await parquetMetadataAsync(buffer).catch((error: Error) => {
        throw new TapeError(path, `is not a Parquet file (${error.message})`)
      })
      checkSchema(path, metadata, columns)
      return new OwnFile(path, handle, buffer, metadata, columns)
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }

  /**
   * Row groups in file order. While the caller works on one, the next is decompressed and the bytes of the one after
   * it are read, both on the thread pool: they start before the caller gets its group, since a caller that does not
   * wait for anything leaves the event loop no turn to start them. The arrays belong to the caller. With `texts` the
   * text columns are decoded too; they cost more than all numbers together.
   */
  async *groups(texts: boolean): AsyncGenerator<RawGroup> {
    const groups = this.#plan
    const ahead: Promise<unknown>[] = []
    const start = <T>(work: Promise<T>): Promise<T> => {
      // A failure of work ahead is thrown when its turn comes; `ahead` only keeps the file open until it has ended.
      ahead.push(work.catch(() => undefined))
      if (ahead.length > 4) ahead.shift()
      return work
    }
    const read = (g: number): Promise<ArrayBuffer> | undefined => {
      const plan = groups[g]
      return plan === undefined ? undefined : start(readSlice(this.#handle, plan.start, plan.end))
    }
    const decode = (g: number, bytes: ArrayBuffer | undefined): Promise<LoadedGroup> | undefined => {
      const plan = groups[g]
      return plan === undefined || bytes === undefined ? undefined : start(this.#decode(plan, bytes, texts))
    }
    try {
      let bytes = read(1)
      let decoded = decode(0, await read(0))
      for (let g = 0; decoded !== undefined; g++) {
        const current = await decoded
        decoded = decode(g + 1, await bytes)
        bytes = read(g + 2)
        yield this.#convert(current)
      }
    } finally {
      await Promise.all(ahead)
    }
  }

  /** Reads everything and hashes the decoded rows. */
  async rowHash(): Promise<{ rows: number; rowHash: string }> {
    const hasher = new RowHasher(this.#columns)
    let rows = 0
    for await (const group of this.groups(true)) {
      hasher.update(group.columns, group.rows)
      rows += group.rows
    }
    return { rows, rowHash: hasher.value() }
  }

  async #decode(plan: GroupPlan, bytes: ArrayBuffer, texts: boolean): Promise<LoadedGroup> {
    const values = await Promise.all(plan.chunks.map((chunk) => this.#decodeNumbers(plan, chunk, bytes)))
    const found: Record<string, readonly string[]> = {}
    if (texts) {
      for (const c of this.#columns) {
        if (c.role === 'text') found[c.key] = await this.#loadTexts(c, plan.firstRow, plan.rows)
      }
    }
    return { rows: plan.rows, firstRow: plan.firstRow, values, texts: found }
  }

  async #decodeNumbers(plan: GroupPlan, chunk: ChunkPlan, bytes: ArrayBuffer): Promise<Float64Array> {
    try {
      const pages = await readPages(new Uint8Array(bytes, chunk.start - plan.start, chunk.end - chunk.start))
      return assemble(pages, plan.rows, chunk.column.optional)
    } catch (error) {
      const what = (error as Error).message
      throw new TapeError(this.path, `column ${chunk.column.name}, rows from ${plan.firstRow}: ${what}`)
    }
  }

  async #loadTexts(c: TapeColumn, firstRow: number, rows: number): Promise<readonly string[]> {
    const out = new Array<string>(rows).fill('')
    await parquetRead({
      file: this.#buffer,
      metadata: this.#metadata,
      compressors: { ZSTD: zstdSync },
      columns: [c.name],
      rowStart: firstRow,
      rowEnd: firstRow + rows,
      onChunk: (chunk) => {
        const data = chunk.columnData as readonly (string | null | undefined)[]
        for (let i = 0; i < data.length; i++) {
          const at = chunk.rowStart + i - firstRow
          if (at >= 0 && at < rows) out[at] = data[i] ?? ''
        }
      },
    })
    return out
  }

  #convert(loaded: LoadedGroup): RawGroup {
    const columns: Record<string, Float64Array | readonly string[]> = { ...loaded.texts }
    let v = 0
    for (const c of this.#columns) {
      if (c.role === 'text') continue
      const values = loaded.values[v++] as Float64Array<ArrayBuffer>
      if (c.role === 'time' || c.role === 'flags') {
        const bad = int64ToDoubles(values.buffer, values.byteOffset, values.length)
        if (bad >= 0) throw new TapeError(this.path, `row ${loaded.firstRow + bad}: ${c.name} is outside ±(2^53 − 1)`)
      }
      columns[c.key] = values
    }
    return { rows: loaded.rows, firstRow: loaded.firstRow, columns }
  }
}

function checkSchema(path: string, metadata: FileMetaData, columns: readonly TapeColumn[]): void {
  const wanted = parquetSchemaOf(columns, true)
  const found = metadata.schema
  for (let i = 1; i < Math.max(wanted.length, found.length); i++) {
    const [want, have] = [wanted[i], found[i]]
    if (want === undefined) throw new TapeError(path, `column ${have?.name} does not belong to this stream`)
    if (have === undefined) throw new TapeError(path, `column ${want.name} is missing`)
    if (have.name !== want.name || have.type !== want.type || have.repetition_type !== want.repetition_type) {
      const say = (e: typeof want): string => `${e.name} ${e.repetition_type ?? ''} ${e.type ?? ''}`
      throw new TapeError(path, `column ${i} is ${say(have)}, expected ${say(want)}`)
    }
  }
}

function planOf(path: string, metadata: FileMetaData, columns: readonly TapeColumn[], size: number): GroupPlan[] {
  const numbers = columns.filter((c) => c.role !== 'text')
  let firstRow = 0
  return metadata.row_groups.map((group, g) => {
    const chunks = numbers.map((column): ChunkPlan => {
      const meta = group.columns.find((found) => found.meta_data?.path_in_schema[0] === column.name)?.meta_data
      if (meta === undefined) throw new TapeError(path, `row group ${g} has no column ${column.name}`)
      if (meta.codec !== 'ZSTD' || meta.dictionary_page_offset !== undefined) {
        const what = `column ${column.name} is not in the form in which tapes are written; import the file instead`
        throw new TapeError(path, what)
      }
      const start = Number(meta.data_page_offset)
      const end = start + Number(meta.total_compressed_size)
      if (start < 0 || end > size) throw new TapeError(path, `column ${column.name} leaves the file`)
      return { column, start, end }
    })
    const plan = {
      rows: Number(group.num_rows),
      firstRow,
      start: Math.min(...chunks.map((c) => c.start)),
      end: Math.max(...chunks.map((c) => c.end)),
      chunks,
    }
    firstRow += plan.rows
    return plan
  })
}

/** Splits a column chunk into its pages and decompresses them on the thread pool. */
async function readPages(bytes: Uint8Array<ArrayBuffer>): Promise<Page[]> {
  const { buffer, byteOffset, byteLength } = bytes
  const reader = { view: new DataView(buffer, byteOffset, byteLength), offset: 0 }
  const pages: Promise<Page>[] = []
  while (reader.offset < byteLength) {
    const header = parquetHeader(reader)
    const v2 = header.data_page_header_v2
    if (v2 === undefined || v2.encoding !== 'PLAIN') throw new Error('a page is not a PLAIN data page v2')
    const levels = v2.definition_levels_byte_length
    const start = reader.offset
    const end = start + header.compressed_page_size
    if (end > byteLength || levels > header.compressed_page_size) throw new Error('a page leaves its chunk')
    const size = header.uncompressed_page_size - levels
    pages.push(
      decompress(bytes.subarray(start + levels, end), {
        // One output piece for the whole page; the spare bytes save a second round to see that it has ended.
        chunkSize: size + 64,
        maxOutputLength: size + 64,
      }).then((values) => {
        if (values.length !== size) throw new Error(`a page holds ${values.length} bytes, its header says ${size}`)
        return { header, levels: bytes.subarray(start, start + levels), values: values as Uint8Array<ArrayBuffer> }
      }),
    )
    reader.offset = end
  }
  return Promise.all(pages)
}

/** One array of `rows` values of eight bytes. A single required page is used where it lies. */
function assemble(pages: readonly Page[], rows: number, optional: boolean): Float64Array {
  const first = pages[0]
  if (pages.length === 1 && first !== undefined && !optional && first.values.byteOffset % 8 === 0) {
    if (first.values.length !== rows * 8) throw new Error(`holds ${first.values.length / 8} values, not ${rows}`)
    return new Float64Array(first.values.buffer, first.values.byteOffset, rows)
  }
  const out = new Float64Array(rows)
  const bytes = new Uint8Array(out.buffer)
  let row = 0
  for (const page of pages) {
    const count = page.header.data_page_header_v2?.num_values ?? 0
    if (row + count > rows) throw new Error(`holds more than ${rows} values`)
    if (!optional) bytes.set(page.values, row * 8)
    else spread(page, count, out.subarray(row, row + count))
    row += count
  }
  if (row !== rows) throw new Error(`holds ${row} values, not ${rows}`)
  return out
}

/** Places the values that are there at their rows, NaN at the others. */
function spread(page: Page, count: number, out: Float64Array): void {
  const present = new Uint8Array(count)
  const { buffer, byteOffset, byteLength } = page.levels
  readRleBitPackedHybrid({ view: new DataView(buffer, byteOffset, byteLength), offset: 0 }, 1, present, byteLength)
  const values =
    page.values.byteOffset % 8 === 0
      ? new Float64Array(page.values.buffer, page.values.byteOffset, page.values.length / 8)
      : new Float64Array(page.values.slice().buffer)
  let v = 0
  for (let i = 0; i < count; i++) out[i] = present[i] === 1 ? (values[v++] as number) : Number.NaN
  if (v !== values.length) throw new Error(`holds ${values.length} values where ${v} are marked as there`)
}
