/**
 * One hard run: tapes through the engine with one broker (a backtest as any) or with two, journal in full, tables, and
 * then both proofs of it: the arithmetic on its tables and the judge over its records.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Rng } from '../../src/core/base/rng.ts'
import { Engine } from '../../src/core/engine/engine.ts'
import { SimAccount } from '../../src/core/sim/account.ts'
import { loadConfig } from '../../src/config/load.ts'
import type { SimVenue } from '../../src/core/sim/venue.ts'
import { loadAgent } from '../../src/runtime/agent-load.ts'
import { backtest, openTapes, writeTables } from '../../src/runtime/backtest.ts'
import { JOURNAL_DIR, journalRecords } from '../../src/runtime/record-reader.ts'
import { journaledSink } from '../../src/runtime/record-sink.ts'
import { type RunSetup, setUp } from '../../src/runtime/run-setup.ts'
import { makeSpec, type RunSpec } from '../../src/runtime/run-spec.ts'
import { SIM_DEFAULTS, type SimTexts } from '../../src/runtime/sim-options.ts'
import { merge } from '../../src/runtime/timeline.ts'
import { VirtualDrive } from '../../src/runtime/virtual-drive.ts'
import { JournalWriter } from '../../src/tape/journal.ts'
import { Violation } from '../judge/facts.ts'
import { Judge } from '../judge/judge.ts'
import { rowOf, stepsOf } from '../judge/layout.ts'
import { closesOf } from './closes.ts'
import { proveTables, type TableProof } from './prove.ts'
import { TwoVenues } from './two-venues.ts'

export interface HardRun {
  readonly name: string
  readonly tapes: readonly string[]
  /** What `--agent` takes. */
  readonly agent: string
  readonly brokers: 1 | 2
  readonly sim: Partial<SimTexts>
  readonly out: string
}

export interface HardResult {
  readonly events: number
  readonly proof: TableProof
  /** What the judge said; undefined when it found nothing. */
  readonly violation: string | undefined
  readonly seen: ReadonlyMap<string, number>
  readonly state: string
}

const CASH = 1_000_000
const SEED = 1
const LINEAGE = 'hard'

export async function playHard(run: HardRun): Promise<HardResult> {
  const config = loadConfig({ dir: undefined, sets: [], env: {} })
  const agent = await loadAgent(run.agent)
  const simulation = { ...SIM_DEFAULTS, ...run.sim }
  const cash = new Map([['USD', String(CASH)]])
  const spec = makeSpec({ config, agent, simulation, cash, seed: SEED })
  const tapes = await openTapes(run.tapes)
  const alone = setUp(tapes, spec, config, agent)
  const setup = run.brokers === 1 ? alone : withTwo(alone)
  const events = run.brokers === 1 ? await one(run, spec, config, agent) : await two(run.out, setup)
  const proof = proveTables(run.out, { cash: cashOf(run.brokers), closes: await closesOf(run.tapes) })
  return { events, proof, ...judged(run.out, setup) }
}

async function one(
  run: HardRun,
  spec: RunSpec,
  config: ReturnType<typeof loadConfig>,
  agent: Awaited<ReturnType<typeof loadAgent>>,
): Promise<number> {
  const how = { journal: 'full', tables: true, commandLine: [] } as const
  const summary = await backtest({ tapes: run.tapes, out: run.out, spec, config, agent, ...how })
  return summary.events
}

function cashOf(brokers: 1 | 2): Map<string, string> {
  if (brokers === 1) return new Map([['sim', String(CASH)]])
  return new Map([
    ['first', String(0.4 * CASH)],
    ['second', String(0.6 * CASH)],
  ])
}

/** The money split between two brokers of which the first is the cheaper, so both are used when it is short of cash. */
function withTwo(setup: RunSetup): RunSetup {
  const { currencies, cash } = setup.engine
  const usd = currencies.indexOf('USD')
  const whole = cash[0]?.[usd] as number
  const part = (tenths: number): number[] => currencies.map((_, c) => (c === usd ? (whole / 10) * tenths : 0))
  const rules = (num: number) => {
    return { clientOrderId: true, reconcileEvery: 0, funding: 'cash', commissionBps: { num, den: 1 } } as const
  }
  const brokers = { brokers: ['first', 'second'], brokerRules: [rules(1), rules(2)], cash: [part(4), part(6)] }
  return { ...setup, engine: { ...setup.engine, ...brokers } }
}

async function two(out: string, setup: RunSetup): Promise<number> {
  mkdirSync(out, { recursive: true })
  const journal = JournalWriter.create(join(out, JOURNAL_DIR), { lineage: LINEAGE, mode: 'full' })
  const { sink, flush } = journaledSink('full', journal)
  const engine = new Engine(setup.engine, sink)
  const currency = setup.instruments.map((i) => setup.engine.currencies.indexOf(i.currency))
  const account = new SimAccount(setup.instruments, currency, 0)
  const venues = new TwoVenues(setup, SEED) as unknown as SimVenue
  const drive = new VirtualDrive(engine, venues, account, setup.sim.link, Rng.start(SEED, 1))
  engine.begin('{}')
  for await (const batch of merge(setup.cursors())) drive.batch(batch)
  drive.finish()
  engine.records.flush()
  flush()
  journal.close()
  writeTables(out, setup.engine, LINEAGE)
  return drive.events
}

/** The judge over a run's journal, step by step. */
function judged(dir: string, setup: RunSetup): Pick<HardResult, 'violation' | 'seen' | 'state'> {
  const judge = new Judge(setup.engine)
  function* rows() {
    // A record is only valid until the next one is asked for.
    for (const { words } of journalRecords(dir)) yield rowOf(words.slice())
  }
  let violation: string | undefined
  try {
    for (const step of stepsOf(rows())) judge.step(step)
  } catch (error) {
    if (!(error instanceof Violation)) throw error
    violation = error.message
  }
  return { violation, seen: judge.seen, state: judge.world.state }
}
