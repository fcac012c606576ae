/**
 * Equity E (D-04): cash and positions at their last valid marks, in base currency. Kept incrementally: an event only
 * touches the value of its own instrument; `recompute` is the check against drift (I-17).
 */
import { assert } from '../base/assert.ts'
import { mulDiv, pow10, type Ratio } from '../base/fixed.ts'
import type { Market } from '../data/market.ts'
import { type Instrument, notionalScale } from '../domain/instrument.ts'
import { type Currency, type Money, moneyDecimals } from '../domain/units.ts'
import type { Ledger } from './ledger.ts'

/** Where a currency's rate into base comes from: an FX instrument, inverted or not; undefined for base itself. */
export interface FxRoute {
  readonly currency: Currency
  readonly instrument: number
  /** True when the pair is BASE/CCY (rate = CCY per BASE), false when CCY/BASE. */
  readonly inverse: boolean
}

export class Valuation {
  readonly base: Currency
  readonly #ledger: Ledger
  readonly #market: Market
  readonly #instruments: readonly Instrument[]
  /** Per currency index: its route, or undefined for the base currency. */
  readonly #routes: readonly (FxRoute | undefined)[]
  /** Per instrument: value of the holding over all brokers, money of its currency. */
  #values: Money[]
  #positionSums: Money[]
  readonly #mul: readonly number[]
  readonly #div: readonly number[]
  readonly #ccy: readonly number[]
  equity: Money = 0
  cashInBase: Money = 0
  readonly #foreign: boolean
  /** Capital given to Sametape; 0: all of it. */
  allotted: Money = 0

  constructor(base: Currency, ledger: Ledger, market: Market, routes: readonly (FxRoute | undefined)[]) {
    this.base = base
    this.#ledger = ledger
    this.#market = market
    this.#instruments = market.instruments
    this.#routes = routes
    this.#foreign = routes.some((r) => r !== undefined)
    this.#values = market.instruments.map(() => 0)
    this.#positionSums = ledger.currencies.map(() => 0)
    const scales = market.instruments.map(notionalScale)
    this.#mul = scales.map((s) => s.mul)
    this.#div = scales.map((s) => s.div)
    this.#ccy = market.instruments.map((i) => ledger.currencies.indexOf(i.currency))
  }

  /** The factor from money of a currency to base money as a ratio; undefined while no rate is known (never 0, never 1:1). */
  rate(currency: number): Ratio | undefined {
    const route = this.#routes[currency]
    if (route === undefined) return { num: 1, den: 1 }
    const mark2 = this.#market.of(route.instrument).mark2
    if (mark2 <= 0) return undefined
    const decimals = (this.#instruments[route.instrument] as Instrument).priceDecimals
    const shift = moneyDecimals(this.base) - moneyDecimals(route.currency)
    const up = shift > 0 ? pow10(shift) : 1
    const down = shift < 0 ? pow10(-shift) : 1
    const one = 2 * pow10(decimals)
    return route.inverse ? { num: up * one, den: down * mark2 } : { num: up * mark2, den: down * one }
  }

  fxInstrument(currency: number): number | undefined {
    return this.#routes[currency]?.instrument
  }

  /** Currency indices whose rate comes from this FX instrument. */
  dependsOn(instrument: number): boolean {
    return this.#routes.some((r) => r?.instrument === instrument)
  }

  toBase(currency: number, amount: Money): Money {
    if (amount === 0) return 0
    const r = this.rate(currency)
    assert(r !== undefined, `no exchange rate for ${this.#ledger.currencies[currency]}`)
    return r.num === r.den ? amount : mulDiv(amount, r.num, r.den, 'down')
  }

  /** True when every currency that holds something has a rate. */
  computable(): boolean {
    return this.#ledger.currencies.every(
      (_, c) => (this.#cashSum(c) === 0 && this.#positionSums[c] === 0) || this.rate(c) !== undefined,
    )
  }

  /** Computable, and nothing that is held counts as nothing for want of a price. */
  whole(): boolean {
    const { instruments } = this.#market
    return (
      this.computable() && instruments.every((i) => this.#ledger.owned(i.id) === 0 || this.#market.of(i.id).mark2 > 0)
    )
  }

  #cashSum(currency: number): Money {
    let sum = 0
    for (const cash of this.#ledger.cash) sum += cash[currency] as Money
    return sum
  }

  /** Value of a holding at the last valid mark, in the instrument's currency. */
  valueOf(instrument: number): Money {
    return this.#values[instrument] as Money
  }

  /** Call when the mark or the holding of an instrument changed, then `settle`. */
  revalue(instrument: number): void {
    const qty = this.#ledger.owned(instrument)
    const mul = this.#mul[instrument] as number
    const div = this.#div[instrument] as number
    const twice = qty * this.#market.of(instrument).mark2 * mul
    const value =
      div === 1 && Number.isSafeInteger(twice)
        ? Math.floor(twice / 2)
        : mulDiv(qty, this.#market.of(instrument).mark2 * mul, 2 * div, 'down')
    const ccy = this.#ccy[instrument] as number
    this.#positionSums[ccy] = (this.#positionSums[ccy] as Money) - (this.#values[instrument] as Money) + value
    this.#values[instrument] = value
  }

  /** Recomputes E from the sums; cheap when there is one currency. */
  settle(): void {
    // Before the first rate of a currency that is held there is no equity to speak of: never 0, never 1:1.
    if (this.#foreign && !this.computable()) return
    let cash = 0
    let positions = 0
    const n = this.#routes.length
    for (let c = 0; c < n; c++) {
      const c1 = this.#cashSum(c)
      const p1 = this.#positionSums[c] as Money
      if (this.#routes[c] === undefined) {
        cash += c1
        positions += p1
      } else {
        if (c1 !== 0) cash += this.toBase(c, c1)
        if (p1 !== 0) positions += this.toBase(c, p1)
      }
    }
    this.cashInBase = cash
    this.equity = cash + positions
  }

  /** Result of managed trading so far in base money: what it moved in cash and the value of what is still held. */
  managedResult(): Money {
    const flow = [...this.#ledger.managedFlow]
    for (const i of this.#instruments) {
      const held = this.#ledger.held(i.id)
      if (held === 0) continue
      const ccy = this.#ccy[i.id] as number
      const twice = mulDiv(
        held,
        this.#market.of(i.id).mark2 * (this.#mul[i.id] as number),
        this.#div[i.id] as number,
        'down',
      )
      flow[ccy] = (flow[ccy] as Money) + Math.floor(twice / 2)
    }
    // What has no rate yet counts nothing.
    return flow.reduce((sum, amount, ccy) => sum + (this.rate(ccy) === undefined ? 0 : this.toBase(ccy, amount)), 0)
  }

  /** What percentage limits are taken of: equity, or the allotment with its result where that is less. */
  limitBase(): Money {
    return this.allotted === 0 ? this.equity : Math.min(this.equity, this.allotted + this.managedResult())
  }

  /** Σ |value| of all holdings in base money. */
  exposure(): Money {
    let sum = 0
    for (let i = 0; i < this.#values.length; i++) {
      const v = this.#values[i] as Money
      if (v !== 0 && this.rate(this.#ccy[i] as number) !== undefined)
        sum += this.toBase(this.#ccy[i] as number, Math.abs(v))
    }
    return sum
  }

  /** E from scratch, for the drift check (I-17). */
  recompute(): Money {
    for (let i = 0; i < this.#values.length; i++) this.revalue(i)
    this.settle()
    return this.equity
  }

  restored(): void {
    this.#values = this.#instruments.map(() => 0)
    this.#positionSums = this.#ledger.currencies.map(() => 0)
    this.recompute()
  }
}
