/**
 * The market rows of a recorded session as a tape of their own: what `record` leaves, and what a backtest of the same day
 * reads. Times of receipt and of the venue are kept; statuses and everything of our own account stay in the journal.
 */
import { pow10 } from '../core/base/fixed.ts'
import type { EngineEvent } from '../core/domain/event.ts'
import type { Instrument } from '../core/domain/instrument.ts'
import { RowBlock } from '../tape/row-block.ts'
import type { TapeManifest } from '../tape/manifest.ts'
import { TapeWriter } from '../tape/write.ts'
import { recordedEvents } from './record-events.ts'
import { journalRecords } from './record-reader.ts'

const COLUMNS = {
  quote: ['t', 'venueT', 'bid', 'ask', 'bidSize', 'askSize', 'flags'],
  trade: ['t', 'venueT', 'price', 'size', 'flags'],
  bar: ['t', 'open', 'high', 'low', 'close', 'volume'],
  fx: ['t', 'venueT', 'rate'],
} as const
type MarketKind = keyof typeof COLUMNS

const STREAM = { quote: 'quotes', trade: 'trades', bar: 'bars', fx: 'fx' } as const

/** Values of an event in the order of its columns, in decimals. */
function valuesOf(e: EngineEvent, price: number, qty: number): readonly number[] | undefined {
  switch (e.type) {
    case 'quote':
      return [e.t, e.venueT, e.bid / price, e.ask / price, e.bidSize / qty, e.askSize / qty, e.flags]
    case 'trade':
      return [e.t, e.venueT, e.price / price, e.size / qty, e.flags]
    case 'bar':
      return [e.start, e.open / price, e.high / price, e.low / price, e.close / price, e.volume / qty]
    case 'fx':
      return [e.t, e.venueT, e.rate / price]
    default:
      return undefined
  }
}

export interface MarketTapeOptions {
  readonly out: string
  readonly instruments: readonly Instrument[]
  /** Name of the feed, for the manifest. */
  readonly source: string
  /** True when the market was an emulator's: no invented market passes for real. */
  readonly generated: boolean
  /** Coarsest stamps among the feeds. */
  readonly resolution: TapeManifest['time_resolution']
}

export interface JournalTapeOptions extends MarketTapeOptions {
  /** A session's directory. */
  readonly run: string
}

/** Writes and seals the tape; undefined when the session saw no market row. */
export function journalTape(o: JournalTapeOptions): Promise<TapeManifest | undefined> {
  return marketTape(recordedEvents(journalRecords(o.run)), o)
}

/** The market rows among events in time order, as a tape; undefined when there is none. */
export async function marketTape(
  events: Iterable<EngineEvent> | AsyncIterable<EngineEvent>,
  o: MarketTapeOptions,
): Promise<TapeManifest | undefined> {
  const blocks = new Map<string, RowBlock>()
  let writer: TapeWriter | undefined
  try {
    for await (const e of events) {
      if (!('instrument' in e) || !(e.type in STREAM)) continue
      const kind = e.type as MarketKind
      const i = o.instruments[e.instrument] as Instrument
      const values = valuesOf(e, pow10(i.priceDecimals), pow10(i.qtyDecimals))
      if (values === undefined) continue
      writer ??= await begin(o)
      const key = `${i.id} ${kind}`
      let block = blocks.get(key)
      if (block === undefined) {
        block = open(writer, i, kind, e, ![...blocks.keys()].some((k) => k.startsWith(`${i.id} `)))
        blocks.set(key, block)
      }
      values.forEach((x, column) => (block as RowBlock).put(column, (block as RowBlock).rows, x))
      block.rows++
      block.flushIfFull()
    }
    for (const block of blocks.values()) block.flush()
    return await writer?.seal()
  } catch (error) {
    await writer?.abort()
    throw error
  }
}

function begin(o: MarketTapeOptions): Promise<TapeWriter> {
  return TapeWriter.create(o.out, {
    source: { kind: o.generated ? 'generated' : 'recorded', name: o.source },
    ...(o.generated ? { label: 'generated' as const } : {}),
    adjustment: 'none',
    time_resolution: o.resolution,
  })
}

function open(writer: TapeWriter, i: Instrument, kind: MarketKind, first: EngineEvent, fresh: boolean): RowBlock {
  if (fresh) {
    const { symbol, venue, currency } = i
    const decimals = { price_decimals: i.priceDecimals, qty_decimals: i.qtyDecimals }
    writer.addInstrument({ symbol, venue, currency, ...decimals, economic_id: i.economicId })
  }
  const interval = first.type === 'bar' ? { interval_us: first.t - first.start } : {}
  return new RowBlock(writer.openStream(i.symbol, STREAM[kind], interval), COLUMNS[kind])
}
