/**
 * Re-runs a recorded session through the unchanged engine, simulator included, and compares every record. Nothing is
 * written into the run.
 */
import { join, resolve } from 'node:path'
import { Failure } from '../cli/failure.ts'
import { loadConfig } from '../config/load.ts'
import { codeVersion } from '../tape/version.ts'
import type { FeeTableId } from '../reference/fees.ts'
import { type LoadedAgent, loadAgent } from './agent-load.ts'
import { headerOf, openTapes } from './backtest.ts'
import { Comparison, compareRecords, type Difference, type WatchRecord } from './compare.ts'
import { CHECKPOINT } from './record-sink.ts'
import { journalRecords } from './record-reader.ts'
import { agentDir, openRun, type RunManifest, storedPath } from './run-dir.ts'
import { setUp } from './run-setup.ts'
import { rerunLive } from './live-verify.ts'
import type { LiveSpec } from './live-spec.ts'
import { type RunSpec, setsOf } from './run-spec.ts'
import { runVirtual } from './virtual-run.ts'

export interface Verification {
  readonly identical: boolean
  readonly events: number
  readonly digest: string
  readonly code: { readonly recorded: string; readonly running: string }
  readonly first_difference: Difference | null
  readonly cause: string | null
}

/** The agent as it was recorded: ours by name, a user's from the copy inside the run. */
async function recordedAgent(run: string, spec: RunSpec | LiveSpec): Promise<LoadedAgent> {
  const { name, hash } = spec.agent
  const own = /\.(ts|mts|js|mjs)$/.test(name)
  const agent = await loadAgent(own ? join(agentDir(run), storedPath(name)) : name)
  if (agent.hash !== hash && !own) throw new Failure(`agent ${name}: this version's is not the one recorded`, 3)
  return { ...agent, hash }
}

export interface VerifyOptions {
  readonly tapes?: readonly string[]
  readonly progress?: (events: number, total: number) => void
  /** Sees every record of the re-run, those of market rows included. */
  readonly watch?: WatchRecord
}

export async function verify(run: string, options: VerifyOptions): Promise<Verification> {
  const { manifest, spec } = await openRun(run)
  if ('kind' in spec) {
    const agent = await recordedAgent(run, spec)
    const again = rerunLive(run, spec, agent, (n) => options.progress?.(n, manifest.events), options.watch)
    return judge(manifest, again.digest, again.events, again.first, undefined)
  }
  const dirs = manifest.tapes.map((t, i) => options.tapes?.[i] ?? resolve(run, t.path))
  const tapes = await openTapes(dirs)
  tapes.forEach((tape, i) => {
    const recorded = manifest.tapes[i]?.row_hash
    if (tape.manifest.row_hash === recorded) return
    throw new Failure(
      `tape ${tape.dir}: its rows are not the ones recorded (${tape.manifest.row_hash}, run: ${recorded})`,
    )
  })
  const config = loadConfig({ dir: undefined, sets: setsOf(spec), env: {} })
  const agent = await recordedAgent(run, spec)
  const setup = setUp(tapes, spec, config, agent)
  const recorded = manifest.journal === 'none' ? undefined : journalRecords(run)
  const comparison = new Comparison(recorded, manifest.journal === 'refs', options.watch)
  const result = await runVirtual({
    setup,
    seed: spec.seed,
    header: headerOf(setup, spec),
    sink: () => ({ sink: comparison.sink, flush: () => comparison.finish() }),
    progress: (n) => options.progress?.(n, manifest.events),
  })
  return judge(manifest, result.digest, result.events, comparison.first, feeTableChange(manifest, setup.feeTable))
}

/** Says how the fee table differs from the one recorded; undefined when it does not. */
function feeTableChange({ fee_table: then }: RunManifest, now: FeeTableId | undefined): string | undefined {
  if (then === undefined || now === undefined || then.sha256 === now.sha256) return undefined
  const of = (id: FeeTableId): string => `${id.version}/sha256:${id.sha256.slice(0, 12)}`
  return `fee table ${now.name} is not the one recorded (${of(then)}, now ${of(now)})`
}

function judge(
  manifest: RunManifest,
  digest: string,
  events: number,
  first: Difference | undefined,
  feeChange: string | undefined,
): Verification {
  const code = { recorded: manifest.code, running: codeVersion() }
  const identical = first === undefined && digest === manifest.digest && events === manifest.events
  const cause = identical ? null : (feeChange ?? causeOf(first, code))
  return { identical, events, digest, code, first_difference: first ?? null, cause }
}

function causeOf(first: Difference | undefined, code: { recorded: string; running: string }): string {
  if (code.recorded !== code.running) return 'code version'
  if (first === undefined) return 'market rows'
  if (first.stream === 'header') return 'configuration'
  return first.stream === 'reports' ? 'simulated venue' : 'engine'
}

/** Two runs side by side, by their journals. */
export async function diffRuns(a: string, b: string): Promise<Verification & { a: string; b: string }> {
  const [left, right] = [await openRun(a), await openRun(b)]
  for (const [run, of] of [
    [a, left],
    [b, right],
  ] as const) {
    if (of.manifest.journal === 'none') throw new Failure(`${run}: it has no journal to compare (--journal none)`)
  }
  const rows = (run: string): Iterator<ReturnType<typeof own>> => numbered(run)
  const first = firstDifference(rows(a), rows(b))
  const same = left.manifest.digest === right.manifest.digest
  const code = { recorded: left.manifest.code, running: right.manifest.code }
  const cause = first === undefined ? (same ? null : 'market rows') : causeOf(first, code)
  const { events, digest } = left.manifest
  return { identical: same, events, digest, code, first_difference: first ?? null, cause, a, b }
}

function own(run: string) {
  return journalRecords(run).next().value
}

/** Records that both journal modes keep: everything but market rows and checkpoints. */
function* numbered(run: string): Generator<NonNullable<ReturnType<typeof own>>> {
  for (const r of journalRecords(run)) if (r.kind >= 16 && r.kind !== CHECKPOINT) yield r
}

function firstDifference(a: Iterator<unknown>, b: Iterator<unknown>): Difference | undefined {
  for (;;) {
    const [x, y] = [a.next(), b.next()]
    if (x.done === true && y.done === true) return undefined
    const left = x.done === true ? undefined : (x.value as never)
    const right = y.done === true ? undefined : (y.value as never)
    const difference = compareRecords(left, right, 0)
    if (difference !== undefined) return difference
  }
}
