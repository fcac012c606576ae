/** Lives of `paper` that end by SIGKILL at random moments, and a last one in order; what the venue then knows decides. */
import { Rng } from '../../src/core/base/rng.ts'
import { differences, type PaperBench } from '../support/paper-bench.ts'

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
/** Enough for everything in doubt to be decided: two proofs five seconds apart, and a reconciliation. */
const LAST_LIFE = '45s'

export async function killAgainAndAgain(
  bench: PaperBench,
  kills: number,
  seed: number,
  say: (line: string) => void = () => undefined,
): Promise<KillReport> {
  const rng = Rng.start(seed, 1)
  for (let n = 0; n < kills; n++) {
    const life = bench.paper()
    // One in eight dies while it still begins.
    if (rng.below(8) > 0) await life.begun
    await new Promise((resolve) => setTimeout(resolve, rng.below(WITHIN_MS)))
    life.child.kill('SIGKILL')
    const code = await life.closed
    if (code !== null) throw new Error(`life ${n + 1} ended by itself with ${code}: ${life.stderr}`)
    say(`${n + 1} of ${kills} killed`)
  }
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
