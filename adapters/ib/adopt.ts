/**
 * An order of ours that our own file does not know any more: a crash took its last lines, the reference on the order at
 * IB has the rest (F-12, F-13). It is taken back under its own id, with the terms that IB shows.
 */
import type { Contract, Execution, Order } from '@stoqey/ib'
import type { Micros } from '../../src/core/base/time.ts'
import type { OrderTerms, OrderType, TimeInForce } from '../../src/core/domain/order.ts'
import type { Contracts, IbListing } from './contracts.ts'
import type { OwnOrder, OwnOrders } from './own-orders.ts'

const TYPES: Readonly<Record<string, OrderType>> = {
  MKT: 'market',
  MOC: 'market',
  LMT: 'limit',
  LOC: 'limit',
  STP: 'stop',
  'STP LMT': 'stopLimit',
}
const TIMES: readonly TimeInForce[] = ['DAY', 'GTC', 'IOC', 'FOK', 'OPG']

export class Adoption {
  readonly #orders: OwnOrders
  readonly #contracts: Contracts
  readonly #now: () => Micros

  constructor(orders: OwnOrders, contracts: Contracts, now: () => Micros) {
    this.#orders = orders
    this.#contracts = contracts
    this.#now = now
  }

  order(wireId: number, contract: Contract, order: Order): OwnOrder | undefined {
    const orderId = this.#orders.lostId(order.orderRef)
    const listing = orderId === undefined ? undefined : this.#contracts.find(contract)
    const terms = listing === undefined ? undefined : termsOf(listing, order)
    if (orderId === undefined || listing === undefined || terms === undefined) return undefined
    return this.#orders.sent(orderId, wireId, listing, terms, this.#now())
  }

  /** Only what it filled is known; an open or completed order of it would have come first. */
  execution(contract: Contract, e: Execution): OwnOrder | undefined {
    const orderId = this.#orders.lostId(e.orderRef)
    const listing = orderId === undefined ? undefined : this.#contracts.find(contract)
    const qty = listing?.qty(e.cumQty)
    if (orderId === undefined || listing === undefined || qty === undefined) return undefined
    const side = e.side === 'BOT' ? 1 : -1
    const instrument = listing.instrument.id
    const terms = { instrument, side, orderType: 'market', qty, limit: 0, stop: 0, timeInForce: 'DAY' } as const
    return this.#orders.sent(orderId, e.orderId ?? 0, listing, terms, this.#now())
  }
}

function termsOf(listing: IbListing, order: Order): OrderTerms | undefined {
  const orderType = TYPES[String(order.orderType)]
  // Of completed orders the quantity may stand in what was filled (reference 5.3).
  const qty = listing.qty(order.totalQuantity === 0 ? order.filledQuantity : order.totalQuantity)
  if (orderType === undefined || qty === undefined) return undefined
  const auction = ['MOC', 'LOC'].includes(String(order.orderType))
  const limited = orderType === 'limit' || orderType === 'stopLimit'
  const stopped = orderType === 'stop' || orderType === 'stopLimit'
  return {
    instrument: listing.instrument.id,
    side: String(order.action) === 'BUY' ? 1 : -1,
    orderType,
    qty,
    limit: limited ? (listing.price(order.lmtPrice) ?? 0) : 0,
    stop: stopped ? (listing.price(order.auxPrice) ?? 0) : 0,
    timeInForce: auction ? 'CLS' : (TIMES.find((t) => t === String(order.tif)) ?? 'DAY'),
  }
}
