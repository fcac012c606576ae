/**
 * What reference data adds to what tapes say of a listing. A run keeps these facts in its specification, so a recorded
 * session re-runs with the facts it had, whatever the table says later; runs without any are as they were before there
 * was a table. Only what differs from the default is stated: a common stock, KOSPI in Korea, the venue's lot and steps.
 */
import type { EpochDay } from '../core/base/time.ts'
import { type Product, PRODUCTS } from '../core/domain/instrument.ts'
import type { TapeInstrument } from '../tape/manifest.ts'
import type { InstrumentEntry } from './instruments.ts'
import { type InstrumentTable, isTradable } from './instrument-table.ts'
import { productOf } from './venues.ts'

export interface ListingFacts {
  readonly symbol: string
  readonly venue: string
  readonly product?: Product | undefined
  readonly segment?: string | undefined
  readonly economic_id?: string | undefined
  /** Decimal texts. */
  readonly lot?: string | undefined
  readonly tick?: string | undefined
}

/** Segments that need no word: fees, taxes and steps of the venue are stated for them. */
const DEFAULT_SEGMENTS: ReadonlyMap<string, readonly string[]> = new Map([
  ['KRX', ['KOSPI']],
  ['NXT', ['KOSPI']],
  ['US', ['NASDAQ', 'NYSE', 'ARCA', 'AMEX', 'BATS']],
])

/** The facts of the listings of a run on their latest days, sorted as the entries come; empty when there are none. */
export function listingFacts(entries: readonly InstrumentEntry[], table: InstrumentTable): ListingFacts[] {
  const latest = new Map<string, InstrumentEntry>()
  for (const entry of entries) {
    const key = `${entry.instrument.symbol} ${entry.instrument.venue}`
    const before = latest.get(key)
    if (before === undefined || before.day < entry.day) latest.set(key, entry)
  }
  const keys = [...latest.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  return keys.flatMap((key) => {
    const entry = latest.get(key) as InstrumentEntry
    const facts = factsOf(entry, entry.day, table)
    return Object.keys(facts).length > 2 ? [facts] : []
  })
}

function factsOf({ instrument }: InstrumentEntry, day: EpochDay, table: InstrumentTable): ListingFacts {
  const { symbol, venue, economic_id } = instrument
  const listing = table.listing(symbol, venue, day)
  const known = listing?.instrument ?? table.identify(symbol, venue, day)
  const kind = known?.product ?? productOf(venue, symbol)
  const product = PRODUCTS.find((p) => p === kind)
  const segment = listing?.segment
  const plain = segment === undefined || DEFAULT_SEGMENTS.get(venue)?.includes(segment) === true
  // An identity that is only the listing's own name was written where no table was at hand.
  const unnamed = economic_id === '' || economic_id === `${venue}:${symbol}`
  const economicId = unnamed && known !== undefined ? known.economicId : economic_id
  return {
    symbol,
    venue,
    ...(product === undefined || product === 'stock' ? {} : { product }),
    ...(plain ? {} : { segment }),
    ...(economicId === `${venue}:${symbol}` || economicId === economic_id ? {} : { economic_id: economicId }),
    ...(listing?.lot === undefined ? {} : { lot: listing.lot }),
    ...(listing?.tick === undefined ? {} : { tick: listing.tick }),
  }
}

/** One line for each symbol of a tape that nobody can buy: an index or the mixture of a future's expiries. */
export function untradable(instruments: readonly TapeInstrument[], table: InstrumentTable): string[] {
  return instruments.flatMap(({ symbol, venue }) => {
    const known = table.identify(symbol, venue, Infinity)
    if (known === undefined || known.product === 'fx' || isTradable(known)) return []
    return [`${symbol}: ${known.name} is of kind ${known.product}; what is bought here could not be bought anywhere`]
  })
}
