/**
 * One stream of a tape as a cursor of market events in order, loaded a chunk at a time so that memory stays flat.
 * A bar is two moments: the venue's view of its open at the start, and the engine's view of the whole at its end.
 */
import type { EpochDay, Micros } from '../core/base/time.ts'
import { DAY } from '../core/base/time.ts'
import { ACTION_KINDS, type ActionKind, type MarketEvent, type TapeEvent } from '../core/domain/event.ts'
import type { TapeChunk } from '../tape/read.ts'

/** Classes of the total order at equal times (`contract.md` 1), with room for reports before and timers between. */
export const CLASS = { report: 0, barEnd: 1, market: 2, expiry: 3, timer: 4, open: 5 } as const

/** Whose moments a cursor gives, where venue and engine have their own. */
export type CursorSide = 'venue' | 'engine'

/** `actions` are the corporate actions of a tape's manifest; the others are its streams. */
export type CursorKind = 'actions' | 'quotes' | 'trades' | 'bars' | 'fx'

export interface CursorSource {
  readonly kind: CursorKind
  readonly instrument: number
  /** Place among all streams of the run: (venue, symbol, kind) by code point, then first time, then content. */
  readonly rank: number
  /** Length of a bar in microseconds; 0 for session bars, whose times `sessionOf` gives. */
  readonly barMicros: Micros
  readonly sessionOf?: (day: EpochDay) => { readonly open: Micros; readonly close: Micros } | undefined
  readonly chunks: AsyncIterator<TapeChunk>
  /** Half-open range of row times that take part. */
  readonly from: Micros
  readonly to: Micros
  /**
   * `--venue-clock venue`: this cursor gives the rows of its stream to one side only. The venue's stand at their venue
   * time (one that goes back counts as the one before it), the engine's at their receive time, never before the venue's.
   */
  readonly side?: CursorSide
}

const NONE: Float64Array = new Float64Array(0)

/** Of a chunk of corporate actions, beside `t`; `kind` is an index of ACTION_KINDS. */
export const ACTION_COLUMNS = ['kind', 'num', 'den', 'amount', 'withheld'] as const
type ActionColumns = [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array]

export class Cursor {
  readonly kind: CursorKind
  readonly instrument: number
  readonly rank: number
  /** Key of the moment the cursor stands at; Infinity at the end. */
  time: Micros = Infinity
  cls = 0
  /** Rows of the tape that were given out whole. */
  rowsDone = 0
  /** Who sees the rows (`SEEN` of the timeline). */
  readonly seen: 0 | 1 | 2
  /** The latest venue time so far, where one side alone sees the rows. */
  #venueClock: Micros = -Infinity
  readonly #source: CursorSource
  #row = 0
  #rows = 0
  #atOpen = false
  #bar: MarketEvent | undefined
  #t: Float64Array = NONE
  #venueT: Float64Array = NONE
  #a: Float64Array = NONE
  #b: Float64Array = NONE
  #c: Float64Array = NONE
  #d: Float64Array = NONE
  #e: Float64Array = NONE
  #quotes: readonly Float64Array[] | undefined
  #starts: Float64Array = NONE
  #ended = false

  constructor(source: CursorSource) {
    this.#source = source
    this.kind = source.kind
    this.instrument = source.instrument
    this.rank = source.rank
    this.seen = source.side === undefined ? 0 : source.side === 'venue' ? 1 : 2
  }

  /** True when the next chunk must be loaded before the cursor can go on. */
  get needsChunk(): boolean {
    return this.#row >= this.#rows && !this.#ended
  }

  /** Loads chunks until one has a row in range, or ends the cursor. */
  async load(): Promise<void> {
    for (;;) {
      const next = await this.#source.chunks.next()
      if (next.done === true) {
        this.#ended = true
        this.time = Infinity
        return
      }
      if (this.#take(next.value)) return
      if (this.#ended) return
    }
  }

  #take(chunk: TapeChunk): boolean {
    const c = chunk.columns
    const col = (name: string): Float64Array => c[name] ?? NONE
    this.#t = col('t')
    this.#venueT = c.venueT ?? this.#t
    switch (this.kind) {
      case 'quotes':
        ;[this.#a, this.#b, this.#c, this.#d] = [col('bid'), col('ask'), col('bidSize'), col('askSize')]
        this.#e = col('flags')
        break
      case 'trades':
        ;[this.#a, this.#b, this.#e] = [col('price'), col('size'), col('flags')]
        break
      case 'fx':
        this.#a = col('rate')
        break
      case 'actions':
        ;[this.#a, this.#b, this.#c, this.#d, this.#e] = ACTION_COLUMNS.map(col) as ActionColumns
        break
      case 'bars':
        this.#takeBars(c, chunk.rows)
    }
    const { from, to } = this.#source
    const t = this.#t
    let rows = chunk.rows
    let row = 0
    while (row < rows && (t[row] as number) < from) row++
    if (rows > 0 && (t[rows - 1] as number) >= to) {
      while (rows > row && (t[rows - 1] as number) >= to) rows--
      this.#ended = rows === row
    }
    this.#row = row
    this.#rows = rows
    if (row >= rows) {
      this.time = Infinity
      return false
    }
    this.#atOpen = true
    this.#settle()
    return true
  }

  #takeBars(c: Record<string, Float64Array>, rows: number): void {
    const col = (name: string): Float64Array => c[name] ?? NONE
    ;[this.#a, this.#b, this.#c, this.#d, this.#e] = [col('open'), col('high'), col('low'), col('close'), col('volume')]
    const quotes = ['bidOpen', 'askOpen', 'bidClose', 'askClose'].map((name) => c[name])
    this.#quotes = quotes.every((q) => q !== undefined) ? (quotes as Float64Array[]) : undefined
    const { barMicros, sessionOf } = this.#source
    this.#starts = this.#t
    this.#venueT = new Float64Array(rows)
    if (barMicros > 0) {
      for (let i = 0; i < rows; i++) this.#venueT[i] = (this.#t[i] as number) + barMicros
      return
    }
    this.#starts = new Float64Array(rows)
    for (let i = 0; i < rows; i++) {
      const day = Math.floor((this.#t[i] as number) / DAY)
      const session = sessionOf?.(day)
      this.#starts[i] = session?.open ?? day * DAY
      this.#venueT[i] = session?.close ?? day * DAY + DAY - 1
    }
  }

  /** Sets the key of the moment the cursor stands at. */
  #settle(): void {
    if (this.kind !== 'bars') {
      this.time = this.seen === 0 ? (this.#t[this.#row] as number) : this.#sideTime()
      this.cls = CLASS.market
    } else if (this.#atOpen) {
      this.time = this.#starts[this.#row] as number
      this.cls = CLASS.open
    } else {
      this.time = this.#venueT[this.#row] as number
      this.cls = CLASS.barEnd
    }
  }

  #sideTime(): Micros {
    const venueT = this.#venueT[this.#row] as number
    if (venueT > this.#venueClock) this.#venueClock = venueT
    return this.seen === 1 ? this.#venueClock : Math.max(this.#t[this.#row] as number, this.#venueClock)
  }

  /** The event of this moment; a bar's open and its end give the same object. */
  event(): TapeEvent {
    const i = this.#row
    const { instrument } = this
    switch (this.kind) {
      case 'quotes':
        return {
          type: 'quote',
          t: this.time,
          venueT: this.#venueT[i] as number,
          instrument,
          bid: this.#a[i] as number,
          ask: this.#b[i] as number,
          bidSize: this.#c[i] as number,
          askSize: this.#d[i] as number,
          flags: this.#e.length === 0 ? 0 : (this.#e[i] as number),
        }
      case 'trades':
        return {
          type: 'trade',
          t: this.time,
          venueT: this.#venueT[i] as number,
          instrument,
          price: this.#a[i] as number,
          size: this.#b[i] as number,
          flags: this.#e.length === 0 ? 0 : (this.#e[i] as number),
        }
      case 'fx':
        return {
          type: 'fx',
          t: this.time,
          venueT: this.#venueT[i] as number,
          instrument,
          rate: this.#a[i] as number,
        }
      case 'actions':
        return {
          type: 'action',
          t: this.#t[i] as number,
          instrument,
          kind: ACTION_KINDS[this.#a[i] as number] as ActionKind,
          num: this.#b[i] as number,
          den: this.#c[i] as number,
          amount: this.#d[i] as number,
          withheld: this.#e[i] as number,
        }
      case 'bars':
        this.#bar ??= this.#barEvent(i)
        return this.#bar
    }
  }

  #barEvent(i: number): MarketEvent {
    const q = this.#quotes
    return {
      type: 'bar',
      t: this.#venueT[i] as number,
      start: this.#starts[i] as number,
      instrument: this.instrument,
      open: this.#a[i] as number,
      high: this.#b[i] as number,
      low: this.#c[i] as number,
      close: this.#d[i] as number,
      volume: this.#e[i] as number,
      bidOpen: q === undefined ? 0 : ((q[0] as Float64Array)[i] as number),
      askOpen: q === undefined ? 0 : ((q[1] as Float64Array)[i] as number),
      bidClose: q === undefined ? 0 : ((q[2] as Float64Array)[i] as number),
      askClose: q === undefined ? 0 : ((q[3] as Float64Array)[i] as number),
    }
  }

  /** Moves on; afterwards `needsChunk` may be true. */
  advance(): void {
    if (this.kind === 'bars' && this.#atOpen) {
      this.#atOpen = false
      this.#settle()
      return
    }
    this.#row++
    this.rowsDone++
    this.#atOpen = true
    this.#bar = undefined
    if (this.#row < this.#rows) this.#settle()
    else this.time = Infinity
  }
}
