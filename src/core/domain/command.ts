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

export type OrderCommand = SubmitOrder | CancelOrder | ReplaceOrder
export type Command = OrderCommand | SetTimer
