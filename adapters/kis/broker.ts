/**
 * KIS as a broker of the engine: commands in, events out. Requests of one order run one after another; an order is sent
 * at most once (I-01), and an outcome that proves nothing is no event at all. Connecting is the engine's decision
 * here an attempt is made when it is asked for, and what becomes of it is told.
 */
import { Subject } from 'rxjs'
import { type Micros, SECOND } from '../../src/core/base/time.ts'
import type { BrokerRules } from '../../src/core/domain/broker.ts'
import type { BrokerRequest, CancelOrder, OrderCommand, Reconcile, SubmitOrder } from '../../src/core/domain/command.ts'
import type { LinkState } from '../../src/core/domain/control.ts'
import { type FeeModel, notional } from '../../src/core/domain/fees.ts'
import type { Money } from '../../src/core/domain/units.ts'
import type { AdapterContext, Broker, BrokerInbound, RawFrame } from '../../src/runtime/ports.ts'
import type { Observable } from 'rxjs'
import { AbsenceWatch } from './absence.ts'
import { type AccountInquiries, cashOf, positionsOf } from './accounts.ts'
import { bookedFills, bookedOrders, type Listed } from './books.ts'
import { Changes } from './changes.ts'
import { makeOrder } from './encode.ts'
import { BALANCES_APART, provesAbsence } from './evidence.ts'
import type { Listings, Market } from './instruments.ts'
import { readLeg } from './order-answer.ts'
import { OrderLists } from './lists.ts'
import { OrderDesk } from './order-desk.ts'
import type { OwnOrder, OwnOrders } from './own-orders.ts'
import type { DayPrices } from './day-prices.ts'
import type { RestAnswer, TradingRest } from './rest.ts'
import type { KisSettings } from './settings.ts'
import type { KisSocket } from './socket.ts'
import { readNotice } from './wire/notice.ts'
import type { Environment } from './wire/transactions.ts'

export interface BrokerParts<E extends Environment> {
  readonly context: AdapterContext
  readonly settings: KisSettings
  readonly rest: TradingRest<E>
  readonly socket: KisSocket
  readonly listings: Listings
  readonly orders: OwnOrders
  readonly accounts: AccountInquiries<E>
  readonly prices: DayPrices
  readonly fees: FeeModel
  readonly rules: BrokerRules
  readonly raw$: Observable<RawFrame>
  /** Ends what the parts share: connections and timers outside this broker. */
  readonly release: () => Promise<void>
}

const CHECK_AGAIN: Micros = 2 * SECOND
const CHECKS = 5

export class KisBroker<E extends Environment> implements Broker {
  readonly id = 'kis'
  readonly rules: BrokerRules
  readonly raw$: Observable<RawFrame>
  readonly events$ = new Subject<readonly BrokerInbound[]>()
  readonly #p: BrokerParts<E>
  readonly #desk: OrderDesk
  readonly #lists: OrderLists<E>
  readonly #absence: AbsenceWatch<E>
  readonly #changes: Changes<E>
  /** The last request of each order. */
  readonly #lane = new Map<number, Promise<void>>()
  readonly #work = new Set<Promise<void>>()
  readonly #timers = new Set<() => void>()
  #reconciling = false
  #stopped = false

  constructor(parts: BrokerParts<E>) {
    this.#p = parts
    this.rules = parts.rules
    this.raw$ = parts.raw$
    const { context, listings, orders, fees, rest, settings, accounts } = parts
    const { broker, clock } = context
    const tell = (events: readonly BrokerInbound[]): void => this.#tell(events)
    const check = (market: Market): void => this.#check(market)
    this.#desk = new OrderDesk({ broker, clock, listings, orders, fees, tell, check })
    this.#lists = new OrderLists({
      rest,
      account: settings.account,
      listings,
      clock,
      since: (market) => Math.min(clock.now(), ...orders.open(market).map((o) => o.sentAt)),
      absorb: (market, rows, askedAt) => this.#desk.absorb(market, rows, askedAt),
    })
    this.#absence = new AbsenceWatch(accounts)
    this.#changes = new Changes(parts, this.#desk, (market) => this.#lists.fresh(market))
  }

  start(): void {
    this.#connect(this.#p.context.clock.now())
  }

  async stop(): Promise<void> {
    this.#stopped = true
    for (const cancel of this.#timers) cancel()
    await this.#p.socket.close()
    // Requests that are out come back or run into their deadline: an order is not abandoned half-way.
    await Promise.allSettled(this.#work)
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
        return this.#run(this.#reconcile(command))
      case 'connect':
        return this.#connect(command.at)
    }
  }

  /* The link. */

  #connect(at: Micros): void {
    const { clock } = this.#p.context
    this.#later(Math.max(0, at - clock.now()), () => {
      if (this.#p.socket.state === 'idle' && !this.#stopped) this.#run(this.#attempt())
    })
  }

  async #attempt(): Promise<void> {
    const failure = await this.#p.socket.connect()
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
    const market: Market = tr.startsWith('H0GS') ? 'us' : 'kr'
    if (n === undefined) return this.#check(market)
    const { number, product } = this.#p.settings.account
    if (n.account.trim() !== number + product && n.account.trim() !== number) return
    this.#desk.notice(market, n)
  }

  /** Notices may be missing: the lists know. */
  doubtNotices(): void {
    for (const market of ['kr', 'us'] as const) if (this.#p.listings.has(market)) this.#check(market)
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
    const best = listing.market === 'us' && terms.orderType === 'market' ? await prices.best(listing) : undefined
    const range = listing.market === 'kr' ? await prices.range(listing) : undefined
    const { env, account, marketCollarBps: collarBps } = settings
    const made = makeOrder({ env, account, listing, terms, best, range, collarBps })
    if ('reason' in made) return this.#desk.refused(order, made.reason)
    orders.wire(order, made.limit, made.division)
    const side = terms.side > 0 ? 'buy' : 'sell'
    const answer = await rest.order(rest.codes.order[`${listing.market}.${side}`], made.fields)
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
    this.#run(next)
  }

  /* Questions. */

  /** An order that is not in our file, or whose request was not made yet when the process died, never left. */
  #ask(orderId: number): void {
    const { orders, context } = this.#p
    const order = orders.get(orderId)
    if (order === undefined ? !orders.complete : order.wired || order.phase !== 'doubt') {
      return this.#inLane(orderId, (known) => this.#query(known))
    }
    this.#tell([{ type: 'absent', broker: context.broker, orderId, proves: true }])
  }

  /** R-36, F-14. Without a number and without a proof there is nothing to say. */
  async #query(order: OwnOrder): Promise<void> {
    const { context, settings } = this.#p
    const { market } = order.listing
    const list = await this.#lists.fresh(market)
    if (!list.ok) return
    if (order.phase !== 'doubt') return this.#desk.report(order)
    const now = context.clock.now()
    const proves = provesAbsence(market, settings.env, now) || ((await this.#looksAbsent(order)) ?? false)
    if (order.phase !== 'doubt') return
    this.#tell([{ type: 'absent', broker: context.broker, orderId: order.orderId, proves }])
    this.#conclude(order, proves, now)
  }

  /**
   * Two proofs, far enough apart: it never arrived, and the books need not wait for it any more. Should it turn up all
   * the same, it is found as one that nobody expected (F-30).
   */
  #conclude(order: OwnOrder, proves: boolean, now: Micros): void {
    if (!proves) order.provenAt = 0
    else if (order.provenAt === 0) order.provenAt = now
    else if (now - order.provenAt >= BALANCES_APART) this.#p.orders.end(order, 'rejected')
  }

  #looksAbsent(order: OwnOrder): Promise<boolean | undefined> {
    const { id } = order.listing.instrument
    const noticed = this.#desk.noticedAt.get(id) ?? -Infinity
    return this.#absence.look(order, this.#p.context.clock.now(), noticed, {
      sales: this.#ownSales(id),
      wonBids: this.#wonBids(),
    })
  }

  #wonBids(): Money {
    return this.#p.orders
      .open('kr')
      .filter((o) => o.terms.side > 0 && o.phase === 'working')
      .reduce((sum, o) => sum + notional(o.listing.instrument, 1, o.leaves, o.wireLimit), 0)
  }

  #ownSales(instrument: number): number {
    return this.#p.orders
      .open()
      .filter((o) => o.listing.instrument.id === instrument && o.terms.side < 0 && o.phase === 'working')
      .reduce((sum, o) => sum + o.leaves, 0)
  }

  async #reconcile({ requestId }: Reconcile): Promise<void> {
    // The engine asks again when an answer stays away.
    if (this.#reconciling) return
    this.#reconciling = true
    try {
      await this.#giveBooks(requestId)
    } finally {
      this.#reconciling = false
    }
  }

  async #giveBooks(requestId: number): Promise<void> {
    const { context, accounts, listings, orders, settings } = this.#p
    const { broker, clock } = context
    const markets = (['kr', 'us'] as const).filter((m) => listings.has(m))
    const [domestic, overseas, dollars, ...lists] = await Promise.all([
      accounts.domestic(),
      listings.has('us') ? accounts.overseas() : [],
      listings.has('us') ? accounts.dollars(clock.now()) : undefined,
      ...markets.map((market) => this.#lists.fresh(market)),
    ])
    const listed = markets.map((market, i) => ({ market, list: lists[i] }) as Listed)
    await this.#sayPower()
    const known = domestic !== undefined && overseas !== undefined
    const holdings = known ? [...domestic.holdings, ...overseas] : undefined
    this.#tell([
      {
        type: 'books',
        broker,
        requestId,
        orders: bookedOrders(settings.env, clock.now(), listed, orders),
        fills: bookedFills(listed, orders),
        positions: holdings === undefined ? null : positionsOf(holdings, (i) => this.#ownSales(i)),
        cash: domestic?.won === undefined ? null : cashOf(context.currencies, { KRW: domestic.won, USD: dollars }),
      },
    ])
  }

  /** dollars that the broker would pay out of won. */
  async #sayPower(): Promise<void> {
    const { accounts, context, rules, listings } = this.#p
    const currency = context.currencies.indexOf('USD')
    if (rules.funding !== 'integrated' || currency < 0 || !listings.has('us')) return
    const power = await accounts.power()
    if (power === undefined) return
    this.#tell([{ type: 'buyingPower', broker: context.broker, currency, amount: power.withWon }])
  }

  /** Something is to be decided by a list; tried a few times, then the next reconciliation does it. */
  #check(market: Market, tries = 1): void {
    if (this.#stopped) return
    const work = this.#lists.fresh(market).then(async (list) => {
      if (list.ok) await this.#decideHeld(market)
      else if (tries < CHECKS) this.#later(CHECK_AGAIN, () => this.#check(market, tries + 1))
    })
    this.#run(work)
  }

  /** What is still undecided after a list: paper did not show the order. */
  async #decideHeld(market: Market): Promise<void> {
    const { orders, settings, accounts, context } = this.#p
    const held = [...orders.all].filter((o) => o.listing.market === market && o.held.length > 0)
    if (held.length === 0 || market !== 'kr' || settings.env !== 'paper') return
    const askedAt = context.clock.now()
    const domestic = await accounts.domestic()
    if (domestic === undefined) return
    for (const { listing, terms } of held) {
      const h = domestic.holdings.find((x) => x.listing === listing)
      const today = terms.side > 0 ? h?.boughtToday : h?.soldToday
      this.#desk.decideByDay(listing, terms.side, today ?? 0, askedAt)
    }
  }

  /* Upkeep. */

  #tell(events: readonly BrokerInbound[]): void {
    if (events.length > 0) this.events$.next(events)
  }

  /** Work that `stop` waits for; a failure in it is a fault of ours and ends the process. */
  #run(work: Promise<void>): void {
    this.#work.add(work)
    void work.finally(() => this.#work.delete(work))
  }

  #later(span: Micros, then: () => void): void {
    const cancel = this.#p.context.clock.after(span, () => {
      this.#timers.delete(cancel)
      then()
    })
    this.#timers.add(cancel)
  }
}
