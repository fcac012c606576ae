/**
 * The last checks of one stream and the way to its writer. Rows arrive in the tape's order (time, file rank, row).
 * Bars must not repeat or overlap, also across files; a file of trade bars and a file of quote bars of the same
 * minutes become one stream. All values must fit beside the stream's decimals as exact integers.
 */
import { pow10 } from '../core/base/fixed.ts'
import { formatMicros, type Micros } from '../core/base/time.ts'
import { columnsOf, type StreamKind } from '../tape/columns.ts'
import type { StreamWriter, TapeColumns } from '../tape/write.ts'
import type { Dating, Interval } from './dating.ts'
import type { FaultList } from './fault.ts'
import type { MedianSample } from './median-sample.ts'
import { SCALED_LIMIT } from './number-field.ts'
import { columnIndex, KIND_COLUMNS, type RowBlock } from './row-block.ts'

const ROWS = 65_536
const OPEN = columnIndex('bars', 'open')
const VOLUME = columnIndex('bars', 'volume')
const BID = columnIndex('bars', 'bidOpen')
const ASK = columnIndex('bars', 'askOpen')
const RATE = columnIndex('fx', 'rate')
const BARS = KIND_COLUMNS.bars.length

export interface SinkOptions {
  readonly symbol: string
  readonly kind: StreamKind
  readonly writer: StreamWriter
  readonly dating: Dating
  readonly interval: Interval
  readonly priceDecimals: number
  readonly qtyDecimals: number
  readonly oneSided: boolean
  readonly quoteColumns: boolean
  /** Why a session bar's date is none; asked where the date comes from a stamp. */
  readonly dateProblem?: (t: Micros) => string | undefined
  /** Rates: what their direction is judged by. */
  readonly rates?: MedianSample
}

export class StreamSink {
  readonly options: SinkOptions
  readonly #t = new Float64Array(ROWS)
  readonly #columns: readonly Float64Array[]
  readonly #exchange: string[] = []
  /** 10^decimals per column; 0 for times and flags. */
  readonly #scales: readonly number[]
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
    this.options = options
    const columns = KIND_COLUMNS[options.kind]
    this.#columns = columns.map(() => new Float64Array(ROWS))
    this.#scales = columns.map((c) =>
      c.role === 'price' ? pow10(options.priceDecimals) : c.role === 'qty' ? pow10(options.qtyDecimals) : 0,
    )
    this.#once = options.kind === 'bars' || options.kind === 'fx'
  }

  /** Row `i` of a block; `field` is how the file calls the time column. */
  push(block: RowBlock, i: number, faults: FaultList, field: string): void {
    const stamp = block.t[i] as number
    const line = block.line[i] as number
    const t = this.options.dating(stamp)
    const refuse = (why: string): void => faults.add(line, field, formatMicros(stamp), why)
    const misfit = this.#misfit(block, i)
    if (misfit >= 0) {
      const name = KIND_COLUMNS[block.kind][misfit]?.name ?? ''
      const value = String((block.columns[misfit] as Float64Array)[i])
      faults.add(line, name, value, 'does not fit beside the other rows: too many digits for one scale')
      return
    }
    const problem = this.options.dateProblem?.(t)
    if (problem !== undefined) return refuse(problem)
    if (this.#once && t === this.#lastT && faults.file !== this.#lastFile && this.#join(block, i)) {
      this.accepted++
      return
    }
    const { interval } = this.options
    if (this.#once && t <= this.#lastT) return refuse(`repeats the bar of ${this.#lastFile} line ${this.#lastLine}`)
    if (this.options.kind === 'bars' && interval !== 'session' && t < this.#lastT + interval) {
      return refuse(`overlaps the bar of ${this.#lastFile} line ${this.#lastLine}`)
    }
    this.#keep(block, i, t)
    this.#lastFile = faults.file
    this.#lastLine = line
  }

  /** The first column whose value is no exact integer at the stream's decimals, -1 when all are. */
  #misfit(block: RowBlock, i: number): number {
    const scales = this.#scales
    for (let c = 0; c < scales.length; c++) {
      const scale = scales[c] as number
      if (scale === 0) continue
      const value = (block.columns[c] as Float64Array)[i] as number
      const scaled = Math.round(value * scale)
      if (scaled >= SCALED_LIMIT || (scaled / scale !== value && !Number.isNaN(value))) return c
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
    this.options.rates?.add((block.columns[RATE] as Float64Array)[i] as number)
    if (this.options.oneSided) this.#exchange[n] = block.exchange[i] ?? ''
    if (this.accepted === 0) this.first = t
    this.last = t
    this.#lastT = t
    this.accepted++
  }

  /** Adds quotes to a bar of trades or trades to a bar of quotes; false when both have the same part. */
  #join(block: RowBlock, i: number): boolean {
    if (this.options.kind !== 'bars') return false
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
    const carry = keepLast && this.options.kind === 'bars' ? 1 : 0
    const n = this.#n - carry
    if (n > 0) {
      const columns: Record<string, Float64Array | readonly string[]> = { t: this.#t }
      for (const { key } of columnsOf(this.options.kind, this.options)) {
        if (key === 'exchange') columns.exchange = this.#exchange
        else if (key !== 't') columns[key] = this.#columns[columnIndex(this.options.kind, key)] as Float64Array
      }
      this.options.writer.append(columns satisfies TapeColumns, n)
    }
    if (carry === 1) {
      for (const column of [this.#t, ...this.#columns]) column[0] = column[n] as number
    }
    this.#n = carry
  }
}
