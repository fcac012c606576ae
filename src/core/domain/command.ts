/** What the engine asks of the outside. Imperatives; each is answered, if at all, by an event. */
import type { Micros } from '../base/time.ts'
import type { OrderTerms } from './order.ts'
import type { Price, Qty } from './units.ts'

export interface SubmitOrder extends OrderTerms {
  readonly type: 'submit'
  readonly t: Micros
  readonly broker: number
  readonly orderId: number
  readonly intentId: number
}

export interface CancelOrder {
  readonly type: 'cancel'
  readonly t: Micros
  readonly broker: number
  readonly orderId: number
}

export interface ReplaceOrder {
  readonly type: 'replace'
  readonly t: Micros
  readonly broker: number
  readonly orderId: number
  readonly qty: Qty
  readonly limit: Price
  readonly stop: Price
}

export interface SetTimer {
  readonly type: 'setTimer'
  readonly t: Micros
  readonly timerId: number
  readonly due: Micros
}

/** Ask the broker what became of an order; answered by a report on it. */
export interface QueryOrder {
  readonly type: 'query'
  readonly t: Micros
  readonly broker: number
  readonly orderId: number
}

/** Ask the broker for its books; answered by a `BooksEvent`. */
export interface Reconcile {
  readonly type: 'reconcile'
  readonly t: Micros
  readonly broker: number
  readonly requestId: number
}

/** Try to connect at `at`. */
export interface Connect {
  readonly type: 'connect'
  readonly t: Micros
  readonly broker: number
  readonly at: Micros
}

export type BrokerRequest = QueryOrder | Reconcile | Connect
export type OrderCommand = SubmitOrder | CancelOrder | ReplaceOrder
export type Command = OrderCommand | BrokerRequest | SetTimer
