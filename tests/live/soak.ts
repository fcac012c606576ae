/**
 * `npm run soak -- --minutes 60`: `paper` for so long at the pace of the wall, against the emulator in another process.
 * `npm run soak -- --days 30`: `start` over a generated tape of so many trading days, as fast as it goes.
 *
 * Memory of the session's process is taken every few seconds; where control groups are to be had it is held to one CPU
 * and 1 GiB. Exit 1 when the session ended otherwise than in order, said an error, does not verify, or went on growing.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { epochDay, SECOND } from '../../src/core/base/time.ts'
import { writeMarketTape } from '../../src/generate/market-tape.ts'
import { BIN } from '../cli/run-cli.ts'
import { PaperBench } from '../support/paper-bench.ts'
import { confine } from './cgroup.ts'
import { MemoryWatch } from './memory-watch.ts'

const { values } = parseArgs({ options: { minutes: { type: 'string' }, days: { type: 'string' } } })
const root = mkdtempSync(join(tmpdir(), 'sametape-soak-'))

interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  readonly memory: MemoryWatch
  readonly limits: string
}

/** Takes a session's memory until it ends. */
async function watched(
  child: ChildProcess,
  closed: Promise<number | null>,
  said: () => [string, string],
): Promise<Outcome> {
  const pid = child.pid ?? 0
  const limits = confine(pid)
  const memory = new MemoryWatch(pid)
  const timer = setInterval(() => memory.take(), 2000)
  const code = await closed
  clearInterval(timer)
  const [stdout, stderr] = said()
  return { code, stdout, stderr, memory, limits: limits.what }
}

async function atWallPace(minutes: number): Promise<Outcome> {
  const bench = await PaperBench.open(join(root, 'bench'), [], 20)
  try {
    const life = bench.paper('--for', `${minutes}m`, '--json')
    return await watched(life.child, life.closed, () => [life.stdout, life.stderr])
  } finally {
    await bench.close()
  }
}

async function days(n: number): Promise<Outcome> {
  const tape = join(root, 'market')
  const symbols = ['000660', '005930', 'NVDA', 'PLTR']
  const shape = { rate: 14, bars: false, fx: true, quiet: 6 * SECOND, depth: 20 }
  await writeMarketTape({ symbols, days: n, seed: 1, start: epochDay(2026, 3, 9), ...shape }, tape)
  mkdirSync(join(root, 'config'))
  writeFileSync(join(root, 'config', 'trading.yaml'), `trading:\n  symbols: ${JSON.stringify(symbols)}\n`)
  const args = ['start', '--tape', tape, '--config', join(root, 'config'), '--out', join(root, 'session'), '--json']
  const child = spawn(process.execPath, [BIN, ...args])
  const said: [string, string] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (said[0] += String(chunk)))
  child.stderr.on('data', (chunk: Buffer) => (said[1] += String(chunk)))
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve))
  return watched(child, closed, () => said)
}

const minutes = Number(values.minutes ?? 0)
const wanted = Number(values.days ?? 0)
if (!(minutes > 0) && !(wanted > 0)) throw new RangeError('give --minutes N or --days N')
const began = performance.now()
const { code, stdout, stderr, memory, limits } = minutes > 0 ? await atWallPace(minutes) : await days(wanted)
const wall = (performance.now() - began) / 1000
const identical = /"verif\w*":\s*(?:\{[^}]*)?"?identical/.test(stdout)
const errors = stderr.split('\n').filter((line) => /\berror\b|unhandled|warning/i.test(line))
const { steady, table } = memory.verdict()
process.stdout.write(
  `${JSON.stringify({ code, identical, errors, wall_s: Math.round(wall), limits, steady, ...table })}\n`,
)
if (code === 0 && identical && errors.length === 0 && steady) rmSync(root, { recursive: true, force: true })
else {
  writeFileSync(join(root, 'stdout.txt'), stdout)
  writeFileSync(join(root, 'stderr.txt'), stderr)
  process.stdout.write(`kept: ${root}\n`)
  process.exitCode = 1
}
