/**
 * Second gate (R-09 …; I-04, I-05, I-06, I-20, I-27): every reason that speaks against an order,
 * recomputed with exact numbers. `maybe` holds reasons that hang on the engine's rounding against us, or on how a
 * broker's link is judged: there a denial is right as well as an acceptance is.
 */
import type { Instrument } from '../../src/core/domain/instrument.ts'
import { abs, add, ceil, cmp, type Frac, frac, max, min, mul, sub, ZERO } from './exact.ts'
import { type Facts, HOUR, inStep, instrumentOf, SECOND, valueOf } from './facts.ts'
import type { ReasonName } from './layout.ts'
import { fxAge } from './markets.ts'
import { isLive, leaves, type Order, pricesOf } from './orders.ts'
import type { World } from './state.ts'

export interface Wish {
  readonly broker: number
  readonly instrument: number
  readonly side: number
  readonly type: string
  readonly qty: bigint
  readonly limit: number
  readonly stop: number
  readonly origin: 'agent' | 'stop' | 'liquidation'
  /** The live order this one takes the place of. */
  readonly instead?: Order
}

export interface Opinion {
  readonly against: Set<ReasonName>
  readonly maybe: Set<ReasonName>
  readonly reducing: boolean
  /** Could a sell be reducing by D-06 where the engine counts every live sell? */
  readonly couldReduce: boolean
}

function tickOf(i: Instrument, price: number): number {
  let tick = 1
  for (const band of i.ticks) if (price >= band.from) tick = band.tick
  return tick
}

function onTick(i: Instrument, price: number): boolean {
  return price > 0 && Number.isSafeInteger(price) && price % tickOf(i, price) === 0
}

/** v of R-10, as a price. */
function priced(o: { type: string; side: number; limit: number; stop: number }, mark2: number): Frac {
  const mark = frac(mark2, 2)
  if (o.type === 'limit' || o.type === 'stopLimit') {
    return o.side > 0 ? max(frac(o.limit), mark) : min(frac(o.limit), mark)
  }
  const from = o.stop > 0 && o.side > 0 ? max(frac(o.stop), mark) : mark
  return mul(from, frac(o.side > 0 ? 102 : 98, 100))
}

export function opinion(world: World, wish: Wish): Opinion {
  return new Gate(world, wish).judge()
}

class Gate {
  readonly #w: World
  readonly #o: Wish
  readonly #facts: Facts
  readonly #i: Instrument
  readonly #live: readonly Order[]
  readonly #against = new Set<ReasonName>()
  readonly #maybe = new Set<ReasonName>()

  constructor(world: World, wish: Wish) {
    this.#w = world
    this.#o = wish
    this.#facts = world.facts
    this.#i = instrumentOf(world.facts, wish.instrument)
    this.#live = [...world.orders.live].filter((o) => o !== wish.instead)
  }

  /** D-06. */
  #reduces(counting: (o: Order) => boolean): boolean {
    const o = this.#o
    const { qty } = this.#w.ledger.at(o.broker, o.instrument)
    if (qty === 0n || qty > 0n === o.side > 0) return false
    let left = qty > 0n ? qty : 0n - qty
    for (const x of this.#live) {
      if (x.broker === o.broker && x.instrument === o.instrument && x.side === o.side && counting(x)) left -= leaves(x)
    }
    return o.qty <= left
  }

  judge(): Opinion {
    const reducing = this.#reduces(() => true)
    const couldReduce = this.#reduces((x) => x.reducing)
    const say = (reason: ReasonName, is: boolean): void => void (is && this.#against.add(reason))
    this.#state(reducing)
    const o = this.#o
    if (this.#badStructure()) {
      // Whether what is no order would reduce, and so what the state says of it, is an idle question.
      this.#against.delete('state')
      this.#maybe.add('state')
      this.#against.add('structure')
      return { against: this.#against, maybe: this.#maybe, reducing, couldReduce }
    }
    const { markets, t } = this.#w
    say('closed', markets.shut(o.instrument, t, reducing))
    say('halted', markets.halted(o.instrument))
    say('short', this.#short())
    this.#duplicate(reducing)
    this.#cash()
    if (reducing) return { against: this.#against, maybe: this.#maybe, reducing, couldReduce }
    say('stale', !markets.fresh(o.instrument, t))
    say('fx', this.#noFx())
    say('min_notional', this.#tooSmall())
    say('daily_orders', this.#w.sentToday >= this.#w.limits.maxDailyOrders)
    say('position_count', this.#tooMany())
    this.#exposure()
    say('loss', this.#w.dailyTripped)
    const mark = frac(BigInt(markets.at(o.instrument).mark2), 2n)
    // 20 · |limit − mark| > mark
    say('collar', o.limit !== 0 && cmp(mul(abs(sub(frac(o.limit), mark)), frac(20)), mark) > 0)
    say('rate', o.origin === 'agent' && this.#w.runaway)
    return { against: this.#against, maybe: this.#maybe, reducing, couldReduce }
  }

  #state(reducing: boolean): void {
    const { state, clockOff } = this.#w
    const { broker, origin } = this.#o
    if (!reducing) {
      if (state !== 'LIVE' || clockOff) this.#against.add('state')
      const link = this.#w.links[broker]
      if (link === undefined || inStep(this.#facts, broker)) return
      if (link.unsure && link.up && !link.planned) this.#maybe.add('state')
      else if (!link.up || link.planned || !link.reconciled) this.#against.add('state')
      else if (link.losses.length > 0) this.#maybe.add('state')
      return
    }
    if (state === 'STOPPED') this.#against.add('state')
    else if (origin !== 'liquidation' && state !== 'LIVE' && state !== 'REDUCE_ONLY') this.#against.add('state')
  }

  #badStructure(): boolean {
    const { qty, limit, stop, type } = this.#o
    if (qty <= 0n || qty % BigInt(this.#i.lot) !== 0n) return true
    const [limited, stopped] = [type === 'limit' || type === 'stopLimit', type === 'stop' || type === 'stopLimit']
    if (limited ? !onTick(this.#i, limit) : limit !== 0) return true
    return stopped ? !onTick(this.#i, stop) : stop !== 0
  }

  #noFx(): boolean {
    const route = this.#facts.routes[this.#w.ledger.currencyOf(this.#i.id)]
    if (route === undefined) return false
    const m = this.#w.markets.at(route.instrument)
    const most = this.#facts.limits.fxMaxAge || 24 * HOUR
    return m.mark2 <= 0 || m.suspect !== undefined || fxAge(m.markT, this.#w.t) > most
  }

  #duplicate(reducing: boolean): void {
    const o = this.#o
    const say = (is: boolean): void => void (is && this.#against.add('duplicate'))
    const there = this.#live.filter((x) => x.broker === o.broker && x.instrument === o.instrument)
    // R-36 without an order id of ours at the broker: one message at a time.
    if (this.#facts.brokerRules?.[o.broker]?.clientOrderId === false) {
      say(there.some((x) => x.side === o.side && (x.state === 'pendingNew' || x.state === 'unknown')))
    }
    if (o.origin !== 'agent') {
      say(there.some((x) => x.origin !== 'agent'))
      return
    }
    say(this.#live.some((x) => this.#crosses(x)))
    if (reducing) return
    const key = 2 * o.instrument + (o.side > 0 ? 1 : 0)
    say(this.#w.t < (this.#w.blocked.get(key) ?? 0))
    say(this.#w.waiting.has(o.instrument)) // F-30
    say(this.#w.exitDue(o.instrument)) // I-33
    if (this.#w.exiting(o.instrument) || this.#w.state !== 'LIVE') this.#maybe.add('duplicate')
    say(there.some((x) => x.state === 'unknown')) // I-12
  }

  /** An order of ours whose cancel left for the same broker before this one is gone when this one arrives. */
  #crosses(x: Order): boolean {
    const o = this.#o
    if (x.side === o.side || instrumentOf(this.#facts, x.instrument).economicId !== this.#i.economicId) return false
    if (x.state === 'pendingCancel' && x.broker === o.broker) return false
    const [bid, ask] = o.side > 0 ? [o.limit, x.limit] : [x.limit, o.limit]
    return bid === 0 || ask === 0 || bid >= ask
  }

  #short(): boolean {
    const o = this.#o
    return o.side < 0 && !this.#i.allowShort && o.qty > sellable(this.#w, o.broker, o.instrument, this.#live)
  }

  /** */
  #tooSmall(): boolean {
    const { qty, limit } = this.#o
    const price = limit > 0 ? frac(limit) : frac(BigInt(this.#w.markets.at(this.#i.id).mark2), 2n)
    const value = valueOf(this.#i, qty, price)
    const { minOrder, minOrderDefault } = this.#facts.limits
    const own = minOrder.get(this.#i.currency)
    if (own !== undefined) return cmp(value, frac(own)) < 0
    const usd = minOrder.get('USD')
    const rate = this.#facts.base === 'USD' ? this.#w.ledger.rate(this.#w.ledger.currencyOf(this.#i.id)) : undefined
    if (usd !== undefined && rate !== undefined) return cmp(mul(value, rate), frac(usd)) < 0
    const least = minOrderDefault.get(this.#i.currency)
    return least !== undefined && cmp(value, frac(least)) < 0
  }

  #tooMany(): boolean {
    const taken = takenNames(this.#w, this.#live)
    return !taken.has(this.#i.economicId) && taken.size >= this.#w.limits.maxPositions
  }

  /** den · X ≤ num · E, the family in base money. */
  #exposure(): void {
    const base = this.#w.ledger.limitBase()
    const { num, den } = this.#w.limits.positionSize
    const x = exposureOf(this.#w, this.#i, this.#live, this.#o)
    if (!this.#w.armed) {
      this.#maybe.add('exposure')
      return
    }
    if (x === undefined || base.n <= 0n) {
      this.#against.add('exposure')
      return
    }
    const over = (from: Frac, room: bigint): boolean =>
      cmp(mul(add(from, frac(room)), frac(den)), mul(sub(base, frac(room)), frac(num))) > 0
    if (over(x, 0n)) this.#against.add('exposure')
    else if (over(x, this.#w.ledger.parts + 2n)) this.#maybe.add('exposure')
  }

  /** */
  #cash(): void {
    const o = this.#o
    if (o.side < 0 || this.#w.ledger.at(o.broker, o.instrument).qty < 0n) return
    const mark2 = this.#w.markets.at(o.instrument).mark2
    const v = priced(o, mark2)
    const need = costOf(this.#facts, this.#i, o.qty, v)
    const currency = this.#w.ledger.currencyOf(o.instrument)
    const free = freeCash(this.#w, o.broker, currency, this.#live)
    const count = BigInt(this.#live.length + 2)
    const room = frac(count * 2n + feeRoom(this.#facts, this.#i, this.#live, o.qty))
    if (cmp(need, free) > 0) this.#against.add('cash')
    else if (cmp(add(need, room), free) > 0) this.#maybe.add('cash')
  }
}

/** Fees are estimated on a price rounded up to a whole unit: what that may add for the orders under way. */
export function feeRoom(facts: Facts, i: Instrument, live: readonly Order[], qty: bigint): bigint {
  if (facts.fees.kind === 'none') return 0n
  let sum = feeOn(facts, valueOf(i, qty, frac(1)))
  for (const o of live) sum = add(sum, feeOn(facts, valueOf(instrumentOf(facts, o.instrument), leaves(o), frac(1))))
  return ceil(sum)
}

function feeOn(facts: Facts, value: Frac): Frac {
  const { fees } = facts
  if (fees.kind === 'table') throw new Error('the judge knows no fee tables: give none or bps')
  return fees.kind === 'none' ? ZERO : mul(value, frac(fees.bps.num, fees.bps.den * 10_000))
}

/** Value at v and the worst fee. */
function costOf(facts: Facts, i: Instrument, qty: bigint, v: Frac): Frac {
  const value = valueOf(i, qty, v)
  return add(value, feeOn(facts, value))
}

/** managed, at most what the broker lets us sell, less what live sells offer. */
export function sellable(w: World, broker: number, instrument: number, live: Iterable<Order>): bigint {
  const h = w.ledger.at(broker, instrument)
  let most = h.sellable !== undefined && h.sellable < h.qty ? h.sellable : h.qty
  for (const o of live) {
    if (o.broker === broker && o.instrument === instrument && o.side < 0) most -= leaves(o)
  }
  return most
}

/** names with a holding or an opening order, wherever. */
export function takenNames(w: World, live: Iterable<Order>): Set<string> {
  const taken = new Set<string>()
  const name = (i: number): string => instrumentOf(w.facts, i).economicId
  for (const of of w.ledger.holdings) {
    of.forEach((h, i) => {
      if (h.qty !== 0n || h.external !== 0n) taken.add(name(i))
    })
  }
  for (const o of live) if (isLive(o) && !o.reducing) taken.add(name(o.instrument))
  for (const o of w.foreign) if (o.side > 0) taken.add(name(o.instrument))
  return taken
}

/** X of R-09 in base money; undefined where a rate is missing. */
export function exposureOf(
  w: World,
  own: Instrument,
  live: readonly Order[],
  wish: Wish | undefined,
): Frac | undefined {
  let sum = ZERO
  for (const i of w.facts.instruments) {
    if (i.economicId !== own.economicId) continue
    const { mark2 } = w.markets.at(i.id)
    let held = 0n
    for (const of of w.ledger.holdings) {
      const h = of[i.id]
      if (h !== undefined) held += (h.qty < 0n ? 0n - h.qty : h.qty) + h.external
    }
    let x = valueOf(i, held, frac(mark2, 2))
    for (const o of live) {
      if (o.instrument !== i.id || o.reducing) continue
      x = add(x, valueOf(i, leaves(o), priced({ ...o, ...pricesOf(o) }, mark2)))
    }
    for (const o of w.foreign) {
      if (o.instrument !== i.id || o.side < 0) continue
      const terms = { type: o.limit > 0 ? 'limit' : 'market', side: 1, limit: o.limit, stop: 0 }
      x = add(x, valueOf(i, o.left, priced(terms, mark2)))
    }
    if (wish !== undefined && i.id === own.id) x = add(x, valueOf(i, wish.qty, priced(wish, mark2)))
    const rate = w.ledger.rate(w.ledger.currencyOf(i.id))
    if (rate === undefined) return undefined
    sum = add(sum, mul(x, rate))
  }
  return sum
}

function reserved(w: World, broker: number, currency: number, live: Iterable<Order>): Frac {
  let sum = ZERO
  for (const o of live) {
    if (o.broker !== broker || o.side < 0 || w.ledger.currencyOf(o.instrument) !== currency) continue
    const v = priced({ ...o, ...pricesOf(o) }, w.markets.at(o.instrument).mark2)
    sum = add(sum, costOf(w.facts, instrumentOf(w.facts, o.instrument), leaves(o), v))
  }
  return sum
}

/** what may still be spent of a currency at a broker. */
export function freeCash(w: World, broker: number, currency: number, live: readonly Order[]): Frac {
  const held = reserved(w, broker, currency, live)
  const integrated = w.facts.brokerRules?.[broker]?.funding === 'integrated'
  if (integrated && w.facts.currencies[currency] !== w.facts.base) {
    const power = w.power.get(`${broker} ${currency}`)
    if (power === undefined || w.t - power.t > 60 * SECOND) return ZERO
    // What left the account since the broker answered is gone from its answer too.
    const spent = power.cash - (w.ledger.cash[broker]?.[currency] ?? 0n)
    return sub(frac(power.amount - (spent > 0n ? spent : 0n)), held)
  }
  let free = sub(frac(w.ledger.cash[broker]?.[currency] ?? 0n), held)
  if (!integrated) return free
  w.facts.currencies.forEach((_, c) => {
    if (c === currency) return
    const owed = w.ledger.cash[broker]?.[c] ?? 0n
    const debt = add(reserved(w, broker, c, live), frac(owed < 0n ? 0n - owed : 0n))
    free = sub(free, w.ledger.inBase(c, debt) ?? ZERO)
  })
  return free
}
