/** Bars and levels of a book as texts of their messages. */
import { tickAt } from '../../../src/core/domain/instrument.ts'
import { realText } from '../wire/numbers.ts'
import type { BarKind, ShownBar } from './bars.ts'
import type { Board } from './board.ts'
import { priceText, qtyText, quoted } from './listing.ts'
import { epochText, localTime, stampText } from './times.ts'

const DEPTH_STEP = 10

/** Of twice a price. */
export function halfText(board: Board, price2: number): string {
  return realText(quoted(board.listing, price2 / 2))
}

export interface BarTexts {
  readonly open: string
  readonly high: string
  readonly low: string
  readonly close: string
  readonly volume: string
  readonly wap: string
  readonly count: string
}

export function barTexts(board: Board, bar: ShownBar): BarTexts {
  const { listing } = board
  const price = (x: number): string => halfText(board, x)
  return {
    open: price(bar.open2),
    high: price(bar.high2),
    low: price(bar.low2),
    close: price(bar.close2),
    volume: bar.volume < 0 ? '-1' : qtyText(listing, bar.volume),
    wap: bar.wap < 0 ? '-1' : realText(quoted(listing, bar.wap)),
    count: String(bar.count),
  }
}

/** Side (0 ask, 1 bid), position, price, size; nothing can be filled behind the first position. */
export function levels(board: Board, count: number): string[][] {
  const { listing } = board
  const side = (name: '0' | '1', best: number, size: number): string[][] => {
    if (!(best > 0)) return []
    const step = tickAt(listing.instrument, best) * (name === '0' ? 1 : -1)
    return Array.from({ length: count }, (_, i) => best + i * step)
      .filter((price) => price > 0)
      .map((price, i) => [name, String(i), priceText(listing, price), qtyText(listing, size + i * DEPTH_STEP)])
  }
  return [...side('0', board.ask, board.askSize), ...side('1', board.bid, board.bidSize)]
}

/** The local date of a daily bar's day number, and of any other bar its moment. */
export function barDate(board: Board, at: number, daily: boolean, epoch: boolean): string {
  if (daily) return localTime(at * 86_400_000_000, 'UTC').date
  return epoch ? epochText(at) : stampText(at, board.listing.zone)
}

export function isBarKind(text: string): text is BarKind {
  return ['TRADES', 'BID', 'ASK', 'MIDPOINT', 'BID_ASK'].includes(text)
}
