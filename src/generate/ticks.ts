/**
 * Generated ticks as columns: quotes and trades of one instrument in one stream, in order of both clocks.
 * Prices are integers of the instrument's price unit, sizes integers of its quantity unit, times microseconds UTC.
 * `venue` and `recv` both rise strictly and `recv` is never before `venue`.
 */

/** `kind` of a row. A trade says who was the aggressor. */
export const QUOTE = 0
export const BUYER_TRADE = 1
export const SELLER_TRADE = 2

/** Rows of one chunk on the way into a tape: large enough to make the per-chunk cost vanish, 2.5 MB at most. */
export const CHUNK_ROWS = 65_536

export interface TickChunk {
  readonly rows: number
  readonly venue: Float64Array
  readonly recv: Float64Array
  /** Quote: bid. Trade: price. */
  readonly a: Int32Array
  /** Quote: ask. Trade: 0. */
  readonly b: Int32Array
  /** Quote: bid size. Trade: size. */
  readonly asz: Int32Array
  /** Quote: ask size. Trade: 0. */
  readonly bsz: Int32Array
  readonly kind: Int32Array
}

/** The same columns, open to writing; `rows` is the capacity until the one who fills it says otherwise. */
export interface TickBuffer extends TickChunk {
  rows: number
}

export function tickBuffer(capacity: number): TickBuffer {
  return {
    rows: capacity,
    venue: new Float64Array(capacity),
    recv: new Float64Array(capacity),
    a: new Int32Array(capacity),
    b: new Int32Array(capacity),
    asz: new Int32Array(capacity),
    bsz: new Int32Array(capacity),
    kind: new Int32Array(capacity),
  }
}
