/** What an emulator needs once, before it serves: where a generated market begins. */
import type { Micros } from '../../../src/core/base/time.ts'
import type { Instrument } from '../../../src/core/domain/instrument.ts'
import { GeneratedFeed } from '../../common/emulator/generated-feed.ts'

/** The first bid of a generated market, found by generating its beginning once more. */
export function firstBid({ symbol, venue }: Instrument, seed: number, start: Micros): number {
  const copy = new GeneratedFeed([venue === 'FX' ? symbol : `${venue}:${symbol}`], seed, start)
  for (let i = 0; i < 1000; i++) {
    const { event } = copy.next()
    if (event.type === 'quote' && event.bid > 0) return event.bid
  }
  throw new Error(`${symbol}: the generated market shows no quote`)
}
