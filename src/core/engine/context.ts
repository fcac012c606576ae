/**
 * The agent's window on the desk: what it may see and ask during a handler. Decimals for reading, exact integers for
 * acting; a price or quantity that is no exact decimal of the instrument is denied as `structure`, never rounded.
 */
import { pow10, type Ratio } from '../base/fixed.ts'
import type { Micros } from '../base/time.ts'
import type {
  AgentContext,
  AgentLimits,
  OrderAnswer,
  OrderRequest,
  OrderView,
  PositionView,
} from '../decision/agent.ts'
import type { ParamSchema, ParamValues } from '../decision/params.ts'
import { type Instrument, notionalScale } from '../domain/instrument.ts'
import { moneyDecimals } from '../domain/units.ts'
import { isShut } from '../execution/checks/market.ts'
import { checkFx } from '../execution/checks/market.ts'
import { isLive } from '../execution/lifecycle.ts'
import type { OrderRow } from '../execution/orders.ts'
import { route } from '../execution/router.ts'
import type { Desk } from './desk.ts'

/** An exact multiple of 10^-decimals as an integer, or NaN where the number is none. */
export function exactUnits(x: number, decimals: number): number {
  const scaled = x * pow10(decimals)
  const rounded = Math.round(scaled)
  return Math.abs(scaled - rounded) <= Math.abs(scaled) * 1e-12 ? rounded + 0 : Number.NaN
}

/** Values of declared indicators, looked up by instrument and column. */
export interface IndicatorValues {
  value(instrument: number, output: string): number
}

export class Context implements AgentContext {
  readonly symbols: readonly string[]
  readonly params: ParamValues<ParamSchema>
  readonly #desk: Desk
  readonly #ids: ReadonlyMap<string, number>
  readonly #indicators: IndicatorValues
  /** While a bar of the past is handled nothing can be ordered. */
  past = false

  constructor(desk: Desk, params: ParamValues<ParamSchema>, tradable: readonly Instrument[], values: IndicatorValues) {
    this.#desk = desk
    this.params = params
    this.symbols = tradable.map((i) => i.symbol)
    this.#ids = new Map(tradable.map((i) => [i.symbol, i.id]))
    this.#indicators = values
  }

  get now(): Micros {
    return this.#desk.t
  }

  get equityRaw(): number {
    return this.#desk.valuation.equity
  }

  get equity(): number {
    return this.#desk.valuation.equity / pow10(moneyDecimals(this.#desk.valuation.base))
  }

  get limits(): AgentLimits {
    const l = this.#desk.limits
    return {
      positionSize: l.positionSize.num / l.positionSize.den,
      dailyLoss: l.dailyLoss.num / l.dailyLoss.den,
      stopLoss: l.stopLoss.num / l.stopLoss.den,
      emergencyLoss: l.emergencyLoss.num / l.emergencyLoss.den,
      maxDailyOrders: l.maxDailyOrders,
      ordersToday: this.#desk.ordersToday,
      maxPositions: l.maxPositions,
    }
  }

  #id(symbol: string): number {
    const id = this.#ids.get(symbol)
    if (id === undefined) throw new Error(`no symbol ${symbol} in this run; it has ${this.symbols.join(', ')}`)
    return id
  }

  cashRaw(currency: string): number {
    const index = this.#desk.ledger.currencies.indexOf(currency)
    let sum = 0
    if (index >= 0) for (const of of this.#desk.ledger.cash) sum += of[index] as number
    return sum
  }

  cash(currency: string): number {
    return this.cashRaw(currency) / pow10(currency === 'KRW' || currency === 'JPY' ? 4 : 6)
  }

  positionRaw(symbol: string): number {
    return this.#desk.ledger.held(this.#id(symbol))
  }

  position(symbol: string): PositionView {
    const id = this.#id(symbol)
    const instrument = this.#desk.instrument(id)
    let qty = 0
    let cost = 0
    for (const of of this.#desk.ledger.positions) {
      qty += of[id]?.qty ?? 0
      cost += of[id]?.cost ?? 0
    }
    const avgEntry = qty === 0 ? undefined : cost / Math.abs(qty) / pow10(instrument.priceDecimals)
    return { qty: qty / pow10(instrument.qtyDecimals), avgEntry }
  }

  mark(symbol: string): number | undefined {
    const id = this.#id(symbol)
    const { mark2 } = this.#desk.market.of(id)
    return mark2 > 0 ? mark2 / 2 / pow10(this.#desk.instrument(id).priceDecimals) : undefined
  }

  bid(symbol: string): number | undefined {
    return this.#side(symbol, 'bid')
  }

  ask(symbol: string): number | undefined {
    return this.#side(symbol, 'ask')
  }

  #side(symbol: string, side: 'bid' | 'ask'): number | undefined {
    const id = this.#id(symbol)
    const price = this.#desk.market.of(id)[side]
    return price > 0 ? price / pow10(this.#desk.instrument(id).priceDecimals) : undefined
  }

  openOrders(symbol?: string): readonly OrderView[] {
    const id = symbol === undefined ? -1 : this.#id(symbol)
    const rows = id < 0 ? this.#desk.orders.live : this.#desk.orders.liveOf(id)
    return rows.length === 0 ? NONE : rows.map((row) => orderView(this.#desk, row))
  }

  canOpen(symbol: string): boolean {
    const desk = this.#desk
    const id = this.#id(symbol)
    if (this.past) return false
    if (desk.state !== 'LIVE' || desk.losses.dailyTripped || desk.ordersToday >= desk.limits.maxDailyOrders)
      return false
    if (isShut(desk.market, id, desk.t, false)) return false
    if (!desk.market.isFresh(id, desk.t)) return false
    if (desk.t < desk.blockedUntil(id, 1) || desk.runaway || !desk.clockTrusted || desk.unacknowledged(id)) return false
    if (!desk.brokers.some((_, broker) => desk.mayOpen(broker))) return false
    return !checkFx(desk, { instrument: id } as never, false)
  }

  sizeFor(symbol: string, share: Ratio): number {
    const id = this.#id(symbol)
    const desk = this.#desk
    const instrument = desk.instrument(id)
    const { mark2 } = desk.market.of(id)
    const rate = desk.valuation.rate(desk.ledger.currencyOf(id))
    const equity = desk.valuation.limitBase()
    if (mark2 <= 0 || rate === undefined || equity <= 0) return 0
    const { mul, div } = notionalScale(instrument)
    // qty · mark2/2 · 1.02 · mul/div · rate ≤ share · E, solved for qty and rounded down to the lot.
    const top = BigInt(equity) * BigInt(share.num) * 200n * BigInt(div) * BigInt(rate.den)
    const bottom = BigInt(share.den) * 102n * BigInt(mark2) * BigInt(mul) * BigInt(rate.num)
    const units = Number(top / bottom)
    return (units - (units % instrument.lot)) / pow10(instrument.qtyDecimals)
  }

  indicator(symbol: string, output: string): number {
    return this.#indicators.value(this.#id(symbol), output)
  }

  order(r: OrderRequest): OrderAnswer {
    if (this.past) return IN_THE_PAST
    const desk = this.#desk
    const id = this.#id(r.symbol)
    const instrument = desk.instrument(id)
    const terms = {
      instrument: id,
      side: r.side === 'buy' ? 1 : -1,
      orderType: r.type ?? 'market',
      qty: exactUnits(r.qty, instrument.qtyDecimals),
      limit: r.limit === undefined ? 0 : exactUnits(r.limit, instrument.priceDecimals),
      stop: r.stop === undefined ? 0 : exactUnits(r.stop, instrument.priceDecimals),
      timeInForce: r.timeInForce ?? 'DAY',
    } as const
    const intent = { ...terms, intentId: desk.nextIntentId++, broker: route(desk, terms), origin: 'agent' } as const
    const answer = desk.place(intent, r.rule ?? '', r.notes)
    return 'orderId' in answer ? { ok: true, orderId: answer.orderId } : { ok: false, reasons: answer.reasons }
  }

  buy(symbol: string, qty: number, rule = ''): OrderAnswer {
    return this.order({ symbol, side: 'buy', qty, rule })
  }

  sell(symbol: string, qty: number, rule = ''): OrderAnswer {
    return this.order({ symbol, side: 'sell', qty, rule })
  }

  cancel(orderId: number): boolean {
    if (this.past) return false
    const row = this.#desk.orders.get(orderId)
    if (row === undefined || !isLive(row.state) || row.origin !== 'agent') return false
    return this.#desk.cancel(row, 'agent')
  }

  replace(orderId: number, change: { qty?: number; limit?: number; stop?: number }): OrderAnswer {
    if (this.past) return IN_THE_PAST
    const row = this.#desk.orders.get(orderId)
    if (row === undefined || !isLive(row.state) || row.origin !== 'agent') return { ok: false, reasons: ['duplicate'] }
    const { priceDecimals, qtyDecimals } = this.#desk.instrument(row.instrument)
    const terms = {
      qty: change.qty === undefined ? row.qty : exactUnits(change.qty, qtyDecimals),
      limit: change.limit === undefined ? row.limit : exactUnits(change.limit, priceDecimals),
      stop: change.stop === undefined ? row.stop : exactUnits(change.stop, priceDecimals),
    }
    const reasons = this.#desk.replace(row, terms, 'agent')
    return reasons.length === 0 ? { ok: true, orderId } : { ok: false, reasons }
  }

  setTimer(at: Micros): number {
    return this.#desk.setTimer(at)
  }

  note(symbol: string, rule: string, notes?: Readonly<Record<string, number>>): void {
    if (this.past) return
    this.#desk.decision(this.#id(symbol), 'note', rule, 0, 0, 0, 0, notes)
  }
}

const NONE: readonly OrderView[] = []
const IN_THE_PAST: OrderAnswer = { ok: false, reasons: ['state'] }

export function orderView(desk: Desk, row: OrderRow): OrderView {
  const { symbol, priceDecimals, qtyDecimals } = desk.instrument(row.instrument)
  return {
    orderId: row.orderId,
    symbol,
    side: row.side > 0 ? 'buy' : 'sell',
    type: row.orderType,
    qty: row.qty / pow10(qtyDecimals),
    cumQty: row.cumQty / pow10(qtyDecimals),
    limit: row.limit > 0 ? row.limit / pow10(priceDecimals) : undefined,
    stop: row.stop > 0 ? row.stop / pow10(priceDecimals) : undefined,
    state: row.state,
  }
}
