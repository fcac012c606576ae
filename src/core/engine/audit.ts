/**
 * What the desk writes to the record stream beside inputs and commands: decisions with the numbers they were judged by,
 * states of orders, equity, distances to the limits, alerts. Layout 1 is that of 0.1.0, which had no verdict, alert and
 * distance rows; sessions recorded under it re-run to the same bytes.
 */
import { type Micros, MINUTE } from '../base/time.ts'
import { ORDER_TYPES, TIMES_IN_FORCE } from '../domain/order.ts'
import { REJECT_REASONS, type RejectReason } from '../domain/reason.ts'
import { ALERT_CODES, type AlertCode, CRITICAL } from '../execution/alerts.ts'
import { cashNeed, exposureInBase, freeCash } from '../execution/checks/capital.ts'
import { sellable, takenInstruments } from '../execution/checks/count.ts'
import { fxElapsed } from '../execution/fx-hours.ts'
import { ENGINE_STATES, type EngineState, type OrderIntent } from '../execution/gate.ts'
import type { OrderRow } from '../execution/orders.ts'
import type { Desk } from './desk.ts'
import { KIND, type RecordWriter, STATE_CODE } from './records.ts'
import type { AuditLayout } from './setup.ts'

export const ACTIONS = ['buy', 'sell', 'replace', 'cancel', 'note'] as const
export type Action = (typeof ACTIONS)[number]

/** Numbers for a row of `decisions.csv`. */
export type Notes = Readonly<Record<string, number>>

/** Distances to the limits are written at most this often. */
const DISTANCE_EVERY: Micros = MINUTE

export class Audit {
  readonly #desk: Desk
  readonly #records: RecordWriter
  readonly #layout: AuditLayout
  #nextDistance: Micros = -Infinity

  constructor(desk: Desk, records: RecordWriter, layout: AuditLayout) {
    this.#desk = desk
    this.#records = records
    this.#layout = layout
  }

  decision(
    instrument: number,
    [action, rule]: readonly [Action, string],
    numbers: readonly number[],
    notes: Notes | undefined,
  ): void {
    const { seq, t } = this.#desk
    const values = [t, ACTIONS.indexOf(action), this.#records.intern(rule, seq), ...numbers]
    if (notes !== undefined) {
      // allow core-purity: column names of one literal of the agent, in the order in which it wrote them
      for (const key of Object.keys(notes)) {
        const value = notes[key] as number
        if (Number.isFinite(value)) values.push(this.#records.intern(key, seq), value)
      }
    }
    this.#records.row(KIND.decision, instrument, seq, values)
  }

  /** Everything the gate looked at, beside the decision (I-20). Fields: `runtime/record-fields.ts`. */
  verdict(intent: OrderIntent, reducing: boolean, reasons: number, orderId: number): void {
    if (this.#layout === 1) return
    const d = this.#desk
    const { broker, instrument } = intent
    const known = d.market.instruments[instrument] !== undefined
    if (!known) return
    const q = d.market.of(instrument)
    const currency = d.ledger.currencyOf(instrument)
    const fx = d.valuation.fxInstrument(currency)
    const rate = d.valuation.rate(currency)
    const position = d.ledger.position(broker, instrument)
    const { qty, limit, stop } = intent
    const whole = [qty, limit, stop].every(Number.isSafeInteger) && qty > 0 && limit >= 0 && stop >= 0
    const need = whole && intent.side > 0 ? cashNeed(d, intent, instrument, intent.qty) : 0
    this.#records.row(KIND.verdict, instrument, d.seq, [
      ...[d.t, intent.intentId, orderId, broker, reducing ? 1 : 0, reasons, ENGINE_STATES.indexOf(d.state)],
      ...[intent.side, intent.qty, intent.limit, intent.stop],
      ...[q.mark2, d.t - q.markT, rate?.num ?? 0, rate?.den ?? 0],
      fx === undefined ? 0 : fxElapsed(d.market.of(fx).markT, d.t),
      ...[d.valuation.equity, d.valuation.limitBase(), whole ? exposureInBase(d, intent) : 0],
      ...[position.qty, position.external, sellable(d, broker, instrument)],
      ...[need, freeCash(d, broker, currency), d.ordersToday, takenInstruments(d).size],
      ...[d.losses.dailyLine, d.losses.emergencyLine],
    ])
  }

  order(row: OrderRow, reason: RejectReason | undefined): void {
    const { seq, t } = this.#desk
    this.#records.row(KIND.order, row.instrument, seq, [
      t,
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

  equity(): void {
    const { valuation, losses, seq, t } = this.#desk
    const { equity, cashInBase } = valuation
    const { peak } = losses
    const drawdown = peak > 0 && equity < peak ? (peak - equity) / peak : 0
    this.#records.row(KIND.equity, -1, seq, [t, equity, cashInBase, valuation.exposure(), drawdown])
  }

  state(next: EngineState, rule: string): void {
    const { state, seq, t } = this.#desk
    const [from, to] = [ENGINE_STATES.indexOf(state), ENGINE_STATES.indexOf(next)]
    this.#records.row(KIND.state, -1, seq, [t, from, to, this.#records.intern(rule, seq)])
  }

  alert(code: AlertCode, broker: number, instrument: number, text: string, values: readonly number[]): void {
    if (this.#layout === 1) return
    const { seq, t } = this.#desk
    const what = [t, ALERT_CODES.indexOf(code), CRITICAL.has(code) ? 1 : 0, broker, this.#records.intern(text, seq)]
    this.#records.row(KIND.alert, instrument, seq, [...what, ...values])
  }

  /** How far each limit is, and each holding's share of what limits are taken of; at most once a minute. */
  distances(): void {
    const d = this.#desk
    if (this.#layout === 1 || d.t < this.#nextDistance) return
    this.#nextDistance = d.t + DISTANCE_EVERY
    const { equity } = d.valuation
    const base = d.valuation.limitBase()
    const left = [equity - d.losses.dailyLine, equity - d.losses.emergencyLine, d.limits.maxDailyOrders - d.ordersToday]
    const positions = d.limits.maxPositions - takenInstruments(d).size
    this.#records.row(KIND.distance, -1, d.seq, [d.t, equity, base, ...left, positions])
    for (const { id } of d.market.instruments) {
      if (d.ledger.owned(id) === 0 || d.valuation.rate(d.ledger.currencyOf(id)) === undefined) continue
      const value = d.valuation.toBase(d.ledger.currencyOf(id), Math.abs(d.valuation.valueOf(id)))
      this.#records.row(KIND.distance, id, d.seq, [d.t, value, base])
    }
  }

  snapshot(): unknown {
    return { nextDistance: this.#nextDistance === -Infinity ? null : this.#nextDistance }
  }

  restore(s: unknown): void {
    this.#nextDistance = (s as { nextDistance: Micros | null }).nextDistance ?? -Infinity
  }
}
