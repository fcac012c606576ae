/**
 * Instruments by symbol, id and broker code, from the shipped file and a user's own beside it. One economic instrument
 * over brokers and venues: its id, and the name under which tapes and limits know it (`economicId`).
 *
 * What holds after the table is built: ids and economic ids are unique; a symbol means one instrument per venue and
 * day; a broker code means one instrument per day.
 */
import { Failure } from '../cli/failure.ts'
import { nearest } from '../config/nearest.ts'
import { type EpochDay, formatDay } from '../core/base/time.ts'
import type { Currency } from '../core/domain/units.ts'
import { type IbContract, ibContract, type KisCodes, kisCodes } from './broker-codes.ts'
import type {
  InstrumentFile,
  InstrumentRecord,
  Listing,
  PriceLimit,
  RateRange,
  TableProduct,
} from './instrument-file.ts'

export interface KnownInstrument {
  readonly id: string
  readonly name: string
  readonly aliases: readonly string[]
  readonly currency: Currency
  readonly product: TableProduct
  readonly base: string | undefined
  readonly economicId: string
  readonly ranges: readonly RateRange[]
  readonly sources: readonly string[]
  readonly listings: readonly KnownListing[]
  readonly place: string
}

export interface KnownListing extends Listing {
  readonly instrument: KnownInstrument
  readonly kis: KisCodes | undefined
  readonly ib: IbContract | undefined
}

/** Indices, futures and rates are known but not bought or sold. */
export function isTradable(instrument: KnownInstrument): boolean {
  return !['index', 'future', 'fx'].includes(instrument.product)
}

const covers = (row: { readonly from: EpochDay; readonly to: EpochDay }, day: EpochDay): boolean =>
  row.from <= day && day <= row.to

/** `since 1999-01-22`, `from 2014-03-27 to 2014-04-02`, … */
export function periodText(row: { readonly from: EpochDay; readonly to: EpochDay }): string {
  if (row.to === Infinity) return row.from === -Infinity ? 'undated' : `since ${formatDay(row.from)}`
  return row.from === -Infinity ? `to ${formatDay(row.to)}` : `from ${formatDay(row.from)} to ${formatDay(row.to)}`
}

export class InstrumentTable {
  readonly version: string
  readonly instruments: readonly KnownInstrument[]
  readonly #byId = new Map<string, KnownInstrument>()
  readonly #bySymbol = new Map<string, KnownListing[]>()
  readonly #priceLimits: readonly PriceLimit[]

  /** `own` adds to the shipped file and may replace single listings of it. Throws Failure (2), one line per fault. */
  constructor(shipped: InstrumentFile, own?: InstrumentFile) {
    this.version = shipped.version
    this.#priceLimits = [...(own?.priceLimits ?? []), ...shipped.priceLimits]
    const faults: string[] = []
    const records = mergeRecords(shipped.instruments, own?.instruments ?? [], faults)
    this.instruments = records.map((record) => known(record, faults))
    const byEconomicId = new Map<string, KnownInstrument>()
    for (const instrument of this.instruments) {
      this.#byId.set(instrument.id, instrument)
      const twin = byEconomicId.get(instrument.economicId)
      if (twin !== undefined) {
        faults.push(
          `${instrument.place}: ${instrument.id}: economic_id ${instrument.economicId} is that of ${twin.id} (${twin.place}); pin another with economic_id`,
        )
      }
      byEconomicId.set(instrument.economicId, instrument)
      for (const listing of instrument.listings) this.#index(listing, faults)
    }
    if (faults.length > 0) throw new Failure(faults.join('\n'), 2)
  }

  #index(listing: KnownListing, faults: string[]): void {
    const same = this.#bySymbol.get(listing.symbol) ?? []
    for (const other of same) {
      if (other.venue !== listing.venue || other.from > listing.to || listing.from > other.to) continue
      faults.push(
        `${listing.place}: ${listing.symbol} on ${listing.venue} ${periodText(listing)} overlaps ${other.instrument.id} ${periodText(other)} (${other.place}); give dates that do not`,
      )
    }
    this.#bySymbol.set(listing.symbol, [...same, listing])
  }

  byId(id: string): KnownInstrument | undefined {
    return this.#byId.get(id)
  }

  /** The listing of a symbol at a venue on a day; undefined when there is none or the symbol is not known. */
  listing(symbol: string, venue: string, day: EpochDay): KnownListing | undefined {
    return this.#bySymbol.get(symbol)?.find((l) => l.venue === venue && covers(l, day))
  }

  /**
   * The instrument that a symbol at a venue means on a day. Where no listing of that day is known but all of that
   * symbol and venue are of one instrument, it is that one: data may begin before our dates do.
   */
  identify(symbol: string, venue: string, day: EpochDay): KnownInstrument | undefined {
    const listing = this.listing(symbol, venue, day)
    if (listing !== undefined) return listing.instrument
    const all = new Set(this.listings(symbol, venue).map((l) => l.instrument))
    return all.size === 1 ? [...all][0] : undefined
  }

  /** All listings of a symbol that held on some day of a period, by venue of the file, then date. */
  listings(symbol: string, venue?: string, from: EpochDay = -Infinity, to: EpochDay = Infinity): KnownListing[] {
    const all = this.#bySymbol.get(symbol) ?? []
    return all
      .filter((l) => (venue === undefined || l.venue === venue) && l.from <= to && from <= l.to)
      .sort((a, b) => (a.venue === b.venue ? a.from - b.from : 0))
  }

  /**
   * KIS spells Korean shares by code, US ones by symbol and exchange code (NASD or NAS, either family). One code may
   * stand for KRX and NXT; the first of the file is returned, both have the same instrument.
   */
  byKisCode(code: string, exchange: string | undefined, day: EpochDay): KnownListing | undefined {
    return this.#find(day, ({ kis }) => {
      if (kis?.code !== code) return false
      if (exchange === undefined) return kis.orderExchange === undefined
      return [kis.orderExchange, kis.quoteExchange, kis.daytimeExchange].includes(exchange)
    })
  }

  /** By IB's contract number where the table knows it, else by symbol and currency. */
  byIb(of: { conId?: number; symbol: string; currency: string }, day: EpochDay): KnownListing | undefined {
    const numbered = of.conId === undefined ? undefined : this.#find(day, ({ ib }) => ib?.conId === of.conId)
    if (numbered !== undefined) return numbered
    return this.#find(day, ({ ib }) => {
      if (ib?.symbol !== of.symbol || ib.currency !== of.currency) return false
      return of.conId === undefined || ib.conId === undefined
    })
  }

  #find(day: EpochDay, fits: (listing: KnownListing) => boolean): KnownListing | undefined {
    for (const instrument of this.instruments) {
      const found = instrument.listings.find((l) => covers(l, day) && fits(l))
      if (found !== undefined) return found
    }
    return undefined
  }

  /** Largest daily move as a decimal fraction, where the venue has one. */
  priceLimit(venue: string, day: EpochDay): string | undefined {
    return this.#priceLimits.find((limit) => limit.venue === venue && covers(limit, day))?.band
  }

  /** Everything in which the text occurs: symbol, name, id, broker code; upper and lower case are the same. */
  find(text: string): KnownListing[] {
    const wanted = text.toLowerCase()
    const occurs = (words: readonly (string | undefined)[]): boolean =>
      words.some((word) => word?.toLowerCase().includes(wanted) === true)
    return this.instruments.flatMap((i) =>
      i.listings.filter((l) =>
        occurs([
          i.id,
          i.name,
          i.economicId,
          ...i.aliases,
          l.symbol,
          l.kis?.realtimeKey,
          l.ib?.symbol,
          `${l.conId ?? ''}`,
        ]),
      ),
    )
  }

  /** ` Did you mean NVDA?`, or nothing. */
  nearMiss(text: string): string {
    const words = this.instruments.flatMap((i) => [...i.listings.map((l) => l.symbol), i.name, ...i.aliases, i.id])
    const near = nearest(text, new Set(words))
    return near === undefined ? '' : ` Did you mean ${near}?`
  }

  /**
   * The listings of symbols that are to be traded on a day, before anything starts (R-12: an unmapped symbol is not
   * traded). Throws Failure (2) naming every symbol that is unknown, not listed then, or nothing one can trade.
   */
  requireKnown(symbols: readonly string[], day: EpochDay): KnownListing[][] {
    const faults: string[] = []
    const found = symbols.map((symbol) => {
      const listings = this.listings(symbol)
      const then = listings.filter((l) => covers(l, day))
      const first = then[0]
      if (listings.length === 0) {
        faults.push(
          `${symbol}: no instrument of this symbol is known.${this.nearMiss(symbol)} Look with "sametape instruments find ${symbol}", or add it with "sametape instruments add ${symbol} --venue … --currency …".`,
        )
      } else if (first === undefined) {
        const when = listings.map((l) => `on ${l.venue} ${periodText(l)}`).join(', ')
        const now = listings[0]?.instrument.listings.find((l) => covers(l, day))?.symbol
        const mend = now === undefined ? '' : ` It is ${now} now.`
        faults.push(
          `${symbol}: was ${when}, not on ${formatDay(day)}.${mend} See "sametape instruments show ${symbol}".`,
        )
      } else if (!isTradable(first.instrument)) {
        faults.push(`${symbol}: ${first.instrument.name} is of kind ${first.instrument.product} and cannot be traded.`)
      }
      return then
    })
    if (faults.length > 0) throw new Failure(faults.join('\n'), 2)
    return found
  }
}

/** A user's record of a shipped id adds listings; one of the same symbol, venue and first day replaces the shipped. */
function mergeRecords(
  shipped: readonly InstrumentRecord[],
  own: readonly InstrumentRecord[],
  faults: string[],
): InstrumentRecord[] {
  const merged = new Map<string, InstrumentRecord>()
  for (const record of shipped) {
    const twin = merged.get(record.id)
    if (twin !== undefined) faults.push(`${record.place}: id: ${record.id} stands twice (${twin.place})`)
    merged.set(record.id, record)
  }
  for (const record of own) {
    const before = merged.get(record.id)
    if (before === undefined) {
      merged.set(record.id, record)
      continue
    }
    for (const field of ['currency', 'product', 'base'] as const) {
      const [was, is] = [before[field] ?? (field === 'product' ? 'stock' : undefined), record[field]]
      if (is === undefined || is === was) continue
      faults.push(`${record.place}: ${record.id}: ${field} is ${is} here and ${was} at ${before.place}; remove one`)
    }
    const kept = before.listings.filter(
      (l) => !record.listings.some((o) => o.symbol === l.symbol && o.venue === l.venue && o.from === l.from),
    )
    merged.set(record.id, {
      ...before,
      aliases: [...before.aliases, ...record.aliases],
      ranges: [...record.ranges, ...before.ranges],
      economicId: record.economicId ?? before.economicId,
      listings: [...kept, ...record.listings],
    })
  }
  return [...merged.values()]
}

function known(record: InstrumentRecord, faults: string[]): KnownInstrument {
  const { id, name, currency, place } = record
  if (name === undefined) faults.push(`${place}: ${id}: name is missing; write what people call it`)
  if (currency === undefined) faults.push(`${place}: ${id}: currency is missing; write e.g. USD`)
  const instrument = {
    ...record,
    name: name ?? '',
    currency: currency ?? 'USD',
    product: record.product ?? 'stock',
    economicId: record.economicId ?? homeName(record.listings),
    listings: [] as KnownListing[],
  }
  for (const l of record.listings) {
    instrument.listings.push({ ...l, instrument, kis: kisOf(l, instrument), ib: ibContract(l, instrument) })
  }
  return instrument
}

const kisOf = (listing: Listing, of: { readonly product: TableProduct }): KisCodes | undefined =>
  of.product === 'fx' || of.product === 'future' ? undefined : kisCodes(listing)

/** The newest listing at the venue that is named first. */
function homeName(listings: readonly Listing[]): string {
  const home = listings[0]
  if (home === undefined) return ''
  const newest = listings.filter((l) => l.venue === home.venue).reduce((a, b) => (b.from > a.from ? b : a))
  return `${newest.venue}:${newest.symbol}`
}
