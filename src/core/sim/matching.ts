/**
 * Matching on tick tapes (`contract.md` 3).
 *
 * Two-sided tapes: a quote at which the needed side stands is an order's next event; trades do not fill market orders.
 * A limit order takes the touch as long as every quote it saw was marketable (bounded by the shown size); once it
 * rested, it fills at its limit, when the opposite side reaches the limit or a trade prints strictly through it
 * (bounded by that trade's size). A crossed book fills nothing; a locked one does.
 * Trades-only tapes: the next usable print is the touch, and its size the bound.
 * Stops: triggered by a print at or beyond the stop, on quote-only tapes by the opposite touch; the triggered order
 * then meets the *next* event (`match standing`: what stands at the trigger).
 * With a queue model (`queue.ts`) prints at a resting order's limit fill it too, once those ahead are served.
 * Orders that wait for an auction (`auction.ts`) take no part.
 */
import type { Micros } from '../base/time.ts'
import type { QuoteEvent, TradeEvent } from '../domain/event.ts'
import type { Price, Qty } from '../domain/units.ts'
import { type Desk, hasLimit, type WorkingOrder } from './desk.ts'
import { endImmediate, fill, type Matching, type Meeting, meet, type Out, trigger } from './fill.ts'
import { roomOnTicks } from './liquidity.ts'
import { queueAfterQuote, queuePrint } from './queue.ts'

/** All orders of the desk see the book as it stands after a quote row. */
export function matchQuote(m: Matching, desk: Desk, e: QuoteEvent, out: Out): void {
  const { t } = e
  if (m.config.queue !== undefined) queueAfterQuote(m.config.queue, desk, e)
  if (desk.crossed()) return
  for (const o of desk.state.orders) {
    if (t < o.heldUntil) continue
    if (o.active) meetBook(m, desk, o, t, out)
    else if (!desk.streams.trades && reached(o, touch(desk, o))) {
      trigger(desk, o)
      if (m.config.match === 'standing') meetBook(m, desk, o, t, out)
    }
  }
}

/** All orders of the desk see a usable print. */
export function matchTrade(m: Matching, desk: Desk, e: TradeEvent, out: Out): void {
  for (const o of desk.state.orders) {
    if (o.done || e.t < o.heldUntil) continue
    if (!o.active) {
      if (!reached(o, e.price)) continue
      trigger(desk, o)
      if (m.config.match === 'next') continue
      if (desk.by === 'quotes') {
        if (!desk.crossed()) meetBook(m, desk, o, e.t, out)
        continue
      }
    }
    if (m.config.queue !== undefined && o.resting && o.limit === e.price) meetInQueue(m, desk, o, e, out)
    else meetPrint(m, desk, o, e.t, out)
  }
}

/** A print at a resting order's own price. */
function meetInQueue(m: Matching, desk: Desk, o: WorkingOrder, e: TradeEvent, out: Out): void {
  const s = desk.state
  const { liquidity, queue } = m.config
  if (queue === undefined) return
  const ours = liquidity.kind === 'unlimited' ? 0 : e.size - s.lastSize
  const left = queuePrint(queue, o, e.size, ours)
  const room = left > 0 ? roomOnTicks(liquidity, desk, o, left) : 0
  const at: Meeting = { t: e.t, price: e.price, room, spread: 0 }
  s.lastSize = less(s.lastSize, fill(m, desk, o, at, o.limit, out))
}

/** `match standing`: a new or replaced order meets what stands; IOC and FOK end here. */
export function matchStanding(m: Matching, desk: Desk, o: WorkingOrder, t: Micros, out: Out): void {
  if (desk.trades(t) && t >= o.heldUntil) {
    const quotes = desk.by === 'quotes'
    if (!o.active) {
      const seen = desk.streams.trades ? desk.state.last : touch(desk, o)
      if (reached(o, seen)) trigger(desk, o)
    }
    if (o.active && quotes && !desk.crossed()) meetBook(m, desk, o, t, out)
    if (o.active && !quotes && desk.state.last > 0) meetPrint(m, desk, o, t, out)
  }
  endImmediate(m, desk, o, t, out)
}

function meetBook(m: Matching, desk: Desk, o: WorkingOrder, t: Micros, out: Out): void {
  const s = desk.state
  const price = touch(desk, o)
  if (price === 0) return
  const room = roomOnTicks(m.config.liquidity, desk, o, o.side > 0 ? s.askSize : s.bidSize)
  const qty = meet(m, desk, o, { t, price, room, spread: s.bid > 0 && s.ask > 0 ? s.ask - s.bid : 0 }, false, out)
  if (o.side > 0) s.askSize = less(s.askSize, qty)
  else s.bidSize = less(s.bidSize, qty)
  endImmediate(m, desk, o, t, out)
}

/** The last print, as an order sees it; its size is a pot that our orders share. */
function meetPrint(m: Matching, desk: Desk, o: WorkingOrder, t: Micros, out: Out): void {
  const s = desk.state
  const at = { t, price: s.last, room: roomOnTicks(m.config.liquidity, desk, o, s.lastSize), spread: 0 }
  if (hasLimit(o) && o.resting) {
    if (o.side * (o.limit - s.last) > 0) s.lastSize = less(s.lastSize, fill(m, desk, o, at, o.limit, out))
  } else if (desk.by === 'trades') {
    s.lastSize = less(s.lastSize, meet(m, desk, o, at, false, out))
  }
  if (desk.by === 'trades') endImmediate(m, desk, o, t, out)
}

/** The side of the book that an order would take, 0 when nothing stands there. */
function touch(desk: Desk, o: WorkingOrder): Price {
  return o.side > 0 ? desk.state.ask : desk.state.bid
}

/** Is the stop reached by this price? */
export function reached(o: WorkingOrder, price: Price): boolean {
  return price > 0 && o.side * (price - o.stop) >= 0
}

/** What is left of a pot; an unbounded policy may have taken more than was in it. */
function less(pot: Qty, qty: Qty): Qty {
  return pot > qty ? pot - qty : 0
}
