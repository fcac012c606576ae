/**
 * Pages of a number column as `stream-file.ts` writes them: data pages v2, PLAIN, zstd, with or without levels that
 * say which values are there. Decompression runs on the thread pool; nothing is converted here.
 */
import { promisify } from 'node:util'
import { zstdDecompress, type ZstdOptions } from 'node:zlib'
import type { PageHeader } from 'hyparquet'
import { parquetHeader } from 'hyparquet/src/column.js'
import { readRleBitPackedHybrid } from 'hyparquet/src/encoding.js'

const decompress = promisify<Uint8Array, ZstdOptions, Buffer>(zstdDecompress)

export interface Page {
  readonly header: PageHeader
  readonly levels: Uint8Array
  readonly values: Uint8Array<ArrayBuffer>
}

/** Splits a column chunk into its pages and decompresses them on the thread pool. */
export async function readPages(bytes: Uint8Array<ArrayBuffer>): Promise<Page[]> {
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
export function assemble(pages: readonly Page[], rows: number, optional: boolean): Float64Array {
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
