/**
 * Lists of orders against our own: an order in doubt takes the one row that fits, a cumulative quantity above ours
 * is a fill that was missed (F-05), an order that is over by its row has ended. A row is that of the number; a modified
 * order is the sum of its numbers.
 */
import { type Micros, SECOND } from '../../src/core/base/time.ts'
import type { ListedOrder } from './decode.ts'
import type { Market } from './instruments.ts'
import type { Leg, OwnOrder } from './own-orders.ts'
import { averageOf, type DeskPlace, qtyOf, type Reports } from './reports.ts'

/** An order enters the broker's books within this of our sending it. */
const ENTRY_WINDOW: Micros = 60 * SECOND
/** Seconds are cut off on the wire and clocks differ a little. */
const ENTRY_EARLY: Micros = 3 * SECOND

/** A modification took hold under this number. */
export type Replaced = (order: OwnOrder, leg: Leg, to: NonNullable<OwnOrder['replacing']>) => void

export class OrderRows {
  readonly #place: DeskPlace
  readonly #reports: Reports
  readonly #replaced: Replaced

  constructor(place: DeskPlace, reports: Reports, replaced: Replaced) {
    this.#place = place
    this.#reports = reports
    this.#replaced = replaced
  }

  absorb(market: Market, rows: readonly ListedOrder[], askedAt: Micros): void {
    const byKey = new Map(rows.map((row) => [`${row.date} ${row.number}`, row]))
    for (const order of this.#place.orders.all) {
      if (order.listing.market !== market) continue
      if (order.phase === 'doubt') this.#adoptRow(order, rows)
      if (order.replacing !== undefined) this.#adoptChange(order, rows)
      this.#settle(order, byKey, askedAt)
    }
  }

  #adoptRow(order: OwnOrder, rows: readonly ListedOrder[]): void {
    const fitting = rows.filter((row) => this.#fits(order, row))
    const rivals = this.#place.orders.open().filter((o) => o.phase === 'doubt' && fitting.some((r) => this.#fits(o, r)))
    const [row] = fitting
    if (row === undefined || fitting.length > 1 || rivals.length > 1) return
    this.#place.orders.number(order, { number: row.number, org: row.org, date: row.date, limit: order.wireLimit })
    this.#reports.accept(order, this.#place.clock.now())
  }

  #fits(order: OwnOrder, row: ListedOrder): boolean {
    return (
      row.action === 'new' &&
      row.original === 0 &&
      row.listing.code === order.listing.code &&
      row.side === order.terms.side &&
      row.qty === order.terms.qty &&
      row.limit === order.wireLimit &&
      row.at >= order.sentAt - ENTRY_EARLY &&
      row.at <= order.sentAt + ENTRY_WINDOW &&
      this.#place.orders.byNumber(row.market, row.number, row.date) === undefined
    )
  }

  /** A modification without an answer that the list shows. */
  #adoptChange(order: OwnOrder, rows: readonly ListedOrder[]): void {
    const { leg, replacing } = order
    const row = rows.find((r) => r.action === 'modify' && r.original === leg?.number && r.number !== leg.number)
    if (row === undefined || replacing === undefined) return
    this.#replaced(order, { number: row.number, org: row.org, date: row.date, limit: row.limit }, replacing)
  }

  #settle(order: OwnOrder, byKey: ReadonlyMap<string, ListedOrder>, askedAt: Micros): void {
    const rows = order.legs.flatMap((leg) => byKey.get(`${leg.date} ${leg.number}`) ?? [])
    const current = order.leg === undefined ? undefined : byKey.get(`${order.leg.date} ${order.leg.number}`)
    // A list that does not show all of an order's numbers says nothing about the whole.
    if (rows.length !== order.legs.length || current === undefined) return
    const cum = rows.reduce((sum, row) => sum + row.cum, 0)
    const amount = rows.reduce((sum, row) => sum + row.amount, 0)
    const missing = cum - order.cum
    this.#reports.accept(order, askedAt)
    if (missing > 0) {
      order.recovered += missing
      this.#reports.count(order, missing, averageOf(amount - order.amount, missing))
    }
    this.decided(order, askedAt)
    if (!order.isOpen || current.leaves > 0 || order.replacing !== undefined) return
    if (current.rejected > 0 && order.cum === 0) this.#reports.end(order, 'rejected')
    else if (order.cum < order.qty) this.#reports.end(order, order.canceling ? 'canceled' : 'expired')
  }

  /** A list that was asked for after a notice came holds what the notice said. */
  decided(order: OwnOrder, askedAt: Micros): void {
    for (const { notice, at } of order.held) {
      if (at <= askedAt) order.recovered = Math.max(0, order.recovered - qtyOf(order.listing, notice.qty))
    }
    order.held = order.held.filter(({ at }) => at > askedAt)
  }
}
