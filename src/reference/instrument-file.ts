/**
 * One file of instruments (`config/instruments.yaml`, or a user's `instruments.local.yaml`) as checked records. Days
 * are local to the listing's venue and inclusive; a missing `from` is -Infinity, a missing `to` Infinity. Checks across
 * records and files are the table's (instrument-table.ts).
 */
import { Failure } from '../cli/failure.ts'
import { readYaml } from '../config/read-yaml.ts'
import { type Node, originText, type Path } from '../config/tree.ts'
import type { EpochDay } from '../core/base/time.ts'
import { PRODUCTS } from '../core/domain/instrument.ts'
import { CURRENCIES, type Currency } from '../core/domain/units.ts'
import { isinProblem, looksLikeIsin } from './isin.ts'
import { Fields } from './record-fields.ts'
import { venueDefaults } from './venues.ts'

/** Beyond the core's products: what is known and named, but not traded through the engine as a share is. */
export const TABLE_PRODUCTS = [...PRODUCTS, 'index', 'future', 'fx', 'crypto'] as const
export type TableProduct = (typeof TABLE_PRODUCTS)[number]

const SEGMENTS: ReadonlyMap<string, readonly string[]> = new Map([
  ['US', ['NASDAQ', 'NYSE', 'ARCA', 'AMEX', 'BATS']],
  ['KRX', ['KOSPI', 'KOSDAQ', 'KONEX']],
  ['NXT', ['KOSPI', 'KOSDAQ']],
])

export interface Listing {
  readonly symbol: string
  readonly venue: string
  readonly segment: string | undefined
  readonly from: EpochDay
  readonly to: EpochDay
  /** Decimal texts; undefined: the venue's. */
  readonly lot: string | undefined
  readonly tick: string | undefined
  readonly feeClass: string | undefined
  readonly taxClass: string | undefined
  /** Where the broker's spelling is not the symbol. */
  readonly kisCode: string | undefined
  readonly ibSymbol: string | undefined
  readonly conId: number | undefined
  /** `config/instruments.yaml:12` */
  readonly place: string
}

/** Where a rate of this direction can lie; decimals. */
export interface RateRange {
  readonly from: EpochDay
  readonly to: EpochDay
  readonly low: number
  readonly high: number
}

export interface InstrumentRecord {
  readonly id: string
  /** Undefined only in a user's file, where the id is one of the shipped ones. */
  readonly name: string | undefined
  readonly currency: Currency | undefined
  readonly product: TableProduct | undefined
  readonly aliases: readonly string[]
  /** Pairs: what one unit of is priced. */
  readonly base: string | undefined
  readonly economicId: string | undefined
  readonly ranges: readonly RateRange[]
  readonly sources: readonly string[]
  readonly listings: readonly Listing[]
  readonly place: string
}

/** Largest move from the previous close, a decimal fraction. */
export interface PriceLimit {
  readonly venue: string
  readonly from: EpochDay
  readonly to: EpochDay
  readonly band: string
}

export interface InstrumentFile {
  readonly version: string
  readonly priceLimits: readonly PriceLimit[]
  readonly instruments: readonly InstrumentRecord[]
}

const FILE = ['version', 'sources', 'notes', 'price_limits', 'instruments'] as const
const RECORD = 'id name aliases product currency base economic_id source ranges listings'.split(' ')
const LISTING = 'symbol venue segment from to lot tick fee_class tax_class kis_code ib_symbol con_id'.split(' ')

/** `shipped`: facts must name their source. Throws Failure (2) with one line per fault. */
export function readInstrumentFile(text: string, file: string, shipped: boolean): InstrumentFile {
  const faults: string[] = []
  const top = new Fields(readYaml(text, file), [], FILE, faults)
  const sources = top.names('sources')
  const known = shipped ? sources : undefined
  const instruments = top.rows('instruments').map((node, i) => record(node, ['instruments', i], known, faults))
  const priceLimits = top.rows('price_limits').map((node, i) => priceLimit(node, ['price_limits', i], faults))
  const version = top.text('version') ?? (shipped ? top.missing('version', 'e.g. "2026-11-25"') : '')
  if (faults.length > 0) throw new Failure(faults.join('\n'), 2)
  return { version, priceLimits, instruments }
}

function record(node: Node, path: Path, sources: ReadonlySet<string> | undefined, faults: string[]): InstrumentRecord {
  const f = new Fields(node, path, RECORD, faults)
  const id = f.text('id') ?? f.missing('id', 'the ISIN, or a name of your own')
  const problem = looksLikeIsin(id) ? isinProblem(id) : undefined
  if (problem !== undefined) f.fault('id', problem)
  const product = f.choice('product', TABLE_PRODUCTS)
  const cited = f.texts('source')
  if (sources !== undefined) {
    if (cited.length === 0) f.fault('source', 'is missing; name where these facts come from')
    for (const name of cited) if (!sources.has(name)) f.fault('source', `${name} is none of the file's sources`)
    if (f.text('name') === undefined) f.missing('name', 'what people call it')
    if (f.text('currency') === undefined) f.missing('currency', 'e.g. USD')
  }
  const ranges = f.rows('ranges').map((row, i) => rateRange(row, [...path, 'ranges', i], faults))
  const base = f.text('base')
  if (product === 'fx' && base === undefined) f.missing('base', 'the currency of which one unit is priced')
  const rows = f.rows('listings')
  if (rows.length === 0) f.fault('listings', 'is empty; name at least one')
  return {
    id,
    name: f.text('name'),
    currency: f.choice('currency', CURRENCIES),
    product,
    aliases: f.texts('aliases'),
    base,
    economicId: f.text('economic_id'),
    ranges,
    sources: cited,
    listings: rows.map((row, i) => listing(row, [...path, 'listings', i], product, faults)),
    place: originText(node.origin),
  }
}

function listing(node: Node, path: Path, product: TableProduct | undefined, faults: string[]): Listing {
  const f = new Fields(node, path, LISTING, faults)
  const venue = f.text('venue') ?? f.missing('venue', 'e.g. US, KRX or NXT')
  // Futures and indices may belong to a market that this version has no rules of.
  if (product !== 'future' && product !== 'index' && venue !== '') checkVenue(f, venue)
  const segment = f.text('segment')
  const segments = SEGMENTS.get(venue)
  if (segment !== undefined && segments?.includes(segment) === false) {
    f.fault('segment', `${segment} is no segment of ${venue}; use one of ${segments.join(', ')}`)
  }
  const [from, to] = f.period()
  return {
    symbol: f.symbol('symbol') ?? f.missing('symbol', 'e.g. NVDA or "005930"'),
    venue,
    segment,
    from,
    to,
    lot: f.decimal('lot'),
    tick: f.decimal('tick'),
    feeClass: f.text('fee_class'),
    taxClass: f.text('tax_class'),
    kisCode: f.symbol('kis_code'),
    ibSymbol: f.text('ib_symbol'),
    conId: f.integer('con_id'),
    place: originText(node.origin),
  }
}

function checkVenue(f: Fields, venue: string): void {
  try {
    venueDefaults(venue)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    f.fault('venue', error.message)
  }
}

function rateRange(node: Node, path: Path, faults: string[]): RateRange {
  const f = new Fields(node, path, ['from', 'to', 'low', 'high'], faults)
  const [from, to] = f.period()
  const low = Number(f.decimal('low') ?? f.missing('low', 'the lowest plausible rate'))
  const high = Number(f.decimal('high') ?? f.missing('high', 'the highest plausible rate'))
  if (low >= high) f.fault('high', `${high} is not above low ${low}`)
  return { from, to, low, high }
}

function priceLimit(node: Node, path: Path, faults: string[]): PriceLimit {
  const f = new Fields(node, path, ['venue', 'from', 'to', 'band', 'source'], faults)
  const [from, to] = f.period()
  const venue = f.text('venue') ?? f.missing('venue', 'e.g. KRX')
  return { venue, from, to, band: f.decimal('band') ?? f.missing('band', 'a fraction such as "0.30"') }
}
