/**
 * What an account is worth and may buy, in the base currency (USD). Margin is this emulator's own round rule, not IB's:
 * a quarter of every stock's value, for holding and for opening; buying power is four times what is available.
 */
import { mulDiv, pow10 } from '../../../src/core/base/fixed.ts'
import { notional } from '../../../src/core/domain/fees.ts'
import { type Currency, type Money, moneyDecimals } from '../../../src/core/domain/units.ts'
import type { Account, Position } from './account.ts'
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
  readonly #usdKrw: () => number

  /** `boards` by contract number; won (10^-4) a dollar from `usdKrw`. */
  constructor(boards: ReadonlyMap<number, Board>, usdKrw: () => number) {
    this.#boards = boards
    this.#usdKrw = usdKrw
  }

  /** Dollars for an amount of another currency, cut towards zero. */
  toBase(currency: Currency, amount: Money): Money {
    if (currency === 'USD' || amount === 0) return amount
    const sign = amount < 0 ? -1 : 1
    // 10^-4 won over 10^-4 won a dollar are dollars: brought to 10^-6.
    return sign * mulDiv(Math.abs(amount), pow10(moneyDecimals('USD')), this.#usdKrw(), 'down')
  }

  /** Dollars for one unit of a currency, as text figures show it. */
  rate(currency: Currency): number {
    return currency === 'USD' ? 1 : 10_000 / this.#usdKrw()
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
    return Math.ceil(this.toBase(listing.currency, value) / MARGIN_SHARE)
  }

  of(account: Account): Valuation {
    let [cash, stocks, gross, unrealized, realized, margin] = [0, 0, 0, 0, 0, 0]
    for (const [currency, amount] of account.cash) cash += this.toBase(currency, amount)
    for (const p of account.positions.values()) {
      const { value, unrealized: open } = this.position(p)
      const { currency } = p.listing
      stocks += this.toBase(currency, value)
      gross += Math.abs(this.toBase(currency, value))
      unrealized += this.toBase(currency, open)
      realized += this.toBase(currency, p.realized)
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
