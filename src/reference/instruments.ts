/**
 * The instruments of a run, from the entries of its tapes: sorted by symbol (code points), then venue; ids are
 * positions in that order, so the order of arguments never matters.
 */
import { Failure } from '../cli/failure.ts'
import { parseDecimal, toScaled } from '../core/base/decimal.ts'
import { type EpochDay, formatDay } from '../core/base/time.ts'
import { assertInstrument, type Instrument, type TickBand } from '../core/domain/instrument.ts'
import type { ListingFacts } from './listing-facts.ts'
import { CURRENCIES, type Currency } from '../core/domain/units.ts'
import type { TapeInstrument } from '../tape/manifest.ts'
import { lotOf, productOf, type TickRow, tickTable } from './venues.ts'

/** One instrument of one tape; `day` picks the dated tick table, `tape` is what messages call the tape. */
export interface InstrumentEntry {
  readonly instrument: TapeInstrument
  readonly day: EpochDay
  readonly tape: string
}

const MOST_DECIMALS = 8

/** Order of strings by code point, which is the order of their UTF-8 bytes. */
export function compareCodePoints(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

function fault(entry: InstrumentEntry, field: string, value: unknown, mend: string): never {
  const { symbol, venue } = entry.instrument
  throw new Failure(
    `tape ${entry.tape}: instrument ${symbol} (${venue}): ${field} ${JSON.stringify(value)}: ${mend}`,
    2,
  )
}

function currencyOf(entry: InstrumentEntry): Currency {
  const text = entry.instrument.currency
  const currency = CURRENCIES.find((c) => c === text)
  return currency ?? fault(entry, 'currency', text, `not supported; use one of ${CURRENCIES.join(', ')}`)
}

function decimalsOf(entries: readonly InstrumentEntry[], field: 'price_decimals' | 'qty_decimals'): number {
  let most = 0
  for (const entry of entries) {
    const n = entry.instrument[field]
    if (!Number.isInteger(n) || n < 0 || n > MOST_DECIMALS) {
      fault(entry, field, n, `must be a whole number from 0 to ${MOST_DECIMALS}; import the file again`)
    }
    most = Math.max(most, n)
  }
  return most
}

/** The economic identity falls back to the listing's own: without a reference table no two listings are the same. */
function stated(entry: InstrumentEntry, field: 'currency' | 'economic_id'): string {
  const { symbol, venue, [field]: text } = entry.instrument
  return field === 'economic_id' && text === '' ? `${venue}:${symbol}` : text
}

/** Entries of one listing must agree on what it is; decimals may differ. */
function checkAgreement(entries: readonly InstrumentEntry[]): void {
  const first = entries[0] as InstrumentEntry
  for (const entry of entries) {
    for (const field of ['currency', 'economic_id'] as const) {
      const [a, b] = [stated(first, field), stated(entry, field)]
      if (a === b) continue
      const { symbol, venue } = first.instrument
      throw new Failure(
        `instrument ${symbol} (${venue}): ${field} is ${JSON.stringify(a)} on tape ${first.tape} (${formatDay(first.day)}) ` +
          `and ${JSON.stringify(b)} on tape ${entry.tape} (${formatDay(entry.day)}). Import both with the same ${field}.`,
        2,
      )
    }
  }
}

function scaledTicks(rows: readonly TickRow[], priceDecimals: number): TickBand[] {
  // A venue without a table moves by the smallest step its data can express.
  if (rows.length === 0) return [{ from: 0, tick: 1 }]
  return rows.map((row) => ({
    from: toScaled(row.from, priceDecimals) as number,
    tick: toScaled(row.tick, priceDecimals) as number,
  }))
}

function ticksFor(
  { instrument: { symbol, venue } }: InstrumentEntry,
  currency: Currency,
  day: EpochDay,
  facts: ListingFacts | undefined,
): readonly TickRow[] {
  if (facts?.tick !== undefined) return [{ from: '0', tick: facts.tick }]
  const asEtf = facts?.product === 'etf' || facts?.product === 'etn'
  return tickTable(venue, currency, day, asEtf ? 'etf' : productOf(venue, symbol), facts?.segment)
}

function combine(entries: readonly InstrumentEntry[], id: number, facts: ListingFacts | undefined): Instrument {
  checkAgreement(entries)
  const first = entries[0] as InstrumentEntry
  const { symbol, venue } = first.instrument
  const currency = currencyOf(first)
  const day = Math.max(...entries.map((e) => e.day))
  const rows = ticksFor(first, currency, day, facts)
  const tickDecimals = rows.flatMap((r) => [r.from, r.tick]).map((text) => parseDecimal(text)?.decimals ?? 0)
  const priceDecimals = Math.max(decimalsOf(entries, 'price_decimals'), ...tickDecimals)
  const qtyDecimals = decimalsOf(entries, 'qty_decimals')
  const instrument: Instrument = {
    id,
    symbol,
    venue,
    currency,
    priceDecimals,
    qtyDecimals,
    ticks: scaledTicks(rows, priceDecimals),
    lot: toScaled(facts?.lot ?? lotOf(venue, symbol), qtyDecimals) ?? 1,
    economicId: facts?.economic_id ?? stated(first, 'economic_id'),
    allowShort: false,
    ...(facts?.product === undefined ? {} : { product: facts.product }),
    ...(facts?.segment === undefined ? {} : { segment: facts.segment }),
  }
  assertInstrument(instrument)
  return instrument
}

/**
 * All entries of all tapes of a run → the core's instruments. A listing (symbol and venue) that occurs several times
 * becomes one, with the most decimals of all and the tick table in force on its latest day (an instrument carries one
 * table for the whole run). `facts` is what reference data adds to the tapes, as the run's specification keeps it.
 * Throws Failure (exit 2) when entries of a listing contradict each other.
 */
export function buildInstruments(
  entries: readonly InstrumentEntry[],
  facts: readonly ListingFacts[] = [],
): Instrument[] {
  const sorted = [...entries].sort(
    (a, b) =>
      compareCodePoints(a.instrument.symbol, b.instrument.symbol) ||
      compareCodePoints(a.instrument.venue, b.instrument.venue),
  )
  const groups: InstrumentEntry[][] = []
  for (const entry of sorted) {
    const group = groups.at(-1)
    const last = group?.[0]?.instrument
    const same = last?.symbol === entry.instrument.symbol && last.venue === entry.instrument.venue
    if (same) group?.push(entry)
    else groups.push([entry])
  }
  return groups.map((group, id) => {
    const of = group[0]?.instrument
    return combine(
      group,
      id,
      facts.find((f) => f.symbol === of?.symbol && f.venue === of.venue),
    )
  })
}
