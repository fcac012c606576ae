/**
 * Drives engine and simulated venue through virtual time: one moment at a time, in the total order. What is due at a
 * moment (arrivals, reports, expiries, timers) comes before or after its market entries by class (`contract.md` 1).
 * The venue sees an entry before the engine; its reports reach the engine first, so a fill is known before the
 * decision of the same moment.
 */
import { assert } from '../core/base/assert.ts'
import { Heap } from '../core/base/heap.ts'
import type { Micros } from '../core/base/time.ts'
import type { Command, OrderCommand } from '../core/domain/command.ts'
import type {
  CashEvent,
  EngineEvent,
  MarketEvent,
  ReferenceEvent,
  ReportEvent,
  TapeEvent,
} from '../core/domain/event.ts'
import type { Engine } from '../core/engine/engine.ts'
import type { SimAccount } from '../core/sim/account.ts'
import type { SimVenue } from '../core/sim/venue.ts'
import { CLASS } from './cursor.ts'
import type { Batch } from './timeline.ts'

export interface Latency {
  /** From the engine to the venue, and back. */
  readonly entry: Micros
  readonly response: Micros
}

type Due =
  | { readonly kind: 'arrive'; readonly command: OrderCommand }
  | { readonly kind: 'report'; readonly event: ReportEvent }
  | { readonly kind: 'timer'; readonly timerId: number }

/** An agent that answers every report of a moment with a new order would never let time pass. */
const STEPS_PER_MOMENT = 100_000

export class VirtualDrive {
  readonly engine: Engine
  readonly venue: SimVenue
  readonly account: SimAccount
  readonly #latency: Latency
  readonly #due = new Heap<Due>()
  readonly #reports: ReportEvent[] = []
  #now: Micros = 0
  #steps = 0
  /** Market rows given to the engine, and everything that was stepped. */
  events = 0
  inputs = 0
  /** The venue has orders or the heap something due: only then the slow path is needed. */
  #busy = false

  constructor(engine: Engine, venue: SimVenue, account: SimAccount, latency: Latency) {
    this.engine = engine
    this.venue = venue
    this.account = account
    this.#latency = latency
  }

  batch(b: Batch): void {
    const { events, opens, count } = b
    for (let i = 0; i < count; i++) {
      const e = events[i] as TapeEvent
      if (opens[i] === 1) this.#open(e)
      else if (e.type === 'action' || e.type === 'status') this.#reference(e)
      else this.#market(e)
    }
  }

  #open(e: TapeEvent): void {
    if (e.type !== 'bar') return
    if (this.#busy) this.#until(e.start, CLASS.open)
    if (!this.venue.hasWork(e.instrument)) return
    this.#moment(e.start)
    this.venue.onBarOpen(e, this.#reports)
    if (this.#reports.length > 0) this.#deliver()
  }

  #market(e: MarketEvent): void {
    if (this.#busy) this.#until(e.t, e.type === 'bar' ? CLASS.barEnd : CLASS.market)
    if (e.t !== this.#now) this.#moment(e.t)
    if (this.venue.hasWork(e.instrument)) {
      if (e.type === 'quote') this.venue.onQuote(e, this.#reports)
      else if (e.type === 'trade') this.venue.onTrade(e, this.#reports)
      else if (e.type === 'bar') this.venue.onBarEnd(e, this.#reports)
      if (this.#reports.length > 0) this.#deliver()
    }
    this.events++
    this.#step(e)
  }

  /** The engine carries its books over first; then the broker pays what the action brings. */
  #reference(e: ReferenceEvent): void {
    if (this.#busy) this.#until(e.t, CLASS.market)
    this.#moment(e.t)
    const mark2 = this.engine.desk.market.of(e.instrument).mark2
    this.#step(e)
    if (e.type !== 'action') return
    const paid: CashEvent[] = []
    this.account.action(e, mark2, paid)
    for (const cash of paid) this.#step(cash)
  }

  #moment(t: Micros): void {
    if (!(t >= this.#now)) assert(false, `virtual time went back from ${this.#now} to ${t}`)
    this.#now = t
    this.#steps = 0
  }

  #step(e: EngineEvent): void {
    this.inputs++
    this.engine.step(e)
    const commands = this.engine.takeCommands()
    if (commands.length > 0) this.#dispatch(commands)
  }

  #dispatch(commands: readonly Command[]): void {
    this.#steps += commands.length
    assert(this.#steps < STEPS_PER_MOMENT, `more than ${STEPS_PER_MOMENT} commands at one moment: the agent loops`)
    for (const command of commands) {
      if (command.type === 'setTimer') {
        this.#due.push(command.due, CLASS.timer, { kind: 'timer', timerId: command.timerId })
      } else if (command.type === 'query' || command.type === 'reconcile' || command.type === 'connect') {
        // The simulated broker's reports are its books, and it is never away: there is nothing to ask.
        continue
      } else if (this.#latency.entry > 0) {
        this.#due.push(this.#now + this.#latency.entry, CLASS.report, { kind: 'arrive', command })
      } else this.#arrive(command)
    }
    this.#busy = true
    if (this.#reports.length > 0) this.#deliver()
  }

  #arrive(command: OrderCommand): void {
    const out = this.#reports
    if (command.type === 'submit') this.venue.submit(command, this.#now, out)
    else if (command.type === 'cancel') this.venue.cancel(command, this.#now, out)
    else this.venue.replace(command, this.#now, out)
  }

  /** Reports reach the engine at once or after the response latency, in the order in which the venue made them. */
  #deliver(): void {
    const reports = this.#reports.splice(0)
    for (const event of reports) {
      this.account.report(event)
      if (this.#latency.response > 0) {
        const late = { ...event, t: event.t + this.#latency.response } as ReportEvent
        this.#due.push(late.t, CLASS.report, { kind: 'report', event: late })
        this.#busy = true
      } else this.#step(event)
    }
  }

  /** Runs what is due before the moment (t, cls). */
  #until(t: Micros, cls: number): void {
    for (;;) {
      const next = this.#due.peek()
      const expiry = this.venue.nextExpiry()
      const expires = expiry < t || (expiry === t && CLASS.expiry < cls)
      const dueFirst = next !== undefined && (next.time < expiry || (next.time === expiry && next.rank < CLASS.expiry))
      if (next !== undefined && (dueFirst || !expires)) {
        if (next.time > t || (next.time === t && next.rank >= cls)) break
        this.#due.pop()
        this.#moment(Math.max(next.time, this.#now))
        this.#run(next.value)
      } else if (expires) {
        this.#moment(Math.max(expiry, this.#now))
        this.venue.expire(expiry, this.#reports)
        this.#deliver()
      } else break
    }
    this.#busy = this.#due.size > 0 || this.venue.nextExpiry() !== Infinity
  }

  #run(due: Due): void {
    if (due.kind === 'arrive') {
      this.#arrive(due.command)
      this.#busy = true
      this.#deliver()
    } else if (due.kind === 'report') this.#step(due.event)
    else this.#step({ type: 'timer', t: this.#now, timerId: due.timerId })
  }

  /** After the last entry: commands and reports under way still arrive; timers and expiries of the future do not. */
  finish(): void {
    for (;;) {
      const next = this.#due.peek()
      if (next === undefined || next.value.kind === 'timer') break
      this.#due.pop()
      this.#moment(Math.max(next.time, this.#now))
      this.#run(next.value)
    }
  }

  snapshot(): unknown {
    return {
      due: this.#due.sorted().map((i) => ({ time: i.time, rank: i.rank, value: i.value })),
      now: this.#now,
      events: this.events,
      inputs: this.inputs,
      engine: this.engine.snapshot(),
      venue: this.venue.snapshot(),
      account: this.account.snapshot(),
    }
  }

  restore(s: unknown): void {
    const from = s as {
      due: { time: Micros; rank: number; value: Due }[]
      now: Micros
      events: number
      inputs: number
      engine: unknown
      venue: unknown
      account: unknown
    }
    for (const d of from.due) this.#due.push(d.time, d.rank, d.value)
    this.#now = from.now
    this.events = from.events
    this.inputs = from.inputs
    this.engine.restore(from.engine)
    this.venue.restore(from.venue)
    this.account.restore(from.account)
    this.#busy = true
  }
}
