/** Checks that count: duplicates, shorts, minimum value, orders of the day, instruments held. */
import { compareProducts } from '../../base/fixed.ts'
import { notional } from '../../domain/fees.ts'
import type { Instrument } from '../../domain/instrument.ts'
import type { GateView, OrderIntent, RiskCheck } from '../gate.ts'

/** could this order meet an own live order of the other side? One that is being canceled there leaves first. */
function crossesOwn(view: GateView, intent: OrderIntent): boolean {
  const own = view.market.instruments[intent.instrument]?.economicId
  return view.orders.live.some((o) => {
    if (o.side === intent.side || view.market.instruments[o.instrument]?.economicId !== own) return false
    if (o.state === 'pendingCancel' && o.broker === intent.broker) return false
    const [bid, ask] = intent.side > 0 ? [intent, o] : [o, intent]
    return bid.limit === 0 || ask.limit === 0 || bid.limit >= ask.limit
  })
}

/** Without an order id of ours at the broker, answers are told apart only while one order is under way (R-36, I-14). */
function inFlight(view: GateView, intent: OrderIntent): boolean {
  if (view.brokers[intent.broker]?.clientOrderId !== false) return false
  return view.orders.live.some(
    (o) =>
      o.broker === intent.broker &&
      o.instrument === intent.instrument &&
      o.side === intent.side &&
      (o.state === 'pendingNew' || o.state === 'unknown'),
  )
}

/**
 * UNKNOWN blocks opening there (I-12), a rejection blocks its side for 60 s, what the operator has not yet
 * acknowledged blocks its symbol (F-30), and so does an exit that is not done (I-33); one exit at a time; never
 * against an own order.
 */
export const checkDuplicate: RiskCheck = (view, intent, reducing) => {
  if (inFlight(view, intent)) return true
  if (intent.origin !== 'agent')
    return view.orders.live.some(
      (o) => o.broker === intent.broker && o.instrument === intent.instrument && o.origin !== 'agent',
    )
  if (crossesOwn(view, intent)) return true
  if (reducing) return false
  if (view.t < view.blockedUntil(intent.instrument, intent.side) || view.unacknowledged(intent.instrument)) return true
  if (view.exiting(intent.instrument)) return true
  return view.orders.live.some(
    (o) => o.broker === intent.broker && o.instrument === intent.instrument && o.state === 'unknown',
  )
}

/** without permission to short a sell is at most what is held there less what other sells already offer. */
export const checkShort: RiskCheck = (view, intent) => {
  const instrument = view.market.instruments[intent.instrument] as Instrument
  if (intent.side > 0 || instrument.allowShort) return false
  return intent.qty > sellable(view, intent.broker, intent.instrument)
}

/** What may still be sold there: managed, at most what the broker lets us sell, less what live sells already offer. */
export function sellable(view: GateView, broker: number, instrument: number): number {
  const p = view.ledger.position(broker, instrument)
  const most = p.sellable < 0 ? p.qty : Math.min(p.qty, p.sellable)
  return most - view.orders.reducingLeaves(broker, instrument, -1)
}

/** value at limit or mark, in the instrument's currency against that currency's minimum; equality passes. */
export const checkMinNotional: RiskCheck = (view, intent, reducing) => {
  if (reducing) return false
  const instrument = view.market.instruments[intent.instrument] as Instrument
  const mark2 = view.market.of(intent.instrument).mark2
  const price2 = intent.limit > 0 ? 2 * intent.limit : mark2
  const twice = notional(instrument, -1, intent.qty, price2)
  const own = view.limits.minOrder.get(instrument.currency)
  if (own !== undefined) return twice < 2 * own
  const usd = view.limits.minOrder.get('USD')
  const rate =
    view.valuation.base === 'USD' ? view.valuation.rate(view.ledger.currencyOf(intent.instrument)) : undefined
  if (usd !== undefined && rate !== undefined) return compareProducts(twice, rate.num, 2 * usd, rate.den) < 0
  const least = view.limits.minOrderDefault.get(instrument.currency)
  return least !== undefined && twice < 2 * least
}

/** every NEW and REPLACE counts; only opening is stopped. */
export const checkDailyOrders: RiskCheck = (view, _intent, reducing) =>
  !reducing && view.ordersToday >= view.limits.maxDailyOrders

/** instruments with a holding or a live opening order, over all brokers; adding to one of them is free. */
export const checkPositionCount: RiskCheck = (view, intent, reducing) => {
  if (reducing) return false
  if (view.market.instruments.length <= view.limits.maxPositions) return false
  const taken = takenInstruments(view)
  const own = view.market.instruments[intent.instrument] as Instrument
  return !taken.has(own.economicId) && taken.size >= view.limits.maxPositions
}

/** Economic instruments that count for R-14: the same one at two brokers or venues counts once. */
export function takenInstruments(view: GateView): ReadonlySet<string> {
  const taken = new Set<string>()
  const add = (i: number): void => void taken.add((view.market.instruments[i] as Instrument).economicId)
  for (const { id } of view.market.instruments) {
    for (const of of view.ledger.positions) if (of[id]?.qty !== 0 || of[id]?.external !== 0) add(id)
  }
  for (const o of view.orders.live) if (!o.reducing) add(o.instrument)
  for (const o of view.orders.external) if (o.side > 0) add(o.instrument)
  return taken
}
