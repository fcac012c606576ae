/**
 * Turns what IB says of orders into reports (reference 6). Open orders and statuses come doubled, late, in any order or
 * not at all, so each is read for what it proves: that the order exists, which of its numbers still works, that it has
 * ended. A refusal counts for the change under way, else for the order. What proves nothing starts a look at the lists.
 */
import type { Contract, Order, OrderState } from '@stoqey/ib'
import type { RejectReason } from '../../src/core/domain/reason.ts'
import { sessionTimes } from '../../src/reference/calendars.ts'
import type { BrokerInbound, Clock } from '../../src/runtime/ports.ts'
import type { Ending } from '../common/sent-order.ts'
import type { Adoption } from './adopt.ts'
import { type OrderMeaning, orderMeaning } from './codes.ts'
import type { OwnOrder, OwnOrders, Replacing } from './own-orders.ts'
import { localDay } from './times.ts'

export interface DeskPlace {
  readonly broker: number
  readonly account: string
  readonly clientId: number
  readonly clock: Clock
  readonly orders: OwnOrders
  readonly adoption: Adoption
  readonly tell: (events: readonly BrokerInbound[]) => void
  /** Ask IB for everything, soon: something is to be decided by it. */
  readonly check: () => void
  /** A cancellation found no working order: look, and say or try again. */
  readonly cancelDoubted: (order: OwnOrder) => void
  /** Sends a cancellation of every number of it that works. */
  readonly cancelAgain: (order: OwnOrder) => void
}

type BodyOf<E> = E extends { readonly orderId: number } ? Omit<E, 'broker' | 'orderId'> : never
export type ReportBody = BodyOf<BrokerInbound>

const OVER = ['Cancelled', 'ApiCancelled', 'Filled', 'Inactive']

/** What an open order says of itself. */
export interface OpenFacts {
  readonly wireId: number
  readonly permId: number
  readonly own: boolean
  readonly status: string
  readonly contract: Contract
  readonly order: Order
}

export class OrderDesk {
  readonly #place: DeskPlace
  /** Orders that IB calls inactive: refused or parked, a list decides. */
  readonly inactive = new Set<OwnOrder>()

  constructor(place: DeskPlace) {
    this.#place = place
  }

  /* Reports. */

  say(order: OwnOrder, event: ReportBody): void {
    const { broker, tell } = this.#place
    tell([{ ...event, broker, orderId: order.orderId } as BrokerInbound])
  }

  /** Says again where an order stands: the answer to a query. */
  report(order: OwnOrder): void {
    if (order.phase === 'working') this.say(order, { type: 'accepted' })
    else if (order.ending !== undefined) this.#sayEnd(order, order.ending)
  }

  #sayEnd(order: OwnOrder, as: Ending): void {
    if (as === 'rejected') this.say(order, { type: 'rejected', reason: 'broker' })
    else if (as !== 'filled') this.say(order, { type: as })
  }

  /* What IB shows. */

  openOrder(facts: OpenFacts): OwnOrder | undefined {
    const { orders } = this.#place
    const { permId, wireId, own, order: theirs } = facts
    const of = { permId, wireId, own, ...(theirs.orderRef === undefined ? {} : { ref: theirs.orderRef }) }
    const order = orders.match(of) ?? this.#place.adoption.order(wireId, facts.contract, theirs)
    if (order === undefined) return undefined
    this.known(order, permId, OVER.includes(facts.status))
    this.#status(order, permId, facts.status)
    if (order.replacing !== undefined && !OVER.includes(facts.status)) this.#compare(order, order.replacing, theirs)
    return order
  }

  orderStatus(wireId: number, status: string, filled: number, permId: number, clientId: number): void {
    const { orders, check } = this.#place
    const order = orders.match({ permId, wireId, own: clientId === this.#place.clientId })
    if (order === undefined) return
    // A status has no reference: under a number that is not known it may be of another run's order (F-33).
    if (permId > 0 && order.legs.size > 0 && !order.legs.has(permId)) return check()
    this.#status(order, permId, status)
    const told = order.listing.qty(filled)
    if (told === undefined || told <= order.cum) return
    // Executions come first as a rule (reference 6.2); what is not here soon is asked for.
    order.told = Math.max(order.told, told)
    check()
  }

  #status(order: OwnOrder, permId: number, status: string): void {
    switch (status) {
      case 'Cancelled':
      case 'ApiCancelled':
        return this.#legEnded(order, permId)
      case 'Filled':
        if (permId > 0) order.legs.set(permId, 'ended')
        return this.accept(order)
      case 'Inactive':
        if (!order.isOpen) return
        this.inactive.add(order)
        return this.#place.check()
      default:
        return this.accept(order)
    }
  }

  /** IB spoke of the order under this number; a second number that works beside the first is F-32. */
  known(order: OwnOrder, permId: number | undefined, over = false): void {
    if (permId === undefined || permId <= 0 || order.legs.has(permId)) return
    const before = order.liveLegs
    this.#place.orders.leg(order, permId)
    if (over || before.length === 0) return
    // A modification that crossed an outage left both: neither is what was asked for, so both are taken back.
    order.replacing = undefined
    order.cancels = 0
    this.#place.cancelAgain(order)
  }

  accept(order: OwnOrder): void {
    if (order.phase === 'sending') order.phase = 'working'
    if (order.accepted) return
    order.accepted = true
    this.say(order, { type: 'accepted' })
  }

  #legEnded(order: OwnOrder, permId: number): void {
    if (permId > 0) order.legs.set(permId, 'ended')
    else for (const leg of order.legs.keys()) order.legs.set(leg, 'ended')
    // The other half of a double is still there; a cancellation takes one at a time.
    if (order.liveLegs.length > 0) return this.#place.cancelAgain(order)
    this.end(order)
  }

  /** Its life is over by IB's word: by our cancellation, by the end of its day, or by theirs. */
  end(order: OwnOrder, as: Ending = order.canceling || !this.#dayIsOver(order) ? 'canceled' : 'expired'): void {
    if (!order.isOpen) return
    for (const leg of order.legs.keys()) order.legs.set(leg, 'ended')
    this.inactive.delete(order)
    this.#place.orders.end(order, as)
    order.replacing = undefined
    this.#sayEnd(order, as)
    // What it filled may have been told less of than happened.
    if (as !== 'rejected' && order.told > order.cum) this.#place.check()
  }

  #dayIsOver({ listing, terms }: OwnOrder): boolean {
    if (terms.timeInForce !== 'DAY') return false
    const now = this.#place.clock.now()
    const { venue } = listing.instrument
    const session = sessionTimes(venue, localDay(venue, now))
    return session === undefined || now >= session.close || now < session.open
  }

  /* Changes. */

  #compare(order: OwnOrder, to: Replacing, theirs: Order): void {
    const { listing, terms } = order
    const limited = terms.orderType === 'limit' || terms.orderType === 'stopLimit'
    const stopped = terms.orderType === 'stop' || terms.orderType === 'stopLimit'
    const same =
      listing.qty(theirs.totalQuantity) === to.qty &&
      (!limited || listing.price(theirs.lmtPrice) === to.limit) &&
      (!stopped || listing.price(theirs.auxPrice) === to.stop)
    if (same) this.replaced(order, to)
  }

  replaced(order: OwnOrder, to: Replacing): void {
    const { qty, limit, stop } = to
    order.replacing = undefined
    this.#place.orders.retermed(order, to)
    this.say(order, { type: 'replaced', qty, limit, stop })
  }

  refuseReplacement(order: OwnOrder, reason: RejectReason): void {
    order.replacing = undefined
    this.say(order, { type: 'replaceRejected', reason })
  }

  refuseCancel(order: OwnOrder, reason: RejectReason): void {
    order.canceling = false
    this.say(order, { type: 'cancelRejected', reason })
  }

  /* Messages about an order. */

  error(wireId: number, code: number, text: string): void {
    const order = this.#place.orders.byWire(wireId)
    if (order === undefined) return
    const meaning = orderMeaning(code, text)
    switch (meaning.fate) {
      case 'live':
        return
      case 'canceled':
        return this.#canceledNote(order)
      case 'check':
        return this.#cancelMissed(order)
      case 'dead':
        return this.#refused(order, meaning)
      case 'unknown':
        if (order.isOpen) this.#place.check()
    }
  }

  #cancelMissed(order: OwnOrder): void {
    if (!order.canceling) return
    if (order.isOpen) this.#place.cancelDoubted(order)
    else if (order.ending === 'filled') this.refuseCancel(order, 'too_late')
  }

  /** 202 carries no number: of a double it says nothing certain, the statuses do. */
  #canceledNote(order: OwnOrder): void {
    if (!order.isOpen) return
    if (order.legs.size > 1) return this.#place.check()
    this.#legEnded(order, 0)
  }

  #refused(order: OwnOrder, { reason }: OrderMeaning): void {
    if (order.replacing !== undefined) return this.refuseReplacement(order, reason)
    if (!order.isOpen) return
    if (order.canceling && order.accepted) return this.#place.cancelDoubted(order)
    this.refuse(order, reason)
  }

  refuse(order: OwnOrder, reason: RejectReason): void {
    for (const leg of order.legs.keys()) order.legs.set(leg, 'ended')
    this.inactive.delete(order)
    this.#place.orders.end(order, 'rejected')
    this.say(order, { type: 'rejected', reason })
  }
}

export function factsOf(
  clientId: number,
  wireId: number,
  contract: Contract,
  order: Order,
  state: OrderState,
): OpenFacts {
  const permId = order.permId ?? 0
  return { wireId, permId, own: order.clientId === clientId, status: String(state.status ?? ''), contract, order }
}
