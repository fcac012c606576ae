/**
 * An order of ours as the client wants it (reference 4.6, 11). Only here do our numbers become theirs. Everything that
 * is not said explicitly would become empty on the wire, `transmit` too, and an order that is not transmitted rests.
 */
import { type Contract, type Order, OrderAction, OrderType, TimeInForce } from '@stoqey/ib'
import { pow10 } from '../../src/core/base/fixed.ts'
import type { OrderTerms, OrderType as OurType, TimeInForce as OurTime } from '../../src/core/domain/order.ts'
import type { RejectReason } from '../../src/core/domain/reason.ts'
import { onTick, type IbListing } from './contracts.ts'
import { plain } from './numbers.ts'

export interface Encoding {
  readonly listing: IbListing
  readonly terms: OrderTerms
  readonly account: string
  readonly ref: string
  readonly outsideHours: boolean
}

export type Encoded =
  | { readonly ok: true; readonly contract: Contract; readonly order: Order }
  | { readonly ok: false; readonly reason: RejectReason }

const TYPES: Readonly<Record<OurType, OrderType>> = {
  market: OrderType.MKT,
  limit: OrderType.LMT,
  stop: OrderType.STP,
  stopLimit: OrderType.STP_LMT,
}

const TIMES: Readonly<Record<Exclude<OurTime, 'CLS'>, TimeInForce>> = {
  DAY: TimeInForce.DAY,
  GTC: TimeInForce.GTC,
  IOC: TimeInForce.IOC,
  FOK: TimeInForce.FOK,
  OPG: TimeInForce.OPG,
}

/** The closing auction is an order type there, with the day as its time in force (113). */
function typeOf({ orderType, timeInForce }: OrderTerms): { type: OrderType; tif: TimeInForce } | undefined {
  if (timeInForce !== 'CLS') return { type: TYPES[orderType], tif: TIMES[timeInForce] }
  if (orderType === 'market') return { type: OrderType.MOC, tif: TimeInForce.DAY }
  return orderType === 'limit' ? { type: OrderType.LOC, tif: TimeInForce.DAY } : undefined
}

export function encodeOrder({ listing, terms, account, ref, outsideHours }: Encoding): Encoded {
  const { resolved, instrument } = listing
  const kind = typeOf(terms)
  if (resolved === undefined || kind === undefined || listing.isRate) return { ok: false, reason: 'unsupported' }
  const { qty, limit, stop, side, orderType, timeInForce } = terms
  const prices = [limit, stop].filter((p) => p > 0)
  if (!prices.every((p) => onTick(listing, p))) return { ok: false, reason: 'bad_price' }
  const theirs = (p: number): number | undefined => plain(p * resolved.magnifier, instrument.priceDecimals)
  const [lmtPrice, auxPrice, totalQuantity] = [theirs(limit), theirs(stop), plain(qty, instrument.qtyDecimals)]
  if (lmtPrice === undefined || auxPrice === undefined) return { ok: false, reason: 'bad_price' }
  const increment = Math.round(resolved.sizeIncrement * pow10(instrument.qtyDecimals))
  if (totalQuantity === undefined || !(qty > 0) || (increment > 1 && qty % increment !== 0))
    return { ok: false, reason: 'bad_qty' }
  const order: Order = {
    action: side > 0 ? OrderAction.BUY : OrderAction.SELL,
    totalQuantity,
    orderType: kind.type,
    tif: kind.tif,
    account,
    orderRef: ref,
    transmit: true,
    ...(orderType === 'limit' || orderType === 'stopLimit' ? { lmtPrice } : {}),
    ...(orderType === 'stop' || orderType === 'stopLimit' ? { auxPrice } : {}),
    ...(outsideHours && timeInForce !== 'OPG' && timeInForce !== 'CLS' ? { outsideRth: true } : {}),
  }
  return { ok: true, contract: resolved.contract, order }
}
