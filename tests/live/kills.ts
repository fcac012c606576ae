/** Lives of `paper` that end by SIGKILL at random moments, and a last one in order; what the venue then knows decides. */
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Rng } from '../../src/core/base/rng.ts'
import { differences, type PaperBench } from '../support/paper-bench.ts'
import { KILL_POINTS } from './kill-point-names.ts'

export interface KillReport {
  readonly kills: number
  readonly fills: number
  readonly orders: number
  /** Lost fills, duplicate or orphaned orders, positions apart; in words. */
  readonly faults: readonly string[]
  readonly parts: readonly string[]
}

/** Milliseconds after its beginning within which a life is killed. */
const WITHIN_MS = 3000
/** An order's request, answer and notices take about so long. */
const ORDER_MS = 25
/** Enough for everything in doubt to be decided: two proofs five seconds apart, and a reconciliation. */
const LAST_LIFE = '45s'
/** Start, warm-up, reconciliation, and an order or two. */
const POINT_MS = 60_000

export async function killAgainAndAgain(
  bench: PaperBench,
  kills: number,
  seed: number,
  say: (line: string) => void = () => undefined,
): Promise<KillReport> {
  const rng = Rng.start(seed, 1)
  for (let n = 0; n < kills; n++) {
    const life = bench.paper()
    const kind = rng.below(8)
    // One in eight dies while it still begins, two at any moment, the others while an order is under way.
    if (kind > 0) await life.begun
    if (kind > 2) await orderUnderWay(bench)
    await new Promise((resolve) => setTimeout(resolve, rng.below(kind > 2 ? ORDER_MS : WITHIN_MS)))
    life.child.kill('SIGKILL')
    const code = await life.closed
    if (code !== null) throw new Error(`life ${n + 1} ended by itself with ${code}: ${life.stderr}`)
    say(`${n + 1} of ${kills} killed`)
  }
  return lastLife(bench, kills)
}

/** Every named point of `kill-points.ts`, `rounds` times over, each in a life of its own. */
export async function killAtEveryPoint(
  bench: PaperBench,
  rounds: number,
  say: (line: string) => void = () => undefined,
): Promise<KillReport> {
  for (let round = 1; round <= rounds; round++) {
    for (const point of KILL_POINTS) {
      const life = bench.paperUntil(point, 1)
      const code = await Promise.race([life.closed, later(POINT_MS)])
      if (code !== null) {
        life.child.kill('SIGKILL')
        throw new Error(`${point}: the life did not die there but ${code}: ${life.stderr}`)
      }
      say(`killed at ${point}, round ${round} of ${rounds}`)
    }
  }
  return lastLife(bench, rounds * KILL_POINTS.length)
}

function later(ms: number): Promise<string> {
  return new Promise((resolve) => setTimeout(() => resolve('went on'), ms).unref())
}

/** A life that ends in order, and what the venue then knows. */
async function lastLife(bench: PaperBench, kills: number): Promise<KillReport> {
  const last = bench.paper('--for', LAST_LIFE, '--json')
  const code = await last.closed
  if (code !== 0) throw new Error(`the last life ended with ${code}: ${last.stderr}`)
  const document = JSON.parse(last.stdout) as {
    positions: Record<string, number>
    verify: { identical: boolean }
  }
  const venue = await bench.state()
  const faults = differences(bench, venue)
  if (!document.verify.identical) faults.push('the recording does not verify')
  for (const symbol of new Set([...Object.keys(venue.positions), ...Object.keys(document.positions)])) {
    const [ours, theirs] = [document.positions[symbol] ?? 0, Number(venue.positions[symbol]?.qty ?? 0)]
    if (ours !== theirs) faults.push(`${symbol}: ${ours} held in the session, ${theirs} at the venue`)
  }
  const orders = venue.orders.filter((o) => o.action === 'new').length
  return { kills, fills: venue.fills.length, orders, faults, parts: bench.parts }
}

/** The adapter wrote of an order, or nothing was ordered for a while. */
async function orderUnderWay(bench: PaperBench): Promise<void> {
  const path = join(bench.out, '.adapter', 'kis-orders.jsonl')
  const size = (): number => (existsSync(path) ? statSync(path).size : 0)
  const before = size()
  const end = performance.now() + 20_000
  while (size() === before && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 1))
}
