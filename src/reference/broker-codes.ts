/**
 * How brokers spell a listing. KIS: one exchange code for orders and accounts, another for quotations, a third for the
 * US daytime session, and the key of the realtime feed (`D` + quotation code + symbol, which is the late free feed in Asia; a plain code in Korea). IB: the
 * symbol and the primary exchange; SMART routes orders in the US, Japan and Europe. Sources: the KIS Open API samples and specifications (codes
 * per API family, HDFSCNT0's tr_key), the TWS API documentation and public clients of it.
 *
 * Not modelled: the resolution of a contract at the broker; con_id is IB's own number where the table knows it.
 */
import type { Listing, TableProduct } from './instrument-file.ts'

export interface KisCodes {
  /** What orders and quotations name: 005930, NVDA. */
  readonly code: string
  /** OVRS_EXCG_CD of overseas orders; undefined in Korea. */
  readonly orderExchange: string | undefined
  /** EXCD of overseas quotations. */
  readonly quoteExchange: string | undefined
  /** EXCD of the US daytime session. */
  readonly daytimeExchange: string | undefined
  /** tr_key of the realtime feed. */
  readonly realtimeKey: string
}

/** What IB calls a currency. Yuan are traded there offshore, in Hong Kong (reference 10.1); everything else as it is. */
export function ibCurrency(currency: string): string {
  return currency === 'CNY' ? 'CNH' : currency
}

/** The other way round: what a currency of IB's is called here. */
export function fromIbCurrency(name: string): string {
  return name === 'CNH' ? 'CNY' : name
}

export interface IbContract {
  readonly secType: 'STK' | 'CASH'
  readonly symbol: string
  readonly exchange: string
  readonly primaryExchange: string | undefined
  /** As IB calls it. */
  readonly currency: string
  readonly conId: number | undefined
}

/** Segment → order, quotation and daytime code. KIS counts NYSE Arca to AMEX. */
const KIS_US: ReadonlyMap<string, readonly [string, string, string]> = new Map([
  ['NASDAQ', ['NASD', 'NAS', 'BAQ']],
  ['NYSE', ['NYSE', 'NYS', 'BAY']],
  ['ARCA', ['AMEX', 'AMS', 'BAA']],
  ['AMEX', ['AMEX', 'AMS', 'BAA']],
])

/** Venue → order and quotation code, where a venue is one exchange. */
const KIS_ASIA: ReadonlyMap<string, readonly [string, string]> = new Map([
  ['TSE', ['TKSE', 'TSE']],
  ['HK', ['SEHK', 'HKS']],
  ['SSE', ['SHAA', 'SHS']],
  ['SZSE', ['SZAA', 'SZS']],
])

/** Undefined where KIS does not trade the listing or its segment is not known. */
export function kisCodes(listing: Listing): KisCodes | undefined {
  const code = listing.kisCode ?? kisSymbol(listing)
  if (listing.venue === 'KRX' || listing.venue === 'NXT') {
    const none = { orderExchange: undefined, quoteExchange: undefined, daytimeExchange: undefined }
    return { code, ...none, realtimeKey: code }
  }
  const abroad = listing.venue === 'US' ? KIS_US.get(listing.segment ?? '') : KIS_ASIA.get(listing.venue)
  if (abroad === undefined) return undefined
  const [orderExchange, quoteExchange, daytimeExchange] = abroad
  return { code, orderExchange, quoteExchange, daytimeExchange, realtimeKey: `D${quoteExchange}${code}` }
}

/** Hong Kong's numbers have five digits there. */
function kisSymbol({ symbol, venue }: Listing): string {
  return venue === 'HK' && /^\d{1,5}$/.test(symbol) ? symbol.padStart(5, '0') : symbol
}

const TRADED_AS_STOCK: readonly TableProduct[] = ['stock', 'etf', 'etn', 'reit', 'adr']

/** Undefined where there is no such contract or its form is not known. */
export function ibContract(
  listing: Listing,
  of: { readonly product: TableProduct; readonly currency: string; readonly base: string | undefined },
): IbContract | undefined {
  const { conId, segment } = listing
  const symbol = listing.ibSymbol ?? listing.symbol
  const currency = ibCurrency(of.currency)
  if (of.product === 'fx' && of.base !== undefined) {
    return { secType: 'CASH', symbol: of.base, exchange: 'IDEALPRO', primaryExchange: undefined, currency, conId }
  }
  if (!TRADED_AS_STOCK.includes(of.product)) return undefined
  if (listing.venue === 'US' && segment !== undefined) {
    return { secType: 'STK', symbol, exchange: 'SMART', primaryExchange: segment, currency, conId }
  }
  const place = ibPlace(listing)
  if (place === undefined) return undefined
  // Hong Kong's numbers stand without their leading zeros there.
  const name = listing.venue === 'HK' ? symbol.replace(/^0+(?=\d)/, '') : symbol
  return { secType: 'STK', symbol: name, ...place, currency, conId }
}

/** Euronext by segment; a listing that names none is found by its currency alone. */
const EURONEXT: ReadonlyMap<string, string> = new Map([
  ['PARIS', 'SBF'],
  ['AMSTERDAM', 'AEB'],
  ['BRUSSELS', 'ENEXT.BE'],
])

/** Where an order goes and where the share is listed, outside the US (IB reference 10.1; NautilusTrader's venue table). */
function ibPlace({ venue, segment }: Listing): Pick<IbContract, 'exchange' | 'primaryExchange'> | undefined {
  switch (venue) {
    case 'KRX':
      return { exchange: 'KSE', primaryExchange: 'KSE' }
    case 'TSE':
      return { exchange: 'SMART', primaryExchange: 'TSEJ' }
    case 'HK':
      return { exchange: 'SEHK', primaryExchange: 'SEHK' }
    case 'SSE':
      return { exchange: 'SEHKNTL', primaryExchange: 'SEHKNTL' }
    case 'SZSE':
      return { exchange: 'SEHKSZSE', primaryExchange: 'SEHKSZSE' }
    case 'XETRA':
      return { exchange: 'SMART', primaryExchange: 'IBIS' }
    case 'LSE':
      return { exchange: 'SMART', primaryExchange: 'LSE' }
    case 'EURONEXT':
      return { exchange: 'SMART', primaryExchange: EURONEXT.get(segment ?? '') }
    default:
      return undefined
  }
}
