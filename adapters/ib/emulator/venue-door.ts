/**
 * The simulated venue behind the order desk: every sending of an order has a number of its own there, and what the venue
 * reports on that number is handed to the desk. Stops are triggered by the venue; here only their status follows.
 */
import type { Rng } from '../../../src/core/base/rng.ts'
import type { Micros } from '../../../src/core/base/time.ts'
import type { SessionClock } from '../../../src/core/domain/calendar.ts'
import type { MarketEvent, ReportEvent } from '../../../src/core/domain/event.ts'
import type { FeeModel } from '../../../src/core/domain/fees.ts'
import type { SimConfig } from '../../../src/core/sim/config.ts'
import { SimVenue } from '../../../src/core/sim/venue.ts'
import type { MarketFeed } from '../../common/emulator/feed.ts'
import { type IbOrder, leavesOf } from './order.ts'

export interface DoorParts {
  readonly feed: MarketFeed
  readonly fees: FeeModel
  readonly rng: Rng
  readonly clocks: readonly SessionClock[]
  readonly report: (order: IbOrder, report: ReportEvent) => void
  /** A print reached the stop of an order whose market is open. */
  readonly triggered: (order: IbOrder) => void
}

export class VenueDoor {
  readonly #venue: SimVenue
  readonly #parts: DoorParts
  readonly #byVenueId = new Map<number, IbOrder>()
  readonly #lastPrice: number[] = []
  /** What was filled when a sending began, by its number. */
  readonly #filledBefore = new Map<number, number>()
  #nextVenueId = 1

  constructor(parts: DoorParts) {
    const { feed, fees, rng, clocks } = parts
    const config: SimConfig = { match: 'next', liquidity: { kind: 'shown' }, slippage: { kind: 'none' }, fees }
    this.#venue = new SimVenue(feed.instruments, clocks, config, rng, 0, feed.streams)
    this.#parts = parts
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
    this.#give(out)
  }

  get nextExpiry(): Micros {
    return this.#venue.nextExpiry()
  }

  expire(now: Micros): void {
    const out: ReportEvent[] = []
    this.#venue.expire(now, out)
    this.#give(out)
  }

  isOpen(instrument: number, now: Micros): boolean {
    return this.#parts.clocks[instrument]?.isOpen(now) ?? false
  }

  lastPrice(order: IbOrder): number | undefined {
    return this.#lastPrice[order.listing.instrument.id]
  }

  /** A number for what is about to be sent. */
  register(order: IbOrder): void {
    order.venueId = this.#nextVenueId++
    this.#byVenueId.set(order.venueId, order)
    this.#filledBefore.set(order.venueId, order.filled)
  }

  submit(order: IbOrder, t: Micros): void {
    const { side, orderType, timeInForce, limit, stop } = order.terms
    const out: ReportEvent[] = []
    const { venueId: orderId, listing } = order
    const terms = { side, orderType, timeInForce, qty: leavesOf(order), limit, stop }
    const head = {
      type: 'submit',
      t,
      broker: 0,
      orderId,
      intentId: orderId,
      instrument: listing.instrument.id,
    } as const
    this.#venue.submit({ ...head, ...terms }, t, out)
    this.#give(out)
  }

  /** New terms for the sending that stands; `tell` runs before what the venue makes of them is handed on. */
  replace(order: IbOrder, t: Micros, tell: () => void): void {
    const out: ReportEvent[] = []
    const { limit, stop } = order.terms
    const { venueId: orderId } = order
    const qty = leavesOf(order) + order.filled - (this.#filledBefore.get(orderId) ?? 0)
    this.#venue.replace({ type: 'replace', t, broker: 0, orderId, qty, limit, stop }, t, out)
    tell()
    if (!out.some((r) => r.type === 'replaceRejected')) this.#give(out)
  }

  /** What the venue answers to this is known already: nothing between the check and here could fill the order. */
  withdraw(order: IbOrder, t: Micros): void {
    this.#venue.cancel({ type: 'cancel', t, broker: 0, orderId: order.venueId }, t, [])
    this.forget(order)
  }

  forget(order: IbOrder): void {
    this.#byVenueId.delete(order.venueId)
  }

  #triggerStops(instrument: number, price: number, t: Micros): void {
    for (const order of this.#byVenueId.values()) {
      if (order.listing.instrument.id !== instrument || order.stage !== 'working' || order.whyHeld === '') continue
      if (order.terms.side * (price - order.terms.stop) < 0 || !this.isOpen(instrument, t)) continue
      this.#parts.triggered(order)
    }
  }

  #give(reports: readonly ReportEvent[]): void {
    for (const report of reports) {
      const order = this.#byVenueId.get(report.orderId)
      if (order !== undefined) this.#parts.report(order, report)
    }
  }
}
