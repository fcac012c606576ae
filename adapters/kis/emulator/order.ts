/** An order as KIS keeps it: one number per order, modification and cancellation, linked by the original's number. */
import type { Micros } from '../../../src/core/base/time.ts'
import type { OrderType, TimeInForce } from '../../../src/core/domain/order.ts'
import type { Listing } from './listing.ts'

export interface KisOrder {
  readonly number: number
  /** Number of the order that this one modifies or cancels; 0 for a new one. */
  readonly original: number
  readonly action: 'new' | 'modify' | 'cancel'
  /** Korean date (days since 1970) and moment of entry. */
  readonly day: number
  readonly at: Micros
  readonly listing: Listing
  readonly side: 1 | -1
  /** ORD_DVSN as sent. */
  readonly division: string
  readonly orderType: OrderType
  readonly timeInForce: TimeInForce
  readonly qty: number
  /** Limit as sent, 0 for a market order. */
  readonly price: number
  readonly stop: number
  /** By whom: through this API, or at another terminal of the same account. */
  readonly medium: 'api' | 'hts'
  filled: number
  /** Sum of price × quantity over the fills, in price units. */
  amount: number
  canceled: number
  rejected: number
  rejectText: string
}

export function leavesOf(o: KisOrder): number {
  return o.qty - o.filled - o.canceled - o.rejected
}

export function isOpen(o: KisOrder): boolean {
  return o.action !== 'cancel' && leavesOf(o) > 0
}

/** Terms of an order that was checked. */
export interface OrderTicket {
  readonly listing: Listing
  readonly side: 1 | -1
  readonly division: string
  readonly orderType: OrderType
  readonly timeInForce: TimeInForce
  readonly qty: number
  readonly price: number
  readonly stop: number
  readonly medium: 'api' | 'hts'
}
