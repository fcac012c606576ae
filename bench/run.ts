/**
 * `npm run bench`: replay throughput on the comparison tapes beside the plain loop, decode, journal, memory, and the way
 * from a tick to the bytes of an order (`wire.ts`). Each figure
 * is the median of runs in processes of their own. The machines are shared and noisy: trust ratios within one run.
 *
 * --json one document; --short (CI): 1,000,000 bars and 2,000,000 ticks in memory as ratios to the plain loop, exit 1 when
 * a ratio fell more than 30 % below bench/baseline.json; --write-baseline writes it.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeBenchTape } from '../src/generate/bench-tape.ts'
import { measureJournal } from './journal.ts'

interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly floor: number | null
  readonly target: number | null
  /** Of figures that are a distribution. */
  readonly p50: number | null
  readonly p99: number | null
  readonly p99_9: number | null
}

const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url))
const WIRE = fileURLToPath(new URL('wire.ts', import.meta.url))
const BASELINE = fileURLToPath(new URL('baseline.json', import.meta.url))
const RUNS = 3
const MOST_LOSS = 0.3

function child(args: readonly string[]): Record<string, number> {
  const done = spawnSync(process.execPath, [WORKER, ...args], { encoding: 'utf8' })
  if (done.status !== 0) throw new Error(`bench worker ${args.join(' ')}: ${done.stderr}`)
  return JSON.parse(done.stdout) as Record<string, number>
}

function median(args: readonly string[], key = 'rate'): number {
  const values = Array.from({ length: RUNS }, () => child(args)[key] as number).sort((a, b) => a - b)
  return values[Math.floor(RUNS / 2)] as number
}

function figure(
  name: string,
  value: number,
  unit: string,
  floor: number | null = null,
  target: number | null = null,
): Figure {
  return { name, value: Math.round(value * 1000) / 1000, unit, floor, target, p50: null, p99: null, p99_9: null }
}

/** Tick to order bytes by stage, against the KIS emulator in another process: milliseconds, the value is the p99. */
function wire(): Figure[] {
  const done = spawnSync(process.execPath, [WIRE], { encoding: 'utf8' })
  if (done.status !== 0) throw new Error(`bench/wire.ts: ${done.stderr}`)
  const { stages } = JSON.parse(done.stdout) as { stages: Record<string, { p50: number; p99: number; p99_9: number }> }
  return Object.entries(stages).map(([stage, { p50, p99, p99_9 }]) => {
    const whole = stage === 'all'
    const name = whole ? 'tick → order bytes, KIS, p99' : `  of that ${stage}, p99`
    return { ...figure(name, p99, 'ms', whole ? 20 : null, whole ? 2 : null), p50, p99, p99_9 }
  })
}

/** The best of several runs: other work on the machine only ever adds to a time. */
function best(args: readonly string[]): number {
  return Math.max(...Array.from({ length: RUNS }, () => child(args).rate as number))
}

function ratios(): Record<string, number> {
  const bars = ['B1', '1000000'] as const
  const ticks = ['Q1', '2000000'] as const
  return {
    's1a on B1': best(['memory', ...bars, 's1a']) / best(['plain', ...bars]),
    's1q on Q1': best(['memory', ...ticks, 's1q']) / best(['plain', ...ticks]),
  }
}

async function full(): Promise<Figure[]> {
  const root = mkdtempSync(join(tmpdir(), 'sametape-bench-'))
  try {
    await writeBenchTape('B1', join(root, 'B1'))
    await writeBenchTape('Q1', join(root, 'Q1'))
    const b1 = ['B1', '1000000'] as const
    const q1 = ['Q1', '10000000'] as const
    const q1Parquet = median(['parquet', ...q1, 's1q', join(root, 'Q1')])
    const q1NoJournal = median(['replay', ...q1, 's1q', join(root, 'Q1')])
    const journal = measureJournal(root, 1_000_000)
    const rss = median(['parquet', ...q1, 's1q', join(root, 'Q1')], 'rssMb')
    const rssB1 = median(['parquet', ...b1, 's1a', join(root, 'B1')], 'rssMb')
    return [
      figure('ticks, Parquet, journal full, s1q', q1Parquet, 'events/s', 500_000, 1_000_000),
      figure('ticks, in memory, no journal, s1q', median(['memory', ...q1, 's1q']), 'events/s', 750_000, 2_000_000),
      figure('ticks, in memory, no journal, hold', median(['memory', ...q1, 'hold']), 'events/s'),
      figure('ticks, plain loop', median(['plain', ...q1]), 'events/s'),
      figure(
        'bars, Parquet, journal full, s1a',
        median(['parquet', ...b1, 's1a', join(root, 'B1')]),
        'bars/s',
        300_000,
        1_000_000,
      ),
      figure('bars, in memory, no journal, s1a', median(['memory', ...b1, 's1a']), 'bars/s', 500_000, 1_500_000),
      figure('bars, in memory, no journal, hold', median(['memory', ...b1, 'hold']), 'bars/s'),
      figure('bars, plain loop', median(['plain', ...b1]), 'bars/s'),
      figure('decode alone, ticks', median(['decode', ...q1, '-', join(root, 'Q1')]), 'rows/s'),
      figure('decode alone, bars', median(['decode', ...b1, '-', join(root, 'B1')]), 'rows/s'),
      figure('journal overhead on throughput, ticks', 1 - q1Parquet / q1NoJournal, 'share', 0.2, 0.1),
      figure('journal write', journal.write_records_per_second, 'records/s'),
      figure('journal scan and chain check', journal.scan_records_per_second, 'records/s', 5_000_000, 20_000_000),
      figure('peak memory, 10^7 ticks', rss, 'MB', 600, 300),
      figure('peak memory, 10^6 bars', rssB1, 'MB', 600, 300),
      ...wire(),
    ]
  } finally {
    rmSync(root, { recursive: true })
  }
}

/** A loss counts when it shows three times over: the machines are shared. */
const ATTEMPTS = 3

function short(write: boolean): { figures: Figure[]; lost: string[] } {
  let result = attempt(write)
  for (let i = 1; i < ATTEMPTS && result.lost.length > 0; i++) result = attempt(false)
  return result
}

function attempt(write: boolean): { figures: Figure[]; lost: string[] } {
  const now = ratios()
  if (write) writeFileSync(BASELINE, `${JSON.stringify({ machine: machine(), ratios: now }, null, 2)}\n`)
  const known = existsSync(BASELINE)
    ? (JSON.parse(readFileSync(BASELINE, 'utf8')) as { ratios: Record<string, number> }).ratios
    : {}
  const lost = Object.entries(now).filter(([name, r]) => r < (known[name] ?? 0) * (1 - MOST_LOSS))
  const figures = Object.entries(now).map(([name, r]) =>
    figure(`${name} / plain loop`, r, 'ratio', (known[name] ?? 0) * (1 - MOST_LOSS)),
  )
  return {
    figures,
    lost: lost.map(([name, r]) => `${name}: ${r.toFixed(4)} of the plain loop, baseline ${known[name]?.toFixed(4)}`),
  }
}

function machine(): unknown {
  const all = cpus()
  return {
    cpu: all[0]?.model,
    cores: all.length,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
  }
}

const args = process.argv.slice(2)
const quick = args.includes('--short') || args.includes('--write-baseline')
const { figures, lost } = quick ? short(args.includes('--write-baseline')) : { figures: await full(), lost: [] }
if (args.includes('--json')) process.stdout.write(`${JSON.stringify({ figures, machine: machine() }, null, 2)}\n`)
else {
  for (const f of figures) {
    const value = f.value >= 1000 ? Math.round(f.value).toLocaleString('en-US') : String(f.value)
    const floor = f.floor === null ? '' : `floor ${f.floor.toLocaleString('en-US')}`
    const spread = f.p50 === null ? '' : ` p50 ${f.p50.toFixed(3)}, p99.9 ${f.p99_9?.toFixed(3)}`
    process.stdout.write(`${f.name.padEnd(40)}${value.padStart(14)} ${f.unit.padEnd(10)} ${floor}${spread}\n`)
  }
}
for (const line of lost) process.stderr.write(`slower than the baseline by more than 30 %: ${line}\n`)
process.exitCode = lost.length > 0 ? 1 : 0
