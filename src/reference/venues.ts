/**
 * Venues by name: default currency, zone, calendar, lot, and dated tick tables (`config/venues.json`,
 * `config/ticks/`). Tick tables check our own orders and size slippage; data off the tick are accepted everywhere.
 */
import { z } from 'zod'
import { Failure } from '../cli/failure.ts'
import { type EpochDay, parseDay } from '../core/base/time.ts'
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
  /** Ascending by day within a product; a row without currency serves every currency that has none of its own. */
  tables: z.array(
    z.strictObject({
      product: z.enum(['stock', 'etf']),
      currency: z.string().optional(),
      from_date: z.string().refine((text) => parseDay(text) !== undefined, 'must be a date (YYYY-MM-DD)'),
      bands: z.array(z.strictObject({ from: decimal, tick: decimal })).min(1),
    }),
  ),
  etf_symbols: z.array(z.string()).default([]),
})
type TickFile = z.output<typeof ticksSchema>

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
  const { data } = readConfigFile(`ticks/${name}.json`, ticksSchema)
  tickFiles.set(name, data)
  return data
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

/**
 * The tick table in force on a local day, ascending by `from`, which starts at "0". Empty for a venue without a table
 * (CRYPTO): there the step is one unit of the instrument's price decimals. A product without rows of its own uses
 * those of stocks; days before the first table use the first.
 */
export function tickTable(
  venue: string,
  currency: string,
  day: EpochDay,
  product: Product = 'stock',
): readonly TickRow[] {
  const { tables } = tickFile(venue)
  const ofProduct = tables.filter((t) => t.product === product)
  const rows = ofProduct.length > 0 ? ofProduct : tables.filter((t) => t.product === 'stock')
  const ofCurrency = rows.filter((t) => t.currency === currency)
  const dated = ofCurrency.length > 0 ? ofCurrency : rows.filter((t) => t.currency === undefined)
  const table = dated.findLast((t) => (parseDay(t.from_date) as EpochDay) <= day) ?? dated[0]
  return table?.bands ?? []
}

/** Name of the file of the venue's price limits and interruptions; undefined where none are known. */
export function limitsOf(venue: string): string | undefined {
  return venueEntry(venue).limits
}

/** Smallest tradable quantity and its step as a decimal text, "1" for shares. No symbol has its own so far. */
export function lotOf(venue: string, _symbol: string): string {
  return venueEntry(venue).lot
}
