/**
 * Second ledger (I-13 … I-17, R-34, R-43, R-45, R-46): cash and holdings by the facts alone, equity from scratch as an
 * exact fraction whenever it is asked for.
 */
import { abs, add, cmp, floor, type Frac, frac, min, mul, sub, ten, ZERO } from './exact.ts'
import { bookedValue, digits, type Facts, instrumentOf, valueOf } from './facts.ts'
import type { Markets } from './markets.ts'

export interface Holding {
  /** Managed, signed. */
  qty: bigint
  external: bigint
  /** What the broker lets us sell; undefined where it has not said. */
  sellable: bigint | undefined
  /** Σ entry price × quantity of the open quantity. */
  cost: Frac
  /** How far the engine's rounding may have moved that sum; undefined: no longer known (after a bust). */
  slack: bigint | undefined
  /** Index of the last fill. */
  fillSeq: number
}

export interface Fill {
  readonly broker: number
  readonly instrument: number
  readonly side: number
  readonly qty: bigint
  readonly price: bigint
  readonly fee: bigint
  readonly tax: bigint
}

export class Ledger {
  readonly cash: bigint[][]
  readonly holdings: Holding[][]
  /** Cash that managed trading moved, by currency. */
  readonly managed: bigint[]
  allotted: bigint
  readonly #facts: Facts
  readonly #markets: Markets
  readonly #ccy: number[]
  readonly #parts: bigint

  constructor(facts: Facts, markets: Markets) {
    this.#facts = facts
    this.#markets = markets
    this.cash = facts.brokers.map((_, b) => facts.currencies.map((__, c) => BigInt(facts.cash[b]?.[c] ?? 0)))
    this.holdings = facts.brokers.map(() =>
      facts.instruments.map(() => {
        return { qty: 0n, external: 0n, sellable: undefined, cost: ZERO, slack: 0n, fillSeq: 0 }
      }),
    )
    this.managed = facts.currencies.map(() => 0n)
    this.allotted = BigInt(facts.limits.allotted)
    this.#ccy = facts.instruments.map((i) => facts.currencies.indexOf(i.currency))
    const exact =
      facts.currencies.length === 1 &&
      facts.instruments.every((i) => digits(i.currency) - i.priceDecimals - i.qtyDecimals > 0)
    this.#parts = exact ? 0n : BigInt(facts.instruments.length + 3 * facts.currencies.length)
  }

  at(broker: number, instrument: number): Holding {
    return (this.holdings[broker] as Holding[])[instrument] as Holding
  }

  currencyOf(instrument: number): number {
    return this.#ccy[instrument] as number
  }

  move(broker: number, currency: number, amount: bigint): void {
    const of = this.cash[broker] as bigint[]
    of[currency] = (of[currency] as bigint) + amount
  }

  #pay(broker: number, instrument: number, amount: bigint): void {
    const c = this.currencyOf(instrument)
    this.move(broker, c, amount)
    this.managed[c] = (this.managed[c] as bigint) + amount
  }

  fill(f: Fill, seq: number): void {
    const value = bookedValue(instrumentOf(this.#facts, f.instrument), f.side, f.qty, f.price)
    this.#pay(f.broker, f.instrument, BigInt(0 - f.side) * value - f.fee - f.tax)
    const h = this.at(f.broker, f.instrument)
    const signed = BigInt(f.side) * f.qty
    const held = h.qty < 0n ? 0n - h.qty : h.qty
    if (h.qty === 0n || h.qty > 0n === signed > 0n) {
      if (h.qty === 0n) h.slack = 0n
      h.cost = add(h.cost, frac(f.qty * f.price))
    } else if (f.qty < held) {
      h.cost = mul(h.cost, frac(held - f.qty, held))
      if (h.slack !== undefined) h.slack += 1n
    } else {
      h.cost = frac((f.qty - held) * f.price)
      h.slack = 0n
    }
    h.qty += signed
    h.fillSeq = seq
    if (h.sellable !== undefined) h.sellable = h.sellable + signed > 0n ? h.sellable + signed : 0n
  }

  /** F-28: cash and quantity exactly as before; the entry price is not said to be. */
  unfill(f: Fill): void {
    const value = bookedValue(instrumentOf(this.#facts, f.instrument), f.side, f.qty, f.price)
    this.#pay(f.broker, f.instrument, BigInt(f.side) * value + f.fee + f.tax)
    const h = this.at(f.broker, f.instrument)
    h.qty -= BigInt(f.side) * f.qty
    h.slack = undefined
    if (h.qty === 0n) h.cost = ZERO
  }

  recost(f: Fill, fee: bigint, tax: bigint): void {
    this.#pay(f.broker, f.instrument, f.fee + f.tax - fee - tax)
  }

  /** F-30: cash of a fill that is not ours. */
  external(f: Fill): void {
    const value = bookedValue(instrumentOf(this.#facts, f.instrument), f.side, f.qty, f.price)
    this.move(f.broker, this.currencyOf(f.instrument), BigInt(0 - f.side) * value - f.fee - f.tax)
  }

  adopt(broker: number, instrument: number, qty: bigint, price: bigint, seq: number): void {
    const h = this.at(broker, instrument)
    if (h.qty === 0n) h.slack = 0n
    h.external -= qty
    h.qty += qty
    h.cost = add(h.cost, frac(qty * price))
    h.fillSeq = seq
    const c = this.currencyOf(instrument)
    this.managed[c] = (this.managed[c] as bigint) - bookedValue(instrumentOf(this.#facts, instrument), 1, qty, price)
  }

  /** Shares of ours that are not there any more leave at their average entry. */
  writeOff(broker: number, instrument: number, qty: bigint): void {
    const h = this.at(broker, instrument)
    if (h.qty === 0n) return
    h.cost = mul(h.cost, frac(h.qty - qty, h.qty))
    h.qty -= qty
    if (h.slack !== undefined) h.slack += 2n
    if (h.qty === 0n) h.slack = 0n
  }

  /** `den` shares became `num`; whole shares stay, with their entry. */
  split(instrument: number, num: number, den: number): void {
    for (const of of this.holdings) {
      const h = of[instrument] as Holding
      const [n, d] = [BigInt(num), BigInt(den)]
      h.external = floor(frac(h.external * n, d))
      h.sellable = undefined
      if (h.qty === 0n) continue
      const held = h.qty < 0n ? 0n - h.qty : h.qty
      const whole = (held * n) / d
      h.cost = mul(h.cost, frac(whole * d, held * n))
      if (h.slack !== undefined) h.slack += 1n
      h.qty = h.qty > 0n ? whole : 0n - whole
    }
  }

  /** Money of base for one money unit of a currency; undefined while there is no rate (R-33: never 0, never 1:1). */
  rate(currency: number): Frac | undefined {
    const route = this.#facts.routes[currency]
    if (route === undefined) return frac(1n)
    const { mark2 } = this.#markets.at(route.instrument)
    if (mark2 <= 0) return undefined
    const { priceDecimals } = instrumentOf(this.#facts, route.instrument)
    const price = frac(BigInt(mark2), 2n * ten(priceDecimals))
    const perUnit = route.inverse ? { n: price.d, d: price.n } : price
    const scale = frac(ten(digits(this.#facts.base)), ten(digits(route.currency)))
    return mul(perUnit, scale)
  }

  inBase(currency: number, amount: Frac): Frac | undefined {
    if (amount.n === 0n) return ZERO
    const r = this.rate(currency)
    return r === undefined ? undefined : mul(amount, r)
  }

  /** Value of a quantity at the last valid mark, in its own currency. */
  worth(instrument: number, qty: bigint): Frac {
    return valueOf(instrumentOf(this.#facts, instrument), qty, frac(BigInt(this.#markets.at(instrument).mark2), 2n))
  }

  owned(instrument: number): bigint {
    let sum = 0n
    for (const of of this.holdings) sum += (of[instrument] as Holding).qty + (of[instrument] as Holding).external
    return sum
  }

  /** D-04, from scratch. Undefined while a currency that is held has no rate. */
  equity(): Frac | undefined {
    let sum = ZERO
    for (let c = 0; c < this.#facts.currencies.length; c++) {
      let of = ZERO
      for (const cash of this.cash) of = add(of, frac(cash[c] as bigint))
      for (const { id } of this.#facts.instruments) {
        if (this.currencyOf(id) !== c) continue
        const qty = this.owned(id)
        if (qty !== 0n) of = add(of, this.worth(id, qty))
      }
      const base = this.inBase(c, of)
      if (base === undefined) return undefined
      sum = add(sum, base)
    }
    return sum
  }

  /** Where the engine rounds each part down, its equity may lie this many money units below the exact one. */
  get parts(): bigint {
    return this.#parts
  }

  /** */
  limitBase(): Frac {
    const e = this.equity() ?? ZERO
    if (this.allotted === 0n) return e
    let result = frac(this.allotted)
    for (let c = 0; c < this.#facts.currencies.length; c++) {
      let of = frac(this.managed[c] as bigint)
      for (const { id } of this.#facts.instruments) {
        if (this.currencyOf(id) !== c) continue
        let qty = 0n
        for (const held of this.holdings) qty += (held[id] as Holding).qty
        of = add(of, this.worth(id, qty))
      }
      result = add(result, this.inBase(c, of) ?? ZERO)
    }
    return min(e, result)
  }

  /** 1 when the stop must trip at this mark, -1 when it must not, 0 where rounding of the entry decides. */
  stopAt(broker: number, instrument: number, pct: { num: number; den: number }): number {
    const h = this.at(broker, instrument)
    const { mark2 } = this.#markets.at(instrument)
    if (h.qty === 0n || mark2 <= 0) return -1
    if (h.slack === undefined) return 0
    const long = h.qty > 0n
    const held = long ? h.qty : 0n - h.qty
    const factor = frac(long ? pct.den - pct.num : pct.den + pct.num, pct.den)
    const level = mul(mul(h.cost, frac(2n, held)), factor)
    const room = mul(frac(2n * h.slack, held), factor)
    const mark = frac(mark2)
    const below = (x: Frac): boolean => cmp(mark, x) <= 0
    if (long) return below(sub(level, room)) ? 1 : below(add(level, room)) ? 0 : -1
    return cmp(mark, add(level, room)) >= 0 ? 1 : cmp(mark, sub(level, room)) >= 0 ? 0 : -1
  }

  /** Does a number of the engine agree with an exact one, up to what rounding of each part may take off? */
  agrees(kept: number, exact: Frac): boolean {
    return cmp(abs(sub(exact, frac(kept))), frac(this.parts)) <= 0
  }
}
