/**
 * Turns what the broker says (answers, notices, lists, balances) into reports on our orders. Every fill is counted once,
 * whoever told of it first (F-09, F-27). A number that is not ours is matched to an order in doubt by symbol, side,
 * quantity, price and time, if exactly one fits; else it belongs to somebody else on the account (F-30).
 */
import type { Micros } from '../../src/core/base/time.ts'
import type { RejectReason } from '../../src/core/domain/reason.ts'
import type { Replacement } from '../common/sent-order.ts'
import type { Holding, Ties } from './accounts.ts'
import { DayFills } from './day-fills.ts'
import type { ListedOrder } from './decode.ts'
import type { KisListing, Market } from './instruments.ts'
import { OrderNotices } from './order-notices.ts'
import { OrderRows } from './order-rows.ts'
import type { Leg, OwnOrder } from './own-orders.ts'
import { type DeskPlace, Reports } from './reports.ts'
import { Strangers } from './strangers.ts'
import type { NoticeFacts } from './wire/notice.ts'

export class OrderDesk {
  readonly #place: DeskPlace
  readonly #reports: Reports
  readonly #notices: OrderNotices
  readonly #rows: OrderRows
  readonly #dayFills: DayFills
  readonly #strangers: Strangers

  constructor(place: DeskPlace) {
    this.#place = place
    this.#reports = new Reports(place)
    const replaced = (order: OwnOrder, leg: Leg, to: Replacement): void => this.replaced(order, leg, to)
    this.#notices = new OrderNotices(place, this.#reports, replaced)
    this.#rows = new OrderRows(place, this.#reports, replaced)
    this.#dayFills = new DayFills(place, this.#reports, this.#rows)
    this.#strangers = new Strangers(place)
  }

  /* Answers to our own requests. */

  numbered(order: OwnOrder, leg: Leg): void {
    this.#place.orders.number(order, leg)
    this.#reports.accept(order, this.#place.clock.now())
    this.#notices.replay(order.listing.market)
  }

  doubted(order: OwnOrder): void {
    if (order.phase === 'sending') order.phase = 'doubt'
    this.#notices.replay(order.listing.market)
  }

  refused(order: OwnOrder, reason: RejectReason): void {
    this.#place.orders.end(order, 'rejected')
    this.#reports.say(order, { type: 'rejected', reason })
    this.#notices.replay(order.listing.market)
  }

  replaced(order: OwnOrder, leg: Leg, to: Replacement): void {
    this.#place.orders.number(order, leg, to.qty, to.limit)
    order.stop = to.stop
    order.replacing = undefined
    this.#reports.say(order, { type: 'replaced', ...to })
    this.#notices.replay(order.listing.market)
  }

  refuseChange(order: OwnOrder, type: 'cancelRejected' | 'replaceRejected', reason: RejectReason): void {
    this.#reports.say(order, { type, reason })
  }

  canceled(order: OwnOrder): void {
    this.#reports.end(order, 'canceled')
  }

  /** Says again where an order stands: the answer to a query. */
  report(order: OwnOrder): void {
    this.#reports.report(order)
  }

  /* What the broker tells. */

  notice(market: Market, n: NoticeFacts): void {
    this.#notices.notice(market, n)
  }

  /** When a notice of an instrument last came; never: -Infinity. */
  noticedAt(instrument: number): Micros {
    return this.#notices.noticedAt.get(instrument) ?? -Infinity
  }

  absorb(market: Market, rows: readonly ListedOrder[], askedAt: Micros): void {
    this.#rows.absorb(market, rows, askedAt)
    this.#strangers.absorb(market, rows)
  }

  decideByDay(listing: KisListing, holding: Holding | undefined, ties: Ties | undefined, askedAt: Micros): void {
    this.#dayFills.decide(listing, holding, ties, askedAt)
  }

  /** Does the day's balance know of more than was counted? Then it is worth asking what is tied up. */
  isShort(holding: Holding): boolean {
    return this.#dayFills.isShort(holding)
  }
}
