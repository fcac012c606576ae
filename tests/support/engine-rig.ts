/**
 * A real engine on a bench: brokers, instruments and time in the hands of the test. Every short word is one event stepped
 * (or the answer to one command), so that a directed test reads like a story. Prices and cash are written in currency
 * units and turned into exact integers; times are seconds after the start. A wish of the strategy is a timer event, and
 * its handler asks the engine as any agent would. Nothing is simulated: what no word says does not happen.
 */
import { type Micros, SECOND } from '../../src/core/base/time.ts'
import type { FeedShape } from '../../src/core/data/feed-shape.ts'
import {
  type AgentContext,
  type AgentDefinition,
  defineAgent,
  type OrderRequest,
} from '../../src/core/decision/agent.ts'
import { type BrokerRules, SIM_BROKER } from '../../src/core/domain/broker.ts'
import type { Command } from '../../src/core/domain/command.ts'
import type {
  BookedFill,
  BookedOrder,
  BooksEvent,
  ChangeableLimit,
  LinkState,
  OperatorAction,
  SystemFact,
} from '../../src/core/domain/control.ts'
import type { Calendar } from '../../src/core/domain/calendar.ts'
import type { CashKind, EngineEvent, ReportEvent } from '../../src/core/domain/event.ts'
import type { FeeModel } from '../../src/core/domain/fees.ts'
import type { Instrument } from '../../src/core/domain/instrument.ts'
import type { TradingStatus } from '../../src/core/domain/phase.ts'
import type { DenialReason, RejectReason } from '../../src/core/domain/reason.ts'
import { type Currency, moneyDecimals } from '../../src/core/domain/units.ts'
import type { Desk } from '../../src/core/engine/desk.ts'
import { Engine } from '../../src/core/engine/engine.ts'
import { KIND } from '../../src/core/engine/records.ts'
import type { EngineSetup } from '../../src/core/engine/setup.ts'
import { ALERT_CODES, type AlertCode } from '../../src/core/execution/alerts.ts'
import { ENGINE_STATES, type OrderIntent } from '../../src/core/execution/gate.ts'
import type { RiskLimits } from '../../src/core/execution/limits.ts'
import type { OrderRow } from '../../src/core/execution/orders.ts'
import { venueRules } from '../../src/reference/price-limits.ts'
import { calendarOf } from '../../src/reference/calendars.ts'
import { RECORD_SHAPES, textOf, viewRecord } from '../../src/runtime/record-fields.ts'
import { LIMITS, T0 } from './memory-run.ts'

/** Dollars as money units, from text or a number of at most six decimals. */
export const usd = (amount: string | number): number => Math.round(Number(amount) * 1e6)
export const krw = (amount: string | number): number => Math.round(Number(amount) * 1e4)

export const at = (iso: string): Micros => Date.parse(iso) * 1000

/** A broker of the real kind: orders carry our id, its books are compared every 30 s. */
export const LIVE_BROKER: BrokerRules = { ...SIM_BROKER, reconcileEvery: 30 * SECOND }

export type InstrumentWish = Partial<Instrument> & { readonly symbol: string }

export interface RigWish {
  readonly symbols?: readonly (string | InstrumentWish)[]
  readonly brokers?: readonly Partial<BrokerRules>[]
  readonly arming?: 'firstEvent' | 'operator'
  readonly limits?: Partial<RiskLimits>
  /** By broker: currency → amount in units. */
  readonly cash?: readonly Readonly<Partial<Record<Currency, number>>>[]
  readonly shape?: Partial<FeedShape>
  readonly calendar?: Calendar
  readonly fees?: FeeModel
  readonly t0?: Micros
}

/** One record by its field names; values beyond the named ones under `rest`. */
export interface Row {
  readonly stream: string
  readonly instrument: number
  readonly rest: readonly number[]
  readonly [field: string]: unknown
}

export interface AlertRow {
  readonly code: AlertCode
  readonly broker: number
  readonly instrument: number
  readonly critical: boolean
  readonly text: string
  readonly values: readonly number[]
  readonly t: Micros
}

export type Answer = number | readonly DenialReason[]

const TICKS: FeedShape = {
  quotes: true,
  trades: true,
  bars: false,
  sessionBars: false,
  oneSided: false,
  barMicros: 0,
}

function instrumentsOf(wishes: readonly (string | InstrumentWish)[]): Instrument[] {
  const full = wishes.map((w) => {
    const wish = typeof w === 'string' ? { symbol: w } : w
    const base = { id: 0, venue: 'GEN', currency: 'USD', priceDecimals: 2, qtyDecimals: 0, lot: 1 } as const
    const rest = { ticks: [{ from: 0, tick: 1 }], economicId: `X:${wish.symbol}`, allowShort: false }
    return { ...base, ...rest, ...wish }
  })
  full.sort((a, b) => (a.symbol < b.symbol ? -1 : a.symbol > b.symbol ? 1 : a.venue < b.venue ? -1 : 1))
  return full.map((i, id) => ({ ...i, id }))
}

function setupOf(o: RigWish, agent: AgentDefinition): EngineSetup {
  const instruments = instrumentsOf(o.symbols ?? ['AAA'])
  const rules = (o.brokers ?? [SIM_BROKER]).map((b) => ({ ...SIM_BROKER, ...b }))
  const cash: NonNullable<RigWish['cash']> = o.cash ?? rules.map(() => ({ USD: 100_000 }))
  const named = [...instruments.map((i) => i.currency), ...cash.flatMap((c) => Object.keys(c) as Currency[]), 'USD']
  const currencies = [...new Set(named as Currency[])].sort()
  const routes = currencies.map((currency) => {
    const instrument = instruments.findIndex((i) => i.venue === 'FX' && i.symbol === `USD${currency}`)
    return currency === 'USD' ? undefined : { currency, instrument, inverse: true }
  })
  return {
    instruments,
    calendars: instruments.map((i) => o.calendar ?? calendarOf(i.venue === 'FX' ? 'GEN' : i.venue)),
    shapes: instruments.map(() => ({ ...TICKS, ...o.shape })),
    currencies,
    base: 'USD',
    routes,
    brokers: rules.map((_, i) => `broker${i}`),
    brokerRules: rules,
    arming: o.arming ?? 'firstEvent',
    cash: cash.map((of) => currencies.map((c) => Math.round((of[c] ?? 0) * 10 ** moneyDecimals(c)))),
    limits: { ...LIMITS, ...o.limits },
    fees: o.fees ?? { kind: 'none' },
    rules: instruments.map((i) => (i.venue === 'FX' ? [] : venueRules(i))),
    agent,
    agentParams: new Map(),
  }
}

export class Rig {
  engine: Engine
  readonly setup: EngineSetup
  /** Every command since the start, in order. */
  readonly commands: Command[] = []
  t: Micros
  readonly #records: Float64Array[] = []
  readonly #texts = new Map<number, string>()
  #wish: ((ctx: AgentContext, desk: Desk) => void) | undefined
  #fillNos = new Map<number, number>()

  constructor(o: RigWish = {}) {
    this.t = o.t0 ?? T0
    const agent = defineAgent({
      name: 'rig',
      subscribe: () => ({}),
      init: () => ({}),
      onTimer: (_state, _id, ctx) => this.#wish?.(ctx, this.desk),
    })
    this.setup = setupOf(o, agent as unknown as AgentDefinition)
    this.engine = this.#make()
  }

  #make(): Engine {
    return new Engine(this.setup, {
      block: (bytes, lengths, count) => {
        const words = new Float64Array(bytes.slice().buffer)
        for (let i = 0, from = 0; i < count; i++) {
          const n = (lengths[i] as number) / 8
          this.#records.push(words.subarray(from, from + n))
          from += n
        }
      },
    })
  }

  get desk(): Desk {
    return this.engine.desk
  }

  get state(): string {
    return this.desk.state
  }

  get equity(): number {
    return this.desk.valuation.equity
  }

  id(symbol: string): number {
    const found = this.setup.instruments.findIndex((i) => i.symbol === symbol || `${i.venue}:${i.symbol}` === symbol)
    if (found < 0) throw new Error(`the rig has no ${symbol}`)
    return found
  }

  price(symbol: string, units: number): number {
    return Math.round(units * 10 ** (this.setup.instruments[this.id(symbol)] as Instrument).priceDecimals)
  }

  // ---------------------------------------------------------------------------------------------------- time, events

  /** Seconds later; nothing happens by that alone. */
  wait(seconds: number): this {
    this.t += Math.round(seconds * SECOND)
    return this
  }

  /** The given seconds pass, and the engine is told. */
  pass(seconds: number, every = seconds): this {
    for (let left = Math.round(seconds * SECOND); left > 0; left -= Math.round(every * SECOND)) {
      this.t += Math.min(left, Math.round(every * SECOND))
      this.system('moment')
    }
    return this
  }

  step(e: EngineEvent): this {
    this.engine.step(e)
    this.commands.push(...this.engine.takeCommands())
    return this
  }

  // ------------------------------------------------------------------------------------------------------ the market

  /** A quote with no spread, so that the mark is the price itself. */
  mark(symbol: string, price: number, ago = 0): this {
    return this.quote(symbol, price, price, ago)
  }

  quote(symbol: string, bid: number, ask: number, ago = 0): this {
    const [instrument, venueT] = [this.id(symbol), this.t - Math.round(ago * SECOND)]
    const prices = { bid: this.price(symbol, bid), ask: this.price(symbol, ask) }
    return this.step({ type: 'quote', t: this.t, venueT, instrument, ...prices, bidSize: 1e6, askSize: 1e6, flags: 0 })
  }

  print(symbol: string, price: number, size = 100, ago = 0): this {
    const [instrument, venueT] = [this.id(symbol), this.t - Math.round(ago * SECOND)]
    return this.step({ type: 'trade', t: this.t, venueT, instrument, price: this.price(symbol, price), size, flags: 0 })
  }

  bar(symbol: string, close: number, open = close): this {
    const [c, o] = [this.price(symbol, close), this.price(symbol, open)]
    const prices = { open: o, high: Math.max(c, o), low: Math.min(c, o), close: c, volume: 1000 }
    const quotes = { bidOpen: 0, askOpen: 0, bidClose: 0, askClose: 0 }
    const start = this.t - 60 * SECOND
    return this.step({ type: 'bar', t: this.t, start, instrument: this.id(symbol), ...prices, ...quotes })
  }

  trade(symbol: string, price: number, size = 100): this {
    const e = {
      t: this.t,
      venueT: this.t,
      instrument: this.id(symbol),
      price: this.price(symbol, price),
      size,
      flags: 0,
    }
    return this.step({ type: 'trade', ...e })
  }

  fx(symbol: string, rate: number): this {
    const e = { t: this.t, venueT: this.t, instrument: this.id(symbol), rate: this.price(symbol, rate) }
    return this.step({ type: 'fx', ...e })
  }

  status(symbol: string, status: TradingStatus): this {
    const e = { t: this.t, venueT: this.t, instrument: this.id(symbol), status, reason: 'none', until: 0 } as const
    return this.step({ type: 'status', ...e })
  }

  split(symbol: string, num: number, den = 1): this {
    const e = { t: this.t, instrument: this.id(symbol), kind: 'split', num, den, amount: 0, withheld: 0 } as const
    return this.step({ type: 'action', ...e })
  }

  rename(symbol: string): this {
    const e = {
      t: this.t,
      instrument: this.id(symbol),
      kind: 'rename',
      num: 1,
      den: 1,
      amount: 0,
      withheld: 0,
    } as const
    return this.step({ type: 'action', ...e })
  }

  // ---------------------------------------------------------------------------------------------------- the strategy

  /** Runs a handler of the strategy at this moment. */
  think<T>(wish: (ctx: AgentContext, desk: Desk) => T): T | undefined {
    let answer: T | undefined
    this.#wish = (ctx, desk) => {
      answer = wish(ctx, desk)
    }
    this.step({ type: 'timer', t: this.t, timerId: 1 })
    this.#wish = undefined
    return answer
  }

  /** The order's id, or why it was denied. */
  order(r: OrderRequest): Answer {
    const answer = this.think((ctx) => ctx.order(r))
    if (answer === undefined) return ['state']
    return answer.ok ? answer.orderId : answer.reasons
  }

  buy(symbol: string, qty: number, limit?: number): Answer {
    return this.order({ symbol, side: 'buy', qty, ...(limit === undefined ? {} : { type: 'limit', limit }) })
  }

  sell(symbol: string, qty: number, limit?: number): Answer {
    return this.order({ symbol, side: 'sell', qty, ...(limit === undefined ? {} : { type: 'limit', limit }) })
  }

  /** As `buy` and `sell`, at a broker of the test's choice; a negative quantity sells. */
  place(broker: number, symbol: string, qty: number, limit = 0, more: Partial<OrderIntent> = {}): Answer {
    const answer = this.think((_ctx, desk) => {
      const terms = { instrument: this.id(symbol), side: qty > 0 ? 1 : -1, qty: Math.abs(qty), stop: 0 } as const
      const orderType = limit > 0 ? 'limit' : 'market'
      const kind = { orderType, limit: this.price(symbol, limit), timeInForce: 'DAY', origin: 'agent' } as const
      return desk.place({ intentId: desk.nextIntentId++, broker, ...terms, ...kind, ...more }, 'test')
    })
    if (answer === undefined) return ['state']
    return 'orderId' in answer ? answer.orderId : answer.reasons
  }

  cancel(orderId: Answer): boolean {
    return this.think((ctx) => ctx.cancel(sent(orderId))) ?? false
  }

  replace(orderId: Answer, change: { qty?: number; limit?: number }): Answer {
    const answer = this.think((ctx) => ctx.replace(sent(orderId), change))
    if (answer === undefined) return ['state']
    return answer.ok ? answer.orderId : answer.reasons
  }

  // ------------------------------------------------------------------------------------------------------ the broker

  row(orderId: Answer): OrderRow {
    const row = this.desk.orders.get(sent(orderId))
    if (row === undefined) throw new Error(`no order ${sent(orderId)}`)
    return row
  }

  report(orderId: Answer, e: { type: ReportEvent['type'] } & Readonly<Record<string, unknown>>): this {
    const broker = this.desk.orders.get(sent(orderId))?.broker ?? 0
    return this.step({ t: this.t, broker, orderId: sent(orderId), ...e } as unknown as EngineEvent)
  }

  ack(orderId: Answer): this {
    return this.report(orderId, { type: 'accepted' })
  }

  reject(orderId: Answer, reason: RejectReason = 'broker'): this {
    return this.report(orderId, { type: 'rejected', reason })
  }

  canceled(orderId: Answer): this {
    return this.report(orderId, { type: 'canceled' })
  }

  absent(orderId: Answer, proves = true): this {
    return this.report(orderId, { type: 'absent', proves })
  }

  /** A fill of one of our orders; numbers follow each other unless one is given. Fee and tax in currency units. */
  fill(orderId: Answer, qty: number, price: number, o: { fillNo?: number; fee?: number; tax?: number } = {}): this {
    const row = this.row(orderId)
    const { symbol, currency } = this.setup.instruments[row.instrument] as Instrument
    const scale = 10 ** moneyDecimals(currency)
    const fillNo = o.fillNo ?? (this.#fillNos.get(row.orderId) ?? 0) + 1
    this.#fillNos.set(row.orderId, fillNo)
    const costs = { fee: Math.round((o.fee ?? 0) * scale), tax: Math.round((o.tax ?? 0) * scale) }
    const what = { instrument: row.instrument, side: row.side, qty, price: Math.round(this.price(symbol, price)) }
    return this.report(orderId, { type: 'filled', fillNo, ...what, ...costs, cumQty: row.cumQty + qty })
  }

  /** Bought at a price and filled there; a limit order, so that the mark decides nothing else. */
  hold(symbol: string, qty: number, price: number, broker = 0): number {
    const id = sent(this.place(broker, symbol, qty, price))
    this.ack(id).fill(id, qty, price)
    return id
  }

  link(broker: number, link: LinkState): this {
    return this.step({ type: 'link', t: this.t, broker, link })
  }

  /** The broker answers the last request for its books: by default with what we believe ourselves. */
  books(broker = 0, differs: Partial<Pick<BooksEvent, 'orders' | 'fills' | 'positions' | 'cash'>> = {}): this {
    return this.step({ ...this.ourBooks(broker), ...differs })
  }

  ourBooks(broker: number): BooksEvent {
    const { ledger, orders, books } = this.desk
    const working = orders.live.filter((o) => o.broker === broker)
    const ours = working.map((o) => this.booked(o.orderId))
    const positions = (ledger.positions[broker] ?? []).map((p, instrument) => {
      return { instrument, qty: p.qty + p.external, sellable: p.qty + p.external, avgPrice: 0 }
    })
    const cash = ledger.currencies.map((_, currency) => ({ currency, amount: ledger.cashOf(broker, currency) }))
    const head = { type: 'books', t: this.t, broker, requestId: books.of(broker).requestId } as const
    return { ...head, orders: ours, fills: [], positions: positions.filter((p) => p.qty !== 0), cash }
  }

  booked(orderId: Answer, differs: Partial<BookedOrder> = {}): BookedOrder {
    const { instrument, side, qty, cumQty, limit } = this.row(orderId)
    return { orderId: sent(orderId), externalId: 0, instrument, side, qty, cumQty, limit, state: 'working', ...differs }
  }

  bookedFill(orderId: Answer, qty: number, price: number, fillNo = 1): BookedFill {
    const { instrument, side } = this.row(orderId)
    const { symbol } = this.setup.instruments[instrument] as Instrument
    return { orderId: sent(orderId), fillNo, instrument, side, qty, price: this.price(symbol, price), fee: 0, tax: 0 }
  }

  /** Holdings of a broker by symbol, for `books`. */
  holdings(of: Readonly<Record<string, number>>): NonNullable<BooksEvent['positions']> {
    return Object.entries(of).map(([symbol, qty]) => ({ instrument: this.id(symbol), qty, sellable: qty, avgPrice: 0 }))
  }

  /** Dollars of a broker, for `books`. */
  dollars(amount: number): NonNullable<BooksEvent['cash']> {
    return [{ currency: this.setup.currencies.indexOf('USD'), amount }]
  }

  power(broker: number, currency: Currency, units: number): this {
    const amount = Math.round(units * 10 ** moneyDecimals(currency))
    const index = this.setup.currencies.indexOf(currency)
    return this.step({ type: 'buyingPower', t: this.t, broker, currency: index, amount })
  }

  external(broker: number, symbol: string, qty: number, price: number): this {
    const terms = { side: qty > 0 ? 1 : -1, qty: Math.abs(qty), price: this.price(symbol, price) } as const
    return this.step({ type: 'externalFill', t: this.t, broker, instrument: this.id(symbol), ...terms, fee: 0, tax: 0 })
  }

  cash(amount: number, kind: CashKind, broker = 0, currency: Currency = 'USD'): this {
    const index = this.setup.currencies.indexOf(currency)
    return this.step({ type: 'cash', t: this.t, broker, currency: index, amount, kind })
  }

  // ------------------------------------------------------------------------------------- the operator and the process

  operator(action: OperatorAction, o: { broker?: number; symbol?: string; value?: number; price?: number } = {}): this {
    const instrument = o.symbol === undefined ? -1 : this.id(o.symbol)
    const price = o.symbol === undefined ? 0 : this.price(o.symbol, o.price ?? 0)
    const rest = { broker: o.broker ?? -1, value: o.value ?? 0, price }
    return this.step({ type: 'operator', t: this.t, action, instrument, ...rest })
  }

  system(fact: SystemFact, value = 0): this {
    return this.step({ type: 'system', t: this.t, fact, value })
  }

  limit(limit: ChangeableLimit, num: number, den = 1): this {
    return this.step({ type: 'limits', t: this.t, changes: [{ limit, num, den }] })
  }

  /** A new process from what is durable: JSON, a fresh engine, and the first event of the incarnation. */
  restart(seconds: number, value = 1): this {
    this.reload()
    return this.wait(seconds).system('restarted', value)
  }

  /** The same from JSON, with no event. */
  reload(): this {
    this.engine.records.flush()
    const json = JSON.stringify(this.engine.snapshot())
    this.engine = this.#make()
    this.engine.restore(JSON.parse(json))
    return this
  }

  /** Links up, books equal to ours, armed by the operator: LIVE. Needs a first mark or rate where money is foreign. */
  live(): this {
    this.system('restarted', 0)
    this.setup.brokers.forEach((_, b) => this.link(b, 'up').books(b))
    return this.operator('arm')
  }

  // --------------------------------------------------------------------------------------------------- what is seen

  rows(stream: string): Row[] {
    this.engine.records.flush()
    const out: Row[] = []
    for (const words of this.#records) {
      const view = viewRecord(words)
      if (view.kind === KIND.text) this.#texts.set(words[2] as number, textOf(view))
      const shape = RECORD_SHAPES.get(view.kind)
      if (shape?.stream !== stream) continue
      const named = Object.fromEntries(shape.fields.map((f, i) => [f, words[i + 1]]))
      const rest = [...words.subarray(shape.fields.length + 1)]
      out.push({ ...named, stream, instrument: view.instrument, rest })
    }
    return out
  }

  /** The bytes of everything recorded, as words: what the digest is made of. */
  words(): number[] {
    this.engine.records.flush()
    return this.#records.flatMap((r) => [...r])
  }

  alerts(code?: AlertCode): AlertRow[] {
    const all = this.rows('alerts').map((r) => ({
      code: ALERT_CODES[r.code as number] as AlertCode,
      broker: r.broker as number,
      instrument: r.instrument,
      critical: r.critical === 1,
      text: this.#texts.get(r.text as number) ?? '',
      values: r.rest,
      t: r.t as Micros,
    }))
    return code === undefined ? all : all.filter((a) => a.code === code)
  }

  /** States entered, in order. */
  states(): string[] {
    return this.rows('states').map((r) => ENGINE_STATES[r.to as number] as string)
  }

  /** Orders sent, oldest first, or those of one symbol. */
  sent(symbol?: string): Extract<Command, { type: 'submit' }>[] {
    const id = symbol === undefined ? -1 : this.id(symbol)
    return this.commands.filter((c) => c.type === 'submit').filter((c) => id < 0 || c.instrument === id)
  }

  cancels(): number[] {
    return this.commands.flatMap((c) => (c.type === 'cancel' ? [c.orderId] : []))
  }

  asked(type: 'query' | 'reconcile' | 'connect'): Command[] {
    return this.commands.filter((c) => c.type === type)
  }

  held(symbol: string, broker = 0): number {
    return this.desk.ledger.position(broker, this.id(symbol)).qty
  }

  externalOf(symbol: string, broker = 0): number {
    return this.desk.ledger.position(broker, this.id(symbol)).external
  }

  cashOf(broker = 0, currency: Currency = 'USD'): number {
    return this.desk.ledger.cashOf(broker, this.setup.currencies.indexOf(currency))
  }

  /** The one exit order at work, or undefined. */
  exit(): OrderRow | undefined {
    return this.desk.orders.live.find((o) => o.origin !== 'agent')
  }
}

/** The id of an order that must have been sent. */
export function sent(answer: Answer): number {
  if (typeof answer !== 'number') throw new Error(`denied: ${answer.join(' ')}`)
  return answer
}

/** A rig that is LIVE with a mark on every symbol: one simulated broker, 100,000 dollars, unless told otherwise. */
export function trading(price = 100, o: RigWish = {}): Rig {
  const rig = new Rig(o)
  for (const i of rig.setup.instruments) if (i.venue === 'FX') rig.fx(i.symbol, 1000)
  for (const i of rig.setup.instruments) if (i.venue !== 'FX') rig.mark(`${i.venue}:${i.symbol}`, price)
  return rig
}

/** As `trading`, with brokers that have links and books of their own, reconciled and armed. */
export function atBrokers(price = 100, o: RigWish = {}): Rig {
  const brokers = (o.brokers ?? [{}]).map((b) => ({ ...LIVE_BROKER, ...b }))
  const rig = new Rig({ ...o, brokers, arming: 'operator' })
  for (const i of rig.setup.instruments) if (i.venue === 'FX') rig.fx(i.symbol, 1000)
  for (const i of rig.setup.instruments) if (i.venue !== 'FX') rig.mark(`${i.venue}:${i.symbol}`, price)
  return rig.live()
}
