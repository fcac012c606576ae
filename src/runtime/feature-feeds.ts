/**
 * Which streams of some tapes feed the indicators, and their rows in one order: by engine time (a tick's receive time,
 * a bar's end), bars before ticks, then instrument, then file. Prices and sizes arrive as scaled integers.
 */
import { Failure } from '../cli/failure.ts'
import { dayOf, formatDay, type Micros } from '../core/base/time.ts'
import { sessionTimes } from '../reference/calendars.ts'
import type { StreamReader, Tape, TapeChunk } from '../tape/read.ts'

export interface FeatureInstrument {
  readonly symbol: string
  readonly venue: string
  /** The most of all tapes. */
  readonly priceDecimals: number
  readonly qtyDecimals: number
}

export type FeedKind = 'bars' | 'trades' | 'quotes'

export interface Feed {
  /** Index in the list of instruments. */
  readonly instrument: number
  readonly kind: FeedKind
  readonly dir: string
  readonly reader: StreamReader
}

export interface Feeds {
  /** By symbol, then venue. Those without a stream that can make bars are left out. */
  readonly instruments: readonly FeatureInstrument[]
  readonly feeds: readonly Feed[]
}

/** Bars of the tape itself, or of a length in microseconds. */
export type BarChoice = 'tape' | Micros

interface Candidate {
  readonly dir: string
  readonly reader: StreamReader
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Picks for each instrument the streams that `bar` is made of; throws Failure (exit 2) where there are none. */
export function chooseFeeds(tapes: readonly Tape[], bar: BarChoice): Feeds {
  const found = new Map<string, { instrument: FeatureInstrument; streams: Candidate[] }>()
  for (const tape of tapes) {
    const { dir, manifest } = tape
    for (const [i, info] of manifest.streams.entries()) {
      if (info.kind === 'fx' || info.rows === 0) continue
      const key = `${info.symbol}\u0000${info.venue}`
      const listed = manifest.instruments.find((x) => x.symbol === info.symbol && x.venue === info.venue)
      const known = found.get(key)
      const instrument: FeatureInstrument = {
        symbol: info.symbol,
        venue: info.venue,
        priceDecimals: Math.max(listed?.price_decimals ?? 0, known?.instrument.priceDecimals ?? 0),
        qtyDecimals: Math.max(listed?.qty_decimals ?? 0, known?.instrument.qtyDecimals ?? 0),
      }
      found.set(key, { instrument, streams: [...(known?.streams ?? []), { dir, reader: tape.stream(i) }] })
    }
  }
  const all = [...found.values()].sort(
    (a, b) => byText(a.instrument.symbol, b.instrument.symbol) || byText(a.instrument.venue, b.instrument.venue),
  )
  if (all.length === 0) throw new Failure('the tapes hold no trades, quotes or bars to make features of', 2)
  const feeds = all.flatMap(({ streams }, instrument) => {
    const kind = kindFor(streams, bar)
    return streams.filter((s) => s.reader.info.kind === kind).map((s) => ({ ...s, instrument, kind }))
  })
  return { instruments: all.map((x) => x.instrument), feeds: feeds.sort(byFirstRow) }
}

/** Rank of a source: instrument, then first row, then content. */
function byFirstRow(a: Feed, b: Feed): number {
  if (a.instrument !== b.instrument) return a.instrument - b.instrument
  const [x, y] = [a.reader.info, b.reader.info]
  return byText(x.first, y.first) || byText(x.row_hash, y.row_hash)
}

function kindFor(streams: readonly Candidate[], bar: BarChoice): FeedKind {
  const { symbol } = (streams[0] as Candidate).reader.info
  const bars = streams.filter((s) => s.reader.info.kind === 'bars')
  const has = (kind: FeedKind): boolean => streams.some((s) => s.reader.info.kind === kind)
  if (bar !== 'tape' && has('trades')) return 'trades'
  if (bars.length === 0) {
    if (bar === 'tape') {
      throw new Failure(`--bar tape: ${symbol} has ticks and no bars of its own; use --bar 1m, 5m or 1d`, 2)
    }
    return 'quotes'
  }
  const lengths = new Set(bars.map((s) => s.reader.info.interval_us))
  if (lengths.size > 1) {
    throw new Failure(
      `${symbol} has bars of several lengths (${[...lengths].map(lengthName).join(', ')}); give tapes of one length`,
      2,
    )
  }
  const length = [...lengths][0]
  const tooLong = length === 'session' ? bar !== 'tape' && bar < DAY_BAR : bar !== 'tape' && (length ?? 0) > bar
  if (tooLong) {
    throw new Failure(
      `--bar ${lengthName(bar)}: the bars of ${symbol} are longer, ${lengthName(length)}; use --bar tape`,
      2,
    )
  }
  return 'bars'
}

/** Session bars stand for bars of a day. */
export const DAY_BAR: Micros = 86_400_000_000

/** 300000000 → "5m". */
export function lengthName(length: number | 'session' | 'tape' | undefined): string {
  if (typeof length !== 'number') return length ?? 'of unknown length'
  if (length === DAY_BAR) return '1d'
  if (length % 3_600_000_000 === 0) return `${length / 3_600_000_000}h`
  return length % 60_000_000 === 0 ? `${length / 60_000_000}m` : `${length / 1_000_000}s`
}

/** One stream being read; `t` is the engine time of the row that comes next, Infinity at the end. */
export class FeedCursor {
  readonly feed: Feed
  /** Place among all cursors at equal times. */
  readonly rank: number
  t: Micros = 0
  row = 0
  rows = 0
  columns: TapeChunk['columns'] = {}
  /** Start per row; for ticks the same as `ends`. */
  starts: Float64Array = new Float64Array(0)
  ends: Float64Array = new Float64Array(0)
  readonly #chunks: AsyncIterator<TapeChunk>

  constructor(feed: Feed, instrument: FeatureInstrument, rank: number) {
    this.feed = feed
    this.rank = rank
    this.#chunks = feed.reader.chunks(instrument)[Symbol.asyncIterator]()
  }

  get isBar(): boolean {
    return this.feed.kind === 'bars'
  }

  /** Goes to the next row of the chunk; false when it is used up and `load` is needed. */
  next(): boolean {
    this.row++
    if (this.row >= this.rows) return false
    this.t = this.ends[this.row] as Micros
    return true
  }

  /** Brings the next chunk; false at the end of the stream. */
  async load(): Promise<boolean> {
    for (;;) {
      const result = await this.#chunks.next()
      if (result.done === true) {
        this.t = Infinity
        return false
      }
      if (result.value.rows > 0) {
        this.#take(result.value)
        return true
      }
    }
  }

  #take(chunk: TapeChunk): void {
    const t = chunk.columns.t as Float64Array
    const length = this.feed.reader.info.interval_us
    this.row = 0
    this.rows = chunk.rows
    this.columns = chunk.columns
    this.starts = t
    if (!this.isBar) this.ends = t
    else if (typeof length === 'number') this.ends = t.map((start) => start + length)
    else this.#resolveSessions(t)
    this.t = this.ends[0] as Micros
  }

  /** A session bar is stamped with its date; it runs from that session's open to its close. */
  #resolveSessions(dates: Float64Array): void {
    const { dir, reader } = this.feed
    const { symbol, venue } = reader.info
    this.starts = new Float64Array(this.rows)
    this.ends = new Float64Array(this.rows)
    for (let i = 0; i < this.rows; i++) {
      const day = dayOf(dates[i] as Micros)
      const session = sessionTimes(venue, day)
      if (session === undefined) {
        throw new Failure(
          `${dir}: ${symbol} has a bar of ${formatDay(day)}, which is no session of ${venue}; import it again`,
        )
      }
      this.starts[i] = session.open
      this.ends[i] = session.close
    }
  }
}

/** Before in the total order: time, bars first, rank. */
function before(a: FeedCursor, b: FeedCursor): boolean {
  if (a.t !== b.t) return a.t < b.t
  if (a.isBar !== b.isBar) return a.isBar
  return a.rank < b.rank
}

/** Calls `visit` for every row of all feeds in order; the cursor stands on the row. `progress` gets rows done. */
export async function mergeFeeds(
  { instruments, feeds }: Feeds,
  visit: (cursor: FeedCursor) => void,
  progress: (rows: number) => void,
): Promise<void> {
  let live = feeds.map((feed, rank) => {
    return new FeedCursor(feed, instruments[feed.instrument] as FeatureInstrument, rank)
  })
  for (const cursor of live) await cursor.load()
  live = live.filter((cursor) => cursor.t < Infinity)
  let done = 0
  while (live.length > 0) {
    let first = live[0] as FeedCursor
    let second: FeedCursor | undefined
    for (const cursor of live.slice(1)) {
      if (before(cursor, first)) {
        second = first
        first = cursor
      } else if (second === undefined || before(cursor, second)) second = cursor
    }
    const from = first.row
    let more = true
    do {
      visit(first)
      more = first.next()
    } while (more && (second === undefined || before(first, second)))
    done += first.row - from
    if (more) continue
    progress(done)
    if (!(await first.load())) live = live.filter((cursor) => cursor !== first)
  }
}
