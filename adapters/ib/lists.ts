/**
 * Everything IB knows of today's orders, in one look: open orders of all clients, executions, completed orders. What
 * they show is absorbed by the desk and the fills as it comes; here it is only known whether all of it came, and what
 * the whole decides: orders that ended unseen, changes that never arrived, refusals without a word.
 */
import type { Contract, Execution, Order, OrderState } from '@stoqey/ib'
import { type Micros, SECOND } from '../../src/core/base/time.ts'
import type { Clock } from '../../src/runtime/ports.ts'
import type { Adoption } from './adopt.ts'
import type { Asks } from './asks.ts'
import type { Lists, Stranger } from './books.ts'
import type { Contracts } from './contracts.ts'
import type { Fills } from './fills.ts'
import type { IbLink } from './link.ts'
import { factsOf, type OrderDesk } from './order-desk.ts'
import type { OwnOrder, OwnOrders } from './own-orders.ts'
import { Sweep } from './sweeps.ts'

export interface ListsPlace {
  readonly link: IbLink
  readonly asks: Asks
  readonly clock: Clock
  readonly account: string
  readonly clientId: number
  readonly contracts: Contracts
  readonly orders: OwnOrders
  readonly adoption: Adoption
  readonly desk: OrderDesk
  readonly fills: Fills
}

/** A replacement that left longer ago than this and is not to be seen did not arrive. */
const CHANGES_WITHIN: Micros = 2 * SECOND

interface Completed {
  readonly status: string
  readonly filled: number
}

export class OrderLists {
  readonly #place: ListsPlace
  readonly #open: Sweep
  readonly #completed: Sweep
  readonly #shown = new Set<number>()
  readonly #strangers = new Map<number, Stranger>()
  readonly #ended = new Map<OwnOrder, Completed>()
  #current: Promise<Lists | undefined> | undefined
  #next: Promise<Lists | undefined> | undefined

  constructor(place: ListsPlace) {
    this.#place = place
    const { link, asks, fills } = place
    this.#open = new Sweep(
      link,
      (api) => api.reqAllOpenOrders(),
      () => {
        this.#shown.clear()
        this.#strangers.clear()
      },
    )
    this.#completed = new Sweep(
      link,
      (api) => api.reqCompletedOrders(false),
      () => this.#ended.clear(),
    )
    link.on('openOrder', (id, contract, order, state) => this.#openOrder(id, contract, order, state))
    link.on('openOrderEnd', () => this.#open.end())
    link.on('completedOrder', (contract, order, state) => this.#completedOrder(contract, order, state))
    link.on('completedOrdersEnd', () => this.#completed.end())
    link.on('execDetails', (_, contract: Contract, execution: Execution) => fills.execution(contract, execution))
    link.on('execDetailsEnd', (reqId) => asks.end(reqId))
    link.on('commissionReport', (report) => fills.commission(report))
  }

  #openOrder(wireId: number, contract: Contract, order: Order, state: OrderState): void {
    const { account, clientId, contracts, desk } = this.#place
    if ((order.account ?? account) !== account || order.whatIf === true) return
    const facts = factsOf(clientId, wireId, contract, order, state)
    const own = desk.openOrder(facts)
    if (facts.permId > 0) this.#shown.add(facts.permId)
    if (own !== undefined || facts.permId <= 0) return
    const listing = contracts.find(contract)
    const qty = listing?.qty(order.totalQuantity)
    if (listing === undefined || qty === undefined) return
    const limit = order.orderType?.includes('LMT') === true ? (listing.price(order.lmtPrice) ?? 0) : 0
    const side = String(order.action) === 'BUY' ? 1 : -1
    this.#strangers.set(facts.permId, { permId: facts.permId, listing, side, qty, cumQty: 0, limit })
  }

  #completedOrder(contract: Contract, order: Order, state: OrderState): void {
    const { orders, account, adoption } = this.#place
    if ((order.account ?? account) !== account) return
    const permId = order.permId ?? 0
    const of = { permId, own: false, ...(order.orderRef === undefined ? {} : { ref: order.orderRef }) }
    // Completed orders have no number of the client: an adopted one gets none that was ever sent.
    const own = orders.match(of) ?? adoption.order(0, contract, order)
    if (own === undefined) return
    if (permId > 0 && !own.legs.has(permId)) this.#place.desk.known(own, permId, true)
    if (permId > 0) own.legs.set(permId, 'ended')
    this.#ended.set(own, { status: String(state.status ?? ''), filled: order.filledQuantity ?? 0 })
  }

  /** As everything is after now; undefined where a list was not delivered whole. */
  fresh(): Promise<Lists | undefined> {
    const current = this.#current
    if (current === undefined) return this.#look()
    this.#next ??= current.then(() => {
      this.#next = undefined
      return this.#look()
    })
    return this.#next
  }

  #look(): Promise<Lists | undefined> {
    const looking = this.#gather().finally(() => {
      if (this.#current === looking) this.#current = undefined
    })
    this.#current = looking
    return looking
  }

  async #gather(): Promise<Lists | undefined> {
    const { clock, asks, fills } = this.#place
    const askedAt = clock.now()
    // Orders before their executions: one that our file lost is taken back with its terms.
    const orders = [this.#open.fresh(), this.#completed.fresh()] as const
    const executions = asks.ask<never>('query', (api, reqId) => api.reqExecutions(reqId, {}))
    const [open, completed, executed] = await Promise.all([...orders, executions])
    if (executed.ok) fills.listed()
    if (!open || !completed || !executed.ok) return undefined
    for (const order of this.#place.orders.open()) if (order.sentAt < askedAt) this.#decide(order, askedAt)
    return { askedAt, shown: new Set(this.#shown), strangers: [...this.#strangers.values()] }
  }

  #decide(order: OwnOrder, askedAt: Micros): void {
    const { desk } = this.#place
    const works = order.liveLegs.some((leg) => this.#shown.has(leg))
    const { replacing } = order
    // What the list shows was compared as it came: it is not what was asked for.
    if (works && replacing !== undefined && askedAt - replacing.sentAt > CHANGES_WITHIN) {
      desk.refuseReplacement(order, 'not_received')
    }
    if (works) {
      desk.inactive.delete(order)
      return
    }
    const ended = this.#ended.get(order)
    if (ended !== undefined && ended.status !== 'Filled') return desk.end(order)
    // A refusal is in no list.
    if (ended === undefined && desk.inactive.has(order)) desk.refuse(order, 'broker')
  }
}
