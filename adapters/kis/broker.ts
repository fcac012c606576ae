/**
 * KIS as a broker of the engine: commands in, events out. Requests of one order run one after another; an order is sent
 * at most once (I-01), and an outcome that proves nothing is no event at all. Connecting is the engine's decision
 * here an attempt is made when it is asked for, and what becomes of it is told.
 */
import { Subject } from 'rxjs'
import type { Micros } from '../../src/core/base/time.ts'
import type { BrokerRules } from '../../src/core/domain/broker.ts'
import type { BrokerRequest, CancelOrder, OrderCommand, SubmitOrder } from '../../src/core/domain/command.ts'
import type { LinkState } from '../../src/core/domain/control.ts'
import type { Broker, BrokerInbound, RawFrame } from '../../src/runtime/ports.ts'
import type { Observable } from 'rxjs'
import { Upkeep } from '../common/upkeep.ts'
import type { BrokerParts } from './broker-parts.ts'
import { Changes } from './changes.ts'
import { makeOrder } from './encode.ts'
import { Inquirer } from './inquirer.ts'
import { isOverseas, type Market } from './instruments.ts'
import { readLeg } from './order-answer.ts'
import { OrderLists } from './lists.ts'
import { OrderDesk } from './order-desk.ts'
import type { OwnOrder } from './own-orders.ts'
import type { RestAnswer } from './rest.ts'
import { readNotice } from './wire/notice.ts'
import type { Environment } from './wire/transactions.ts'

export class KisBroker<E extends Environment> implements Broker {
  readonly id = 'kis'
  readonly rules: BrokerRules
  readonly raw$: Observable<RawFrame>
  readonly events$ = new Subject<readonly BrokerInbound[]>()
  readonly #p: BrokerParts<E>
  readonly #desk: OrderDesk
  readonly #lists: OrderLists<E>
  readonly #inquirer: Inquirer<E>
  readonly #changes: Changes<E>
  /** The last request of each order. */
  readonly #lane = new Map<number, Promise<void>>()
  readonly #upkeep: Upkeep
  #stopped = false

  constructor(parts: BrokerParts<E>) {
    this.#p = parts
    this.#upkeep = new Upkeep(parts.context.clock)
    this.rules = parts.rules
    this.raw$ = parts.raw$
    const { context, listings, orders, fees, rest, settings } = parts
    const { broker, clock } = context
    const tell = (events: readonly BrokerInbound[]): void => this.#tell(events)
    const check = (market: Market): void => this.#inquirer.check(market)
    this.#desk = new OrderDesk({ broker, clock, listings, orders, fees, tell, check })
    this.#lists = new OrderLists({
      rest,
      account: settings.account,
      listings,
      clock,
      since: (market) => Math.min(clock.now(), ...orders.open(market).map((o) => o.sentAt)),
      absorb: (market, rows, askedAt) => this.#desk.absorb(market, rows, askedAt),
    })
    this.#inquirer = new Inquirer(parts, this.#desk, this.#lists, {
      tell,
      later: (span, then) => this.#upkeep.later(span, then),
      run: (work) => this.#upkeep.run(work),
      isStopped: () => this.#stopped,
    })
    this.#changes = new Changes(parts, this.#desk, (market) => this.#lists.fresh(market))
  }

  start(): void {
    this.#connect(this.#p.context.clock.now())
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#upkeep.cancelTimers()
    this.#p.endRequests()
    await this.#p.session.close()
    // Requests that are out come back or run into their deadline: an order is not abandoned half-way.
    await this.#upkeep.settled()
    await this.#p.release()
  }

  send(command: OrderCommand | BrokerRequest): void {
    switch (command.type) {
      case 'submit':
        return this.#submit(command)
      case 'cancel':
        return this.#cancel(command)
      case 'replace':
        return this.#inLane(command.orderId, (order) => this.#changes.replace(order, command))
      case 'query':
        return this.#ask(command.orderId)
      case 'reconcile':
        return this.#upkeep.run(this.#inquirer.reconcile(command))
      case 'connect':
        return this.#connect(command.at)
    }
  }

  /* The link. */

  #connect(at: Micros): void {
    const { clock } = this.#p.context
    this.#upkeep.later(Math.max(0, at - clock.now()), () => {
      if (this.#stopped) return
      if (this.#p.session.state === 'idle') this.#upkeep.run(this.#attempt())
      else if (this.#p.session.state === 'up') this.link('up')
    })
  }

  async #attempt(): Promise<void> {
    const failure = await this.#p.session.connect()
    if (this.#stopped) return
    this.link(failure === undefined ? 'up' : 'failed')
    if (failure === undefined) this.#p.prices.refresh()
  }

  link(link: LinkState): void {
    this.#tell([{ type: 'link', broker: this.#p.context.broker, link }])
  }

  /** From the socket: a notice in plain text. */
  notice(tr: string, text: string): void {
    const n = readNotice(tr, text)
    const abroad = tr.startsWith('H0GS')
    if (n === undefined) return this.#doubt((market) => (market === 'kr') !== abroad)
    const { number, product } = this.#p.settings.account
    if (n.account.trim() !== number + product && n.account.trim() !== number) return
    // One registration brings the notices of every market abroad; the code says which one is meant.
    const market = abroad ? this.#p.listings.abroad(n.symbol)?.market : 'kr'
    if (market === undefined) return this.#doubt((m) => m !== 'kr')
    this.#desk.notice(market, n)
  }

  /** Notices may be missing: the lists know. */
  doubtNotices(): void {
    this.#doubt(() => true)
  }

  #doubt(which: (market: Market) => boolean): void {
    for (const market of this.#p.listings.markets) if (which(market)) this.#inquirer.check(market)
  }

  /* Orders. */

  #submit(command: SubmitOrder): void {
    const { listings, orders, context } = this.#p
    const { orderId, instrument, side, orderType, qty, limit, stop, timeInForce } = command
    const listing = listings.of(instrument)
    if (listing === undefined) {
      this.#tell([{ type: 'rejected', broker: context.broker, orderId, reason: 'unsupported' }])
      return
    }
    // The same command again is no second order.
    if (orders.get(orderId) !== undefined) return
    const terms = { instrument, side, orderType, qty, limit, stop, timeInForce }
    orders.sent(orderId, listing, terms, context.clock.now())
    this.#inLane(orderId, (order) => this.#place(order))
  }

  async #place(order: OwnOrder): Promise<void> {
    const { settings, prices, rest, orders } = this.#p
    const { listing, terms } = order
    const best = isOverseas(listing) && terms.orderType === 'market' ? await prices.best(listing) : undefined
    const range = await prices.range(listing)
    const { env, account, marketCollarBps: collarBps } = settings
    const made = makeOrder({ env, account, listing, terms, best, range, collarBps })
    if ('reason' in made) return this.#desk.refused(order, made.reason)
    orders.wire(order, made.limit, made.division)
    const side = terms.side > 0 ? 'buy' : 'sell'
    const answer = await rest.order(rest.codes.order[`${listing.orders}.${side}`], made.fields)
    this.#answered(order, answer)
  }

  #answered(order: OwnOrder, answer: RestAnswer): void {
    // Notices may have placed it already.
    if (!answer.ok) {
      if (order.phase !== 'sending') return
      if (answer.trouble.class === 'unknown') this.#desk.doubted(order)
      else this.#desk.refused(order, answer.trouble.reason)
      return
    }
    const leg = readLeg(answer, this.#p.context.clock.now(), order.wireLimit)
    if (leg === undefined) this.#desk.doubted(order)
    else this.#desk.numbered(order, leg)
  }

  #cancel(command: CancelOrder): void {
    this.#inLane(command.orderId, (order) => this.#changes.cancel(order))
  }

  /** One order's requests in the order in which they were commanded. */
  #inLane(orderId: number, act: (order: OwnOrder) => Promise<void>): void {
    const order = this.#p.orders.get(orderId)
    if (order === undefined) return
    const before = this.#lane.get(orderId) ?? Promise.resolve()
    const next = before.then(() => act(order))
    this.#lane.set(
      orderId,
      next.finally(() => {
        if (this.#lane.get(orderId) === next) this.#lane.delete(orderId)
      }),
    )
    this.#upkeep.run(next)
  }

  /** An order that is not in our file, or whose request was not made yet when the process died, never left. */
  #ask(orderId: number): void {
    const { orders, context } = this.#p
    const order = orders.get(orderId)
    if (order === undefined ? !orders.complete : order.wired || order.phase !== 'doubt') {
      return this.#inLane(orderId, (known) => this.#inquirer.query(known))
    }
    this.#tell([{ type: 'absent', broker: context.broker, orderId, proves: true }])
  }

  /* Upkeep. */

  #tell(events: readonly BrokerInbound[]): void {
    if (events.length > 0) this.events$.next(events)
  }
}
