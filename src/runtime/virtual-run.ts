/** One virtual run from its parts to its result: used by backtest, and again by verify with another record sink. */
import type { Micros } from '../core/base/time.ts'
import { SessionClock } from '../core/domain/calendar.ts'
import { Rng } from '../core/base/rng.ts'
import { Engine } from '../core/engine/engine.ts'
import { SimAccount } from '../core/sim/account.ts'
import { SimVenue } from '../core/sim/venue.ts'
import { RunGraph } from './graph.ts'
import type { DigestSink, KeepRecords } from './record-sink.ts'
import type { RunSetup } from './run-setup.ts'
import { type Batch, BATCH_SIZE, merge } from './timeline.ts'
import { VirtualDrive } from './virtual-drive.ts'

/** Tag of the run's own random stream. */
const SEED_TAG = 0x7a9e

export interface VirtualRunOptions {
  readonly setup: RunSetup
  readonly seed: number
  readonly header: string
  /** Makes the sink; `tap` feeds the output streams. */
  readonly sink: (tap: KeepRecords) => { sink: DigestSink; flush: () => void }
  readonly batchSize?: number
  /** Sees the graph before the first event, to subscribe to its streams. */
  readonly attach?: (graph: RunGraph) => void
  readonly progress?: (events: number) => void
}

export interface VirtualRunResult {
  readonly engine: Engine
  readonly digest: string
  readonly events: number
  readonly inputs: number
  /** Seconds from before the first to after the last event. */
  readonly wallSeconds: number
}

export function assemble(setup: RunSetup, seed: number, sink: DigestSink): VirtualDrive {
  const engine = new Engine(setup.engine, sink)
  const clocks = setup.engine.calendars.map((c) => new SessionClock(c))
  const rng = Rng.start(seed >>> 0, SEED_TAG)
  const venue = new SimVenue(setup.instruments, clocks, setup.sim.config, rng, 0, setup.engine.shapes)
  const { currencies } = setup.engine
  const account = new SimAccount(
    setup.instruments,
    setup.instruments.map((i) => currencies.indexOf(i.currency)),
    0,
  )
  return new VirtualDrive(engine, venue, account, setup.sim.link, rng)
}

export async function runVirtual(o: VirtualRunOptions): Promise<VirtualRunResult> {
  const graph = new RunGraph(o.setup.engine)
  const { sink, flush } = o.sink(graph.tap)
  const drive = assemble(o.setup, o.seed, sink)
  o.attach?.(graph)
  const started = performance.now()
  drive.engine.begin(o.header)
  const stepper = {
    batch(b: Batch): void {
      drive.batch(b)
      o.progress?.(drive.events)
    },
    flush: () => drive.engine.records.flush(),
  }
  await graph.run(merge(o.setup.cursors(), o.batchSize ?? BATCH_SIZE), stepper)
  drive.finish()
  if (drive.engine.desk.state !== 'UNARMED') drive.engine.desk.equityRow()
  drive.engine.records.flush()
  flush()
  await graph.complete()
  const wallSeconds = (performance.now() - started) / 1000
  return { engine: drive.engine, digest: sink.digest(), events: drive.events, inputs: drive.inputs, wallSeconds }
}

/** Time of the last event. */
export function endOf(engine: Engine): Micros {
  return engine.desk.t
}
