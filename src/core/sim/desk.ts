/**
 * One instrument at the simulated venue: what stands in the market, and our orders there. Only plain fields; all
 * numbers are integers, so a snapshot through JSON is exact.
 *
 * Prices are 0 where nothing stands. Sizes are what is left of the shown size after our own fills, until the next row
 * of that side renews it.
 */
import type { Micros } from '../base/time.ts'
import type { SessionClock } from '../domain/calendar.ts'
import type { BarEvent, QuoteEvent } from '../domain/event.ts'
import type { Charged } from '../domain/fees.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { OrderType, TimeInForce } from '../domain/order.ts'
import type { TradingStatus } from '../domain/phase.ts'
import type { Price, Qty, Side } from '../domain/units.ts'
import { isPrice, isSuspicious } from './conditions.ts'
import type { StreamKinds } from './config.ts'
import { type DailyBars, emptyDaily } from './daily.ts'

/** Stand-ins for "never" and "not yet": JSON has no infinity. */
export const NEVER: Micros = Number.MAX_SAFE_INTEGER
export const NOT_YET: Micros = Number.MIN_SAFE_INTEGER

/** An order that was accepted and is not finished. */
export interface WorkingOrder {
  readonly orderId: number
  readonly instrument: number
  readonly side: Side
  readonly orderType: OrderType
  readonly timeInForce: TimeInForce
  /** When it arrived, and the order of arrival; a replace that changes more than a smaller quantity arrives anew. */
  arrived: Micros
  seq: number
  qty: Qty
  limit: Price
  stop: Price
  cumQty: Qty
  /** Fills so far. */
  fills: number
  /** What these fills were charged: order minima and maxima are of the order. */
  readonly charged: Charged
  /** False for a stop that is not triggered yet. */
  active: boolean
  /** A limit order that saw the touch beyond its limit: from then on it waits in the book and fills at its limit. */
  resting: boolean
  /** Finished; leaves the desk after the event at hand. */
  done: boolean
  /** Start of the bar in which the order takes part, `NOT_YET` before its first. */
  bar: Micros
  /** When a DAY, IOC or FOK order ends; `NEVER` for GTC and on session bars. */
  expiry: Micros
  /** `traded` and `taken` of the desk at arrival, for the liquidity policy `volume` on ticks. */
  tradedBefore: Qty
  takenBefore: Qty
  /** Until then it waits for an auction and takes no part in continuous trading; `NOT_YET` when it does not wait. */
  heldUntil: Micros
  /** Queue (`queue.ts`): size ahead of it, size shown at its price last, printed there since. */
  ahead: Qty
  shown: Qty
  printed: Qty
}

/** The part of a desk that changes: what a snapshot keeps. */
export interface DeskState {
  orders: WorkingOrder[]
  bid: Price
  ask: Price
  bidSize: Qty
  askSize: Qty
  last: Price
  lastSize: Qty
  /** Local date of the last event seen; the book is cleared when it changes. */
  day: number
  /** Volume printed, and filled by us, since the start. */
  traded: Qty
  taken: Qty
  /** What stops trading here outside the calendar's phases; `trading` when nothing does. */
  status: TradingStatus
  /** Did any print carry condition flags? Then auctions are known by them. */
  flagged: boolean
  /** End of the last auction phase whose print was seen, and since when the print of a reopening is awaited. */
  crossed: Micros
  reopened: Micros
  /** Start of the bar that was opened last, and what may still be taken from that bar. */
  barStart: Micros
  budget: Qty
  daily: DailyBars
}

export class Desk {
  readonly instrument: Instrument
  readonly clock: SessionClock
  readonly streams: StreamKinds
  /** Which events match here. */
  readonly by: 'quotes' | 'trades' | 'bars' | 'nothing'
  /** True when the book must be kept while no order is here. */
  readonly watch: boolean
  state: DeskState = emptyState()
  /** Set when an order finished or changed its rank; the venue tidies up after the event. */
  changed = false

  constructor(instrument: Instrument, clock: SessionClock, streams: StreamKinds, watchAlways: boolean) {
    this.instrument = instrument
    this.clock = clock
    this.streams = streams
    this.by = streams.quotes ? 'quotes' : streams.trades ? 'trades' : streams.bars ? 'bars' : 'nothing'
    this.watch = watchAlways || (streams.quotes && streams.oneSided)
  }

  /** Takes over a quote row; false when it is not to be used. */
  setQuote(e: QuoteEvent): boolean {
    if (isSuspicious(e.flags)) return false
    this.turnDay(e.t)
    const s = this.state
    const keep = this.streams.oneSided
    if (isPrice(e.bid)) {
      s.bid = e.bid
      s.bidSize = e.bidSize > 0 ? e.bidSize : 0
    } else if (!keep) s.bid = 0
    if (isPrice(e.ask)) {
      s.ask = e.ask
      s.askSize = e.askSize > 0 ? e.askSize : 0
    } else if (!keep) s.ask = 0
    return true
  }

  /** The quotes of a finished bar, or its close, stand until the next one. */
  setClose(bar: BarEvent): void {
    const s = this.state
    s.last = isPrice(bar.close) ? bar.close : 0
    s.bid = isPrice(bar.bidClose) ? bar.bidClose : 0
    s.ask = isPrice(bar.askClose) ? bar.askClose : 0
  }

  /** Nothing of yesterday stands today (the national best quote clears, `contract.md` 1). */
  turnDay(t: Micros): void {
    const day = this.clock.localDay(t)
    const s = this.state
    if (day === s.day) return
    s.day = day
    s.bid = s.ask = s.bidSize = s.askSize = s.last = s.lastSize = 0
  }

  /** Is there continuous trading: by the calendar, and nothing stopped it? */
  trades(t: Micros): boolean {
    return this.state.status === 'trading' && this.clock.isOpen(t)
  }

  crossed(): boolean {
    const { bid, ask } = this.state
    return bid > 0 && ask > 0 && bid > ask
  }

  /** Sorts the orders by rank and drops the finished ones, which are returned. */
  tidy(): readonly WorkingOrder[] {
    this.changed = false
    const s = this.state
    const finished = s.orders.filter((o) => o.done)
    if (finished.length > 0) s.orders = s.orders.filter((o) => !o.done)
    if (s.orders.length > 1) s.orders.sort(byRank)
    return finished
  }
}

export function emptyState(): DeskState {
  return {
    orders: [],
    bid: 0,
    ask: 0,
    bidSize: 0,
    askSize: 0,
    last: 0,
    lastSize: 0,
    day: NOT_YET,
    traded: 0,
    taken: 0,
    status: 'trading',
    flagged: false,
    crossed: NOT_YET,
    reopened: NOT_YET,
    barStart: NOT_YET,
    budget: 0,
    daily: emptyDaily(),
  }
}

/** Is the order, as it works now, a limit order? */
export function hasLimit(o: WorkingOrder): boolean {
  return o.orderType === 'limit' || o.orderType === 'stopLimit'
}

export function isImmediate(o: WorkingOrder): boolean {
  return o.timeInForce === 'IOC' || o.timeInForce === 'FOK'
}

/** Who is served first: market orders, then limits (buys first, the bolder price first), then sleeping stops; then arrival. */
function byRank(a: WorkingOrder, b: WorkingOrder): number {
  const rank = (o: WorkingOrder): number => (!o.active ? 2 : hasLimit(o) ? 1 : 0)
  const ra = rank(a)
  const difference = ra - rank(b)
  if (difference !== 0) return difference
  if (ra === 1 && (a.side !== b.side || a.limit !== b.limit)) return b.side * b.limit - a.side * a.limit
  return a.seq - b.seq
}
