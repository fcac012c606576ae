/**
 * IB as a broker of the engine: commands in, events out. There are no answers on this wire, only messages about orders,
 * and what proves nothing is no event at all. Connecting is the engine's decision: here an attempt is made when it is asked for.
 */
import { type Observable, Subject } from 'rxjs'
import { MINUTE, type Micros, SECOND } from '../../src/core/base/time.ts'
import type { BrokerRules } from '../../src/core/domain/broker.ts'
import type { BrokerRequest, OrderCommand, Reconcile } from '../../src/core/domain/command.ts'
import type { LinkState } from '../../src/core/domain/control.ts'
import type { AdapterContext, Broker, BrokerInbound, RawFrame } from '../../src/runtime/ports.ts'
import { Upkeep } from '../common/upkeep.ts'
import type { IbAccount } from './account.ts'
import { bookedFills, bookedOrders } from './books.ts'
import type { Contracts } from './contracts.ts'
import type { IbLink } from './link.ts'
import type { OrderLists } from './lists.ts'
import type { OrderDesk } from './order-desk.ts'
import { OrdersOut } from './orders-out.ts'
import type { OwnOrder, OwnOrders } from './own-orders.ts'
import type { IbSettings } from './settings.ts'

export interface BrokerParts {
  readonly context: AdapterContext
  readonly settings: IbSettings
  readonly link: IbLink
  readonly contracts: Contracts
  readonly orders: OwnOrders
  readonly desk: OrderDesk
  readonly lists: OrderLists
  readonly account: IbAccount
  readonly rules: BrokerRules
  readonly raw$: Observable<RawFrame>
  /** What people should know beforehand: logins that are due, a gateway that is read-only. */
  readonly release: () => Promise<void>
}

/** Executions come right behind what announces them; only what stays away is asked for. */
const CHECK_AFTER: Micros = SECOND / 4
/** Between two looks that nobody commanded. */
const CHECK_APART: Micros = 2 * SECOND

export class IbBroker implements Broker {
  readonly id = 'ib'
  readonly rules: BrokerRules
  readonly raw$: Observable<RawFrame>
  readonly events$ = new Subject<readonly BrokerInbound[]>()
  readonly #p: BrokerParts
  readonly #orders: OrdersOut
  readonly #upkeep: Upkeep
  #told: 'up' | 'lost' = 'lost'
  #attempting = false
  #reconciling = false
  #checking = false
  #checkedAt: Micros = -MINUTE
  #stopped = false

  constructor(parts: BrokerParts) {
    this.#p = parts
    this.#upkeep = new Upkeep(parts.context.clock)
    this.rules = parts.rules
    this.raw$ = parts.raw$
    this.#orders = new OrdersOut({
      ...parts,
      tell: (events) => this.tell(events),
      run: (work) => this.#upkeep.run(work),
    })
    parts.link.watch({
      up: () => {
        parts.contracts.resolveAll()
        this.#told = 'up'
        this.link('up')
      },
      // A socket that ends while the gateway is away from IB is no second loss.
      lost: () => {
        if (this.#told === 'up') this.link('lost')
        this.#told = 'lost'
      },
      error: (id, code, text) => parts.desk.error(id, code, text),
      damaged: (name) => {
        if (ORDER_MESSAGES.has(name) || Number.isNaN(name)) this.check()
      },
    })
    parts.link.on('orderStatus', (id, status, filled, _left, _avg, permId, _parent, _last, clientId) =>
      parts.desk.orderStatus(id, status, filled, permId ?? 0, clientId ?? -1),
    )
  }

  start(): void {
    this.#connect(this.#p.context.clock.now())
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#upkeep.cancelTimers()
    await this.#p.link.close()
    await this.#upkeep.settled()
    await this.#p.release()
  }

  send(command: OrderCommand | BrokerRequest): void {
    switch (command.type) {
      case 'submit':
        return this.#orders.submit(command)
      case 'cancel':
        return this.#orders.cancel(command.orderId)
      case 'replace':
        return this.#orders.replace(command)
      case 'query':
        return this.#upkeep.run(this.#query(command.orderId))
      case 'reconcile':
        return this.#upkeep.run(this.#reconcile(command))
      case 'connect':
        return this.#connect(command.at)
    }
  }

  cancelAgain(order: OwnOrder): void {
    this.#orders.cancelAgain(order)
  }

  cancelDoubted(order: OwnOrder): void {
    this.#orders.cancelDoubted(order)
  }

  tell(events: readonly BrokerInbound[]): void {
    if (events.length > 0) this.events$.next(events)
  }

  /* The link. */

  #connect(at: Micros): void {
    const { clock } = this.#p.context
    this.#upkeep.later(Math.max(0, at - clock.now()), () => {
      if (this.#stopped) return
      if (this.#p.link.serves) this.link('up')
      else if (!this.#attempting) this.#upkeep.run(this.#attempt())
    })
  }

  /** What becomes of it is told by the link itself when it is up; a failure only here. */
  async #attempt(): Promise<void> {
    this.#attempting = true
    const failure = await this.#p.link.connect()
    this.#attempting = false
    if (failure !== undefined && !this.#stopped && !this.#p.link.serves) this.link('failed')
  }

  link(link: LinkState): void {
    this.tell([{ type: 'link', broker: this.#p.context.broker, link }])
  }

  /* Questions. */

  /** R-36, F-14: here three lists together show every order of the day, so not to be in them proves absence. */
  async #query(orderId: number): Promise<void> {
    const { orders, lists, desk, context } = this.#p
    const order = orders.get(orderId)
    const found = await lists.fresh()
    if (found === undefined) return
    const absent = order === undefined || (order.isOpen && !order.liveLegs.some((leg) => found.shown.has(leg)))
    if (order === undefined || absent) {
      this.tell([{ type: 'absent', broker: context.broker, orderId, proves: true }])
    } else desk.report(order)
  }

  async #reconcile({ requestId }: Reconcile): Promise<void> {
    // The engine asks again when an answer stays away.
    if (this.#reconciling) return
    this.#reconciling = true
    try {
      const { lists, account, orders, context } = this.#p
      const [found, positions, cash] = await Promise.all([lists.fresh(), account.freshPositions(), account.freshCash()])
      const books = {
        orders: found === undefined ? null : bookedOrders(orders, found),
        fills: found === undefined ? null : bookedFills(orders),
      }
      this.tell([{ type: 'books', broker: context.broker, requestId, ...books, positions, cash }])
    } finally {
      this.#reconciling = false
    }
  }

  /** Something is missing: a look at the lists, soon, and not over and over. */
  check(): void {
    if (this.#checking || this.#stopped) return
    this.#checking = true
    const { clock } = this.#p.context
    const wait = Math.max(CHECK_AFTER, this.#checkedAt + CHECK_APART - clock.now())
    this.#upkeep.later(wait, () => {
      this.#checkedAt = clock.now()
      this.#checking = false
      this.#upkeep.run(this.#p.lists.fresh().then(() => undefined))
    })
  }
}

/** Order status, error, open order, execution, commission, completed order: what must not be missed. */
const ORDER_MESSAGES: ReadonlySet<number> = new Set([3, 4, 5, 11, 59, 101])
