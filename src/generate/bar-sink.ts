/**
 * One-minute bars of a generated market, built from the very ticks the same seed gives without --bars. A bar holds
 * what happened at the venue from `t` (its start) for one minute: prices and volume of the trades, and bid and ask
 * with their open, high, low and close. The quote that stood at the start opens the bar (within a session). A minute
 * without trades has no trade prices and volume 0; a minute without any row has no bar.
 */
import { pow10 } from '../core/base/fixed.ts'
import type { StreamWriter } from '../tape/write.ts'
import type { MarketMinute } from './market.ts'
import { RowBlock } from '../tape/row-block.ts'
import { QUOTE } from './ticks.ts'

const SIDE = ['Open', 'High', 'Low', 'Close', 'Size'] as const
const COLUMNS = [
  ...['t', 'venueT', 'open', 'high', 'low', 'close', 'volume'],
  ...SIDE.map((name) => `bid${name}`),
  ...SIDE.map((name) => `ask${name}`),
]
const VOLUME = 6
const BID = 7
const ASK = 12

export class BarSink {
  readonly #block: RowBlock
  readonly #unit: number
  readonly #trade = new Range()
  readonly #bid = new Range()
  readonly #ask = new Range()
  #bidSize = Number.NaN
  #askSize = Number.NaN

  constructor(writer: StreamWriter, priceDecimals: number) {
    this.#block = new RowBlock(writer, COLUMNS)
    this.#unit = pow10(priceDecimals)
  }

  add(minute: MarketMinute): void {
    this.#trade.clear()
    // Overnight nothing stands; within a session the last quote opens the next bar.
    for (const side of [this.#bid, this.#ask]) {
      if (minute.opens) side.clear()
      else side.carry()
    }
    let volume = 0
    for (let i = 0; i < minute.rows; i++) {
      if (minute.kind[i] === QUOTE) {
        this.#bid.add(minute.a[i] as number)
        this.#ask.add(minute.b[i] as number)
        this.#bidSize = minute.asz[i] as number
        this.#askSize = minute.bsz[i] as number
      } else {
        this.#trade.add(minute.a[i] as number)
        volume += minute.asz[i] as number
      }
    }
    this.#row(minute.start, volume)
  }

  end(): void {
    this.#block.flush()
  }

  #row(start: number, volume: number): void {
    const block = this.#block
    const k = block.rows++
    block.put(0, k, start)
    block.put(1, k, start)
    this.#prices(2, k, this.#trade)
    block.put(VOLUME, k, volume)
    this.#prices(BID, k, this.#bid)
    block.put(BID + 4, k, this.#bidSize)
    this.#prices(ASK, k, this.#ask)
    block.put(ASK + 4, k, this.#askSize)
    block.flushIfFull()
  }

  #prices(column: number, row: number, range: Range): void {
    const { open, high, low, close } = range
    ;[open, high, low, close].forEach((price, j) => {
      this.#block.put(column + j, row, price / this.#unit)
    })
  }
}

/** Open, high, low and close of what was added; NaN while nothing was. */
class Range {
  open = Number.NaN
  high = Number.NaN
  low = Number.NaN
  close = Number.NaN

  add(x: number): void {
    if (Number.isNaN(this.open)) {
      this.open = x
      this.high = x
      this.low = x
    }
    this.high = Math.max(this.high, x)
    this.low = Math.min(this.low, x)
    this.close = x
  }

  clear(): void {
    this.open = Number.NaN
    this.high = Number.NaN
    this.low = Number.NaN
    this.close = Number.NaN
  }

  /** Begins anew with what stands. */
  carry(): void {
    const { close } = this
    this.clear()
    if (!Number.isNaN(close)) this.add(close)
  }
}
