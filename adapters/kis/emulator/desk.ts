/**
 * The trading floor of the emulator: KIS orders on one side, the project's simulated venue on the other. Numbers every
 * order, modification and cancellation; books fills; tells what happened as order events, from which notices are made.
 * Matching is `standing`: an order that is marketable on arrival fills at once against the shown size.
 *
 * A modification is a new order under a new number: what it takes over leaves the old order at once.
 */
import { Rng } from '../../../src/core/base/rng.ts'
import type { Micros } from '../../../src/core/base/time.ts'
import { SessionClock } from '../../../src/core/domain/calendar.ts'
import type { MarketEvent, ReportEvent } from '../../../src/core/domain/event.ts'
import type { SimConfig } from '../../../src/core/sim/config.ts'
import { SimVenue } from '../../../src/core/sim/venue.ts'
import type { Account } from './account.ts'
import { KST, localDayOf } from '../../common/emulator/clock.ts'
import type { MarketFeed } from '../../common/emulator/feed.ts'
import { isOpen, type KisOrder, leavesOf, type OrderTicket } from './order.ts'

export type OrderEvent =
  | { readonly type: 'accepted' | 'confirmed' | 'rejected' | 'expired'; readonly order: KisOrder; readonly t: Micros }
  | { readonly type: 'immediate-end'; readonly order: KisOrder; readonly t: Micros }
  | {
      readonly type: 'filled'
      readonly order: KisOrder
      readonly t: Micros
      readonly qty: number
      readonly price: number
    }

const CONFIG: SimConfig = {
  match: 'standing',
  liquidity: { kind: 'shown' },
  slippage: { kind: 'none' },
  fees: { kind: 'none' },
}
const TAG = 0x6b697376
const FIRST_NUMBER = 1

export class TradingDesk {
  readonly account: Account
  /** Every order, in order of entry. */
  readonly orders: KisOrder[] = []
  /** Five digits, the same for every order of the account. */
  readonly branch: string
  readonly clocks: readonly SessionClock[]
  readonly #venue: SimVenue
  readonly #byVenueId = new Map<number, KisOrder>()
  readonly #venueIdOf = new Map<KisOrder, number>()
  readonly #tell: (event: OrderEvent) => void
  #nextVenueId = 1
  #nextNumber: number
  #numberDay = Number.NaN
  #fillSeq = 0
  readonly #firstNumber: number

  constructor(feed: MarketFeed, account: Account, branch: string, seed: number, tell: (event: OrderEvent) => void) {
    this.account = account
    this.branch = branch
    this.clocks = feed.calendars.map((calendar) => new SessionClock(calendar))
    const rng = Rng.start(seed, TAG)
    // Lots are looked at before an order comes here: what odd rests may do differs by market and side.
    const instruments = feed.instruments.map((i) => ({ ...i, lot: 1 }))
    this.#venue = new SimVenue(instruments, this.clocks, CONFIG, rng, 0, feed.streams)
    this.#firstNumber = FIRST_NUMBER + rng.split('order numbers').below(90_000)
    this.#nextNumber = this.#firstNumber
    this.#tell = tell
  }

  /** Market first, in the order of the feed: the venue sees every event before clients do. */
  market(event: MarketEvent, open: boolean): void {
    const out: ReportEvent[] = []
    if (event.type === 'quote') this.#venue.onQuote(event, out)
    else if (event.type === 'trade') this.#venue.onTrade(event, out)
    else if (event.type === 'bar' && open) this.#venue.onBarOpen(event, out)
    else if (event.type === 'bar') this.#venue.onBarEnd(event, out)
    this.#take(out)
  }

  expire(now: Micros): void {
    const out: ReportEvent[] = []
    this.#venue.expire(now, out)
    this.#take(out)
  }

  get nextExpiry(): Micros {
    return this.#venue.nextExpiry()
  }

  /**
   * Every order is over by the midnight of its exchange, also where the market never closes. An American session runs
   * across the Korean one.
   */
  endDays(now: Micros): void {
    for (const order of this.orders) {
      const { zone } = order.listing
      if (!isOpen(order) || localDayOf(order.at, zone) >= localDayOf(now, zone)) continue
      this.#withdraw(order, leavesOf(order), now)
      this.#tell({ type: 'expired', order, t: now })
    }
  }

  place(ticket: OrderTicket, now: Micros): KisOrder {
    return this.#enter(ticket, 0, 'new', now)
  }

  /** Takes `qty` off `target` under a number of its own; the caller checked that so much is left. */
  cancel(target: KisOrder, qty: number, now: Micros): KisOrder {
    const record = this.#record({ ...target, qty, price: 0, medium: 'api' }, target.number, 'cancel', now)
    this.#tell({ type: 'accepted', order: record, t: now })
    this.#withdraw(target, qty, now)
    record.canceled = qty
    this.#tell({ type: 'confirmed', order: record, t: now })
    return record
  }

  /** Moves `qty` of `target` to new terms under a new number. */
  modify(target: KisOrder, ticket: OrderTicket, now: Micros): KisOrder {
    this.#withdraw(target, ticket.qty, now)
    return this.#enter(ticket, target.number, 'modify', now)
  }

  /** An order that was refused after it had been sent on: it has a number and a rejected quantity. */
  refuse(ticket: OrderTicket, text: string, now: Micros): KisOrder {
    const order = this.#record(ticket, 0, 'new', now)
    order.rejected = order.qty
    order.rejectText = text
    this.#tell({ type: 'rejected', order, t: now })
    return order
  }

  find(number: number, domestic: boolean): KisOrder | undefined {
    // Numbers begin anew each Korean day: an order that still works is meant before one of another day.
    const same = this.orders.filter((o) => o.number === number && (o.listing.exchange === undefined) === domestic)
    return same.findLast(isOpen) ?? same.at(-1)
  }

  #enter(ticket: OrderTicket, original: number, action: 'new' | 'modify', now: Micros): KisOrder {
    const order = this.#record(ticket, original, action, now)
    this.#tell({ type: 'accepted', order, t: now })
    if (action === 'modify') this.#tell({ type: 'confirmed', order, t: now })
    const orderId = this.#nextVenueId++
    this.#byVenueId.set(orderId, order)
    this.#venueIdOf.set(order, orderId)
    const out: ReportEvent[] = []
    const { side, orderType, timeInForce, qty, price, stop } = ticket
    const instrument = ticket.listing.instrument.id
    const terms = { instrument, side, orderType, timeInForce, qty, limit: price, stop }
    this.#venue.submit({ type: 'submit', t: now, broker: 0, orderId, intentId: orderId, ...terms }, now, out)
    this.#take(out)
    return order
  }

  #record(ticket: OrderTicket, original: number, action: KisOrder['action'], now: Micros): KisOrder {
    const day = localDayOf(now, KST)
    if (day !== this.#numberDay) {
      this.#numberDay = day
      this.#nextNumber = this.#firstNumber
    }
    const { listing, side, division, orderType, timeInForce, qty, price, stop, medium } = ticket
    const terms = { listing, side, division, orderType, timeInForce, qty, price, stop, medium }
    const state = { filled: 0, amount: 0, canceled: 0, rejected: 0, rejectText: '' }
    const order: KisOrder = { number: this.#nextNumber++, original, action, day, at: now, ...terms, ...state }
    this.orders.push(order)
    return order
  }

  #withdraw(order: KisOrder, qty: number, now: Micros): void {
    const orderId = this.#venueIdOf.get(order)
    order.canceled += qty
    if (orderId === undefined) return
    const rest = leavesOf(order)
    // What the venue says to this is known already: nothing between the check and here could fill the order.
    const out: ReportEvent[] = []
    if (rest === 0) this.#venue.cancel({ type: 'cancel', t: now, broker: 0, orderId }, now, out)
    else {
      const { price: limit, stop } = order
      this.#venue.replace(
        { type: 'replace', t: now, broker: 0, orderId, qty: order.filled + rest, limit, stop },
        now,
        out,
      )
    }
  }

  #take(reports: readonly ReportEvent[]): void {
    for (const report of reports) {
      const order = this.#byVenueId.get(report.orderId)
      if (order === undefined) continue
      if (report.type === 'filled') this.#fill(order, report.t, report.qty, report.price)
      else if (report.type === 'rejected') {
        order.rejected = leavesOf(order)
        order.rejectText = report.reason
        this.#tell({ type: 'rejected', order, t: report.t })
      } else if (report.type === 'canceled' || report.type === 'expired') {
        order.canceled += leavesOf(order)
        this.#tell({ type: report.type === 'canceled' ? 'immediate-end' : 'expired', order, t: report.t })
      }
    }
  }

  #fill(order: KisOrder, t: Micros, qty: number, price: number): void {
    order.filled += qty
    order.amount += qty * price
    this.account.fill(++this.#fillSeq, order.number, t, order.listing, order.side, qty, price)
    this.#tell({ type: 'filled', order, t, qty, price })
  }
}
