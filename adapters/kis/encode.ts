/**
 * Orders as KIS writes them (reference 6.6, 6.7, 7.3, 7.4): the only place where our numbers become the vendor's text.
 * Every documented key is sent, blank where unused. What was written is read back and checked against tick, lot and
 * daily limits before it leaves; what does not pass is never sent.
 *
 * Overseas there is no market order: it goes out as a limit behind the best opposite quote by the collar, on the price
 * grid, up for a buy and down for a sale, within the day's limits where a market has them. Stops exist in Korea as limit
 * stops alone, and in live alone.
 */
import { mulDiv } from '../../src/core/base/fixed.ts'
import { tickAt } from '../../src/core/domain/instrument.ts'
import type { OrderTerms } from '../../src/core/domain/order.ts'
import type { PriceRange } from '../../src/core/domain/price-limits.ts'
import type { RejectReason } from '../../src/core/domain/reason.ts'
import type { Price, Qty } from '../../src/core/domain/units.ts'
import type { KisListing } from './instruments.ts'
import type { Fields } from './rest.ts'
import type { Account } from './settings.ts'
import type { ExchangeCodes } from './wire/exchanges.ts'
import { fixedText, padded, readScaled, readWhole } from './wire/numbers.ts'
import type { Environment } from './wire/transactions.ts'

export interface Best {
  readonly bid: Price
  readonly ask: Price
}

export interface OrderMaking {
  readonly env: Environment
  readonly account: Account
  readonly listing: KisListing
  readonly terms: OrderTerms
  /** Overseas market orders need it. */
  readonly best: Best | undefined
  /** The day's limits, where they are known. */
  readonly range: PriceRange | undefined
  readonly collarBps: number
}

export interface MadeOrder {
  readonly fields: Fields
  readonly division: string
  /** Limit as sent; 0 for a market order. */
  readonly limit: Price
}

export type Made = MadeOrder | { readonly reason: RejectReason }

const BPS = 10_000

/** ORD_DVSN of a domestic order (reference 6.13). */
const DIVISIONS: Readonly<Record<string, string>> = {
  'limit DAY': '00',
  'market DAY': '01',
  'limit IOC': '11',
  'limit FOK': '12',
  'market IOC': '13',
  'market FOK': '14',
  'stopLimit DAY': '22',
}
/** Paper takes 00 to 04 alone. */
const PAPER_DIVISIONS = new Set(['00', '01'])

export function makeOrder(m: OrderMaking): Made {
  return m.listing.market === 'kr' ? domestic(m) : overseas(m)
}

function domestic(m: OrderMaking): Made {
  const { account, listing, terms } = m
  const division = DIVISIONS[`${terms.orderType} ${terms.timeInForce}`]
  if (division === undefined) return { reason: 'unsupported' }
  if (m.env === 'paper' && (!PAPER_DIVISIONS.has(division) || listing.venue !== 'KRX')) return { reason: 'unsupported' }
  // NXT knows no market and no stop order (reference 6.13).
  if (listing.venue === 'NXT' && terms.orderType !== 'limit') return { reason: 'unsupported' }
  const fields = {
    ...accountFields(account),
    PDNO: listing.code,
    ...(terms.side < 0 ? { SLL_TYPE: '01' } : { SLL_TYPE: '' }),
    ORD_DVSN: division,
    ORD_QTY: qtyText(listing, terms.qty),
    ORD_UNPR: terms.limit === 0 ? '0' : priceText(listing, terms.limit),
    CNDT_PRIC: terms.stop === 0 ? '' : priceText(listing, terms.stop),
    EXCG_ID_DVSN_CD: listing.venue,
  }
  const fault = wireFault(m, fields.ORD_QTY, fields.ORD_UNPR, terms.limit)
  return fault === undefined ? { fields, division, limit: terms.limit } : { reason: fault }
}

function overseas(m: OrderMaking): Made {
  const { account, listing, terms } = m
  const { exchange } = listing
  if (exchange === undefined || terms.timeInForce !== 'DAY') return { reason: 'unsupported' }
  if (terms.orderType !== 'limit' && terms.orderType !== 'market') return { reason: 'unsupported' }
  const limit = terms.orderType === 'limit' ? terms.limit : collared(m)
  if (limit === undefined) return { reason: 'no_liquidity' }
  const division = divisionAbroad(m, exchange)
  const fields = {
    ...accountFields(account),
    OVRS_EXCG_CD: exchange.order,
    PDNO: listing.code,
    ORD_QTY: qtyText(listing, terms.qty),
    OVRS_ORD_UNPR: priceText(listing, limit),
    CTAC_TLNO: '',
    MGCO_APTM_ODNO: '',
    SLL_TYPE: terms.side < 0 ? '00' : '',
    ORD_SVR_DVSN_CD: '0',
    ORD_DVSN: division,
  }
  const fault = wireFault(m, fields.ORD_QTY, fields.OVRS_ORD_UNPR, limit)
  return fault === undefined ? { fields, division, limit } : { reason: fault }
}

/** Limit orders, but for the rest of less than a lot where it has a division of its own; paper knows limits alone. */
function divisionAbroad({ env, listing, terms }: OrderMaking, { oddLotSale }: ExchangeCodes): string {
  const isOdd = terms.side < 0 && terms.qty < listing.instrument.lot
  return isOdd && env === 'live' && oddLotSale !== '' ? oddLotSale : '00'
}

/** Undefined where nobody stands on the other side. */
function collared({ best, collarBps, listing, terms, range }: OrderMaking): Price | undefined {
  const base = terms.side > 0 ? best?.ask : best?.bid
  if (base === undefined || base <= 0) return undefined
  const buys = terms.side > 0
  const raw = mulDiv(base, BPS + (buys ? collarBps : -collarBps), BPS, buys ? 'up' : 'down')
  const tick = tickAt(listing.instrument, raw)
  const over = raw % tick
  const price = over === 0 ? raw : buys ? raw + tick - over : raw - over
  if (range === undefined) return price
  // What lies beyond the day's limits is refused; at the limit it stands first.
  return Math.min(range.high, Math.max(range.low, price))
}

export function accountFields({ number, product }: Account): { readonly CANO: string; readonly ACNT_PRDT_CD: string } {
  return { CANO: number, ACNT_PRDT_CD: product }
}

export function priceText({ instrument, exchange }: KisListing, price: Price): string {
  // Won and yen have no decimals, the others two; more stand there only where the price has them.
  const plain = exchange?.decimals ?? 0
  const isPlain = price % 10 ** Math.max(0, instrument.priceDecimals - plain) === 0
  const decimals = exchange === undefined || isPlain ? plain : instrument.priceDecimals
  return fixedText(price, instrument.priceDecimals, decimals)
}

function qtyText({ instrument }: KisListing, qty: Qty): string {
  return fixedText(qty, instrument.qtyDecimals, 0)
}

/** The last check, on what would leave. */
function wireFault(m: OrderMaking, qtySent: string, priceSent: string, price: Price): RejectReason | undefined {
  const { instrument } = m.listing
  const qty = readScaled(qtySent, instrument.qtyDecimals)
  if (qty === undefined || qty <= 0 || qty !== m.terms.qty || !isLots(m, qty)) return 'bad_qty'
  if (!/^\d{1,10}$/.test(qtySent)) return 'bad_qty'
  if (price === 0) return m.terms.orderType === 'market' && priceSent === '0' ? undefined : 'bad_price'
  return priceFault(m.listing, priceSent, price, m.range) ?? stopFault(m)
}

/** Lots bind purchases everywhere; of sales they let odd rests pass where the market does (reference 7.3). */
function isLots({ env, listing, terms }: OrderMaking, qty: Qty): boolean {
  const { instrument, exchange } = listing
  if (qty % instrument.lot === 0) return true
  if (terms.side > 0 || exchange === undefined) return false
  return exchange.sellsOddLots || (qty < instrument.lot && env === 'live' && exchange.oddLotSale !== '')
}

function priceFault(
  { instrument }: KisListing,
  sent: string,
  price: Price,
  range: PriceRange | undefined,
): RejectReason | undefined {
  const written = readScaled(sent, instrument.priceDecimals)
  if (written !== price || price <= 0 || price % tickAt(instrument, price) !== 0) return 'bad_price'
  return range !== undefined && (price < range.low || price > range.high) ? 'bad_price' : undefined
}

function stopFault({ listing, terms }: OrderMaking): RejectReason | undefined {
  if (terms.orderType !== 'stopLimit') return undefined
  return terms.stop > 0 && terms.stop % tickAt(listing.instrument, terms.stop) === 0 ? undefined : 'bad_price'
}

/** What a change acts on. */
export interface ChangeTarget {
  readonly listing: KisListing
  readonly number: number
  readonly org: string
  readonly division: string
}

export interface Change {
  readonly account: Account
  readonly target: ChangeTarget
  readonly action: 'modify' | 'cancel'
  /** Shares to move or to take off; 0 for all that is left. */
  readonly qty: Qty
  /** New limit; 0 on a cancel. */
  readonly limit: Price
  readonly range: PriceRange | undefined
}

export function makeChange(c: Change): Fields | { readonly reason: RejectReason } {
  const { account, target, action, qty, limit } = c
  const { listing } = target
  const price = limit === 0 ? '0' : priceText(listing, limit)
  const fault = action === 'modify' && limit > 0 ? priceFault(listing, price, limit, c.range) : undefined
  if (fault !== undefined) return { reason: fault }
  const shares = qtyText(listing, qty)
  if (qty !== 0 && readWhole(shares) === undefined) return { reason: 'bad_qty' }
  const common = {
    ...accountFields(account),
    ORGN_ODNO: padded(target.number, 10),
    RVSE_CNCL_DVSN_CD: action === 'modify' ? '01' : '02',
    ORD_QTY: shares,
  }
  if (listing.exchange !== undefined) {
    const exchange = { OVRS_EXCG_CD: listing.exchange.order, PDNO: listing.code }
    return { ...common, ...exchange, OVRS_ORD_UNPR: price, MGCO_APTM_ODNO: '', ORD_SVR_DVSN_CD: '0' }
  }
  return {
    ...common,
    KRX_FWDG_ORD_ORGNO: target.org,
    ORD_DVSN: action === 'modify' ? target.division : '00',
    ORD_UNPR: price,
    QTY_ALL_ORD_YN: qty === 0 ? 'Y' : 'N',
    CNDT_PRIC: '',
    EXCG_ID_DVSN_CD: listing.venue,
  }
}
