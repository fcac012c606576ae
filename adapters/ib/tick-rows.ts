/** Ticks and bars that come whole, one message a row, as rows of ours; undefined for what cannot be. */
import { SECOND, type Micros } from '../../src/core/base/time.ts'
import type { BarInbound, MarketInbound } from '../../src/runtime/ports.ts'
import type { IbListing } from './contracts.ts'
import { readEpoch, WITHIN_SECOND } from './times.ts'

const BAR: Micros = 5 * SECOND

export type Row = MarketInbound | BarInbound

/** A trade of the tick-by-tick stream; its second stands for its end. A halt shows as nothing at price nothing. */
export function printRow(listing: IbListing, time: string, theirs: number, size: number): Row | 'nothing' | undefined {
  if (theirs === 0 && size === 0) return 'nothing'
  const [at, price, qty] = [readEpoch(time), listing.price(theirs), listing.qty(size)]
  if (at === undefined || price === undefined || price <= 0 || qty === undefined || qty <= 0) return undefined
  const instrument = listing.instrument.id
  return { type: 'trade', venueT: at + WITHIN_SECOND, instrument, price, size: qty, flags: 0 }
}

/** A quote of the tick-by-tick stream. */
export function bookRow(
  listing: IbListing,
  time: string,
  theirs: readonly [bid: number, ask: number, bidSize: number, askSize: number],
): Row | 'nothing' | undefined {
  const at = readEpoch(time)
  const side = (price: number): number | undefined => (price <= 0 ? 0 : listing.price(price))
  const [bid, ask] = [side(theirs[0]), side(theirs[1])]
  const [bidSize, askSize] = [listing.qty(theirs[2]), listing.qty(theirs[3])]
  if (at === undefined || bid === undefined || ask === undefined || bidSize === undefined || askSize === undefined) {
    return undefined
  }
  if (bid === 0 && ask === 0) return 'nothing'
  const instrument = listing.instrument.id
  return { type: 'quote', venueT: at + WITHIN_SECOND, instrument, bid, ask, bidSize, askSize, flags: 0 }
}

/** A bar of five seconds, stamped with its start. */
export function barRow(listing: IbListing, time: number, theirs: readonly number[], volume: number): Row | undefined {
  const [start, qty] = [readEpoch(time), listing.qty(volume)]
  const [open, high, low, close] = theirs.map((x) => listing.price(x))
  if (start === undefined || qty === undefined || qty < 0) return undefined
  if (open === undefined || high === undefined || low === undefined || close === undefined || !(low > 0)) {
    return undefined
  }
  if (high < Math.max(open, close) || low > Math.min(open, close)) return undefined
  const none = { bidOpen: 0, askOpen: 0, bidClose: 0, askClose: 0 }
  const prices = { open, high, low, close, volume: qty }
  return { type: 'bar', t: start + BAR, start, instrument: listing.instrument.id, ...prices, ...none }
}
