/**
 * How the simulated venue behaves: the policies of a run, by name. Nothing here is a flag of the engine; two runs
 * with equal policies, seed and tape fill alike.
 */
import type { Ratio } from '../base/fixed.ts'
import type { FeeModel } from '../domain/fees.ts'
import type { VenueRules } from '../domain/venue-rules.ts'
import type { QueueModel } from './queue.ts'

/**
 * What may be taken at one market event, always in whole lots:
 * `shown` – the size shown on the touched side (a trade's size where a trade fills); on bars 1/4 of the bar's volume.
 * `volume` – bars: that share of the bar's volume. Ticks: the bound of `shown`, and besides that share of what was
 *   traded since the order arrived, less what our orders took since then; quote-only tapes trade nothing, there it
 *   is `shown`.
 * `unlimited` – no bound.
 */
export type Liquidity =
  | { readonly kind: 'shown' }
  | { readonly kind: 'volume'; readonly share: Ratio }
  | { readonly kind: 'unlimited' }

/** How much worse than the touch a taking order fills; see `slippage.ts`. */
export type Slippage =
  | { readonly kind: 'none' }
  | { readonly kind: 'ticks'; readonly ticks: number }
  | { readonly kind: 'bps'; readonly bps: Ratio }
  | { readonly kind: 'spread'; readonly share: Ratio }
  | { readonly kind: 'sqrt'; readonly y: Ratio }

export interface SimConfig {
  /** `next`: matched at the first market event ordered after the arrival. `standing`: at once, by what stands. */
  readonly match: 'next' | 'standing'
  readonly liquidity: Liquidity
  readonly slippage: Slippage
  readonly fees: FeeModel
  /** Share of new orders that the model rejects, drawn from the venue's own seeded stream; `den` at most 2^20. */
  readonly rejects?: Ratio
  /** Our place in the queue; absent: `none` (`queue.ts`). */
  readonly queue?: QueueModel
  /** `cross`: auctions fill at the price they printed (`auction.ts`); absent: nothing fills in them. */
  readonly auctions?: 'cross'
  /** What the venue itself forbids and interrupts, by instrument, each list rising by date; absent: nothing (`rules.ts`). */
  readonly rules?: readonly (readonly VenueRules[])[]
}

/** What an instrument's tapes hold. The finest kind alone matches: quotes before trades before bars. */
export interface StreamKinds {
  readonly quotes: boolean
  readonly trades: boolean
  readonly bars: boolean
  /** The bars are of a session or longer. */
  readonly sessionBars: boolean
  /** Each quote row sets one side of the national best quote. */
  readonly oneSided: boolean
}
