/**
 * An account as the broker keeps it: cash by currency, positions with their cost, what was realized. Money in the core's
 * units. The average cost of a stock includes commissions, as at IB. A purchase in a currency that the account has too
 * little of becomes a loan in that currency; nothing is converted.
 */
import { mulDiv } from '../../../src/core/base/fixed.ts'
import { notional } from '../../../src/core/domain/fees.ts'
import type { Currency, Money } from '../../../src/core/domain/units.ts'
import type { Listing } from './listing.ts'

export interface Position {
  readonly listing: Listing
  /** Signed. */
  qty: number
  /** What the shares held cost with commissions; negative for shares that were sold short. */
  cost: Money
  realized: Money
}

/** What a fill did to the account; `realized` only where it closed something. */
export interface Booking {
  readonly realized: Money | undefined
  readonly amount: Money
}

export class Account {
  readonly id: string
  readonly cash: Map<Currency, Money>
  readonly positions = new Map<number, Position>()
  /** Net liquidation at the start of the TWS day, base money: what daily P&L counts from. */
  dayStart: Money = Number.NaN

  constructor(id: string, cash: ReadonlyMap<Currency, Money>) {
    this.id = id
    this.cash = new Map(cash)
  }

  position(listing: Listing): Position {
    const known = this.positions.get(listing.conId)
    if (known !== undefined) return known
    const made: Position = { listing, qty: 0, cost: 0, realized: 0 }
    this.positions.set(listing.conId, made)
    return made
  }

  held(listing: Listing): number {
    return this.positions.get(listing.conId)?.qty ?? 0
  }

  /** Books a fill of `qty` > 0; `costs` are commission and taxes. */
  fill(listing: Listing, side: 1 | -1, qty: number, price: number, costs: Money): Booking {
    const p = this.position(listing)
    const amount = notional(listing.instrument, side, qty, price)
    this.move(listing.currency, -side * amount - costs)
    const closing = p.qty * side < 0 ? Math.min(qty, Math.abs(p.qty)) : 0
    if (closing === 0) {
      p.qty += side * qty
      p.cost += side * amount + costs
      return { realized: undefined, amount }
    }
    const share = (money: Money): Money => (closing === qty ? money : mulDiv(money, closing, qty, 'down'))
    const [closedAmount, closedCosts] = [share(amount), share(costs)]
    const basis = closing === Math.abs(p.qty) ? p.cost : signed(p.cost, closing, Math.abs(p.qty))
    const realized = -side * closedAmount - closedCosts - basis
    p.qty += side * qty
    p.cost += side * (amount - closedAmount) + (costs - closedCosts) - basis
    p.realized += realized
    return { realized, amount }
  }

  /** Takes a fill back as if it had never been: for a bust or the first half of a correction. */
  reverse(listing: Listing, side: 1 | -1, qty: number, amount: Money, costs: Money, realized: Money): void {
    const p = this.position(listing)
    this.move(listing.currency, side * amount + costs)
    p.qty -= side * qty
    p.cost = p.qty === 0 ? 0 : p.cost - side * amount - costs - realized
    p.realized -= realized
  }

  move(currency: Currency, amount: Money): void {
    this.cash.set(currency, (this.cash.get(currency) ?? 0) + amount)
  }
}

function signed(cost: Money, part: number, whole: number): Money {
  return cost < 0 ? -mulDiv(-cost, part, whole, 'down') : mulDiv(cost, part, whole, 'down')
}
