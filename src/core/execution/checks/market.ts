/** Checks on the order's form and on the state of its market. */
import { HOUR, type Micros } from '../../base/time.ts'
import type { Market } from '../../data/market.ts'
import type { Quoted } from '../../data/quoted.ts'
import { nextAuction } from '../../domain/auction.ts'
import { type Instrument, tickAt } from '../../domain/instrument.ts'
import type { GateView, RiskCheck } from '../gate.ts'
import { fxElapsed } from '../fx-hours.ts'

function onTick(instrument: Instrument, price: number): boolean {
  return Number.isSafeInteger(price) && price > 0 && price % tickAt(instrument, price) === 0
}

/** Positive multiples of the lot, prices where the type needs them, on the venue's tick (R-21: denied, not rounded). */
export const checkStructure: RiskCheck = (view, intent) => {
  const instrument = view.market.instruments[intent.instrument]
  if (instrument === undefined) return true
  if (!Number.isSafeInteger(intent.qty) || intent.qty <= 0 || intent.qty % instrument.lot !== 0) return true
  const { orderType } = intent
  const needsLimit = orderType === 'limit' || orderType === 'stopLimit'
  const needsStop = orderType === 'stop' || orderType === 'stopLimit'
  if (needsLimit ? !onTick(instrument, intent.limit) : intent.limit !== 0) return true
  return needsStop ? !onTick(instrument, intent.stop) : intent.stop !== 0
}

/**
 * Is the instrument's market shut or stopped for an order of this kind? Nothing is sent to an instrument that is not in
 * continuous trading (I-27), exits neither: they wait for the first continuous event. An order made at the end
 * of a session bar is for the next session (`contract.md` 3). A day outside the calendar's stated range is closed for
 * opening; exits on session bars go on there.
 */
export function isShut(market: Market, instrument: number, t: Micros, reducing: boolean): boolean {
  return isHalted(market, instrument) || isClosed(market, instrument, t, reducing)
}

function isClosed(market: Market, instrument: number, t: Micros, reducing: boolean): boolean {
  const clock = market.clocks[instrument]
  const shape = market.shapes[instrument]
  if (clock === undefined || shape === undefined) return true
  if (!clock.covers(t)) return !reducing
  return !shape.sessionBars && !clock.isOpen(t)
}

export const checkClosed: RiskCheck = (view, intent, reducing) => {
  const { timeInForce } = intent
  if (timeInForce === 'OPG' || timeInForce === 'CLS') return !auctionAhead(view, intent.instrument, timeInForce)
  return isClosed(view.market, intent.instrument, view.t, reducing)
}

/**
 * May an order for an auction leave (I-27)? The configuration has to allow that auction, and it has to be ahead with its
 * orders still taken; after the close the next session's counts.
 */
function auctionAhead(view: GateView, instrument: number, timeInForce: 'OPG' | 'CLS'): boolean {
  const allowed = view.auctions === 'both' || view.auctions === (timeInForce === 'OPG' ? 'open' : 'close')
  const clock = view.market.clocks[instrument]
  return allowed && clock !== undefined && nextAuction(clock, timeInForce, view.t).cross < Infinity
}

/** Halted, in a volatility auction, or frozen by a corporate action: nothing is sent, exits wait (R-29, R-34, I-27). */
export function isHalted(market: Market, instrument: number): boolean {
  const q = market.of(instrument) as Quoted | undefined
  return q !== undefined && (q.status !== 'trading' || q.frozen)
}

export const checkHalted: RiskCheck = (view, intent) => isHalted(view.market, intent.instrument)

export const checkStale: RiskCheck = (view, intent, reducing) =>
  !reducing && !view.market.isFresh(intent.instrument, view.t)

const DEFAULT_FX_MOVE_HOURS: Micros = 24 * HOUR

/** opening in a foreign currency needs a positive rate of at most `fxMaxAge` of FX hours. */
export const checkFx: RiskCheck = (view, intent, reducing) => {
  if (reducing) return false
  const currency = view.ledger.currencyOf(intent.instrument)
  const fx = view.valuation.fxInstrument(currency)
  if (fx === undefined) return false
  const q = view.market.of(fx)
  if (q.mark2 <= 0 || q.suspect.price2 !== 0) return true
  return fxElapsed(q.markT, view.t) > (view.limits.fxMaxAge || DEFAULT_FX_MOVE_HOURS)
}
