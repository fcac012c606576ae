/** Decoders of trades, quotes and of feeds with both: one CSV record to one row, or one fault. */
import { FLAG_SUSPICIOUS } from '../core/domain/event.ts'
import { conditionFlags } from './conditions.ts'
import type { CsvRecord } from './csv-scanner.ts'
import type { FileRows } from './file-rows.ts'

/** Bit 0 of the flags of a feed's trade: the buyer's order stood in the book, so the seller was the aggressor. */
export const FLAG_BUYER_IS_MAKER = 1

export type Decode = (record: CsvRecord) => void

export function tradeDecoder(rows: FileRows): Decode {
  const price = rows.at('price')
  const size = rows.at('size')
  const venueT = rows.at('venue_t')
  const flags = flagReader(rows, 'trades')
  return (record) => {
    if (!rows.begin(record)) return
    const stream = rows.stream(record, 'trades')
    if (stream === undefined) return
    const { columns, n } = stream.block
    const p = rows.price(record, price)
    if (Number.isNaN(p)) return
    const q = rows.size(record, size, true)
    if (Number.isNaN(q)) return
    const at = rows.venueTime(record, venueT)
    if (Number.isNaN(at)) return
    const f = flags(record)
    if (f < 0) return
    ;(columns[0] as Float64Array)[n] = at
    ;(columns[1] as Float64Array)[n] = p
    ;(columns[2] as Float64Array)[n] = q
    ;(columns[3] as Float64Array)[n] = f
    rows.commit(record, stream)
  }
}

export function quoteDecoder(rows: FileRows): Decode {
  const bid = rows.at('bid')
  const ask = rows.at('ask')
  const bidSize = rows.at('bid_size')
  const askSize = rows.at('ask_size')
  const venueT = rows.at('venue_t')
  const exchangeAt = rows.at('exchange')
  const flags = flagReader(rows, 'quotes')
  const exchanges = new Map<string, string>()
  return (record) => {
    if (!rows.begin(record)) return
    const stream = rows.stream(record, 'quotes')
    if (stream === undefined) return
    const { columns, n, exchange } = stream.block
    const noBid = record.isEmpty(bid)
    const noAsk = record.isEmpty(ask)
    if (noBid && noAsk) {
      rows.fault(record, bid, 'is empty, and so is the other side')
      return
    }
    const [b, bs] = side(rows, record, bid, bidSize, noBid)
    if (bs === undefined) return
    const [a, as] = side(rows, record, ask, askSize, noAsk)
    if (as === undefined) return
    if (!noBid && !noAsk && b > a) {
      rows.fault(record, bid, `is above the ask ${record.text(ask)}: a crossed quote`)
      return
    }
    const at = rows.venueTime(record, venueT)
    if (Number.isNaN(at)) return
    const f = flags(record)
    if (f < 0) return
    ;(columns[0] as Float64Array)[n] = at
    ;(columns[1] as Float64Array)[n] = b
    ;(columns[2] as Float64Array)[n] = a
    ;(columns[3] as Float64Array)[n] = bs
    ;(columns[4] as Float64Array)[n] = as
    ;(columns[5] as Float64Array)[n] = f
    if (exchangeAt >= 0) {
      // A handful of codes: one string each, however many rows.
      const code = record.text(exchangeAt)
      const known = exchanges.get(code)
      if (known === undefined) exchanges.set(code, code)
      exchange[n] = known ?? code
    } else exchange[n] = ''
    if (rows.commit(record, stream) && (noBid || noAsk)) stream.oneSided = true
  }
}

/** Price and size of one side; [NaN, NaN] where it is empty; size undefined after a fault. */
function side(
  rows: FileRows,
  record: CsvRecord,
  at: number,
  sizeAt: number,
  absent: boolean,
): readonly [number, number | undefined] {
  if (absent) {
    if (sizeAt < 0 || record.isEmpty(sizeAt)) return NOTHING
    rows.fault(record, sizeAt, 'is a size without a price')
    return FAULTY
  }
  const price = rows.price(record, at)
  if (Number.isNaN(price)) return FAULTY
  // A source without sizes shows an unknown size: 0, which nothing can be filled against.
  const size = sizeAt < 0 ? 0 : rows.size(record, sizeAt, false)
  return Number.isNaN(size) ? FAULTY : [price, size]
}

const NOTHING = [Number.NaN, Number.NaN] as const
const FAULTY = [Number.NaN, undefined] as const

/** Condition bits and the suspicious mark; -1 after a fault. */
function flagReader(rows: FileRows, of: 'trades' | 'quotes'): (record: CsvRecord) => number {
  const cond = rows.at('cond')
  const suspicious = rows.at('suspicious')
  const maker = rows.at('maker')
  const whole = rows.at('flags')
  return (record) => {
    let flags = 0
    if (whole >= 0 && !record.isEmpty(whole)) {
      flags = Number(record.text(whole))
      if (!Number.isSafeInteger(flags) || flags < 0) {
        rows.fault(record, whole, 'is no whole number of zero or more')
        return -1
      }
    }
    if (cond >= 0) {
      const found = conditionFlags(record.buffer, record.starts[cond] as number, record.ends[cond] as number, of)
      if (typeof found === 'string') {
        rows.fault(record, cond, found)
        return -1
      }
      flags += found
    }
    if (suspicious >= 0) {
      const bit = truth(record, suspicious)
      if (bit < 0) {
        rows.fault(record, suspicious, 'is neither 0 nor 1')
        return -1
      }
      if (bit === 1) flags += FLAG_SUSPICIOUS
    }
    if (maker >= 0 && of === 'trades') {
      const bit = truth(record, maker)
      if (bit < 0) {
        rows.fault(record, maker, 'is neither 0 nor 1')
        return -1
      }
      if (bit === 1) flags += FLAG_BUYER_IS_MAKER
    }
    return flags
  }
}

function truth(record: CsvRecord, at: number): number {
  const start = record.starts[at] as number
  if ((record.ends[at] as number) - start === 1) {
    const byte = record.buffer[start]
    return byte === 48 ? 0 : byte === 49 ? 1 : -1
  }
  const text = record.text(at).toLowerCase()
  return text === 'false' ? 0 : text === 'true' ? 1 : -1
}

/** A feed's rows say by a word whether they are trades or best quotes. */
export function feedDecoder(rows: FileRows): Decode {
  const event = rows.at('event')
  const trade = tradeDecoder(rows)
  const quote = quoteDecoder(rows)
  return (record) => {
    const word = event < record.size ? record.text(event).toLowerCase() : ''
    if (word === 'trade') trade(record)
    else if (word === 'bbo' || word === 'quote') quote(record)
    else if (event >= record.size) rows.begin(record)
    else rows.fault(record, event, "is neither 'trade' nor 'bbo'")
  }
}
