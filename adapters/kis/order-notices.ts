/**
 * Execution notices (KIS reference 8.13, 8.14) against our orders. A fill is counted at once where it cannot be a copy;
 * else it is held until a list that was asked for afterwards decides (F-09, F-27). A notice of a number that nobody knows
 * waits for the answers that are out; then it is matched to the one order in doubt that fits, or is not ours.
 */
import type { Micros } from '../../src/core/base/time.ts'
import type { Price } from '../../src/core/domain/units.ts'
import { wirePrice } from './decode.ts'
import type { Market } from './instruments.ts'
import { kstDate, nearestStamp } from './kst.ts'
import type { Replaced } from './order-rows.ts'
import type { Leg, OwnOrder } from './own-orders.ts'
import { type DeskPlace, qtyOf, type Reports } from './reports.ts'
import type { NoticeFacts } from './wire/notice.ts'

export class OrderNotices {
  readonly #place: DeskPlace
  readonly #reports: Reports
  readonly #replaced: Replaced
  /** Notices of numbers that nobody could place yet. */
  #strays: { readonly market: Market; readonly notice: NoticeFacts }[] = []
  /** When a notice of an instrument last came. */
  readonly noticedAt = new Map<number, Micros>()

  constructor(place: DeskPlace, reports: Reports, replaced: Replaced) {
    this.#place = place
    this.#reports = reports
    this.#replaced = replaced
  }

  notice(market: Market, n: NoticeFacts): void {
    const listing = this.#place.listings.find(market, n.symbol)
    if (listing !== undefined) this.noticedAt.set(listing.instrument.id, this.#place.clock.now())
    if (this.#placed(market, n)) return
    this.#strays.push({ market, notice: n })
    this.replay(market)
  }

  /** Once no answer of that market is awaited, what cannot be placed is not ours. */
  replay(market: Market): void {
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
    this.#reports.accept(order, now)
    // The rest of an IOC or FOK order.
    if (n.accepted === '3' && order.isOpen) this.#reports.end(order, 'canceled')
  }

  #rejectedLater(order: OwnOrder, n: NoticeFacts): void {
    if (n.action === 'new' && order.isOpen && order.cum === 0) {
      this.#place.orders.end(order, 'rejected')
      this.#reports.say(order, { type: 'rejected', reason: 'broker' })
    } else this.#place.check(order.listing.market)
  }

  /** A change of ours, told by notice: the number is new, the original is ours. */
  #change(order: OwnOrder, n: NoticeFacts): boolean {
    if (n.rejected) {
      const type = n.action === 'cancel' ? 'cancelRejected' : 'replaceRejected'
      if (n.action === 'cancel') order.canceling = false
      else order.replacing = undefined
      this.#reports.say(order, { type, reason: 'too_late' })
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
    this.#replaced(order, leg, order.replacing)
    return true
  }

  #canceledNotice(order: OwnOrder, n: NoticeFacts): void {
    const whole = qtyOf(order.listing, n.qty) >= order.leaves
    if (order.isOpen && whole && order.replacing === undefined) this.#reports.end(order, 'canceled')
    else this.#place.check(order.listing.market)
  }

  #legOf(order: OwnOrder, n: NoticeFacts, limit: Price): Leg {
    const now = this.#place.clock.now()
    return { number: n.order, org: n.branch, date: kstDate(nearestStamp(n.time, now) ?? now), limit }
  }

  #fillNotice(order: OwnOrder, n: NoticeFacts): void {
    const { clock } = this.#place
    this.#reports.accept(order, clock.now())
    const qty = qtyOf(order.listing, n.qty)
    const key = `${n.order} ${n.time} ${n.qty} ${n.price}`
    const sure = !order.counted.has(key) && order.recovered === 0 && order.cum + qty <= order.qty
    if (sure && order.ending !== 'filled') {
      order.counted.add(key)
      this.#reports.count(order, qty, wirePrice(order.listing, n.price))
      return
    }
    order.held.push({ notice: n, at: clock.now() })
    this.#place.check(order.listing.market)
  }

  #adoptNotice(market: Market, n: NoticeFacts): boolean {
    if (n.action !== 'new' || n.rejected) return false
    const fitting = this.#place.orders.open(market).filter((o) => {
      const qty = qtyOf(o.listing, n.qty)
      const terms = n.filled ? qty <= o.qty : qty === o.qty && wirePrice(o.listing, n.price) === o.wireLimit
      return o.phase === 'doubt' && isSame(o, n) && terms
    })
    const [order, second] = fitting
    if (order === undefined || second !== undefined) return false
    this.#place.orders.number(order, this.#legOf(order, n, order.wireLimit))
    this.#take(order, n)
    return true
  }
}

function isSame(order: OwnOrder, n: NoticeFacts): boolean {
  return order.listing.code === n.symbol && order.terms.side === n.side
}
