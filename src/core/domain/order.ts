/** Words of an order, as FIX has them. */
import type { Micros } from '../base/time.ts'
import type { Price, Qty, Side } from './units.ts'

export const ORDER_TYPES = ['market', 'limit', 'stop', 'stopLimit'] as const
export type OrderType = (typeof ORDER_TYPES)[number]

/**
 * DAY ends with the session, GTC stays, IOC fills what it can at once, FOK all or nothing at once. OPG and CLS take part
 * in the next opening or closing auction and in nothing else (FIX 59 = 2, 7). Records hold the index: new ones go last.
 */
export const TIMES_IN_FORCE = ['DAY', 'GTC', 'IOC', 'FOK', 'OPG', 'CLS'] as const
export type TimeInForce = (typeof TIMES_IN_FORCE)[number]

export const ORDER_STATES = [
  'pendingNew',
  'new',
  'partiallyFilled',
  'pendingCancel',
  'pendingReplace',
  'unknown',
  'filled',
  'canceled',
  'expired',
  'rejected',
] as const
export type OrderState = (typeof ORDER_STATES)[number]

/** What a venue is asked to work. `limit` and `stop` are 0 where the type has none. */
export interface OrderTerms {
  readonly instrument: number
  readonly side: Side
  readonly orderType: OrderType
  readonly qty: Qty
  readonly limit: Price
  readonly stop: Price
  readonly timeInForce: TimeInForce
}

export interface Order extends OrderTerms {
  readonly orderId: number
  readonly intentId: number
  readonly broker: number
  readonly sentAt: Micros
  readonly state: OrderState
  readonly cumQty: Qty
}
