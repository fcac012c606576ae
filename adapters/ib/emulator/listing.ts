/**
 * What can be traded here: an instrument with the names, numbers and hours by which IB knows it. Contract numbers of
 * listings that the instrument table does not know are made from a hash of venue and symbol; they are not IB's.
 */
import { pow10 } from '../../../src/core/base/fixed.ts'
import { fromScaled, toScaled } from '../../../src/core/base/decimal.ts'
import { type Instrument, tickAt } from '../../../src/core/domain/instrument.ts'
import type { Currency } from '../../../src/core/domain/units.ts'
import { ibCurrency } from '../../../src/reference/broker-codes.ts'
import { instrumentTable } from '../../../src/reference/instrument-load.ts'
import { venueDefaults } from '../../../src/reference/venues.ts'
import type { Values } from '../wire/layout.ts'
import { wantedContract } from '../wanted-contract.ts'

export interface Listing {
  readonly instrument: Instrument
  readonly conId: number
  readonly secType: 'STK' | 'CASH'
  readonly symbol: string
  readonly localSymbol: string
  readonly currency: Currency
  /** What IB calls it. */
  readonly contractCurrency: string
  readonly longName: string
  /** Where a client routes: SMART in the US, Japan and Europe. */
  readonly exchange: string
  readonly primaryExchange: string
  readonly validExchanges: readonly string[]
  readonly marketRule: number
  readonly tradingClass: string
  readonly stockType: string
  readonly zone: string
  /** Prices are quoted in so many times ours: 100 where a pound's share is quoted in pence. */
  readonly magnifier: number
  /** As quoted. */
  readonly minTick: string
  /** What contract details say of quantities: no word of the board lots of Hong Kong (reference 10.2). */
  readonly sizeIncrement: number
}

const US_EXCHANGES = ['SMART', 'AMEX', 'NYSE', 'ARCA', 'NASDAQ', 'BATS', 'IEX', 'EDGEA']
/** The rule under which IB files US stocks; others get numbers of this emulator, the same for the same steps. */
const US_RULE = 26
const OWN_RULES = 9000
/** Where a listing names no exchange of its own. */
const USUAL_EXCHANGE: Readonly<Partial<Record<string, string>>> = { US: 'NASDAQ', KRX: 'KSE', EURONEXT: 'SBF' }

export function makeListing(instrument: Instrument, day: number): Listing {
  const { symbol, venue, product, currency } = instrument
  const known = instrumentTable().identify(symbol, venue, day)
  const contract = instrumentTable().listing(symbol, venue, day)?.ib ?? wantedContract(instrument)
  const secType = contract?.secType ?? 'STK'
  const primaryExchange = contract?.primaryExchange ?? (secType === 'CASH' ? '' : (USUAL_EXCHANGE[venue] ?? venue))
  const exchange = contract?.exchange ?? primaryExchange
  const contractCurrency = ibCurrency(currency)
  const name = contract?.symbol ?? symbol
  const localSymbol = secType === 'CASH' ? `${name}.${contractCurrency}` : name
  const kind = product ?? known?.product
  const magnifier = venue === 'LSE' && currency === 'GBP' ? 100 : 1
  return {
    ...{ instrument, secType, localSymbol, currency, contractCurrency, exchange, primaryExchange, magnifier },
    conId: contract?.conId ?? madeConId(`${venue}:${symbol}`),
    symbol: name,
    longName: (known?.name ?? symbol).toUpperCase(),
    validExchanges: exchangesOf(venue, exchange, primaryExchange),
    marketRule:
      venue === 'US' ? US_RULE : OWN_RULES + (hash(JSON.stringify([instrument.ticks, magnifier])) % 1_000_000),
    tradingClass: primaryExchange === 'NASDAQ' ? 'NMS' : localSymbol,
    stockType: secType === 'CASH' ? '' : kind === 'etf' ? 'ETF' : kind === 'adr' ? 'ADR' : 'COMMON',
    zone: venueDefaults(venue).zone,
    minTick: fromScaled(minTick(instrument) * magnifier, instrument.priceDecimals),
    sizeIncrement: venue === 'HK' ? 1 : instrument.lot,
  }
}

function exchangesOf(venue: string, exchange: string, primary: string): readonly string[] {
  if (venue === 'US') return US_EXCHANGES
  // Hong Kong is routed to directly or by SMART; Korea, the Connect markets and IDEALPRO only directly.
  const smart = exchange === 'SMART' || venue === 'HK'
  return smart ? ['SMART', primary] : [exchange]
}

/** US: the step at a dollar and above, what is finer below stands in the market rule. Elsewhere the smallest there is. */
function minTick(instrument: Instrument): number {
  return tickAt(instrument, instrument.venue === 'US' ? pow10(instrument.priceDecimals) : 0)
}

function hash(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return h >>> 0
}

function madeConId(name: string): number {
  return 1_000_000_000 + (hash(name) % 900_000_000)
}

/** A price of ours as it is quoted. */
export function priceText({ instrument, magnifier }: Listing, price: number): string {
  return fromScaled(price * magnifier, instrument.priceDecimals)
}

/** The same for averages and halves, which are no whole units. */
export function quoted({ instrument, magnifier }: Listing, price: number): number {
  return (price * magnifier) / 10 ** instrument.priceDecimals
}

/** A quoted price in our units; undefined for what is no number or finer than a unit. */
export function readPrice({ instrument, magnifier }: Listing, text: string): number | undefined {
  const scaled = toScaled(text, instrument.priceDecimals)
  return scaled === undefined || scaled % magnifier !== 0 ? undefined : scaled / magnifier
}

export function qtyText(listing: Listing, qty: number): string {
  return fromScaled(qty, listing.instrument.qtyDecimals)
}

/** The eleven contract fields; `exchange` is SMART in an echo and the venue in an execution. */
export function contractValues(listing: Listing, exchange: string): Values {
  return {
    conId: String(listing.conId),
    symbol: listing.symbol,
    secType: listing.secType,
    lastTradeDateOrContractMonth: '',
    strike: '0',
    right: '?',
    multiplier: '',
    exchange,
    primaryExchange: listing.primaryExchange,
    currency: listing.contractCurrency,
    localSymbol: listing.localSymbol,
    tradingClass: listing.tradingClass,
  }
}
