/**
 * Cash by broker and currency, positions by broker and instrument. Integers only; every change has a cause: a fill
 * (value, fee, tax) or a cash event of a kind. Average entry excludes fees. Managed holdings are what we
 * bought or adopted, external ones everything else found in the account: those are counted and never sold.
 */
import { assert, safe } from '../base/assert.ts'
import { mulDiv } from '../base/fixed.ts'
import type { OrderFilled } from '../domain/event.ts'
import { notional } from '../domain/fees.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { Money, Qty, Side } from '../domain/units.ts'

/** Holding of one instrument at one broker; plain data. */
export interface Position {
  qty: Qty
  /** Entry cost of the open quantity in price × quantity units, ≥ 0: average entry = cost / |qty|. */
  cost: number
  /** Input sequence number of the last fill: stops look at newer marks only. */
  fillSeq: number
  /** Shares there that are not ours to sell. */
  external: Qty
  /** What the broker says may be sold now; -1 where it has not said. */
  sellable: Qty
}

/** A fill as it was booked, so that a bust or a correction can take it back exactly. Plain data. */
export interface BookedFillEntry {
  readonly fillNo: number
  readonly qty: Qty
  readonly price: number
  readonly fee: Money
  readonly tax: Money
  /** What it did to the entry cost of the position. */
  readonly cost: number
}

/** What of a fill the ledger needs; a report of our order or a fill recovered from a broker's books. */
export type FillTerms = Pick<
  OrderFilled,
  'broker' | 'orderId' | 'fillNo' | 'instrument' | 'side' | 'qty' | 'price' | 'fee' | 'tax'
>

const flat = (): Position => ({ qty: 0, cost: 0, fillSeq: 0, external: 0, sellable: -1 })

export class Ledger {
  readonly instruments: readonly Instrument[]
  readonly currencies: readonly string[]
  readonly brokers: readonly string[]
  /** cash[broker][currency], in money units. */
  cash: Money[][]
  /** positions[broker][instrument]. */
  positions: Position[][]
  /** Round trips: times the position over all brokers came back to flat. */
  trips = 0
  /** Cash that managed fills moved, by currency: with the value of managed holdings their result. */
  managedFlow: Money[]

  constructor(instruments: readonly Instrument[], currencies: readonly string[], brokers: readonly string[]) {
    this.instruments = instruments
    this.currencies = currencies
    this.brokers = brokers
    this.cash = brokers.map(() => currencies.map(() => 0))
    this.positions = brokers.map(() => instruments.map(flat))
    this.managedFlow = currencies.map(() => 0)
  }

  currencyOf(instrument: number): number {
    return this.currencies.indexOf((this.instruments[instrument] as Instrument).currency)
  }

  position(broker: number, instrument: number): Position {
    return (this.positions[broker] as Position[])[instrument] as Position
  }

  /** Does any account hold some of it, managed or, where `external`, not? Long here and short there is not flat. */
  holds(instrument: number, external: boolean): boolean {
    for (const of of this.positions) {
      const p = of[instrument] as Position
      if (p.qty !== 0 || (external && p.external !== 0)) return true
    }
    return false
  }

  /** Managed position over all brokers. */
  held(instrument: number): Qty {
    let sum = 0
    for (const of of this.positions) sum += (of[instrument] as Position).qty
    return sum
  }

  /** Everything in the accounts, managed and external. */
  owned(instrument: number): Qty {
    let sum = 0
    for (const of of this.positions) {
      const p = of[instrument] as Position
      sum += p.qty + p.external
    }
    return sum
  }

  cashOf(broker: number, currency: number): Money {
    return (this.cash[broker] as Money[])[currency] as Money
  }

  /** Books a cash movement that is not a fill. */
  move(broker: number, currency: number, amount: Money): void {
    const cash = this.cash[broker] as Money[]
    cash[currency] = safe((cash[currency] as Money) + amount, 'cash')
  }

  /** Books a fill: cash moves by ∓ value − fee − tax, the position by ± quantity (I-16). */
  fill(f: FillTerms, seq: number): BookedFillEntry {
    assert(f.qty > 0 && f.price > 0, `fill of order ${f.orderId}: qty ${f.qty} price ${f.price}`)
    assert(f.fee >= 0 && f.tax >= 0, `fill of order ${f.orderId}: fee ${f.fee} tax ${f.tax}`)
    const instrument = this.instruments[f.instrument] as Instrument
    const value = notional(instrument, f.side, f.qty, f.price)
    this.#managed(f.broker, this.currencyOf(f.instrument), -f.side * value - f.fee - f.tax)
    const before = this.held(f.instrument)
    const p = this.position(f.broker, f.instrument)
    const signed = f.side * f.qty
    const held = Math.abs(p.qty)
    const costBefore = p.cost
    if (p.qty === 0 || p.qty > 0 === signed > 0) {
      p.cost = safe(p.cost + f.qty * f.price, 'entry cost')
    } else if (f.qty < held) {
      p.cost = mulDiv(p.cost, held - f.qty, held, 'halfEven')
    } else {
      p.cost = (f.qty - held) * f.price
    }
    p.qty += signed
    p.fillSeq = seq
    if (p.sellable >= 0) p.sellable = Math.max(0, p.sellable + signed)
    if (before !== 0 && this.held(f.instrument) === 0) this.trips++
    const { fillNo, qty, price, fee, tax } = f
    return { fillNo, qty, price, fee, tax, cost: p.cost - costBefore }
  }

  /** Takes a fill back as it was booked (F-28): cash to the last unit, quantity, and its part of the entry cost. */
  unfill(broker: number, instrumentId: number, side: Side, entry: BookedFillEntry): void {
    const instrument = this.instruments[instrumentId] as Instrument
    const value = notional(instrument, side, entry.qty, entry.price)
    this.#managed(broker, this.currencyOf(instrumentId), side * value + entry.fee + entry.tax)
    const p = this.position(broker, instrumentId)
    p.qty -= side * entry.qty
    p.cost = p.qty === 0 ? 0 : Math.abs(p.cost - entry.cost)
  }

  /** Another figure for the costs of a fill: the difference to what was booked moves cash. */
  recost(broker: number, instrument: number, was: BookedFillEntry, fee: Money, tax: Money): BookedFillEntry {
    this.#managed(broker, this.currencyOf(instrument), was.fee + was.tax - fee - tax)
    return { ...was, fee, tax }
  }

  /** External holdings become managed at a price; the value counts as if it had been paid. */
  adopt(broker: number, instrumentId: number, qty: Qty, price: number): void {
    const p = this.position(broker, instrumentId)
    assert(qty > 0 && qty <= p.external, `adopt ${qty} of ${p.external} external`)
    p.external -= qty
    p.qty += qty
    p.cost = safe(p.cost + qty * price, 'entry cost')
    const currency = this.currencyOf(instrumentId)
    const value = notional(this.instruments[instrumentId] as Instrument, 1, qty, price)
    this.managedFlow[currency] = (this.managedFlow[currency] as Money) - value
  }

  #managed(broker: number, currency: number, amount: Money): void {
    this.move(broker, currency, amount)
    this.managedFlow[currency] = safe((this.managedFlow[currency] as Money) + amount, 'managed cash')
  }

  /**
   * `den` shares became `num`: whole units stay, exactly, and so does the entry cost of each. The fraction's share
   * of the cost goes with it.
   */
  split(instrument: number, num: number, den: number): void {
    for (const of of this.positions) {
      const p = of[instrument] as Position
      p.external = mulDiv(p.external, num, den, 'down')
      p.sellable = -1
      if (p.qty === 0) continue
      const held = Math.abs(p.qty)
      const whole = mulDiv(held, num, den, 'down')
      if (BigInt(whole) * BigInt(den) !== BigInt(held) * BigInt(num)) {
        p.cost = Number((BigInt(p.cost) * BigInt(whole) * BigInt(den)) / (BigInt(held) * BigInt(num)))
      }
      p.qty = p.qty > 0 ? whole : 0 - whole
    }
  }

  snapshot(): unknown {
    return { cash: this.cash, positions: this.positions, trips: this.trips, managedFlow: this.managedFlow }
  }

  restore(s: unknown): void {
    const from = s as { cash: Money[][]; positions: Position[][]; trips: number; managedFlow: Money[] }
    this.managedFlow = from.managedFlow
    this.cash = from.cash
    this.positions = from.positions
    this.trips = from.trips
  }
}
