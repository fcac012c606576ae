/**
 * When a venue's opening and closing auctions cross by the calendar, and until when it takes orders for them.
 *
 * The opening auction crosses at the session's open, the closing auction at its close. Where the calendar has a phase
 * that collects orders for it (KRX) they are taken until it ends. Where it has none, or one no longer than the cut-off
 * (US), they are taken until two minutes before the open and ten before the close: Nasdaq takes market-on-open orders until 9:28 (rule 4702(b)(8)), NYSE market-on-close orders until 15:50 (rule 7.35B). One
 * listing exchange's later hours are not told apart, nor are imbalance-only orders. Pure functions of calendar and time.
 */
import { MINUTE, type Micros } from '../base/time.ts'
import { type Calendar, lastAtOrBefore, type SessionClock } from './calendar.ts'
import type { TimeInForce } from './order.ts'
import type { Phase } from './phase.ts'

/** The print of an auction may come late; so long it is waited for. */
export const CROSS_WAIT: Micros = 15 * MINUTE

const OPENING_CUT_OFF: Micros = 2 * MINUTE
const CLOSING_CUT_OFF: Micros = 10 * MINUTE

/** One auction to come: when it crosses at the earliest, and when orders for it must be there. */
export interface AuctionTime {
  readonly cross: Micros
  readonly cutOff: Micros
}

const NONE: AuctionTime = { cross: Infinity, cutOff: Infinity }

export function isAuctionOnly(timeInForce: TimeInForce): boolean {
  return timeInForce === 'OPG' || timeInForce === 'CLS'
}

/** The phase that ends when the one at t begins, and when that is. */
export function phaseBefore(calendar: Calendar, t: Micros): { readonly phase: Phase; readonly end: Micros } {
  const i = lastAtOrBefore(calendar.phaseFrom, t)
  return { phase: calendar.phases[i - 1] ?? 'closed', end: calendar.phaseFrom[i] ?? -Infinity }
}

/**
 * The opening (OPG) or closing (CLS) auction that an order of time t can join: that of the session under way, or after
 * its close that of the next one. Between the cut-off and the close there is none.
 */
export function nextAuction(clock: SessionClock, timeInForce: 'OPG' | 'CLS', t: Micros): AuctionTime {
  const { calendar } = clock
  if (calendar.always) return NONE
  const first = Math.max(0, clock.sessionAt(t))
  for (let i = first; i <= first + 1 && i < calendar.opens.length; i++) {
    const a = timeInForce === 'OPG' ? opening(calendar, i) : closing(calendar, i)
    if (t < a.cutOff) return t >= (calendar.closes[i - 1] ?? -Infinity) ? a : NONE
  }
  return NONE
}

function opening(calendar: Calendar, session: number): AuctionTime {
  const open = calendar.opens[session] as Micros
  const i = lastAtOrBefore(calendar.phaseFrom, open - 1)
  const cutOff = open - OPENING_CUT_OFF
  const collects = calendar.phases[i] === 'auction' && (calendar.phaseFrom[i] as Micros) < cutOff
  return { cross: open, cutOff: collects ? open : cutOff }
}

function closing(calendar: Calendar, session: number): AuctionTime {
  const close = calendar.closes[session] as Micros
  const collects = calendar.phases[lastAtOrBefore(calendar.phaseFrom, close - 1)] === 'auction'
  return { cross: close, cutOff: collects ? close : close - CLOSING_CUT_OFF }
}
