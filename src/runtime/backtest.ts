/** A backtest: tapes in, run directory out. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import type { EffectiveConfig } from '../config/load.ts'
import { fromScaled } from '../core/base/decimal.ts'
import { DENIAL_REASONS } from '../core/domain/reason.ts'
import { moneyDecimals } from '../core/domain/units.ts'
import type { Engine } from '../core/engine/engine.ts'
import type { EngineSetup } from '../core/engine/setup.ts'
import { KIND } from '../core/engine/records.ts'
import { dayReturns, sharpe } from '../report/metrics.ts'
import { JournalWriter } from '../tape/journal.ts'
import { hashText } from '../tape/manifest.ts'
import { openTape, type Tape } from '../tape/read.ts'
import { codeVersion } from '../tape/version.ts'
import type { LoadedAgent } from './agent-load.ts'
import type { RunGraph } from './graph.ts'
import { type JournalMode, journaledSink } from './record-sink.ts'
import { JOURNAL_DIR, journalRecords } from './record-reader.ts'
import { claimRunDir, sealRun, writeConfig } from './run-dir.ts'
import { largestOrderLines, largestOrders } from './largest-orders.ts'
import { headerCash, headerInstruments, type RunSetup, setUp } from './run-setup.ts'
import { digestHeader, type RunSpec } from './run-spec.ts'
import { Tables } from './tables.ts'
import { runVirtual, type VirtualRunResult } from './virtual-run.ts'

export interface BacktestOptions {
  readonly tapes: readonly string[]
  readonly out: string
  readonly spec: RunSpec
  readonly config: EffectiveConfig
  readonly agent: LoadedAgent
  readonly journal: JournalMode
  readonly tables: boolean
  readonly commandLine: readonly string[]
  readonly batchSize?: number
  readonly attach?: (graph: RunGraph) => void
  readonly progress?: (events: number, total: number) => void
  readonly note?: (line: string) => void
}

/** The JSON document of `backtest` (`contract.md` 6). */
export type RunSummary = Readonly<Record<string, unknown>> & { readonly digest: string; readonly events: number }

export function headerOf(setup: RunSetup, spec: RunSpec): string {
  return digestHeader(spec, headerInstruments(setup), setup.engine.base, headerCash(setup), setup.feeTable)
}

export async function openTapes(dirs: readonly string[]): Promise<Tape[]> {
  const tapes: Tape[] = []
  for (const dir of dirs) tapes.push(await openTape(dir))
  return tapes
}

export async function backtest(o: BacktestOptions): Promise<RunSummary> {
  const tapes = await openTapes(o.tapes)
  const setup = setUp(tapes, o.spec, o.config, o.agent)
  const header = headerOf(setup, o.spec)
  claimRunDir(o.out)
  for (const line of setup.notes) o.note?.(line)
  if (o.note !== undefined) {
    o.note('largest opening orders that the limits allow at the first prices:')
    for (const line of largestOrderLines(await largestOrders(tapes, setup))) o.note(`  ${line}`)
  }
  writeConfig(o.out, o.spec, o.agent.files)
  const lineage = hashText(header).slice(0, 8)
  const journal =
    o.journal === 'none' ? undefined : JournalWriter.create(join(o.out, JOURNAL_DIR), { lineage, mode: o.journal })
  const total = tapes.flatMap((t) => t.manifest.streams).reduce((n, s) => n + s.rows, 0)
  const rolls: number[] = []
  const result = await runVirtual({
    setup,
    seed: o.spec.seed,
    header,
    sink: (tap) => journaledSink(o.journal, journal, rollTap(rolls, tap)),
    ...(o.batchSize === undefined ? {} : { batchSize: o.batchSize }),
    ...(o.attach === undefined ? {} : { attach: o.attach }),
    ...(o.progress === undefined ? {} : { progress: (n: number) => o.progress?.(n, total) }),
  })
  journal?.close()
  const exported = performance.now()
  if (o.tables && o.journal !== 'none') writeTables(o.out, setup.engine, lineage)
  const exportSeconds = (performance.now() - exported) / 1000
  const summary = summarise(o.out, setup, result, rolls, exportSeconds)
  await sealRun(o.out, manifestContent(o, tapes, setup, summary))
  return summary
}

/** Keeps the equity of each day roll while passing the records on. */
function rollTap(rolls: number[], tap: Parameters<typeof journaledSink>[2]): NonNullable<typeof tap> {
  return (bytes, lengths, count, closes) => {
    const words = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8)
    let at = 0
    for (let i = 0; i < count; i++) {
      if ((words[at] as number) % 256 === KIND.roll) rolls.push(words[at + 4] as number)
      at += (lengths[i] as number) / 8
    }
    tap?.(bytes, lengths, count, closes)
  }
}

export function writeTables(dir: string, setup: EngineSetup, lineage: string): void {
  const tables = new Tables(dir, setup, lineage)
  for (const record of journalRecords(dir)) tables.record(record)
  tables.close()
}

function summarise(
  run: string,
  setup: RunSetup,
  result: VirtualRunResult,
  rolls: readonly number[],
  exportSeconds: number,
): RunSummary {
  const { engine } = result
  const { desk } = engine
  const { base } = setup.engine
  const money = (x: number): string => fromScaled(x, moneyDecimals(base))
  const equity = desk.state === 'UNARMED' ? 0 : desk.valuation.equity
  const returns = dayReturns([desk.losses.initial, ...rolls, equity])
  return {
    run,
    events: result.events,
    inputs: result.inputs,
    commands: desk.commandCount,
    digest: result.digest,
    trades: desk.ledger.trips,
    fills: desk.fillCount,
    initial_equity: money(desk.losses.initial),
    final_equity: money(equity),
    max_drawdown: desk.losses.maxDrawdown,
    sharpe: sharpe(returns),
    base_currency: base,
    cash: cashOf(engine, setup),
    positions: positionsOf(engine, setup),
    denied: Object.fromEntries(DENIAL_REASONS.flatMap((r) => (desk.denied.has(r) ? [[r, desk.denied.get(r)]] : []))),
    state: desk.state,
    stopped: desk.stopped ?? null,
    wall_seconds: result.wallSeconds,
    events_per_second: result.wallSeconds > 0 ? Math.round(result.events / result.wallSeconds) : 0,
    export_seconds: exportSeconds,
  }
}

function cashOf(engine: Engine, setup: RunSetup): Record<string, string> {
  const { currencies } = setup.engine
  return Object.fromEntries(
    currencies.map((c, i) => [
      c,
      fromScaled(
        engine.desk.ledger.cash.reduce((sum, of) => sum + (of[i] as number), 0),
        moneyDecimals(c),
      ),
    ]),
  )
}

function positionsOf(engine: Engine, setup: RunSetup): Record<string, string> {
  const traded = setup.instruments.filter((i) => i.venue !== 'FX')
  return Object.fromEntries(traded.map((i) => [i.symbol, fromScaled(engine.desk.ledger.held(i.id), i.qtyDecimals)]))
}

function lockHash(): string {
  const path = new URL('../../package-lock.json', import.meta.url)
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}

function manifestContent(
  o: BacktestOptions,
  tapes: readonly Tape[],
  setup: RunSetup,
  summary: RunSummary,
): Record<string, unknown> {
  const rowsOf = (t: Tape): number => t.manifest.streams.reduce((n, s) => n + s.rows, 0)
  const { run: _run, wall_seconds: _w, events_per_second: _e, export_seconds: _x, ...figures } = summary
  return {
    mode: 'backtest',
    journal: o.journal,
    digest: summary.digest,
    events: summary.events,
    inputs: summary.inputs,
    code: codeVersion(),
    created: new Date().toISOString(),
    runtime: { node: process.version, platform: `${process.platform}-${process.arch}`, lock_sha256: lockHash() },
    command_line: o.commandLine,
    agent: { name: o.agent.name, hash: o.agent.hash },
    ...(setup.feeTable === undefined ? {} : { fee_table: setup.feeTable }),
    generated: tapes.some((t) => t.manifest.label === 'generated'),
    tapes: tapes.map((t) => ({
      path: relative(resolve(o.out), resolve(t.dir)),
      row_hash: t.manifest.row_hash,
      rows: rowsOf(t),
    })),
    result: figures,
  }
}
