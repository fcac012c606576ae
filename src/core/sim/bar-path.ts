/**
 * Matching on bars (`contract.md` 3). Only the venue sees the open at a bar's start; the rest of the bar is known at
 * its end and is read as the path open → nearer extreme (at equal distance the low) → other extreme → close.
 *
 * At the open: market orders at `ask_open` or `bid_open` where the bar has them, else at the trade open; limit orders
 * that the open reaches, at the open; stops that it gaps over, at the open. Such fills carry the bar's start.
 * On the path: limit orders at their limit when the path reaches it, stops at their stop price, then as market or limit
 * orders at that point of the same path; such fills carry the bar's end (when in the bar they happened is not known).
 * A bar without any open is no event for an order. Bars without trades but with quote columns have the path
 * ask_open → ask_close for buys and bid_open → bid_close for sells. Crossed opening quotes fill nothing at the open.
 * All our orders share the bar's liquidity, in the order in which the path reaches them, then by rank (`desk.ts`).
 * An order takes part in the bars that open after its arrival, a changed price in the bars after the change.
 */
import type { Micros } from '../base/time.ts'
import { CROSS_WAIT } from '../domain/auction.ts'
import type { BarEvent } from '../domain/event.ts'
import type { Price, Side } from '../domain/units.ts'
import { isPrice } from './conditions.ts'
import { type Desk, hasLimit, NEVER, NOT_YET, type WorkingOrder } from './desk.ts'
import { endImmediate, expireOrder, fill, type Matching, type Meeting, meet, type Out, trigger } from './fill.ts'
import { barBudget, ENDLESS, roomInBar } from './liquidity.ts'
import { reached } from './matching.ts'

/** Session bars are always open; others when they start in a session, or before one that opens before they end. */
function inSession(desk: Desk, bar: BarEvent): boolean {
  if (desk.state.status !== 'trading') return false
  if (desk.streams.sessionBars) return true
  return desk.clock.inSession(bar.start) || desk.clock.nextOpen(bar.start) < bar.t
}

export function matchOpen(m: Matching, desk: Desk, bar: BarEvent, out: Out): void {
  if (!(isPrice(bar.open) || isPrice(bar.askOpen) || isPrice(bar.bidOpen)) || !inSession(desk, bar)) return
  const s = desk.state
  s.barStart = bar.start
  s.budget = barBudget(m.config.liquidity, bar.volume, desk.instrument.lot)
  const spread = spreadOf(bar)
  for (const o of s.orders) {
    if (o.heldUntil !== NOT_YET) {
      if (o.timeInForce === 'OPG') openAuction(m, desk, bar, o, out)
      continue
    }
    o.bar = bar.start
    // A bar that runs past the close is the session's last: the order sees it out.
    if (o.expiry !== NEVER && o.expiry < bar.t) {
      o.expiry = bar.t
      desk.changed = true
    }
    if (spread < 0) continue
    const price = openFor(o.side, bar)
    if (price === 0) continue
    if (!o.active && reached(o, isPrice(bar.open) ? bar.open : price)) {
      trigger(desk, o)
      meetInBar(m, desk, o, bar.start, o.side * (price - o.stop) > 0 ? price : o.stop, spread, true, out)
    } else if (o.active) meetInBar(m, desk, o, bar.start, price, spread, true, out)
  }
}

export function matchPath(m: Matching, desk: Desk, bar: BarEvent, out: Out): void {
  const spread = Math.max(0, spreadOf(bar))
  if (isPrice(bar.open)) walk(m, desk, bar, pathOf(bar), 0, spread, out)
  else {
    walk(m, desk, bar, [bar.askOpen, bar.askClose].filter(isPrice), 1, spread, out)
    walk(m, desk, bar, [bar.bidOpen, bar.bidClose].filter(isPrice), -1, spread, out)
  }
  for (const o of desk.state.orders) if (!o.done && o.timeInForce === 'CLS') closeAuction(m, desk, bar, o, out)
}

/** The session's first bar opens with the opening auction: OPG orders fill at its trade open, the rest of them ends. */
function openAuction(m: Matching, desk: Desk, bar: BarEvent, o: WorkingOrder, out: Out): void {
  if (!desk.streams.sessionBars && !isIn(bar, o.expiry - CROSS_WAIT)) return
  auctionFill(m, desk, bar.start, bar.open, o, out)
}

/** The session's last bar closes with the closing auction: CLS orders fill at its close, the rest of them ends. */
function closeAuction(m: Matching, desk: Desk, bar: BarEvent, o: WorkingOrder, out: Out): void {
  if (desk.streams.sessionBars ? o.arrived > bar.start : !isIn(bar, o.expiry - CROSS_WAIT - 1)) return
  auctionFill(m, desk, bar.t, bar.close, o, out)
}

const isIn = (bar: BarEvent, t: Micros): boolean => bar.start <= t && t < bar.t

function auctionFill(m: Matching, desk: Desk, t: Micros, price: Price, o: WorkingOrder, out: Out): void {
  if (isPrice(price) && !(hasLimit(o) && o.side * (price - o.limit) > 0)) {
    const qty = fill(m, desk, o, { t, price, room: roomInBar(desk, o), spread: 0 }, price, out)
    if (desk.state.budget !== ENDLESS) desk.state.budget -= qty
  }
  if (!o.done) expireOrder(m, desk, o, t, out)
}

/** `match standing` on bars: the last finished bar's closing quote or close stands, with what is left of its volume. */
export function matchClose(m: Matching, desk: Desk, o: WorkingOrder, t: Micros, out: Out): void {
  const s = desk.state
  const quote = o.side > 0 ? s.ask : s.bid
  const price = quote > 0 ? quote : s.last
  const open = desk.state.status === 'trading' && (desk.streams.sessionBars || desk.clock.isOpen(t))
  if (open && o.heldUntil === NOT_YET && price > 0 && !desk.crossed()) {
    if (!o.active && reached(o, s.last > 0 ? s.last : price)) trigger(desk, o)
    if (o.active) meetInBar(m, desk, o, t, price, s.bid > 0 && s.ask > 0 ? s.ask - s.bid : 0, false, out)
  }
  endImmediate(m, desk, o, t, out)
}

/** The trade path; extremes that contradict open or close are widened to hold them. */
export function pathOf(bar: BarEvent): readonly Price[] {
  const close = isPrice(bar.close) ? bar.close : bar.open
  const high = Math.max(bar.open, close, isPrice(bar.high) ? bar.high : 0)
  const low = Math.min(bar.open, close, isPrice(bar.low) ? bar.low : bar.open)
  return bar.open - low <= high - bar.open ? [bar.open, low, high, close] : [bar.open, high, low, close]
}

/** `only` is the side that sees this path, 0 for both. */
function walk(
  m: Matching,
  desk: Desk,
  bar: BarEvent,
  path: readonly Price[],
  only: Side | 0,
  spread: Price,
  out: Out,
): void {
  for (let i = 1; i < path.length; i++) {
    let at = path[i - 1] as Price
    const end = path[i] as Price
    for (;;) {
      const o = nextReached(desk, bar.start, at, end, only)
      if (o === undefined) break
      at = pointOf(o, at, end)
      // The first candidate order is either a stop, which triggers once, or a limit that empties itself or the pot.
      if (!o.active) trigger(desk, o)
      meetInBar(m, desk, o, bar.t, at, spread, false, out)
    }
  }
}

/** The order that the way from `at` to `end` reaches first. */
function nextReached(desk: Desk, start: Micros, at: Price, end: Price, only: Side | 0): WorkingOrder | undefined {
  let best: WorkingOrder | undefined
  let nearest = Infinity
  for (const o of desk.state.orders) {
    if (o.done || o.bar !== start || (only !== 0 && o.side !== only)) continue
    if (o.active && (!hasLimit(o) || roomInBar(desk, o) === 0)) continue
    const distance = Math.abs(pointOf(o, at, end) - at)
    if (distance < nearest) {
      best = o
      nearest = distance
    }
  }
  return best
}

/** Where between `at` and `end` the order acts; NaN when it does not. */
function pointOf(o: WorkingOrder, at: Price, end: Price): Price {
  const level = o.active ? o.limit : o.stop
  const direction = o.active ? -o.side : o.side
  if (direction * (at - level) >= 0) return at
  return direction * (end - level) >= 0 ? level : Number.NaN
}

function meetInBar(
  m: Matching,
  desk: Desk,
  o: WorkingOrder,
  t: Micros,
  price: Price,
  spread: Price,
  gap: boolean,
  out: Out,
): void {
  const at: Meeting = { t, price, room: roomInBar(desk, o), spread }
  const qty = meet(m, desk, o, at, gap, out)
  if (desk.state.budget !== ENDLESS) desk.state.budget -= qty
  endImmediate(m, desk, o, t, out)
}

function openFor(side: Side, bar: BarEvent): Price {
  const quote = side > 0 ? bar.askOpen : bar.bidOpen
  if (isPrice(quote)) return quote
  return isPrice(bar.open) ? bar.open : 0
}

/** Opening ask minus bid: negative when crossed, 0 when the bar has no two sides. */
function spreadOf(bar: BarEvent): number {
  return isPrice(bar.bidOpen) && isPrice(bar.askOpen) ? bar.askOpen - bar.bidOpen : 0
}
