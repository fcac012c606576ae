/**
 * How much of an order may fill at one event, in whole lots (policies: `config.ts`). What several of our orders take
 * from one row, one print or one bar comes from the same pot: the caller hands in what is left of it.
 */
import { mulDiv } from '../base/fixed.ts'
import type { Qty } from '../domain/units.ts'
import type { Liquidity } from './config.ts'
import type { Desk, WorkingOrder } from './desk.ts'

/** The pot of a policy without bounds: large enough for any order, small enough for JSON. */
export const ENDLESS: Qty = Number.MAX_SAFE_INTEGER

/** What our orders together may take from a bar of this volume. */
export function barBudget(policy: Liquidity, volume: Qty, lot: Qty): Qty {
  if (policy.kind === 'unlimited') return ENDLESS
  const share = policy.kind === 'volume' ? policy.share : { num: 1, den: 4 }
  return volume > 0 ? wholeLots(mulDiv(volume, share.num, share.den, 'down'), lot) : 0
}

/** What our orders of one side together may take from the print of an auction. */
export function printBudget(policy: Liquidity, size: Qty, lot: Qty): Qty {
  if (policy.kind === 'unlimited') return ENDLESS
  const part = policy.kind === 'volume' ? mulDiv(size, policy.share.num, policy.share.den, 'down') : size
  return wholeLots(part, lot)
}

/** What `o` may take of a pot that has no other bound. */
export function roomInPot(desk: Desk, o: WorkingOrder, pot: Qty): Qty {
  return wholeLots(Math.min(o.qty - o.cumQty, pot), desk.instrument.lot)
}

/** What `o` may take of a pot on a tick tape. */
export function roomOnTicks(policy: Liquidity, desk: Desk, o: WorkingOrder, pot: Qty): Qty {
  const leaves = o.qty - o.cumQty
  if (policy.kind === 'unlimited') return leaves
  let room = Math.min(leaves, pot)
  if (policy.kind === 'volume' && desk.streams.trades) {
    const { traded, taken } = desk.state
    const share = mulDiv(traded - o.tradedBefore, policy.share.num, policy.share.den, 'down')
    room = Math.min(room, share - (taken - o.takenBefore))
  }
  return wholeLots(room, desk.instrument.lot)
}

/** What `o` may take of the bar at hand. */
export function roomInBar(desk: Desk, o: WorkingOrder): Qty {
  return roomInPot(desk, o, desk.state.budget)
}

function wholeLots(qty: Qty, lot: Qty): Qty {
  return qty > 0 ? qty - (qty % lot) : 0
}
