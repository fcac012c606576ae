/**
 * `npm run hard`: agents that buy and sell as hard as they can, on stress days, generated markets and crashes, with one
 * broker and with two. No limit may be passed: by arithmetic on the run's tables, and by the judge over its records.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type HardResult, playHard } from './play.ts'
import { AGENTS, type AgentName, SIMS, type SimName } from './choices.ts'
import { crashTapes, generatedTape, hasStress, STRESS_FILES, stressTape } from './tapes.ts'

const HELP = `Agents that press against every limit, proved by tables and by the judge.

Usage: npm run hard -- [options]

  --only TEXT  only runs whose name contains it, e.g. "crash, 2 brokers"
  --keep DIR   keep tapes and runs there (else a temporary directory, removed at the end)

Example:
  npm run hard -- --only DBB

Exit codes: 0 no limit was passed, 1 one was, 2 an option is wrong.
`

interface Market {
  readonly name: string
  tapes(dir: string): Promise<readonly string[]>
}

const MADE: readonly Market[] = [
  { name: 'crash of 12', tapes: (dir) => crashTapes(dir, 12, 600) },
  { name: 'crash of 1', tapes: (dir) => crashTapes(dir, 1, 600) },
  { name: 'generated bars', tapes: async (dir) => [await generatedTape(dir, 12, 3, 3, true)] },
  { name: 'generated ticks', tapes: async (dir) => [await generatedTape(dir, 3, 1, 7, false)] },
]

function markets(): Market[] {
  if (!hasStress()) {
    console.log('hard: stress data is not there (SAMETAPE_SHARED): skipped')
    return [...MADE]
  }
  const real = STRESS_FILES.map((f): Market => ({ name: f.symbol, tapes: async (dir) => [await stressTape(dir, f)] }))
  const [, ...together] = STRESS_FILES
  const both = (dir: string): Promise<string[]> => Promise.all(together.map((f) => stressTape(dir, f)))
  return [...real, { name: together.map((f) => f.symbol).join(' and '), tapes: both }, ...MADE]
}

interface Planned {
  readonly name: string
  readonly market: Market
  readonly agent: AgentName
  readonly brokers: 1 | 2
  readonly sim: SimName
}

function planned(only: string): Planned[] {
  const all = markets().flatMap((market) =>
    ([1, 2] as const).flatMap((brokers) =>
      (Object.keys(AGENTS) as AgentName[]).flatMap((agent) =>
        (Object.keys(SIMS) as SimName[]).map((sim) => {
          const name = `${market.name}, ${brokers} ${brokers === 1 ? 'broker' : 'brokers'}, ${agent}, ${sim}`
          return { name, market, agent, brokers, sim }
        }),
      ),
    ),
  )
  return all.filter((p) => p.name.includes(only))
}

function tell(name: string, r: HardResult, seconds: number): boolean {
  const { reached, faults, rows } = r.proof
  const most = `share ${(100 * reached.share).toFixed(4)} %, ${reached.ordersOfADay} orders a day, ${reached.names} names`
  const ends = [r.state, ...(reached.dailyLosses > 0 ? ['day lost'] : []), ...(reached.runaway ? ['ran away'] : [])]
  const figures = `${r.events} events, ${rows} rows, ${reached.opened} opened, ${most}, ${ends.join(', ')}`
  console.log(`hard: ${name}: ${figures}, ${seconds.toFixed(1)} s`)
  for (const fault of faults.slice(0, 5)) console.log(`  PASSED A LIMIT by the tables: ${fault}`)
  if (r.violation !== undefined) console.log(`  PASSED A LIMIT by the judge: ${r.violation}`)
  return faults.length === 0 && r.violation === undefined
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: '' },
      keep: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  const dir = values.keep ?? mkdtempSync(join(tmpdir(), 'sametape-hard-'))
  mkdirSync(dir, { recursive: true })
  const runs = planned(values.only)
  const started = performance.now()
  let held = 0
  for (const [i, { name, market, agent, brokers, sim }] of runs.entries()) {
    const since = performance.now()
    const out = join(dir, `run-${i}`)
    const how = { agent: AGENTS[agent], brokers, sim: SIMS[sim], out }
    const result = await playHard({ name, tapes: await market.tapes(dir), ...how })
    if (tell(name, result, (performance.now() - since) / 1000)) held++
    if (values.keep === undefined) rmSync(out, { recursive: true, force: true })
  }
  if (values.keep === undefined) rmSync(dir, { recursive: true, force: true })
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`hard: ${runs.length} runs, ${runs.length - held} passed a limit, ${seconds} s`)
  return held === runs.length && runs.length > 0 ? 0 : 1
}

try {
  process.exitCode = await main()
} catch (error) {
  const { code, message } = error as Error & { readonly code?: string }
  console.error(message)
  process.exitCode = code?.startsWith('ERR_PARSE_ARGS') === true ? 2 : 1
}
