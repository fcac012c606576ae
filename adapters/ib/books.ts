/**
 * IB's books as one answer, after open orders, executions and completed orders were each listed to their
 * end. An order of ours that was sent and of which no list knows anything is left out: here that is evidence, for the
 * three lists together show every order of the day. One that left a moment ago may not have arrived: no answer then.
 */
import { type Micros, SECOND } from '../../src/core/base/time.ts'
import type { BookedFill, BookedOrder } from '../../src/core/domain/control.ts'
import type { IbListing } from './contracts.ts'
import type { OwnOrder, OwnOrders } from './own-orders.ts'

/** An order on its way is not looked for earlier than this. */
export const ARRIVES_WITHIN: Micros = 5 * SECOND

/** A working order that no run of ours knows by its number. */
export interface Stranger {
  readonly permId: number
  readonly listing: IbListing
  readonly side: 1 | -1
  readonly qty: number
  readonly cumQty: number
  readonly limit: number
}

export interface Lists {
  readonly askedAt: Micros
  /** Numbers of the account that the list of open orders showed. */
  readonly shown: ReadonlySet<number>
  readonly strangers: readonly Stranger[]
}

export function bookedOrders(orders: OwnOrders, { askedAt, shown, strangers }: Lists): BookedOrder[] | null {
  const out: BookedOrder[] = []
  for (const order of orders.all) {
    if (order.phase === 'sending') {
      if (askedAt - order.sentAt < ARRIVES_WITHIN) return null
      continue
    }
    const works = order.liveLegs.some((leg) => shown.has(leg))
    // It worked, nobody said that it ended, and it is not there: the engine is to know.
    if (order.isOpen && !works) continue
    const [first, ...doubles] = order.liveLegs
    const revived = !order.isOpen && first !== undefined && works
    out.push(order.booked(order.isOpen || revived ? 'working' : (order.ending ?? 'canceled')))
    // F-32: the second half of a double is exposure of its own.
    for (const permId of order.isOpen ? doubles : []) out.push(strangerOf(halfOf(order, permId)))
  }
  return [...out, ...strangers.map(strangerOf)]
}

function halfOf(o: OwnOrder, permId: number): Stranger {
  return { permId, listing: o.listing, side: o.terms.side, qty: o.qty, cumQty: 0, limit: o.limit }
}

function strangerOf({ permId, listing, side, qty, cumQty, limit }: Stranger): BookedOrder {
  const instrument = listing.instrument.id
  return { orderId: 0, externalId: permId, instrument, side, qty, cumQty, limit, state: 'working' }
}

export function bookedFills(orders: OwnOrders): BookedFill[] {
  return [...orders.all].flatMap((o) =>
    o.fills
      .filter((f) => f.qty > 0)
      .map(({ orderId, fillNo, instrument, side, qty, price, fee, tax }) => {
        return { orderId, fillNo, instrument, side, qty, price, fee, tax }
      }),
  )
}
