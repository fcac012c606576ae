/**
 * A live session's directory: opened new, or gone on with after a crash by re-running its own journal; sealed at the end
 * with tables and a manifest, after which anybody can verify it offline.
 */
import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../cli/failure.ts'
import type { EffectiveConfig } from '../config/load.ts'
import { fromScaled } from '../core/base/decimal.ts'
import { moneyDecimals } from '../core/domain/units.ts'
import { Engine } from '../core/engine/engine.ts'
import type { EngineSetup } from '../core/engine/setup.ts'
import { JournalWriter } from '../tape/journal.ts'
import { canonicalJson, hashText } from '../tape/manifest.ts'
import { codeVersion } from '../tape/version.ts'
import type { LoadedAgent } from './agent-load.ts'
import { writeTables } from './backtest.ts'
import { RunGraph } from './graph.ts'
import { liveHeader, liveSetup, type LiveSpec, liveSpecSchema } from './live-spec.ts'
import type { LiveSession, LiveSink } from './live-session.ts'
import { type Recovered, recoverEngine } from './live-recover.ts'
import { DigestSink } from './record-sink.ts'
import { JOURNAL_DIR } from './record-reader.ts'
import { sealRun, writeAgentFiles } from './run-dir.ts'

const CONFIG = 'config.json'
const MANIFEST = 'manifest.json'
/** What an orderly end of a session may take on a full disk (F-63). */
const SPARE = 16 << 20

export interface LiveRun {
  readonly dir: string
  readonly setup: EngineSetup
  readonly header: string
  readonly graph: RunGraph
  readonly sink: LiveSink
  /** The engine as the journal left it, when this goes on with a session. */
  readonly recovered: Recovered | undefined
  readonly lineage: string
}

export interface OpenOptions {
  readonly dir: string
  readonly spec: LiveSpec
  readonly config: EffectiveConfig
  readonly agent: LoadedAgent
}

/** Opens a new session's directory, or goes on with the one that lies there under the same specification. */
export function openLiveRun(o: OpenOptions): LiveRun {
  const setup = liveSetup(o.spec, o.config, o.agent)
  const header = liveHeader(o.spec)
  const lineage = hashText(header).slice(0, 8)
  const journalDir = join(o.dir, JOURNAL_DIR)
  makeDir(o.dir)
  const graph = new RunGraph(setup)
  if (!existsSync(join(o.dir, CONFIG))) {
    if (readdirSync(o.dir).length > 0) {
      throw new Failure(`--out ${o.dir}: holds something that is no session; name a new directory`, 2)
    }
    writeFileSync(join(o.dir, CONFIG), canonicalJson(o.spec))
    writeAgentFiles(o.dir, o.agent.files)
    const journal = JournalWriter.create(journalDir, { lineage, mode: 'full' }, { spareBytes: SPARE })
    return { dir: o.dir, setup, header, graph, sink: sinkOf(journal, graph), recovered: undefined, lineage }
  }
  checkSame(o.dir, o.spec)
  const { writer, recovered: report } = JournalWriter.resume(journalDir, { spareBytes: SPARE })
  const recovered = recoverEngine(o.dir, setup, header, report.records)
  const sink = sinkOf(writer, graph, recovered)
  return { dir: o.dir, setup, header, graph, sink, recovered, lineage }
}

/** F-68: whoever cannot write does not start. */
function makeDir(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true })
    accessSync(dir, constants.W_OK | constants.X_OK)
  } catch (error) {
    // A read-only file system is reported as a parent that is not there.
    const code = (error as NodeJS.ErrnoException).code ?? String(error)
    throw new Failure(`--out ${dir}: cannot be created or written (${code}); name a directory that can`, 2)
  }
}

/** A session goes on only as what it was: same account, limits, instruments, agent. */
function checkSame(dir: string, spec: LiveSpec): void {
  if (existsSync(join(dir, MANIFEST))) {
    throw new Failure(`--out ${dir}: this session was sealed; name a new directory`, 2)
  }
  const recorded = liveSpecSchema.safeParse(JSON.parse(readFileSync(join(dir, CONFIG), 'utf8')))
  if (recorded.success && liveHeader(recorded.data) === liveHeader(spec)) return
  throw new Failure(
    `--out ${dir}: the session there was recorded under another configuration or agent (${join(dir, CONFIG)}); go on with that one, or name a new directory`,
    2,
  )
}

function sinkOf(journal: JournalWriter, graph: RunGraph, recovered?: Recovered): LiveSink {
  const keep = (bytes: Uint8Array, lengths: Uint16Array, count: number, closes: boolean): void =>
    journal.append(bytes, lengths, count, closes)
  const sink = new DigestSink(keep, graph.tap, () => journal.chain())
  recovered?.continueInto(sink)
  return { sink, journal, give: () => graph.give() }
}

export interface LiveSummary extends Readonly<Record<string, unknown>> {
  readonly digest: string
  readonly events: number
}

export interface SealOptions {
  readonly mode: string
  readonly agent: LoadedAgent
  readonly generated: boolean
  /** Further content of the manifest. */
  readonly provenance?: Readonly<Record<string, unknown>>
}

/** Writes tables and manifest; afterwards the session verifies. */
export async function sealLiveRun(run: LiveRun, session: LiveSession, o: SealOptions): Promise<LiveSummary> {
  const { engine } = session
  const digest = run.sink.sink.digest()
  const closing = run.sink.journal as JournalWriter
  closing.close()
  await run.graph.complete()
  writeTables(run.dir, run.setup, run.lineage)
  const { desk } = engine
  const money = (x: number): string => fromScaled(x, moneyDecimals(run.setup.base))
  const armed = desk.losses.initial !== 0
  const figures = {
    commands: desk.commandCount,
    trades: desk.ledger.trips,
    fills: desk.fillCount,
    base_currency: run.setup.base,
    initial_equity: money(desk.losses.initial),
    final_equity: money(armed ? desk.valuation.equity : 0),
    max_drawdown: desk.losses.maxDrawdown,
    state: desk.state,
    stopped: desk.stopped ?? null,
  }
  const events = (run.recovered?.events ?? 0) + session.events
  const inputs = (run.recovered?.inputs ?? 0) + session.inputs
  const latency_ms = session.latency.figures()
  await sealRun(run.dir, {
    mode: o.mode,
    journal: 'full',
    digest,
    events,
    inputs,
    code: codeVersion(),
    created: new Date().toISOString(),
    agent: { name: o.agent.name, hash: o.agent.hash },
    generated: o.generated,
    tapes: [],
    ...o.provenance,
    result: figures,
    latency_ms,
  })
  return { run: run.dir, events, inputs, digest, ...figures, latency_ms }
}

/** A fresh engine on a session's specification, writing to a sink of the caller's. */
export function engineOf(setup: EngineSetup, header: string, sink: DigestSink): Engine {
  const engine = new Engine(setup, sink)
  engine.begin(header)
  return engine
}
