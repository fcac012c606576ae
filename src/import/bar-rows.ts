/**
 * Decoders of bars (trade columns, quote columns or both), of files with closes only, and of exchange rates. The
 * order high ≥ max(open, close), low ≤ min(open, close) is required of trades and of each quote side.
 */
import type { CsvRecord } from './csv-scanner.ts'
import type { FileRows } from './file-rows.ts'
import type { Role } from './layout.ts'
import { columnIndex } from './row-block.ts'
import type { Decode } from './tick-rows.ts'

const VENUE_T = columnIndex('bars', 'venueT')
const TRADE = columnIndex('bars', 'open')
const VOLUME = columnIndex('bars', 'volume')
const BID = columnIndex('bars', 'bidOpen')
const ASK = columnIndex('bars', 'askOpen')

/** Four prices of a bar and what they are called; `size` is -1 where there is no such column. */
interface Candle {
  readonly at: readonly [number, number, number, number]
  readonly size: number
  readonly present: boolean
}

function candle(rows: FileRows, prefix: '' | 'bid_' | 'ask_'): Candle {
  const at = (name: string): number => rows.at(`${prefix}${name}` as Role)
  const prices = [at('open'), at('high'), at('low'), at('close')] as const
  return { at: prices, size: prefix === '' ? rows.at('volume') : at('size'), present: prices.every((i) => i >= 0) }
}

function isEmpty(record: CsvRecord, c: Candle): boolean {
  return !c.present || (c.at.every((i) => record.isEmpty(i)) && (c.size < 0 || record.isEmpty(c.size)))
}

export function barDecoder(rows: FileRows): Decode {
  const trade = candle(rows, '')
  const bid = candle(rows, 'bid_')
  const ask = candle(rows, 'ask_')
  const factor = rows.shape.volumeFactor
  const prices = new Float64Array(5)

  /** Reads four prices and a size into `prices`; false after a fault. */
  const read = (record: CsvRecord, c: Candle, sizeFactor: number): boolean => {
    for (let i = 0; i < 4; i++) {
      const price = rows.price(record, c.at[i] as number)
      if (Number.isNaN(price)) return false
      prices[i] = price
    }
    const [open, high, low, close] = prices as unknown as readonly [number, number, number, number]
    if (high < open || high < close) {
      return rows.fault(
        record,
        c.at[1],
        `is below the ${high < open ? 'open' : 'close'} ${record.text(high < open ? c.at[0] : c.at[3])}`,
      )
    }
    if (low > open || low > close) {
      return rows.fault(
        record,
        c.at[2],
        `is above the ${low > open ? 'open' : 'close'} ${record.text(low > open ? c.at[0] : c.at[3])}`,
      )
    }
    const size = c.size < 0 ? 0 : rows.size(record, c.size, false, sizeFactor)
    prices[4] = size
    return !Number.isNaN(size)
  }

  return (record) => {
    if (!rows.begin(record)) return
    const stream = rows.stream(record, 'bars')
    if (stream === undefined) return
    const { columns, n } = stream.block
    const put = (first: number): void => {
      for (let i = 0; i < 5; i++) (columns[first + i] as Float64Array)[n] = prices[i] as number
    }
    let parts = 0
    for (const [c, first] of [
      [trade, TRADE],
      [bid, BID],
      [ask, ASK],
    ] as const) {
      if (isEmpty(record, c)) prices.fill(Number.NaN)
      else if (read(record, c, first === TRADE ? factor : 1)) parts++
      else return
      put(first)
    }
    if (parts === 0) {
      rows.fault(record, trade.present ? trade.at[3] : bid.at[3], 'is empty: the bar has neither trades nor quotes')
      return
    }
    const crossed = crossing(columns, n)
    if (crossed >= 0) {
      rows.fault(
        record,
        bid.at[crossed] as number,
        `is above the ask ${record.text(ask.at[crossed] as number)}: a crossed quote`,
      )
      return
    }
    ;(columns[VENUE_T] as Float64Array)[n] = rows.stamp.t
    const quoted = !Number.isNaN((columns[BID] as Float64Array)[n]) || !Number.isNaN((columns[ASK] as Float64Array)[n])
    if (rows.commit(record, stream) && quoted) stream.quoted = true
  }
}

/** Index of the open (0) or close (3) at which bid > ask; -1 when neither. High and low are of different moments. */
function crossing(columns: readonly Float64Array[], n: number): number {
  for (const i of [0, 3]) {
    if (((columns[BID + i] as Float64Array)[n] as number) > ((columns[ASK + i] as Float64Array)[n] as number)) return i
  }
  return -1
}

/** Closes only: the other three prices are the close, and the manifest says so. */
export function closeDecoder(rows: FileRows): Decode {
  const close = rows.at('close')
  const volume = rows.at('volume')
  return (record) => {
    if (!rows.begin(record)) return
    const stream = rows.stream(record, 'bars')
    if (stream === undefined) return
    const { columns, n } = stream.block
    const price = rows.price(record, close)
    if (Number.isNaN(price)) return
    const size = volume < 0 ? 0 : rows.size(record, volume, false, rows.shape.volumeFactor)
    if (Number.isNaN(size)) return
    ;(columns[VENUE_T] as Float64Array)[n] = rows.stamp.t
    for (let i = 0; i < 4; i++) (columns[TRADE + i] as Float64Array)[n] = price
    ;(columns[VOLUME] as Float64Array)[n] = size
    for (let i = BID; i < columns.length; i++) (columns[i] as Float64Array)[n] = Number.NaN
    rows.commit(record, stream)
  }
}

/**
 * Exchange rates: the column of the rate, or the close of a bar. Only what goes on the tape is checked: in daily FX
 * files the close is often taken at another time than the range and lies outside it.
 */
export function rateDecoder(rows: FileRows): Decode {
  const rate = rows.at('rate') >= 0 ? rows.at('rate') : rows.at('close')
  return (record) => {
    if (!rows.begin(record)) return
    const stream = rows.stream(record, 'fx')
    if (stream === undefined) return
    const { columns, n } = stream.block
    const price = rows.price(record, rate)
    if (Number.isNaN(price)) return
    ;(columns[0] as Float64Array)[n] = rows.stamp.t
    ;(columns[1] as Float64Array)[n] = price
    rows.commit(record, stream)
  }
}
