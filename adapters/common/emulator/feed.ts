/** Where the emulator's market comes from: events in time order, with what the venue must know about each instrument. */
import type { Micros } from '../../../src/core/base/time.ts'
import type { Calendar } from '../../../src/core/domain/calendar.ts'
import type { MarketEvent } from '../../../src/core/domain/event.ts'
import type { Instrument } from '../../../src/core/domain/instrument.ts'
import type { StreamKinds } from '../../../src/core/sim/config.ts'

export interface FeedEntry {
  readonly event: MarketEvent
  /** True for the venue's view of a bar's open; its end follows as an entry of its own. */
  readonly open: boolean
}

export interface MarketFeed {
  /** Ids are positions. FX pairs are among them and are not traded. */
  readonly instruments: readonly Instrument[]
  readonly streams: readonly StreamKinds[]
  readonly calendars: readonly Calendar[]
  /** When the market's first event happens. */
  readonly start: Micros
  /** Is every market open whatever the calendar says? */
  readonly alwaysOpen: boolean
  /** Time of the next entry; Infinity at the end, and while `load` must be awaited first. */
  nextTime(): Micros
  next(): FeedEntry
  readonly needsLoad: boolean
  load(): Promise<void>
  /** Lets go of files. */
  close(): Promise<void>
}

/** The same zone without its hours. */
export function alwaysOpen(calendar: Calendar): Calendar {
  return { ...calendar, always: true, days: [], opens: [], closes: [], phaseFrom: [], phases: [] }
}

/** The time at which an entry happens: a bar's open at its start, everything else at `t`. */
export function entryTime(entry: FeedEntry): Micros {
  return entry.open && entry.event.type === 'bar' ? entry.event.start : entry.event.t
}
