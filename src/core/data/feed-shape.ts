/** How an instrument's data reaches this run: which kinds of rows, and how often at the least. */
import type { Micros } from '../base/time.ts'

export interface FeedShape {
  readonly quotes: boolean
  readonly trades: boolean
  readonly bars: boolean
  readonly sessionBars: boolean
  /** Each row sets one side of the national best quote (US tick data). */
  readonly oneSided: boolean
  /** Length of the tape's own bars in microseconds; 0 where it has none or they are sessions. */
  readonly barMicros: Micros
  /** Live feeds: a datum or heartbeat at least this often; absent on recorded tapes. */
  readonly heartbeat?: Micros
}
