/**
 * What can be traded here: an instrument with the names, numbers and hours by which IB knows it. Contract numbers of
 * listings that the instrument table does not know are made from a hash of venue and symbol; they are not IB's.
 */
import { pow10 } from '../../../src/core/base/fixed.ts'
import { fromScaled } from '../../../src/core/base/decimal.ts'
import { type Instrument, tickAt } from '../../../src/core/domain/instrument.ts'
import { instrumentTable } from '../../../src/reference/instrument-load.ts'
import { venueDefaults } from '../../../src/reference/venues.ts'
import type { Values } from '../wire/layout.ts'

export interface Listing {
  readonly instrument: Instrument
  readonly conId: number
  readonly symbol: string
  readonly currency: 'USD' | 'KRW'
  readonly longName: string
  /** Where a client routes: SMART in the US. */
  readonly exchange: string
  readonly primaryExchange: string
  readonly validExchanges: readonly string[]
  readonly marketRule: number
  readonly tradingClass: string
  readonly stockType: string
  readonly zone: string
  readonly minTick: string
}

const US_EXCHANGES = ['SMART', 'AMEX', 'NYSE', 'ARCA', 'NASDAQ', 'BATS', 'IEX', 'EDGEA']
/** The rule under which IB files US stocks; others get numbers of this emulator. */
const US_RULE = 26
const OWN_RULES = 9000

export function makeListing(instrument: Instrument, day: number): Listing {
  const { symbol, venue, product } = instrument
  const known = instrumentTable().identify(symbol, venue, day)
  const listed = instrumentTable().listing(symbol, venue, day)
  const currency = instrument.currency === 'KRW' ? 'KRW' : 'USD'
  const contract = listed?.ib
  const american = venue === 'US'
  const primaryExchange = contract?.primaryExchange ?? (american ? 'NASDAQ' : 'KSE')
  const exchange = contract?.exchange ?? (american ? 'SMART' : 'KSE')
  const kind = product ?? known?.product
  return {
    instrument,
    conId: contract?.conId ?? madeConId(`${venue}:${symbol}`),
    symbol: contract?.symbol ?? symbol,
    currency,
    longName: (known?.name ?? symbol).toUpperCase(),
    exchange,
    primaryExchange,
    validExchanges: american ? US_EXCHANGES : [exchange],
    marketRule: american ? US_RULE : OWN_RULES + instrument.id,
    tradingClass: primaryExchange === 'NASDAQ' ? 'NMS' : symbol,
    stockType: kind === 'etf' ? 'ETF' : kind === 'adr' ? 'ADR' : 'COMMON',
    zone: venueDefaults(venue).zone,
    minTick: minTick(instrument),
  }
}

/** The step at one unit of the currency and above; what is finer below that stands in the market rule. */
function minTick(instrument: Instrument): string {
  const { priceDecimals } = instrument
  return fromScaled(tickAt(instrument, pow10(priceDecimals)), priceDecimals)
}

function madeConId(name: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < name.length; i++) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193)
  return 1_000_000_000 + ((h >>> 0) % 900_000_000)
}

export function priceText(listing: Listing, price: number): string {
  return fromScaled(price, listing.instrument.priceDecimals)
}

export function qtyText(listing: Listing, qty: number): string {
  return fromScaled(qty, listing.instrument.qtyDecimals)
}

/** The eleven contract fields; `exchange` is SMART in an echo and the venue in an execution. */
export function contractValues(listing: Listing, exchange: string): Values {
  return {
    conId: String(listing.conId),
    symbol: listing.symbol,
    secType: 'STK',
    lastTradeDateOrContractMonth: '',
    strike: '0',
    right: '?',
    multiplier: '',
    exchange,
    primaryExchange: listing.primaryExchange,
    currency: listing.currency,
    localSymbol: listing.symbol,
    tradingClass: listing.tradingClass,
  }
}
