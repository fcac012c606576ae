/**
 * The limits by a run's tables alone, and the closes of its tape: … … R-23. Where a
 * table does not say which of two marks stood, the one that is better for the engine is taken.
 */
import type { Account, LiveOrder } from './account.ts'
import type { Marks } from './marks.ts'
import { type DecisionRow, type EquityRow, ONE, times } from './run-tables.ts'

const MINUTE = 60_000_000
const DAY = 24 * 60 * MINUTE
/** D-05. */
const ROLL = 21 * 60 * MINUTE + 30 * MINUTE
const BLAMELESS = ['closed', 'halted', 'state', 'daily_orders']

export interface Reached {
  opened: number
  /** Largest share of equity that an order took an instrument to, in millionths. */
  share: number
  ordersOfADay: number
  names: number
  dailyLosses: number
  totalLoss: boolean
  runaway: boolean
}

export class Limits {
  readonly #account: Account
  readonly #marks: Marks
  readonly #fault: (id: string, seq: number, what: string) => void
  readonly #initial: bigint
  #equity: bigint
  #sod: bigint
  #day: number | undefined
  #lost = false
  #orders = 0
  #sent: number[] = []
  #refused: number[] = []
  readonly reached: Reached = {
    opened: 0,
    share: 0,
    ordersOfADay: 0,
    names: 0,
    dailyLosses: 0,
    totalLoss: false,
    runaway: false,
  }

  constructor(account: Account, marks: Marks, fault: (id: string, seq: number, what: string) => void) {
    this.#account = account
    this.#marks = marks
    this.#fault = fault
    this.#initial = this.#equity = this.#sod = account.total()
  }

  /** the day's start is the equity of the last marks before it. */
  #turn(t: number): void {
    const day = Math.floor((t - ROLL) / DAY)
    if (day === this.#day) return
    if (this.#day !== undefined) this.#sod = this.#equity
    this.#day = day
    this.#lost = false
    this.#orders = 0
  }

  equity(e: EquityRow): void {
    this.#turn(e.t)
    this.#equity = e.equity
    if (!this.#lost && 100n * (this.#sod - e.equity) >= 5n * this.#sod) {
      this.#lost = true
      this.reached.dailyLosses++
    }
    if (100n * (this.#initial - e.equity) >= 10n * this.#initial) this.reached.totalLoss = true
  }

  decision(d: DecisionRow): void {
    this.#turn(d.t)
    const exit = d.rule === 'R-26 stop-loss' || d.rule === 'R-25 liquidation'
    const orders = d.action === 'buy' || d.action === 'sell'
    if (!exit && !d.approved && d.reasons.length > 0 && !BLAMELESS.includes(d.reasons[0] ?? '')) this.#refused.push(d.t)
    if (!d.approved || (!orders && d.action !== 'replace')) return
    const replaced = d.action === 'replace' ? this.#account.live.get(d.order) : undefined
    const buys = d.action === 'buy' || replaced?.side === 1n
    const grows = orders || (replaced !== undefined && (d.qty > replaced.qty || d.limit !== replaced.limit))
    if (buys && grows) this.#opens(d, replaced)
    else if (!buys && orders) this.#sells(d, exit)
    if (grows) this.#orders++
    if (orders && !exit) this.#sent.push(d.t)
    this.reached.ordersOfADay = Math.max(this.reached.ordersOfADay, this.#orders)
    if (this.#many(this.#sent, d.t, 10) || this.#many(this.#refused, d.t, 5)) this.reached.runaway = true
  }

  /** so many within a minute. */
  #many(times_: number[], t: number, most: number): boolean {
    while (times_[0] !== undefined && times_[0] <= t - MINUTE) times_.shift()
    return times_.length >= most
  }

  #opens(d: DecisionRow, replaced: LiveOrder | undefined): void {
    const fault = (id: string, what: string): void => this.#fault(id, d.seq, `order ${d.order} ${what}`)
    this.reached.opened++
    if (this.#lost) fault('I-06', `opens on a day that lost 5 % of ${this.#sod}`)
    if (this.reached.totalLoss) fault('I-07', `opens after 10 % of ${this.#initial} were lost`)
    if (this.#orders >= 100) fault('R-18', `is number ${this.#orders + 1} of its day`)
    if (this.reached.runaway) fault('R-22', 'is of a strategy that ran away')
    const names = this.#names(d)
    this.reached.names = Math.max(this.reached.names, names)
    if (names > 10) fault('R-14', `is of instrument number ${names}`)
    const mark = this.#marks.at(d.symbol, d.t)
    if (mark === undefined) return
    const [low, high] = mark
    if (times(d.qty, d.limit > 0n ? d.limit : high) < 100n * ONE) fault('R-15', `is worth less than 100: ${d.qty}`)
    const far = d.limit > 0n && (100n * d.limit > 105n * high || 100n * d.limit < 95n * low)
    if (far) fault('R-21', `has a limit of ${d.limit} at a mark of ${low} to ${high}`)
    this.#exposure(d, replaced, low, fault)
    this.#cash(d, replaced, low, fault)
  }

  /** instruments held, or with an opening order. */
  #names(d: DecisionRow): number {
    const names = new Set([d.symbol])
    for (const [key, qty] of this.#account.shares) if (qty !== 0n) names.add(key.slice(key.indexOf(' ') + 1))
    for (const o of this.#account.live.values()) if (o.side > 0n) names.add(o.symbol)
    return names.size
  }

  /** R-10, in hundredths of money: a limit or the mark, the larger; at market two percent more than the mark. */
  #value(qty: bigint, limit: bigint, mark: bigint): bigint {
    if (limit === 0n) return 102n * times(qty, mark)
    return 100n * times(qty, limit > mark ? limit : mark)
  }

  /** */
  #exposure(
    d: DecisionRow,
    replaced: LiveOrder | undefined,
    mark: bigint,
    fault: (id: string, what: string) => void,
  ): void {
    let x = 100n * times(this.#account.held(d.symbol), mark)
    for (const o of this.#account.live.values()) {
      if (o.symbol !== d.symbol || o.side < 0n || o === replaced) continue
      x += this.#value(o.qty - o.cum, o.limit, mark)
    }
    x += this.#value(d.qty - (replaced?.cum ?? 0n), d.limit, mark)
    const equity = this.#worth(d.t)
    const share = Number((1_000_000n * x) / (100n * equity)) / 1_000_000
    this.reached.share = Math.max(this.reached.share, share)
    if (x > 30n * equity) fault('R-09', `takes ${d.symbol} to ${share} of ${equity}`)
  }

  /** Equity has a row at each bar and fill; between two of them, on quotes, what the marks make of it. */
  #worth(t: number): bigint {
    let sum = this.#account.total()
    for (const [key, qty] of this.#account.shares) {
      if (qty === 0n) continue
      const mark = this.#marks.at(key.slice(key.indexOf(' ') + 1), t)
      if (mark === undefined) return this.#equity
      sum += times(qty, mark[1])
    }
    return sum > this.#equity ? sum : this.#equity
  }

  /** R-17, without the fees. */
  #cash(
    d: DecisionRow,
    replaced: LiveOrder | undefined,
    mark: bigint,
    fault: (id: string, what: string) => void,
  ): void {
    const broker = replaced?.broker ?? this.#marks.brokerOf(d.order)
    let need = this.#value(d.qty - (replaced?.cum ?? 0n), d.limit, mark)
    for (const o of this.#account.live.values()) {
      if (o.broker !== broker || o.side < 0n || o === replaced) continue
      const [low] = this.#marks.at(o.symbol, d.t) ?? [0n]
      need += this.#value(o.qty - o.cum, o.limit, low)
    }
    const free = this.#account.cash.get(broker) ?? 0n
    if (need > 100n * free) fault('R-17', `needs ${need}/100 of ${free} at ${broker}`)
  }

  /** */
  #sells(d: DecisionRow, exit: boolean): void {
    const broker = this.#marks.brokerOf(d.order)
    const there = (o: LiveOrder): boolean => o.broker === broker && o.symbol === d.symbol && o.side < 0n
    const offered = this.#account.leaves(there)
    if (d.qty + offered > this.#account.heldAt(broker, d.symbol)) {
      this.#fault('R-16', d.seq, `order ${d.order} sells ${d.qty} beside ${offered} at ${broker}`)
    }
    if (exit && [...this.#account.live.values()].some((o) => there(o) && o.exit)) {
      this.#fault('R-23', d.seq, `exit ${d.order} beside a live one`)
    }
  }
}
