/** An order of ours at a broker, as far as it is the same whichever broker that is. */
import type { Micros } from '../../src/core/base/time.ts'
import type { BookedOrder, BookedState } from '../../src/core/domain/control.ts'
import { type Charged, nothingCharged } from '../../src/core/domain/fees.ts'
import type { Instrument } from '../../src/core/domain/instrument.ts'
import type { OrderTerms } from '../../src/core/domain/order.ts'
import type { Price, Qty } from '../../src/core/domain/units.ts'

export type Ending = Exclude<BookedState, 'working'>

/** Terms that a replacement changes. */
export interface Replacement {
  readonly qty: Qty
  readonly limit: Price
  readonly stop: Price
}

export class SentOrder<Listing extends { readonly instrument: Instrument }> {
  readonly orderId: number
  readonly listing: Listing
  readonly terms: OrderTerms
  readonly sentAt: Micros
  /** As the engine has them now; a replacement changes them. */
  qty: Qty
  limit: Price
  stop: Price
  /** By the broker's word. */
  ending: Ending | undefined
  cum: Qty = 0
  readonly charged: Charged = nothingCharged()
  canceling = false

  constructor(orderId: number, listing: Listing, terms: OrderTerms, sentAt: Micros) {
    this.orderId = orderId
    this.listing = listing
    this.terms = terms
    this.sentAt = sentAt
    this.qty = terms.qty
    this.limit = terms.limit
    this.stop = terms.stop
  }

  /** In the broker's books. */
  booked(state: BookedState): BookedOrder {
    const { orderId, listing, terms, qty, cum: cumQty, limit } = this
    return { orderId, externalId: 0, instrument: listing.instrument.id, side: terms.side, qty, cumQty, limit, state }
  }
}
