/** What the footer of a file of ours must say, and where in the file the columns of its row groups lie. */
import type { FileMetaData } from 'hyparquet'
import { parquetSchemaOf, type TapeColumn } from './columns.ts'
import { TapeError } from './error.ts'

/** Where the numbers of one column of a row group lie in the file. */
export interface ChunkPlan {
  readonly column: TapeColumn
  readonly start: number
  readonly end: number
}

export interface GroupPlan {
  readonly rows: number
  readonly firstRow: number
  /** Bytes of the file that hold all its number columns. */
  readonly start: number
  readonly end: number
  readonly chunks: readonly ChunkPlan[]
}

/** Throws TapeError naming the first column that is not the wanted one. */
export function checkSchema(path: string, metadata: FileMetaData, columns: readonly TapeColumn[]): void {
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

/** Where the numbers of every row group lie. Throws TapeError where a column has another form. */
export function planOf(
  path: string,
  metadata: FileMetaData,
  columns: readonly TapeColumn[],
  size: number,
): GroupPlan[] {
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
