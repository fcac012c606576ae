/**
 * Splits chunks of generated ticks into the quotes and trades streams of one symbol of a tape, in blocks of 65,536
 * rows: memory stays flat however long the tape is. Integer prices become the doubles nearest to their decimals
 * (one division by a power of ten, which IEEE rounds correctly).
 */
import { pow10 } from '../core/base/fixed.ts'
import type { StreamWriter } from '../tape/write.ts'
import { FLAG_BUYER_AGGRESSOR, FLAG_REGULAR, FLAG_SELLER_AGGRESSOR } from './bench.ts'
import { RowBlock } from '../tape/row-block.ts'
import { BUYER_TRADE, CHUNK_ROWS, QUOTE, type TickChunk } from './ticks.ts'

const QUOTE_COLUMNS = ['t', 'venueT', 'bid', 'ask', 'bidSize', 'askSize', 'flags'] as const
const TRADE_COLUMNS = ['t', 'venueT', 'price', 'size', 'flags'] as const

export interface TickSinkOptions {
  readonly quotes: StreamWriter
  readonly trades: StreamWriter
  readonly priceDecimals: number
  /** Condition bits of a trade besides regular and aggressor, e.g. the odd-lot mark; 0 when absent. */
  readonly extraFlags?: (size: number) => number
}

export class TickSink {
  readonly #quotes: RowBlock
  readonly #trades: RowBlock
  readonly #unit: number
  readonly #extraFlags: (size: number) => number

  constructor(options: TickSinkOptions) {
    this.#quotes = new RowBlock(options.quotes, QUOTE_COLUMNS)
    this.#trades = new RowBlock(options.trades, TRADE_COLUMNS)
    this.#unit = pow10(options.priceDecimals)
    this.#extraFlags = options.extraFlags ?? (() => 0)
  }

  add(chunk: TickChunk): void {
    let from = 0
    while (from < chunk.rows) {
      from = this.#take(chunk, from)
      this.#quotes.flushIfFull()
      this.#trades.flushIfFull()
    }
  }

  end(): void {
    this.#quotes.flush()
    this.#trades.flush()
  }

  /** Copies rows until the chunk ends or a block is full; returns the next row. */
  #take(chunk: TickChunk, from: number): number {
    const quotes = this.#quotes
    const trades = this.#trades
    const unit = this.#unit
    let i = from
    for (; i < chunk.rows && quotes.rows < CHUNK_ROWS && trades.rows < CHUNK_ROWS; i++) {
      const kind = chunk.kind[i] as number
      const size = chunk.asz[i] as number
      if (kind === QUOTE) {
        const k = quotes.rows++
        quotes.put(0, k, chunk.recv[i] as number)
        quotes.put(1, k, chunk.venue[i] as number)
        quotes.put(2, k, (chunk.a[i] as number) / unit)
        quotes.put(3, k, (chunk.b[i] as number) / unit)
        quotes.put(4, k, size)
        quotes.put(5, k, chunk.bsz[i] as number)
        quotes.put(6, k, FLAG_REGULAR)
      } else {
        const k = trades.rows++
        trades.put(0, k, chunk.recv[i] as number)
        trades.put(1, k, chunk.venue[i] as number)
        trades.put(2, k, (chunk.a[i] as number) / unit)
        trades.put(3, k, size)
        const aggressor = kind === BUYER_TRADE ? FLAG_BUYER_AGGRESSOR : FLAG_SELLER_AGGRESSOR
        trades.put(4, k, FLAG_REGULAR + aggressor + this.#extraFlags(size))
      }
    }
    return i
  }
}
