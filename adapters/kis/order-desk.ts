/**
 * Turns what the broker says (answers, notices, lists) into reports on our orders. Every fill is counted once: a notice
 * at once where it cannot be a copy, otherwise by the cumulative quantity of a list asked for afterwards (F-09, F-27).
 * What a list knows more than we do is a fill that was missed (F-05); its notices, should they come late, add nothing.
 *
 * A number that is not ours is matched to an order in doubt by symbol, side, quantity, price and time, if exactly one
 * fits; else it belongs to somebody else on the account (F-30).
 */
import { type Micros, SECOND } from '../../src/core/base/time.ts'
import { charge, type FeeModel } from '../../src/core/domain/fees.ts'
import type { RejectReason } from '../../src/core/domain/reason.ts'
import type { Price, Qty, Side } from '../../src/core/domain/units.ts'
import type { BrokerInbound, Clock } from '../../src/runtime/ports.ts'
import type { ListedOrder } from './decode.ts'
import type { KisListing, Listings, Market } from './instruments.ts'
import { nearestStamp, kstDate } from './kst.ts'
import type { Ending, Leg, OwnOrder, OwnOrders } from './own-orders.ts'
import type { NoticeFacts } from './wire/notice.ts'

export interface DeskPlace {
  readonly broker: number
  readonly clock: Clock
  readonly listings: Listings
  readonly orders: OwnOrders
  readonly fees: FeeModel
  readonly tell: (events: readonly BrokerInbound[]) => void
  /** Asks for a list of this market, soon: something is to be decided by it. */
  readonly check: (market: Market) => void
}

type BodyOf<E> = E extends { readonly orderId: number } ? Omit<E, 'broker' | 'orderId'> : never
type ReportBody = BodyOf<BrokerInbound>

/** An order enters the broker's books within this of our sending it. */
const ENTRY_WINDOW: Micros = 60 * SECOND
/** Seconds are cut off on the wire and clocks differ a little. */
const ENTRY_EARLY: Micros = 3 * SECOND

export class OrderDesk {
  readonly #place: DeskPlace
  /** Notices of numbers that nobody could place yet. */
  #strays: { readonly market: Market; readonly notice: NoticeFacts }[] = []
  /** Cumulative quantity of orders that are not ours, as last told; undefined until a first list of the market. */
  readonly #others = new Map<string, { cum: Qty; amount: number }>()
  readonly #baseline = new Set<Market>()
  /** When a notice of an instrument last came. */
  readonly noticedAt = new Map<number, Micros>()

  constructor(place: DeskPlace) {
    this.#place = place
  }

  /* Answers to our own requests. */

  numbered(order: OwnOrder, leg: Leg): void {
    const { orders, clock } = this.#place
    orders.number(order, leg)
    this.#accept(order, clock.now())
    this.replayStrays(order.listing.market)
  }

  doubted(order: OwnOrder): void {
    if (order.phase === 'sending') order.phase = 'doubt'
    this.replayStrays(order.listing.market)
  }

  refused(order: OwnOrder, reason: RejectReason): void {
    this.#place.orders.end(order, 'rejected')
    this.#say(order, { type: 'rejected', reason })
    this.replayStrays(order.listing.market)
  }

  replaced(order: OwnOrder, leg: Leg, to: { readonly qty: Qty; readonly limit: Price; readonly stop: Price }): void {
    this.#place.orders.number(order, leg, to.qty, to.limit)
    order.stop = to.stop
    order.replacing = undefined
    this.#say(order, { type: 'replaced', ...to })
    this.replayStrays(order.listing.market)
  }

  refuseChange(order: OwnOrder, type: 'cancelRejected' | 'replaceRejected', reason: RejectReason): void {
    this.#say(order, { type, reason })
  }

  #accept(order: OwnOrder, t: Micros): void {
    if (order.acceptedAt !== 0) return
    order.acceptedAt = t
    this.#say(order, { type: 'accepted' })
  }

  #say(order: OwnOrder, event: ReportBody): void {
    const { broker, tell } = this.#place
    tell([{ ...event, broker, orderId: order.orderId } as BrokerInbound])
  }

  /** Says again where an order stands: the answer to a query. */
  report(order: OwnOrder): void {
    if (order.phase === 'working') this.#say(order, { type: 'accepted' })
    else if (order.phase === 'ended' && order.ending !== undefined) this.#sayEnd(order, order.ending)
  }

  #sayEnd(order: OwnOrder, as: Ending): void {
    if (as === 'rejected') this.#say(order, { type: 'rejected', reason: 'broker' })
    else if (as !== 'filled') this.#say(order, { type: as })
  }

  /* Notices. */

  notice(market: Market, n: NoticeFacts): void {
    const listing = this.#place.listings.find(market, n.symbol)
    if (listing !== undefined) this.noticedAt.set(listing.instrument.id, this.#place.clock.now())
    if (this.#placed(market, n)) return
    this.#strays.push({ market, notice: n })
    this.replayStrays(market)
  }

  /** Once no answer of that market is awaited, what cannot be placed is not ours. */
  replayStrays(market: Market): void {
    const waiting = this.#strays.filter((s) => s.market === market)
    this.#strays = this.#strays.filter((s) => s.market !== market)
    const left = waiting.filter((s) => !this.#placed(market, s.notice))
    if (left.length === 0) return
    if (this.#place.orders.open(market).some((o) => o.phase === 'sending' || o.replacing !== undefined)) {
      this.#strays.push(...left)
      return
    }
    const strangers = left.filter((s) => !this.#adoptNotice(market, s.notice))
    if (strangers.length > 0) this.#place.check(market)
  }

  #placed(market: Market, n: NoticeFacts): boolean {
    const { orders } = this.#place
    const order = orders.byNumber(market, n.order)
    if (order !== undefined && isSame(order, n)) {
      this.#take(order, n)
      return true
    }
    const changed = n.original === 0 ? undefined : orders.byNumber(market, n.original)
    if (changed === undefined || !isSame(changed, n) || n.action === 'new') return false
    return this.#change(changed, n)
  }

  #take(order: OwnOrder, n: NoticeFacts): void {
    const now = this.#place.clock.now()
    if (n.filled) return this.#fillNotice(order, n)
    if (n.rejected) return this.#rejectedLater(order, n)
    this.#accept(order, now)
    // The rest of an IOC or FOK order.
    if (n.accepted === '3' && order.isOpen) this.end(order, 'canceled')
  }

  #rejectedLater(order: OwnOrder, n: NoticeFacts): void {
    if (n.action === 'new' && order.isOpen && order.cum === 0) {
      this.#place.orders.end(order, 'rejected')
      this.#say(order, { type: 'rejected', reason: 'broker' })
    } else this.#place.check(order.listing.market)
  }

  /** A change of ours, told by notice: the number is new, the original is ours. */
  #change(order: OwnOrder, n: NoticeFacts): boolean {
    if (n.rejected) {
      const type = n.action === 'cancel' ? 'cancelRejected' : 'replaceRejected'
      if (n.action === 'cancel') order.canceling = false
      else order.replacing = undefined
      this.#say(order, { type, reason: 'too_late' })
      this.#place.check(order.listing.market)
      return true
    }
    if (n.action === 'cancel') {
      // By whomever: nothing is left of it. A part that was taken off shows in the list.
      if (n.accepted === '2' || n.accepted === '3') this.#canceledNotice(order, n)
      return true
    }
    // A modification whose answer has not come, or never will.
    if (order.replacing === undefined || n.accepted !== '2') return order.replacing === undefined ? false : true
    const leg = this.#legOf(order, n, order.replacing.limit)
    this.replaced(order, leg, order.replacing)
    return true
  }

  #canceledNotice(order: OwnOrder, n: NoticeFacts): void {
    const whole = this.qtyOf(order.listing, n.qty) >= order.leaves
    if (order.isOpen && whole && order.replacing === undefined) this.end(order, 'canceled')
    else this.#place.check(order.listing.market)
  }

  #legOf(order: OwnOrder, n: NoticeFacts, limit: Price): Leg {
    const now = this.#place.clock.now()
    return { number: n.order, org: n.branch, date: kstDate(nearestStamp(n.time, now) ?? now), limit }
  }

  #fillNotice(order: OwnOrder, n: NoticeFacts): void {
    const { clock } = this.#place
    this.#accept(order, clock.now())
    const qty = this.qtyOf(order.listing, n.qty)
    const key = `${n.order} ${n.time} ${n.qty} ${n.price}`
    const sure = !order.counted.has(key) && order.recovered === 0 && order.cum + qty <= order.qty
    if (sure && order.ending !== 'filled') {
      order.counted.add(key)
      this.#count(order, qty, priceOf(order.listing, n.price))
      return
    }
    order.held.push({ notice: n, at: clock.now() })
    this.#place.check(order.listing.market)
  }

  qtyOf(listing: KisListing, shares: number): Qty {
    return shares * 10 ** listing.instrument.qtyDecimals
  }

  #count(order: OwnOrder, qty: Qty, price: Price): void {
    const { broker, clock, fees, orders, tell } = this.#place
    const { instrument } = order.listing
    const { side } = order.terms
    const costs = charge(fees, instrument, { side, cumQty: order.cum, charged: order.charged }, qty, price, clock.now())
    const { orderId } = order
    const fill = { orderId, fillNo: order.fills.length + 1, instrument: instrument.id, side, qty, price, ...costs }
    orders.fill(order, fill)
    tell([{ ...fill, type: 'filled', broker, cumQty: order.cum }])
    if (order.cum >= order.qty && order.isOpen) orders.end(order, 'filled')
  }

  end(order: OwnOrder, as: Ending): void {
    this.#place.orders.end(order, as)
    order.canceling = false
    this.#sayEnd(order, as)
  }

  #adoptNotice(market: Market, n: NoticeFacts): boolean {
    if (n.action !== 'new' || n.rejected) return false
    const fitting = this.#place.orders.open(market).filter((o) => {
      const qty = this.qtyOf(o.listing, n.qty)
      const terms = n.filled ? qty <= o.qty : qty === o.qty && priceOf(o.listing, n.price) === o.wireLimit
      return o.phase === 'doubt' && isSame(o, n) && terms
    })
    const [order, second] = fitting
    if (order === undefined || second !== undefined) return false
    this.#place.orders.number(order, this.#legOf(order, n, order.wireLimit))
    this.#take(order, n)
    return true
  }

  /* Lists. */

  absorb(market: Market, rows: readonly ListedOrder[], askedAt: Micros): void {
    const byKey = new Map(rows.map((row) => [`${row.date} ${row.number}`, row]))
    for (const order of this.#place.orders.all) {
      if (order.listing.market !== market) continue
      if (order.phase === 'doubt') this.#adoptRow(order, rows)
      if (order.replacing !== undefined) this.#adoptChange(order, rows)
      this.#settle(order, byKey, askedAt)
    }
    this.#strangers(market, rows)
  }

  #adoptRow(order: OwnOrder, rows: readonly ListedOrder[]): void {
    const fitting = rows.filter((row) => this.#fits(order, row))
    const rivals = this.#place.orders.open().filter((o) => o.phase === 'doubt' && fitting.some((r) => this.#fits(o, r)))
    const [row] = fitting
    if (row === undefined || fitting.length > 1 || rivals.length > 1) return
    this.#place.orders.number(order, { number: row.number, org: row.org, date: row.date, limit: order.wireLimit })
    this.#accept(order, this.#place.clock.now())
  }

  #fits(order: OwnOrder, row: ListedOrder): boolean {
    return (
      row.action === 'new' &&
      row.original === 0 &&
      row.listing.code === order.listing.code &&
      row.side === order.terms.side &&
      row.qty === order.terms.qty &&
      row.limit === order.wireLimit &&
      row.at >= order.sentAt - ENTRY_EARLY &&
      row.at <= order.sentAt + ENTRY_WINDOW &&
      this.#place.orders.byNumber(row.market, row.number, row.date) === undefined
    )
  }

  /** A modification without an answer that the list shows. */
  #adoptChange(order: OwnOrder, rows: readonly ListedOrder[]): void {
    const { leg, replacing } = order
    const row = rows.find((r) => r.action === 'modify' && r.original === leg?.number && r.number !== leg.number)
    if (row === undefined || replacing === undefined) return
    this.replaced(order, { number: row.number, org: row.org, date: row.date, limit: row.limit }, replacing)
  }

  #settle(order: OwnOrder, byKey: ReadonlyMap<string, ListedOrder>, askedAt: Micros): void {
    const rows = order.legs.flatMap((leg) => byKey.get(`${leg.date} ${leg.number}`) ?? [])
    const current = order.leg === undefined ? undefined : byKey.get(`${order.leg.date} ${order.leg.number}`)
    // A list that does not show all of an order's numbers says nothing about the whole.
    if (rows.length !== order.legs.length || current === undefined) return
    const cum = rows.reduce((sum, row) => sum + row.cum, 0)
    const amount = rows.reduce((sum, row) => sum + row.amount, 0)
    const missing = cum - order.cum
    this.#accept(order, askedAt)
    if (missing > 0) {
      order.recovered += missing
      this.#count(order, missing, averageOf(amount - order.amount, missing))
    }
    this.#decided(order, askedAt)
    if (!order.isOpen || current.leaves > 0 || order.replacing !== undefined) return
    if (current.rejected > 0 && order.cum === 0) this.end(order, 'rejected')
    else if (order.cum < order.qty) this.end(order, order.canceling ? 'canceled' : 'expired')
  }

  /** A list that was asked for after a notice came holds what the notice said. */
  #decided(order: OwnOrder, askedAt: Micros): void {
    for (const { notice, at } of order.held) {
      if (at <= askedAt) order.recovered = Math.max(0, order.recovered - this.qtyOf(order.listing, notice.qty))
    }
    order.held = order.held.filter(({ at }) => at > askedAt)
  }

  /**
   * Paper's list may stay silent: then what the account bought or sold today of the symbol decides about notices that
   * may be copies. Other terminals of the account would spoil the sum; then the next reconciliation finds it.
   */
  decideByDay(listing: KisListing, side: Side, today: Qty, askedAt: Micros): void {
    const same = [...this.#place.orders.all].filter((o) => o.listing === listing && o.terms.side === side)
    let spare = today - same.reduce((sum, o) => sum + o.cum, 0)
    for (const order of same) {
      for (const { notice } of order.held.filter(({ at }) => at <= askedAt)) {
        const qty = this.qtyOf(listing, notice.qty)
        if (qty > spare) continue
        spare -= qty
        this.#count(order, qty, priceOf(listing, notice.price))
      }
      this.#decided(order, askedAt)
    }
  }

  /** Orders of others: what they filled since the first list of this market is told; what was there before is not. */
  #strangers(market: Market, rows: readonly ListedOrder[]): void {
    const { broker, fees, clock, orders, tell } = this.#place
    const first = !this.#baseline.has(market)
    this.#baseline.add(market)
    for (const row of rows) {
      if (row.action === 'cancel' || orders.byNumber(market, row.number, row.date) !== undefined) continue
      if (this.#mayBeOurs(row)) continue
      const key = `${market} ${row.date} ${row.number}`
      const before = this.#others.get(key) ?? { cum: 0, amount: 0 }
      this.#others.set(key, { cum: row.cum, amount: row.amount })
      const qty = row.cum - before.cum
      if (first || qty <= 0) continue
      const { instrument } = row.listing
      const price = averageOf(row.amount - before.amount, qty)
      const charged = { value: 0, fee: 0, tax: 0 }
      const costs = charge(fees, instrument, { side: row.side, cumQty: before.cum, charged }, qty, price, clock.now())
      tell([{ type: 'externalFill', broker, instrument: instrument.id, side: row.side, qty, price, ...costs }])
    }
  }

  /** While an order of ours is on its way or in doubt, a row like it is not called a stranger's. */
  #mayBeOurs(row: ListedOrder): boolean {
    return this.#place.orders.open(row.market).some((o) => {
      const open = o.phase === 'sending' || o.phase === 'doubt' || o.replacing !== undefined
      return open && o.listing.code === row.listing.code && o.terms.side === row.side
    })
  }
}

function isSame(order: OwnOrder, n: NoticeFacts): boolean {
  return order.listing.code === n.symbol && order.terms.side === n.side
}

/** From won, or from the implied decimals of an overseas notice, to the instrument's. */
function priceOf({ instrument, exchange }: KisListing, wire: number): Price {
  const shift = instrument.priceDecimals - (exchange?.noticeDecimals ?? 0)
  return shift >= 0 ? wire * 10 ** shift : Math.round(wire / 10 ** -shift)
}

/** Price of the shares between two sums of price × quantity. */
function averageOf(amount: number, qty: Qty): Price {
  return Math.max(0, Math.round(amount / qty))
}
