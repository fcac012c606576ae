/**
 * What reaches the engine besides the market and the reports on our orders: the state of a broker's link, what a broker
 * says it holds for us, what an operator wants, what became of the process. Facts in the past tense, as plain data.
 */
import type { Micros } from '../base/time.ts'
import type { Money, Price, Qty, Side } from './units.ts'

/**
 * `up`: logged in and first heartbeat seen. `failed`: an attempt to connect did not get there. `lost`: an
 * established link ended, by whichever side. `planned`, `plannedEnd`: a maintenance window of the broker. The last four
 * change nothing and are told to people: a login that a person must do is due or waited for, or the link takes no orders.
 */
export const LINK_STATES = [
  'up',
  'failed',
  'lost',
  'planned',
  'plannedEnd',
  'loginInADay',
  'loginInAnHour',
  'loginAwaited',
  'readOnly',
] as const
export type LinkState = (typeof LINK_STATES)[number]
/** What is only told. */
export type LinkNotice = Extract<LinkState, 'loginInADay' | 'loginInAnHour' | 'loginAwaited' | 'readOnly'>

export interface LinkEvent {
  readonly type: 'link'
  readonly t: Micros
  readonly broker: number
  readonly link: LinkState
}

/** Where an order stands by the broker's own books. */
export const BOOKED_STATES = ['working', 'filled', 'canceled', 'expired', 'rejected'] as const
export type BookedState = (typeof BOOKED_STATES)[number]

/** An order as the broker lists it; `orderId` is 0 where it is not ours (placed by hand or by another program). */
export interface BookedOrder {
  readonly orderId: number
  /** Distinguishes orders that are not ours; 0 for ours. */
  readonly externalId: number
  readonly instrument: number
  readonly side: Side
  readonly qty: Qty
  readonly cumQty: Qty
  /** 0 for an order at market. */
  readonly limit: Price
  readonly state: BookedState
}

/** An execution as the broker lists it. */
export interface BookedFill {
  readonly orderId: number
  readonly fillNo: number
  readonly instrument: number
  readonly side: Side
  readonly qty: Qty
  readonly price: Price
  readonly fee: Money
  readonly tax: Money
}

export interface BookedPosition {
  readonly instrument: number
  readonly qty: Qty
  /** What of it may be sold now, our own live sells not yet taken off. */
  readonly sellable: Qty
  /** Average entry by the broker, in price units; 0 where it does not say. */
  readonly avgPrice: Price
}

export interface BookedCash {
  readonly currency: number
  readonly amount: Money
}

/**
 * A broker's books at a moment. A list that is `null` was not delivered: that is never read as empty.
 * `requestId` is that of the reconcile command it answers.
 */
export interface BooksEvent {
  readonly type: 'books'
  readonly t: Micros
  readonly broker: number
  readonly requestId: number
  readonly orders: readonly BookedOrder[] | null
  readonly fills: readonly BookedFill[] | null
  readonly positions: readonly BookedPosition[] | null
  readonly cash: readonly BookedCash[] | null
}

/** How much of a currency the broker lets us spend now (R-17, integrated margin). */
export interface BuyingPowerEvent {
  readonly type: 'buyingPower'
  readonly t: Micros
  readonly broker: number
  readonly currency: number
  readonly amount: Money
}

/** A fill of an order that is not ours (F-30): counted, and opening in the symbol waits for an acknowledgement. */
export interface ExternalFill {
  readonly type: 'externalFill'
  readonly t: Micros
  readonly broker: number
  readonly instrument: number
  readonly side: Side
  readonly qty: Qty
  readonly price: Price
  readonly fee: Money
  readonly tax: Money
}

/**
 * `arm`: both factors of R-41 were checked outside. `stop`: end in order, keep positions. `kill`: R-38. `acknowledge`:
 * the operator has seen an external fill or a mismatch of the instrument and takes the broker's figure. `adopt`:
 * external holdings become managed. `explainCash`: what is unexplained is booked. `enable`: the
 * strategy may trade again. `clearEmergency`: a new total-loss base is written. `allot`: R-45.
 */
export const OPERATOR_ACTIONS = [
  'arm',
  'stop',
  'kill',
  'acknowledge',
  'adopt',
  'explainCash',
  'enable',
  'clearEmergency',
  'allot',
] as const
export type OperatorAction = (typeof OPERATOR_ACTIONS)[number]

export interface OperatorEvent {
  readonly type: 'operator'
  readonly t: Micros
  readonly action: OperatorAction
  /** -1 where the action is of none. */
  readonly broker: number
  readonly instrument: number
  /** `adopt`: how many. `explainCash`: index of CASH_KINDS. `allot`: money of base; 0 takes the allotment away. */
  readonly value: number
  /** `adopt`: entry price; 0 takes the mark. */
  readonly price: Price
}

/**
 * `restarted`: a new incarnation of the process begins; `value` 1 when an earlier arming is valid, 2 when it may
 * re-arm itself in full (paper). `failed`: R-39 (uncaught error, stall, journal or fsync failure). `clockOffset`: `value`
 * is local minus reference clock in microseconds. `moment`: only that time has passed; live runs step one when
 * nothing else comes. `clockSync`: what the machine says of its own clock, an index of CLOCK_SYNC; for the record, for a
 * machine that is wrong about itself is caught by `clockOffset`.
 */
export const SYSTEM_FACTS = ['restarted', 'failed', 'clockOffset', 'moment', 'clockSync'] as const
export type SystemFact = (typeof SYSTEM_FACTS)[number]

export const CLOCK_SYNC = ['unknown', 'synchronised', 'unsynchronised'] as const
export type ClockSync = (typeof CLOCK_SYNC)[number]

export interface SystemEvent {
  readonly type: 'system'
  readonly t: Micros
  readonly fact: SystemFact
  readonly value: number
}

/** A change of limits by the operator while the engine runs (I-45): names of `config/risk.yaml` with their ratios or counts. */
export interface LimitsEvent {
  readonly type: 'limits'
  readonly t: Micros
  readonly changes: readonly LimitChange[]
}

export const CHANGEABLE_LIMITS = [
  'dailyLoss',
  'positionSize',
  'stopLoss',
  'emergencyLoss',
  'maxDailyOrders',
  'maxPositions',
] as const
export type ChangeableLimit = (typeof CHANGEABLE_LIMITS)[number]

export interface LimitChange {
  readonly limit: ChangeableLimit
  /** Counts have `den` 1. */
  readonly num: number
  readonly den: number
}

export type ControlEvent =
  | LinkEvent
  | BooksEvent
  | BuyingPowerEvent
  | ExternalFill
  | OperatorEvent
  | SystemEvent
  | LimitsEvent
