/**
 * Decoded rows of one stream, column by column: times in microseconds UTC, prices and sizes as doubles, NaN where a
 * value is missing; `line` says where each row came from. `KIND_COLUMNS` gives the columns besides `t`, in order.
 */
import { columnsOf, type StreamKind, type TapeColumn } from '../tape/columns.ts'

export const BLOCK_ROWS = 16_384

const widest = (kind: StreamKind): readonly TapeColumn[] =>
  columnsOf(kind, { oneSided: true, quoteColumns: true }).filter((c) => c.key !== 't' && c.role !== 'text')

export const KIND_COLUMNS: Readonly<Record<StreamKind, readonly TapeColumn[]>> = {
  trades: widest('trades'),
  quotes: widest('quotes'),
  bars: widest('bars'),
  fx: widest('fx'),
}

/** Position of a column in `RowBlock.columns`. */
export function columnIndex(kind: StreamKind, key: string): number {
  return KIND_COLUMNS[kind].findIndex((c) => c.key === key)
}

export class RowBlock {
  readonly kind: StreamKind
  readonly t: Float64Array
  readonly line: Float64Array
  readonly columns: readonly Float64Array[]
  /** Quotes only: who shows the side of a one-sided row. */
  readonly exchange: string[] = []
  n = 0

  constructor(kind: StreamKind, capacity = BLOCK_ROWS) {
    this.kind = kind
    this.t = new Float64Array(capacity)
    this.line = new Float64Array(capacity)
    this.columns = KIND_COLUMNS[kind].map(() => new Float64Array(capacity))
  }
}
