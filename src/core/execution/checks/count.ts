/** Checks that count: duplicates, shorts, minimum value, orders of the day, instruments held. */
import { compareProducts } from '../../base/fixed.ts'
import { notional } from '../../domain/fees.ts'
import type { Instrument } from '../../domain/instrument.ts'
import type { RiskCheck } from '../gate.ts'

/** UNKNOWN blocks opening there (I-12), a rejection blocks its side for 60 s, one exit at a time. */
export const checkDuplicate: RiskCheck = (view, intent, reducing) => {
  if (intent.origin !== 'agent')
    return view.orders.live.some(
      (o) => o.broker === intent.broker && o.instrument === intent.instrument && o.origin !== 'agent',
    )
  if (reducing) return false
  if (view.t < view.blockedUntil(intent.instrument, intent.side)) return true
  return view.orders.live.some(
    (o) => o.broker === intent.broker && o.instrument === intent.instrument && o.state === 'unknown',
  )
}

/** without permission to short a sell is at most what is held there less what other sells already offer. */
export const checkShort: RiskCheck = (view, intent) => {
  const instrument = view.market.instruments[intent.instrument] as Instrument
  if (intent.side > 0 || instrument.allowShort) return false
  const held = view.ledger.position(intent.broker, intent.instrument).qty
  return intent.qty > held - view.orders.reducingLeaves(intent.broker, intent.instrument, -1)
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

/** instruments with a position or a live opening order, over all brokers; adding to one of them is free. */
export const checkPositionCount: RiskCheck = (view, intent, reducing) => {
  if (reducing) return false
  const n = view.market.instruments.length
  if (n <= view.limits.maxPositions) return false
  const taken = new Set<number>()
  for (let i = 0; i < n; i++) {
    for (const of of view.ledger.positions) if (of[i]?.qty !== 0) taken.add(i)
  }
  for (const o of view.orders.live) if (!o.reducing) taken.add(o.instrument)
  return !taken.has(intent.instrument) && taken.size >= view.limits.maxPositions
}
