/**
 * A session day by day: at 21:30 UTC the part under way is closed with its digest, and the next one opens with the state
 * of that moment. Sealing the closed one takes its time elsewhere; the engine trades on.
 */
import { formatMicros, type Micros } from '../core/base/time.ts'
import type { Engine } from '../core/engine/engine.ts'
import { riskDay, riskDayStart } from '../core/execution/loss.ts'
import { openingAfter } from './live-opening.ts'
import { type LiveRun, openLiveRun, type OpenOptions } from './live-run.ts'
import { closePart, figuresOf, type PartFigures, type SealOptions, type SealTask } from './live-seal.ts'
import type { Days, LiveSession, LiveSink } from './live-session.ts'
import { NO_TALLY, type Tally, tallyOf } from './live-tally.ts'

export interface DayPlan {
  /** The part that begins; its directory is new. */
  readonly part: (t: Micros) => { readonly name: string; readonly dir: string }
  readonly seal: SealOptions
  /** Tables and manifest of a closed part, somewhere else. */
  readonly sealLater: (task: SealTask) => Promise<void>
  readonly open: Omit<OpenOptions, 'dir' | 'opening'>
}

export class DayBook implements Days {
  readonly #plan: DayPlan
  #run: LiveRun
  #name: string
  #next: Micros
  #since: Tally
  readonly #first: Tally
  #sealing: Promise<void>[] = []
  /** Totals of the parts that are over. */
  events = 0
  inputs = 0
  /** Directories of all parts of this process, the one under way last. */
  readonly parts: string[]
  /** Stepped events of the session at the beginning of the part. */
  #session: Pick<LiveSession, 'events' | 'inputs' | 'latency'> | undefined
  #from = { events: 0, inputs: 0 }

  constructor(plan: DayPlan, run: LiveRun, name: string, now: Micros) {
    this.#plan = plan
    this.#run = run
    this.#name = name
    this.#since = this.#first = tallyAtOpening(run)
    // A part that a crash ended in may belong to an earlier day.
    const began = run.recovered === undefined ? now : run.recovered.engine.desk.t
    this.#next = riskDayStart(riskDay(began === 0 ? now : began) + 1)
    this.parts = [run.dir]
  }

  /** Whose counts are those of the parts. */
  follow(session: Pick<LiveSession, 'events' | 'inputs' | 'latency'>): void {
    this.#session = session
  }

  get next(): Micros {
    return this.#next
  }

  /** The part under way. */
  get run(): LiveRun {
    return this.#run
  }

  /** `at`: time of the event that the next part begins with; days without an event have no part. */
  turn(engine: Engine, at: Micros): { readonly engine: Engine; readonly sink: LiveSink } {
    const figures = this.figures(engine)
    const task = closePart(this.#run, figures, this.#plan.seal)
    this.#sealing.push(this.#plan.sealLater(task))
    const opening = openingAfter(engine, this.#name, figures.digest)
    const { name, dir } = this.#plan.part(at)
    const next = openLiveRun({ ...this.#plan.open, dir, opening, graph: this.#run.graph })
    if (next.engine === undefined) throw new Error(`${dir}: a part opened at ${formatMicros(at)} without its past`)
    this.events += figures.events
    this.inputs += figures.inputs
    this.#from = { events: this.#session?.events ?? 0, inputs: this.#session?.inputs ?? 0 }
    this.#run = next
    this.#name = name
    this.#since = tallyOf(next.engine.desk)
    this.#next = riskDayStart(riskDay(at) + 1)
    this.parts.push(dir)
    return { engine: next.engine, sink: next.sink }
  }

  /** Of the part under way. */
  figures(engine: Engine): PartFigures {
    const { events, inputs } = this.#session ?? { events: 0, inputs: 0 }
    return figuresOf(this.#run, engine, this.#since, {
      events: events - this.#from.events,
      inputs: inputs - this.#from.inputs,
    })
  }

  /** Closes and seals the part under way, the last one, and waits for all. Figures are those of all parts. */
  async end(engine: Engine): Promise<PartFigures> {
    const figures = this.figures(engine)
    const { seal } = this.#plan
    const latency_ms = this.#session?.latency.figures()
    const task = closePart(this.#run, figures, { ...seal, provenance: { ...seal.provenance, latency_ms } })
    await this.#run.graph.complete()
    await this.#plan.sealLater(task)
    await Promise.all(this.#sealing)
    const whole = figuresOf(this.#run, engine, this.#first, { events: 0, inputs: 0 })
    return { ...whole, events: this.events + figures.events, inputs: this.inputs + figures.inputs }
  }
}

/** What the counters of a part begin with: nothing, or what its past had counted. */
function tallyAtOpening(run: LiveRun): Tally {
  return run.recovered?.opened ?? (run.engine === undefined ? NO_TALLY : tallyOf(run.engine.desk))
}
