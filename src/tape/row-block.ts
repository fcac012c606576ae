/**
 * One stream's columns on the way into a tape: rows are put one by one, 65,536 of them go to the writer at once. The
 * arrays are reused, which the writer allows.
 */
import type { StreamWriter, TapeColumns } from './write.ts'

export const BLOCK_ROWS = 65_536

export class RowBlock {
  rows = 0
  readonly #columns: readonly Float64Array[]
  readonly #writer: StreamWriter
  readonly #names: readonly string[]

  constructor(writer: StreamWriter, names: readonly string[]) {
    this.#writer = writer
    this.#names = names
    this.#columns = names.map(() => new Float64Array(BLOCK_ROWS))
  }

  /** Sets a field of a row; the caller raises `rows`. */
  put(column: number, row: number, value: number): void {
    ;(this.#columns[column] as Float64Array)[row] = value
  }

  flushIfFull(): void {
    if (this.rows === BLOCK_ROWS) this.flush()
  }

  flush(): void {
    if (this.rows === 0) return
    const n = this.rows
    const named = this.#names.map((name, k) => [name, (this.#columns[k] as Float64Array).subarray(0, n)] as const)
    const columns: TapeColumns = Object.fromEntries(named)
    this.rows = 0
    this.#writer.append(columns, n)
  }
}
