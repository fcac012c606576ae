/**
 * What the pages of a foreign column say of themselves, looked at before anything is decoded: a decoder that believes a
 * damaged count loops for as long as it says and takes as much memory (I-42, F-67).
 */
import type { AsyncBuffer, ColumnChunk, ColumnMetaData, Compressors, PageHeader, RowGroup } from 'hyparquet'
import { parquetHeader } from 'hyparquet/src/column.js'
import { decompressPage } from 'hyparquet/src/datapage.js'
import { checkRuns, skipLevels } from './foreign-runs.ts'

/** A group's rows may take so much for each column: ten times the file, and something for small ones. */
const LEAST_BYTES = 64 * 2 ** 20
const FILE_TIMES = 10

export interface ColumnCheck {
  readonly buffer: AsyncBuffer
  readonly group: RowGroup
  readonly column: ColumnChunk
  /** May values be missing? Then pages begin with levels. */
  readonly optional: boolean
  readonly compressors: Compressors
}

/** Throws Error saying what does not fit; the caller knows the file. */
export async function checkPages(c: ColumnCheck): Promise<void> {
  const { buffer, group } = c
  const rows = Number(group.num_rows)
  const meta = c.column.meta_data
  if (meta === undefined) throw new Error('a column says nothing of itself')
  if (!(rows >= 0) || rows * 8 > LEAST_BYTES + FILE_TIMES * buffer.byteLength) {
    throw new Error(`a row group of ${rows} rows in a file of ${buffer.byteLength} bytes; write smaller groups`)
  }
  if (meta.num_values !== group.num_rows) throw new Error(`a column of ${meta.num_values} values for ${rows} rows`)
  const from = Number(meta.dictionary_page_offset ?? meta.data_page_offset)
  const size = Number(meta.total_compressed_size)
  if (!(from >= 0 && size >= 0 && from + size <= buffer.byteLength)) throw new Error('a column leaves the file')
  const values = checkEach(c, meta, new Uint8Array(await buffer.slice(from, from + size)))
  if (values !== rows) throw new Error(`pages of ${values} values for ${rows} rows`)
}

/** How many values the data pages of a chunk hold. */
function checkEach(c: ColumnCheck, meta: ColumnMetaData, bytes: Uint8Array): number {
  const reader = { view: new DataView(bytes.buffer), offset: 0 }
  let values = 0
  while (reader.offset < bytes.length) {
    const header = parquetHeader(reader)
    const data = header.data_page_header ?? header.data_page_header_v2
    const count = data?.num_values ?? header.dictionary_page_header?.num_values ?? 0
    const end = reader.offset + header.compressed_page_size
    if (count < 0 || header.compressed_page_size < 0 || end > bytes.length) throw new Error('a page leaves its column')
    if (header.uncompressed_page_size > LEAST_BYTES + FILE_TIMES * bytes.length + 16 * count) {
      throw new Error(`a page that would be ${header.uncompressed_page_size} bytes`)
    }
    if (data !== undefined) {
      values += count
      checkPage(c, meta, header, bytes.subarray(reader.offset, end))
    }
    reader.offset = end
  }
  return values
}

/** Levels and indices, the parts of a page that are runs. */
function checkPage(c: ColumnCheck, meta: ColumnMetaData, header: PageHeader, page: Uint8Array): void {
  const { data_page_header: v1, data_page_header_v2: v2 } = header
  const { num_values: values, encoding } = v1 ?? v2 ?? { num_values: 0, encoding: 'PLAIN' }
  const indexed = encoding === 'RLE_DICTIONARY' || encoding === 'PLAIN_DICTIONARY'
  if (!indexed && !c.optional) return
  let at = 0
  if (v2 !== undefined) {
    at = v2.repetition_levels_byte_length + v2.definition_levels_byte_length
    if (at < 0 || at > page.length) throw new Error('levels that leave their page')
    if (c.optional) checkRuns(page.subarray(v2.repetition_levels_byte_length, at), 1, values)
    if (!indexed) return
  }
  const packed = page.subarray(at)
  const plain =
    v2?.is_compressed === false
      ? packed
      : decompressPage(packed, header.uncompressed_page_size - at, meta.codec, c.compressors)
  const start = v1 !== undefined && c.optional ? skipLevels(plain, 1, values) : 0
  const width = plain[start]
  // Missing values have no index: what is there is no more than all of them.
  if (indexed && width !== undefined && width > 0) checkRuns(plain.subarray(start + 1), width, values, true)
}
