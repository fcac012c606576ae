/**
 * Everything that can reach the engine. Facts in the past tense; times are microseconds UTC, prices and quantities
 * integers in the instrument's scales (`units.ts`). `t` is engine time: receive time for ticks, the end for bars.
 */
import type { Micros } from '../base/time.ts'
import type { ControlEvent } from './control.ts'
import type { StatusReason, TradingStatus } from './phase.ts'
import type { RejectReason } from './reason.ts'
import type { Money, Price, Qty, Side } from './units.ts'

/** Bit flags of a trade or quote row: the low 32 bits are the US tick conditions, above them our own. */
export const FLAG_SUSPICIOUS = 2 ** 32

/** Best bid or ask as published. A side with price 0 is not in this row: one-sided rows keep the other side. */
export interface QuoteEvent {
  readonly type: 'quote'
  readonly t: Micros
  readonly venueT: Micros
  readonly instrument: number
  readonly bid: Price
  readonly ask: Price
  readonly bidSize: Qty
  readonly askSize: Qty
  readonly flags: number
}

export interface TradeEvent {
  readonly type: 'trade'
  readonly t: Micros
  readonly venueT: Micros
  readonly instrument: number
  readonly price: Price
  readonly size: Qty
  readonly flags: number
}

/**
 * A finished bar. `t` is its end (session bars: the session's close). Without trades (quote-only bars) the four
 * prices and the volume are 0; the quote columns are 0 where the tape has none.
 */
export interface BarEvent {
  readonly type: 'bar'
  readonly t: Micros
  readonly start: Micros
  readonly instrument: number
  readonly open: Price
  readonly high: Price
  readonly low: Price
  readonly close: Price
  readonly volume: Qty
  readonly bidOpen: Price
  readonly askOpen: Price
  readonly bidClose: Price
  readonly askClose: Price
}

/**
 * A bar from before the session (or from a time when it did not run), told late: it warms indicators and agents up and
 * touches neither marks nor orders. `t` is when it was told, `end` when the bar ended.
 */
export interface HistoryEvent {
  readonly type: 'history'
  readonly t: Micros
  readonly start: Micros
  readonly end: Micros
  readonly instrument: number
  readonly open: Price
  readonly high: Price
  readonly low: Price
  readonly close: Price
  readonly volume: Qty
}

/** Exchange rate: one unit of the instrument's base currency in its quote currency, 10^-priceDecimals. */
export interface FxEvent {
  readonly type: 'fx'
  readonly t: Micros
  readonly venueT: Micros
  readonly instrument: number
  readonly rate: Price
}

/** The instrument stopped or resumed trading outside the calendar's phases (R-29, F-44). */
export interface StatusEvent {
  readonly type: 'status'
  readonly t: Micros
  readonly venueT: Micros
  readonly instrument: number
  readonly status: TradingStatus
  readonly reason: StatusReason
  /** When the venue expects to resume; 0 where it does not say. Information only: resuming is an event of its own. */
  readonly until: Micros
  /** Whose venue said so by its own rules (an index as in reports); absent on rows of a tape. */
  readonly broker?: number
}

export const ACTION_KINDS = ['split', 'dividend', 'rename'] as const
export type ActionKind = (typeof ACTION_KINDS)[number]

/**
 * A corporate action of an instrument, at the local midnight that starts its first session without the right.
 * `split`: num new shares for den old ones. `dividend`: `amount` per share held, in 10^-8 of the instrument's currency,
 * of which `withheld` is kept back as tax. `rename`: the same shares under another symbol.
 */
export interface ActionEvent {
  readonly type: 'action'
  readonly t: Micros
  readonly instrument: number
  readonly kind: ActionKind
  readonly num: number
  readonly den: number
  readonly amount: number
  readonly withheld: number
}

export type MarketEvent = QuoteEvent | TradeEvent | BarEvent | FxEvent

/** What reference data or a venue says of an instrument besides its prices. */
export type ReferenceEvent = StatusEvent | ActionEvent

interface ReportBase {
  readonly t: Micros
  /** Index of the reporting broker in the run's broker list. */
  readonly broker: number
  /** Our order id counter. */
  readonly orderId: number
}

export interface OrderAccepted extends ReportBase {
  readonly type: 'accepted'
}
export interface OrderRejected extends ReportBase {
  readonly type: 'rejected'
  readonly reason: RejectReason
}
export interface OrderFilled extends ReportBase {
  readonly type: 'filled'
  /** Ordinal of the fill within its order at that broker, from 1: with the order id the identity of the execution. */
  readonly fillNo: number
  readonly instrument: number
  readonly side: Side
  readonly qty: Qty
  readonly price: Price
  readonly fee: Money
  readonly tax: Money
  /** Filled quantity of the order including this fill. */
  readonly cumQty: Qty
}
export interface OrderCanceled extends ReportBase {
  readonly type: 'canceled'
}
export interface OrderExpired extends ReportBase {
  readonly type: 'expired'
}
export interface OrderReplaced extends ReportBase {
  readonly type: 'replaced'
  readonly qty: Qty
  readonly limit: Price
  readonly stop: Price
}
export interface CancelRejected extends ReportBase {
  readonly type: 'cancelRejected'
  readonly reason: RejectReason
}
export interface ReplaceRejected extends ReportBase {
  readonly type: 'replaceRejected'
  readonly reason: RejectReason
}

/** The venue took a fill back (F-28). */
export interface FillBusted extends ReportBase {
  readonly type: 'busted'
  readonly fillNo: number
}
/** The venue revised a fill: these terms replace the ones before (F-29). */
export interface FillCorrected extends ReportBase {
  readonly type: 'corrected'
  readonly fillNo: number
  readonly qty: Qty
  readonly price: Price
  readonly fee: Money
  readonly tax: Money
}
/** The broker's own figure for what a fill costs; replaces the estimate booked with it. */
export interface CommissionReported extends ReportBase {
  readonly type: 'commission'
  readonly fillNo: number
  readonly fee: Money
  readonly tax: Money
}
/**
 * The broker answered a query and does not know the order. `proves`: at that broker, environment and hour the query
 * shows every order, so that two such answers 5 s apart prove absence (F-14).
 */
export interface OrderAbsent extends ReportBase {
  readonly type: 'absent'
  readonly proves: boolean
}

export type ReportEvent =
  | OrderAccepted
  | OrderRejected
  | OrderFilled
  | OrderCanceled
  | OrderExpired
  | OrderReplaced
  | CancelRejected
  | ReplaceRejected
  | FillBusted
  | FillCorrected
  | CommissionReported
  | OrderAbsent

/** A timer that was set by command came due. */
export interface TimerEvent {
  readonly type: 'timer'
  readonly t: Micros
  readonly timerId: number
}

/** Cash that moved without a fill. `amount` is signed money of `currency`. */
export interface CashEvent {
  readonly type: 'cash'
  readonly t: Micros
  readonly broker: number
  readonly currency: number
  readonly amount: Money
  readonly kind: CashKind
}

export const CASH_KINDS = [
  'fill',
  'fee',
  'tax',
  'dividend',
  'withholding',
  'interest',
  'fx_conversion',
  'deposit',
  'withdrawal',
  'correction',
] as const
export type CashKind = (typeof CASH_KINDS)[number]

/** What a tape can hold. */
export type TapeEvent = MarketEvent | ReferenceEvent

export type EngineEvent =
  | MarketEvent
  | ReferenceEvent
  | HistoryEvent
  | ReportEvent
  | TimerEvent
  | CashEvent
  | ControlEvent
