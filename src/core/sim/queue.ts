/**
 * Our place in the queue at a price, for limit orders that rest on tapes with quotes. The tape shows the size at the
 * touch, not who is where in it, so the place is a model; ours is not in the shown size and never changes it. Integers
 * only.
 *
 * `none` – no queue: a resting order fills when the other side reaches its limit or a trade prints strictly through it.
 * All other models fill as well on prints at the limit:
 * `front` – nobody is ahead: any print at our price is ours.
 * `back` – all that is shown at our price when we arrive is ahead (or when that price first becomes the touch, if it was
 *   not yet); only prints at the price move us up, and what a print holds beyond those ahead is ours. A lower bound.
 * `probabilistic` – as `back`, and a fall of the shown size that the prints since do not explain is taken for
 *   cancellations: f(ahead) / (f(ahead) + f(behind)) of them were ahead, rounded down, with f(x) = x^power; and never is
 *   more ahead than is shown. A print that arrives after the quote it caused moves us twice, so this is an estimate
 *   between `back` and `front`.
 *
 * A price better than the shown touch has nobody ahead. Models after E. Rigtorp, "Estimating order queue position"
 * (2013), and the documentation of hftbacktest, "Order fill". Not modelled: hidden size, odd lots ahead of us, orders
 * that join behind us and change the shown size at the same moment as a cancellation.
 */
import type { QuoteEvent } from '../domain/event.ts'
import type { Price, Qty } from '../domain/units.ts'
import { isPrice } from './conditions.ts'
import { type Desk, hasLimit, type WorkingOrder } from './desk.ts'

export type QueueModel =
  | { readonly kind: 'front' }
  | { readonly kind: 'back' }
  | { readonly kind: 'probabilistic'; readonly power: number }

/** Of an order whose price was not shown yet: how many are ahead is not known. */
export const UNSEEN: Qty = -1

/** An order stands at its price from now on: behind what is shown there, if its price is the touch. */
export function joinQueue(desk: Desk, o: WorkingOrder): void {
  o.ahead = UNSEEN
  o.shown = 0
  o.printed = 0
  const s = desk.state
  const touch = o.side > 0 ? s.bid : s.ask
  if (touch > 0 && o.side * (o.limit - touch) >= 0) see(o, touch, o.side > 0 ? s.bidSize : s.askSize)
}

/** The book as it stands after a quote row. */
export function queueAfterQuote(model: QueueModel, desk: Desk, e: QuoteEvent): void {
  if (model.kind === 'front') return
  const s = desk.state
  for (const o of s.orders) {
    // A one-sided row says nothing of the other side.
    if (!o.active || !hasLimit(o) || !isPrice(o.side > 0 ? e.bid : e.ask)) continue
    const touch = o.side > 0 ? s.bid : s.ask
    const size = o.side > 0 ? s.bidSize : s.askSize
    if (touch === 0) continue
    if (o.ahead === UNSEEN) see(o, touch, size)
    else if (model.kind === 'probabilistic') estimate(o, touch, size, model.power)
  }
}

/** First sight of the order's own price, or of a touch that is worse than it: then nobody is ahead. */
function see(o: WorkingOrder, touch: Price, size: Qty): void {
  const better = o.side * (o.limit - touch)
  if (better < 0) return
  o.ahead = better > 0 ? 0 : size
  o.shown = better > 0 ? 0 : size
  o.printed = 0
}

function estimate(o: WorkingOrder, touch: Price, size: Qty, power: number): void {
  const better = o.side * (o.limit - touch)
  if (better > 0) o.ahead = 0
  if (better !== 0) {
    o.shown = 0
    o.printed = 0
    return
  }
  const canceled = o.shown - o.printed - size
  if (canceled > 0 && o.ahead > 0) {
    const behind = Math.max(0, o.shown - o.printed - o.ahead)
    o.ahead -= Math.min(o.ahead, share(canceled, o.ahead, behind, power))
  }
  if (o.ahead > size) o.ahead = size
  o.shown = size
  o.printed = 0
}

/** canceled · ahead^power / (ahead^power + behind^power), rounded down; what behind cannot give comes from ahead. */
function share(canceled: Qty, ahead: Qty, behind: Qty, power: number): Qty {
  const a = BigInt(ahead) ** BigInt(power)
  const b = BigInt(behind) ** BigInt(power)
  const fromAhead = Number((BigInt(canceled) * a) / (a + b))
  return Math.max(fromAhead, canceled - behind)
}

/**
 * A print at the order's own price: those ahead are served first. Returns what is left of it for us; `size` is the
 * print's, `ours` what our other orders took of it already.
 */
export function queuePrint(model: QueueModel, o: WorkingOrder, size: Qty, ours: Qty): Qty {
  if (model.kind === 'front') return size - ours
  if (o.ahead === UNSEEN) return 0
  const served = Math.min(o.ahead, size)
  o.ahead -= served
  o.printed += size
  return Math.max(0, size - served - ours)
}
