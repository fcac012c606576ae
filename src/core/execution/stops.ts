/**
 * Stop-loss (R-26 … R-28): per broker and instrument a level below (short: above) the average entry, latched once it
 * tripped until the position is flat. The level is kept as a doubled price, so a check is one comparison.
 */
import type { Ratio } from '../base/fixed.ts'
import type { Mark2 } from '../domain/units.ts'
import type { Position } from './ledger.ts'

/** Plain data, one per broker and instrument. */
export interface Stop {
  /** Long: trips at mark2 ≤ level2; short: at mark2 ≥ level2; 0 while flat. */
  level2: Mark2
  tripped: boolean
  /** Of the position it guards: 1 long, -1 short, 0 flat. */
  side: 1 | 0 | -1
}

export function noStop(): Stop {
  return { level2: 0, tripped: false, side: 0 }
}

/** Follows the average entry after each fill; a flat position re-arms, and so does one that turned around. */
export function followStop(stop: Stop, position: Position, pct: Ratio): void {
  const side = position.qty > 0 ? 1 : position.qty < 0 ? -1 : 0
  if (side !== stop.side) stop.tripped = false
  stop.side = side
  if (side === 0) {
    stop.level2 = 0
    return
  }
  const long = position.qty > 0
  const qty = Math.abs(position.qty)
  const num = BigInt(long ? pct.den - pct.num : pct.den + pct.num)
  const den = BigInt(pct.den) * BigInt(qty)
  const twice = 2n * BigInt(position.cost) * num
  // mark2 is an integer: mark2 ≤ x is mark2 ≤ floor(x), mark2 ≥ x is mark2 ≥ ceil(x).
  stop.level2 = Number(long ? twice / den : (twice + den - 1n) / den)
}

/** Does a fresh mark reach the level? Equality trips. */
export function reachesStop(stop: Stop, position: Position, mark2: Mark2): boolean {
  if (position.qty === 0) return false
  return position.qty > 0 ? mark2 <= stop.level2 : mark2 >= stop.level2
}
