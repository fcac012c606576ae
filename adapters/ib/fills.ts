/**
 * Executions → fills, corrections and busts (reference 6.2, 6.3; F-09, F-28, F-29, I-14). Fills come from executions
 * alone, never from a status. The root of an execution id is the fill, its last group the revision: a higher one takes
 * the place of the one before, a lower or equal one is old news. The broker's own cost comes later and by itself.
 */
import type { Contract, Execution } from '@stoqey/ib'
import { charge, type FeeModel, nothingCharged } from '../../src/core/domain/fees.ts'
import { moneyDecimals, type Qty, type Side } from '../../src/core/domain/units.ts'
import { fromIbCurrency } from '../../src/reference/broker-codes.ts'
import type { BrokerInbound, Clock } from '../../src/runtime/ports.ts'
import type { Adoption } from './adopt.ts'
import type { Contracts, IbListing } from './contracts.ts'
import type { CommissionFacts } from './events.ts'
import { rounded } from './numbers.ts'
import type { OwnFill, OwnOrder, OwnOrders } from './own-orders.ts'

export interface FillsPlace {
  readonly broker: number
  readonly account: string
  readonly clientId: number
  readonly clock: Clock
  readonly contracts: Contracts
  readonly orders: OwnOrders
  readonly adoption: Adoption
  readonly fees: FeeModel
  readonly tell: (events: readonly BrokerInbound[]) => void
  /** IB spoke of this order under this number of the account. */
  readonly known: (order: OwnOrder, permId: number | undefined) => void
  /** The order's quantity is filled. */
  readonly complete: (order: OwnOrder) => void
  /** Something is missing or cannot be read: ask IB for everything. */
  readonly check: () => void
}

export interface ExecutionId {
  readonly root: string
  readonly revision: number
}

/** `0000e0d5.63f8f39c.01.02`: the last group counts revisions. */
export function readExecutionId(id: string): ExecutionId | undefined {
  const at = id.lastIndexOf('.')
  const revision = Number(id.slice(at + 1))
  return at > 0 && Number.isSafeInteger(revision) && id.length < 100 ? { root: id.slice(0, at), revision } : undefined
}

/** Costs that came before their execution, at most so many. */
const WAITING_MAX = 1000

export class Fills {
  readonly #place: FillsPlace
  /** Executions that are not ours, by root. */
  readonly #foreign = new Map<string, number>()
  readonly #costs = new Map<string, CommissionFacts>()
  #foreignKnown = false

  constructor(place: FillsPlace) {
    this.#place = place
  }

  execution(contract: Contract, e: Execution): void {
    const { account, orders, clientId, check } = this.#place
    if ((e.acctNumber ?? account) !== account) return
    const id = readExecutionId(e.execId ?? '')
    if (id === undefined) return check()
    const of = { own: e.clientId === clientId, ...(e.orderRef === undefined ? {} : { ref: e.orderRef }) }
    const numbers = {
      ...(e.permId === undefined ? {} : { permId: e.permId }),
      ...(e.orderId === undefined ? {} : { wireId: e.orderId }),
    }
    const order =
      orders.byRoot(id.root) ?? orders.match({ ...of, ...numbers }) ?? this.#place.adoption.execution(contract, e)
    if (order === undefined) return this.#stranger(contract, e, id)
    this.#place.known(order, e.permId)
    this.#own(order, e, id)
  }

  #own(order: OwnOrder, e: Execution, id: ExecutionId): void {
    const { listing } = order
    const [qty, price] = [listing.qty(e.shares), listing.price(e.price)]
    const known = order.fills.find((f) => f.root === id.root)
    if (qty === undefined || price === undefined || qty < 0) return this.#place.check()
    if (known === undefined && qty > 0) this.#fill(order, id, qty, price)
    else if (known !== undefined && id.revision > known.revision) this.#revise(order, known, id, qty, price)
    const cum = listing.qty(e.cumQty)
    // Another fill of it was told to nobody.
    if (cum !== undefined && cum > order.cum) this.#place.check()
    if (order.cum >= order.qty) this.#place.complete(order)
  }

  #fill(order: OwnOrder, { root, revision }: ExecutionId, qty: Qty, price: number): void {
    const { broker, clock, fees, orders, tell } = this.#place
    const { orderId, listing, terms } = order
    const { instrument } = listing
    const asked = { side: terms.side, cumQty: order.cum, charged: order.charged }
    const costs = charge(fees, instrument, asked, qty, price, clock.now())
    const fill = { orderId, fillNo: order.fills.length + 1, instrument: instrument.id, side: terms.side, qty, price }
    orders.fill(order, { ...fill, ...costs, root, revision })
    tell([{ ...fill, ...costs, type: 'filled', broker, cumQty: order.cum }])
    this.#costsOf(root)
  }

  #revise(order: OwnOrder, known: OwnFill, { revision }: ExecutionId, qty: Qty, price: number): void {
    const { broker, orders, tell } = this.#place
    const { orderId, fillNo, fee, tax } = known
    orders.fill(order, { ...known, revision, qty, price })
    if (qty === 0) tell([{ type: 'busted', broker, orderId, fillNo }])
    else tell([{ type: 'corrected', broker, orderId, fillNo, qty, price, fee, tax }])
  }

  /** The broker's own figure; taxes are in it. */
  commission(report: CommissionFacts): void {
    const id = readExecutionId(report.execId ?? '')
    if (id === undefined) return
    if (this.#costs.size >= WAITING_MAX) this.#costs.delete(this.#costs.keys().next().value as string)
    this.#costs.set(id.root, report)
    this.#costsOf(id.root)
  }

  #costsOf(root: string): void {
    const { broker, orders, tell } = this.#place
    const order = orders.byRoot(root)
    const report = this.#costs.get(root)
    const fill = order?.fills.find((f) => f.root === root)
    if (order === undefined || report === undefined || fill === undefined) return
    this.#costs.delete(root)
    const { currency } = order.listing.instrument
    const fee = rounded(report.commission, moneyDecimals(currency))
    // In another currency the estimate stays; the difference shows in the cash.
    const charged = fromIbCurrency(report.currency ?? '')
    if (fee === undefined || charged !== currency || (fill.fee === fee && fill.tax === 0)) return
    orders.fill(order, { ...fill, fee, tax: 0 })
    tell([{ type: 'commission', broker, orderId: order.orderId, fillNo: fill.fillNo, fee, tax: 0 }])
  }

  /** The list of executions came to its end: what of others is in it was there before. */
  listed(): void {
    this.#foreignKnown = true
  }

  /** F-30. A later revision of it shows in position and cash. */
  #stranger(contract: Contract, e: Execution, { root }: ExecutionId): void {
    const { broker, clock, contracts, fees, tell } = this.#place
    if (this.#foreign.has(root)) return
    const listing = contracts.find(contract)
    const terms = listing === undefined ? undefined : termsOf(listing, e)
    if (listing === undefined || terms === undefined) return
    this.#foreign.set(root, terms.qty)
    if (!this.#foreignKnown) return
    const { instrument } = listing
    const asked = { side: terms.side, cumQty: 0, charged: nothingCharged() }
    const costs = charge(fees, instrument, asked, terms.qty, terms.price, clock.now())
    tell([{ type: 'externalFill', broker, instrument: instrument.id, ...terms, ...costs }])
  }
}

function termsOf(listing: IbListing, e: Execution): { side: Side; qty: Qty; price: number } | undefined {
  const [qty, price] = [listing.qty(e.shares), listing.price(e.price)]
  if (qty === undefined || price === undefined || qty <= 0) return undefined
  return { side: e.side === 'BOT' ? 1 : -1, qty, price }
}
