/**
 * A tape as the emulator's market: quotes, trades and bars of every stock on it, in the project's total order. Streams
 * of FX pairs set the exchange rate. Hours and holidays are those of the venues' calendars.
 */
import type { Micros } from '../../../src/core/base/time.ts'
import { parseStamp } from '../../../src/core/base/time.ts'
import type { Calendar } from '../../../src/core/domain/calendar.ts'
import { FLAG_SUSPICIOUS, type MarketEvent, type TapeEvent } from '../../../src/core/domain/event.ts'
import type { Instrument } from '../../../src/core/domain/instrument.ts'
import type { StreamKinds } from '../../../src/core/sim/config.ts'
import { Failure } from '../../../src/cli/failure.ts'
import { calendarOf, sessionTimes } from '../../../src/reference/calendars.ts'
import { buildInstruments, compareCodePoints } from '../../../src/reference/instruments.ts'
import { Cursor } from '../../../src/runtime/cursor.ts'
import { merge } from '../../../src/runtime/timeline.ts'
import type { TapeStream } from '../../../src/tape/manifest.ts'
import { openTape, type Tape, type TapeChunk } from '../../../src/tape/read.ts'
import { entryTime, type FeedEntry, type MarketFeed } from './feed.ts'

function micros(iso: string): Micros {
  return parseStamp(iso)?.t ?? 0
}

export class TapeFeed implements MarketFeed {
  readonly instruments: readonly Instrument[]
  readonly streams: readonly StreamKinds[]
  readonly calendars: readonly Calendar[]
  readonly start: Micros
  readonly alwaysOpen = false
  readonly #batches: AsyncGenerator<Parameters<typeof copyBatch>[0]>
  readonly #chunks: AsyncIterator<TapeChunk>[] = []
  #entries: FeedEntry[] = []
  #at = 0
  #ended = false

  private constructor(tape: Tape) {
    const { manifest } = tape
    const last = (symbol: string): Micros =>
      Math.max(0, ...manifest.streams.filter((s) => s.symbol === symbol).map((s) => micros(s.last)))
    this.instruments = buildInstruments(
      manifest.instruments.map((instrument) => ({
        instrument,
        day: Math.floor(last(instrument.symbol) / 86_400_000_000),
        tape: tape.dir,
      })),
    )
    const kinds = this.instruments.map((i) =>
      manifest.streams.filter((s) => s.symbol === i.symbol && s.venue === i.venue),
    )
    this.streams = kinds.map(streamKinds)
    this.calendars = this.instruments.map((i) => calendarOf(i.venue))
    this.start = Math.min(...manifest.streams.filter((s) => s.rows > 0).map((s) => this.#firstOf(s)))
    this.#batches = merge(this.#cursors(tape))
  }

  /** `venues`: whose stocks the emulator serves. */
  static async open(dir: string, venues: readonly string[] = ['KRX', 'US']): Promise<TapeFeed> {
    const feed = new TapeFeed(await openTape(dir))
    const odd = feed.instruments.find((i) => i.venue !== 'FX' && !venues.includes(i.venue))
    if (odd !== undefined) {
      const list = `${venues.slice(0, -1).join(', ')} and ${venues.at(-1)}`
      throw new Failure(
        `--tape ${dir}: ${odd.symbol} is listed at ${odd.venue}; this emulator serves ${list} stocks`,
        2,
      )
    }
    await feed.load()
    return feed
  }

  nextTime(): Micros {
    const entry = this.#entries[this.#at]
    return entry === undefined ? Infinity : entryTime(entry)
  }

  next(): FeedEntry {
    return this.#entries[this.#at++] as FeedEntry
  }

  get needsLoad(): boolean {
    return this.#at >= this.#entries.length && !this.#ended
  }

  async load(): Promise<void> {
    const next = await this.#batches.next()
    this.#at = 0
    this.#entries = next.done === true ? [] : copyBatch(next.value)
    this.#ended = next.done === true
  }

  async close(): Promise<void> {
    this.#ended = true
    for (const chunks of this.#chunks) await chunks.return?.()
  }

  /** A session bar's row time is a date; its session opens later. */
  #firstOf(s: TapeStream): Micros {
    const t = micros(s.first)
    return s.interval_us === 'session' ? (sessionTimes(s.venue, Math.floor(t / 86_400_000_000))?.open ?? t) : t
  }

  #cursors(tape: Tape): Cursor[] {
    const ranked = tape.manifest.streams
      .map((info, index) => ({ info, index }))
      .sort(
        (a, b) =>
          compareCodePoints(a.info.venue, b.info.venue) ||
          compareCodePoints(a.info.symbol, b.info.symbol) ||
          compareCodePoints(a.info.kind, b.info.kind),
      )
    return ranked.map(({ info, index }, rank) => {
      const instrument = this.instruments.find((i) => i.symbol === info.symbol && i.venue === info.venue) as Instrument
      const { priceDecimals, qtyDecimals } = instrument
      const chunks = tape.stream(index).chunks({ priceDecimals, qtyDecimals })[Symbol.asyncIterator]()
      this.#chunks.push(chunks)
      return new Cursor({
        kind: info.kind as Cursor['kind'],
        instrument: instrument.id,
        rank,
        barMicros: typeof info.interval_us === 'number' ? info.interval_us : 0,
        sessionOf: (day) => sessionTimes(instrument.venue, day),
        chunks,
        from: -Infinity,
        to: Infinity,
      })
    })
  }
}

interface MergedBatch {
  readonly events: readonly TapeEvent[]
  readonly opens: Uint8Array
  readonly count: number
}

/** The merge reuses its arrays. Corporate actions and halts on a tape are for the engine: this market does not play them. */
function copyBatch(batch: MergedBatch): FeedEntry[] {
  const entries: FeedEntry[] = []
  for (let i = 0; i < batch.count; i++) {
    const event = batch.events[i] as TapeEvent
    if (isMarket(event)) entries.push({ event: withoutAggressor(event), open: batch.opens[i] === 1 })
  }
  return entries
}

function isMarket(event: TapeEvent): event is MarketEvent {
  return event.type !== 'action' && event.type !== 'status'
}

/** Above the suspicious bit generated tapes mark the aggressor, which no rule about prints here looks at. */
function withoutAggressor(event: MarketEvent): MarketEvent {
  if (event.type !== 'trade' || event.flags < 2 * FLAG_SUSPICIOUS) return event
  return { ...event, flags: event.flags % (2 * FLAG_SUSPICIOUS) }
}

function streamKinds(streams: readonly TapeStream[]): StreamKinds {
  const bars = streams.filter((s) => s.kind === 'bars')
  return {
    quotes: streams.some((s) => s.kind === 'quotes'),
    trades: streams.some((s) => s.kind === 'trades'),
    bars: bars.length > 0,
    sessionBars: bars.some((s) => s.interval_us === 'session'),
    oneSided: streams.some((s) => s.one_sided === true),
  }
}
