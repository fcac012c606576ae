/**
 * What an agent is: plain state, made once, and handlers that look at one event and act through the context. It sees
 * decimals (numbers in currency units) and the exact scaled integers beside them. Its state must be plain data
 * (numbers, strings, booleans, arrays, objects of these), so that a run can be stopped and restored at any event.
 *
 * During a handler nothing but the arguments may be read: no clock, no randomness, no timers, no network, no files,
 * no process. The harness makes such a read fail with its file and line.
 */
import type { Ratio } from '../base/fixed.ts'
import type { Micros } from '../base/time.ts'
import type { IndicatorFactory } from '../data/indicators/indicator.ts'
import type { ActionKind, BarEvent, QuoteEvent, TradeEvent } from '../domain/event.ts'
import type { OrderState, OrderType, TimeInForce } from '../domain/order.ts'
import type { DenialReason } from '../domain/reason.ts'
import type { ParamSchema, ParamValues } from './params.ts'

/** A finished bar of one symbol. Prices in currency units, volume in units; `raw` holds the exact integers. */
export interface Bar {
  readonly symbol: string
  /** End of the bar, which is when it is known. */
  readonly t: Micros
  readonly start: Micros
  /** Length in microseconds; 0 for a session bar. */
  readonly interval: Micros
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
  readonly raw: BarEvent
}

export interface Quote {
  readonly symbol: string
  readonly t: Micros
  readonly bid: number
  readonly ask: number
  readonly bidSize: number
  readonly askSize: number
  readonly raw: QuoteEvent
}

export interface Trade {
  readonly symbol: string
  readonly t: Micros
  readonly price: number
  readonly size: number
  readonly raw: TradeEvent
}

export interface Fill {
  readonly symbol: string
  readonly t: Micros
  readonly orderId: number
  readonly side: 'buy' | 'sell'
  readonly qty: number
  readonly price: number
  /** Exact price in the instrument's units. */
  readonly rawPrice: number
}

/** A corporate action. The harness has already carried positions, bars and indicators over to the new shares. */
export interface Action {
  readonly symbol: string
  readonly t: Micros
  readonly kind: ActionKind
  /** `num` new shares for `den` old ones; 1 and 1 where it is no split. */
  readonly num: number
  readonly den: number
  /** Dividend per share in currency units, before tax. */
  readonly amount: number
}

/** A live or just finished order of the agent. */
export interface OrderView {
  readonly orderId: number
  readonly symbol: string
  readonly side: 'buy' | 'sell'
  readonly type: OrderType
  readonly qty: number
  readonly cumQty: number
  readonly limit: number | undefined
  readonly stop: number | undefined
  readonly state: OrderState
}

export interface PositionView {
  readonly qty: number
  /** Average entry in currency units without fees; undefined while flat. */
  readonly avgEntry: number | undefined
}

/** What an agent asks for. Quantities in units; prices in currency units, exact decimals of the venue's tick. */
export interface OrderRequest {
  readonly symbol: string
  readonly side: 'buy' | 'sell'
  readonly qty: number
  readonly type?: OrderType
  readonly limit?: number
  readonly stop?: number
  readonly timeInForce?: TimeInForce
  /** A word for `decisions.csv`: why. */
  readonly rule?: string
  /** Numbers for `decisions.csv`, e.g. indicator values. */
  readonly notes?: Readonly<Record<string, number>>
}

export type OrderAnswer =
  | { readonly ok: true; readonly orderId: number }
  | { readonly ok: false; readonly reasons: readonly DenialReason[] }

/** Everything an agent can see and do during a handler. */
export interface AgentContext<P extends ParamSchema = ParamSchema> {
  /** Time of the event being handled. */
  readonly now: Micros
  readonly symbols: readonly string[]
  readonly params: ParamValues<P>
  /** Equity in base currency units, and exactly in money units. */
  readonly equity: number
  readonly equityRaw: number
  readonly limits: AgentLimits
  cash(currency: string): number
  /** Cash in money units, exact; all brokers. */
  cashRaw(currency: string): number
  position(symbol: string): PositionView
  /** Position in quantity units, exact. */
  positionRaw(symbol: string): number
  /** Last valid mark in currency units; undefined before the first. */
  mark(symbol: string): number | undefined
  bid(symbol: string): number | undefined
  ask(symbol: string): number | undefined
  openOrders(symbol?: string): readonly OrderView[]
  /** May an opening order in this symbol pass the state, session, data and count checks at this moment? */
  canOpen(symbol: string): boolean
  /** floor(share · E / (1.02 · mark)) in units, rounded down to the lot; 0 when nothing fits or no mark is known. */
  sizeFor(symbol: string, share: Ratio): number
  /** Latest value of a declared indicator output, NaN until warm. */
  indicator(symbol: string, output: string): number
  order(request: OrderRequest): OrderAnswer
  buy(symbol: string, qty: number, rule?: string): OrderAnswer
  sell(symbol: string, qty: number, rule?: string): OrderAnswer
  cancel(orderId: number): boolean
  replace(
    orderId: number,
    change: { readonly qty?: number; readonly limit?: number; readonly stop?: number },
  ): OrderAnswer
  /** Asks for `onTimer` at or after `at`; returns the timer's id. */
  setTimer(at: Micros): number
  /** Writes a row to `decisions.csv` without an order. */
  note(symbol: string, rule: string, notes?: Readonly<Record<string, number>>): void
}

/** The limits an agent may know; the gate enforces them whatever the agent does. */
export interface AgentLimits {
  readonly positionSize: number
  readonly dailyLoss: number
  readonly stopLoss: number
  readonly emergencyLoss: number
  readonly maxDailyOrders: number
  readonly ordersToday: number
  readonly maxPositions: number
}

/** What an agent wants to hear. `bars`: lengths like '1m', '5m', '1h', or 'tape' for the tape's own. */
export interface Subscription {
  readonly bars?: readonly string[]
  readonly quotes?: boolean
  readonly trades?: boolean
  /**
   * Indicators kept by the harness on the first of `bars`: by name ('rsi:14'), or a function that makes one of your
   * own. Shown by `features --agent`, part of snapshots.
   */
  readonly indicators?: readonly (string | IndicatorFactory)[]
}

export interface AgentDefinition<S = unknown, P extends ParamSchema = ParamSchema> {
  readonly name: string
  readonly params?: P
  subscribe(params: ParamValues<P>): Subscription
  /** The state before the first event; plain data. */
  init(params: ParamValues<P>, symbols: readonly string[]): S
  onBar?(state: S, bar: Bar, ctx: AgentContext<P>): void
  onQuote?(state: S, quote: Quote, ctx: AgentContext<P>): void
  onTrade?(state: S, trade: Trade, ctx: AgentContext<P>): void
  onFill?(state: S, fill: Fill, ctx: AgentContext<P>): void
  onOrder?(state: S, order: OrderView, ctx: AgentContext<P>): void
  /** For agents that keep prices or quantities of their own: they must be rescaled here. */
  onAction?(state: S, action: Action, ctx: AgentContext<P>): void
  onTimer?(state: S, timerId: number, ctx: AgentContext<P>): void
}

/** Names a definition's types; returns it unchanged. */
export function defineAgent<S, P extends ParamSchema>(agent: AgentDefinition<S, P>): AgentDefinition<S, P> {
  return agent
}
