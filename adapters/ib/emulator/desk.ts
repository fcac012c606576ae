/**
 * The order desk: everything TWS does with orders between the client and the venue. Takes checked terms, hands them to
 * the project's simulated venue, books its fills, and says what happened; who hears of it and in which words is not
 * decided here. Parents hold their children until they are filled, OCA groups cancel or reduce each other, GTD orders
 * end by the clock.
 */
import { Rng } from '../../../src/core/base/rng.ts'
import type { Micros } from '../../../src/core/base/time.ts'
import { SessionClock } from '../../../src/core/domain/calendar.ts'
import type { MarketEvent, ReportEvent } from '../../../src/core/domain/event.ts'
import type { FeeModel } from '../../../src/core/domain/fees.ts'
import type { SimConfig } from '../../../src/core/sim/config.ts'
import { SimVenue } from '../../../src/core/sim/venue.ts'
import type { MarketFeed } from '../../kis/emulator/feed.ts'
import { ExecutionBook } from './executions.ts'
import type { Listing } from './listing.ts'
import {
  type IbOrder,
  isOver,
  isStop,
  leavesOf,
  newOrder,
  type OrderEvent,
  type Owner,
  type Status,
  type Terms,
} from './order.ts'
import type { Scheduler } from './scheduler.ts'

const TAG = 0x69626473

export interface DeskParts {
  readonly feed: MarketFeed
  readonly fees: FeeModel
  readonly seed: number
  readonly scheduler: Scheduler
  readonly tell: (event: OrderEvent) => void
}

export class OrderDesk {
  /** Every order, in order of entry. */
  readonly orders: IbOrder[] = []
  readonly book: ExecutionBook
  readonly clocks: readonly SessionClock[]
  readonly #venue: SimVenue
  readonly #scheduler: Scheduler
  readonly #tell: (event: OrderEvent) => void
  readonly #byVenueId = new Map<number, IbOrder>()
  readonly #lastPrice: number[] = []
  /** What was filled when a sending began, by its ordinal. */
  readonly #filledBefore = new Map<number, number>()
  #nextVenueId = 1
  #nextPermId: number

  constructor({ feed, fees, seed, scheduler, tell }: DeskParts) {
    this.clocks = feed.calendars.map((calendar) => new SessionClock(calendar))
    const config: SimConfig = { match: 'next', liquidity: { kind: 'shown' }, slippage: { kind: 'none' }, fees }
    const rng = Rng.start(seed, TAG)
    this.#venue = new SimVenue(feed.instruments, this.clocks, config, rng, 0, feed.streams)
    this.#nextPermId = 1_000_000_000 + rng.split('permId').below(900_000) * 1000
    this.book = new ExecutionBook(rng.split('execId').u32())
    this.#scheduler = scheduler
    this.#tell = tell
  }

  market(event: MarketEvent, open: boolean): void {
    const out: ReportEvent[] = []
    if (event.type === 'quote') this.#venue.onQuote(event, out)
    else if (event.type === 'trade') {
      this.#venue.onTrade(event, out)
      if (event.price > 0) {
        this.#lastPrice[event.instrument] = event.price
        this.#triggerStops(event.instrument, event.price, event.t)
      }
    } else if (event.type === 'bar' && open) this.#venue.onBarOpen(event, out)
    else if (event.type === 'bar') this.#venue.onBarEnd(event, out)
    this.#take(out)
  }

  get nextExpiry(): Micros {
    return this.#venue.nextExpiry()
  }

  expire(now: Micros): void {
    const out: ReportEvent[] = []
    this.#venue.expire(now, out)
    this.#take(out)
  }

  isOpen(listing: Listing, now: Micros): boolean {
    return this.clocks[listing.instrument.id]?.isOpen(now) ?? false
  }

  working(): IbOrder[] {
    return this.orders.filter((o) => !isOver(o))
  }

  /** By the number of the client who made it; the latest counts. */
  find(clientId: number, orderId: number): IbOrder | undefined {
    return this.orders.findLast((o) => o.clientId === clientId && o.orderId === orderId)
  }

  /** The one that a cancellation takes: of two under one number the latest that still works. */
  findToCancel(clientId: number, orderId: number): IbOrder | undefined {
    const live = this.orders.findLast((o) => o.clientId === clientId && o.orderId === orderId && !isOver(o))
    return live ?? this.find(clientId, orderId)
  }

  childrenOf(parent: IbOrder): IbOrder[] {
    return this.orders.filter(
      (o) => o.clientId === parent.clientId && o.terms.parentId === parent.orderId && o.terms.parentId !== 0,
    )
  }

  place(owner: Owner, terms: Terms, now: Micros): IbOrder {
    const order = this.#record(owner, terms, now)
    if (terms.transmit) this.#release(order, now)
    else this.#tell({ type: 'state', order })
    return order
  }

  /** An order that is refused after it was looked at: it has a number, a status and no life. */
  reject(owner: Owner, terms: Terms, reason: string, now: Micros): void {
    this.#refuse(this.#record(owner, terms, now), reason, now)
  }

  #refuse(order: IbOrder, reason: string, now: Micros): void {
    this.#end(order, 'Inactive', `Rejected: ${reason}`, now)
    this.#tell({ type: 'rejected', order, reason })
  }

  #record(owner: Owner, terms: Terms, now: Micros): IbOrder {
    const order = newOrder(owner, this.#nextPermId++, terms, now)
    this.orders.push(order)
    return order
  }

  /** New terms for an order that is not over; type and tif may change too. */
  modify(order: IbOrder, terms: Terms, now: Micros): void {
    const before = order.terms
    order.terms = terms
    if (order.stage === 'untransmitted') {
      if (terms.transmit) this.#release(order, now)
      else this.#tell({ type: 'state', order })
      return
    }
    if (order.stage === 'held') {
      this.#tell({ type: 'state', order })
      return
    }
    const same = before.orderType === terms.orderType && before.timeInForce === terms.timeInForce
    this.#withdrawOrReplace(order, same, now)
  }

  #withdrawOrReplace(order: IbOrder, same: boolean, now: Micros): void {
    const out: ReportEvent[] = []
    const { terms } = order
    if (same) {
      const qty = leavesOf(order) + this.#filledSince(order)
      const { limit, stop } = terms
      const { venueId: orderId } = order
      this.#venue.replace({ type: 'replace', t: now, broker: 0, orderId, qty, limit, stop }, now, out)
      const refused = out.find((r) => r.type === 'replaceRejected')
      this.#tell({ type: 'state', order })
      if (refused === undefined) this.#take(out)
      return
    }
    this.#withdraw(order, now)
    order.triggered = false
    this.#send(order, now)
  }

  /** Filled quantity of the sending that stands at the venue now. */
  #filledSince(order: IbOrder): number {
    return order.filled - (this.#filledBefore.get(order.venueId) ?? 0)
  }

  cancel(order: IbOrder, reason: string, now: Micros): void {
    if (isOver(order)) return
    if (order.stage === 'working') this.#withdraw(order, now)
    this.#end(order, 'Cancelled', reason === '' ? 'Cancelled by Trader' : reason, now)
    this.#tell({ type: 'cancelled', order, reason })
    for (const child of this.childrenOf(order)) this.cancel(child, 'Parent order was cancelled', now)
  }

  /** Fills what is left at the limit, or at the last price: a fill that nobody expects any more. */
  fillNow(order: IbOrder, t: Micros): void {
    const qty = leavesOf(order)
    const price = order.terms.limit > 0 ? order.terms.limit : this.#lastPrice[order.listing.instrument.id]
    if (price === undefined || qty === 0) return
    if (order.stage === 'working') this.#withdraw(order, t)
    this.#book(order, t, qty, price, 0)
  }

  /** Sends on an order and those of its bracket that wait for the last one to be transmitted. */
  #release(order: IbOrder, now: Micros): void {
    const parent = this.#parentOf(order)
    if (parent?.stage === 'untransmitted') this.#release(parent, now)
    if (order.stage !== 'untransmitted') return
    if (parent !== undefined && !(isOver(parent) && parent.status === 'Filled')) {
      const why = isStop(order.terms) ? 'child,trigger' : 'child'
      this.#hold(order, why)
    } else this.#start(order, now)
    for (const sibling of this.childrenOf(order)) if (sibling.stage === 'untransmitted') this.#release(sibling, now)
    if (parent === undefined) return
    for (const sibling of this.childrenOf(parent)) if (sibling.stage === 'untransmitted') this.#release(sibling, now)
  }

  #parentOf(order: IbOrder): IbOrder | undefined {
    const { parentId } = order.terms
    return parentId === 0 ? undefined : this.find(order.clientId, parentId)
  }

  #hold(order: IbOrder, why: string): void {
    order.stage = 'held'
    order.status = 'PreSubmitted'
    order.whyHeld = why
    this.#tell({ type: 'state', order })
  }

  #start(order: IbOrder, now: Micros): void {
    const { goodTill, goodAfter } = order.terms
    if (goodTill !== undefined) {
      this.#scheduler.at(goodTill, () => {
        const due = order.terms.goodTill
        if (due !== undefined && due <= goodTill) this.cancel(order, 'Order expired', goodTill)
      })
    }
    if (goodAfter !== undefined && goodAfter > now) {
      this.#hold(order, '')
      this.#scheduler.at(goodAfter, () => {
        if (order.stage === 'held') this.#send(order, goodAfter)
      })
      return
    }
    this.#send(order, now)
  }

  /** To the venue; outside its hours the order waits there and is told as not submitted yet. */
  #send(order: IbOrder, now: Micros): void {
    const { terms, listing } = order
    const venueId = this.#nextVenueId++
    order.venueId = venueId
    order.stage = 'working'
    this.#byVenueId.set(venueId, order)
    this.#filledBefore.set(venueId, order.filled)
    const open = this.isOpen(listing, now)
    order.status = 'PreSubmitted'
    order.whyHeld = isStop(terms) && !order.triggered ? 'trigger' : ''
    this.#tell({ type: 'state', order })
    if (open && order.whyHeld === '' && terms.orderType !== 'market') this.#submitted(order)
    if (!open) this.#submitAtOpen(order, now)
    const { side, orderType, timeInForce, limit, stop } = terms
    const out: ReportEvent[] = []
    const sent = { instrument: listing.instrument.id, side, orderType, timeInForce, qty: leavesOf(order), limit, stop }
    this.#venue.submit({ type: 'submit', t: now, broker: 0, orderId: venueId, intentId: venueId, ...sent }, now, out)
    this.#take(out)
  }

  #submitAtOpen(order: IbOrder, now: Micros): void {
    const at = this.clocks[order.listing.instrument.id]?.nextOpen(now) ?? Infinity
    const { venueId } = order
    if (!Number.isFinite(at)) return
    this.#scheduler.at(at, () => {
      if (order.venueId === venueId && order.stage === 'working' && order.whyHeld === '') this.#submitted(order)
    })
  }

  #submitted(order: IbOrder): void {
    if (order.status === 'Submitted') return
    order.status = 'Submitted'
    order.whyHeld = ''
    this.#tell({ type: 'state', order })
  }

  /** The venue triggers by the same print; here only the status follows. */
  #triggerStops(instrument: number, price: number, t: Micros): void {
    for (const order of this.#byVenueId.values()) {
      if (order.listing.instrument.id !== instrument || order.stage !== 'working' || order.whyHeld === '') continue
      if (order.terms.side * (price - order.terms.stop) < 0 || !this.isOpen(order.listing, t)) continue
      order.triggered = true
      this.#submitted(order)
    }
  }

  #withdraw(order: IbOrder, now: Micros): void {
    const out: ReportEvent[] = []
    // What the venue answers to this is known already: nothing between the check and here could fill the order.
    this.#venue.cancel({ type: 'cancel', t: now, broker: 0, orderId: order.venueId }, now, out)
    this.#byVenueId.delete(order.venueId)
  }

  #end(order: IbOrder, status: Status, outcome: string, now: Micros): void {
    this.#byVenueId.delete(order.venueId)
    order.stage = 'done'
    order.status = status
    order.whyHeld = ''
    order.doneAt = now
    order.outcome = outcome
  }

  #take(reports: readonly ReportEvent[]): void {
    for (const report of reports) {
      const order = this.#byVenueId.get(report.orderId)
      if (order === undefined) continue
      if (report.type === 'filled') this.#fill(order, report)
      else if (report.type === 'rejected') this.#refuse(order, report.reason, report.t)
      else if (report.type === 'canceled') {
        this.#end(order, 'Cancelled', 'Cancelled', report.t)
        this.#tell({ type: 'cancelled', order, reason: '' })
      } else if (report.type === 'expired') {
        this.#end(order, 'Cancelled', 'Expired', report.t)
        this.#tell({ type: 'cancelled', order, reason: '' })
        for (const child of this.childrenOf(order)) this.cancel(child, 'Parent order was cancelled', report.t)
      }
    }
  }

  #fill(order: IbOrder, report: Extract<ReportEvent, { type: 'filled' }>): void {
    const { t, qty, price, fee, tax } = report
    this.#book(order, t, qty, price, fee + tax)
  }

  #book(order: IbOrder, t: Micros, qty: number, price: number, costs: number): void {
    order.filled += qty
    order.amount += qty * price
    order.lastFillPrice = price
    order.costs += costs
    order.status = 'Submitted'
    order.whyHeld = ''
    const execution = this.book.add(order, t, qty, price, costs)
    if (leavesOf(order) === 0) this.#end(order, 'Filled', `Filled Size: ${order.filled}`, t)
    this.#tell({ type: 'filled', order, execution })
    if (isOver(order)) this.#startChildren(order, t)
    this.#oca(order, qty, t)
  }

  #startChildren(parent: IbOrder, now: Micros): void {
    for (const child of this.childrenOf(parent)) if (child.stage === 'held') this.#start(child, now)
  }

  /** Others of the group shrink by what was filled, or end; children of one parent are such a group by themselves. */
  #oca(order: IbOrder, qty: number, now: Micros): void {
    const { ocaGroup, ocaType, parentId } = order.terms
    const others = this.orders.filter(
      (o) =>
        o !== order &&
        !isOver(o) &&
        o.account === order.account &&
        ((ocaGroup !== '' && o.terms.ocaGroup === ocaGroup) ||
          (parentId !== 0 && o.clientId === order.clientId && o.terms.parentId === parentId)),
    )
    for (const other of others) {
      const rest = leavesOf(other) - qty
      if (ocaType === 1 || rest <= 0) this.cancel(other, 'OCA group was filled', now)
      else this.modify(other, { ...other.terms, qty: other.filled + rest }, now)
    }
  }
}
