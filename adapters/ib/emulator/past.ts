/**
 * Daily bars from before a generated market began: a seeded walk backwards from its first price, on trading days of the
 * exchange's calendar. It is no market's data; it exists because clients ask for weeks of history.
 */
import { Rng } from '../../../src/core/base/rng.ts'
import { tickAt } from '../../../src/core/domain/instrument.ts'
import { sessionTimes } from '../../../src/reference/calendars.ts'
import { type Bar, newBar } from './bars.ts'
import type { Board } from './board.ts'

const DAYS = 300
const TAG = 0x69627061

/** Gives the board its past; `firstPrice` is the price at which its market begins, `before` its first local day. */
export function givePast(board: Board, seed: number, firstPrice: number, before: number): void {
  const { instrument } = board.listing
  const rng = Rng.start(seed, TAG).split(instrument.symbol)
  const bars: Bar[] = []
  let close = firstPrice
  for (let day = before - 1; bars.length < DAYS && day > before - 3 * DAYS; day--) {
    if (sessionTimes(instrument.venue, day) === undefined) continue
    bars.push(dayBar(board, rng, day, close))
    // Up to 2 % a day, within the venue's grid and above nothing.
    const earlier = Math.floor(close * (1 + (rng.below(401) - 200) / 10_000))
    close = onGrid(board, Math.max(earlier, tickAt(instrument, 1) * 10))
  }
  board.days.push(...bars.reverse())
  board.prevClose = board.days.at(-1)?.bid.close ?? 0
}

function onGrid(board: Board, price: number): number {
  const tick = tickAt(board.listing.instrument, price)
  return Math.floor(price / tick) * tick
}

function dayBar(board: Board, rng: Rng, at: number, close: number): Bar {
  const tick = tickAt(board.listing.instrument, close)
  const open = Math.max(tick, onGrid(board, close + (rng.below(41) - 20) * tick))
  const high = onGrid(board, Math.max(open, close) + rng.below(20) * tick)
  const low = onGrid(board, Math.max(tick, Math.min(open, close) - rng.below(20) * tick))
  const volume = 1_000_000 + rng.below(1_000_000)
  const flat = { open, high, low, close }
  // Pairs have no trades: their days are seen by quotes alone.
  const trade = board.listing.secType === 'CASH' ? newBar(at).trade : flat
  const half = { bid: { ...flat }, ask: { ...flat }, trade }
  return { ...newBar(at), ...half, volume, amount: close * volume, count: 5000 + rng.below(5000) }
}
