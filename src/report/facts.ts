/** All that a report says of a run, in one pass over its journal; memory does not grow with the run. */
import { moneyDecimals, type Currency, type Money } from '../core/domain/units.ts'
import { pow10 } from '../core/base/fixed.ts'
import { CASH_KINDS } from '../core/domain/event.ts'
import { FIRST_NUMBERED, KIND } from '../core/engine/records.ts'
import { CHECKPOINT } from '../runtime/record-sink.ts'
import type { RecordView } from '../runtime/record-fields.ts'
import { journalRecords } from '../runtime/record-reader.ts'
import { Curve } from './curve.ts'
import { FillBook, type Movement } from '../runtime/fill-book.ts'
import { LimitWatch } from './limit-watch.ts'
import { MarketPrices } from './market-prices.ts'
import { addTrade, noTrades, type TradeFigures } from './metrics.ts'
import { netOf, type RoundTrip, RoundTrips } from './round-trips.ts'
import type { Subject } from './subject.ts'

/** What trading cost and moved in one currency. */
export interface Costs {
  fills: number
  bought: Money
  sold: Money
  fee: Money
  tax: Money
}

/** Trades shown; the ledger has all. */
export const KEEP_TRADES = 200

export class RunFacts {
  readonly equity = new Curve()
  readonly drawdown = new Curve()
  /** Holdings over equity. */
  readonly exposure = new Curve()
  readonly limits = new LimitWatch()
  readonly prices: MarketPrices
  readonly trips: RoundTrips
  readonly costs = new Map<Currency, Costs>()
  /** Costs of one broker by `broker currency`. */
  readonly byBroker = new Map<string, Costs>()
  readonly trades = new Map<Currency, TradeFigures>()
  /** The newest of them. */
  lastTrades: RoundTrip[] = []
  /** Cash that was no fill, by `currency kind`. */
  readonly cash = new Map<string, Money>()
  /** Equities at the rolls, in money of base, and flows from outside before each of them. */
  readonly rolls: Money[] = []
  readonly flows: number[] = [0]
  /** A flow in a currency without a rate: returns cannot be told. */
  flowWithoutRate = false
  maxDrawdown = 0
  firstEquity: Money | undefined
  lastEquity: Money | undefined
  first: number | undefined
  last: number | undefined
  readonly #subject: Subject
  readonly #book: FillBook

  constructor(subject: Subject) {
    this.#subject = subject
    const { instruments } = subject
    this.prices = new MarketPrices(instruments)
    this.trips = new RoundTrips(instruments, (trip) => this.#trip(trip))
    this.#book = new FillBook(instruments, (m) => this.#movement(m))
  }

  record(r: RecordView): void {
    this.prices.record(r)
    if (r.kind < FIRST_NUMBERED || r.kind === KIND.header || r.kind === CHECKPOINT) return
    this.limits.record(r)
    this.#book.record(r)
    const w = r.words
    if (r.kind === KIND.equity) this.#equity(w)
    else if (r.kind === KIND.roll) {
      this.rolls.push(w[4] as number)
      this.flows.push(0)
    } else if (r.kind === KIND.cash || r.kind === KIND.booked) this.#cash(w)
  }

  #equity(w: Float64Array): void {
    const [t, equity, exposure, drawdown] = [w[2], w[3], w[5], w[6]] as [number, number, number, number]
    this.first ??= t
    this.last = t
    this.firstEquity ??= equity
    this.lastEquity = equity
    this.equity.add(t, equity / pow10(moneyDecimals(this.#subject.base)))
    this.drawdown.add(t, drawdown)
    this.exposure.add(t, equity > 0 ? exposure / equity : 0)
    this.maxDrawdown = Math.max(this.maxDrawdown, drawdown)
  }

  #cash(w: Float64Array): void {
    const currency = this.#subject.currencies[w[4] as number]
    if (currency === undefined) return
    const [amount, kind] = [w[5] as number, w[6] as number]
    const key = `${currency} ${kind}`
    this.cash.set(key, (this.cash.get(key) ?? 0) + amount)
    // What comes before the first equity is the capital that the run begins with.
    if (!isFlow(kind) || this.firstEquity === undefined) return
    const { base } = this.#subject
    const rate = this.prices.rate(currency, base)
    if (rate === undefined) this.flowWithoutRate = true
    else {
      const scale = pow10(moneyDecimals(base)) / pow10(moneyDecimals(currency))
      this.flows[this.flows.length - 1] = (this.flows.at(-1) as number) + amount * rate * scale
    }
  }

  #currencyOf(instrument: number): Currency {
    return this.#subject.instruments[instrument]?.currency ?? this.#subject.base
  }

  #movement(m: Movement): void {
    this.trips.movement(m)
    if (m.kind !== 'fill' && m.kind !== 'costs') return
    const currency = this.#currencyOf(m.instrument)
    const broker = this.#subject.brokers[m.broker] ?? '?'
    for (const to of [costsOf(this.costs, currency), costsOf(this.byBroker, `${broker} ${currency}`)]) {
      const sign = m.kind === 'fill' ? m.sign : 1
      to.fee += sign * m.fee
      to.tax += sign * m.tax
      if (m.kind === 'costs') continue
      to.fills += sign
      if (m.side > 0) to.bought += sign * m.value
      else to.sold += sign * m.value
    }
  }

  #trip(trip: RoundTrip): void {
    const currency = this.#currencyOf(trip.instrument)
    const figures = this.trades.get(currency) ?? noTrades()
    this.trades.set(currency, figures)
    addTrade(figures, netOf(trip), trip.closed - trip.opened)
    this.lastTrades.push(trip)
    if (this.lastTrades.length > 2 * KEEP_TRADES) this.lastTrades = this.lastTrades.slice(-KEEP_TRADES)
  }
}

/** Money from and to outside, which is no result of trading. */
function isFlow(kind: number): boolean {
  const name = CASH_KINDS[kind]
  return name === 'deposit' || name === 'withdrawal'
}

function costsOf<K>(all: Map<K, Costs>, key: K): Costs {
  const known = all.get(key)
  if (known !== undefined) return known
  const made: Costs = { fills: 0, bought: 0, sold: 0, fee: 0, tax: 0 }
  all.set(key, made)
  return made
}

export function gatherFacts(subject: Subject): RunFacts {
  const facts = new RunFacts(subject)
  if (!subject.journaled) return facts
  for (const r of journalRecords(subject.dir)) facts.record(r)
  return facts
}
