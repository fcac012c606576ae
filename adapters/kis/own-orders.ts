/**
 * Our orders as this broker knows them. There is no client order id and no fill id: an order is Korean date, market and
 * number, a modified one a chain of numbers (legs); a fill is its ordinal within the order, decided by the cumulative
 * quantity (I-14). What is learnt is appended to a file of the run, so that a restart knows its orders again.
 */
import type { Micros } from '../../src/core/base/time.ts'
import type { BookedFill } from '../../src/core/domain/control.ts'
import type { OrderTerms } from '../../src/core/domain/order.ts'
import type { Price, Qty } from '../../src/core/domain/units.ts'
import { LineFile } from '../common/line-file.ts'
import { type Ending, type Replacement, SentOrder } from '../common/sent-order.ts'
import type { KisListing, Listings, Market } from './instruments.ts'
import type { NoticeFacts } from './wire/notice.ts'

export interface Leg {
  readonly number: number
  readonly org: string
  /** Korean date of entry, YYYYMMDD. */
  readonly date: string
  readonly limit: Price
}

/**
 * `sending`: the request is out. `doubt`: it came back without an answer that proves anything. `working`: it has a
 * number. `ended`: by the broker's word.
 */
export type Phase = 'sending' | 'doubt' | 'working' | 'ended'

export class OwnOrder extends SentOrder<KisListing> {
  /** As sent: the collar's limit of an overseas market order. */
  wireLimit: Price = 0
  division = ''
  /** Its request was made: without this line in the file it never left. */
  wired = false
  phase: Phase = 'sending'
  acceptedAt: Micros = 0
  /** Sum of price × quantity over the counted fills. */
  amount = 0
  readonly legs: Leg[] = []
  readonly fills: BookedFill[] = []
  /** Fill notices that were counted, to know one that comes again. */
  readonly counted = new Set<string>()
  /** Notices that may be copies: a list decides. */
  held: { readonly notice: NoticeFacts; readonly at: Micros }[] = []
  /** Shares counted from a list, whose notices may still come. */
  recovered: Qty = 0
  /** When its absence was first proved; 0 while it was not. */
  provenAt: Micros = 0
  /** The replacement under way. */
  replacing: Replacement | undefined

  get leg(): Leg | undefined {
    return this.legs.at(-1)
  }

  get leaves(): Qty {
    return Math.max(0, this.qty - this.cum)
  }

  get isOpen(): boolean {
    return this.phase !== 'ended'
  }
}

type Line =
  | { readonly k: 'sent'; readonly id: number; readonly terms: OrderTerms; readonly at: Micros }
  | { readonly k: 'wire'; readonly id: number; readonly limit: Price; readonly division: string }
  | { readonly k: 'leg'; readonly id: number; readonly leg: Leg; readonly qty: Qty; readonly limit: Price }
  | { readonly k: 'fill'; readonly id: number; readonly fill: BookedFill }
  | { readonly k: 'end'; readonly id: number; readonly as: Ending }

export class OwnOrders {
  readonly #byId = new Map<number, OwnOrder>()
  readonly #byNumber = new Map<string, OwnOrder>()
  readonly #file: LineFile<Line>
  /** Every order of this run went through this file: what is not in it was never sent. */
  readonly complete: boolean

  /** `resumed`: the engine has sent orders before, which the file must know. */
  constructor(listings: Listings, file: string | undefined, resumed = false) {
    this.#file = new LineFile(file)
    this.complete = this.#file.existed || !resumed
    for (const line of this.#file.lines) this.#replay(line, listings)
    for (const order of this.#byId.values()) if (order.phase === 'sending') order.phase = 'doubt'
  }

  get all(): IterableIterator<OwnOrder> {
    return this.#byId.values()
  }

  get(orderId: number): OwnOrder | undefined {
    return this.#byId.get(orderId)
  }

  /** Numbers repeat over days: the newest order of that number; with a date, the one of that date. */
  byNumber(market: Market, number: number, date?: string): OwnOrder | undefined {
    const found = this.#byNumber.get(`${market} ${number}`)
    if (found === undefined || date === undefined) return found
    return this.#byNumber.get(`${market} ${number} ${date}`)
  }

  open(market?: Market): OwnOrder[] {
    return [...this.#byId.values()].filter((o) => o.isOpen && (market === undefined || o.listing.market === market))
  }

  sent(orderId: number, listing: KisListing, terms: OrderTerms, at: Micros): OwnOrder {
    const order = this.#make(orderId, listing, terms, at)
    this.#file.append({ k: 'sent', id: orderId, terms, at })
    return order
  }

  wire(order: OwnOrder, limit: Price, division: string): void {
    order.wireLimit = limit
    order.division = division
    order.wired = true
    this.#file.append({ k: 'wire', id: order.orderId, limit, division })
    // Durable before the request leaves: after a power cut too, no line means no request.
    this.#file.sync()
  }

  /** The order goes by this number from now on, with these terms. */
  number(order: OwnOrder, leg: Leg, qty = order.qty, limit = order.limit): void {
    this.#number(order, leg, qty, limit)
    this.#file.append({ k: 'leg', id: order.orderId, leg, qty, limit })
  }

  fill(order: OwnOrder, fill: BookedFill): void {
    this.#count(order, fill)
    this.#file.append({ k: 'fill', id: order.orderId, fill })
  }

  end(order: OwnOrder, as: Ending): void {
    order.phase = 'ended'
    order.ending = as
    this.#file.append({ k: 'end', id: order.orderId, as })
  }

  #make(orderId: number, listing: KisListing, terms: OrderTerms, at: Micros): OwnOrder {
    const order = new OwnOrder(orderId, listing, terms, at)
    this.#byId.set(orderId, order)
    return order
  }

  #number(order: OwnOrder, leg: Leg, qty: Qty, limit: Price): void {
    order.legs.push(leg)
    order.qty = qty
    order.limit = limit
    if (order.phase !== 'ended') order.phase = 'working'
    const { market } = order.listing
    this.#byNumber.set(`${market} ${leg.number}`, order)
    this.#byNumber.set(`${market} ${leg.number} ${leg.date}`, order)
  }

  #count(order: OwnOrder, fill: BookedFill): void {
    order.fills.push(fill)
    order.cum += fill.qty
    order.amount += fill.qty * fill.price
  }

  #replay(line: Line, listings: Listings): void {
    if (line.k === 'sent') {
      const listing = listings.of(line.terms.instrument)
      if (listing !== undefined) this.#make(line.id, listing, line.terms, line.at)
      return
    }
    const order = this.#byId.get(line.id)
    if (order === undefined) return
    if (line.k === 'wire') {
      order.wireLimit = line.limit
      order.division = line.division
      order.wired = true
    } else if (line.k === 'leg') this.#number(order, line.leg, line.qty, line.limit)
    else if (line.k === 'fill') {
      this.#count(order, line.fill)
      // Their notices may come again after the restart.
      order.recovered += line.fill.qty
    } else {
      order.phase = 'ended'
      order.ending = line.as
    }
  }
}
