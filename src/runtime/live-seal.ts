/**
 * Sealing a session, or a part of one: its journal is closed at once, which is quick; tables and manifest are made of the
 * closed journal afterwards, from plain data, so that a worker can do it while the next day trades.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig } from '../config/load.ts'
import { fromScaled } from '../core/base/decimal.ts'
import { hold } from '../core/decision/agents/hold.ts'
import { moneyDecimals } from '../core/domain/units.ts'
import type { Engine } from '../core/engine/engine.ts'
import type { JournalWriter } from '../tape/journal.ts'
import { codeVersion } from '../tape/version.ts'
import { writeTables } from './backtest.ts'
import { readOpening } from './live-opening.ts'
import type { LatencyFigures } from './latency-log.ts'
import type { LiveRun } from './live-run.ts'
import type { LiveSession } from './live-session.ts'
import { liveSetsOf, liveSetup, liveSpecSchema } from './live-spec.ts'
import { NO_TALLY, type Tally, tallyOf } from './live-tally.ts'
import { sealRun } from './run-dir.ts'

/** What a part's manifest says besides its files. */
export interface SealTask {
  readonly dir: string
  readonly lineage: string
  readonly content: Readonly<Record<string, unknown>>
}

export interface PartFigures extends Readonly<Record<string, unknown>> {
  readonly events: number
  readonly inputs: number
  readonly digest: string
}

/** Of what happened since `since`; equity of a first part begins at its arming. */
export function figuresOf(
  run: LiveRun,
  engine: Engine,
  since: Tally,
  stepped: { readonly events: number; readonly inputs: number },
): PartFigures {
  const { desk } = engine
  const { base } = run.setup
  const money = (x: number): string => fromScaled(x, moneyDecimals(base))
  const now = tallyOf(desk)
  return {
    events: (run.recovered?.events ?? 0) + stepped.events,
    inputs: (run.recovered?.inputs ?? 0) + stepped.inputs,
    digest: run.sink.sink.digest(),
    commands: now.commands - since.commands,
    trades: now.trades - since.trades,
    fills: now.fills - since.fills,
    base_currency: base,
    initial_equity: money(since.equity === 0 ? desk.losses.initial : since.equity),
    final_equity: money(now.equity),
    max_drawdown: desk.losses.maxDrawdown,
    state: desk.state,
    stopped: desk.stopped ?? null,
  }
}

export interface SealOptions {
  readonly mode: string
  readonly agent: { readonly name: string; readonly hash: string }
  readonly generated: boolean
  /** Further content of the manifest. */
  readonly provenance?: Readonly<Record<string, unknown>>
}

/** Closes the journal; nothing is recorded into this part any more. */
export function closePart(run: LiveRun, figures: PartFigures, o: SealOptions): SealTask {
  ;(run.sink.journal as JournalWriter).close()
  const { events, inputs, digest, ...result } = figures
  const opening = readOpening(run.dir)
  const content = {
    mode: o.mode,
    journal: 'full',
    ...{ digest, events, inputs },
    code: codeVersion(),
    created: new Date().toISOString(),
    agent: { name: o.agent.name, hash: o.agent.hash },
    generated: o.generated,
    tapes: [],
    ...(opening === undefined ? {} : { after: opening.after }),
    ...o.provenance,
    result,
  }
  return { dir: run.dir, lineage: run.lineage, content }
}

/** Writes tables and manifest; afterwards the part verifies. */
export async function sealPart(task: SealTask): Promise<void> {
  const spec = liveSpecSchema.parse(JSON.parse(readFileSync(join(task.dir, 'config.json'), 'utf8')))
  const config = loadConfig({ dir: undefined, sets: liveSetsOf(spec), env: {} })
  // Tables ask for instruments and brokers, not for the agent.
  const setup = liveSetup(spec, config, { definition: hold, name: '', hash: '', files: [] })
  // A process that died while it sealed left some behind.
  for (const name of readdirSync(task.dir)) if (name.endsWith('.csv')) rmSync(join(task.dir, name))
  writeTables(task.dir, setup, task.lineage)
  await sealRun(task.dir, task.content)
}

export interface LiveSummary extends PartFigures {
  readonly run: string
  readonly latency_ms: LatencyFigures
}

/** A session of one part, from its end to its seal. */
export async function sealLiveRun(run: LiveRun, session: LiveSession, o: SealOptions): Promise<LiveSummary> {
  const figures = figuresOf(run, session.engine, NO_TALLY, session)
  const latency_ms = session.latency.figures()
  const task = closePart(run, figures, { ...o, provenance: { ...o.provenance, latency_ms } })
  await run.graph.complete()
  await sealPart(task)
  return { run: run.dir, ...figures, latency_ms }
}
