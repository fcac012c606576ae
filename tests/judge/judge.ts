/**
 * The independent judge: reads the record stream of a run, recomputes market, ledger, orders, limits and verdicts from
 * `invariants.md` with arithmetic of its own, and throws a `Violation` where the engine's record differs.
 *
 * | row | checked | row | checked |
 * |---|---|---|---|
 * | I-01 | each order id is sent once (`commands`) | I-17 | kept equity = equity from scratch, every row and step |
 * | I-02 | world: each command handed over is a record of its step | I-18 | order states by evidence, late fills booked and told |
 * | I-03 | one verdict right before each NEW, decision before each REPLACE | I-19 | every number of every row |
 * | I-04 | R-09 … R-12 at each acceptance | I-20 | data of an opening order fresh; inputs listed as they were |
 * | I-05 | R-14, R-15, R-18 at each acceptance | I-21 | time never falls |
 * | I-06 | R-01, R-02 | I-22, I-23 | world: the same scenario twice, equal bytes |
 * | I-07 | nothing increases after a trip or kill | I-25 | orders that are not ours count |
 * | I-08 | fills of reducing orders reduce | I-26 | nothing is opened before the books of its broker agreed |
 * | I-09 | no short without permission | I-27 | nothing is sent to a shut or halted market |
 * | I-10 | one live exit per holding | I-30 | world: restore(snapshot) is the snapshot; a restart opens nothing |
 * | I-11 | no intent twice | I-31 | one roll a risk day |
 * | I-12 | an unknown order leaves on evidence only | I-32 | limits change by their event alone, tighter while armed |
 * | I-13 | holdings = fills ± explained differences = books | I-33 | stops trip, exit at once and before anything opens |
 * | I-14 | no execution twice | I-34 | kill cancels everything at once and is told of |
 * | I-15 | 0 ≤ filled ≤ ordered, more is told of | I-40 | world: sizes of what a snapshot holds |
 * | I-16 | cash by fills and cash events | I-41 | a step within a step fails (`judge.test.ts`) |
 *
 * Owed, because the core cannot show them: I-24 (recovery of tapes), I-28, I-29 (wire rates, lease), I-35 (delivery of
 * alerts; that each is recorded is checked), I-36 … I-39 (secrets, live hosts, text, sidecars), I-42 (parsers), the wire
 * half of I-02, I-22 and I-40, R-30 and R-35 timing, KRX upper-limit reservation of R-10, venue bands of R-21.
 */
import { BooksJudge } from './books-judge.ts'
import { ControlJudge } from './control-judge.ts'
import { cmp, type Frac, frac, show, ZERO } from './exact.ts'
import { ExitsJudge } from './exits-judge.ts'
import { type Facts, riskDayOf, ROLL, DAY, Violation } from './facts.ts'
import { GateJudge } from './gate-judge.ts'
import { ACTION, ALERT, CASH, K, LAST_INPUT_KIND, LAST_TAPE_KIND, type Row, type StateName, textOf } from './layout.ts'
import { Losses } from './losses.ts'
import { OrdersJudge } from './orders-judge.ts'
import { newWorld, type World } from './state.ts'

export interface Alert {
  readonly code: string
  readonly broker: number
  readonly instrument: number
  readonly values: readonly number[]
}

export class Judge {
  readonly world: World
  readonly losses = new Losses()
  readonly texts = new Map<number, string>()
  readonly orders: OrdersJudge
  readonly gate: GateJudge
  readonly books: BooksJudge
  readonly control: ControlJudge
  readonly exits: ExitsJudge
  /** How often each thing was seen, for statistics. */
  readonly seen = new Map<string, number>()
  /** Alerts of the step. */
  alerts: Alert[] = []
  /** The input of the step was seen. */
  fed = false
  /** A cash row of the step that is the engine's own. */
  #timed = false
  #rolled = false
  #day: number | undefined
  /** the roll came with a restart. */
  sodPending = false

  constructor(facts: Facts) {
    this.world = newWorld(facts)
    this.orders = new OrdersJudge(this)
    this.gate = new GateJudge(this)
    this.books = new BooksJudge(this)
    this.control = new ControlJudge(this)
    this.exits = new ExitsJudge(this)
  }

  fail(id: string, what: string): never {
    throw new Violation(id, this.world.seq, what)
  }

  count(what: string): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1)
  }

  equity(): Frac {
    return this.world.ledger.equity() ?? ZERO
  }

  alerted(code: string, holds: (a: Alert) => boolean = () => true): boolean {
    return this.alerts.some((a) => a.code === code && holds(a))
  }

  /** One step: its records in their order. */
  step(rows: readonly Row[]): void {
    this.alerts = []
    this.fed = this.#timed = this.#rolled = false
    this.world.seq = seqOf(rows, this.world.seq)
    for (const row of rows) this.#row(row)
    if (!this.fed) return
    this.gate.endOfStep()
    this.books.endOfStep()
    this.orders.endOfStep()
    this.exits.endOfStep()
    this.control.endOfStep()
    this.#lossesHold()
  }

  #row(row: Row): void {
    if (row.kind === K.text) {
      this.texts.set(row.w[2] as number, textOf(row))
      return
    }
    if (row.kind === K.header || row.kind === K.checkpoint) return
    this.#numbers(row)
    if (row.kind === K.roll) return this.#roll(row)
    // A cause lifted by the roll is written with the time of the event before.
    const rolls = this.#rolled && row.kind === K.state && !this.fed
    if (!this.#timed && !rolls) this.#time((row.kind <= LAST_TAPE_KIND ? row.w[1] : row.w[2]) as number)
    if (row.kind > LAST_INPUT_KIND) return this.#output(row)
    if (row.kind === K.books) {
      this.fed = true
      return this.books.row(row)
    }
    if (this.fed) this.fail('I-03', `a second input (kind ${row.kind}) in one step`)
    this.fed = true
    this.#input(row)
    this.follow()
  }

  /** The peak, where the total loss is taken of it. */
  follow(): void {
    const e = this.losses.armed ? this.world.ledger.equity() : undefined
    if (e !== undefined && this.world.limits.totalLossBase === 'peak') this.losses.follow(e)
  }

  /** I-19. */
  #numbers(row: Row): void {
    for (let i = 0; i < row.w.length; i++) {
      const x = row.w[i] as number
      // Before the first arming there are no lines: the last two words of a verdict.
      if (row.kind === K.verdict && x === -Infinity && i >= row.w.length - 2 && !this.losses.armed) continue
      const money = row.kind !== K.decision && row.kind !== K.equity
      if (!Number.isFinite(x) || Object.is(x, -0) || (money && !Number.isSafeInteger(x))) {
        this.fail('I-19', `word ${i} of a row of kind ${row.kind} is ${x}`)
      }
    }
  }

  #time(t: number): void {
    const { world } = this
    this.#timed = true
    if (t < world.t) this.fail('I-21', `time fell from ${world.t} to ${t}`)
    const day = riskDayOf(t)
    if (this.#day !== undefined && day !== this.#day && this.losses.armed && !this.#rolled) {
      this.fail('I-31', `no roll between risk day ${this.#day} and ${day}`)
    }
    this.#day = day
    world.t = t
  }

  /** before anything of the new day, once, with the equity of the last marks before it. */
  #roll(row: Row): void {
    const [, , t, day, equity] = row.w as [number, number, number, number, number]
    if (this.#rolled || this.#day === undefined || day <= this.#day) this.fail('I-31', `roll to day ${day}`)
    if (t !== day * DAY + ROLL) this.fail('I-31', `day ${day} rolled at ${t}`)
    if (this.fed || this.#timed) this.fail('R-07', 'the roll comes after rows of its event')
    const e = this.equity()
    if (!this.world.ledger.agrees(equity, e)) this.fail('R-07', `E_sod ${equity}, from scratch ${show(e)}`)
    this.#rolled = true
    this.losses.roll(e, this.world.ledger.limitBase())
    this.world.sentToday = 0
    this.world.dailyTripped = false
    this.sodPending = false
    this.count('roll')
  }

  get rolled(): boolean {
    return this.#rolled
  }

  #input(row: Row): void {
    const { world } = this
    switch (row.kind) {
      case K.quote:
      case K.quoteFlags:
      case K.trade:
      case K.bar:
      case K.barQuotes:
      case K.fx: {
        const marked = world.markets.take(row, world.seq)
        if (marked && row.kind !== K.fx) this.exits.marked(row.instrument)
        return
      }
      case K.status:
        return world.markets.status(row)
      case K.action: {
        const [, , , kind, num, den] = row.w as number[]
        if (ACTION[kind as number] === 'dividend') return
        world.markets.at(row.instrument).frozen = true
        if (ACTION[kind as number] === 'split') {
          world.ledger.split(row.instrument, num as number, den as number)
          world.markets.split(row.instrument, num as number, den as number)
        }
        return this.exits.changed(row.instrument)
      }
      case K.cash:
        return this.cash(row)
      case K.report:
        return this.orders.report(row)
      case K.timer:
        return
      default:
        return this.control.input(row)
    }
  }

  /** A cash event: deposits and withdrawals change F, never the loss. */
  cash(row: Row): void {
    const [, , , broker, currency, amount, kind] = row.w as [number, number, number, number, number, number, number]
    this.world.ledger.move(broker, currency, BigInt(amount))
    const flows = CASH[kind] === 'deposit' || CASH[kind] === 'withdrawal'
    if (flows && this.losses.armed) {
      this.losses.flow(this.world.ledger.inBase(currency, frac(amount)) ?? ZERO)
    }
  }

  #output(row: Row): void {
    switch (row.kind) {
      case K.alert: {
        const [, , , code, , broker] = row.w as number[]
        const alert = {
          code: ALERT[code as number] ?? '',
          broker: broker as number,
          instrument: row.instrument,
          values: [...row.w.slice(7)],
        }
        this.alerts.push(alert)
        this.count(`alert ${alert.code}`)
        if (alert.code === 'daily_loss' || alert.code === 'total_loss') return this.#tripped(alert)
        if (alert.code === 'stop_loss') return this.exits.tripped(alert)
        if (alert.code === 'residual') return this.exits.rests(alert)
        return
      }
      case K.state:
        return this.control.state(row)
      case K.order:
        return this.orders.row(row)
      case K.command:
        return this.gate.command(row)
      case K.decision:
        return this.gate.decision(row)
      case K.verdict:
        return this.gate.verdict(row)
      case K.request:
        return this.books.request(row)
      case K.explain:
        return this.books.explain(row)
      case K.booked:
        return this.books.ownCash(row)
      case K.equity: {
        const e = this.equity()
        const kept = row.w[3] as number
        if (this.losses.armed && !this.world.ledger.agrees(kept, e))
          this.fail('I-17', `equity ${kept}, from scratch ${show(e)}`)
        return
      }
      default:
        return
    }
  }

  /** trips exactly where the exact numbers do. */
  #tripped(alert: Alert): void {
    const { world, losses } = this
    const [kept] = alert.values as [number, number]
    const e = this.equity()
    const daily = alert.code === 'daily_loss'
    const line = daily ? losses.daily(world.limits) : losses.emergency(world.limits)
    if (!world.ledger.agrees(kept, e)) this.fail('I-17', `${alert.code} at ${kept}, from scratch ${show(e)}`)
    if (this.#above(e, line)) {
      this.fail(daily ? 'R-01' : 'R-03', `${alert.code} at ${show(e)}, above the line ${show(line)}`)
    }
    if (daily) {
      world.dailyTripped = true
      if (world.limits.onDailyLoss === 'flatten') this.exits.leaveAll()
    } else {
      losses.emergencyTripped = true
      this.exits.kill('R-04')
    }
    this.exits.mustCancel(daily)
  }

  #above(e: Frac, line: Frac): boolean {
    const { parts } = this.world.ledger
    return cmp(e, { n: line.n + 2n * parts * line.d, d: line.d }) > 0
  }

  #below(e: Frac, line: Frac): boolean {
    const { parts } = this.world.ledger
    return cmp(e, { n: line.n - 2n * parts * line.d, d: line.d }) <= 0
  }

  /** After every event: while trading, no line is under water without its trip (I-06). */
  #lossesHold(): void {
    const { world, losses } = this
    if (!losses.armed) return
    const e = world.ledger.equity()
    if (e === undefined) return
    this.follow()
    if (world.state !== 'LIVE' && world.state !== 'REDUCE_ONLY') return
    const total = losses.emergency(world.limits)
    if (this.#below(e, total)) this.fail('R-03', `E ${show(e)} at or below ${show(total)} and no trip`)
    const day = losses.daily(world.limits)
    if (!world.dailyTripped && this.#below(e, day)) {
      this.fail('R-01', `E ${show(e)} at or below ${show(day)} and no trip`)
    }
  }

  /** D-08, at a state row. */
  entered(to: StateName): void {
    const { world, losses } = this
    const starts = to === 'LIVE' || to === 'REDUCE_ONLY'
    if (starts && !losses.armed && (world.state === 'UNARMED' || world.state === 'RECONCILING')) {
      losses.arm(this.equity(), world.ledger.limitBase())
      world.armed = true
    }
    world.state = to
    this.count(`state ${to}`)
  }
}

function seqOf(rows: readonly Row[], last: number): number {
  const numbered = rows.find((r) => r.kind > LAST_TAPE_KIND && r.kind !== K.header && r.kind !== K.checkpoint)
  return numbered === undefined ? last + 1 : (numbered.w[1] as number)
}
