/**
 * The account as the broker keeps it: cash per currency, holdings, and what today's fills did to both. Money in the
 * core's units. Korean settlement is T+2: the deposit (`deposit`) does not move on the trade date, what it will be after
 * all settlements is `deposit + pending`. Foreign money moves at once here; real money settles too.
 */
import { notional } from '../../../src/core/domain/fees.ts'
import type { Money } from '../../../src/core/domain/units.ts'
import type { CostModel } from './costs.ts'
import type { Listing } from './listing.ts'
import { FOREIGN, type Held, type WonRates } from './won-rates.ts'

export interface Holding {
  readonly listing: Listing
  qty: number
  /** What the shares held cost, without fees. */
  cost: Money
  boughtToday: number
  soldToday: number
  boughtYesterday: number
  soldYesterday: number
  realizedToday: Money
  buyAmountToday: Money
  sellAmountToday: Money
}

export interface Fill {
  readonly seq: number
  readonly order: number
  readonly t: number
  readonly listing: Listing
  readonly side: 1 | -1
  readonly qty: number
  readonly price: number
  readonly fee: Money
  readonly tax: Money
}

export interface DayTotals {
  buy: Money
  sell: Money
  costs: Money
}

interface Pending {
  /** Business days since the trades. */
  age: number
  amount: Money
}

/** Business days from trade to settlement in Korea. */
const SETTLEMENT = 2

const HELD: readonly Held[] = ['KRW', ...FOREIGN]

function each<T>(make: (currency: Held) => T): Record<Held, T> {
  return Object.fromEntries(HELD.map((c) => [c, make(c)])) as Record<Held, T>
}

const none = (): DayTotals => ({ buy: 0, sell: 0, costs: 0 })

export class Account {
  /** `50000000-01` */
  readonly id: string
  readonly customer: string
  readonly name = '모의고객'
  readonly holdings = new Map<string, Holding>()
  readonly fills: Fill[] = []
  readonly today = each(none)
  readonly yesterday = each(none)
  readonly currencies: readonly Held[]
  readonly #deposit: Record<Held, Money>
  /** Won of trades that are not settled, oldest first. */
  #pending: Pending[] = []
  readonly #costs: CostModel
  readonly #rates: WonRates
  #day = Number.NaN

  constructor(id: string, customer: string, cash: ReadonlyMap<string, Money>, costs: CostModel, rates: WonRates) {
    this.id = id
    this.customer = customer
    this.#deposit = each((c) => cash.get(c) ?? 0)
    this.currencies = HELD.filter((c) => cash.has(c))
    this.#costs = costs
    this.#rates = rates
  }

  /** An account of won alone buys foreign stock with them (integrated margin). */
  get integratedMargin(): boolean {
    return this.currencies.every((c) => c === 'KRW')
  }

  get cano(): string {
    return this.id.slice(0, 8)
  }

  get product(): string {
    return this.id.slice(9)
  }

  /** What lies on the account today; unsettled trades are not in it. */
  deposit(currency: Held): Money {
    return this.#deposit[currency]
  }

  /** The deposit once trades of up to `days` business days ahead are settled; 2 is everything. */
  depositAfter(currency: Held, days: number): Money {
    if (currency !== 'KRW') return this.#deposit[currency]
    const due = this.#pending.filter((p) => p.age + days >= SETTLEMENT)
    return due.reduce((sum, p) => sum + p.amount, this.#deposit.KRW)
  }

  holding(symbol: string): Holding | undefined {
    return this.holdings.get(symbol)
  }

  /** Books a fill and returns it with its costs. */
  fill(seq: number, order: number, t: number, listing: Listing, side: 1 | -1, qty: number, price: number): Fill {
    const amount = notional(listing.instrument, side, qty, price)
    const { fee, tax } = this.#costs(listing, side, amount)
    const { currency } = listing
    this.#move(currency, -side * amount - fee - tax)
    const totals = this.today[currency]
    totals.costs += fee + tax
    if (side > 0) totals.buy += amount
    else totals.sell += amount
    this.#hold(listing, side, qty, amount)
    const fill: Fill = { seq, order, t, listing, side, qty, price, fee, tax }
    this.fills.push(fill)
    return fill
  }

  #move(currency: Held, amount: Money): void {
    if (currency !== 'KRW') {
      this.#deposit[currency] += amount
      if (this.#deposit[currency] >= 0 || !this.integratedMargin) return
      const won = this.#rates.wonFor(currency, -this.#deposit[currency], 'up')
      this.#deposit[currency] = 0
      this.#move('KRW', -won)
      return
    }
    const last = this.#pending.at(-1)
    if (last?.age === 0) last.amount += amount
    else this.#pending.push({ age: 0, amount })
  }

  #hold(listing: Listing, side: 1 | -1, qty: number, amount: Money): void {
    const held = this.holdings.get(listing.symbol) ?? emptyHolding(listing)
    this.holdings.set(listing.symbol, held)
    if (side > 0) {
      held.qty += qty
      held.cost += amount
      held.boughtToday += qty
      held.buyAmountToday += amount
      return
    }
    const cost = held.qty === 0 ? 0 : Math.round((held.cost * qty) / held.qty)
    held.qty -= qty
    held.cost -= cost
    held.soldToday += qty
    held.sellAmountToday += amount
    held.realizedToday += amount - cost
  }

  /** A new Korean date: today becomes yesterday; on a business day the oldest unsettled trades settle. */
  roll(day: number, businessDay: boolean): void {
    if (day === this.#day) return
    const first = Number.isNaN(this.#day)
    this.#day = day
    if (first || !businessDay) return
    this.#settle()
    for (const currency of HELD) {
      Object.assign(this.yesterday[currency], this.today[currency])
      Object.assign(this.today[currency], none())
    }
    for (const [symbol, held] of this.holdings) {
      if (held.qty === 0) this.holdings.delete(symbol)
      held.boughtYesterday = held.boughtToday
      held.soldYesterday = held.soldToday
      held.boughtToday = held.soldToday = held.realizedToday = held.buyAmountToday = held.sellAmountToday = 0
    }
  }

  #settle(): void {
    for (const p of this.#pending) p.age++
    for (const p of this.#pending) if (p.age >= SETTLEMENT) this.#deposit.KRW += p.amount
    this.#pending = this.#pending.filter((p) => p.age < SETTLEMENT)
  }
}

function emptyHolding(listing: Listing): Holding {
  const zero = { boughtToday: 0, soldToday: 0, boughtYesterday: 0, soldYesterday: 0 }
  return { listing, qty: 0, cost: 0, ...zero, realizedToday: 0, buyAmountToday: 0, sellAmountToday: 0 }
}
