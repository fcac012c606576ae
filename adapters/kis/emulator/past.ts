/**
 * Daily bars from before a generated market began: a seeded walk backwards from its first price, on trading days of the
 * exchange's calendar. It is no market's data; it exists because charting clients ask for weeks of history.
 */
import { Rng } from '../../../src/core/base/rng.ts'
import type { Micros } from '../../../src/core/base/time.ts'
import { tickAt } from '../../../src/core/domain/instrument.ts'
import { sessionTimes } from '../../../src/reference/calendars.ts'
import type { Bar, Board } from './board.ts'
import { localDayOf } from '../../common/emulator/clock.ts'
import { GeneratedFeed } from '../../common/emulator/generated-feed.ts'

const DAYS = 250
const TAG = 0x70617374

/** Gives the board of a generated market its past; `start` is when that market begins. */
export function givePast(board: Board, seed: number, start: Micros): void {
  const before = localDayOf(start, board.listing.zone)
  const { instrument } = board.listing
  const rng = Rng.start(seed, TAG).split(instrument.symbol)
  const bars: Bar[] = []
  let close = firstPrice(board, seed, start)
  for (let day = before - 1; bars.length < DAYS && day > before - 3 * DAYS; day--) {
    if (sessionTimes(instrument.venue, day) === undefined) continue
    bars.push(dayBar(board, rng, day, close))
    // Up to 2 % a day, within the venue's grid and above nothing.
    const before = Math.floor(close * (1 + (rng.below(401) - 200) / 10_000))
    close = onGrid(board, Math.max(before, tickAt(instrument, 1) * 10))
  }
  board.days.push(...bars.reverse())
  const last = board.days.at(-1)
  if (last === undefined) return
  board.prevClose = last.close
  board.prevVolume = last.volume
}

function onGrid(board: Board, price: number): number {
  const tick = tickAt(board.listing.instrument, price)
  return Math.floor(price / tick) * tick
}

function dayBar(board: Board, rng: Rng, at: number, close: number): Bar {
  const tick = tickAt(board.listing.instrument, close)
  const open = onGrid(board, close + (rng.below(41) - 20) * tick)
  const high = onGrid(board, Math.max(open, close) + rng.below(20) * tick)
  const low = onGrid(board, Math.max(tick, Math.min(open, close) - rng.below(20) * tick))
  const volume = 1_000_000 + rng.below(1_000_000)
  return { at, open: Math.max(open, low), high, low, close, volume, amount: close * volume }
}

/** What a feed of this symbol alone says first: its rows do not depend on the symbols beside it. */
function firstPrice(board: Board, seed: number, start: Micros): number {
  const { symbol, venue } = board.listing.instrument
  const copy = new GeneratedFeed([`${venue}:${symbol}`], seed, start)
  for (let i = 0; i < 1000; i++) {
    const { event } = copy.next()
    if (event.type === 'quote' && event.bid > 0) return event.bid
  }
  throw new Error(`${symbol}: the generated market shows no quote`)
}
