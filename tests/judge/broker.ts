/**
 * A scripted broker: its own simple books, which never contradict themselves. What it does with a message and when its
 * answers arrive is said from outside, operation by operation; what it says is always what its books hold at the moment
 * of saying, or held at the moment it was asked.
 */
import type { OrderCommand, SubmitOrder } from '../../src/core/domain/command.ts'
import type { BookedFill, BookedOrder, BookedState, BooksEvent, ExternalFill } from '../../src/core/domain/control.ts'
import type { CashEvent, ReportEvent } from '../../src/core/domain/event.ts'
import type { Instrument } from '../../src/core/domain/instrument.ts'

/** An event without its time: that is when it arrives. */
type Timeless<E> = E extends unknown ? Omit<E, 't'> : never
export type Report = Timeless<ReportEvent>
export type Message = Timeless<ReportEvent | ExternalFill | CashEvent | BooksEvent>

export interface VenueOrder {
  readonly id: number
  readonly instrument: number
  readonly side: 1 | -1
  qty: number
  limit: number
  stop: number
  cum: number
  state: BookedState
  fills: BookedFill[]
  /** How many fills it ever had: a number is never given twice. */
  count: number
}

export interface BrokerSetup {
  readonly index: number
  readonly instruments: readonly Instrument[]
  readonly currencies: readonly string[]
  readonly cash: readonly number[]
  /** Does it list orders that ended, and does an empty answer prove anything? */
  readonly tellsAll: boolean
  readonly feeBps: number
}

export class ScriptedBroker {
  readonly #s: BrokerSetup
  up = false
  readonly orders = new Map<number, VenueOrder>()
  /** Orders of others, by their number. */
  readonly foreign = new Map<number, BookedOrder>()
  readonly positions: number[]
  readonly cash: number[]
  /** Messages of ours that have arrived and wait for what becomes of them. */
  inbox: OrderCommand[] = []
  /** What it has said and has not arrived. */
  outbox: Message[] = []
  /** What has arrived once, for duplicates. */
  readonly said: Report[] = []
  /** Questions that wait for an answer. */
  queries: number[] = []
  asked: { id: number; then: Message }[] = []
  #external = 0

  constructor(setup: BrokerSetup) {
    this.#s = setup
    this.positions = setup.instruments.map(() => 0)
    this.cash = [...setup.cash]
  }

  get working(): VenueOrder[] {
    return [...this.orders.values()].filter((o) => o.state === 'working')
  }

  say(m: Message): void {
    if (this.up) this.outbox.push(m)
  }

  #head(id: number): { broker: number; orderId: number } {
    return { broker: this.#s.index, orderId: id }
  }

  receive(c: OrderCommand): void {
    if (this.up) this.inbox.push(c)
  }

  /** Takes a message from the inbox and does with it what is said. */
  handle(at: number, how: 'accept' | 'reject' | 'lose' | 'silent'): void {
    const [c] = this.inbox.splice(at, 1)
    if (c === undefined || how === 'lose') return
    const tell = (m: Message): void => {
      if (how !== 'silent') this.say(m)
    }
    if (c.type === 'submit') this.#submit(c, how === 'reject', tell)
    else if (c.type === 'cancel') this.#cancel(c.orderId, how === 'reject', tell)
    else this.#replace(c, how === 'reject', tell)
  }

  #submit(c: SubmitOrder, rejects: boolean, tell: (m: Message) => void): void {
    const state = rejects ? 'rejected' : 'working'
    const { instrument, side, qty, limit, stop } = c
    this.orders.set(c.orderId, {
      id: c.orderId,
      instrument,
      side,
      qty,
      limit,
      stop,
      cum: 0,
      state,
      fills: [],
      count: 0,
    })
    if (rejects) tell({ ...this.#head(c.orderId), type: 'rejected', reason: 'broker' })
    else tell({ ...this.#head(c.orderId), type: 'accepted' })
  }

  #cancel(id: number, rejects: boolean, tell: (m: Message) => void): void {
    const o = this.orders.get(id)
    const head = this.#head(id)
    if (o === undefined) return tell({ ...head, type: 'cancelRejected', reason: 'unknown_order' })
    if (o.state !== 'working' || rejects) return tell({ ...head, type: 'cancelRejected', reason: 'too_late' })
    o.state = 'canceled'
    tell({ ...head, type: 'canceled' })
  }

  #replace(c: OrderCommand & { type: 'replace' }, rejects: boolean, tell: (m: Message) => void): void {
    const o = this.orders.get(c.orderId)
    const head = this.#head(c.orderId)
    if (o === undefined) return tell({ ...head, type: 'replaceRejected', reason: 'unknown_order' })
    if (o.state !== 'working' || rejects || c.qty <= o.cum) {
      return tell({ ...head, type: 'replaceRejected', reason: 'too_late' })
    }
    Object.assign(o, { qty: c.qty, limit: c.limit, stop: c.stop })
    tell({ ...head, type: 'replaced', qty: c.qty, limit: c.limit, stop: c.stop })
  }

  #money(instrument: number, qty: number, price: number): { currency: number; value: number } {
    const i = this.#s.instruments[instrument] as Instrument
    const digits = i.currency === 'KRW' ? 4 : 6
    const value = qty * price * 10 ** (digits - i.priceDecimals - i.qtyDecimals)
    return { currency: this.#s.currencies.indexOf(i.currency), value }
  }

  #pay(instrument: number, side: number, qty: number, price: number, costs: number): void {
    const { currency, value } = this.#money(instrument, qty, price)
    this.cash[currency] = (this.cash[currency] as number) - side * value - costs
    this.positions[instrument] = (this.positions[instrument] as number) + side * qty
  }

  /** Fills a working order, more than it asked for where `over` says so. */
  fill(o: VenueOrder, qty: number, price: number, over = false, tell = true): void {
    const units = over ? qty : Math.min(qty, o.qty - o.cum)
    if (units <= 0 || price <= 0 || o.state !== 'working') return
    const fee = Math.ceil((this.#money(o.instrument, units, price).value * this.#s.feeBps) / 10_000)
    this.#pay(o.instrument, o.side, units, price, fee)
    o.cum += units
    if (o.cum >= o.qty) o.state = 'filled'
    const { instrument, side } = o
    const f: BookedFill = {
      orderId: o.id,
      fillNo: ++o.count,
      instrument,
      side,
      qty: units,
      price,
      fee,
      tax: 0,
    }
    o.fills.push(f)
    if (tell) this.say({ ...f, broker: this.#s.index, type: 'filled', cumQty: o.cum })
  }

  end(o: VenueOrder, as: 'expired' | 'canceled' | 'rejected', tell: boolean): void {
    if (o.state !== 'working') return
    o.state = as
    if (!tell) return
    if (as === 'rejected') this.say({ ...this.#head(o.id), type: as, reason: 'broker' })
    else this.say({ ...this.#head(o.id), type: as })
  }

  /** Takes a fill back, or revises it. */
  revise(o: VenueOrder, no: number, to: { qty: number; price: number } | undefined): void {
    const at = o.fills.findIndex((f) => f.fillNo === no)
    const f = o.fills[at]
    if (f === undefined || f.qty === 0) return
    this.#pay(o.instrument, o.side, 0 - f.qty, f.price, 0 - f.fee)
    o.cum -= f.qty
    const head = this.#head(o.id)
    if (to === undefined) {
      o.fills.splice(at, 1)
      if (o.state === 'filled') o.state = 'canceled'
      this.say({ ...head, type: 'busted', fillNo: no })
      return
    }
    const now = { ...f, qty: to.qty, price: to.price }
    this.#pay(o.instrument, o.side, now.qty, now.price, now.fee)
    o.cum += now.qty
    // What is taken back of an order that had ended is not worked again.
    if (o.state === 'filled' && o.cum < o.qty) o.state = 'canceled'
    o.fills[at] = now
    this.say({ ...head, type: 'corrected', fillNo: no, qty: now.qty, price: now.price, fee: now.fee, tax: now.tax })
  }

  recost(o: VenueOrder, no: number, fee: number): void {
    const at = o.fills.findIndex((f) => f.fillNo === no)
    const f = o.fills[at]
    if (f === undefined) return
    const { currency } = this.#money(o.instrument, 0, 0)
    this.cash[currency] = (this.cash[currency] as number) + f.fee - fee
    o.fills[at] = { ...f, fee }
    this.say({ ...this.#head(o.id), type: 'commission', fillNo: no, fee, tax: 0 })
  }

  /** Somebody else trades in the account. */
  byHand(instrument: number, side: 1 | -1, qty: number, price: number, told: boolean): void {
    const units = side > 0 ? qty : Math.min(qty, this.positions[instrument] as number)
    if (units <= 0) return
    this.#pay(instrument, side, units, price, 0)
    const f = { instrument, side, qty: units, price, fee: 0, tax: 0 }
    if (told) this.say({ ...f, type: 'externalFill', broker: this.#s.index })
  }

  orderByHand(instrument: number, side: 1 | -1, qty: number, limit: number): void {
    const externalId = ++this.#external
    const o: BookedOrder = { orderId: 0, externalId, instrument, side, qty, cumQty: 0, limit, state: 'working' }
    this.foreign.set(externalId, o)
  }

  move(currency: number, amount: number, kind: CashEvent['kind'], told: boolean): void {
    this.cash[currency] = (this.cash[currency] as number) + amount
    if (told) this.say({ type: 'cash', broker: this.#s.index, currency, amount, kind })
  }

  split(instrument: number, num: number, den: number): void {
    this.positions[instrument] = Math.floor(((this.positions[instrument] as number) * num) / den)
    for (const o of this.working) if (o.instrument === instrument) this.end(o, 'canceled', true)
    // What was on its way is of old shares too: the venue refuses it.
    for (let at = this.inbox.length - 1; at >= 0; at--) {
      const c = this.inbox[at]
      if (c?.type === 'submit' && c.instrument === instrument) this.handle(at, 'reject')
    }
    for (const [id, o] of this.foreign) if (o.instrument === instrument) this.foreign.delete(id)
    // Answers under way speak of the old shares: they do not arrive.
    this.asked = []
    this.outbox = this.outbox.filter((m) => m.type !== 'books')
  }

  ask(id: number): void {
    if (this.up) this.asked.push({ id, then: this.books(id) })
  }

  books(requestId: number): Message {
    const all = [...this.orders.values()]
    const listed = this.#s.tellsAll ? all : all.filter((o) => o.state === 'working')
    const orders = listed.map((o): BookedOrder => {
      const { id, instrument, side, qty, cum, limit, state } = o
      return { orderId: id, externalId: 0, instrument, side, qty, cumQty: cum, limit, state }
    })
    return {
      type: 'books',
      broker: this.#s.index,
      requestId,
      orders: [...orders, ...this.foreign.values()],
      fills: all.flatMap((o) => o.fills),
      positions: this.positions.flatMap((qty, instrument) =>
        qty === 0 ? [] : [{ instrument, qty, sellable: Math.max(0, qty), avgPrice: 0 }],
      ),
      cash: this.cash.map((amount, currency) => ({ currency, amount })),
    }
  }

  /** What it answers when asked about an order: its state, its fills, or that it does not know it. */
  answer(id: number): void {
    const o = this.orders.get(id)
    const head = this.#head(id)
    if (o === undefined) return this.say({ ...head, type: 'absent', proves: this.#s.tellsAll })
    for (const f of o.fills) this.say({ ...f, broker: this.#s.index, type: 'filled', cumQty: o.cum })
    if (o.state === 'working') this.say({ ...head, type: 'accepted' })
    else if (o.state === 'rejected') this.say({ ...head, type: 'rejected', reason: 'broker' })
    else if (o.state !== 'filled') this.say({ ...head, type: o.state })
  }

  /** The link ends: what is on its way does not arrive, in either direction. */
  lose(): void {
    this.up = false
    this.inbox = []
    this.outbox = []
    this.queries = []
    this.asked = []
  }
}
