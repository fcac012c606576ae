/**
 * What is told of our orders: accepted once, every fill with its ordinal and its costs as estimated until the broker
 * says, one end. Whatever found a fill (notice, list, balance) it is counted here.
 */
import { charge, type FeeModel } from '../../src/core/domain/fees.ts'
import type { Micros } from '../../src/core/base/time.ts'
import type { Price, Qty } from '../../src/core/domain/units.ts'
import type { BrokerInbound, Clock } from '../../src/runtime/ports.ts'
import type { Ending } from '../common/sent-order.ts'
import type { KisListing, Listings, Market } from './instruments.ts'
import type { OwnOrder, OwnOrders } from './own-orders.ts'

export interface DeskPlace {
  readonly broker: number
  readonly clock: Clock
  readonly listings: Listings
  readonly orders: OwnOrders
  readonly fees: FeeModel
  readonly tell: (events: readonly BrokerInbound[]) => void
  /** Asks for a list of this market, soon: something is to be decided by it. */
  readonly check: (market: Market) => void
}

type BodyOf<E> = E extends { readonly orderId: number } ? Omit<E, 'broker' | 'orderId'> : never
export type ReportBody = BodyOf<BrokerInbound>

export class Reports {
  readonly #place: DeskPlace

  constructor(place: DeskPlace) {
    this.#place = place
  }

  accept(order: OwnOrder, t: Micros): void {
    if (order.acceptedAt !== 0) return
    order.acceptedAt = t
    this.say(order, { type: 'accepted' })
  }

  say(order: OwnOrder, event: ReportBody): void {
    const { broker, tell } = this.#place
    tell([{ ...event, broker, orderId: order.orderId } as BrokerInbound])
  }

  /** Says again where an order stands: the answer to a query. */
  report(order: OwnOrder): void {
    if (order.phase === 'working') this.say(order, { type: 'accepted' })
    else if (order.phase === 'ended' && order.ending !== undefined) this.#sayEnd(order, order.ending)
  }

  #sayEnd(order: OwnOrder, as: Ending): void {
    if (as === 'rejected') this.say(order, { type: 'rejected', reason: 'broker' })
    else if (as !== 'filled') this.say(order, { type: as })
  }

  count(order: OwnOrder, qty: Qty, price: Price): void {
    const { broker, clock, fees, orders, tell } = this.#place
    const { instrument } = order.listing
    const { side } = order.terms
    const costs = charge(fees, instrument, { side, cumQty: order.cum, charged: order.charged }, qty, price, clock.now())
    const { orderId } = order
    const fill = { orderId, fillNo: order.fills.length + 1, instrument: instrument.id, side, qty, price, ...costs }
    orders.fill(order, fill)
    tell([{ ...fill, type: 'filled', broker, cumQty: order.cum }])
    if (order.cum >= order.qty && order.isOpen) orders.end(order, 'filled')
  }

  end(order: OwnOrder, as: Ending): void {
    this.#place.orders.end(order, as)
    order.canceling = false
    this.#sayEnd(order, as)
  }
}

/** Shares of the wire in quantity units. */
export function qtyOf({ instrument }: KisListing, shares: number): Qty {
  return shares * 10 ** instrument.qtyDecimals
}

/** Price of the shares between two sums of price × quantity. */
export function averageOf(amount: number, qty: Qty): Price {
  return Math.max(0, Math.round(amount / qty))
}
