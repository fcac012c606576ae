/**
 * What an account is worth and may buy, in the base currency. Margin is this emulator's own round rule, not IB's:
 * a quarter of every stock's value, for holding and for opening; buying power is four times what is available.
 */
import { notional } from '../../../src/core/domain/fees.ts'
import type { Money } from '../../../src/core/domain/units.ts'
import type { Account, Position } from './account.ts'
import type { BaseRates } from './base-rates.ts'
import type { Board } from './board.ts'
import type { Listing } from './listing.ts'

export interface Valuation {
  readonly cash: Money
  readonly stocks: Money
  /** Sum of absolute values. */
  readonly gross: Money
  readonly net: Money
  readonly unrealized: Money
  readonly realized: Money
  readonly margin: Money
  readonly available: Money
  readonly buyingPower: Money
}

/** Value in the listing's own currency. */
export interface PositionValue {
  readonly value: Money
  readonly unrealized: Money
}

const MARGIN_SHARE = 4

export class Valuer {
  readonly #boards: ReadonlyMap<number, Board>
  readonly rates: BaseRates

  /** `boards` by contract number. */
  constructor(boards: ReadonlyMap<number, Board>, rates: BaseRates) {
    this.#boards = boards
    this.rates = rates
  }

  position(p: Position): PositionValue {
    const board = this.#boards.get(p.listing.conId)
    if (p.qty === 0 || board === undefined) return { value: 0, unrealized: 0 }
    const value = Math.sign(p.qty) * Math.floor(notional(p.listing.instrument, 1, Math.abs(p.qty), board.mark2) / 2)
    return { value, unrealized: value - p.cost }
  }

  /** What holding or opening so many shares ties up, base money. */
  marginOf(listing: Listing, qty: number): Money {
    const mark = this.#boards.get(listing.conId)?.mark ?? 0
    const value = notional(listing.instrument, 1, Math.abs(qty), mark)
    return Math.ceil(this.rates.toBase(listing.currency, value) / MARGIN_SHARE)
  }

  of(account: Account): Valuation {
    let [cash, stocks, gross, unrealized, realized, margin] = [0, 0, 0, 0, 0, 0]
    for (const [currency, amount] of account.cash) cash += this.rates.toBase(currency, amount)
    for (const p of account.positions.values()) {
      const { value, unrealized: open } = this.position(p)
      const { currency } = p.listing
      stocks += this.rates.toBase(currency, value)
      gross += Math.abs(this.rates.toBase(currency, value))
      unrealized += this.rates.toBase(currency, open)
      realized += this.rates.toBase(currency, p.realized)
      margin += this.marginOf(p.listing, p.qty)
    }
    const net = cash + stocks
    const available = net - margin
    return {
      cash,
      stocks,
      gross,
      net,
      unrealized,
      realized,
      margin,
      available,
      buyingPower: Math.max(0, available) * MARGIN_SHARE,
    }
  }
}
