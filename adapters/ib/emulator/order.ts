/** An order as TWS keeps it: what the client wrote, where it stands, and what came of it. */
import type { Micros } from '../../../src/core/base/time.ts'
import type { OrderType, TimeInForce } from '../../../src/core/domain/order.ts'
import type { Money } from '../../../src/core/domain/units.ts'
import type { Values } from '../wire/layout.ts'
import type { Account } from './account.ts'
import type { Listing } from './listing.ts'

export type Status =
  | 'ApiPending'
  | 'PreSubmitted'
  | 'Submitted'
  | 'PendingCancel'
  | 'ApiCancelled'
  | 'Cancelled'
  | 'Filled'
  | 'Inactive'

/** Terms that were read and checked: prices and quantities in the listing's units, 0 where the type has none. */
export interface Terms {
  readonly side: 1 | -1
  readonly orderType: OrderType
  readonly timeInForce: TimeInForce
  readonly qty: number
  readonly limit: number
  readonly stop: number
  /** Cancelled at this moment (GTD). */
  readonly goodTill: Micros | undefined
  /** Not sent to the venue before (GAT). */
  readonly goodAfter: Micros | undefined
  readonly outsideRth: boolean
  readonly transmit: boolean
  readonly parentId: number
  readonly ocaGroup: string
  /** 1 cancels the others, 2 and 3 reduce them. */
  readonly ocaType: number
  readonly orderRef: string
  /** All fields of PLACE_ORDER, for the echo. */
  readonly fields: Values
}

/** Where an order is: not sent on, held by TWS until something else happens, at the venue, or over. */
export type Stage = 'untransmitted' | 'held' | 'working' | 'done'

export interface IbOrder {
  /** The client's number; 0 for an order made by hand, negative once one is bound. */
  orderId: number
  readonly clientId: number
  readonly permId: number
  readonly account: Account
  readonly listing: Listing
  readonly at: Micros
  terms: Terms
  stage: Stage
  status: Status
  whyHeld: string
  /** Ordinal at the simulated venue, new with each sending; 0 while it was never sent. */
  venueId: number
  filled: number
  /** Sum of price × quantity over the fills. */
  amount: number
  lastFillPrice: number
  /** Commission and taxes so far. */
  costs: Money
  doneAt: Micros
  /** As COMPLETED_ORDER says it. */
  outcome: string
  /** True once a stop was reached. */
  triggered: boolean
}

export interface Execution {
  /** Four groups; the last one counts revisions. */
  execId: string
  readonly order: IbOrder
  readonly t: Micros
  readonly side: 1 | -1
  qty: number
  price: number
  readonly exchange: string
  costs: Money
  amount: Money
  /** Only where the fill closed something. */
  realized: Money | undefined
  cumQty: number
  /** Sum of price × quantity of the order up to here. */
  cumAmount: number
  revision: number
}

export function leavesOf(o: IbOrder): number {
  return Math.max(0, o.terms.qty - o.filled)
}

export function isOver(o: IbOrder): boolean {
  return o.stage === 'done'
}

export function isStop(terms: Terms): boolean {
  return terms.orderType === 'stop' || terms.orderType === 'stopLimit'
}

/** Whose order it is, and of what. */
export type Owner = Pick<IbOrder, 'clientId' | 'orderId' | 'account' | 'listing'>

/** Entered and not sent on. */
export function newOrder(owner: Owner, permId: number, terms: Terms, at: Micros): IbOrder {
  return {
    ...owner,
    permId,
    at,
    terms,
    stage: 'untransmitted',
    status: 'ApiPending',
    whyHeld: '',
    venueId: 0,
    filled: 0,
    amount: 0,
    lastFillPrice: 0,
    costs: 0,
    doneAt: 0,
    outcome: '',
    triggered: false,
  }
}

/** What the desk says of an order. */
export type OrderEvent =
  /** A new or changed state worth an OPEN_ORDER and an ORDER_STATUS. */
  | { readonly type: 'state'; readonly order: IbOrder }
  | { readonly type: 'filled'; readonly order: IbOrder; readonly execution: Execution }
  | { readonly type: 'cancelled'; readonly order: IbOrder; readonly reason: string }
  | { readonly type: 'rejected'; readonly order: IbOrder; readonly reason: string }
