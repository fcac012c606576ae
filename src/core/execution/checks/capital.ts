/**
 * Exposure (R-09 … R-13) and cash. Values are taken in doubled price × 100, so that a mid and the 2 % of a
 * market order stay integers; nothing is rounded before a comparison where one instrument and one currency
 * are involved, and upwards where several must be added in base money.
 */
import { compareProducts, mulDiv } from '../../base/fixed.ts'
import { type Micros, SECOND } from '../../base/time.ts'
import { buyCosts, type FilledPart } from '../../domain/fees.ts'
import { type Instrument, notionalScale } from '../../domain/instrument.ts'
import type { OrderTerms } from '../../domain/order.ts'
import type { Money } from '../../domain/units.ts'
import type { GateView, OrderIntent, RiskCheck } from '../gate.ts'
import type { OrderRow } from '../orders.ts'

const KOREAN: ReadonlySet<string> = new Set(['KRX', 'NXT'])

type Priced = Pick<OrderTerms, 'orderType' | 'side' | 'limit' | 'stop'>

/** v of R-10 as price × 200: max(limit, mark) for a limit buy, mark + 2 % for a market order. */
export function value200(order: Priced, mark2: number): number {
  if (order.orderType === 'limit' || order.orderType === 'stopLimit') {
    const limit2 = 2 * order.limit
    return 100 * (order.side > 0 ? Math.max(limit2, mark2) : Math.min(limit2, mark2))
  }
  const price2 = order.stop > 0 && order.side > 0 ? Math.max(2 * order.stop, mark2) : mark2
  return price2 * (order.side > 0 ? 102 : 98)
}

/** Σ over position, live opening orders and (for its own instrument) the new order, in quantity × price × 200. */
export function exposure200(view: GateView, instrument: number, extra: OrderIntent | undefined): number {
  const mark2 = view.market.of(instrument).mark2
  let held = 0
  for (const of of view.ledger.positions) held += Math.abs(of[instrument]?.qty ?? 0) + (of[instrument]?.external ?? 0)
  let sum = held * mark2 * 100
  for (const o of view.orders.live) {
    if (o.instrument !== instrument || o.reducing) continue
    const next = { ...o, limit: Math.max(o.limit, o.nextLimit), stop: Math.max(o.stop, o.nextStop) }
    sum += view.orders.leaves(o) * value200(next, mark2)
  }
  for (const o of view.orders.external) {
    if (o.instrument !== instrument || o.side < 0) continue
    sum +=
      (o.qty - o.cumQty) *
      value200({ orderType: o.limit > 0 ? 'limit' : 'market', side: 1, limit: o.limit, stop: 0 }, mark2)
  }
  if (extra !== undefined) sum += extra.qty * value200(extra, mark2)
  return sum
}

/** X of R-09 in base money, rounded up: holdings, live opening orders and this one, over its economic family. */
export function exposureInBase(view: GateView, intent: OrderIntent): Money {
  const own = view.market.instruments[intent.instrument] as Instrument
  let sum = 0
  for (const i of view.market.instruments) {
    if (i.economicId !== own.economicId) continue
    const rate = view.valuation.rate(view.ledger.currencyOf(i.id))
    if (rate === undefined) continue
    const { mul, div } = notionalScale(i)
    const x = exposure200(view, i.id, i.id === own.id ? intent : undefined)
    sum += mulDiv(mulDiv(x, mul, 200 * div, 'up'), rate.num, rate.den, 'up')
  }
  return sum
}

/** den · X ≤ num · E, exact; X adds up the same economic instrument wherever it is listed. */
export const checkExposure: RiskCheck = (view, intent, reducing) => {
  if (reducing) return false
  const { instruments } = view.market
  const own = instruments[intent.instrument] as Instrument
  const { num, den } = view.limits.positionSize
  const equity = view.valuation.limitBase()
  if (equity <= 0) return true
  const family = instruments.filter((i) => i.economicId === own.economicId)
  if (family.length === 1) {
    const rate = view.valuation.rate(view.ledger.currencyOf(own.id))
    if (rate === undefined) return true
    const { mul, div } = notionalScale(own)
    const x = exposure200(view, own.id, intent)
    return compareProducts(x, den * mul * rate.num, equity, num * 200 * div * rate.den) > 0
  }
  let sum = 0
  for (const i of family) {
    const rate = view.valuation.rate(view.ledger.currencyOf(i.id))
    if (rate === undefined) return true
    const { mul, div } = notionalScale(i)
    const x = exposure200(view, i.id, i.id === own.id ? intent : undefined)
    sum += mulDiv(mulDiv(x, mul, 200 * div, 'up'), rate.num, rate.den, 'up')
  }
  return compareProducts(sum, den, equity, num) > 0
}

/** Cash that live buys of a broker may still take in a currency: value at v and the worst fee. */
export function reservedCash(view: GateView, broker: number, currency: number): Money {
  let sum = 0
  for (const o of view.orders.live) {
    if (o.broker !== broker || o.side < 0 || view.ledger.currencyOf(o.instrument) !== currency) continue
    const next = { ...o, limit: Math.max(o.limit, o.nextLimit), stop: Math.max(o.stop, o.nextStop) }
    sum += cashNeed(view, next, o.instrument, view.orders.leaves(o), filledPart(view, o))
  }
  return sum
}

/** What a live order has filled: the rest of it bears only what its fills did not. */
function filledPart(view: GateView, o: OrderRow): FilledPart {
  const { mul, div } = notionalScale(view.market.instruments[o.instrument] as Instrument)
  return { qty: o.cumQty, value: mulDiv(o.cumValue, mul, div, 'down') }
}

export function cashNeed(view: GateView, order: Priced, instrumentId: number, qty: number, filled?: FilledPart): Money {
  const instrument = view.market.instruments[instrumentId] as Instrument
  const mark200 = value200(order, view.market.of(instrumentId).mark2)
  // Korean brokers take cash for an order at market at the day's upper limit price.
  const upper =
    order.limit === 0 && KOREAN.has(instrument.venue) ? (view.market.priceRange(instrumentId)?.high ?? 0) : 0
  const v200 = Math.max(mark200, 200 * upper)
  const { mul, div } = notionalScale(instrument)
  const value = mulDiv(qty * mul, v200, 200 * div, 'up')
  return value + buyCosts(view.fees, instrument, qty, Math.ceil(v200 / 200), view.t, filled)
}

/** a buy needs free cash of its currency at its broker; nothing is borrowed or converted in silence. */
export const checkCash: RiskCheck = (view, intent) => {
  if (intent.side < 0) return false
  const held = view.ledger.position(intent.broker, intent.instrument).qty
  if (held < 0) return false
  const currency = view.ledger.currencyOf(intent.instrument)
  const need = cashNeed(view, intent, intent.instrument, intent.qty)
  return need > freeCash(view, intent.broker, currency)
}

/** Base currency that foreign purchases of an integrated account will still take: their debts and reservations. */
function lentAbroad(view: GateView, broker: number, currency: number): Money {
  if (view.brokers[broker]?.funding !== 'integrated') return 0
  let sum = 0
  view.ledger.currencies.forEach((_, foreign) => {
    if (foreign === currency) return
    const rate = view.valuation.rate(foreign)
    const debt = reservedCash(view, broker, foreign) + Math.max(0, -view.ledger.cashOf(broker, foreign))
    if (rate !== undefined && debt > 0) sum += mulDiv(debt, rate.num, rate.den, 'up')
  })
  return sum
}

/** A buying-power answer counts this long. */
const POWER_AGE: Micros = 60 * SECOND

/**
 * What may still be spent of a currency at a broker: its cash less what live buys reserve. Where the account buys foreign
 * stock out of base currency by the broker's own rule, the last answer on buying power is the bound, less what was
 * sent since; an old or missing answer leaves nothing.
 */
export function freeCash(view: GateView, broker: number, currency: number): Money {
  const reserved = reservedCash(view, broker, currency)
  const integrated =
    view.brokers[broker]?.funding === 'integrated' && view.ledger.currencies[currency] !== view.valuation.base
  if (!integrated) return view.ledger.cashOf(broker, currency) - reserved - lentAbroad(view, broker, currency)
  const power = view.buyingPower(broker, currency)
  if (power === undefined || view.t - power.t > POWER_AGE) return 0
  const spent = Math.max(0, power.cash - view.ledger.cashOf(broker, currency))
  return power.amount - spent - reserved
}
