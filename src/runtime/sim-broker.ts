/**
 * The simulated venue as a broker port, for contract tests and for sessions on live data without a broker: what the
 * market does is handed in, orders are matched against it, the account is kept. Answers come within the call that
 * brings them about. `drop` and `connect` play a link; orders stay at the venue meanwhile, as they would anywhere.
 *
 * Not modelled: everything that `SimVenue` does not model, settlement, corporate actions.
 */
import { EMPTY, type Observable, Subject } from 'rxjs'
import { Rng } from '../core/base/rng.ts'
import type { BrokerRules } from '../core/domain/broker.ts'
import { SIM_BROKER } from '../core/domain/broker.ts'
import type { SessionClock } from '../core/domain/calendar.ts'
import type { BrokerRequest, OrderCommand } from '../core/domain/command.ts'
import type { BookedFill, BookedOrder, BookedState, BooksEvent } from '../core/domain/control.ts'
import type { MarketEvent, ReportEvent } from '../core/domain/event.ts'
import { notional } from '../core/domain/fees.ts'
import type { OrderTerms } from '../core/domain/order.ts'
import { type Money, type Qty } from '../core/domain/units.ts'
import type { SimConfig, StreamKinds } from '../core/sim/config.ts'
import { SimVenue } from '../core/sim/venue.ts'
import type { AdapterContext, Broker, BrokerInbound, RawFrame } from './ports.ts'

export interface SimBrokerOptions {
  readonly context: AdapterContext
  /** By instrument id. */
  readonly clocks: readonly SessionClock[]
  readonly streams: readonly StreamKinds[]
  readonly config: SimConfig
  readonly seed: number
  /** Opening balances, by index of the run's currencies. */
  readonly cash: readonly Money[]
  readonly rules?: BrokerRules
}

const TAG = 0x73696d62

interface Known {
  terms: OrderTerms
  qty: Qty
  limit: number
  cumQty: Qty
  state: BookedState
}

export class SimBroker implements Broker {
  readonly id = 'sim'
  readonly rules: BrokerRules
  readonly raw$: Observable<RawFrame> = EMPTY
  readonly events$ = new Subject<readonly BrokerInbound[]>()
  readonly #o: SimBrokerOptions
  readonly #venue: SimVenue
  readonly #orders = new Map<number, Known>()
  readonly #fills: BookedFill[] = []
  readonly #positions: Qty[]
  readonly #cash: Money[]
  #up = false

  constructor(options: SimBrokerOptions) {
    this.#o = options
    const { context, clocks, config, seed, streams } = options
    this.rules = options.rules ?? SIM_BROKER
    this.#venue = new SimVenue(context.instruments, clocks, config, Rng.start(seed, TAG), context.broker, streams)
    this.#positions = context.instruments.map(() => 0)
    this.#cash = [...options.cash]
  }

  start(): void {
    this.#connect()
  }

  stop(): Promise<void> {
    this.#up = false
    return Promise.resolve()
  }

  /** The link ends; what happens meanwhile is told by the books alone. */
  drop(): void {
    if (!this.#up) return
    this.#tell([{ type: 'link', broker: this.#o.context.broker, link: 'lost' }])
    this.#up = false
  }

  #connect(): void {
    this.#up = true
    this.#tell([{ type: 'link', broker: this.#o.context.broker, link: 'up' }])
  }

  /** What the market does, before anybody else sees it. */
  market(event: MarketEvent): void {
    const out: ReportEvent[] = []
    const now = this.#o.context.clock.now()
    if (this.#venue.nextExpiry() < now) this.#venue.expire(now, out)
    if (event.type === 'quote') this.#venue.onQuote(event, out)
    else if (event.type === 'trade') this.#venue.onTrade(event, out)
    else if (event.type === 'bar') this.#venue.onBarEnd(event, out)
    this.#take(out)
  }

  send(command: OrderCommand | BrokerRequest): void {
    const out: ReportEvent[] = []
    const now = this.#o.context.clock.now()
    switch (command.type) {
      case 'submit': {
        const { qty, limit } = command
        if (!this.#orders.has(command.orderId)) {
          this.#orders.set(command.orderId, { terms: command, qty, limit, cumQty: 0, state: 'working' })
        }
        this.#venue.submit(command, now, out)
        break
      }
      case 'cancel':
        this.#venue.cancel(command, now, out)
        break
      case 'replace':
        this.#venue.replace(command, now, out)
        break
      case 'query':
        return this.#answer(command.orderId)
      case 'reconcile':
        return this.#tell([this.#books(command.requestId)])
      case 'connect':
        return this.#connect()
    }
    this.#take(out)
  }

  #answer(orderId: number): void {
    const { broker } = this.#o.context
    const known = this.#orders.get(orderId)
    if (known === undefined) this.#tell([{ type: 'absent', broker, orderId, proves: true }])
    else if (known.state === 'working') this.#tell([{ type: 'accepted', broker, orderId }])
    else if (known.state === 'rejected') this.#tell([{ type: 'rejected', broker, orderId, reason: 'broker' }])
    else if (known.state !== 'filled') this.#tell([{ type: known.state, broker, orderId }])
  }

  #take(reports: readonly ReportEvent[]): void {
    for (const report of reports) this.#keep(report)
    this.#tell(reports.map(withoutTime))
  }

  #keep(r: ReportEvent): void {
    const known = this.#orders.get(r.orderId)
    if (known === undefined) return
    if (r.type === 'filled') {
      const { orderId, fillNo, instrument, side, qty, price, fee, tax } = r
      this.#fills.push({ orderId, fillNo, instrument, side, qty, price, fee, tax })
      known.cumQty = r.cumQty
      if (known.cumQty >= known.qty) known.state = 'filled'
      this.#move(r)
    } else if (r.type === 'replaced') {
      known.qty = r.qty
      known.limit = r.limit
    } else if (r.type === 'canceled' || r.type === 'expired' || r.type === 'rejected') known.state = r.type
  }

  #move(r: Extract<ReportEvent, { type: 'filled' }>): void {
    const { instruments, currencies } = this.#o.context
    const instrument = instruments[r.instrument]
    if (instrument === undefined) return
    this.#positions[r.instrument] = (this.#positions[r.instrument] ?? 0) + r.side * r.qty
    const currency = currencies.indexOf(instrument.currency)
    const value = notional(instrument, r.side, r.qty, r.price)
    this.#cash[currency] = (this.#cash[currency] ?? 0) - r.side * value - r.fee - r.tax
  }

  #books(requestId: number): Omit<BooksEvent, 't'> {
    return {
      type: 'books',
      broker: this.#o.context.broker,
      requestId,
      orders: [...this.#orders].map(([orderId, k]): BookedOrder => {
        const { instrument, side } = k.terms
        return {
          orderId,
          externalId: 0,
          instrument,
          side,
          qty: k.qty,
          cumQty: k.cumQty,
          limit: k.limit,
          state: k.state,
        }
      }),
      fills: [...this.#fills],
      positions: this.#positions.flatMap((qty, instrument) =>
        qty === 0 ? [] : [{ instrument, qty, sellable: qty, avgPrice: 0 }],
      ),
      cash: this.#cash.map((amount, currency) => ({ currency, amount })),
    }
  }

  #tell(events: readonly BrokerInbound[]): void {
    if (this.#up && events.length > 0) this.events$.next(events)
  }
}

/** The sequencer stamps. */
function withoutTime(report: ReportEvent): BrokerInbound {
  const { t: _, ...rest } = report
  return rest as BrokerInbound
}
