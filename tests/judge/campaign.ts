/**
 * `npm run campaign`: random scenarios of market, orders, faults and operator, the judge after every event.
 * The seed is printed; a failure is made smaller and kept as data under tests/regressions, where the default test run
 * replays it for ever.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import fc from 'fast-check'
import { scenario } from './ops.ts'
import { run } from './run-scenario.ts'
import { shrink } from './shrink.ts'
import type { Scenario } from './world.ts'

const HELP = `Random scenarios against the independent judge.

Usage: npm run campaign -- [options]

  --runs N      scenarios to play (100000)
  --seed N      seed of the first scenario (from the clock, printed)
  --most N      operations in a scenario at most (120)
  --failures N  stop after this many different invariants failed (5)
  --keep DIR    where failures are kept (tests/regressions)

Examples:
  npm run campaign -- --runs 2000 --seed 1
  npm run campaign -- --runs 1 --seed 4711     one scenario again

Exit codes: 0 none failed, 1 a scenario failed, 2 an option is wrong.
`

export interface CampaignOptions {
  readonly runs: number
  readonly seed: number
  readonly most: number
  readonly failures: number
}

export interface Failure {
  readonly seed: number
  readonly id: string
  readonly message: string
  readonly scenario: Scenario
}

export interface CampaignResult {
  readonly played: number
  readonly steps: number
  readonly seen: ReadonlyMap<string, number>
  readonly failures: readonly Failure[]
}

/** The scenario of a seed. */
export function drawn(seed: number, most: number): Scenario {
  return fc.sample(scenario(most), { seed, numRuns: 1 })[0] as Scenario
}

/** Plays scenarios `seed`, `seed + 1`, …; the first failure of each invariant is made smaller. */
export function campaign(
  o: CampaignOptions,
  progress?: (played: number, failed: number) => void,
  found?: (failure: Failure) => void,
): CampaignResult {
  const seen = new Map<string, number>()
  const failures = new Map<string, Failure>()
  let steps = 0
  let played = 0
  while (played < o.runs && failures.size < o.failures) {
    const seed = o.seed + played++
    const whole = drawn(seed, o.most)
    const result = run(whole)
    steps += result.steps
    for (const [what, count] of result.seen) seen.set(what, (seen.get(what) ?? 0) + count)
    const { violation } = result
    if (violation !== undefined && !failures.has(violation.id)) {
      const small = shrink(whole, violation.id)
      const message = run(small).violation?.message ?? violation.message
      const failure = { seed, id: violation.id, message, scenario: small }
      failures.set(violation.id, failure)
      found?.(failure)
    }
    progress?.(played, failures.size)
  }
  return { played, steps, seen, failures: [...failures.values()] }
}

function whole(name: string, text: string, least: number): number {
  const n = Number(text)
  if (Number.isSafeInteger(n) && n >= least) return n
  throw new RangeError(`--${name} "${text}": give a whole number of at least ${least}`)
}

/** At once: a campaign may be stopped. */
function keep(dir: string, f: Failure): void {
  mkdirSync(dir, { recursive: true })
  const file = join(dir, `${f.id.toLowerCase()}-${f.seed}.json`)
  writeFileSync(file, `${JSON.stringify(f, null, 2)}\n`)
  console.log(`FAILED ${f.id}, seed ${f.seed}, ${f.scenario.ops.length} operations, kept in ${file}\n  ${f.message}`)
}

function main(): number {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '100000' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
      most: { type: 'string', default: '120' },
      failures: { type: 'string', default: '5' },
      keep: { type: 'string', default: 'tests/regressions' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  const options = {
    runs: whole('runs', values.runs, 1),
    seed: whole('seed', values.seed, 0),
    most: whole('most', values.most, 1),
    failures: whole('failures', values.failures, 1),
  }
  console.log(`campaign: ${options.runs} scenarios from seed ${options.seed}`)
  const tell = Math.max(1, Math.floor(options.runs / 20))
  const progress = (played: number, failed: number): void => {
    if (played % tell === 0) console.log(`campaign: ${played} played, ${failed} failed`)
  }
  const result = campaign(options, progress, (f) => keep(values.keep, f))
  for (const [what, count] of [...result.seen].sort(([a], [b]) => (a < b ? -1 : 1))) console.log(`  ${count}  ${what}`)
  const { played, steps, failures } = result
  console.log(`campaign: ${played} scenarios, ${steps} events, ${failures.length} failed, seed ${options.seed}`)
  return failures.length === 0 ? 0 : 1
}

if (import.meta.main) {
  try {
    process.exitCode = main()
  } catch (error) {
    console.error((error as Error).message)
    process.exitCode = 2
  }
}
