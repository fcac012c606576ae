/**
 * Fast reading of Parquet files that this program wrote (`stream-file.ts`): required or optional flat columns, PLAIN
 * numbers, data pages v2, zstd. The footer and the page headers are parsed by hyparquet; the pages themselves are
 * decompressed on the thread pool, so that the next row group is decoded while the caller works on the current one,
 * and converted in the buffer they were decompressed into. Files of other programs go through `foreign-file.ts`.
 */
import { type FileHandle, open } from 'node:fs/promises'
import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, parquetRead } from 'hyparquet'
import type { TapeColumn } from './columns.ts'
import { TapeError } from './error.ts'
import { readSlice } from './file-slice.ts'
import { int64ToDoubles } from './int64.ts'
import { assemble, readPages } from './own-pages.ts'
import { type ChunkPlan, checkSchema, type GroupPlan, planOf } from './own-plan.ts'
import { type RawColumns, RowHasher } from './row-hash.ts'
import { zstdSync } from './zstd.ts'

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
      if (ahead.length > 4) void ahead.shift()
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
