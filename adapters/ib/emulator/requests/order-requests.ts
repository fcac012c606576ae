/**
 * Orders: place, modify (the same id again), cancel, cancel all, and asking what an order would do. Checks run in the
 * order in which TWS speaks of them: id, contract, account, terms, margin.
 */
import { contractQuery } from '../../wire/contract-fields.ts'
import { textOf, type Values } from '../../wire/layout.ts'
import { isTrue, isUnset, isZero, readInt } from '../../wire/numbers.ts'
import type { Account } from '../account.ts'
import type { Fault } from '../faults.ts'
import { findListings } from '../find-contract.ts'
import type { Listing } from '../listing.ts'
import { marginFault, whatIfFigures } from '../margin-check.ts'
import { statusValues, whatIfValues } from '../order-frames.ts'
import { type IbOrder, isOver, isStop, newOrder, type Owner, type Terms } from '../order.ts'
import { isRefusal, readTerms } from '../read-terms.ts'
import type { Session } from '../session.ts'
import { stampText } from '../times.ts'
import type { World } from '../world.ts'
import type { Handlers } from './handlers.ts'

const READ_ONLY = "-'cK' : cause - The API interface is currently in Read-Only mode."

export function orderRequests(world: World): Handlers {
  const requests = new OrderRequests(world)
  return {
    PLACE_ORDER: (session, v) => requests.receive(session, () => requests.place(session, v)),
    CANCEL_ORDER: (session, v) => requests.receive(session, () => requests.cancel(session, v)),
    REQ_GLOBAL_CANCEL: (session) => requests.receive(session, () => requests.cancelAll(session)),
  }
}

class OrderRequests {
  readonly #world: World

  constructor(world: World) {
    this.#world = world
  }

  /** Requests may be lost, late, or wait for the connection to IB; else they are looked at at once. */
  receive(session: Session, act: () => void): void {
    const { faults, connectivity, scheduler } = this.#world
    const [now, client] = [this.#world.now(), { client: session.clientId }]
    if (faults.take('request-lost', now, client) !== undefined) return
    const late = faults.take('request-late', now, client)
    const reach = (): void => {
      if (connectivity.outage === undefined || connectivity.outage.double) act()
      else connectivity.defer(act)
    }
    if (late === undefined) reach()
    else scheduler.at(now + Number(late.params.ms) * 1000, reach)
  }

  place(session: Session, v: Values): void {
    const world = this.#world
    const orderId = readInt(textOf(v, 'orderId'), 'orderId')
    const clientId = session.clientId ?? 0
    if (world.options.readOnly) return session.error(orderId, 321, READ_ONLY)
    const whatIf = isTrue(textOf(v, 'whatIf'))
    const before = whatIf ? undefined : world.desk.index.find(clientId, orderId)
    if (before === undefined && !whatIf && orderId < world.ids.next(clientId)) return session.error(orderId, 103)
    const listing = this.#listing(session, orderId, v)
    if (listing === undefined) return
    const account = this.#account(session, orderId, v)
    if (account === undefined) return
    const now = world.now()
    const terms = readTerms(v, listing, now)
    if (isRefusal(terms)) {
      session.error(orderId, terms.code, ...terms.gaps)
      if (before !== undefined && !isOver(before)) session.send('ORDER_STATUS', statusValues(before))
      return
    }
    if (whatIf) return this.#whatIf(session, { clientId, orderId, account, listing }, terms)
    if (before !== undefined) return this.#modify(session, before, account, listing, terms)
    this.#new(session, { clientId, orderId, account, listing }, terms)
  }

  #listing(session: Session, orderId: number, v: Values): Listing | undefined {
    const query = contractQuery(v)
    const named = query.conId !== '' || (query.symbol !== '' && query.secType !== '') || query.localSymbol !== ''
    if (!named) {
      session.error(orderId, 321, "-'bN' : cause - Please enter a valid security type")
      return undefined
    }
    if (query.exchange === '') {
      session.error(orderId, 321, "-'bN' : cause - Missing order exchange")
      return undefined
    }
    const found = findListings(this.#world.listings, query)
    if (found.length === 1) return this.#tradable(session, orderId, found[0] as Listing)
    if (found.length === 0) session.error(orderId, 200)
    else session.message(orderId, 200, 'The contract description specified for this request is ambiguous')
    return undefined
  }

  /** Pairs are there for their rates. */
  #tradable(session: Session, orderId: number, listing: Listing): Listing | undefined {
    if (listing.secType !== 'CASH') return listing
    session.error(orderId, 460)
    return undefined
  }

  #account(session: Session, orderId: number, v: Values): Account | undefined {
    const { accounts } = this.#world
    const id = textOf(v, 'account')
    if (id === '' && accounts.length > 1) {
      session.error(orderId, 435)
      return undefined
    }
    const account = id === '' ? accounts[0] : accounts.find((a) => a.id === id)
    if (account === undefined) session.error(orderId, 321, `-'bE' : cause - Invalid account code '${id.slice(0, 20)}'`)
    return account
  }

  #whatIf(session: Session, owner: Owner, terms: Terms): void {
    const now = this.#world.now()
    const figures = whatIfFigures(this.#world, owner.account, owner.listing, terms, now)
    const asked = newOrder(owner, 0, terms, now)
    session.send('OPEN_ORDER', whatIfValues(asked, figures))
  }

  #new(session: Session, owner: Owner, terms: Terms): void {
    const world = this.#world
    const { clientId, orderId, account, listing } = owner
    if (terms.parentId !== 0 && world.desk.index.find(clientId, terms.parentId) === undefined) {
      return session.error(orderId, 10006)
    }
    world.ids.use(clientId, orderId)
    const now = world.now()
    const refused = world.faults.take('order-refused', now, { client: clientId })
    if (refused !== undefined) return this.#refuse(session, owner, terms, refused)
    const fault = marginFault(world, account, listing, terms, undefined)
    if (fault !== undefined) return world.desk.reject(owner, terms, fault, now)
    this.#notes(session, orderId, listing, terms)
    world.desk.place(owner, terms, now)
    this.#locate(session, orderId)
  }

  #refuse(session: Session, owner: Owner, terms: Terms, fault: Fault): void {
    const { code, text, status } = fault.params
    if (code === 201 && status === 1) return this.#world.desk.reject(owner, terms, String(text), this.#world.now())
    const prefix = code === 201 ? 'Order rejected - reason:' : ''
    session.message(owner.orderId, Number(code), `${prefix}${String(text)}`)
  }

  /** What TWS remarks on an order that lives all the same. */
  #notes(session: Session, orderId: number, listing: Listing, terms: Terms): void {
    const world = this.#world
    const now = world.now()
    const note = world.faults.take('order-message', now, { client: session.clientId })
    if (note !== undefined)
      session.message(orderId, Number(note.params.code), `Order Message:\n${String(note.params.text)}`)
    if (terms.outsideRth && !isStop(terms)) {
      if (world.feed.alwaysOpen) return
      session.error(orderId, 2109)
    }
    if (terms.transmit && !world.desk.isOpen(listing, now)) {
      const at = world.desk.clocks[listing.instrument.id]?.nextOpen(now) ?? Infinity
      if (!Number.isFinite(at)) return
      const what = `${terms.side > 0 ? 'BUY' : 'SELL'} ${terms.qty} ${listing.symbol} ${listing.primaryExchange}`
      const until = stampText(at, listing.zone)
      session.error(orderId, 399, `${what}\nWarning: your order will not be placed at the exchange until ${until}`)
    }
  }

  #locate(session: Session, orderId: number): void {
    const world = this.#world
    const fault = world.faults.take('order-locate', world.now(), { client: session.clientId })
    const order = world.desk.index.find(session.clientId ?? 0, orderId)
    if (fault === undefined || order === undefined || isOver(order)) return
    session.error(orderId, 404)
    session.send('ORDER_STATUS', { ...statusValues(order), status: 'PreSubmitted', whyHeld: 'locate' })
  }

  #modify(session: Session, order: IbOrder, account: Account, listing: Listing, terms: Terms): void {
    const world = this.#world
    const { orderId } = order
    if (isOver(order)) return session.error(orderId, order.status === 'Filled' ? 104 : 103)
    const differs =
      order.account !== account ||
      order.listing !== listing ||
      order.terms.side !== terms.side ||
      order.terms.parentId !== terms.parentId
    const fault = differs
      ? 105
      : terms.qty <= order.filled
        ? 321
        : marginFault(world, account, listing, terms, order) === undefined
          ? undefined
          : 201
    if (fault !== undefined) {
      const cause = "-'bE' : cause - Order size must exceed the filled quantity"
      session.error(orderId, fault, fault === 321 ? cause : ' the margin does not suffice; the original order works on')
      session.send('ORDER_STATUS', statusValues(order))
      return
    }
    const now = world.now()
    if (world.connectivity.outage?.double === true) {
      // The first order works on at the exchange: the servers took the modification for a new order.
      world.desk.place({ clientId: order.clientId, orderId, account, listing }, terms, now)
      return
    }
    world.desk.modify(order, terms, now)
  }

  cancel(session: Session, v: Values): void {
    const world = this.#world
    const orderId = readInt(textOf(v, 'orderId'), 'orderId')
    if (world.options.readOnly) return session.error(orderId, 321, READ_ONLY)
    const [now, client] = [world.now(), { client: session.clientId }]
    if (world.faults.take('cancel-lost', now, client) !== undefined) return
    const order = world.desk.index.findToCancel(session.clientId ?? 0, orderId)
    if (order === undefined || isUnset(textOf(v, 'orderId')) || isZero(textOf(v, 'orderId'))) {
      return session.error(orderId, 10147, String(orderId))
    }
    if (isOver(order)) return session.error(orderId, 10148, String(orderId), order.status)
    const late = world.faults.take('cancel-late', now, client)
    const ghost = world.faults.take('cancel-then-fill', now, client)
    if (late !== undefined) this.#pending(session, order, Number(late.params.ms))
    else if (ghost !== undefined) this.#cancelThenFill(session, order, Number(ghost.params.ms))
    else world.desk.cancel(order, '', now)
  }

  /** The exchange takes its time; a fill meanwhile beats the cancel. */
  #pending(session: Session, order: IbOrder, ms: number): void {
    session.send('ORDER_STATUS', { ...statusValues(order), status: 'PendingCancel' })
    const at = this.#world.now() + ms * 1000
    this.#world.scheduler.at(at, () => this.#world.desk.cancel(order, '', at))
  }

  /** The confirmation was early: the fill that crossed it is told afterwards. */
  #cancelThenFill(session: Session, order: IbOrder, ms: number): void {
    session.send('ORDER_STATUS', { ...statusValues(order), status: 'Cancelled' })
    session.error(order.orderId, 202)
    const at = this.#world.now() + ms * 1000
    this.#world.scheduler.at(at, () => {
      if (!isOver(order)) this.#world.desk.fillNow(order, at)
    })
  }

  /** Orders of every client and those made by hand. */
  cancelAll(session: Session): void {
    const world = this.#world
    if (world.options.readOnly) return session.error(-1, 321, READ_ONLY)
    for (const order of world.desk.index.working()) world.desk.cancel(order, '', world.now())
  }
}
