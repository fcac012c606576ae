/** What the account can still do: money not tied up in open buys, shares not tied up in open sells. */
import { mulDiv } from '../../../src/core/base/fixed.ts'
import { notional } from '../../../src/core/domain/fees.ts'
import { notionalScale } from '../../../src/core/domain/instrument.ts'
import type { Money } from '../../../src/core/domain/units.ts'
import type { Board } from './board.ts'
import type { TradingDesk } from './desk.ts'
import type { Listing } from './listing.ts'
import { isOpen, type KisOrder, leavesOf } from './order.ts'
import type { Foreign, Held, WonRates } from './won-rates.ts'

/** Room for the fee of a buy, in hundred-thousandths; at least what the fill will cost. */
const feeRoom = (currency: Held): number => (currency === 'KRW' ? 15 : 250)

/** The price at which an order is margined: its limit, else the upper limit, else a tenth above the ask. */
export function marginPrice(board: Board, price: number): number {
  if (price > 0) return price
  const { upper } = board.limits()
  if (Number.isFinite(upper)) return upper
  return Math.ceil(Math.max(board.ask, board.last) * 1.1)
}

/** Money that a buy of `qty` ties up. */
export function blocked(listing: Listing, qty: number, price: number): Money {
  const amount = notional(listing.instrument, 1, qty, price)
  return amount + mulDiv(amount, feeRoom(listing.currency), 100_000, 'up')
}

export class BuyingPower {
  readonly #desk: TradingDesk
  readonly #boards: ReadonlyMap<string, Board>
  readonly #rates: WonRates

  constructor(desk: TradingDesk, boards: ReadonlyMap<string, Board>, rates: WonRates) {
    this.#desk = desk
    this.#boards = boards
    this.#rates = rates
  }

  /** Unsettled proceeds of sales count; what open buys would cost does not. */
  free(currency: Held): Money {
    let free = this.#desk.account.depositAfter(currency, 2)
    for (const order of this.#desk.orders) if (order.listing.currency === currency) free -= this.#tied(order)
    return Math.max(0, free)
  }

  #tied(order: KisOrder): Money {
    if (order.side < 0 || !isOpen(order)) return 0
    const board = this.#boards.get(order.listing.symbol) as Board
    return blocked(order.listing, leavesOf(order), marginPrice(board, order.price))
  }

  /** Foreign money that may be spent: what is held, and won where integrated margin turns them into it. */
  freeAbroad(currency: Foreign): Money {
    const own = this.free(currency)
    return this.#desk.account.integratedMargin ? own + this.#rates.boughtWith(currency, this.free('KRW')) : own
  }

  /** Whole shares that `money` buys at `price`, fee included. */
  shares(listing: Listing, money: Money, price: number): number {
    if (price <= 0) return 0
    const { mul, div } = notionalScale(listing.instrument)
    const each = (price * mul) / div
    let qty = Math.floor(money / (each * (1 + feeRoom(listing.currency) / 100_000)))
    while (qty > 0 && blocked(listing, qty, price) > money) qty--
    return Math.max(0, qty)
  }

  sellable(symbol: string): number {
    let qty = this.#desk.account.holding(symbol)?.qty ?? 0
    for (const order of this.#desk.orders) {
      if (order.listing.symbol === symbol && order.side < 0 && isOpen(order)) qty -= leavesOf(order)
    }
    return Math.max(0, qty)
  }
}
