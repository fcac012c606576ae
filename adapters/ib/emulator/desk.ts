/**
 * The order desk: everything TWS does with orders between the client and the venue. Takes checked terms, hands them to
 * the project's simulated venue, books its fills, and says what happened; who hears of it and in which words is not
 * decided here. Parents hold their children until they are filled, OCA groups cancel or reduce each other, GTD orders
 * end by the clock.
 */
import { Rng } from '../../../src/core/base/rng.ts'
import type { Micros } from '../../../src/core/base/time.ts'
import { SessionClock } from '../../../src/core/domain/calendar.ts'
import type { ReportEvent } from '../../../src/core/domain/event.ts'
import type { FeeModel } from '../../../src/core/domain/fees.ts'
import type { MarketFeed } from '../../common/emulator/feed.ts'
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
import { OrderIndex } from './order-index.ts'
import type { Scheduler } from './scheduler.ts'
import { VenueDoor } from './venue-door.ts'

const TAG = 0x69626473

export interface DeskParts {
  readonly feed: MarketFeed
  readonly fees: FeeModel
  readonly seed: number
  readonly scheduler: Scheduler
  readonly tell: (event: OrderEvent) => void
}

export class OrderDesk {
  readonly index = new OrderIndex()
  readonly book: ExecutionBook
  readonly clocks: readonly SessionClock[]
  /** Where the market goes in and the expiries come from. */
  readonly venue: VenueDoor
  readonly #scheduler: Scheduler
  readonly #tell: (event: OrderEvent) => void
  #nextPermId: number

  constructor({ feed, fees, seed, scheduler, tell }: DeskParts) {
    this.clocks = feed.calendars.map((calendar) => new SessionClock(calendar))
    const rng = Rng.start(seed, TAG)
    this.venue = new VenueDoor({
      ...{ feed, fees, rng, clocks: this.clocks },
      report: (order, report) => this.#report(order, report),
      triggered: (order) => {
        order.triggered = true
        this.#submitted(order)
      },
    })
    this.#nextPermId = 1_000_000_000 + rng.split('permId').below(900_000) * 1000
    this.book = new ExecutionBook(rng.split('execId').u32())
    this.#scheduler = scheduler
    this.#tell = tell
  }

  /** Every order, in order of entry. */
  get orders(): readonly IbOrder[] {
    return this.index.all
  }

  isOpen(listing: Listing, now: Micros): boolean {
    return this.venue.isOpen(listing.instrument.id, now)
  }

  working(): IbOrder[] {
    return this.index.working()
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
    this.index.all.push(order)
    return order
  }

  /** New terms for an order that is not over; type and tif may change too. */
  modify(order: IbOrder, terms: Terms, now: Micros): void {
    const before = order.terms
    order.terms = terms
    const tell = (): void => this.#tell({ type: 'state', order })
    if (order.stage === 'untransmitted') return terms.transmit ? this.#release(order, now) : tell()
    if (order.stage === 'held') return tell()
    if (before.orderType === terms.orderType && before.timeInForce === terms.timeInForce) {
      return this.venue.replace(order, now, tell)
    }
    this.venue.withdraw(order, now)
    order.triggered = false
    this.#send(order, now)
  }

  cancel(order: IbOrder, reason: string, now: Micros): void {
    if (isOver(order)) return
    if (order.stage === 'working') this.venue.withdraw(order, now)
    this.#end(order, 'Cancelled', reason === '' ? 'Cancelled by Trader' : reason, now)
    this.#tell({ type: 'cancelled', order, reason })
    for (const child of this.index.childrenOf(order)) this.cancel(child, 'Parent order was cancelled', now)
  }

  /** Fills what is left at the limit, or at the last price: a fill that nobody expects any more. */
  fillNow(order: IbOrder, t: Micros): void {
    const qty = leavesOf(order)
    const price = order.terms.limit > 0 ? order.terms.limit : this.venue.lastPrice(order)
    if (price === undefined || qty === 0) return
    if (order.stage === 'working') this.venue.withdraw(order, t)
    this.#book(order, t, qty, price, 0)
  }

  /** Sends on an order and those of its bracket that wait for the last one to be transmitted. */
  #release(order: IbOrder, now: Micros): void {
    const parent = this.index.parentOf(order)
    if (parent?.stage === 'untransmitted') this.#release(parent, now)
    if (order.stage !== 'untransmitted') return
    if (parent !== undefined && !(isOver(parent) && parent.status === 'Filled')) {
      const why = isStop(order.terms) ? 'child,trigger' : 'child'
      this.#hold(order, why)
    } else this.#start(order, now)
    for (const sibling of this.index.childrenOf(order))
      if (sibling.stage === 'untransmitted') this.#release(sibling, now)
    if (parent === undefined) return
    for (const sibling of this.index.childrenOf(parent))
      if (sibling.stage === 'untransmitted') this.#release(sibling, now)
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
    this.venue.register(order)
    order.stage = 'working'
    const open = this.isOpen(listing, now)
    order.status = 'PreSubmitted'
    order.whyHeld = isStop(terms) && !order.triggered ? 'trigger' : ''
    this.#tell({ type: 'state', order })
    if (open && order.whyHeld === '' && terms.orderType !== 'market') this.#submitted(order)
    if (!open) this.#submitAtOpen(order, now)
    this.venue.submit(order, now)
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

  #end(order: IbOrder, status: Status, outcome: string, now: Micros): void {
    this.venue.forget(order)
    order.stage = 'done'
    order.status = status
    order.whyHeld = ''
    order.doneAt = now
    order.outcome = outcome
  }

  #report(order: IbOrder, report: ReportEvent): void {
    switch (report.type) {
      case 'filled':
        return this.#book(order, report.t, report.qty, report.price, report.fee + report.tax)
      case 'rejected':
        return this.#refuse(order, report.reason, report.t)
      case 'canceled':
        this.#end(order, 'Cancelled', 'Cancelled', report.t)
        return this.#tell({ type: 'cancelled', order, reason: '' })
      case 'expired':
        this.#end(order, 'Cancelled', 'Expired', report.t)
        this.#tell({ type: 'cancelled', order, reason: '' })
        for (const child of this.index.childrenOf(order)) this.cancel(child, 'Parent order was cancelled', report.t)
    }
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
    for (const child of this.index.childrenOf(parent)) if (child.stage === 'held') this.#start(child, now)
  }

  /** Others of the group shrink by what was filled, or end. */
  #oca(order: IbOrder, qty: number, now: Micros): void {
    for (const other of this.index.rivalsOf(order)) {
      const rest = leavesOf(other) - qty
      if (order.terms.ocaType === 1 || rest <= 0) this.cancel(other, 'OCA group was filled', now)
      else this.modify(other, { ...other.terms, qty: other.filled + rest }, now)
    }
  }
}
