/**
 * A live session's directory: opened new, or gone on with after a crash by re-running its own journal; sealed at the end
 * with tables and a manifest, after which anybody can verify it offline.
 */
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../cli/failure.ts'
import type { EffectiveConfig } from '../config/load.ts'
import type { Engine } from '../core/engine/engine.ts'
import type { EngineSetup } from '../core/engine/setup.ts'
import { JournalWriter } from '../tape/journal.ts'
import { canonicalJson, hashText } from '../tape/manifest.ts'
import type { LoadedAgent } from './agent-load.ts'
import { buildId } from './build.ts'
import { RunGraph } from './graph.ts'
import { type Opening, OPENING_NAME, openEngine, partHeader, readOpening, writeOpening } from './live-opening.ts'
import { liveHeader, liveSetup, type LiveSpec, liveSpecSchema } from './live-spec.ts'
import type { LiveSink } from './live-session.ts'
import { type Recovered, recoverEngine } from './live-recover.ts'
import { DigestSink } from './record-sink.ts'
import { JOURNAL_DIR } from './record-reader.ts'
import { LOGS_DIR, writeAgentFiles } from './run-dir.ts'

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
  /** What the journal held when this went on with it, after a crash. */
  readonly recovered: Recovered | undefined
  /** An engine that has a past: recovered from the journal, or opened from the part before. */
  readonly engine: Engine | undefined
  readonly lineage: string
}

export interface OpenOptions {
  readonly dir: string
  readonly spec: LiveSpec
  readonly config: EffectiveConfig
  readonly agent: LoadedAgent
  /** What a new part opens with; an old one knows its own. */
  readonly opening?: Opening | undefined
  /** Output streams of the part before, which go on. */
  readonly graph?: RunGraph
}

/** Opens a new session's directory, or goes on with the one that lies there under the same specification. */
export function openLiveRun(o: OpenOptions): LiveRun {
  const { dir, spec } = o
  const setup = liveSetup(spec, o.config, o.agent)
  const lineage = hashText(liveHeader(spec)).slice(0, 8)
  const journalDir = join(dir, JOURNAL_DIR)
  makeDir(dir)
  const graph = o.graph ?? new RunGraph(setup)
  if (!existsSync(join(dir, CONFIG))) {
    clearBeginnings(dir)
    const header = partHeader(spec, o.opening)
    if (o.opening !== undefined) writeOpening(dir, o.opening)
    writeAgentFiles(dir, o.agent.files)
    const journal = JournalWriter.create(journalDir, { lineage, mode: 'full', build: buildId() }, { spareBytes: SPARE })
    // Last: with it the directory is a session, and one that lacks it was never begun.
    writeFileSync(join(dir, `${CONFIG}.part`), canonicalJson(spec), { flush: true })
    renameSync(join(dir, `${CONFIG}.part`), join(dir, CONFIG))
    const sink = sinkOf(journal, graph)
    const engine = o.opening === undefined ? undefined : openEngine(setup, header, sink.sink, o.opening)
    return { dir, setup, header, graph, sink, recovered: undefined, engine, lineage }
  }
  checkSame(dir, spec)
  const opening = readOpening(dir)
  const header = partHeader(spec, opening)
  const { writer, recovered: report } = JournalWriter.resume(journalDir, { spareBytes: SPARE })
  const recovered = recoverEngine(dir, setup, header, report.records, opening)
  const sink = sinkOf(writer, graph, recovered)
  return { dir, setup, header, graph, sink, recovered, engine: recovered.engine, lineage }
}

/** What a process leaves that died before its session began: nothing was recorded or sent yet. */
const BEGINNINGS = new Set([JOURNAL_DIR, 'agent', OPENING_NAME, `${CONFIG}.part`])

function clearBeginnings(dir: string): void {
  const names = readdirSync(dir).filter((name) => name !== LOGS_DIR)
  if (names.some((name) => !BEGINNINGS.has(name))) {
    throw new Failure(`--out ${dir}: holds something that is no session; name a new directory`, 2)
  }
  for (const name of names) rmSync(join(dir, name), { recursive: true })
}

/** F-68: whoever cannot write does not start. */
export function makeDir(dir: string): void {
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
  checkSpec(dir, spec)
}

/** A sealed part under the same specification, and the digest it was sealed with. */
export function readLivePart(dir: string, spec: LiveSpec): { readonly digest: string } {
  checkSpec(dir, spec)
  const manifest = JSON.parse(readFileSync(join(dir, MANIFEST), 'utf8')) as { digest?: unknown }
  if (typeof manifest.digest === 'string') return { digest: manifest.digest }
  throw new Failure(`${join(dir, MANIFEST)}: digest is missing`)
}

function checkSpec(dir: string, spec: LiveSpec): void {
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
