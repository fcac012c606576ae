/**
 * Fills that only the balance of the day shows. Paper's list of orders may stay silent; then what the account bought or
 * sold today of a symbol decides about notices that may be copies, and brings fills to light that nobody told of: more
 * than was counted, one order of ours that it can be, and what that order tied up is free again. Other terminals of the
 * account would spoil the sum, so without that last sign nothing is counted.
 */
import { notional } from '../../src/core/domain/fees.ts'
import type { Micros } from '../../src/core/base/time.ts'
import type { Price, Qty, Side } from '../../src/core/domain/units.ts'
import type { Holding, Ties } from './accounts.ts'
import { wirePrice } from './decode.ts'
import type { KisListing } from './instruments.ts'
import { kstDate } from './kst.ts'
import type { OrderRows } from './order-rows.ts'
import type { OwnOrder } from './own-orders.ts'
import { averageOf, type DeskPlace, qtyOf, type Reports } from './reports.ts'

const SIDES: readonly Side[] = [1, -1]

export class DayFills {
  readonly #place: DeskPlace
  readonly #reports: Reports
  readonly #rows: OrderRows

  constructor(place: DeskPlace, reports: Reports, rows: OrderRows) {
    this.#place = place
    this.#reports = reports
    this.#rows = rows
  }

  /** Does the balance know of more than was counted? */
  isShort(holding: Holding): boolean {
    return SIDES.some((side) => this.#spare(holding.listing, side, holding) > 0)
  }

  /** `holding` undefined: the account has none of it. `ties` undefined: not asked for. */
  decide(listing: KisListing, holding: Holding | undefined, ties: Ties | undefined, askedAt: Micros): void {
    for (const side of SIDES) {
      this.#decideHeld(listing, side, holding, askedAt)
      if (holding !== undefined && ties !== undefined) this.#findMissed(side, holding, ties)
    }
  }

  /** Orders of today; numbers of other days have no part in its sums. */
  #ours(listing: KisListing, side: Side): OwnOrder[] {
    const today = kstDate(this.#place.clock.now())
    return [...this.#place.orders.all].filter(
      (o) => o.listing === listing && o.terms.side === side && o.legs.some((leg) => leg.date === today),
    )
  }

  #spare(listing: KisListing, side: Side, holding: Holding | undefined): Qty {
    const today = (side > 0 ? holding?.boughtToday : holding?.soldToday) ?? 0
    return today - this.#ours(listing, side).reduce((sum, o) => sum + o.cum, 0)
  }

  #decideHeld(listing: KisListing, side: Side, holding: Holding | undefined, askedAt: Micros): void {
    let spare = this.#spare(listing, side, holding)
    for (const order of this.#ours(listing, side)) {
      for (const { notice } of order.held.filter(({ at }) => at <= askedAt)) {
        const qty = qtyOf(listing, notice.qty)
        if (qty > spare) continue
        spare -= qty
        this.#reports.count(order, qty, wirePrice(listing, notice.price))
      }
      this.#rows.decided(order, askedAt)
    }
  }

  #findMissed(side: Side, holding: Holding, ties: Ties): void {
    const ours = this.#ours(holding.listing, side)
    const spare = this.#spare(holding.listing, side, holding)
    const [order, second] = ours.filter((o) => o.phase === 'working' && o.leaves > 0)
    if (spare <= 0 || order === undefined || second !== undefined) return
    if (spare > order.leaves || order.held.length > 0 || !isReleased(order, spare, holding, ties)) return
    order.recovered += spare
    this.#reports.count(order, spare, priceOf(order, spare, holding, ours))
  }
}

/** Is what the shares had tied up free again? */
function isReleased(order: OwnOrder, qty: Qty, holding: Holding, ties: Ties): boolean {
  if (order.terms.side < 0) return ties.sales(holding.listing.instrument.id) - (holding.qty - holding.free) >= qty
  // At market the whole is bought at once or not at all.
  if (order.wireLimit === 0) return qty === order.leaves
  const asked = notional(order.listing.instrument, 1, qty, order.wireLimit)
  return (ties.wonBids - ties.wonTied) * 10 >= asked * 9
}

/** From what the holding cost, where all of it was bought today by orders of ours; else the limit, which is the worst. */
function priceOf(order: OwnOrder, qty: Qty, holding: Holding, ours: readonly OwnOrder[]): Price {
  const { wireLimit, terms } = order
  const whole = terms.side > 0 && holding.soldToday === 0 && holding.qty === holding.boughtToday
  const counted = ours.reduce((sum, o) => sum + o.amount, 0)
  const price = whole ? averageOf(holding.cost - counted, qty) : 0
  return price > 0 && (wireLimit === 0 || price <= wireLimit) ? price : wireLimit || holding.avgPrice
}
