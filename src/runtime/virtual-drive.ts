/**
 * Drives engine and simulated venue through virtual time: one moment at a time, in the total order. What is due at a
 * moment (arrivals, reports, late market data, expiries, timers) comes before or after its market entries by class
 * (`contract.md` 1). The venue sees an entry before the engine; its reports reach the engine first, so a fill is known
 * before the decision of the same moment.
 *
 * With a feed latency the venue acts when the tape says, and the engine gets a copy of the row whose `t` is when it
 * arrives (`venueT` stays). In an outage of the venue nothing of it reaches the engine but market data.
 */
import { assert } from '../core/base/assert.ts'
import { Heap } from '../core/base/heap.ts'
import type { Micros } from '../core/base/time.ts'
import type { Rng } from '../core/base/rng.ts'
import type { Command, OrderCommand, QueryOrder } from '../core/domain/command.ts'
import type { BarEvent, CashEvent, EngineEvent, MarketEvent, ReferenceEvent, TapeEvent } from '../core/domain/event.ts'
import type { Engine } from '../core/engine/engine.ts'
import type { SimAccount } from '../core/sim/account.ts'
import { type LatencyModel, Line } from '../core/sim/latency.ts'
import { type Outage, outageAt } from '../core/sim/outage.ts'
import type { SimVenue, VenueEvent } from '../core/sim/venue.ts'
import { CLASS } from './cursor.ts'
import { type Batch, SEEN } from './timeline.ts'

/** What lies between engine and venue. */
export interface Link {
  /** From the engine to the venue, and back. */
  readonly entry: LatencyModel
  readonly response: LatencyModel
  /** Market data from the venue to the engine; absent: at once. */
  readonly feed?: LatencyModel
  readonly outages?: readonly Outage[]
}

type Due =
  | { readonly kind: 'arrive'; readonly command: OrderCommand | QueryOrder }
  | { readonly kind: 'report'; readonly event: VenueEvent | CashEvent }
  | { readonly kind: 'feed'; readonly event: TapeEvent }
  | { readonly kind: 'timer'; readonly timerId: number }

/** An agent that answers every report of a moment with a new order would never let time pass. */
const STEPS_PER_MOMENT = 100_000

export class VirtualDrive {
  readonly engine: Engine
  readonly venue: SimVenue
  readonly account: SimAccount
  readonly #entry: Line
  readonly #response: Line
  /** Undefined where rows reach engine and venue at the same moment. */
  readonly #feed: Line | undefined
  readonly #outages: readonly Outage[]
  readonly #due = new Heap<Due>()
  readonly #reports: VenueEvent[] = []
  #now: Micros = 0
  #steps = 0
  /** Market rows on their way to the engine, and when the last of them arrives. */
  #late = 0
  #lateUntil: Micros = 0
  /** Market rows given to the engine, and everything that was stepped. */
  events = 0
  inputs = 0
  /** The venue has orders or interruptions, or the heap something due: only then the slow path is needed. */
  #busy: boolean

  constructor(engine: Engine, venue: SimVenue, account: SimAccount, link: Link, rng: Rng) {
    this.engine = engine
    this.venue = venue
    this.account = account
    this.#entry = new Line(link.entry, rng.split('sim.latency.entry'))
    this.#response = new Line(link.response, rng.split('sim.latency.response'))
    const feed = link.feed === undefined ? undefined : new Line(link.feed, rng.split('sim.latency.feed'))
    this.#feed = feed?.instant === true ? undefined : feed
    this.#outages = link.outages ?? []
    this.#busy = venue.interrupts
  }

  batch(b: Batch): void {
    const { events, opens, count } = b
    for (let i = 0; i < count; i++) {
      const e = events[i] as TapeEvent
      if (e.type === 'status' || e.type === 'action') this.#reference(e)
      else if (opens[i] === SEEN.both) this.#market(e)
      else if (opens[i] === SEEN.engine) this.#engineSees(e)
      else if (e.type === 'bar') this.#open(e)
      else this.#venueSees(e)
    }
  }

  #open(e: BarEvent): void {
    if (this.#busy) this.#until(e.start, CLASS.open)
    if (!this.venue.hasWork(e.instrument)) return
    this.#moment(e.start)
    this.venue.onBarOpen(e, this.#reports)
    if (this.#reports.length > 0) this.#deliver()
  }

  #market(e: MarketEvent): void {
    if (this.#busy) this.#until(e.t, e.type === 'bar' ? CLASS.barEnd : CLASS.market)
    if (e.t !== this.#now) this.#moment(e.t)
    if (this.venue.hasWork(e.instrument)) this.#match(e)
    if (this.#feed !== undefined) this.#send(this.#feed, e)
    else {
      this.events++
      this.#step(e)
    }
  }

  #match(e: MarketEvent): void {
    if (e.type === 'quote') this.venue.onQuote(e, this.#reports)
    else if (e.type === 'trade') this.venue.onTrade(e, this.#reports)
    else if (e.type === 'bar') this.venue.onBarEnd(e, this.#reports)
    if (this.#reports.length > 0) this.#deliver()
  }

  /** A row as the venue sees it, at its own time; the engine gets it apart (`--venue-clock venue`). */
  #venueSees(e: MarketEvent): void {
    if (this.#busy) this.#until(e.t, CLASS.market)
    if (!this.venue.hasWork(e.instrument)) return
    this.#moment(e.t)
    this.#match(e)
  }

  #engineSees(e: MarketEvent): void {
    if (this.#busy) this.#until(e.t, CLASS.market)
    if (e.t !== this.#now) this.#moment(e.t)
    if (this.#feed !== undefined) this.#send(this.#feed, e)
    else {
      this.events++
      this.#step(e)
    }
  }

  /** The row leaves for the engine. */
  #send(feed: Line, e: TapeEvent): void {
    const t = feed.arrival(e.t)
    this.#due.push(t, CLASS.market, { kind: 'feed', event: { ...e, t } })
    this.#late++
    this.#lateUntil = t
    this.#busy = true
  }

  /** The venue and the engine carry their books over; then the broker pays what the action brings. */
  #reference(e: ReferenceEvent): void {
    if (this.#busy) this.#until(e.t, CLASS.market)
    if (e.t !== this.#now) this.#moment(e.t)
    const { mark2 } = this.engine.desk.market.of(e.instrument)
    const paid: CashEvent[] = []
    if (e.type === 'status') this.venue.onStatus(e)
    else {
      this.venue.onAction(e)
      this.account.action(e, mark2, paid)
    }
    if (this.#feed !== undefined) this.#send(this.#feed, e)
    else this.#step(e)
    for (const cash of paid) this.#tell(cash)
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
      } else if (command.type === 'reconcile' || command.type === 'connect') {
        // The simulated broker's reports are its books, and its line is always there: there is nothing to ask.
        continue
      } else if (this.#entry.instant && this.#outages.length === 0) this.#arrive(command)
      else this.#enter(command)
    }
    this.#busy = true
    if (this.#reports.length > 0) this.#deliver()
  }

  /**
   * The command leaves for the venue; in an outage it is lost or taken when that ends. What arrives after it is in the
   * same window or behind it, so none overtakes another.
   */
  #enter(command: OrderCommand | QueryOrder): void {
    const t = this.#entry.arrival(this.#now)
    const outage = outageAt(this.#outages, t)
    if (outage?.kind === 'drop') return
    this.#due.push(outage?.to ?? t, CLASS.report, { kind: 'arrive', command })
  }

  #arrive(command: OrderCommand | QueryOrder): void {
    const out = this.#reports
    if (command.type === 'submit') this.venue.submit(command, this.#now, out)
    else if (command.type === 'cancel') this.venue.cancel(command, this.#now, out)
    else if (command.type === 'query') this.venue.query(command.orderId, this.#now, out)
    else this.venue.replace(command, this.#now, out)
  }

  /** What the venue says reaches the engine at once or later, in the order in which it was said. */
  #deliver(): void {
    for (const event of this.#reports.splice(0)) {
      if (event.type !== 'status') this.account.report(event)
      this.#tell(event)
    }
  }

  #tell(event: VenueEvent | CashEvent): void {
    if (this.#response.instant && this.#outages.length === 0) {
      this.#step(event)
      return
    }
    const t = this.#response.arrival(outageAt(this.#outages, event.t)?.to ?? event.t)
    this.#due.push(t, CLASS.report, { kind: 'report', event: { ...event, t } })
    this.#busy = true
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
    this.#busy = this.#due.size > 0 || this.venue.interrupts || this.venue.nextExpiry() !== Infinity
  }

  #run(due: Due): void {
    if (due.kind === 'arrive') {
      this.#arrive(due.command)
      this.#busy = true
      this.#deliver()
    } else if (due.kind === 'report') this.#step(due.event)
    else if (due.kind === 'feed') {
      this.#late--
      if (due.event.type !== 'status' && due.event.type !== 'action') this.events++
      this.#step(due.event)
    } else this.#step({ type: 'timer', t: this.#now, timerId: due.timerId })
  }

  /** After the last entry: commands and reports under way still arrive; timers and expiries of the future do not. */
  finish(): void {
    if (this.#late > 0) this.#until(this.#lateUntil, CLASS.expiry)
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
      late: [this.#late, this.#lateUntil],
      lines: [this.#entry.snapshot(), this.#response.snapshot(), this.#feed?.snapshot() ?? null],
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
      late: [number, Micros]
      lines: unknown[]
      engine: unknown
      venue: unknown
      account: unknown
    }
    for (const d of from.due) this.#due.push(d.time, d.rank, d.value)
    this.#now = from.now
    this.events = from.events
    this.inputs = from.inputs
    ;[this.#late, this.#lateUntil] = from.late
    this.#entry.restore(from.lines[0])
    this.#response.restore(from.lines[1])
    this.#feed?.restore(from.lines[2])
    this.engine.restore(from.engine)
    this.venue.restore(from.venue)
    this.account.restore(from.account)
    this.#busy = true
  }
}
