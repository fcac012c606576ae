/**
 * The tables of a run directory (`contract.md` 5), written from its journal after the loop. Money, prices and
 * quantities are exact decimal texts; from these files alone anybody recomputes cash, positions and equity.
 */
import { join } from 'node:path'
import { fromScaled } from '../core/base/decimal.ts'
import { ACTION_KINDS, CASH_KINDS } from '../core/domain/event.ts'
import { ORDER_STATES, ORDER_TYPES } from '../core/domain/order.ts'
import { REJECT_REASONS } from '../core/domain/reason.ts'
import { type Currency, type Money, moneyDecimals } from '../core/domain/units.ts'
import { ACTIONS } from '../core/engine/desk.ts'
import { KIND } from '../core/engine/records.ts'
import type { EngineSetup } from '../core/engine/setup.ts'
import { ALERT_CODES } from '../core/execution/alerts.ts'
import { reasonsOf } from '../core/execution/gate.ts'
import { CsvFile, csvText } from './csv-file.ts'
import { FillBook, type FillMovement, type Movement } from './fill-book.ts'
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

/** Average prices are not always finite decimals: this many digits behind those of the price. */
const AVERAGE_DIGITS = 6

export class Tables {
  readonly #setup: EngineSetup
  readonly #lineage: string
  readonly #files: Record<TableName, CsvFile>
  readonly #texts = new Map<number, string>()
  readonly #book: FillBook

  /** `lineage` is the run's short name in its order ids. */
  constructor(dir: string, setup: EngineSetup, lineage: string) {
    this.#setup = setup
    this.#lineage = lineage
    const names = Object.keys(HEADERS) as TableName[]
    const files = names.map((name) => [name, new CsvFile(join(dir, `${name}.csv`), HEADERS[name])])
    this.#files = Object.fromEntries(files) as Record<TableName, CsvFile>
    this.#book = new FillBook(setup.instruments, (m) => this.#movement(m))
  }

  record(r: RecordView): void {
    this.#book.record(r)
    switch (r.kind) {
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

  #movement(m: Movement): void {
    if (m.kind === 'fill') this.#fill(m)
    else if (m.kind === 'costs') {
      // What a fill turned out to cost more is no fill: its row stands as it was written.
      const { currency } = this.#instrument(m.instrument)
      if (m.fee !== 0) this.#cashLine(m.seq, m.t, currency, -m.fee, 'fee')
      if (m.tax !== 0) this.#cashLine(m.seq, m.t, currency, -m.tax, 'tax')
    }
  }

  /** What was booked, once each; one that was taken back is a row of the other side, with its costs returned. */
  #fill(m: FillMovement): void {
    const i = this.#instrument(m.instrument)
    const money = moneyDecimals(i.currency)
    const orderId = this.#orderId(m.orderId)
    const fillId = `${orderId}.${m.fillNo}${m.sign < 0 ? '-reversed' : ''}`
    const head = `${m.seq},${m.t},${orderId},${fillId},${this.#setup.brokers[m.broker]},${csvText(i.symbol)}`
    const size = `${fromScaled(m.qty, i.qtyDecimals)},${fromScaled(m.price, i.priceDecimals)}`
    const costs = `${i.currency},${fromScaled(m.sign * m.fee, money)},${fromScaled(m.sign * m.tax, money)}`
    this.#files.fills.line(`${head},${sideText(m.sign * m.side)},${size},${costs}`)
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
    this.#cashLine(w[1] as number, w[2] as number, currency, w[5] as number, CASH_KINDS[w[6] as number] ?? '')
  }

  #cashLine(seq: number, t: number, currency: Currency, amount: Money, kind: string): void {
    this.#files.cash.line(`${seq},${t},${currency},${fromScaled(amount, moneyDecimals(currency))},${kind}`)
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
