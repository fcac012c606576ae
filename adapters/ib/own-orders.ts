/**
 * Our orders as this broker knows them. Identity is `orderRef`, which holds the run's lineage and the engine's order id;
 * IB's own numbers come and go: the order id of the wire is the client's and can be given out twice, `permId` is the
 * account's (reference 6.3, 6.5; F-33). A fill is known by the root of its execution id, a correction by its revision.
 * What is learnt is appended to a file of the run, so that a restart knows its orders and never uses an id again.
 */
import { randomBytes } from 'node:crypto'
import type { Micros } from '../../src/core/base/time.ts'
import type { BookedFill } from '../../src/core/domain/control.ts'
import type { OrderTerms } from '../../src/core/domain/order.ts'
import type { Qty } from '../../src/core/domain/units.ts'
import { LineFile } from '../common/line-file.ts'
import { type Ending, type Replacement, SentOrder } from '../common/sent-order.ts'
import type { Contracts, IbListing } from './contracts.ts'

/** `sending`: written to the socket, nothing heard. `working`: IB spoke of it. `ended`: by IB's word. */
export type Phase = 'sending' | 'working' | 'ended'

/** A replacement under way, and when it left. */
export interface Replacing extends Replacement {
  readonly sentAt: Micros
}

/** A fill with what identifies it at IB. */
export interface OwnFill extends BookedFill {
  readonly root: string
  readonly revision: number
}

export class OwnOrder extends SentOrder<IbListing> {
  /** The client's order id, one for the order's whole life. */
  readonly wireId: number
  phase: Phase = 'sending'
  accepted = false
  /** Numbers of the account under which it works or worked; more than one live one is F-32. */
  readonly legs = new Map<number, 'live' | 'ended'>()
  readonly fills: OwnFill[] = []
  /** Cancellations sent since the last command, so that a race is tried again and not for ever. */
  cancels = 0
  replacing: Replacing | undefined
  /** Quantity that IB says was filled, where it is more than what executions showed. */
  told: Qty = 0

  constructor(orderId: number, wireId: number, listing: IbListing, terms: OrderTerms, sentAt: Micros) {
    super(orderId, listing, terms, sentAt)
    this.wireId = wireId
  }

  get isOpen(): boolean {
    return this.phase !== 'ended'
  }

  get liveLegs(): number[] {
    return [...this.legs].filter(([, state]) => state === 'live').map(([permId]) => permId)
  }
}

type Line =
  | { readonly k: 'run'; readonly lineage: string }
  | { readonly k: 'sent'; readonly id: number; readonly wire: number; readonly terms: OrderTerms; readonly at: Micros }
  | { readonly k: 'leg'; readonly id: number; readonly perm: number }
  | ({ readonly k: 'terms'; readonly id: number } & Replacement)
  | { readonly k: 'fill'; readonly id: number; readonly fill: OwnFill }
  | { readonly k: 'end'; readonly id: number; readonly as: Ending }

const REF = /^st:([0-9a-z]{4,12}):(\d{1,12})$/

export class OwnOrders {
  readonly lineage: string
  readonly #byId = new Map<number, OwnOrder>()
  readonly #byWire = new Map<number, OwnOrder>()
  readonly #byPerm = new Map<number, OwnOrder>()
  readonly #byRoot = new Map<string, OwnOrder>()
  readonly #file: LineFile<Line>
  /** Highest id of the wire that was ever used in this run. */
  #highest = 0

  /** `lineage` names the run where its caller has a name for it; else the file does. */
  constructor(contracts: Contracts, file: string | undefined, lineage?: string) {
    this.#file = new LineFile(file)
    const { lines } = this.#file
    const [first] = lines
    this.lineage = lineage ?? (first?.k === 'run' ? first.lineage : randomBytes(4).toString('hex'))
    if (lines.length === 0) this.#file.append({ k: 'run', lineage: this.lineage })
    for (const line of lines) this.#replay(line, contracts)
  }

  get all(): IterableIterator<OwnOrder> {
    return this.#byId.values()
  }

  get(orderId: number): OwnOrder | undefined {
    return this.#byId.get(orderId)
  }

  byWire(wireId: number): OwnOrder | undefined {
    return this.#byWire.get(wireId)
  }

  byRoot(root: string): OwnOrder | undefined {
    return this.#byRoot.get(root)
  }

  /** Reference, then the account's number, then the client's own number (reference 6.5). */
  match(of: { ref?: string; permId?: number; wireId?: number; own: boolean }): OwnOrder | undefined {
    const named = REF.exec(of.ref ?? '')
    // A reference of another run is not ours, whatever the numbers say.
    if (named !== null) return named[1] === this.lineage ? this.#byId.get(Number(named[2])) : undefined
    if ((of.ref ?? '') !== '') return undefined
    const known = of.permId === undefined || of.permId === 0 ? undefined : this.#byPerm.get(of.permId)
    return known ?? (of.own && of.wireId !== undefined ? this.#byWire.get(of.wireId) : undefined)
  }

  /** The engine's id in a reference of this run whose order the file does not know: it was lost with its last lines. */
  lostId(ref: string | undefined): number | undefined {
    const named = REF.exec(ref ?? '')
    if (named === null || named[1] !== this.lineage) return undefined
    const orderId = Number(named[2])
    return this.#byId.has(orderId) ? undefined : orderId
  }

  refOf(order: OwnOrder): string {
    return `st:${this.lineage}:${order.orderId}`
  }

  /** Above everything this run used and what the server takes: ids can roll back at a restart of the gateway. */
  nextWireId(least: number): number {
    return Math.max(least, this.#highest + 1)
  }

  open(): OwnOrder[] {
    return [...this.#byId.values()].filter((o) => o.isOpen)
  }

  sent(orderId: number, wireId: number, listing: IbListing, terms: OrderTerms, at: Micros): OwnOrder {
    const order = this.#make(orderId, wireId, listing, terms, at)
    this.#file.append({ k: 'sent', id: orderId, wire: wireId, terms, at })
    return order
  }

  leg(order: OwnOrder, permId: number): void {
    this.#leg(order, permId)
    this.#file.append({ k: 'leg', id: order.orderId, perm: permId })
  }

  retermed(order: OwnOrder, to: Replacement): void {
    const { qty, limit, stop } = to
    Object.assign(order, { qty, limit, stop })
    this.#file.append({ k: 'terms', id: order.orderId, qty, limit, stop })
  }

  /** A new fill, or the next revision of one. */
  fill(order: OwnOrder, fill: OwnFill): void {
    this.#count(order, fill)
    this.#file.append({ k: 'fill', id: order.orderId, fill })
  }

  end(order: OwnOrder, as: Ending): void {
    order.phase = 'ended'
    order.ending = as
    this.#file.append({ k: 'end', id: order.orderId, as })
  }

  #make(orderId: number, wireId: number, listing: IbListing, terms: OrderTerms, at: Micros): OwnOrder {
    const order = new OwnOrder(orderId, wireId, listing, terms, at)
    this.#byId.set(orderId, order)
    // Orders made by hand have the number 0, and so have those whose number is not known.
    if (wireId > 0) this.#byWire.set(wireId, order)
    this.#highest = Math.max(this.#highest, wireId)
    return order
  }

  #leg(order: OwnOrder, permId: number): void {
    if (!order.legs.has(permId)) order.legs.set(permId, 'live')
    this.#byPerm.set(permId, order)
    if (order.phase === 'sending') order.phase = 'working'
  }

  #count(order: OwnOrder, fill: OwnFill): void {
    const at = order.fills.findIndex((f) => f.root === fill.root)
    if (at < 0) order.fills.push(fill)
    else order.fills[at] = fill
    order.cum = order.fills.reduce((sum, f) => sum + f.qty, 0)
    this.#byRoot.set(fill.root, order)
  }

  #replay(line: Line, contracts: Contracts): void {
    if (line.k === 'run') return
    if (line.k === 'sent') {
      const listing = contracts.of(line.terms.instrument)
      this.#highest = Math.max(this.#highest, line.wire)
      if (listing !== undefined) this.#make(line.id, line.wire, listing, line.terms, line.at)
      return
    }
    const order = this.#byId.get(line.id)
    if (order === undefined) return
    if (line.k === 'leg') {
      this.#leg(order, line.perm)
      order.accepted = true
    } else if (line.k === 'terms') Object.assign(order, { qty: line.qty, limit: line.limit, stop: line.stop })
    else if (line.k === 'fill') this.#count(order, line.fill)
    else {
      order.phase = 'ended'
      order.ending = line.as
      for (const permId of order.legs.keys()) order.legs.set(permId, 'ended')
    }
  }
}
