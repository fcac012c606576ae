/**
 * The tables of a run directory (`contract.md` 5), written from its journal after the loop. Money, prices and
 * quantities are exact decimal texts; from these files alone anybody recomputes cash, positions and equity.
 */
import { join } from 'node:path'
import { fromScaled } from '../core/base/decimal.ts'
import { ACTION_KINDS, CASH_KINDS } from '../core/domain/event.ts'
import { ORDER_STATES, ORDER_TYPES } from '../core/domain/order.ts'
import { REJECT_REASONS } from '../core/domain/reason.ts'
import { moneyDecimals } from '../core/domain/units.ts'
import { ACTIONS } from '../core/engine/desk.ts'
import { KIND, REPORT_TYPES } from '../core/engine/records.ts'
import type { EngineSetup } from '../core/engine/setup.ts'
import { ALERT_CODES } from '../core/execution/alerts.ts'
import { reasonsOf } from '../core/execution/gate.ts'
import { BookedFills, type FillRow, reportedFill } from './booked-fills.ts'
import { CsvFile, csvText } from './csv-file.ts'
import { type RecordView, textOf } from './record-fields.ts'

const HEADERS = {
  fills: 'seq,t,order_id,fill_id,broker,symbol,side,qty,price,currency,fee,tax',
  orders: 'seq,t,order_id,intent_id,broker,symbol,side,type,qty,limit,state,reason,cum_qty,avg_price',
  equity: 'seq,t,equity,cash,exposure,drawdown',
  cash: 'seq,t,currency,amount,kind',
  actions: 'seq,t,symbol,ratio,cash',
  alerts: 'seq,t,code,critical,broker,symbol,text',
  decisions: 'seq,t,symbol,action,rule,verdict,reasons,order_id,qty,limit,notes',
} as const

type TableName = keyof typeof HEADERS

const FILLED = REPORT_TYPES.indexOf('filled')

/** Average prices are not always finite decimals: this many digits behind those of the price. */
const AVERAGE_DIGITS = 6

export class Tables {
  readonly #setup: EngineSetup
  readonly #lineage: string
  readonly #files: Record<TableName, CsvFile>
  readonly #texts = new Map<number, string>()
  readonly #booked = new BookedFills()

  /** `lineage` is the run's short name in its order ids. */
  constructor(dir: string, setup: EngineSetup, lineage: string) {
    this.#setup = setup
    this.#lineage = lineage
    const names = Object.keys(HEADERS) as TableName[]
    const files = names.map((name) => [name, new CsvFile(join(dir, `${name}.csv`), HEADERS[name])])
    this.#files = Object.fromEntries(files) as Record<TableName, CsvFile>
  }

  record(r: RecordView): void {
    switch (r.kind) {
      case KIND.report:
        if (r.words[3] === FILLED) this.#fill(reportedFill(r))
        break
      case KIND.books:
      case KIND.explain:
        this.#recovered(r)
        break
      case KIND.order:
        this.#order(r)
        break
      case KIND.alert:
        this.#alert(r)
        break
      case KIND.action:
        this.#action(r)
        break
      case KIND.equity:
        this.#equity(r)
        break
      case KIND.decision:
        this.#decision(r)
        break
      case KIND.booked:
      case KIND.cash:
        this.#cash(r)
        break
      case KIND.text:
        this.#texts.set(r.words[2] as number, textOf(r))
        break
      default:
    }
  }

  close(): void {
    for (const file of Object.values(this.#files)) file.close()
  }

  #orderId(id: number): string {
    return `${this.#lineage}-${id}`
  }

  #recovered(r: RecordView): void {
    const fill = this.#booked.look(r)
    if (fill !== undefined) this.#fill(fill)
  }

  #fill(f: FillRow): void {
    const i = this.#instrument(f.instrument)
    const { seq, t, broker, orderId: order, fillNo: no, side, qty, price, fee, tax } = f
    const money = moneyDecimals(i.currency)
    const orderId = this.#orderId(order)
    const head = `${seq},${t},${orderId},${orderId}.${no},${this.#setup.brokers[broker]},${csvText(i.symbol)}`
    const size = `${fromScaled(qty, i.qtyDecimals)},${fromScaled(price, i.priceDecimals)}`
    const costs = `${i.currency},${fromScaled(fee, money)},${fromScaled(tax, money)}`
    this.#files.fills.line(`${head},${sideText(side)},${size},${costs}`)
  }

  #order({ words: w, instrument: id }: RecordView): void {
    const i = this.#instrument(id)
    const [seq, t, order, intent, broker, side, type, , qty, limit, , state, reason, cum, value] = w.subarray(
      1,
    ) as unknown as number[]
    const ids = `${this.#orderId(order as number)},${this.#lineage}-i${intent},${this.#setup.brokers[broker as number]}`
    const limitText = limit === 0 ? '' : fromScaled(limit as number, i.priceDecimals)
    const terms = `${sideText(side as number)},${ORDER_TYPES[type as number]},${fromScaled(qty as number, i.qtyDecimals)},${limitText}`
    const why = (reason as number) >= 0 ? REJECT_REASONS[reason as number] : ''
    const filled = `${fromScaled(cum as number, i.qtyDecimals)},${average(value as number, cum as number, i.priceDecimals)}`
    this.#files.orders.line(
      `${seq},${t},${ids},${csvText(i.symbol)},${terms},${ORDER_STATES[state as number]},${why},${filled}`,
    )
  }

  #equity({ words: w }: RecordView): void {
    const d = moneyDecimals(this.#setup.base)
    const drawdown = w[6] === 0 ? '0' : (w[6] as number).toFixed(12)
    const amounts = `${fromScaled(w[3] as number, d)},${fromScaled(w[4] as number, d)},${fromScaled(w[5] as number, d)}`
    this.#files.equity.line(`${w[1]},${w[2]},${amounts},${drawdown}`)
  }

  #decision({ words: w, instrument: id }: RecordView): void {
    const i = this.#instrument(id)
    const [seq, t, action, rule, reasons, qty, limit, order] = w.subarray(1) as unknown as number[]
    const name = ACTIONS[action as number] ?? ''
    const verdict = reasons !== 0 ? 'denied' : name === 'note' ? '' : 'approved'
    const notes: string[] = []
    for (let k = 9; k + 1 < w.length; k += 2) notes.push(`${this.#texts.get(w[k] as number)}=${w[k + 1]}`)
    const why = `${csvText(this.#texts.get(rule as number) ?? '')},${verdict},${reasonsOf(reasons as number).join(' ')}`
    const orderId = order === 0 ? '' : this.#orderId(order as number)
    const terms = `${fromScaled(qty as number, i.qtyDecimals)},${limit === 0 ? '' : fromScaled(limit as number, i.priceDecimals)}`
    this.#files.decisions.line(
      `${seq},${t},${csvText(i.symbol)},${name},${why},${orderId},${terms},${csvText(notes.join(' '))}`,
    )
  }

  /** `ratio` is new shares for old ones, `cash` what one share pays before tax; what was paid stands in cash.csv. */
  #action({ words: w, instrument: id }: RecordView): void {
    const [seq, t, kind, num, den, amount] = w.subarray(1) as unknown as number[]
    const ratio = ACTION_KINDS[kind as number] === 'split' ? `${num}/${den}` : ''
    const cash = amount === 0 ? '' : fromScaled(amount as number, 8)
    this.#files.actions.line(`${seq},${t},${csvText(this.#instrument(id).symbol)},${ratio},${cash}`)
  }

  #alert({ words: w, instrument: id }: RecordView): void {
    const [seq, t, code, critical, broker, text] = w.subarray(1) as unknown as number[]
    const names = `${ALERT_CODES[code as number] ?? ''},${critical === 1 ? 'yes' : 'no'}`
    const where = `${this.#setup.brokers[broker as number] ?? ''},${id < 0 ? '' : csvText(this.#instrument(id).symbol)}`
    this.#files.alerts.line(`${seq},${t},${names},${where},${csvText(this.#texts.get(text as number) ?? '')}`)
  }

  #cash({ words: w }: RecordView): void {
    const currency = this.#setup.currencies[w[4] as number] ?? 'USD'
    const amount = fromScaled(w[5] as number, moneyDecimals(currency))
    this.#files.cash.line(`${w[1]},${w[2]},${currency},${amount},${CASH_KINDS[w[6] as number]}`)
  }

  #instrument(id: number) {
    const i = this.#setup.instruments[id]
    if (i === undefined) throw new Error(`a record names instrument ${id}, which the run does not have`)
    return i
  }
}

function sideText(side: number): string {
  return side > 0 ? 'buy' : 'sell'
}

function average(value: number, qty: number, decimals: number): string {
  if (qty === 0) return ''
  const scaled = (BigInt(value) * 10n ** BigInt(AVERAGE_DIGITS)) / BigInt(qty)
  return fromScaled(Number(scaled), decimals + AVERAGE_DIGITS)
}
