/**
 * The indicator values that an agent sees, bar by bar, from tapes: the same bars (`core/data/bars.ts`), the same
 * indicators, the same time. A row stands at the bar's end; rows come in the order (t, symbol).
 */
import { BarBuilder } from '../core/data/bars.ts'
import { BarInput } from '../core/data/indicators/bar-input.ts'
import type { Indicator, IndicatorFactory } from '../core/data/indicators/indicator.ts'
import { type IndicatorSpec, makeIndicator } from '../core/data/indicators/known.ts'
import { usableQuote } from '../core/data/quoted.ts'
import { type Micros, parseStamp, SECOND } from '../core/base/time.ts'
import { SessionClock } from '../core/domain/calendar.ts'
import { type BarEvent, FLAG_SUSPICIOUS, type TradeEvent } from '../core/domain/event.ts'
import { calendarOf } from '../reference/calendars.ts'
import type { Tape } from '../tape/read.ts'
import { tapeActions } from './tape-actions.ts'
import { type BarChoice, chooseFeeds, type FeatureInstrument, type FeedCursor, mergeFeeds } from './feature-feeds.ts'

/** By name and parameters, or an agent's own. */
export type IndicatorChoice = IndicatorSpec | IndicatorFactory

/** Takes the rows in order. `values` is reused: copy what is kept. NaN where an indicator is not warm. */
export type FeatureSink = (t: Micros, barStart: Micros, symbol: string, values: Float64Array) => void

export interface FeatureRequest {
  readonly tapes: readonly Tape[]
  readonly indicators: readonly IndicatorChoice[]
  readonly bar: BarChoice
}

/** Rows read so far and rows there are. */
export type FeatureProgress = (done: number, total: number) => void

/** Column names behind t, bar_start and symbol. */
export function featureColumns(indicators: readonly IndicatorChoice[]): readonly string[] {
  return indicators.flatMap((spec) => makeIndicator(spec).outputs)
}

/** Reads the tapes once and gives every row to `sink`. Throws Failure (exit 2) where no such bars can be made. */
export async function computeFeatures(
  request: FeatureRequest,
  sink: FeatureSink,
  progress: FeatureProgress = () => undefined,
): Promise<void> {
  const feeds = chooseFeeds(request.tapes, request.bar)
  const total = feeds.feeds.reduce((sum, feed) => sum + feed.reader.info.rows, 0)
  const run = new FeatureRun(feeds.instruments, request, sink)
  run.splits = splitsOf(request.tapes, feeds.instruments)
  await mergeFeeds(
    feeds,
    (cursor) => run.visit(cursor),
    (done) => progress(done, total),
  )
  run.finish(lastEvent(request.tapes))
}

/** Time of the last event on any stream: it closes the last bars as it would in a run. */
function lastEvent(tapes: readonly Tape[]): Micros {
  let last = 0
  for (const { manifest } of tapes) {
    for (const stream of manifest.streams) {
      const t = parseStamp(stream.last)?.t ?? 0
      const length = typeof stream.interval_us === 'number' ? stream.interval_us : 0
      last = Math.max(last, t + length)
    }
  }
  return last
}

interface Split {
  readonly t: Micros
  readonly instrument: number
  readonly num: number
  readonly den: number
}

function splitsOf(tapes: readonly Tape[], instruments: readonly FeatureInstrument[]): Split[] {
  const splits = tapeActions(tapes).filter((a) => a.kind === 'split')
  const of = splits.map(({ t, num, den, symbol, venue }) => {
    return { t, num, den, instrument: instruments.findIndex((i) => i.symbol === symbol && i.venue === venue) }
  })
  return of.filter((s) => s.instrument >= 0).sort((a, b) => a.t - b.t || a.instrument - b.instrument)
}

/** how old a datum may be, and how far ahead of its receipt. */
const AGE_MAX: Micros = 5 * SECOND
const FUTURE_MAX: Micros = 2 * SECOND

/** What one instrument carries along. */
class Line {
  readonly input: BarInput
  readonly indicators: readonly Indicator[]
  readonly values: Float64Array
  /** National best quote; cleared at the first event of a local date where rows are one-sided. */
  bid = 0
  ask = 0
  day = Number.NaN
  lastVenueT: Micros = -Infinity
  readonly clock: SessionClock

  constructor(instrument: FeatureInstrument, specs: readonly IndicatorChoice[]) {
    this.clock = new SessionClock(calendarOf(instrument.venue))
    this.input = new BarInput(instrument.priceDecimals, instrument.qtyDecimals, this.clock)
    this.indicators = specs.map((spec) => makeIndicator(spec))
    this.values = new Float64Array(this.indicators.reduce((sum, x) => sum + x.outputs.length, 0))
  }

  accepts(t: Micros, venueT: Micros): boolean {
    const age = t - venueT
    if (age > AGE_MAX || age < -FUTURE_MAX || venueT < this.lastVenueT) return false
    this.lastVenueT = venueT
    return true
  }

  update(bar: BarEvent): void {
    this.input.set(bar)
    let at = 0
    for (const indicator of this.indicators) {
      indicator.update(this.input)
      for (let i = 0; i < indicator.outputs.length; i++) this.values[at++] = indicator.value(i)
    }
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

class FeatureRun {
  readonly #instruments: readonly FeatureInstrument[]
  readonly #lines: readonly Line[]
  readonly #builder: BarBuilder | undefined
  readonly #sink: FeatureSink
  /** Splits that are still to come, by time. */
  splits: Split[] = []
  /** Bars of one moment, held until they can be given out by symbol. */
  #held: BarEvent[] = []
  readonly #hold = (bar: BarEvent): void => {
    if (this.#held.length > 0 && (this.#held[0] as BarEvent).t !== bar.t) this.#flush()
    this.#held.push(bar)
  }
  readonly #trade: Mutable<TradeEvent> = { type: 'trade', t: 0, venueT: 0, instrument: 0, price: 0, size: 0, flags: 0 }

  constructor(instruments: readonly FeatureInstrument[], request: FeatureRequest, sink: FeatureSink) {
    this.#instruments = instruments
    this.#lines = instruments.map((instrument) => new Line(instrument, request.indicators))
    this.#builder = request.bar === 'tape' ? undefined : new BarBuilder(request.bar, instruments.length)
    this.#sink = sink
  }

  visit(cursor: FeedCursor): void {
    while (this.splits.length > 0 && (this.splits[0] as Split).t <= cursor.t) this.#split(this.splits.shift() as Split)
    if (cursor.feed.kind === 'bars') {
      this.#onBar(cursor)
      return
    }
    this.#builder?.advance(cursor.t, this.#hold)
    if (cursor.feed.kind === 'trades') this.#onTrade(cursor)
    else this.#onQuote(cursor)
  }

  /** The end of the tapes: `last` is the time of their last event. */
  finish(last: Micros): void {
    this.#builder?.advance(last, this.#hold)
    this.#flush()
  }

  /** Bars that ended before it are of the old shares; what is under way goes on in the new ones. */
  #split({ t, instrument, num, den }: Split): void {
    this.#builder?.advance(t, this.#hold)
    this.#flush()
    this.#builder?.rescale(instrument, num, den)
    const line = this.#lines[instrument] as Line
    line.bid = line.ask = 0
    for (const indicator of line.indicators) indicator.rescale(num, den)
  }

  #onBar(cursor: FeedCursor): void {
    const { columns, row, feed } = cursor
    const bar: BarEvent = {
      type: 'bar',
      t: cursor.t,
      start: cursor.starts[row] as Micros,
      instrument: feed.instrument,
      open: cell(columns.open, row),
      high: cell(columns.high, row),
      low: cell(columns.low, row),
      close: cell(columns.close, row),
      volume: cell(columns.volume, row),
      bidOpen: 0,
      askOpen: 0,
      bidClose: 0,
      askClose: 0,
    }
    const builder = this.#builder
    if (builder !== undefined && feed.reader.info.interval_us !== 'session') {
      builder.bar(bar, this.#hold)
      return
    }
    // A bar of other bars that ends at this very moment may still be waiting for its last part.
    builder?.advance(bar.t - 1, this.#hold)
    if (bar.close > 0) this.#hold(bar)
  }

  #onTrade({ columns, row, feed, t }: FeedCursor): void {
    const line = this.#lines[feed.instrument] as Line
    const trade = this.#trade
    trade.t = t
    trade.venueT = cell(columns.venueT, row)
    if (!line.accepts(t, trade.venueT)) return
    trade.instrument = feed.instrument
    trade.price = cell(columns.price, row)
    trade.size = cell(columns.size, row)
    trade.flags = cell(columns.flags, row)
    this.#builder?.trade(trade)
  }

  #onQuote({ columns, row, feed, t }: FeedCursor): void {
    const line = this.#lines[feed.instrument] as Line
    if (!line.accepts(t, cell(columns.venueT, row))) return
    if (cell(columns.flags, row) >= FLAG_SUSPICIOUS) return
    if (feed.reader.info.one_sided === true && line.clock.localDay(t) !== line.day) {
      line.day = line.clock.localDay(t)
      line.bid = 0
      line.ask = 0
    }
    line.bid = cell(columns.bid, row) || line.bid
    line.ask = cell(columns.ask, row) || line.ask
    if (usableQuote(line.bid, line.ask)) this.#builder?.mid(feed.instrument, line.bid + line.ask)
  }

  #flush(): void {
    const bars = this.#held
    if (bars.length > 1) bars.sort((a, b) => a.instrument - b.instrument || a.start - b.start)
    for (const bar of bars) {
      const line = this.#lines[bar.instrument] as Line
      line.update(bar)
      this.#sink(bar.t, bar.start, (this.#instruments[bar.instrument] as FeatureInstrument).symbol, line.values)
    }
    this.#held = []
  }
}

function cell(column: Float64Array | undefined, row: number): number {
  return column?.[row] ?? 0
}
