/** Checks of decisions, verdicts and commands: I-01, I-03 … I-07, I-11, I-20, R-18, R-20, R-22. */
import { cmp, type Frac, frac, show, sub } from './exact.ts'
import { exposureOf, feeRoom, freeCash, type Opinion, opinion, sellable, takenNames, type Wish } from './gate.ts'
import { fxAge } from './markets.ts'
import { instrumentOf } from './facts.ts'
import type { Judge } from './judge.ts'
import { COMMAND, DECISION, ORDER_TYPE, REASON, type ReasonName, type Row, STATE, VERDICT } from './layout.ts'
import { afterSent, isLive, type Order, type Origin } from './orders.ts'

/** Which invariant an order broke that was accepted against a reason. */
const ID: Readonly<Record<ReasonName, string>> = {
  state: 'I-26',
  structure: 'R-21',
  closed: 'I-27',
  halted: 'I-27',
  stale: 'I-20',
  fx: 'I-20',
  duplicate: 'I-12',
  short: 'I-09',
  min_notional: 'I-05',
  daily_orders: 'I-05',
  position_count: 'I-05',
  exposure: 'I-04',
  cash: 'R-17',
  loss: 'I-06',
  collar: 'R-21',
  rate: 'R-22',
}

interface Decision {
  readonly action: string
  readonly rule: string
  readonly reasons: Set<ReasonName>
  readonly qty: number
  readonly limit: number
  readonly orderId: number
  readonly instrument: number
}

/** A verdict's numbers by name. */
type Numbers = Record<string, number>

export class GateJudge {
  readonly #j: Judge
  #decision: Decision | undefined
  #accepted: { numbers: Numbers; instrument: number } | undefined
  readonly #intents = new Set<number>()

  constructor(judge: Judge) {
    this.#j = judge
  }

  decision(row: Row): void {
    this.#settled()
    const [, , , action, rule, reasons, qty, limit, orderId] = row.w as number[]
    this.#decision = {
      action: DECISION[action as number] as string,
      rule: this.#j.texts.get(rule as number) ?? '',
      reasons: reasonSet(reasons as number),
      qty: qty as number,
      limit: limit as number,
      orderId: orderId as number,
      instrument: row.instrument,
    }
    if (this.#decision.action === 'replace' && this.#decision.reasons.size > 0) this.#deniedReplace(this.#decision)
  }

  /** I-03: what was accepted has left. */
  #settled(): void {
    if (this.#accepted === undefined) return
    this.#j.fail('I-03', `order ${this.#accepted.numbers.order_id} was accepted and not sent`)
  }

  endOfStep(): void {
    this.#settled()
    this.#decision = undefined
  }

  verdict(row: Row): void {
    const numbers: Numbers = {}
    VERDICT.forEach((name, i) => {
      numbers[name] = row.w[2 + i] as number
    })
    const d = this.#decision
    const matches = d !== undefined && d.instrument === row.instrument && d.orderId === numbers.order_id
    if (!matches || (d.action !== 'buy' && d.action !== 'sell')) this.#j.fail('I-03', 'a verdict without its decision')
    const reasons = reasonSet(numbers.reasons as number)
    if (reasons.size === 0) {
      this.#accepted = { numbers, instrument: row.instrument }
      return
    }
    this.#j.count(`denied ${[...reasons][0]}`)
    for (const r of reasons) this.#j.count(`reason ${r}`)
    const wish = wishOf(numbers, row.instrument, typeBy(numbers), originOf(d.rule))
    const own = opinion(this.#j.world, wish)
    // A price that is no number is recorded as 0: what was wrong with the structure cannot be read.
    const unread = reasons.has('structure') && !own.against.has('structure') && numbers.limit === 0
    if (!unread) this.#compare(own, reasons, `denied intent ${numbers.intent_id}`)
    if (!unread) this.#inputs(numbers, wish)
    if (wish.origin === 'agent') this.#refuse([...reasons][0])
    else this.#j.exits.denied(wish)
  }

  #refuse(first: ReasonName | undefined): void {
    const blameless = first === 'closed' || first === 'halted' || first === 'state' || first === 'daily_orders'
    if (!blameless) this.#j.orders.refused()
  }

  #compare(own: Opinion, said: ReadonlySet<ReasonName>, what: string): void {
    for (const r of said) {
      if (own.against.has(r) || own.maybe.has(r)) continue
      this.#j.fail('R-20', `${what} was denied for ${r}; judged: ${[...own.against].join(', ') || 'nothing'}`)
    }
    for (const r of own.against) {
      if (said.has(r)) continue
      const id = said.size === 0 ? ID[r] : 'R-20'
      this.#j.fail(id, `${what} passed ${r}; said: ${[...said].join(', ') || 'nothing against it'}`)
    }
  }

  /** I-20: the numbers listed are the numbers at this index. */
  #inputs(n: Numbers, wish: Wish): void {
    const { world, losses } = this.#j
    const { ledger, markets } = world
    const m = markets.at(wish.instrument)
    const currency = ledger.currencyOf(wish.instrument)
    const h = ledger.at(wish.broker, wish.instrument)
    const live = [...world.orders.live]
    const exact: [string, number | bigint][] = [
      ['t', world.t],
      ['state', STATE.indexOf(world.state)],
      ['mark2', m.mark2],
      ['mark_age', world.t - m.markT],
      ['held', h.qty],
      ['external', h.external],
      ['sellable', sellable(world, wish.broker, wish.instrument, live)],
      ['orders_today', world.sentToday],
      ['instruments_taken', takenNames(world, live).size],
    ]
    const route = world.facts.routes[currency]
    if (route !== undefined) exact.push(['fx_age', fxAge(markets.at(route.instrument).markT, world.t)])
    for (const [name, value] of exact) {
      if (BigInt(n[name] as number) !== BigInt(value)) {
        this.#j.fail('I-20', `intent ${n.intent_id} lists ${name} ${n[name]}, it is ${value}`)
      }
    }
    if (!losses.armed) return
    const near: [string, Frac, bigint][] = [
      ['equity', ledger.equity() ?? frac(n.equity as number), ledger.parts],
      ['limit_base', ledger.limitBase(), 2n * ledger.parts],
    ]
    near.push(['daily_line', losses.daily(world.limits), 2n * ledger.parts + 1n])
    // Between the parts of a comparison the engine's peak is not looked at.
    const between = this.#j.books.comparing && world.limits.totalLossBase === 'peak'
    if (!between) near.push(['emergency_line', losses.emergency(world.limits), 2n * ledger.parts + 1n])
    const x = exposureOf(world, instrumentOf(world.facts, wish.instrument), live, wish)
    if (x !== undefined && wish.qty > 0n) near.push(['exposure', x, 3n * BigInt(world.facts.instruments.length)])
    const free = freeCash(world, wish.broker, currency, live)
    const fees = feeRoom(world.facts, instrumentOf(world.facts, wish.instrument), live, 0n)
    near.push(['cash_free', free, 3n * BigInt(live.length) + 2n * ledger.parts + fees])
    for (const [name, value, room] of near) {
      const gap = sub(frac(n[name] as number), value)
      if (cmp(gap, frac(room)) > 0 || cmp(gap, frac(0n - room)) < 0) {
        this.#j.fail(
          name === 'equity' ? 'I-17' : 'I-20',
          `intent ${n.intent_id} lists ${name} ${n[name]}, it is ${show(value)}`,
        )
      }
    }
  }

  command(row: Row): void {
    const [, , , type, broker, id] = row.w as [number, number, number, number, number, number]
    const name = COMMAND[type] as string
    this.#j.count(`command ${name}`)
    if (name === 'submit') return this.#submit(row, broker, id)
    const o = this.#j.world.orders.all.get(id)
    if (o === undefined) this.#j.fail('I-01', `${name} of order ${id}, which was never sent`)
    if (o.broker !== broker) this.#j.fail('I-01', `${name} of order ${id} goes to broker ${broker}`)
    if (name === 'replace') this.#replace(o, row)
    else {
      o.cancelSeq = this.#j.world.seq
      o.askedAt = this.#j.world.t
      this.#j.orders.move(o, afterSent(o, 'cancel'))
    }
  }

  #submit(row: Row, broker: number, id: number): void {
    const { world } = this.#j
    const [qty, limit, stop, intent, side, type] = row.w.slice(6, 12) as number[] as [
      number,
      number,
      number,
      number,
      number,
      number,
    ]
    if (world.orders.all.has(id) || id <= world.orders.last) this.#j.fail('I-01', `order id ${id} is sent again`)
    if (this.#intents.has(intent)) this.#j.fail('I-11', `intent ${intent} is sent again`)
    const passed = this.#accepted
    const d = this.#decision
    this.#accepted = undefined
    if (passed === undefined || d === undefined || passed.numbers.order_id !== id) {
      this.#j.fail('I-03', `order ${id} left without a verdict of its own`)
    }
    const n = passed.numbers
    const agreed =
      passed.instrument === row.instrument &&
      n.intent_id === intent &&
      n.broker === broker &&
      n.side === side &&
      n.qty === qty &&
      n.limit === limit &&
      n.stop === stop
    if (!agreed) this.#j.fail('I-03', `order ${id} left with other terms than were judged`)
    const origin = originOf(d.rule)
    const wish = wishOf(n, row.instrument, ORDER_TYPE[type] as string, origin)
    const own = opinion(world, wish)
    const reducing = n.reducing === 1
    if (reducing !== own.reducing) this.#j.fail('D-06', `order ${id} is judged reducing: ${reducing}`)
    this.#mayIncrease(reducing, `order ${id}`)
    this.#compare(own, new Set(), `order ${id} (${origin} ${side > 0 ? 'buy' : 'sell'} ${qty})`)
    this.#inputs(n, wish)
    this.#j.exits.sends(wish, reducing, id)
    this.#intents.add(intent)
    world.orders.last = id
    world.orders.add({
      id,
      intent,
      broker,
      instrument: row.instrument,
      side,
      type: wish.type,
      origin,
      reducing,
      sentAt: world.t,
      sentSeq: world.seq,
      qty: wish.qty,
      limit,
      stop,
      next: undefined,
      past: [],
      state: 'pendingNew',
      filled: 0n,
      fills: new Map(),
      askedAt: world.t,
      known: false,
      absentAt: 0,
      unknownAt: 0,
      written: undefined,
      cancelSeq: 0,
      overfilled: false,
    })
    world.sentToday++
    if (origin === 'agent') this.#j.orders.sent()
    this.#j.count(`sent ${origin}`)
  }

  /** I-07. */
  #mayIncrease(reducing: boolean, what: string): void {
    if (this.#j.exits.killed !== undefined && !reducing) {
      this.#j.fail('I-07', `${what} may increase a holding after ${this.#j.exits.killed}`)
    }
  }

  #replace(o: Order, row: Row): void {
    const { world } = this.#j
    const [qty, limit, stop] = row.w.slice(6, 9) as [number, number, number]
    const d = this.#decision
    const decided = d?.action === 'replace' && d.orderId === o.id && d.qty === qty && d.limit === limit
    if (!decided) this.#j.fail('I-03', `replace of order ${o.id} left without a decision of its own`)
    const reasons = this.#replaceReasons(o, qty, limit, stop)
    const reduces = opinion(world, { ...o, qty: BigInt(qty) - o.filled, limit, stop, instead: o }).reducing
    for (const r of reasons) this.#j.fail(ID[r], `replace of order ${o.id} to ${qty} at ${limit} passed ${r}`)
    const grows = this.#grows(o, qty, limit, stop)
    if (grows) {
      world.sentToday++
      this.#mayIncrease(reduces, `replace of order ${o.id}`)
      // Asked to be more than is held, it opens from now on (D-06, R-11).
      if (!reduces) o.reducing = false
    }
    o.next = { qty: BigInt(qty), limit, stop }
    o.askedAt = world.t
    this.#j.orders.move(o, afterSent(o, 'replace'))
  }

  #grows(o: Order, qty: number, limit: number, stop: number): boolean {
    return BigInt(qty) > o.qty || limit !== o.limit || stop !== o.stop
  }

  #replaceReasons(o: Order, qty: number, limit: number, stop: number): Set<ReasonName> {
    if (o.state !== 'new' && o.state !== 'partiallyFilled') return new Set(['duplicate'])
    const whole = Number.isSafeInteger(qty) && qty > 0 && BigInt(qty) > o.filled
    const lots = whole && BigInt(qty) % BigInt(instrumentOf(this.#j.world.facts, o.instrument).lot) === 0n
    const left = whole ? BigInt(qty) - o.filled : 1n
    const wish: Wish = { ...o, qty: left, limit, stop, instead: o }
    const own = opinion(this.#j.world, wish)
    if (!lots) return new Set(['structure'])
    // Its prices passed before; what a part fill left of it need not be whole lots.
    if (!this.#grows(o, qty, limit, stop)) return new Set()
    return own.against.has('structure') ? new Set(['structure']) : own.against
  }

  #deniedReplace(d: Decision): void {
    for (const r of d.reasons) this.#j.count(`reason ${r}`)
    const o = this.#j.world.orders.all.get(d.orderId)
    if (o !== undefined && isLive(o) && o.stop === 0) {
      const own = this.#replaceReasons(o, d.qty, d.limit, 0)
      const said = [...d.reasons]
      const shared =
        own.size > 0 || said.some((r) => r === 'exposure' || r === 'cash' || r === 'state' || r === 'short')
      if (!shared)
        this.#j.fail('R-20', `replace of order ${d.orderId} was denied for ${said.join(', ')}, judged: nothing`)
    }
    this.#refuse([...d.reasons][0])
  }
}

function reasonSet(bits: number): Set<ReasonName> {
  return new Set(REASON.filter((_, i) => Math.floor(bits / 2 ** i) % 2 === 1))
}

function originOf(rule: string): Origin {
  if (rule === 'R-26 stop-loss') return 'stop'
  return rule === 'R-25 liquidation' ? 'liquidation' : 'agent'
}

/** A denied intent has no command: its type is what its prices say. */
function typeBy(n: Numbers): string {
  if (n.limit !== 0) return n.stop !== 0 ? 'stopLimit' : 'limit'
  return n.stop !== 0 ? 'stop' : 'market'
}

function wishOf(n: Numbers, instrument: number, type: string, origin: Origin): Wish {
  const { broker, side, qty, limit, stop } = n as { [k: string]: number } & Record<
    'broker' | 'side' | 'qty' | 'limit' | 'stop',
    number
  >
  return { broker, instrument, side, type, qty: BigInt(qty), limit, stop, origin }
}
