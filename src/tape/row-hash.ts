/**
 * The identity of a stream: SHA-256 over its decoded rows, so that neither the writer library, the compression nor the
 * size of row groups is part of it.
 *
 * Layout of a row, little-endian: the columns of `columnsOf` in that order (the constant `symbol` is not in it);
 * times and flags as INT64, prices, rates and sizes as IEEE-754 doubles, a missing value as the quiet NaN
 * 0x7ff8000000000000 and zero always as +0; then each text column as a UINT32 byte count and its UTF-8 bytes.
 */
import { createHash } from 'node:crypto'
import type { TapeColumn } from './columns.ts'

const BATCH_ROWS = 4096
const TWO_32 = 4294967296
/** High word of the quiet NaN that stands for a missing value; its low word is 0. */
const NAN_HIGH = 0x7ff80000

/** Columns by key: numbers as doubles with NaN for a missing one, texts as strings with '' for a missing one. */
export interface RawColumns {
  readonly [key: string]: Float64Array | readonly string[] | undefined
}

export class RowHasher {
  readonly #hash = createHash('sha256')
  readonly #numbers: readonly TapeColumn[]
  readonly #texts: readonly TapeColumn[]
  readonly #doubles: Float64Array
  readonly #words: Uint32Array

  constructor(columns: readonly TapeColumn[]) {
    this.#numbers = columns.filter((c) => c.role !== 'text')
    this.#texts = columns.filter((c) => c.role === 'text')
    this.#doubles = new Float64Array(BATCH_ROWS * this.#numbers.length)
    this.#words = new Uint32Array(this.#doubles.buffer)
  }

  /** Adds rows [0, n). Values are those that were checked on their way in: times and flags are safe integers. */
  update(columns: RawColumns, n: number): void {
    for (let start = 0; start < n; start += BATCH_ROWS) this.#batch(columns, start, Math.min(n, start + BATCH_ROWS))
  }

  /** SHA-256 of all rows so far, hex. Further rows can be added. */
  value(): string {
    return this.#hash.copy().digest('hex')
  }

  #batch(columns: RawColumns, start: number, end: number): void {
    const width = this.#numbers.length
    const rows = end - start
    for (let c = 0; c < width; c++) {
      const column = this.#numbers[c] as TapeColumn
      const source = columns[column.key] as Float64Array
      if (column.role === 'time' || column.role === 'flags') this.#placeInts(source, start, rows, c)
      else this.#placeDoubles(source, start, rows, c)
    }
    const bytes = new Uint8Array(this.#doubles.buffer, 0, rows * width * 8)
    if (this.#texts.length === 0) this.#hash.update(bytes)
    else this.#withTexts(columns, start, bytes, rows, width * 8)
  }

  /** Written as two words: as doubles, negative integers would be NaN patterns, whose bits a copy may change. */
  #placeInts(source: Float64Array, start: number, rows: number, c: number): void {
    const width = this.#numbers.length
    const words = this.#words
    for (let i = 0; i < rows; i++) {
      const x = source[start + i] as number
      const high = Math.floor(x / TWO_32)
      const at = (i * width + c) * 2
      words[at] = x - high * TWO_32
      words[at + 1] = high
    }
  }

  #placeDoubles(source: Float64Array, start: number, rows: number, c: number): void {
    const width = this.#numbers.length
    const out = this.#doubles
    const words = this.#words
    for (let i = 0; i < rows; i++) {
      const x = source[start + i] as number
      const at = i * width + c
      if (x === x) {
        // Adding 0 turns −0 into +0.
        out[at] = x + 0
      } else {
        words[at * 2] = 0
        words[at * 2 + 1] = NAN_HIGH
      }
    }
  }

  #withTexts(columns: RawColumns, start: number, bytes: Uint8Array, rows: number, rowBytes: number): void {
    const parts: Uint8Array[] = []
    for (let i = 0; i < rows; i++) {
      parts.push(bytes.subarray(i * rowBytes, (i + 1) * rowBytes))
      for (const column of this.#texts) {
        const text = Buffer.from((columns[column.key] as readonly string[])[start + i] ?? '', 'utf8')
        const length = Buffer.allocUnsafe(4)
        length.writeUInt32LE(text.length)
        parts.push(length, text)
      }
    }
    this.#hash.update(Buffer.concat(parts))
  }
}
