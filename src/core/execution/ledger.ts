/**
 * Cash by broker and currency, positions by broker and instrument. Integers only; every change has a cause: a fill
 * (value, fee, tax) or a cash event of a kind. Average entry excludes fees.
 */
import { assert, safe } from '../base/assert.ts'
import { mulDiv } from '../base/fixed.ts'
import type { OrderFilled } from '../domain/event.ts'
import { notional } from '../domain/fees.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { Money, Qty } from '../domain/units.ts'

/** Holding of one instrument at one broker; plain data. */
export interface Position {
  qty: Qty
  /** Entry cost of the open quantity in price × quantity units, ≥ 0: average entry = cost / |qty|. */
  cost: number
  /** Input sequence number of the last fill: stops look at newer marks only. */
  fillSeq: number
}

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

  constructor(instruments: readonly Instrument[], currencies: readonly string[], brokers: readonly string[]) {
    this.instruments = instruments
    this.currencies = currencies
    this.brokers = brokers
    this.cash = brokers.map(() => currencies.map(() => 0))
    this.positions = brokers.map(() => instruments.map(() => ({ qty: 0, cost: 0, fillSeq: 0 })))
  }

  currencyOf(instrument: number): number {
    return this.currencies.indexOf((this.instruments[instrument] as Instrument).currency)
  }

  position(broker: number, instrument: number): Position {
    return (this.positions[broker] as Position[])[instrument] as Position
  }

  /** Position over all brokers. */
  held(instrument: number): Qty {
    let sum = 0
    for (const of of this.positions) sum += (of[instrument] as Position).qty
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
  fill(f: OrderFilled, seq: number): void {
    assert(f.qty > 0 && f.price > 0, `fill of order ${f.orderId}: qty ${f.qty} price ${f.price}`)
    assert(f.fee >= 0 && f.tax >= 0, `fill of order ${f.orderId}: fee ${f.fee} tax ${f.tax}`)
    const instrument = this.instruments[f.instrument] as Instrument
    const value = notional(instrument, f.side, f.qty, f.price)
    this.move(f.broker, this.currencyOf(f.instrument), -f.side * value - f.fee - f.tax)
    const before = this.held(f.instrument)
    const p = this.position(f.broker, f.instrument)
    const signed = f.side * f.qty
    const held = Math.abs(p.qty)
    if (p.qty === 0 || p.qty > 0 === signed > 0) {
      p.cost = safe(p.cost + f.qty * f.price, 'entry cost')
    } else if (f.qty < held) {
      p.cost = mulDiv(p.cost, held - f.qty, held, 'halfEven')
    } else {
      p.cost = (f.qty - held) * f.price
    }
    p.qty += signed
    p.fillSeq = seq
    if (before !== 0 && this.held(f.instrument) === 0) this.trips++
  }

  /**
   * `den` shares became `num`: whole units stay, exactly, and so does the entry cost of each. The fraction's share
   * of the cost goes with it.
   */
  split(instrument: number, num: number, den: number): void {
    for (const of of this.positions) {
      const p = of[instrument] as Position
      if (p.qty === 0) continue
      const held = Math.abs(p.qty)
      const whole = mulDiv(held, num, den, 'down')
      if (BigInt(whole) * BigInt(den) !== BigInt(held) * BigInt(num)) {
        p.cost = Number((BigInt(p.cost) * BigInt(whole) * BigInt(den)) / (BigInt(held) * BigInt(num)))
      }
      p.qty = p.qty > 0 ? whole : -whole
    }
  }

  snapshot(): unknown {
    return { cash: this.cash, positions: this.positions, trips: this.trips }
  }

  restore(s: unknown): void {
    const from = s as { cash: Money[][]; positions: Position[][]; trips: number }
    this.cash = from.cash
    this.positions = from.positions
    this.trips = from.trips
  }
}
