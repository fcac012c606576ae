/**
 * The trading state of one run and the only place from which orders leave: market, orders, ledger, valuation, limits,
 * and the counters the gate reads. Everything it decides is written to the record stream in the order it happens.
 */
import { assert } from '../base/assert.ts'
import { pow10 } from '../base/fixed.ts'
import { type Micros, SECOND } from '../base/time.ts'
import { Market } from '../data/market.ts'
import { SessionClock } from '../domain/calendar.ts'
import type { Command, ReplaceOrder, SubmitOrder } from '../domain/command.ts'
import type { FeeModel } from '../domain/fees.ts'
import { type Instrument, tickAt } from '../domain/instrument.ts'
import { ORDER_TYPES, TIMES_IN_FORCE } from '../domain/order.ts'
import { type DenialReason, REJECT_REASONS, type RejectReason } from '../domain/reason.ts'
import { checkCash, checkExposure } from '../execution/checks/capital.ts'
import {
  type Approved,
  type AuctionChoice,
  type EngineState,
  ENGINE_STATES,
  type GateView,
  judge,
  type OrderIntent,
  reasonBits,
} from '../execution/gate.ts'
import { Exits } from '../execution/exits.ts'
import { Ledger } from '../execution/ledger.ts'
import type { RiskLimits } from '../execution/limits.ts'
import { Losses } from '../execution/loss.ts'
import { type OrderRow, Orders } from '../execution/orders.ts'
import { noStop, type Stop } from '../execution/stops.ts'
import { Valuation } from '../execution/valuation.ts'
import { KIND, type RecordWriter, STATE_CODE } from './records.ts'
import type { EngineSetup } from './setup.ts'

export const ACTIONS = ['buy', 'sell', 'replace', 'cancel', 'note'] as const
export type Action = (typeof ACTIONS)[number]

/** */
const REJECT_BLOCK: Micros = 60 * SECOND

/** Numbers for a row of `decisions.csv`. */
export type Notes = Readonly<Record<string, number>>

export class Desk implements GateView {
  readonly market: Market
  readonly ledger: Ledger
  readonly orders = new Orders()
  readonly valuation: Valuation
  readonly limits: RiskLimits
  readonly fees: FeeModel
  readonly auctions: AuctionChoice
  readonly losses: Losses
  readonly exits = new Exits()
  readonly records: RecordWriter
  stops: Stop[][]
  t: Micros = 0
  seq = 0
  state: EngineState = 'UNARMED'
  ordersToday = 0
  nextIntentId = 1
  nextTimerId = 1
  commandCount = 0
  fillCount = 0
  stopped: { rule: string; t: Micros } | undefined
  denied = new Map<DenialReason, number>()
  /** Commands of the event being stepped; the loop takes them. */
  commands: Command[] = []
  #blocked = new Map<number, Micros>()

  constructor(setup: EngineSetup, records: RecordWriter) {
    this.limits = setup.limits
    this.fees = setup.fees
    this.auctions = setup.auctions ?? 'none'
    this.records = records
    const clocks = setup.calendars.map((c) => new SessionClock(c))
    this.market = new Market(setup.instruments, clocks, setup.shapes, setup.limits.quarantineMove)
    this.ledger = new Ledger(setup.instruments, setup.currencies, setup.brokers)
    this.valuation = new Valuation(setup.base, this.ledger, this.market, setup.routes)
    this.losses = new Losses(setup.limits)
    this.stops = setup.brokers.map(() => setup.instruments.map(noStop))
    setup.cash.forEach((of, broker) => of.forEach((amount, currency) => this.ledger.move(broker, currency, amount)))
  }

  get dailyLossTripped(): boolean {
    return this.losses.dailyTripped
  }

  blockedUntil(instrument: number, side: 1 | -1): Micros {
    return this.#blocked.get(2 * instrument + (side > 0 ? 1 : 0)) ?? 0
  }

  blockAfterReject(row: OrderRow): void {
    this.#blocked.set(2 * row.instrument + (row.side > 0 ? 1 : 0), this.t + REJECT_BLOCK)
  }

  instrument(id: number): Instrument {
    return this.market.instruments[id] as Instrument
  }

  /** Judges an intent and, when approved, sends it. The decision is recorded either way. */
  place(intent: OrderIntent, rule: string, notes?: Notes): { orderId: number } | { reasons: readonly DenialReason[] } {
    const verdict = judge(this, intent)
    const action: Action = intent.side > 0 ? 'buy' : 'sell'
    if (verdict.approved === undefined) {
      for (const r of verdict.reasons) this.denied.set(r, (this.denied.get(r) ?? 0) + 1)
      this.decision(intent.instrument, action, rule, reasonBits(verdict.reasons), intent.qty, intent.limit, 0, notes)
      return { reasons: verdict.reasons }
    }
    return { orderId: this.#submit(verdict.approved, action, rule, notes) }
  }

  #submit(approved: Approved, action: Action, rule: string, notes: Notes | undefined): number {
    const orderId = this.orders.nextOrderId
    const { instrument, side, orderType, qty, limit, stop, timeInForce, broker, intentId } = approved
    const terms = { instrument, side, orderType, qty, limit, stop, timeInForce }
    const cmd: SubmitOrder = { type: 'submit', t: this.t, broker, orderId, intentId, ...terms }
    this.decision(instrument, action, rule, 0, qty, limit, orderId, notes)
    const row = this.orders.add(cmd, approved.origin, approved.reducing)
    this.ordersToday++
    this.#send(cmd, instrument)
    this.orderRow(row)
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
  replace(row: OrderRow, change: { qty: number; limit: number; stop: number }, rule: string): readonly DenialReason[] {
    const reasons = this.#judgeReplace(row, change)
    const bits = reasonBits(reasons)
    this.decision(row.instrument, 'replace', rule, bits, change.qty, change.limit, row.orderId)
    if (reasons.length > 0) {
      for (const r of reasons) this.denied.set(r, (this.denied.get(r) ?? 0) + 1)
      return reasons
    }
    const grows = change.qty > row.qty || change.limit !== row.limit || change.stop !== row.stop
    const cmd: ReplaceOrder = { type: 'replace', t: this.t, broker: row.broker, orderId: row.orderId, ...change }
    this.orders.sent(row, cmd)
    if (grows) this.ordersToday++
    this.#send(cmd, row.instrument)
    this.orderRow(row)
    return reasons
  }

  #judgeReplace(row: OrderRow, change: { qty: number; limit: number; stop: number }): readonly DenialReason[] {
    if (row.state !== 'new' && row.state !== 'partiallyFilled') return ['duplicate']
    const instrument = this.instrument(row.instrument)
    const badQty = !Number.isSafeInteger(change.qty) || change.qty <= row.cumQty || change.qty % instrument.lot !== 0
    const badLimit = row.limit > 0 ? !onTick(instrument, change.limit) : change.limit !== 0
    const badStop = row.stop > 0 ? !onTick(instrument, change.stop) : change.stop !== 0
    if (badQty || badLimit || badStop) return ['structure']
    const grows = change.qty > row.qty || change.limit !== row.limit || change.stop !== row.stop
    if (!grows) return []
    // Judged as if the old order were gone and the whole of the new one came in its place.
    const intent: OrderIntent = { ...termsOf(row), ...change, qty: change.qty - row.cumQty, origin: row.origin }
    const others = this.orders.live
    this.orders.live = others.filter((o) => o !== row)
    const verdict = judge(this, intent)
    this.orders.live = others
    return verdict.approved === undefined ? verdict.reasons : []
  }

  #send(cmd: Command, instrument: number): void {
    this.records.command(cmd, instrument, this.seq)
    this.commands.push(cmd)
    this.commandCount++
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
    const ruleId = this.records.intern(rule, this.seq)
    const values = [this.t, ACTIONS.indexOf(action), ruleId, reasons, qty, limit, orderId]
    if (notes !== undefined) {
      // allow core-purity: column names of one literal of the agent, in the order in which it wrote them
      for (const key of Object.keys(notes)) {
        const value = notes[key] as number
        if (Number.isFinite(value)) values.push(this.records.intern(key, this.seq), value)
      }
    }
    this.records.row(KIND.decision, instrument, this.seq, values)
  }

  orderRow(row: OrderRow, reason?: RejectReason): void {
    this.records.row(KIND.order, row.instrument, this.seq, [
      this.t,
      row.orderId,
      row.intentId,
      row.broker,
      row.side,
      ORDER_TYPES.indexOf(row.orderType),
      TIMES_IN_FORCE.indexOf(row.timeInForce),
      row.qty,
      row.limit,
      row.stop,
      STATE_CODE.get(row.state) ?? -1,
      reason === undefined ? -1 : REJECT_REASONS.indexOf(reason),
      row.cumQty,
      row.cumValue,
    ])
  }

  equityRow(): void {
    const { equity, cashInBase } = this.valuation
    const peak = this.losses.peak
    const drawdown = peak > 0 && equity < peak ? (peak - equity) / peak : 0
    this.records.row(KIND.equity, -1, this.seq, [this.t, equity, cashInBase, this.valuation.exposure(), drawdown])
  }

  enter(state: EngineState, rule: string): void {
    if (state === this.state) return
    const values = [this.t, ENGINE_STATES.indexOf(this.state), ENGINE_STATES.indexOf(state)]
    this.records.row(KIND.state, -1, this.seq, [...values, this.records.intern(rule, this.seq)])
    this.state = state
  }

  /** Largest quantity that passes exposure and cash at this moment, for tables and agents; 0 when none. */
  fits(intent: OrderIntent): boolean {
    return !checkExposure(this, intent, false) && !checkCash(this, intent, false)
  }

  unitsPerWhole(instrument: number): number {
    return pow10(this.instrument(instrument).qtyDecimals)
  }

  snapshot(): unknown {
    assert(this.commands.length === 0, 'a snapshot is taken between events')
    return {
      market: this.market.snapshot(),
      ledger: this.ledger.snapshot(),
      orders: this.orders.snapshot(),
      losses: this.losses.snapshot(),
      exits: this.exits.wanted,
      stops: this.stops,
      t: this.t,
      seq: this.seq,
      state: this.state,
      ordersToday: this.ordersToday,
      nextIntentId: this.nextIntentId,
      nextTimerId: this.nextTimerId,
      commandCount: this.commandCount,
      fillCount: this.fillCount,
      stopped: this.stopped ?? null,
      denied: [...this.denied],
      blocked: [...this.#blocked],
      records: this.records.snapshot(),
    }
  }

  restore(s: unknown): void {
    const from = s as DeskSnapshot
    this.market.restore(from.market)
    this.ledger.restore(from.ledger)
    this.orders.restore(from.orders)
    this.exits.wanted = from.exits
    this.stops = from.stops
    this.t = from.t
    this.seq = from.seq
    this.state = from.state
    this.ordersToday = from.ordersToday
    this.nextIntentId = from.nextIntentId
    this.nextTimerId = from.nextTimerId
    this.commandCount = from.commandCount
    this.fillCount = from.fillCount
    this.stopped = from.stopped ?? undefined
    this.denied = new Map(from.denied)
    this.#blocked = new Map(from.blocked)
    this.losses.restore(from.losses, from.state !== 'UNARMED')
    this.records.restore(from.records)
    if (this.valuation.computable()) this.valuation.restored()
  }
}

interface DeskSnapshot {
  market: unknown
  ledger: unknown
  orders: unknown
  losses: unknown
  exits: Exits['wanted']
  stops: Stop[][]
  t: Micros
  seq: number
  state: EngineState
  ordersToday: number
  nextIntentId: number
  nextTimerId: number
  commandCount: number
  fillCount: number
  stopped: { rule: string; t: Micros } | null
  denied: [DenialReason, number][]
  blocked: [number, Micros][]
  records: unknown
}

function termsOf(row: OrderRow): Omit<OrderIntent, 'origin'> {
  const { instrument, side, orderType, qty, limit, stop, timeInForce, intentId, broker } = row
  return { instrument, side, orderType, qty, limit, stop, timeInForce, intentId, broker }
}

function onTick(instrument: Instrument, price: number): boolean {
  return Number.isSafeInteger(price) && price > 0 && price % tickAt(instrument, price) === 0
}
