/**
 * The trading state of one run and the only place from which orders leave: market, orders, ledger, valuation, limits,
 * and the counters the gate reads. Everything it decides is written to the record stream in the order it happens.
 */
import { pow10 } from '../base/fixed.ts'
import { type Micros, SECOND } from '../base/time.ts'
import { Market } from '../data/market.ts'
import { type BrokerRules, SIM_BROKER } from '../domain/broker.ts'
import { SessionClock } from '../domain/calendar.ts'
import type { BrokerRequest, Command, ReplaceOrder, SubmitOrder } from '../domain/command.ts'
import type { FeeModel } from '../domain/fees.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { DenialReason, RejectReason } from '../domain/reason.ts'
import type { AlertCode } from '../execution/alerts.ts'
import { checkCash, checkExposure } from '../execution/checks/capital.ts'
import {
  type Approved,
  type AuctionChoice,
  type BuyingPower,
  type EngineState,
  type GateView,
  judge,
  type OrderIntent,
  reasonBits,
} from '../execution/gate.ts'
import { Books } from '../execution/books.ts'
import { Exits } from '../execution/exits.ts'
import { type HoldCause, Holds } from '../execution/holds.ts'
import { Ledger } from '../execution/ledger.ts'
import type { RiskLimits } from '../execution/limits.ts'
import { Links } from '../execution/links.ts'
import { Losses } from '../execution/loss.ts'
import { type OrderRow, Orders } from '../execution/orders.ts'
import { Runaway } from '../execution/runaway.ts'
import { noStop, type Stop } from '../execution/stops.ts'
import { Valuation } from '../execution/valuation.ts'
import { type Action, Audit, type Notes } from './audit.ts'
import type { RecordWriter } from './records.ts'
import { grows, judgeReplacement, type Replacement } from './replacement.ts'
import type { EngineSetup } from './setup.ts'

export { ACTIONS, type Action, type Notes } from './audit.ts'

/** */
const REJECT_BLOCK: Micros = 60 * SECOND

export class Desk implements GateView {
  readonly market: Market
  readonly ledger: Ledger
  readonly orders = new Orders()
  readonly valuation: Valuation
  /** Replaced as a whole when the operator tightens one (I-45). */
  limits: RiskLimits
  readonly fees: FeeModel
  readonly brokers: readonly BrokerRules[]
  readonly brokerNames: readonly string[]
  /** `firstEvent`: virtual runs arm themselves; `operator`: R-41. */
  readonly arming: 'firstEvent' | 'operator'
  readonly auctions: AuctionChoice
  readonly losses: Losses
  readonly exits = new Exits()
  readonly holds = new Holds()
  readonly links: Links
  readonly books: Books
  readonly runawayWatch: Runaway
  readonly records: RecordWriter
  readonly audit: Audit
  stops: Stop[][]
  t: Micros = 0
  seq = 0
  state: EngineState = 'UNARMED'
  /** Both factors of R-41 given, or not needed; a restart starts without. */
  armed = false
  /** The roll happened while the process was down: E_sod waits for the first equity that can be trusted. */
  sodPending = false
  /** How far a restart may go by itself: 0 not at all, 1 protect, 2 re-arm in full. */
  resume = 0
  /** Since when the engine shuts down for want of a path or at a kill; 0 while it does not. */
  shutdownSince: Micros = 0
  clockTrusted = true
  /** After this moment a message of ours has been without an answer for too long. */
  deadline: Micros = Infinity
  nextUpkeep: Micros = -Infinity
  ordersToday = 0
  nextIntentId = 1
  nextTimerId = 1
  commandCount = 0
  fillCount = 0
  stopped: { rule: string; t: Micros } | undefined
  denied = new Map<DenialReason, number>()
  /** Commands of the event being stepped; the loop takes them. */
  commands: Command[] = []
  /** Until when a rejection blocks opening, by 2 · instrument + side. */
  blocked = new Map<number, Micros>()
  /** Holdings without live data, and since when. */
  blind = new Map<number, Micros>()
  /** Holdings above the position limit. */
  over = new Set<number>()
  /** Instruments that wait for the operator (F-30). */
  waiting = new Set<number>()
  /** Holdings of which a broker has fewer than we, by broker and instrument (F-34): `mismatchKey`. */
  mismatched = new Set<number>()
  power = new Map<number, BuyingPower>()

  constructor(setup: EngineSetup, records: RecordWriter) {
    this.limits = setup.limits
    this.fees = setup.fees
    this.auctions = setup.auctions ?? 'none'
    this.records = records
    this.brokerNames = setup.brokers
    this.brokers = setup.brokerRules ?? setup.brokers.map(() => SIM_BROKER)
    this.arming = setup.arming ?? 'firstEvent'
    const clocks = setup.calendars.map((c) => new SessionClock(c))
    this.market = new Market(setup.instruments, clocks, setup.shapes, setup.limits.quarantineMove, setup.rules)
    this.ledger = new Ledger(setup.instruments, setup.currencies, setup.brokers)
    this.valuation = new Valuation(setup.base, this.ledger, this.market, setup.routes)
    this.valuation.allotted = setup.limits.allotted
    this.runawayWatch = new Runaway(setup.limits.runaway)
    this.losses = new Losses(setup.limits)
    const inStep = this.brokers.map((b) => b.reconcileEvery === 0)
    this.links = new Links(inStep, setup.limits.maxAttempts)
    this.books = new Books(inStep)
    this.audit = new Audit(this, records, setup.audit ?? 2)
    this.stops = setup.brokers.map(() => setup.instruments.map(noStop))
    setup.cash.forEach((of, broker) => of.forEach((amount, currency) => this.ledger.move(broker, currency, amount)))
  }

  get dailyLossTripped(): boolean {
    return this.losses.dailyTripped
  }

  get runaway(): boolean {
    return this.runawayWatch.disabled
  }

  blockedUntil(instrument: number, side: 1 | -1): Micros {
    return this.blocked.get(2 * instrument + (side > 0 ? 1 : 0)) ?? 0
  }

  blockAfterReject(row: OrderRow): void {
    this.blocked.set(2 * row.instrument + (row.side > 0 ? 1 : 0), this.t + REJECT_BLOCK)
  }

  mayOpen(broker: number): boolean {
    return this.links.serves(broker) && this.books.agreed(broker)
  }

  unacknowledged(instrument: number): boolean {
    return this.waiting.size > 0 && this.waiting.has(instrument)
  }

  exiting(instrument: number): boolean {
    const { wanted } = this.exits
    return wanted.some((x) => x.instrument === instrument && this.ledger.position(x.broker, instrument).qty !== 0)
  }

  buyingPower(broker: number, currency: number): BuyingPower | undefined {
    return this.power.get(broker * this.ledger.currencies.length + currency)
  }

  instrument(id: number): Instrument {
    return this.market.instruments[id] as Instrument
  }

  /** Judges an intent and, when approved, sends it. The decision is recorded either way. */
  place(intent: OrderIntent, rule: string, notes?: Notes): { orderId: number } | { reasons: readonly DenialReason[] } {
    const verdict = judge(this, intent)
    const action: Action = intent.side > 0 ? 'buy' : 'sell'
    if (verdict.approved === undefined) {
      const { reasons } = verdict
      const bits = reasonBits(reasons)
      this.#count(reasons)
      this.decision(intent.instrument, action, rule, bits, intent.qty, intent.limit, 0, notes)
      this.audit.verdict(intent, false, bits, 0)
      if (intent.origin === 'agent') this.#refused(intent.instrument, reasons[0])
      return { reasons }
    }
    return { orderId: this.#submit(verdict.approved, action, rule, notes) }
  }

  #count(reasons: readonly DenialReason[]): void {
    for (const r of reasons) this.denied.set(r, (this.denied.get(r) ?? 0) + 1)
  }

  #refused(instrument: number, reason: DenialReason | undefined): void {
    if (this.runawayWatch.refused(this.t, reason)) this.alert('runaway', -1, instrument, 'R-22 five refusals in 60 s')
  }

  /** The venue refused an order of the strategy. */
  rejected(row: OrderRow): void {
    this.blockAfterReject(row)
    if (row.origin === 'agent') this.#refused(row.instrument, undefined)
    this.alert('rejected', row.broker, row.instrument, 'R-24 rejected, not sent again', [row.orderId])
  }

  #submit(approved: Approved, action: Action, rule: string, notes: Notes | undefined): number {
    const orderId = this.orders.nextOrderId
    const { instrument, side, orderType, qty, limit, stop, timeInForce, broker, intentId } = approved
    const terms = { instrument, side, orderType, qty, limit, stop, timeInForce }
    const cmd: SubmitOrder = { type: 'submit', t: this.t, broker, orderId, intentId, ...terms }
    this.decision(instrument, action, rule, 0, qty, limit, orderId, notes)
    this.audit.verdict(approved, approved.reducing, 0, orderId)
    const row = this.orders.add(cmd, approved.origin, approved.reducing)
    this.ordersToday++
    this.#send(cmd, instrument)
    this.orderRow(row)
    if (row.origin === 'agent' && this.runawayWatch.ordered(this.t)) {
      this.alert('runaway', broker, instrument, 'R-22 ten orders in 60 s')
    }
    return orderId
  }

  cancel(row: OrderRow, rule: string): boolean {
    if (row.state === 'pendingCancel') return false
    const cmd: Command = { type: 'cancel', t: this.t, broker: row.broker, orderId: row.orderId }
    this.decision(row.instrument, 'cancel', rule, 0, row.qty, row.limit, row.orderId)
    this.orders.sent(row, cmd)
    this.#send(cmd, row.instrument)
    this.orderRow(row)
    return true
  }

  /** A price change or a size increase counts and is judged like a new order; a size decrease is free. */
  replace(row: OrderRow, change: Replacement, rule: string): readonly DenialReason[] {
    const reasons = judgeReplacement(this, row, change)
    const bits = reasonBits(reasons)
    this.decision(row.instrument, 'replace', rule, bits, change.qty, change.limit, row.orderId)
    if (reasons.length > 0) {
      this.#count(reasons)
      this.#refused(row.instrument, reasons[0])
      return reasons
    }
    const cmd: ReplaceOrder = { type: 'replace', t: this.t, broker: row.broker, orderId: row.orderId, ...change }
    const counts = grows(row, change)
    this.orders.sent(row, cmd)
    if (counts) this.ordersToday++
    this.#send(cmd, row.instrument)
    this.orderRow(row)
    return reasons
  }

  #send(cmd: Command, instrument: number): void {
    this.records.command(cmd, instrument, this.seq)
    this.commands.push(cmd)
    this.commandCount++
  }

  /** Something asked of a broker that is no order. */
  request(cmd: BrokerRequest): void {
    this.records.command(cmd, -1, this.seq)
    this.commands.push(cmd)
  }

  setTimer(due: Micros): number {
    const cmd: Command = { type: 'setTimer', t: this.t, timerId: this.nextTimerId++, due: Math.max(due, this.t) }
    this.records.command(cmd, -1, this.seq)
    this.commands.push(cmd)
    return cmd.timerId
  }

  decision(
    instrument: number,
    action: Action,
    rule: string,
    reasons: number,
    qty: number,
    limit: number,
    orderId: number,
    notes?: Notes,
  ): void {
    this.audit.decision(instrument, [action, rule], [reasons, qty, limit, orderId], notes)
  }

  orderRow(row: OrderRow, reason?: RejectReason): void {
    this.deadline = this.orders.oldestAsked() + this.limits.orderTimeout
    this.audit.order(row, reason)
  }

  equityRow(): void {
    this.audit.equity()
  }

  enter(state: EngineState, rule: string): void {
    if (state === this.state) return
    this.audit.state(state, rule)
    this.state = state
  }

  alert(code: AlertCode, broker: number, instrument: number, text: string, values: readonly number[] = []): void {
    this.audit.alert(code, broker, instrument, text, values)
  }

  /** Raises a cause of REDUCE_ONLY; live opening orders are taken back. False when it stood already. */
  hold(cause: HoldCause, rule: string): boolean {
    if (!this.holds.raise(cause)) return false
    if (this.state === 'LIVE') this.enter('REDUCE_ONLY', rule)
    for (const o of [...this.orders.live]) if (!o.reducing) this.cancel(o, rule)
    return true
  }

  /** Lifts a cause; the engine is LIVE again when no other stands. */
  release(cause: HoldCause, rule: string): boolean {
    if (!this.holds.lift(cause)) return false
    if (this.state === 'REDUCE_ONLY' && !this.holds.any) this.enter('LIVE', rule)
    return true
  }

  mismatchKey(broker: number, instrument: number): number {
    return broker * this.market.instruments.length + instrument
  }

  /** The books of a broker are to be compared at the next opportunity. */
  wantBooks(broker: number): void {
    this.books.of(broker).nextAt = 0
  }

  /** Largest quantity that passes exposure and cash at this moment, for tables and agents; 0 when none. */
  fits(intent: OrderIntent): boolean {
    return !checkExposure(this, intent, false) && !checkCash(this, intent, false)
  }

  unitsPerWhole(instrument: number): number {
    return pow10(this.instrument(instrument).qtyDecimals)
  }
}
