/** Counters of a session that go on over its parts: a part's own figures are differences of them. */
import type { Desk } from '../core/engine/desk.ts'

export interface Tally {
  readonly commands: number
  readonly trades: number
  readonly fills: number
  /** Money of base. */
  readonly equity: number
}

export function tallyOf(desk: Desk): Tally {
  const equity = desk.losses.initial === 0 ? 0 : desk.valuation.equity
  return { commands: desk.commandCount, trades: desk.ledger.trips, fills: desk.fillCount, equity }
}

export const NO_TALLY: Tally = { commands: 0, trades: 0, fills: 0, equity: 0 }
