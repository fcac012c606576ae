/** What output streams carry: a record decoded into names, decimals as numbers, exact integers left in the journal. */
import { pow10 } from '../core/base/fixed.ts'
import type { Micros } from '../core/base/time.ts'
import { SYSTEM_FACTS, type SystemFact } from '../core/domain/control.ts'
import { ORDER_STATES, ORDER_TYPES, type OrderState, type OrderType } from '../core/domain/order.ts'
import { moneyDecimals } from '../core/domain/units.ts'
import { ACTIONS, type Action } from '../core/engine/desk.ts'
import { KIND, REPORT_TYPES } from '../core/engine/records.ts'
import type { EngineSetup } from '../core/engine/setup.ts'
import { ALERT_CODES, type AlertCode } from '../core/execution/alerts.ts'
import { ENGINE_STATES, type EngineState, reasonsOf } from '../core/execution/gate.ts'
import type { DenialReason } from '../core/domain/reason.ts'
import { BookedFills, reportedFill } from './booked-fills.ts'
import type { RecordView } from './record-fields.ts'

interface At {
  /** Sequence number of the input that caused it. */
  readonly seq: number
  readonly t: Micros
}

export interface FillOutput extends At {
  readonly symbol: string
  readonly orderId: number
  readonly side: 'buy' | 'sell'
  readonly qty: number
  readonly price: number
  readonly fee: number
  readonly tax: number
  readonly currency: string
}

/** One change of an order's state. */
export interface OrderOutput extends At {
  readonly symbol: string
  readonly orderId: number
  readonly side: 'buy' | 'sell'
  readonly type: OrderType
  readonly qty: number
  readonly cumQty: number
  readonly state: OrderState
}

/** A verdict on an intent; no reasons where it was approved. */
export interface DecisionOutput extends At {
  readonly symbol: string
  readonly action: Action
  readonly reasons: readonly DenialReason[]
  readonly qty: number
  readonly orderId: number | undefined
}

export interface EquityOutput extends At {
  readonly equity: number
  readonly cash: number
  readonly exposure: number
  readonly drawdown: number
}

export interface StateOutput extends At {
  readonly from: EngineState
  readonly to: EngineState
}

/** What became of the process and its clock. */
export interface SystemOutput extends At {
  readonly fact: SystemFact
  readonly value: number
}

/** What an operator must hear of (`core/execution/alerts.ts`); `text` names the rule. */
export interface AlertOutput extends At {
  readonly code: AlertCode
  readonly critical: boolean
  readonly symbol: string | undefined
  readonly broker: string | undefined
}

const FILLED = REPORT_TYPES.indexOf('filled')

const word = (r: RecordView, i: number): number => r.words[i] as number
const at = (r: RecordView): At => ({ seq: word(r, 1), t: word(r, 2) })
const sideOf = (x: number): 'buy' | 'sell' => (x > 0 ? 'buy' : 'sell')

/** Decoders of one run; each gives undefined for a record that is not of its stream. */
export class Decoder {
  readonly #setup: EngineSetup
  readonly #booked = new BookedFills()

  constructor(setup: EngineSetup) {
    this.#setup = setup
  }

  #scales(id: number) {
    const i = this.#setup.instruments[id]
    if (i === undefined) return { symbol: '', currency: this.#setup.base, price: 1, qty: 1, money: 1 }
    const money = pow10(moneyDecimals(i.currency))
    return { symbol: i.symbol, currency: i.currency, price: pow10(i.priceDecimals), qty: pow10(i.qtyDecimals), money }
  }

  fill = (r: RecordView): FillOutput | undefined => {
    const reported = r.kind === KIND.report && word(r, 3) === FILLED
    const f = reported ? reportedFill(r) : this.#booked.look(r)
    if (f === undefined) return undefined
    const s = this.#scales(f.instrument)
    return {
      ...{ seq: f.seq, t: f.t, symbol: s.symbol, orderId: f.orderId, side: sideOf(f.side), currency: s.currency },
      ...{ qty: f.qty / s.qty, price: f.price / s.price, fee: f.fee / s.money, tax: f.tax / s.money },
    }
  }

  order = (r: RecordView): OrderOutput | undefined => {
    if (r.kind !== KIND.order) return undefined
    const s = this.#scales(r.instrument)
    return {
      ...at(r),
      symbol: s.symbol,
      orderId: word(r, 3),
      side: sideOf(word(r, 6)),
      type: ORDER_TYPES[word(r, 7)] as OrderType,
      qty: word(r, 9) / s.qty,
      state: ORDER_STATES[word(r, 12)] as OrderState,
      cumQty: word(r, 14) / s.qty,
    }
  }

  decision = (r: RecordView): DecisionOutput | undefined => {
    if (r.kind !== KIND.decision) return undefined
    const s = this.#scales(r.instrument)
    const orderId = word(r, 8)
    return {
      ...at(r),
      symbol: s.symbol,
      action: ACTIONS[word(r, 3)] as Action,
      reasons: reasonsOf(word(r, 5)),
      qty: word(r, 6) / s.qty,
      orderId: orderId === 0 ? undefined : orderId,
    }
  }

  equity = (r: RecordView): EquityOutput | undefined => {
    if (r.kind !== KIND.equity) return undefined
    const m = pow10(moneyDecimals(this.#setup.base))
    const [equity, cash, exposure] = [word(r, 3) / m, word(r, 4) / m, word(r, 5) / m]
    return { ...at(r), equity, cash, exposure, drawdown: word(r, 6) }
  }

  alert = (r: RecordView): AlertOutput | undefined => {
    if (r.kind !== KIND.alert) return undefined
    const code = ALERT_CODES[word(r, 3)] as AlertCode
    const symbol = this.#setup.instruments[r.instrument]?.symbol
    return { ...at(r), code, critical: word(r, 4) === 1, symbol, broker: this.#setup.brokers[word(r, 5)] }
  }

  state = (r: RecordView): StateOutput | undefined => {
    if (r.kind !== KIND.state) return undefined
    return { ...at(r), from: ENGINE_STATES[word(r, 3)] as EngineState, to: ENGINE_STATES[word(r, 4)] as EngineState }
  }

  system = (r: RecordView): SystemOutput | undefined => {
    if (r.kind !== KIND.system) return undefined
    return { ...at(r), fact: SYSTEM_FACTS[word(r, 3)] as SystemFact, value: word(r, 4) }
  }
}
