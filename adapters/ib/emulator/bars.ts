/**
 * Bars of a listing as the emulator keeps them: one second, one minute, one day; prices are integers of the listing's
 * unit, 0 where nothing was seen. Coarser bars are put together from these.
 */
import { SECOND, type Micros } from '../../../src/core/base/time.ts'

export interface Ohlc {
  open: number
  high: number
  low: number
  close: number
}

export interface Bar {
  /** Start, microseconds UTC; of a daily bar its local day's number. */
  readonly at: number
  readonly trade: Ohlc
  readonly bid: Ohlc
  readonly ask: Ohlc
  volume: number
  /** Price × volume in price units. */
  amount: number
  count: number
}

const nothing = (): Ohlc => ({ open: 0, high: 0, low: 0, close: 0 })

export function newBar(at: number): Bar {
  return { at, trade: nothing(), bid: nothing(), ask: nothing(), volume: 0, amount: 0, count: 0 }
}

function touch(o: Ohlc, price: number): void {
  if (!(price > 0)) return
  if (o.open === 0) {
    o.open = o.high = o.low = o.close = price
    return
  }
  if (price > o.high) o.high = price
  if (price < o.low) o.low = price
  o.close = price
}

/** Bars of one width, the newest last; older ones are dropped beyond `kept`. */
export class BarSeries {
  readonly width: Micros
  readonly bars: Bar[] = []
  readonly #kept: number

  constructor(width: Micros, kept: number) {
    this.width = width
    this.#kept = kept
  }

  trade(t: Micros, price: number, size: number): void {
    const bar = this.#at(t)
    touch(bar.trade, price)
    bar.volume += size
    bar.amount += price * size
    bar.count++
  }

  quote(t: Micros, bid: number, ask: number): void {
    const bar = this.#at(t)
    touch(bar.bid, bid)
    touch(bar.ask, ask)
  }

  #at(t: Micros): Bar {
    const at = Math.floor(t / this.width) * this.width
    const last = this.bars.at(-1)
    if (last !== undefined && last.at >= at) return last
    const bar = newBar(at)
    if (last !== undefined) {
      // What stood at the end of the bar before stands at the start of this one.
      touch(bar.bid, last.bid.close)
      touch(bar.ask, last.ask.close)
    }
    this.bars.push(bar)
    if (this.bars.length > this.#kept * 2) this.bars.splice(0, this.#kept)
    return bar
  }
}

function addOhlc(into: Ohlc, from: Ohlc): void {
  if (from.open === 0) return
  touch(into, from.open)
  touch(into, from.high)
  touch(into, from.low)
  touch(into, from.close)
}

export function addBar(into: Bar, bar: Bar): void {
  addOhlc(into.trade, bar.trade)
  addOhlc(into.bid, bar.bid)
  addOhlc(into.ask, bar.ask)
  into.volume += bar.volume
  into.amount += bar.amount
  into.count += bar.count
}

/** Bars put together by the start that `startOf` gives each; the input is in order of time. */
export function combine(bars: readonly Bar[], startOf: (at: number) => number): Bar[] {
  const out: Bar[] = []
  for (const bar of bars) {
    const at = startOf(bar.at)
    let last = out.at(-1)
    if (last?.at !== at) {
      last = newBar(at)
      out.push(last)
    }
    addBar(last, bar)
  }
  return out
}

export type BarKind = 'TRADES' | 'BID' | 'ASK' | 'MIDPOINT' | 'BID_ASK'

/** A bar as one kind of data shows it, in halves of a price unit; undefined where that kind saw nothing. */
export interface ShownBar {
  readonly at: number
  readonly open2: number
  readonly high2: number
  readonly low2: number
  readonly close2: number
  readonly volume: number
  readonly wap: number
  readonly count: number
}

export function showBar(bar: Bar, kind: BarKind): ShownBar | undefined {
  const { trade, bid, ask } = bar
  const none = { volume: -1, wap: -1, count: -1 }
  const both = bid.open > 0 && ask.open > 0
  switch (kind) {
    case 'TRADES': {
      if (trade.open === 0) return undefined
      const wap = bar.volume > 0 ? bar.amount / bar.volume : trade.close
      return { at: bar.at, ...twice(trade, trade), volume: bar.volume, wap, count: bar.count }
    }
    case 'BID':
      return bid.open === 0 ? undefined : { at: bar.at, ...twice(bid, bid), ...none }
    case 'ASK':
      return ask.open === 0 ? undefined : { at: bar.at, ...twice(ask, ask), ...none }
    case 'MIDPOINT':
      return both ? { at: bar.at, ...twice(bid, ask), ...none } : undefined
    case 'BID_ASK':
      return both
        ? { at: bar.at, open2: 2 * bid.open, high2: 2 * ask.high, low2: 2 * bid.low, close2: 2 * ask.close, ...none }
        : undefined
  }
}

function twice(a: Ohlc, b: Ohlc): Pick<ShownBar, 'open2' | 'high2' | 'low2' | 'close2'> {
  return { open2: a.open + b.open, high2: a.high + b.high, low2: a.low + b.low, close2: a.close + b.close }
}

export const SECONDS_KEPT = 7200
export const MINUTES_KEPT = 4000

export function secondBars(): BarSeries {
  return new BarSeries(SECOND, SECONDS_KEPT)
}

export function minuteBars(): BarSeries {
  return new BarSeries(60 * SECOND, MINUTES_KEPT)
}
