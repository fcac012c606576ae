/**
 * What the venue turns away at its door, whatever risk thought of it: quantities that are not whole lots, prices off the
 * tick table (only our orders are held to it, market data is not), instruments that have nothing to match against; and,
 * when the run asks for it, a seeded share of good orders.
 */
import type { Rng } from '../base/rng.ts'
import type { Micros } from '../base/time.ts'
import { nextAuction } from '../domain/auction.ts'
import type { Instrument } from '../domain/instrument.ts'
import { tickAt } from '../domain/instrument.ts'
import type { OrderTerms, OrderType } from '../domain/order.ts'
import type { RejectReason } from '../domain/reason.ts'
import type { Price, Qty } from '../domain/units.ts'
import { isPrice } from './conditions.ts'
import type { SimConfig } from './config.ts'
import type { Desk } from './desk.ts'

/** Why the venue does not take this order; undefined when it does. */
export function entryFault(
  config: SimConfig,
  desk: Desk | undefined,
  order: OrderTerms,
  at: Micros,
): RejectReason | undefined {
  if (desk === undefined || desk.by === 'nothing') return 'unsupported'
  if (order.timeInForce === 'OPG' || order.timeInForce === 'CLS') {
    const plain = order.orderType === 'market' || order.orderType === 'limit'
    const printed = desk.by === 'bars' || desk.streams.trades
    if (config.auctions !== 'cross' || !plain || !printed || desk.clock.calendar.always) return 'unsupported'
    if (!desk.streams.sessionBars && nextAuction(desk.clock, order.timeInForce, at).cross === Infinity) return 'closed'
  }
  return termsFault(desk.instrument, order.orderType, order.qty, order.limit, order.stop)
}

export function termsFault(
  instrument: Instrument,
  type: OrderType,
  qty: Qty,
  limit: Price,
  stop: Price,
): RejectReason | undefined {
  if (!(qty > 0) || !Number.isSafeInteger(qty) || qty % instrument.lot !== 0) return 'bad_qty'
  if ((type === 'limit' || type === 'stopLimit') && !onTick(instrument, limit)) return 'bad_price'
  if ((type === 'stop' || type === 'stopLimit') && !onTick(instrument, stop)) return 'bad_price'
  return undefined
}

function onTick(instrument: Instrument, price: Price): boolean {
  return isPrice(price) && price % tickAt(instrument, price) === 0
}

/** One draw per well-formed new order, none when the run has no such model. */
export function modelRejects(config: SimConfig, rng: Rng): boolean {
  return config.rejects !== undefined && rng.ratio(config.rejects.num, config.rejects.den)
}
