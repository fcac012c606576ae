/** Where an emulator's market comes from: a tape where one is named, else the generator. */
import type { Micros } from '../../../src/core/base/time.ts'
import type { MarketFeed } from './feed.ts'
import { GeneratedFeed } from './generated-feed.ts'
import { TapeFeed } from './tape-feed.ts'

export interface MarketChoice {
  readonly tape?: string
  readonly symbols: readonly string[]
  readonly seed: number
  /** Whose stocks of a tape are served; absent: Korea's and America's. */
  readonly venues?: readonly string[]
}

/** `start`: where a generated market begins. */
export async function openFeed({ tape, symbols, seed, venues }: MarketChoice, start: Micros): Promise<MarketFeed> {
  return tape === undefined ? new GeneratedFeed(symbols, seed, start) : TapeFeed.open(tape, venues)
}
