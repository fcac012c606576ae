/**
 * Parts for a live session in tests: a clock moved by hand, a source that says what it is told, and the simulated venue
 * as a broker with books of its own. Everything goes through the ports, nothing reaches into the session.
 */
import { Subject } from 'rxjs'
import { Rng } from '../../src/core/base/rng.ts'
import { type Micros, SECOND } from '../../src/core/base/time.ts'
import { SIM_BROKER } from '../../src/core/domain/broker.ts'
import { SessionClock } from '../../src/core/domain/calendar.ts'
import type { BrokerRequest, OrderCommand } from '../../src/core/domain/command.ts'
import type { BookedFill } from '../../src/core/domain/control.ts'
import type { QuoteEvent, ReportEvent } from '../../src/core/domain/event.ts'
import type { Instrument } from '../../src/core/domain/instrument.ts'
import { SimVenue } from '../../src/core/sim/venue.ts'
import { calendarOf } from '../../src/reference/calendars.ts'
import { LockstepClock } from '../../src/runtime/lockstep-clock.ts'
import type {
  BarInbound,
  Broker,
  BrokerInbound,
  Clock,
  FeedStatus,
  MarketInbound,
  MarketSource,
  RawFrame,
} from '../../src/runtime/ports.ts'
import type { NamedBroker } from './live-spec.ts'

export class HandClock extends LockstepClock {
  /** Moves on, calling back what comes due on the way at its own moment, in order. */
  advance(span: Micros): void {
    const end = this.now() + span
    while (this.nextDue <= end) this.moveTo(this.nextDue)
    this.moveTo(end)
  }
}

export class HandSource implements MarketSource {
  readonly id = 'hand'
  readonly events$ = new Subject<readonly (MarketInbound | BarInbound)[]>()
  readonly feeds$ = new Subject<readonly FeedStatus[]>()
  readonly raw$ = new Subject<RawFrame>()
  start(): void {}
  stop(): Promise<void> {
    return Promise.resolve()
  }
}

/** The simulated venue as a broker whose books are compared. */
export const SIM: NamedBroker = { id: 'sim', rules: { ...SIM_BROKER, reconcileEvery: 30 * SECOND } }

/** The one instrument of sessions that need no more. */
export const AAA: Instrument = {
  ...{ id: 0, symbol: 'AAA', venue: 'GEN', currency: 'USD', priceDecimals: 2, qtyDecimals: 0 },
  ...{ ticks: [{ from: 0, tick: 1 }], lot: 1, economicId: 'GEN:AAA', allowShort: false },
}

/** An account whose books survive the session that trades on it, as a broker's do. */
export class BookKeeper {
  readonly venue: SimVenue
  readonly fills: BookedFill[] = []
  readonly orders = new Map<number, { cmd: Extract<OrderCommand, { type: 'submit' }>; state: string; cumQty: number }>()
  /** NEW messages seen, by order id: more than one is a duplicate (I-01). */
  readonly received = new Map<number, number>()
  held = 0
  cash: number

  constructor(instrument: Instrument, cash: number) {
    const clocks = [new SessionClock(calendarOf(instrument.venue))]
    const kinds = { quotes: true, trades: false, bars: false, sessionBars: false, oneSided: false }
    const config = {
      match: 'standing',
      liquidity: { kind: 'shown' },
      slippage: { kind: 'none' },
      fees: { kind: 'none' },
    } as const
    this.venue = new SimVenue([instrument], clocks, config, Rng.start(1, 1), 0, [kinds])
    this.cash = cash
  }

  book(reports: readonly ReportEvent[]): void {
    for (const r of reports) {
      const order = this.orders.get(r.orderId)
      if (r.type === 'filled') {
        const { orderId, fillNo, instrument, side, qty, price, fee, tax } = r
        this.fills.push({ orderId, fillNo, instrument, side, qty, price, fee, tax })
        this.held += side * qty
        this.cash -= side * qty * price * 10_000
        if (order !== undefined) order.cumQty = r.cumQty
        if (order !== undefined && r.cumQty === order.cmd.qty) order.state = 'filled'
      } else if (order !== undefined && (r.type === 'canceled' || r.type === 'expired' || r.type === 'rejected')) {
        order.state = r.type
      }
    }
  }
}

export class SimPort implements Broker {
  readonly id = SIM.id
  readonly rules = SIM.rules
  readonly events$ = new Subject<readonly BrokerInbound[]>()
  readonly raw$ = new Subject<RawFrame>()
  readonly #books: BookKeeper
  readonly #clock: Clock
  /** When set, commands are lost before they reach the venue, as if the process died before its socket was flushed. */
  deaf = false

  constructor(books: BookKeeper, clock: Clock) {
    this.#books = books
    this.#clock = clock
  }

  start(): void {}

  stop(): Promise<void> {
    return Promise.resolve()
  }

  send(command: OrderCommand | BrokerRequest): void {
    if (this.deaf) return
    const { venue } = this.#books
    const out: ReportEvent[] = []
    const t = this.#clock.now()
    switch (command.type) {
      case 'connect':
        this.#say([{ type: 'link', broker: 0, link: 'up' }])
        return
      case 'reconcile':
        this.#say([this.#booksEvent(command.requestId)])
        return
      case 'query':
        this.#answer(command.orderId)
        return
      case 'submit': {
        const { orderId } = command
        this.#books.received.set(orderId, (this.#books.received.get(orderId) ?? 0) + 1)
        this.#books.orders.set(orderId, { cmd: command, state: 'working', cumQty: 0 })
        venue.submit(command, t, out)
        break
      }
      case 'cancel':
        venue.cancel(command, t, out)
        break
      case 'replace':
        venue.replace(command, t, out)
    }
    this.#books.book(out)
    this.#say(out)
  }

  quote(e: Omit<QuoteEvent, 't'>): void {
    const out: ReportEvent[] = []
    this.#books.venue.onQuote({ ...e, t: this.#clock.now() }, out)
    this.#books.book(out)
    this.#say(out)
  }

  #say(events: readonly BrokerInbound[]): void {
    if (events.length > 0) this.events$.next(events)
  }

  #answer(orderId: number): void {
    const order = this.#books.orders.get(orderId)
    const head = { broker: 0, orderId }
    if (order === undefined) this.#say([{ type: 'absent', ...head, proves: true }])
    else if (order.state === 'working') this.#say([{ type: 'accepted', ...head }])
    else if (order.state === 'canceled') this.#say([{ type: 'canceled', ...head }])
  }

  #booksEvent(requestId: number): BrokerInbound {
    const { orders, fills, held, cash } = this.#books
    return {
      type: 'books',
      broker: 0,
      requestId,
      orders: [...orders].map(([orderId, o]) => ({
        orderId,
        externalId: 0,
        instrument: 0,
        side: o.cmd.side,
        qty: o.cmd.qty,
        cumQty: o.cumQty,
        limit: o.cmd.limit,
        state: o.state as 'working',
      })),
      fills: [...fills],
      positions: held === 0 ? [] : [{ instrument: 0, qty: held, sellable: held, avgPrice: 0 }],
      cash: [{ currency: 0, amount: cash }],
    }
  }
}

/** A market a cent wide, seen by the venue and then by the session. */
export function tellQuote(clock: Clock, port: SimPort, source: HandSource, bid: number): void {
  const prices = { bid, ask: bid + 1, bidSize: 500, askSize: 500, flags: 0 }
  const q = { type: 'quote', venueT: clock.now(), instrument: 0, ...prices } as const
  port.quote(q)
  source.events$.next([q])
}
