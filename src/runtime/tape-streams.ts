/** The streams of some tapes: in their order, the instruments they are of, the shape of each feed, a cursor over each. */
import { Failure } from '../cli/failure.ts'
import { dayOf, formatDay, type Micros, parseStamp } from '../core/base/time.ts'
import type { FeedShape } from '../core/data/feed-shape.ts'
import type { Calendar } from '../core/domain/calendar.ts'
import type { Instrument } from '../core/domain/instrument.ts'
import { sessionTimes } from '../reference/calendars.ts'
import type { InstrumentTable } from '../reference/instrument-table.ts'
import { buildInstruments, compareCodePoints, type InstrumentEntry } from '../reference/instruments.ts'
import { type ListingFacts, listingFacts } from '../reference/listing-facts.ts'
import type { TapeStream } from '../tape/manifest.ts'
import type { Tape } from '../tape/read.ts'
import { Cursor, type CursorSide } from './cursor.ts'
import type { RunSpec } from './run-spec.ts'

export interface StreamOf {
  readonly tape: Tape
  readonly index: number
  readonly info: TapeStream
}

/** All streams of all tapes in source-rank order: (venue, symbol, kind), then first time, then content (`contract.md` 1). */
export function rankStreams(tapes: readonly Tape[]): StreamOf[] {
  const all = tapes.flatMap((tape) => tape.manifest.streams.map((info, index) => ({ tape, index, info })))
  return all.sort(
    (a, b) =>
      compareCodePoints(a.info.venue, b.info.venue) ||
      compareCodePoints(a.info.symbol, b.info.symbol) ||
      compareCodePoints(a.info.kind, b.info.kind) ||
      micros(a.info.first) - micros(b.info.first) ||
      compareCodePoints(a.info.row_hash, b.info.row_hash),
  )
}

function entriesOf(tapes: readonly Tape[]): InstrumentEntry[] {
  return tapes.flatMap((tape) =>
    tape.manifest.instruments.map((instrument) => {
      const last = tape.manifest.streams.filter((s) => s.symbol === instrument.symbol).map((s) => micros(s.last))
      return { instrument, day: dayOf(Math.max(0, ...last)), tape: tape.dir }
    }),
  )
}

export function instrumentsOf(tapes: readonly Tape[], facts: RunSpec['reference']): Instrument[] {
  return buildInstruments(entriesOf(tapes), facts)
}

/** What the instrument table adds to the tapes of a run: part of its specification. */
export function referenceOf(tapes: readonly Tape[], table: InstrumentTable): ListingFacts[] {
  return listingFacts(entriesOf(tapes), table)
}

export function shapeOf(streams: readonly TapeStream[]): FeedShape {
  const bars = streams.filter((s) => s.kind === 'bars')
  const lengths = new Set(bars.map((b) => b.interval_us))
  if (lengths.size > 1) {
    const { symbol } = bars[0] as TapeStream
    throw new Failure(`${symbol}: its tapes have bars of different lengths (${[...lengths].join(', ')}); give one`, 2)
  }
  const interval = bars[0]?.interval_us
  const day = 86_400_000_000
  return {
    quotes: streams.some((s) => s.kind === 'quotes'),
    trades: streams.some((s) => s.kind === 'trades'),
    bars: bars.length > 0,
    sessionBars: interval === 'session' || (typeof interval === 'number' && interval >= day),
    oneSided: streams.some((s) => s.one_sided === true),
    barMicros: typeof interval === 'number' ? interval : 0,
  }
}

export function cursorOf(
  s: StreamOf,
  rank: number,
  instrument: Instrument,
  shapes: readonly FeedShape[],
  [from, to]: readonly [Micros, Micros],
  side: CursorSide | undefined,
): Cursor {
  const chunks = s.tape
    .stream(s.index)
    .chunks({ priceDecimals: instrument.priceDecimals, qtyDecimals: instrument.qtyDecimals })
  return new Cursor({
    kind: s.info.kind,
    instrument: instrument.id,
    rank,
    barMicros: (shapes[instrument.id] as FeedShape).barMicros,
    sessionOf: (day) => sessionTimes(instrument.venue, day),
    chunks: chunks[Symbol.asyncIterator](),
    from,
    to,
    ...(side === undefined ? {} : { side }),
  })
}

/** Days no calendar speaks for. */
export function notesOf(
  instruments: readonly Instrument[],
  calendars: readonly Calendar[],
  streams: readonly (readonly StreamOf[])[],
): string[] {
  const notes: string[] = []
  instruments.forEach((i, id) => {
    const calendar = calendars[id] as Calendar
    if (calendar.always || i.venue === 'FX') return
    const first = Math.min(...(streams[id] as StreamOf[]).map((s) => dayOf(micros(s.info.first))))
    const last = Math.max(...(streams[id] as StreamOf[]).map((s) => dayOf(micros(s.info.last))))
    if (first >= calendar.firstDay && last <= calendar.lastDay) return
    const range = `${formatDay(calendar.firstDay)} to ${formatDay(calendar.lastDay)}`
    notes.push(`${i.symbol}: the ${i.venue} calendar speaks for ${range}; days outside are closed for opening`)
  })
  return notes
}

function micros(iso: string): Micros {
  const stamp = parseStamp(iso)
  if (stamp === undefined) throw new Failure(`manifest stamp ${iso} is not an ISO time`)
  return stamp.t
}
