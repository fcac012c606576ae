/**
 * A small market for the venue's tests: one instrument of cent prices, UTC sessions 09:30–16:00 from 2020-01-06 (a
 * Monday) on, and short words for events and orders. Times are microseconds, prices cents, quantities shares.
 */
import { DAY, epochDay, HOUR, MINUTE } from '../../../../src/core/base/time.ts'
import { Rng } from '../../../../src/core/base/rng.ts'
import { type Calendar, SessionClock } from '../../../../src/core/domain/calendar.ts'
import type { BarEvent, QuoteEvent, ReportEvent, TradeEvent } from '../../../../src/core/domain/event.ts'
import type { Phase } from '../../../../src/core/domain/phase.ts'
import type { Instrument } from '../../../../src/core/domain/instrument.ts'
import type { SubmitOrder } from '../../../../src/core/domain/command.ts'
import type { SimConfig, StreamKinds } from '../../../../src/core/sim/config.ts'
import { SimVenue } from '../../../../src/core/sim/venue.ts'

const first = epochDay(2020, 1, 6)
const days = Array.from({ length: 60 }, (_, i) => first + i)
export const midnight = first * DAY
export const open = midnight + 9 * HOUR + 30 * MINUTE
export const close = midnight + 16 * HOUR

export const calendar: Calendar = {
  id: 'TEST',
  always: false,
  firstDay: first,
  lastDay: first + 59,
  days,
  opens: days.map((d) => d * DAY + 9 * HOUR + 30 * MINUTE),
  closes: days.map((d) => d * DAY + 16 * HOUR),
  phaseFrom: days.flatMap((d) => [d * DAY + 9 * HOUR + 30 * MINUTE, d * DAY + 16 * HOUR]),
  phases: days.flatMap((): Phase[] => ['continuous', 'closed']),
  offsetFrom: [Number.MIN_SAFE_INTEGER],
  offsets: [0],
}

/** Orders are collected for half an hour before the open and for ten minutes before the close. */
export const collecting: Calendar = {
  ...calendar,
  phaseFrom: days.flatMap((d) => [
    d * DAY + 9 * HOUR,
    d * DAY + 9 * HOUR + 30 * MINUTE,
    d * DAY + 15 * HOUR + 50 * MINUTE,
    d * DAY + 16 * HOUR,
  ]),
  phases: days.flatMap((): Phase[] => ['auction', 'continuous', 'auction', 'closed']),
}

const none = { days: [], opens: [], closes: [], phaseFrom: [], phases: [] }
export const always: Calendar = { ...calendar, id: 'ALWAYS', always: true, ...none }

export const shares: Instrument = {
  id: 0,
  symbol: 'AAA',
  venue: 'TEST',
  currency: 'USD',
  priceDecimals: 2,
  qtyDecimals: 0,
  ticks: [
    { from: 0, tick: 1 },
    { from: 100_000, tick: 5 },
  ],
  lot: 1,
  economicId: 'AAA',
  allowShort: true,
}

export const QUOTES: StreamKinds = { quotes: true, trades: true, bars: false, sessionBars: false, oneSided: false }
export const QUOTES_ONLY: StreamKinds = { ...QUOTES, trades: false }
export const ONE_SIDED: StreamKinds = { ...QUOTES, oneSided: true }
export const TRADES: StreamKinds = { ...QUOTES, quotes: false }
export const BARS: StreamKinds = { quotes: false, trades: false, bars: true, sessionBars: false, oneSided: false }
export const SESSION_BARS: StreamKinds = { ...BARS, sessionBars: true }

export const plain: SimConfig = {
  match: 'next',
  liquidity: { kind: 'shown' },
  slippage: { kind: 'none' },
  fees: { kind: 'none' },
}

export interface Bench {
  readonly venue: SimVenue
  /** Every report so far. */
  readonly out: ReportEvent[]
}

export function bench(
  streams: StreamKinds,
  config: Partial<SimConfig> = {},
  instrument: Partial<Instrument> = {},
  cal: Calendar = calendar,
): Bench {
  const venue = new SimVenue(
    [{ ...shares, ...instrument }],
    [new SessionClock(cal)],
    { ...plain, ...config },
    Rng.start(7, 1),
    0,
    [streams],
  )
  return { venue, out: [] }
}

let nextId = 0
export function order(terms: Partial<SubmitOrder>): SubmitOrder {
  const orderId = terms.orderId ?? ++nextId
  return {
    type: 'submit',
    t: 0,
    broker: 0,
    orderId,
    intentId: orderId,
    instrument: 0,
    side: 1,
    orderType: 'market',
    qty: 100,
    limit: 0,
    stop: 0,
    timeInForce: 'DAY',
    ...terms,
  }
}

export function submit(b: Bench, at: number, terms: Partial<SubmitOrder> = {}): number {
  const cmd = order(terms)
  b.venue.submit(cmd, at, b.out)
  return cmd.orderId
}

export function quote(b: Bench, t: number, bid: number, ask: number, bidSize = 1000, askSize = 1000, flags = 0): void {
  const e: QuoteEvent = { type: 'quote', t, venueT: t, instrument: 0, bid, ask, bidSize, askSize, flags }
  b.venue.onQuote(e, b.out)
}

export function trade(b: Bench, t: number, price: number, size = 1000, flags = 0): void {
  const e: TradeEvent = { type: 'trade', t, venueT: t, instrument: 0, price, size, flags }
  b.venue.onTrade(e, b.out)
}

export function bar(
  start: number,
  ohlc: readonly [number, number, number, number],
  more: Partial<BarEvent> = {},
): BarEvent {
  const [o, h, l, c] = ohlc
  return {
    type: 'bar',
    t: start + MINUTE,
    start,
    instrument: 0,
    open: o,
    high: h,
    low: l,
    close: c,
    volume: 100_000,
    bidOpen: 0,
    askOpen: 0,
    bidClose: 0,
    askClose: 0,
    ...more,
  }
}

/** Open and end of a bar, as the loop calls them. */
export function play(b: Bench, e: BarEvent): void {
  if (b.venue.hasWork(e.instrument)) b.venue.onBarOpen(e, b.out)
  if (b.venue.hasWork(e.instrument)) b.venue.onBarEnd(e, b.out)
}

/** Reports as short lines: "accepted", "fill 100@5001 t+60", "canceled": time in microseconds after `from`. */
export function lines(b: Bench, from = open): string[] {
  return b.out.map((r) => {
    if (r.type === 'filled') return `fill ${r.qty}@${r.price} t+${r.t - from}`
    if (r.type === 'rejected' || r.type === 'cancelRejected' || r.type === 'replaceRejected')
      return `${r.type} ${r.reason}`
    if (r.type === 'replaced') return `replaced ${r.qty}@${r.limit}/${r.stop}`
    return r.type
  })
}
