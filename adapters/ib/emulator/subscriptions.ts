/** What a session asked to be told until it says otherwise, by request id. */
import type { Micros } from '../../../src/core/base/time.ts'
import type { Account } from './account.ts'
import type { BarKind } from './bars.ts'
import type { Board } from './board.ts'
import type { Listing } from './listing.ts'

export interface QuoteLine {
  readonly board: Board
  delayed: boolean
  /** A snapshot ends by itself. */
  readonly snapshot: boolean
  /** Last trades as tick 48 too. */
  readonly rtVolume: boolean
  /** Told so far: texts by tick id, and when. */
  readonly told: Map<number, string>
  sentAt: Micros
  version: number
}

export type TickKind = 'Last' | 'AllLast' | 'BidAsk' | 'MidPoint'

export interface TickLine {
  readonly board: Board
  readonly kind: TickKind
  lastMid: number
}

export interface BarLine {
  readonly board: Board
  readonly kind: BarKind
  /** End of the last bar that was told. */
  upTo: Micros
}

export interface HistoryLine {
  readonly board: Board
  readonly kind: BarKind
  readonly width: Micros
  readonly startOf: (at: number) => number
  readonly epoch: boolean
  sentAt: Micros
  version: number
}

export interface DepthLine {
  readonly board: Board
  readonly rows: number
  readonly smart: boolean
  told: readonly (readonly string[])[]
  version: number
}

export interface SummaryLine {
  readonly tags: readonly string[]
  readonly told: Map<string, string>
}

export interface PnlLine {
  readonly account: Account
  /** Undefined for the account as a whole. */
  readonly listing: Listing | undefined
  told: string
  sentAt: Micros
}

export class Subscriptions {
  readonly quotes = new Map<number, QuoteLine>()
  readonly ticks = new Map<number, TickLine>()
  readonly bars = new Map<number, BarLine>()
  readonly history = new Map<number, HistoryLine>()
  readonly depth = new Map<number, DepthLine>()
  readonly summaries = new Map<number, SummaryLine>()
  readonly pnl = new Map<number, PnlLine>()
  positions = false
  readonly positionsMulti = new Map<number, Account | undefined>()
  /** The one account whose values are told. */
  account: Account | undefined
  readonly accountsMulti = new Map<number, Account | undefined>()

  /** What is lost with a data farm: everything about the market, nothing about the account. */
  forgetMarket(): void {
    for (const lines of [this.quotes, this.ticks, this.bars, this.history, this.depth]) lines.clear()
  }
}
