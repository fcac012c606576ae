/**
 * What holds for one listing on one local day: session, steps, lot, limits, spellings. Assembled from the instrument
 * table, the venue's calendar and its tick tables; plain data, times in microseconds UTC.
 */
import { DAY, dayOf, type EpochDay, MINUTE, type Micros } from '../core/base/time.ts'
import type { Phase } from '../core/domain/phase.ts'
import { calendarOf, sessionTimes } from './calendars.ts'
import type { InstrumentTable, KnownListing } from './instrument-table.ts'
import { lotOf, productOf, type TickRow, tickTable, venueDefaults, venueNames } from './venues.ts'
import { tableOffset, zoneTable } from './zones.ts'

export interface PhaseSpan {
  readonly phase: Phase
  readonly from: Micros
  readonly to: Micros
}

export interface InForce {
  /** IANA zone of the venue; undefined for a venue without rules in this version. */
  readonly zone: string | undefined
  /** Undefined: no session on that day. */
  readonly session: { readonly open: Micros; readonly close: Micros; readonly known: boolean } | undefined
  /** Phases within the session that are not closed, in order; empty for venues that never close. */
  readonly phases: readonly PhaseSpan[]
  readonly ticks: readonly TickRow[]
  readonly lot: string | undefined
  /** Largest move from the previous close. */
  readonly priceLimit: string | undefined
}

/** Tick tables know shares and ETFs; an ETN trades in the steps of an ETF. */
function tickProduct(listing: KnownListing): 'stock' | 'etf' {
  const { product } = listing.instrument
  if (product === 'etf' || product === 'etn') return 'etf'
  return productOf(listing.venue, listing.symbol)
}

/** The listing's own step, else the venue's table of that day. */
export function ticksOf(listing: KnownListing, day: EpochDay): readonly TickRow[] {
  if (listing.tick !== undefined) return [{ from: '0', tick: listing.tick }]
  if (!venueNames().includes(listing.venue)) return []
  return tickTable(listing.venue, listing.instrument.currency, day, tickProduct(listing), listing.segment)
}

export function inForce(table: InstrumentTable, listing: KnownListing, day: EpochDay): InForce {
  const { venue } = listing
  const ticks = ticksOf(listing, day)
  const priceLimit = table.priceLimit(venue, day)
  if (!venueNames().includes(venue)) {
    return { zone: undefined, session: undefined, phases: [], ticks, lot: listing.lot, priceLimit }
  }
  const session = sessionTimes(venue, day)
  const phases = session === undefined ? [] : phasesBetween(venue, session.open, session.close)
  const lot = listing.lot ?? lotOf(venue, listing.symbol)
  return { zone: venueDefaults(venue).zone, session, phases, ticks, lot, priceLimit }
}

function phasesBetween(venue: string, open: Micros, close: Micros): PhaseSpan[] {
  const { phaseFrom, phases } = calendarOf(venue)
  const spans: PhaseSpan[] = []
  for (const [i, from] of phaseFrom.entries()) {
    const phase = phases[i] ?? 'closed'
    if (from < open || from >= close || phase === 'closed') continue
    spans.push({ phase, from, to: Math.min(close, phaseFrom[i + 1] ?? close) })
  }
  return spans
}

function localTime(t: Micros, zone: string): Micros {
  const table = zoneTable(zone)
  return table === undefined ? t : t + tableOffset(table, t)
}

/** The civil day at a venue; that of UTC where the venue is not known. */
export function localDay(venue: string, t: Micros): EpochDay {
  return dayOf(venueNames().includes(venue) ? localTime(t, venueDefaults(venue).zone) : t)
}

/** `09:30` on the clock of a zone with a table. */
export function clockText(t: Micros, zone: string): string {
  const local = localTime(t, zone)
  const minutes = Math.floor((local - dayOf(local) * DAY) / MINUTE)
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
}
