/**
 * Venues by name: default currency, zone, calendar, lot, and dated tick tables (`config/venues.json`,
 * `config/ticks/`), by product and, where a venue has several tables, by the instrument's segment. Tick tables check our own orders and size slippage; data off the tick are accepted everywhere.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { Failure } from '../cli/failure.ts'
import { type EpochDay, parseDay } from '../core/base/time.ts'
import type { Product as Listing } from '../core/domain/instrument.ts'
import { readConfigFile } from './config-file.ts'

export interface VenueDefaults {
  readonly currency: string
  /** IANA zone of the venue's local dates. */
  readonly zone: string
  /** Name of its session calendar. */
  readonly calendar: string
}

export type Product = 'stock' | 'etf'

/** Prices at or above `from` move in steps of `tick`; decimal texts. */
export interface TickRow {
  readonly from: string
  readonly tick: string
}

const decimal = z.string().regex(/^\d+(\.\d{1,8})?$/, 'must be a decimal text with at most 8 decimals')
const venuesSchema = z.strictObject({
  version: z.string(),
  notes: z.array(z.string()),
  venues: z.array(
    z.strictObject({
      venue: z.string(),
      currency: z.string(),
      zone: z.string(),
      calendar: z.string(),
      ticks: z.string(),
      limits: z.string().optional(),
      lot: decimal,
    }),
  ),
})
type Venue = z.output<typeof venuesSchema>['venues'][number]

const ticksSchema = z.strictObject({
  id: z.string(),
  version: z.string(),
  source: z.array(z.string()).min(1),
  notes: z.array(z.string()),
  /** The segment that counts for an instrument that names none; absent: the rows without one. */
  default_segment: z.string().optional(),
  /** Ascending by day within a product; a row without segment or currency serves all that have none of their own. */
  tables: z.array(
    z.strictObject({
      product: z.enum(['stock', 'etf']),
      segment: z.string().optional(),
      currency: z.string().optional(),
      from_date: z.string().refine((text) => parseDay(text) !== undefined, 'must be a date (YYYY-MM-DD)'),
      bands: z.array(z.strictObject({ from: decimal, tick: decimal })).min(1),
    }),
  ),
  etf_symbols: z.array(z.string()).default([]),
})
interface TickFile extends z.output<typeof ticksSchema> {
  readonly sha256: string
}
type TickTable = TickFile['tables'][number]

let venues: ReadonlyMap<string, Venue> | undefined
const tickFiles = new Map<string, TickFile>()

function venueEntry(venue: string): Venue {
  venues ??= new Map(readConfigFile('venues.json', venuesSchema).data.venues.map((v) => [v.venue, v]))
  const entry = venues.get(venue)
  if (entry !== undefined) return entry
  const known = [...venues.keys()].join(', ')
  throw new Failure(`venue ${JSON.stringify(venue)}: unknown. Use one of ${known}.`, 2)
}

function tickFile(venue: string): TickFile {
  const name = venueEntry(venue).ticks
  const ready = tickFiles.get(name)
  if (ready !== undefined) return ready
  const { data, canonical } = readConfigFile(`ticks/${name}.json`, ticksSchema)
  const file = { ...data, sha256: createHash('sha256').update(canonical).digest('hex') }
  tickFiles.set(name, file)
  return file
}

/** Names of all venues, in the order of the file. */
export function venueNames(): readonly string[] {
  venueEntry('GEN')
  return [...(venues?.keys() ?? [])]
}

/** Throws Failure (exit 2) for an unknown venue, naming the known ones. */
export function venueDefaults(venue: string): VenueDefaults {
  const { currency, zone, calendar } = venueEntry(venue)
  return { currency, zone, calendar }
}

/** What kind of listing a symbol is, as far as tick tables differ by it. */
export function productOf(venue: string, symbol: string): Product {
  return tickFile(venue).etf_symbols.includes(symbol) ? 'etf' : 'stock'
}

/** The rows whose `key` is `value`, or those without it when none has it. */
function preferring(rows: readonly TickTable[], key: 'segment' | 'currency', value: string | undefined): TickTable[] {
  const own = rows.filter((row) => row[key] === value)
  return own.length > 0 ? own : rows.filter((row) => row[key] === undefined)
}

/**
 * The tick table in force on a local day, ascending by `from`, which starts at "0". Empty for a venue without a table
 * (CRYPTO): there the step is one unit of the instrument's price decimals. Notes (ETN) go with funds, all else with
 * stocks where it has no rows of its own; days before the first table use the first.
 */
export function tickTable(
  venue: string,
  currency: string,
  day: EpochDay,
  product: Listing = 'stock',
  segment?: string,
): readonly TickRow[] {
  const { tables, default_segment } = tickFile(venue)
  const kind = product === 'etn' ? 'etf' : product
  const ofProduct = tables.filter((t) => t.product === kind)
  const rows = ofProduct.length > 0 ? ofProduct : tables.filter((t) => t.product === 'stock')
  const named = segment !== undefined && rows.some((t) => t.segment === segment)
  const dated = preferring(preferring(rows, 'segment', named ? segment : default_segment), 'currency', currency)
  const table = dated.findLast((t) => (parseDay(t.from_date) as EpochDay) <= day) ?? dated[0]
  return table?.bands ?? []
}

/** What a run's manifest says of a venue's tick tables, e.g. "2026-11-25/sha256:1f0c…". */
export function tickVersion(venue: string): string {
  const { version, sha256 } = tickFile(venue)
  return `${version}/sha256:${sha256}`
}

/** Name of the file of the venue's price limits and interruptions; undefined where none are known. */
export function limitsOf(venue: string): string | undefined {
  return venueEntry(venue).limits
}

/** Smallest tradable quantity and its step as a decimal text, "1" for shares. No symbol has its own so far. */
export function lotOf(venue: string, _symbol: string): string {
  return venueEntry(venue).lot
}
