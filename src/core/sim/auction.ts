/**
 * Auctions (`--auctions cross`): orders collected for a call auction fill at the price it printed, and in no other way.
 *
 * The print of an auction: on tapes whose prints carry conditions the one flagged opening, closing or reopening; on
 * others the first usable print after the calendar's auction phase, or a status `auction`, has ended; either is waited
 * for `CROSS_WAIT`. Who takes part: OPG and CLS orders in theirs; of the others those that arrived before the phase
 * ended, and those that were there when an auction outside the calendar began. Market orders first, then limit orders at
 * or better than the price, the bolder first, then by arrival. Each side may take the printed size, or the share of it
 * that `liquidity` says. No slippage. What is left of OPG and CLS, and of DAY orders after a closing auction, expires.
 *
 * On bars OPG fills at the open of the bar in which the session opens, CLS at the close of the bar in which it closes
 * (`bar-path.ts`). Not modelled: indicative prices, imbalances, our own effect on the price, allotment among equals.
 */
import { MINUTE } from '../base/time.ts'
import { CROSS_WAIT, isAuctionOnly, phaseBefore } from '../domain/auction.ts'
import type { TradeEvent } from '../domain/event.ts'
import type { TradingStatus } from '../domain/phase.ts'
import type { Micros } from '../base/time.ts'
import type { Qty } from '../domain/units.ts'
import { type Desk, hasLimit, isImmediate, NEVER, NOT_YET, type WorkingOrder } from './desk.ts'
import { expireOrder, fill, type Matching, type Out } from './fill.ts'
import { printBudget, roomInPot } from './liquidity.ts'
import { joinQueue } from './queue.ts'

const OPENING = 0x40
const CLOSING = 0x80
const REOPENING = 0x100

export interface Cross {
  readonly kind: 'open' | 'close' | 'reopen'
  /** Orders that arrived before this take part though they do not wait for an auction. */
  readonly collected: Micros
}

/** Does an auction collect the order, and until when is it kept out of continuous trading? `NOT_YET` when it is not. */
export function heldFrom(desk: Desk, o: WorkingOrder, at: Micros): Micros {
  if (isAuctionOnly(o.timeInForce)) return NEVER
  if (isImmediate(o) || desk.by === 'bars' || !desk.streams.trades || desk.clock.calendar.always) return NOT_YET
  return desk.clock.phaseAt(at) === 'auction' ? desk.clock.phaseEnd(at) + CROSS_WAIT : NOT_YET
}

/** Any row, used or not, tells whether this tape's prints carry conditions. */
export function noteConditions(desk: Desk, e: TradeEvent): void {
  // Bit 0 says regular (US), or which side took (crypto feeds): no condition.
  if (e.flags >>> 0 > 1) desk.state.flagged = true
}

/** Which auction this usable print is the price of; undefined when of none. Called once a print, in order. */
export function crossOf(desk: Desk, e: TradeEvent): Cross | undefined {
  const s = desk.state
  const flags = e.flags >>> 0
  if ((flags & OPENING) !== 0) return { kind: 'open', collected: NOT_YET }
  if ((flags & CLOSING) !== 0) return { kind: 'close', collected: NOT_YET }
  if ((flags & REOPENING) !== 0) return { kind: 'reopen', collected: NOT_YET }
  if (s.flagged || s.status !== 'trading' || desk.clock.calendar.always) return reopening(desk, e)
  const before = phaseBefore(desk.clock.calendar, e.t)
  if (before.phase !== 'auction' || before.end <= s.crossed || e.t - before.end > CROSS_WAIT) return reopening(desk, e)
  s.crossed = before.end
  s.reopened = NOT_YET
  return { kind: desk.clock.isOpen(e.t) ? 'open' : 'close', collected: before.end }
}

function reopening(desk: Desk, e: TradeEvent): Cross | undefined {
  const s = desk.state
  if (s.flagged || s.reopened === NOT_YET || s.status !== 'trading') return undefined
  const inTime = e.t - s.reopened <= CROSS_WAIT
  s.reopened = NOT_YET
  return inTime ? { kind: 'reopen', collected: NOT_YET } : undefined
}

/** Fills what takes part at the print's price, then lets the rest go. */
export function crossAt(m: Matching, desk: Desk, c: Cross, e: TradeEvent, out: Out): void {
  const s = desk.state
  const pot: Record<'1' | '-1', Qty> = { 1: 0, '-1': 0 }
  pot[1] = pot[-1] = printBudget(m.config.liquidity, e.size, desk.instrument.lot)
  for (const o of s.orders) {
    if (!takesPart(o, c, e.t)) continue
    if (!hasLimit(o) || o.side * (e.price - o.limit) <= 0) {
      const room = roomInPot(desk, o, pot[o.side])
      const qty = fill(m, desk, o, { t: e.t, price: e.price, room, spread: 0 }, e.price, out)
      pot[o.side] -= qty
      s.lastSize = Math.max(0, s.lastSize - qty)
    }
    if (!o.done) letGo(m, desk, o, c, e.t, out)
  }
}

function takesPart(o: WorkingOrder, c: Cross, t: Micros): boolean {
  if (o.done || !o.active) return false
  if (isAuctionOnly(o.timeInForce)) {
    if ((o.timeInForce === 'OPG' ? 'open' : 'close') !== c.kind) return false
    // One that came after a close waits for the next session's, not for a late print of this one.
    return t >= o.expiry - CROSS_WAIT - MINUTE
  }
  return !isImmediate(o) && (o.heldUntil !== NOT_YET || o.arrived < c.collected)
}

function letGo(m: Matching, desk: Desk, o: WorkingOrder, c: Cross, t: Micros, out: Out): void {
  if (isAuctionOnly(o.timeInForce) || (c.kind === 'close' && o.timeInForce !== 'GTC')) {
    expireOrder(m, desk, o, t, out)
    return
  }
  o.heldUntil = NOT_YET
  if (!hasLimit(o)) return
  o.resting = true
  if (m.config.queue !== undefined) joinQueue(desk, o)
}

/** A venue says what may be done; after an auction outside the calendar its orders wait for the print. */
export function turnStatus(m: Matching, desk: Desk, status: TradingStatus, t: Micros): void {
  const s = desk.state
  const reopens = s.status === 'auction' && status === 'trading'
  s.status = status
  if (!reopens || m.config.auctions !== 'cross' || desk.by === 'bars' || !desk.streams.trades) return
  s.reopened = t
  for (const o of s.orders) if (!isAuctionOnly(o.timeInForce) && !isImmediate(o)) o.heldUntil = t + CROSS_WAIT
}
