/**
 * The last checks of one stream and the way to its writer. Rows arrive in the tape's order (time, file rank, row).
 * Bars must not repeat or overlap, also across files; a file of trade bars and a file of quote bars of the same
 * minutes become one stream. All values must fit beside the stream's decimals as exact integers.
 */
import { pow10 } from '../core/base/fixed.ts'
import { formatMicros, type Micros } from '../core/base/time.ts'
import type { StreamKind } from '../tape/columns.ts'
import type { StreamWriter, TapeColumns } from '../tape/write.ts'
import type { Dating, Interval } from './dating.ts'
import type { FaultList } from './fault.ts'
import { SCALED_LIMIT } from './number-field.ts'
import { columnIndex, KIND_COLUMNS, type RowBlock } from './row-block.ts'

const ROWS = 65_536
const OPEN = columnIndex('bars', 'open')
const VOLUME = columnIndex('bars', 'volume')
const BID = columnIndex('bars', 'bidOpen')
const ASK = columnIndex('bars', 'askOpen')
const BARS = KIND_COLUMNS.bars.length

export interface SinkOptions {
  readonly kind: StreamKind
  readonly writer: StreamWriter
  readonly dating: Dating
  readonly interval: Interval
  readonly priceDecimals: number
  readonly qtyDecimals: number
  /** Keeps the exchange of each row. */
  readonly oneSided: boolean
  /** Why a session bar's date is none; asked where the date comes from a stamp. */
  readonly dateProblem?: (t: Micros) => string | undefined
}

export class StreamSink {
  readonly #options: SinkOptions
  readonly #t = new Float64Array(ROWS)
  readonly #columns: readonly Float64Array[]
  readonly #exchange: string[] = []
  readonly #limits: readonly number[]
  readonly #once: boolean
  #n = 0
  #lastT: Micros = -Infinity
  #lastFile = ''
  #lastLine = 0
  /** Rows of the sources that are on the tape. */
  accepted = 0
  first: Micros = Number.NaN
  last: Micros = Number.NaN

  constructor(options: SinkOptions) {
    this.#options = options
    const columns = KIND_COLUMNS[options.kind]
    this.#columns = columns.map(() => new Float64Array(ROWS))
    const limit = (decimals: number): number => SCALED_LIMIT / pow10(decimals)
    this.#limits = columns.map((c) =>
      c.role === 'price' ? limit(options.priceDecimals) : c.role === 'qty' ? limit(options.qtyDecimals) : Infinity,
    )
    this.#once = options.kind === 'bars' || options.kind === 'fx'
  }

  /** Row `i` of a block; `field` is how the file calls the time column. */
  push(block: RowBlock, i: number, faults: FaultList, field: string): void {
    const stamp = block.t[i] as number
    const line = block.line[i] as number
    const t = this.#options.dating(stamp)
    const refuse = (why: string): void => faults.add(line, field, formatMicros(stamp), why)
    const tooLarge = this.#tooLarge(block, i)
    if (tooLarge >= 0) {
      const column = KIND_COLUMNS[block.kind][tooLarge]
      const value = String((block.columns[tooLarge] as Float64Array)[i])
      faults.add(line, column?.name ?? '', value, 'is too large beside the decimals of the other rows')
      return
    }
    const problem = this.#options.dateProblem?.(t)
    if (problem !== undefined) return refuse(problem)
    if (this.#once && t === this.#lastT && faults.file !== this.#lastFile && this.#join(block, i)) {
      this.accepted++
      return
    }
    const { interval } = this.#options
    if (this.#once && t <= this.#lastT) return refuse(`repeats the bar of ${this.#lastFile} line ${this.#lastLine}`)
    if (this.#options.kind === 'bars' && interval !== 'session' && t < this.#lastT + interval) {
      return refuse(`overlaps the bar of ${this.#lastFile} line ${this.#lastLine}`)
    }
    this.#keep(block, i, t)
    this.#lastFile = faults.file
    this.#lastLine = line
  }

  #tooLarge(block: RowBlock, i: number): number {
    const limits = this.#limits
    for (let c = 0; c < limits.length; c++) {
      if (((block.columns[c] as Float64Array)[i] as number) >= (limits[c] as number)) return c
    }
    return -1
  }

  #keep(block: RowBlock, i: number, t: Micros): void {
    if (this.#n === ROWS) this.#flush(true)
    const n = this.#n++
    const columns = this.#columns
    for (let c = 0; c < columns.length; c++) {
      ;(columns[c] as Float64Array)[n] = (block.columns[c] as Float64Array)[i] as number
    }
    this.#t[n] = t
    // Bars and rates have no venue time of their own.
    if (this.#once) (columns[0] as Float64Array)[n] = t
    if (this.#options.oneSided) this.#exchange[n] = block.exchange[i] ?? ''
    if (this.accepted === 0) this.first = t
    this.last = t
    this.#lastT = t
    this.accepted++
  }

  /** Adds quotes to a bar of trades or trades to a bar of quotes; false when both have the same part. */
  #join(block: RowBlock, i: number): boolean {
    if (this.#options.kind !== 'bars') return false
    const n = this.#n - 1
    const has = (columns: readonly Float64Array[], row: number, first: number): boolean =>
      !Number.isNaN((columns[first] as Float64Array)[row])
    const trades = [has(this.#columns, n, OPEN), has(block.columns, i, OPEN)]
    const quotes = [this.#columns, block.columns].map((c, k) => {
      const row = k === 0 ? n : i
      return has(c, row, BID) || has(c, row, ASK)
    })
    if (trades[0] === trades[1] || quotes[0] === quotes[1] || trades[0] === quotes[0]) return false
    const [from, to] = trades[1] === true ? [OPEN, VOLUME + 1] : [BID, BARS]
    for (let c = from; c < to; c++) {
      ;(this.#columns[c] as Float64Array)[n] = (block.columns[c] as Float64Array)[i] as number
    }
    return true
  }

  finish(): void {
    this.#flush(false)
  }

  /** `keepLast`: the last bar stays, another file may have its other part. */
  #flush(keepLast: boolean): void {
    const carry = keepLast && this.#options.kind === 'bars' ? 1 : 0
    const n = this.#n - carry
    if (n > 0) {
      const columns: Record<string, Float64Array | readonly string[]> = { t: this.#t }
      for (const [c, column] of KIND_COLUMNS[this.#options.kind].entries()) {
        columns[column.key] = this.#columns[c] as Float64Array
      }
      if (this.#options.oneSided) columns.exchange = this.#exchange
      this.#options.writer.append(columns satisfies TapeColumns, n)
    }
    if (carry === 1) {
      for (const column of [this.#t, ...this.#columns]) column[0] = column[n] as number
    }
    this.#n = carry
  }
}
