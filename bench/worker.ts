/**
 * One measurement in a process of its own: `node bench/worker.ts <case> <rows> [tape]` prints one JSON line. Cases:
 * memory (tape in memory, no journal), parquet (from the tape, journal full), decode, plain (a hand-written loop).
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../src/config/load.ts'
import type { BenchName } from '../src/generate/bench.ts'
import { loadAgent } from '../src/runtime/agent-load.ts'
import { headerOf } from '../src/runtime/backtest.ts'
import { journaledSink } from '../src/runtime/record-sink.ts'
import { setUp } from '../src/runtime/run-setup.ts'
import { makeSpec } from '../src/runtime/run-spec.ts'
import { SIM_DEFAULTS } from '../src/runtime/sim-options.ts'
import { runVirtual } from '../src/runtime/virtual-run.ts'
import { JournalWriter } from '../src/tape/journal.ts'
import { openTape, type Tape } from '../src/tape/read.ts'
import { memoryTape } from './memory-tape.ts'
import { plainLoop } from './plain-loop.ts'

const WIDE = [
  'daily_loss_limit',
  'position_size_limit',
  'stop_loss_pct',
  'emergency_shutdown_loss',
  'quarantine_move_pct',
]

async function replay(tape: Tape, agentName: string, journalDir: string | undefined): Promise<Record<string, number>> {
  const sets = [...WIDE.map((name) => `risk.${name}=0.99`), 'risk.max_daily_orders=1000000']
  const config = loadConfig({ dir: undefined, sets, env: {} })
  const agent = await loadAgent(agentName)
  const simulation = { ...SIM_DEFAULTS, fees: 'bps:5', slippage: 'ticks:1', liquidity: 'unlimited' }
  const spec = makeSpec({ config, agent, simulation })
  const setup = setUp([tape], spec, config, agent)
  const journal = journalDir === undefined ? undefined : JournalWriter.create(journalDir, { bench: true })
  const result = await runVirtual({
    setup,
    seed: 0,
    header: headerOf(setup, spec),
    sink: () => journaledSink(journal === undefined ? 'none' : 'full', journal),
  })
  journal?.close()
  return { rate: result.events / result.wallSeconds, fills: result.engine.desk.fillCount }
}

async function decode(tape: Tape): Promise<Record<string, number>> {
  let rows = 0
  const start = performance.now()
  for (let i = 0; i < tape.manifest.streams.length; i++) {
    for await (const chunk of tape.stream(i).chunks({ priceDecimals: 2, qtyDecimals: 0 })) rows += chunk.rows
  }
  return { rate: (rows * 1000) / (performance.now() - start) }
}

async function measure([what, name, rows, agent, dir]: string[]): Promise<Record<string, number>> {
  const bench = name as BenchName
  if (what === 'plain') return plainLoop(bench, Number(rows))
  if (what === 'memory') return replay(memoryTape(bench, Number(rows)), agent as string, undefined)
  const tape = await openTape(dir as string)
  if (what === 'decode') return decode(tape)
  const out = mkdtempSync(join(tmpdir(), 'sametape-bench-'))
  try {
    return await replay(tape, agent as string, what === 'parquet' ? join(out, 'journal') : undefined)
  } finally {
    rmSync(out, { recursive: true })
  }
}

const figures = await measure(process.argv.slice(2))
const rssMb = process.resourceUsage().maxRSS / 1024
process.stdout.write(`${JSON.stringify({ ...figures, rssMb })}\n`)
