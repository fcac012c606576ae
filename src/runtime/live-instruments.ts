/** From the symbols of a configuration to the instruments of a live session: listings, and the rates that value them. */
import { Failure } from '../cli/failure.ts'
import type { EpochDay } from '../core/base/time.ts'
import type { FeedShape } from '../core/data/feed-shape.ts'
import { SECOND } from '../core/base/time.ts'
import type { Instrument } from '../core/domain/instrument.ts'
import type { Currency } from '../core/domain/units.ts'
import type { FxRoute } from '../core/execution/valuation.ts'
import { economicIdOf } from '../reference/instrument-load.ts'
import { type InstrumentTable, isTradable } from '../reference/instrument-table.ts'
import { buildInstruments, type InstrumentEntry } from '../reference/instruments.ts'
import { listingFacts } from '../reference/listing-facts.ts'
import { venueDefaults } from '../reference/venues.ts'

/** Rates of brokers have so many decimals at most. */
const RATE_DECIMALS = 4
/** D-03: a live feed says something at least this often. */
const HEARTBEAT = 10 * SECOND

export interface LiveInstruments {
  readonly instruments: readonly Instrument[]
  readonly shapes: readonly FeedShape[]
  readonly currencies: readonly Currency[]
  readonly base: Currency
  readonly routes: readonly (FxRoute | undefined)[]
}

export interface InstrumentWish {
  readonly symbols: readonly string[]
  /** Venues that the enabled brokers serve, the preferred one of a symbol first. */
  readonly venues: readonly string[]
  readonly day: EpochDay
  readonly table: InstrumentTable
  readonly base: Currency | undefined
}

/** Throws Failure (2) for a symbol that no enabled broker trades. */
export function liveInstruments(wish: InstrumentWish): LiveInstruments {
  const stocks = wish.symbols.map((symbol) => entryOf(symbol, wish))
  const own = [...new Set(stocks.map((e) => e.instrument.currency as Currency))].sort()
  const base = wish.base ?? (own.length === 1 ? (own[0] as Currency) : 'USD')
  const currencies = [...new Set([base, ...own])].sort()
  const pairs = currencies.filter((c) => c !== base).map((c) => pairOf(c, base, wish))
  const entries = [...stocks, ...pairs]
  const instruments = buildInstruments(entries, listingFacts(stocks, wish.table))
  const routes = currencies.map((c) => (c === base ? undefined : routeOf(c, base, instruments)))
  return { instruments, shapes: instruments.map(shapeOf), currencies, base, routes }
}

function entryOf(symbol: string, { venues, day, table }: InstrumentWish): InstrumentEntry {
  const listed = table.listings(symbol, undefined, day, day)
  const usual = /^\d{6}$/.test(symbol) ? 'KRX' : 'US'
  const venue = venues.find((v) => (listed.length === 0 ? v === usual : listed.some((l) => l.venue === v)))
  if (venue === undefined) {
    const where = listed.length === 0 ? usual : [...new Set(listed.map((l) => l.venue))].join(', ')
    throw new Failure(
      `trading.symbols: ${symbol} trades at ${where}, which no enabled broker serves (${venues.join(', ') || 'none'}); ` +
        'take it out of trading.symbols, or enable a broker with that market in brokers.yaml',
      2,
    )
  }
  const known = table.identify(symbol, venue, day)
  if (known !== undefined && !isTradable(known)) {
    throw new Failure(`trading.symbols: ${symbol} (${known.name}) is of kind ${known.product}, which nobody can buy`, 2)
  }
  const { currency } = venueDefaults(venue)
  const scale = { price_decimals: 0, qty_decimals: 0 }
  const economic_id = economicIdOf(symbol, venue, day)
  return { instrument: { symbol, venue, currency, ...scale, economic_id }, day, tape: 'trading.symbols' }
}

/** The pair as markets quote it, whichever way round base stands in it. */
function pairOf(currency: Currency, base: Currency, { day, table }: InstrumentWish): InstrumentEntry {
  const both = [`${base}/${currency}`, `${currency}/${base}`]
  const symbol = both.find((name) => table.listings(name, 'FX').length > 0) ?? (both[0] as string)
  const scale = { price_decimals: RATE_DECIMALS, qty_decimals: 0 }
  const quoted = symbol.split('/')[1] as string
  const economic_id = economicIdOf(symbol, 'FX', day)
  return { instrument: { symbol, venue: 'FX', currency: quoted, ...scale, economic_id }, day, tape: 'exchange rates' }
}

function routeOf(currency: Currency, base: Currency, instruments: readonly Instrument[]): FxRoute {
  for (const i of instruments) {
    if (i.venue !== 'FX') continue
    if (i.symbol === `${base}/${currency}`) return { currency, instrument: i.id, inverse: true }
    if (i.symbol === `${currency}/${base}`) return { currency, instrument: i.id, inverse: false }
  }
  throw new Error(`no pair of ${currency} and ${base}`)
}

function shapeOf(i: Instrument): FeedShape {
  const none = { bars: false, sessionBars: false, oneSided: false, barMicros: 0 }
  if (i.venue === 'FX') return { ...none, quotes: false, trades: false }
  return { ...none, quotes: true, trades: true, heartbeat: HEARTBEAT }
}
