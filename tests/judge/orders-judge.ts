/** Checks of orders, fills and reports: I-01, I-08, I-09, I-11 … I-15, I-18, R-24, R-36, F-14. */
import { SECOND } from './facts.ts'
import type { Judge } from './judge.ts'
import type { Fill } from './ledger.ts'
import { ORDER_STATE, type OrderStateName, REPORT, type Row } from './layout.ts'
import { after, afterFill, awaits, isLive, onItsWay, type Order } from './orders.ts'

const REJECT_BLOCK = 60 * SECOND
const ABSENCE_APART = 5 * SECOND
const UNKNOWN_ORDER = 0

export class OrdersJudge {
  readonly #j: Judge
  /** Orders whose state changed in this step, by what is known. */
  readonly #changed = new Set<Order>()
  /** Index since which other things than our own fills moved a holding, by broker and instrument. */
  readonly #raced = new Map<string, number>()
  #refusals: number[] = []
  #sent: number[] = []
  readonly #unknown: Order[] = []

  constructor(judge: Judge) {
    this.#j = judge
  }

  move(o: Order, state: OrderStateName): void {
    if (o.state === state) return
    if (state === 'unknown') {
      o.unknownAt = this.#j.world.t
      this.#unknown.push(o)
    } else if (o.state === 'unknown') o.absentAt = 0
    this.#j.world.orders.to(o, state)
    this.#changed.add(o)
  }

  /** A race on a holding: what our fills alone would make of it no longer holds there. */
  race(broker: number, instrument: number): void {
    this.#raced.set(`${broker} ${instrument}`, this.#j.world.seq)
  }

  report(row: Row): void {
    const { world } = this.#j
    const [, , , type, broker, id] = row.w as [number, number, number, number, number, number]
    const name = REPORT[type] as string
    const o = world.orders.all.get(id)
    this.#j.count(`report ${name}`)
    if (o === undefined) return
    if (o.broker !== broker) this.#j.fail('I-18', `broker ${broker} reports order ${id} of broker ${o.broker}`)
    if (name === 'filled') {
      const [fillNo, side, qty, price, fee, tax] = row.w.slice(6, 12) as number[] as [
        number,
        number,
        number,
        number,
        number,
        number,
      ]
      const big = { qty: BigInt(qty), price: BigInt(price), fee: BigInt(fee), tax: BigInt(tax) }
      this.fill(o, fillNo, { broker, instrument: row.instrument, side, ...big })
    } else if (name === 'busted') this.#bust(o, row.w[6] as number)
    else if (name === 'corrected') this.#correct(o, row)
    else if (name === 'commission') this.#recost(o, row)
    else if (name === 'absent') {
      if (row.w[6] === 1) this.absent(o)
    } else this.#plain(o, name, row)
  }

  #plain(o: Order, name: string, row: Row): void {
    // A broker that says it does not know the order has not shown that it does.
    const denies = name === 'cancelRejected' || name === 'replaceRejected' || name === 'rejected'
    if (!(denies && row.w[6] === UNKNOWN_ORDER)) o.known = true
    if (name === 'replaced') {
      const [qty, limit, stop] = row.w.slice(6, 9)
      const terms = `${qty} ${limit} ${stop}`
      const asked = o.next !== undefined && `${o.next.qty} ${o.next.limit} ${o.next.stop}` === terms
      // A replace that others have replaced since is old news, however often it is told.
      if (!asked && o.past.includes(terms)) return
      const had = `${o.qty} ${o.limit} ${o.stop}`
      if (had !== terms) o.past.push(had)
      if (o.past.length > 16) o.past.shift()
      o.qty = BigInt(row.w[6] as number)
      o.limit = row.w[7] as number
      o.stop = row.w[8] as number
    }
    if (name === 'replaced' || name === 'replaceRejected') o.next = undefined
    this.ends(o, after(o, name))
  }

  /** Moves an order by evidence; a rejection has its consequences. */
  ends(o: Order, state: OrderStateName): void {
    if (state === o.state) return
    this.move(o, state)
    if (state !== 'rejected') return
    const { world } = this.#j
    world.blocked.set(2 * o.instrument + (o.side > 0 ? 1 : 0), world.t + REJECT_BLOCK)
    if (o.origin === 'agent') this.refused()
  }

  fill(o: Order, fillNo: number, f: Fill): void {
    const { world } = this.#j
    if (o.fills.has(fillNo)) return
    if (f.qty <= 0n || f.price <= 0n) this.#j.fail('I-19', `fill ${fillNo} of order ${o.id}: ${f.qty} at ${f.price}`)
    const late = !isLive(o)
    o.known = true
    o.fills.set(fillNo, f)
    o.filled += f.qty
    const before = world.ledger.at(f.broker, f.instrument).qty
    world.ledger.fill(f, world.seq)
    // Where a symbol may be short, what opens under way turns what reduces into a race (I-08).
    const opens = !o.reducing && this.#j.world.facts.instruments[f.instrument]?.allowShort === true
    if (late || opens || o.filled > o.qty) this.race(f.broker, f.instrument)
    if (o.filled > o.qty) {
      o.overfilled = true
      this.#j.control.overfilled()
    }
    const at = this.#raced.get(`${f.broker} ${f.instrument}`)
    const raced = at !== undefined && at >= o.sentSeq
    if (!raced) this.#direction(o, before, world.ledger.at(f.broker, f.instrument).qty)
    this.move(o, afterFill(o))
    this.#expect.push(() => {
      if (late && !this.#j.alerted('late_fill', (a) => a.values[0] === o.id)) {
        this.#j.fail('I-18', `fill ${fillNo} of order ${o.id}, which had ended, is told of nowhere`)
      }
      if (o.filled > o.qty && !this.#j.alerted('overfill', (a) => a.values[0] === o.id)) {
        this.#j.fail('I-15', `order ${o.id} filled ${o.filled} of ${o.qty} and it is told of nowhere`)
      }
    })
    this.#j.exits.changed(f.instrument)
  }

  readonly #expect: (() => void)[] = []

  /** I-08, I-09. */
  #direction(o: Order, before: bigint, now: bigint): void {
    const { instruments } = this.#j.world.facts
    const size = (x: bigint): bigint => (x < 0n ? 0n - x : x)
    if (now < 0n && now < before && !instruments[o.instrument]?.allowShort) {
      this.#j.fail('I-09', `order ${o.id} made the holding ${now} at broker ${o.broker}`)
    }
    if (o.reducing && (size(now) > size(before) || (now !== 0n && now > 0n !== before > 0n))) {
      this.#j.fail('I-08', `reducing order ${o.id} took the holding from ${before} to ${now}`)
    }
  }

  #bust(o: Order, fillNo: number): void {
    const f = o.fills.get(fillNo)
    if (f === undefined || f.qty === 0n) return
    const { ledger } = this.#j.world
    ledger.unfill(f)
    o.fills.set(fillNo, { ...f, qty: 0n, fee: 0n, tax: 0n })
    o.filled -= f.qty
    this.race(f.broker, f.instrument)
    this.#told('bust', o)
    this.#j.exits.changed(f.instrument)
  }

  #correct(o: Order, row: Row): void {
    const [fillNo, , qty, price, fee, tax] = row.w.slice(6, 12) as number[]
    const was = o.fills.get(fillNo as number)
    if (was === undefined) return
    const now: Fill = {
      broker: o.broker,
      instrument: o.instrument,
      side: o.side,
      qty: BigInt(qty as number),
      price: BigInt(price as number),
      fee: BigInt(fee as number),
      tax: BigInt(tax as number),
    }
    if (was.qty === now.qty && was.price === now.price && was.fee === now.fee && was.tax === now.tax) return
    const { ledger, seq } = this.#j.world
    if (was.qty > 0n) ledger.unfill(was)
    ledger.fill(now, seq)
    ledger.at(o.broker, o.instrument).slack = undefined
    o.fills.set(fillNo as number, now)
    o.filled += now.qty - was.qty
    this.race(o.broker, o.instrument)
    this.#told('correction', o)
    this.#j.exits.changed(o.instrument)
  }

  #recost(o: Order, row: Row): void {
    const [fillNo, , , , fee, tax] = row.w.slice(6, 12) as number[]
    const was = o.fills.get(fillNo as number)
    if (was === undefined || was.qty === 0n) return
    const now = { ...was, fee: BigInt(fee as number), tax: BigInt(tax as number) }
    this.#j.world.ledger.recost(was, now.fee, now.tax)
    o.fills.set(fillNo as number, now)
  }

  #told(code: string, o: Order): void {
    this.#expect.push(() => {
      if (!this.#j.alerted(code, (a) => a.values[0] === o.id)) {
        this.#j.fail('F-28', `a ${code} of order ${o.id} is told of nowhere`)
      }
    })
  }

  /** F-14: the books, which show every order, do not show this one. */
  absent(o: Order): void {
    const { t } = this.#j.world
    if (!isLive(o) || onItsWay(o)) return
    if (o.state !== 'unknown') return this.move(o, 'unknown')
    if (o.known) return
    if (o.absentAt === 0) o.absentAt = t
    if (t - o.absentAt >= ABSENCE_APART) this.ends(o, 'rejected')
  }

  /** An order row: terms, filled quantity and state are what the evidence makes them. */
  row(row: Row): void {
    const { world } = this.#j
    const [, , , id, intent, broker, side, , , qty, limit, stop, code, , cum, value] = row.w as number[]
    const o = world.orders.all.get(id as number)
    if (o === undefined) this.#j.fail('I-01', `a row of order ${id}, which was never sent`)
    const state = ORDER_STATE[code as number] as OrderStateName
    if (state !== o.state) this.#timedOut(o, state)
    if (state !== o.state) this.#j.books.evidence(o, state)
    if (state !== o.state) {
      const id = o.state === 'unknown' ? 'I-12' : 'I-18'
      this.#j.fail(id, `order ${o.id} is written ${state}, by the evidence it is ${o.state}`)
    }
    const same =
      o.intent === intent &&
      o.broker === broker &&
      o.side === side &&
      o.qty === BigInt(qty as number) &&
      o.limit === limit &&
      o.stop === stop
    if (!same) this.#j.fail('I-18', `order ${o.id} is written with other terms: ${[qty, limit, stop].join(', ')}`)
    if (BigInt(cum as number) !== o.filled) this.#j.fail('I-15', `order ${o.id} filled ${o.filled}, written ${cum}`)
    let paid = 0n
    for (const f of o.fills.values()) paid += f.qty * f.price
    if (BigInt(value as number) !== paid) this.#j.fail('I-14', `order ${o.id} is worth ${paid}, written ${value}`)
    o.written = state
  }

  /** silence of more than the timeout, or a restart, makes a waiting order unknown. */
  #timedOut(o: Order, state: OrderStateName): void {
    const { world } = this.#j
    if (state !== 'unknown' || !awaits(o)) return
    const since = o.known ? o.askedAt : o.sentAt
    if (world.t - since > world.facts.limits.orderTimeout) this.move(o, 'unknown')
  }

  /** */
  refused(): void {
    this.#refusals = this.#window(this.#refusals)
    if (this.#refusals.length >= 5) this.#j.world.runaway = true
  }

  sent(): void {
    this.#sent = this.#window(this.#sent)
    if (this.#sent.length >= 10) this.#j.world.runaway = true
  }

  #window(times: readonly number[]): number[] {
    const { t } = this.#j.world
    return [...times, t].filter((x) => x > t - 60 * SECOND)
  }

  enabled(): void {
    this.#refusals = []
    this.#sent = []
  }

  endOfStep(): void {
    const { world } = this.#j
    for (const check of this.#expect.splice(0)) check()
    for (const o of this.#changed) {
      if (o.written !== o.state) {
        this.#j.fail(o.written === 'unknown' ? 'I-44' : 'I-18', `order ${o.id} is ${o.state}, written ${o.written}`)
      }
    }
    this.#changed.clear()
    for (const o of this.#unknown.splice(0)) {
      if (o.state === 'unknown' && !this.#j.alerted('unknown', (a) => a.values[0] === o.id)) {
        this.#j.fail('I-35', `order ${o.id} became unknown and it is told of nowhere`)
      }
    }
    const { orderTimeout } = world.facts.limits
    for (const o of world.orders.live) {
      const since = o.known ? o.askedAt : o.sentAt
      if (awaits(o) && world.t - since > orderTimeout) {
        this.#j.fail('R-36', `order ${o.id} is ${o.state} without an answer since ${since}, now ${world.t}`)
      }
      if (o.filled > o.qty && !o.overfilled) this.#j.fail('I-15', `order ${o.id}: ${o.filled} of ${o.qty}`)
      if (o.filled < 0n) this.#j.fail('I-15', `order ${o.id}: ${o.filled}`)
    }
  }
}
