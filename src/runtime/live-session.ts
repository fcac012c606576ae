/**
 * A session in real time: what sources, brokers and the operator say is put into one order, stamped with the session's
 * clock and stepped through the engine, one event to its end before the next. Inputs are in the journal before the
 * engine sees them; what it wants done leaves only after the journal is durable up to that point (I-02). Nothing in the
 * engine knows that this is not a tape.
 *
 *   sources$ ─┐
 *   brokers$ ─┼─▶ queue ─▶ stamp ─▶ step ─▶ group commit ─▶ commands to brokers and timers
 *   operator ─┤              │                  │
 *   timers   ─┘              └─ journal         └─ output streams (fills$, orders$, alerts$, …)
 */
import { type Observable, Subject, type Subscription } from 'rxjs'
import type { Micros } from '../core/base/time.ts'
import { SECOND } from '../core/base/time.ts'
import type { Command } from '../core/domain/command.ts'
import type { EngineEvent } from '../core/domain/event.ts'
import { Engine } from '../core/engine/engine.ts'
import type { EngineSetup } from '../core/engine/setup.ts'
import type { JournalWriter } from '../tape/journal.ts'
import { ClockWatch, type Machine } from './clock-watch.ts'
import { LatencyLog } from './latency-log.ts'
import type { Broker, Clock, HistoryInbound, Inbound, MarketSource } from './ports.ts'
import { ProcessWatch } from './process-watch.ts'
import type { DigestSink } from './record-sink.ts'

/** Without other news the engine is told at least this often that time has passed. */
const MOMENT_EVERY: Micros = SECOND
/** I-24: at most so much is lost when the machine dies. Wall time. */
const SYNC_EVERY_MS = 200
const RESTART_ONCE_MS = 600_000

/** Where the records of the session go; `journal` must be durable before a command leaves. */
export interface LiveSink {
  readonly sink: DigestSink
  readonly journal: Pick<JournalWriter, 'flush' | 'sync' | 'low'>
  /** Gives what a batch brought to the output streams. */
  give(): void
}

export interface LivePlan {
  readonly setup: EngineSetup
  readonly header: string
  readonly clock: Clock
  readonly sources: readonly MarketSource[]
  /** In the order of `setup.brokers`. */
  readonly brokers: readonly Broker[]
  readonly sink: LiveSink
  /** The machine's clock, where the session's follows it: how far they are apart, and what it says of itself. */
  readonly machine?: Machine
  /** An engine with a past: it has stepped the journal of the session so far; absent at its first start. */
  readonly recovered?: Engine
  /** Where parts of a session end and new ones begin; absent: the session has one. */
  readonly days?: Days
}

/** Takes a session from one risk day to the next: the part that ends is closed, and a new one opens with its state. */
export interface Days {
  /** The moment before which the part under way ends. */
  readonly next: Micros
  turn(engine: Engine, t: Micros): { readonly engine: Engine; readonly sink: LiveSink }
}

interface Commanded {
  readonly command: Command
  readonly arrived: number
}

interface Queued {
  readonly event: Inbound | TimerInbound
  /** Monotonic milliseconds at which it arrived, for latencies. */
  readonly arrived: number
}
type TimerInbound = { readonly type: 'timer'; readonly timerId: number }

export class LiveSession {
  engine: Engine
  readonly latency = new LatencyLog()
  /** Emits once per batch of inputs, after its commands have left: for progress and status. */
  readonly moments$ = new Subject<Micros>()
  readonly #plan: LivePlan
  #sink: LiveSink
  readonly #subscriptions: Subscription[] = []
  readonly #timers = new Set<() => void>()
  #queue: Queued[] = []
  #pumping = false
  #ended = false
  #lastMoment: Micros = 0
  #cancelMoment: () => void = () => undefined
  #syncTimer: ReturnType<typeof setInterval> | undefined
  #failed: { readonly error: unknown } | undefined
  #full = false
  /** What a listener of the output streams threw. */
  listenerFailed: { readonly error: unknown } | undefined
  #watch: ProcessWatch | undefined
  readonly #clocks: ClockWatch
  #resume: 0 | 1 | 2 = 0
  #stalledAt = -Infinity
  /** Market rows stepped, and everything that was. */
  events = 0
  inputs = 0

  constructor(plan: LivePlan) {
    this.#plan = plan
    this.#sink = plan.sink
    this.engine = plan.recovered ?? new Engine(plan.setup, plan.sink.sink)
    this.#clocks = new ClockWatch(plan.clock, plan.sources, plan.machine, (fact, value) =>
      this.input({ type: 'system', fact, value }),
    )
  }

  /** Error that ended the session, if one did. */
  get failure(): unknown {
    return this.#failed?.error
  }

  /**
   * Begins: after what is known of the past, in order of its end, comes the input that an incarnation of the session
   * starts.
   */
  start(resume: 0 | 1 | 2, history: readonly HistoryInbound[] = []): void {
    const { sources, brokers, header, recovered } = this.#plan
    this.#resume = resume
    if (recovered === undefined) this.engine.begin(header)
    for (const source of sources) this.#listen(source.events$)
    for (const broker of brokers) this.#listen(broker.events$)
    this.#syncTimer = setInterval(() => this.#durable(), SYNC_EVERY_MS)
    this.inputBatch([...history, { type: 'system', fact: 'restarted', value: resume }])
    for (const port of [...sources, ...brokers]) port.start()
    this.#scheduleMoment()
    this.#watch = new ProcessWatch(() => this.#stalled())
    this.#clocks.start()
  }

  #listen(events$: Observable<readonly Inbound[]>): void {
    const next = (batch: readonly Inbound[]): void => this.inputBatch(batch)
    this.#subscriptions.push(events$.subscribe({ next, error: (error: unknown) => this.#fail(error) }))
  }

  input(event: Inbound): void {
    this.inputBatch([event])
  }

  /** What arrives while a batch is being stepped waits its turn: the engine is never re-entered (I-41). */
  inputBatch(batch: readonly Inbound[]): void {
    if (this.#ended) return
    const arrived = performance.now()
    for (const event of batch) this.#queue.push({ event, arrived })
    this.#pump()
  }

  #pump(): void {
    if (this.#pumping) return
    this.#pumping = true
    try {
      while (this.#queue.length > 0 && !this.#ended) {
        const batch = this.#queue
        this.#queue = []
        this.#run(batch)
      }
    } catch (error) {
      this.#fail(error)
    } finally {
      this.#pumping = false
    }
  }

  #run(batch: readonly Queued[]): void {
    let commands: Commanded[] = []
    for (const { event, arrived } of batch) {
      const stamped = this.#stamp(event)
      if (this.#plan.days !== undefined && stamped.t >= this.#plan.days.next) {
        this.#release(commands)
        commands = []
        this.#turn(this.#plan.days, stamped.t)
      }
      this.#step(stamped)
      for (const command of this.engine.takeCommands()) commands.push({ command, arrived })
    }
    this.#release(commands)
    this.moments$.next(this.engine.desk.t)
  }

  /** Group commit, then the commands leave (I-02). */
  #release(commands: readonly Commanded[]): void {
    if (commands.length > 0) {
      this.engine.records.flush()
      this.#sink.journal.sync()
    }
    for (const { command, arrived } of commands) this.#carryOut(command, arrived)
    this.#give()
    this.#watchDisk()
  }

  /** F-57: whoever listens and throws ends the session in order; nobody is told anything any more. */
  #give(): void {
    if (this.listenerFailed !== undefined) return
    try {
      this.#sink.give()
    } catch (error) {
      this.listenerFailed = { error }
      this.input({ type: 'system', fact: 'failed', value: 0 })
    }
  }

  /** to start anew and reconcile is tried once in ten minutes; what stands still again comes to its end. */
  #stalled(): void {
    const now = performance.now()
    const again = now - this.#stalledAt < RESTART_ONCE_MS
    this.#stalledAt = now
    const fact = again ? 'failed' : 'restarted'
    this.input({ type: 'system', fact, value: again ? 0 : this.#resume })
  }

  /** F-63: with the disk full there is room for an orderly end and for nothing else. */
  #watchDisk(): void {
    if (this.#full || !this.#sink.journal.low) return
    this.#full = true
    this.input({ type: 'system', fact: 'failed', value: 0 })
  }

  #turn(days: Days, t: Micros): void {
    this.engine.records.flush()
    const { engine, sink } = days.turn(this.engine, t)
    this.engine = engine
    this.#sink = sink
  }

  /** Time never goes back: an event that is stamped by its own rule (a bar's end) may wait behind the clock, not before it. */
  #stamp(event: Inbound | TimerInbound): EngineEvent {
    const now = Math.max(this.#plan.clock.now(), this.engine.desk.t)
    const t = 't' in event ? Math.max(event.t, this.engine.desk.t) : now
    return { ...event, t } as EngineEvent
  }

  #step(event: EngineEvent): void {
    this.inputs++
    if (event.type === 'quote' || event.type === 'trade' || event.type === 'bar' || event.type === 'fx') this.events++
    this.engine.step(event)
    this.#lastMoment = event.t
  }

  #carryOut(command: Command, arrived: number): void {
    if (command.type === 'setTimer') {
      this.#after(command.due - this.engine.desk.t, () => this.#timer(command.timerId))
      return
    }
    const broker = this.#plan.brokers[command.broker]
    if (broker === undefined) return
    if (command.type === 'connect' && command.at > this.engine.desk.t) {
      this.#after(command.at - this.engine.desk.t, () => broker.send(command))
      return
    }
    broker.send(command)
    if (command.type === 'submit') this.latency.add(performance.now() - arrived)
  }

  #timer(timerId: number): void {
    this.#queue.push({ event: { type: 'timer', timerId }, arrived: performance.now() })
    this.#pump()
  }

  #after(span: Micros, then: () => void): void {
    const cancel = this.#plan.clock.after(span, () => {
      this.#timers.delete(cancel)
      if (!this.#ended) then()
    })
    this.#timers.add(cancel)
  }

  #scheduleMoment(): void {
    this.#cancelMoment = this.#plan.clock.after(MOMENT_EVERY, () => {
      if (this.#ended) return
      if (this.#plan.clock.now() - this.#lastMoment >= MOMENT_EVERY) {
        this.input({ type: 'system', fact: 'moment', value: 0 })
      }
      this.#scheduleMoment()
    })
  }

  #durable(): void {
    if (this.#ended) return
    try {
      this.engine.records.flush()
      this.#sink.journal.sync()
      this.#watchDisk()
    } catch (error) {
      this.#fail(error)
    }
  }

  /** The journal ran into the end of the disk. */
  get diskFull(): boolean {
    return this.#full
  }

  /**
   * a failed engine or journal is not stepped again. What can still be kept is kept; what is held at brokers is
   * the supervisor's and the next start's.
   */
  #fail(error: unknown): void {
    if (this.#failed !== undefined) return
    this.#failed = { error }
    void this.end()
  }

  /** Ends the session: nothing is stepped any more, connections close, the journal is durable. */
  async end(): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    clearInterval(this.#syncTimer)
    this.#watch?.stop()
    this.#clocks.stop()
    this.#cancelMoment()
    for (const cancel of this.#timers) cancel()
    for (const s of this.#subscriptions) s.unsubscribe()
    await Promise.all([...this.#plan.sources, ...this.#plan.brokers].map((port) => port.stop()))
    this.#keep()
    this.moments$.complete()
  }

  /** What can still be kept is kept. After a failed write nobody can say what is on disk: it is not tried again (F-64). */
  #keep(): void {
    try {
      this.engine.records.flush()
      this.#sink.journal.sync()
    } catch (error) {
      this.#failed ??= { error }
    }
  }
}
