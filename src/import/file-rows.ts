/**
 * The rows of one file, checked one by one: what is accepted goes into blocks by stream, what is not becomes a
 * fault. One row gives one row of a stream or one fault, never both; nothing is repaired. Checks that need the other
 * files (duplicates across files, overlap, common decimals) are made later by the tape's sink.
 */
import { Failure } from '../cli/failure.ts'
import { dayOf, formatMicros, type Micros } from '../core/base/time.ts'
import type { StreamKind } from '../tape/columns.ts'
import type { CsvRecord } from './csv-scanner.ts'
import type { FaultList } from './fault.ts'
import type { Role } from './layout.ts'
import { NumberField } from './number-field.ts'
import type { Shape } from './recognise.ts'
import { BLOCK_ROWS, RowBlock } from './row-block.ts'
import { ScaleCount } from './scale-count.ts'
import { looksLikeCount, looksLikeForeignDate, type StampRule, StampField } from './stamp-field.ts'

/** What a file says about one of its streams. */
export class FileStream {
  readonly symbol: string
  readonly kind: StreamKind
  block: RowBlock
  rows = 0
  /** Stamps of the first and last accepted row, as in the file. */
  first: Micros = Number.NaN
  last: Micros = Number.NaN
  /** Smallest positive difference of stamps; Infinity when there is none. */
  smallestStep: Micros = Infinity
  readonly prices = new ScaleCount()
  readonly sizes = new ScaleCount()
  /** Quotes: some row lacks a side. */
  oneSided = false
  /** Bars: some row has a quote. */
  quoted = false

  constructor(symbol: string, kind: StreamKind, capacity: number) {
    this.symbol = symbol
    this.kind = kind
    this.block = new RowBlock(kind, capacity)
  }
}

export interface FileRowsOptions {
  readonly file: string
  readonly shape: Shape
  readonly symbol: string
  readonly stamps: StampRule
  readonly faults: FaultList
  /** Why a bare date is no session, undefined when it is one. */
  readonly dateProblem: (day: number) => string | undefined
  /** False in the survey: rows are counted and checked, not kept. */
  readonly keep: boolean
  /** Only this stream is kept (`streamKey`); all when absent. */
  readonly only?: string
}

export function streamKey(symbol: string, kind: StreamKind): string {
  return `${symbol} ${kind}`
}

/** Shared by the decoders of all kinds: positions, parsers, faults, and the commit of an accepted row. */
export class FileRows {
  readonly shape: Shape
  readonly streams = new Map<string, FileStream>()
  readonly full: { readonly key: string; readonly stream: FileStream; readonly block: RowBlock }[] = []
  readonly number = new NumberField()
  readonly stamp: StampField
  readonly venueStamp: StampField
  readonly #options: FileRowsOptions
  readonly #width: number
  readonly #expiryAt: number
  readonly #bySuffix = new Map<string, FileStream>()
  #priceDecimals = 0
  #qtyDecimals = 0
  #mostPrice = 0
  #mostQty = 0
  #noisyAt = -1
  /** Sizes that were read through the noise of binary arithmetic: how many, and the first. */
  noisySizes = 0
  firstNoise = ''
  /** Rows refused because their time goes back. */
  backwards = 0
  /** Whether the file's stamps are bare dates; the first accepted row decides. */
  bareDates: boolean | undefined

  constructor(options: FileRowsOptions) {
    this.#options = options
    this.shape = options.shape
    this.stamp = new StampField(options.stamps)
    this.venueStamp = new StampField({ ...options.stamps, unit: options.shape.venueTimeUnit })
    this.#width = options.shape.header.length
    this.#expiryAt = this.at('expiry')
  }

  /** Position of a role, -1 where the file has no such column. */
  at(role: Role): number {
    return this.shape.at.get(role) ?? -1
  }

  fault(record: CsvRecord, at: number, why: string): false {
    const field = at < 0 ? '' : (this.shape.header[at] ?? '').trim()
    const value = at < 0 ? record.texts().join(',') : at < record.size ? record.text(at) : ''
    this.#options.faults.add(record.line, field, value, why)
    return false
  }

  /** A new row: is it whole, and what is its time? */
  begin(record: CsvRecord): boolean {
    this.#priceDecimals = 0
    this.#qtyDecimals = 0
    this.#mostPrice = 0
    this.#mostQty = 0
    this.#noisyAt = -1
    if (record.damage !== '') return this.fault(record, -1, record.damage)
    if (record.size !== this.#width) {
      return this.fault(
        record,
        -1,
        `has ${record.size} fields, the ${this.shape.hasHeader ? 'header' : 'list of columns'} ${this.#width}`,
      )
    }
    const at = this.at('t')
    const stamp = this.stamp
    if (!stamp.read(record.buffer, record.starts[at] as number, record.ends[at] as number)) {
      this.#refuseFile(record, at)
      return this.fault(record, at, stamp.problem)
    }
    return this.bareDates === undefined || this.bareDates === stamp.bareDate
      ? true
      : this.fault(
          record,
          at,
          stamp.bareDate ? 'is a bare date among stamps with a time' : 'has a time among bare dates',
        )
  }

  /** What is wrong with every stamp of the file is told once, with the mend, instead of as so many faults. */
  #refuseFile(record: CsvRecord, at: number): void {
    const { file, stamps } = this.#options
    const text = record.text(at)
    const where = `${file}: line ${record.line}, ${(this.shape.header[at] ?? '').trim()} '${text}'`
    if (this.stamp.zoneMissing) {
      throw new Failure(
        `${where} has no zone; say whose clock it is: --tz UTC, or the zone of the source, e.g. --tz America/New_York`,
        2,
      )
    }
    if (this.bareDates !== undefined) return
    if (stamps.unit === 'iso' && stamps.dateFormat === 'iso' && looksLikeForeignDate(text)) {
      const short = /\D\d{2}$/.test(text.trim())
      throw new Failure(
        `${where} does not say which number is the month${short ? ' and which century it means' : ''}; name the order with --date-format ${short ? 'mdy2 or dmy2' : 'mdy or dmy'}`,
        2,
      )
    }
    if (stamps.unit === 'iso' && looksLikeCount(text)) {
      throw new Failure(`${where} looks like a count since 1970; say its unit with --time-unit s, ms, us or ns`, 2)
    }
  }

  /** A price: present, a number, above zero. */
  price(record: CsvRecord, at: number): number {
    const number = this.number
    if (!number.read(record.buffer, record.starts[at] as number, record.ends[at] as number)) {
      this.fault(record, at, number.problem)
      return Number.NaN
    }
    if (number.value <= 0) {
      this.fault(record, at, number.value === 0 ? 'is zero; a price is above zero' : 'is negative')
      return Number.NaN
    }
    if (number.decimals > this.#priceDecimals) this.#priceDecimals = number.decimals
    if (number.value > this.#mostPrice) this.#mostPrice = number.value
    return number.value
  }

  /** A size or volume: present, a number, not negative; above zero where `positive`. */
  size(record: CsvRecord, at: number, positive: boolean, factor = 1): number {
    const number = this.number
    if (!number.readSize(record.buffer, record.starts[at] as number, record.ends[at] as number, factor)) {
      this.fault(record, at, number.problem)
      return Number.NaN
    }
    if (number.value < 0 || (positive && number.value === 0)) {
      this.fault(record, at, number.value < 0 ? 'is negative' : 'is zero; a trade has a size')
      return Number.NaN
    }
    if (number.noisy) this.#noisyAt = at
    if (number.decimals > this.#qtyDecimals) this.#qtyDecimals = number.decimals
    if (number.value > this.#mostQty) this.#mostQty = number.value
    return number.value
  }

  /** The venue's own time where the row has one, else the row's; NaN after a fault. */
  venueTime(record: CsvRecord, at: number): Micros {
    if (at < 0 || record.isEmpty(at)) return this.stamp.t
    if (this.venueStamp.read(record.buffer, record.starts[at] as number, record.ends[at] as number)) {
      return this.venueStamp.t
    }
    if (this.venueStamp.zoneMissing) this.#refuseVenueZone(record, at)
    this.fault(record, at, this.venueStamp.problem)
    return Number.NaN
  }

  #refuseVenueZone(record: CsvRecord, at: number): never {
    const field = (this.shape.header[at] ?? '').trim()
    throw new Failure(
      `${this.#options.file}: line ${record.line}, ${field} '${record.text(at)}' has no zone; add --tz`,
      2,
    )
  }

  /** The stream a row belongs to; undefined after a fault. */
  stream(record: CsvRecord, kind: StreamKind): FileStream | undefined {
    let suffix = ''
    if (this.#expiryAt >= 0) {
      suffix = record.text(this.#expiryAt)
      if (!/^\d{6}(\d{2})?$/.test(suffix)) {
        this.fault(record, this.#expiryAt, 'is no expiry (YYYYMM or YYYYMMDD)')
        return undefined
      }
    }
    const cached = this.#bySuffix.get(kind + suffix)
    if (cached !== undefined) return cached
    const symbol = suffix === '' ? this.#options.symbol : `${this.#options.symbol}-${suffix}`
    const key = streamKey(symbol, kind)
    const { keep, only } = this.#options
    // A stream that is only surveyed writes every row over the one before.
    const stream = new FileStream(symbol, kind, keep && (only === undefined || only === key) ? BLOCK_ROWS : 1)
    this.#bySuffix.set(kind + suffix, stream)
    this.streams.set(key, stream)
    return stream
  }

  /** Checks that need the row before, then keeps the row whose columns the decoder has written at `block.n`. */
  commit(record: CsvRecord, stream: FileStream): boolean {
    const at = this.at('t')
    const { t, bareDate } = this.stamp
    const once = stream.kind === 'bars' || stream.kind === 'fx'
    if (bareDate) {
      if (!once) return this.fault(record, at, 'is a bare date; a tick needs a time')
      const problem = this.#options.dateProblem(dayOf(t))
      if (problem !== undefined) return this.fault(record, at, problem)
    }
    if (t < stream.last) this.backwards++
    if (t < stream.last) return this.fault(record, at, `goes back in time, behind ${shown(stream.last, bareDate)}`)
    if (t === stream.last && once) return this.fault(record, at, 'repeats the stamp of the bar before')
    if (stream.rows > 0 && t - stream.last < stream.smallestStep && t > stream.last)
      stream.smallestStep = t - stream.last
    if (stream.rows === 0) stream.first = t
    stream.last = t
    stream.rows++
    this.bareDates ??= bareDate
    stream.prices.add(this.#priceDecimals, this.#mostPrice)
    stream.sizes.add(this.#qtyDecimals, this.#mostQty)
    if (this.#noisyAt >= 0 && this.noisySizes++ === 0) {
      this.firstNoise = `line ${record.line}, ${(this.shape.header[this.#noisyAt] ?? '').trim()} ${record.text(this.#noisyAt)}`
    }
    const { keep, only } = this.#options
    if (!keep) return true
    const key = streamKey(stream.symbol, stream.kind)
    if (only !== undefined && only !== key) return true
    const block = stream.block
    block.t[block.n] = t
    block.line[block.n] = record.line
    block.n++
    if (block.n === BLOCK_ROWS) {
      this.full.push({ key, stream, block })
      stream.block = new RowBlock(stream.kind)
    }
    return true
  }

  /** At the end of the file: what is left in the blocks. */
  flush(): void {
    for (const [key, stream] of this.streams) {
      if (stream.block.n === 0) continue
      this.full.push({ key, stream, block: stream.block })
      stream.block = new RowBlock(stream.kind)
    }
  }
}

function shown(t: Micros, bareDate: boolean): string {
  return bareDate ? formatMicros(t).slice(0, 10) : formatMicros(t)
}
