/**
 * Agents that press as hard as they can pass no limit (R-01, R-03, R-09, R-14 … … R-23; I-04 … I-07), with
 * one broker and with two: by arithmetic on the run's own tables, and by the judge. `npm run hard` does it on all data.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCli } from '../cli/run-cli.ts'
import { AGENTS, type AgentName, SIMS, type SimName } from './choices.ts'
import { closesOf } from './closes.ts'
import { type HardResult, playHard } from './play.ts'
import { proveTables, type TableProof } from './prove.ts'
import { crashTapes, generatedTape, hasStress, STRESS_FILES, stressTape } from './tapes.ts'

let dir = ''
let made = 0
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'sametape-hard-'))
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

async function play(tapes: readonly string[], agent: AgentName, brokers: 1 | 2, sim: SimName): Promise<HardResult> {
  const how = { agent: AGENTS[agent], brokers, sim: SIMS[sim], out: join(dir, `run-${made++}`) }
  const result = await playHard({ name: agent, tapes, ...how })
  expect(result.proof.faults).toEqual([])
  expect(result.violation).toBeUndefined()
  return result
}

/** A backtest by the command line, with limits of its own, measured by the limits as they should be. */
async function byCommand(tapes: readonly string[], agent: AgentName, ...options: string[]): Promise<TableProof> {
  const out = join(dir, `run-${made++}`)
  const { code, stderr } = runCli(['backtest', ...tapes, '--agent', AGENTS[agent], '--out', out, ...options])
  expect(code, stderr).toBe(0)
  return proveTables(out, { cash: new Map([['sim', '1000000']]), closes: await closesOf(tapes) })
}

describe.each([1, 2] as const)('with %i at a time', (brokers) => {
  test('a crash of twelve symbols finds the agent full: the day is lost, no limit is passed', async () => {
    const { proof, seen } = await play(await crashTapes(dir, 12, 600), 'loaded', brokers, 'dear')
    expect(proof.reached).toMatchObject({ names: 10, dailyLosses: 1 })
    expect(proof.reached.share).toBeGreaterThan(0.299)
    expect(seen.get('alert stop_loss') ?? 0).toBeGreaterThan(5)
    expect(seen.get('reason position_count') ?? 0).toBeGreaterThan(0)
  })

  test('churning through a crash: the orders of the day are used up', async () => {
    const { proof, seen } = await play(await crashTapes(dir, 1, 600), 'sly', brokers, 'free')
    expect(proof.reached.ordersOfADay).toBeGreaterThanOrEqual(100)
    expect(proof.reached.runaway).toBe(false)
    for (const r of ['exposure', 'min_notional', 'daily_orders', 'collar', 'short', 'duplicate']) {
      expect(seen.get(`reason ${r}`) ?? 0, r).toBeGreaterThan(0)
    }
  })

  test('on quotes and trades', { timeout: 120_000 }, async () => {
    const { proof } = await play([await generatedTape(dir, 1, 1, 5, false)], 'sly', brokers, 'slow')
    expect(proof.reached.opened).toBeGreaterThan(50)
  })

  test('without holding back the agent runs away and is stopped (R-22)', async () => {
    const { proof } = await play(await crashTapes(dir, 12, 600), 'hard', brokers, 'slow')
    expect(proof.reached.runaway).toBe(true)
  })

  test.skipIf(!hasStress())(
    'a real stress (skipped where SAMETAPE_SHARED is absent): the whole is lost once',
    async () => {
      const [, , file] = STRESS_FILES
      if (file === undefined) throw new Error('three files')
      const { proof, state } = await play([await stressTape(dir, file)], 'sly', brokers, 'dear')
      expect(proof.reached.totalLoss).toBe(true)
      expect(state).toBe('STOPPED')
    },
  )
})

describe('the arithmetic is able to find what it looks for', () => {
  const looser = [
    { id: 'R-09', agent: 'loaded', symbols: 2, options: ['--set', 'risk.position_size_limit=0.31'] },
    {
      id: 'R-14',
      agent: 'loaded',
      symbols: 12,
      options: ['--set', 'risk.max_position_count=11', '--set', 'risk.position_size_limit=0.1'],
    },
    { id: 'R-18', agent: 'sly', symbols: 1, options: ['--set', 'risk.max_daily_orders=101'] },
    { id: 'R-15', agent: 'sly', symbols: 1, options: ['--set', 'risk.min_order_value=1'] },
    {
      id: 'I-06',
      agent: 'loaded',
      symbols: 12,
      options: ['--set', 'risk.daily_loss_limit=0.5', '--fees', 'bps:25', '--liquidity', 'unlimited'],
    },
  ] as const
  test.each(looser)('$id passed by the $agent agent', async ({ id, agent, symbols, options }) => {
    const { faults } = await byCommand(await crashTapes(dir, symbols, 600), agent, ...options)
    expect(faults.filter((f) => f.startsWith(`${id} `)).length, faults.slice(0, 3).join('\n')).toBeGreaterThan(0)
  })

  test('I-16 a cent too much in one row', async () => {
    const tapes = await crashTapes(dir, 1, 600)
    const out = join(dir, `run-${made++}`)
    expect(runCli(['backtest', ...tapes, '--agent', AGENTS.loaded, '--out', out]).code).toBe(0)
    const file = join(out, 'fills.csv')
    const [head, first = '', ...rest] = readFileSync(file, 'utf8').split('\n')
    writeFileSync(file, [head, first.replace(/,USD,0,/, ',USD,0.01,'), ...rest].join('\n'))
    const { faults } = proveTables(out, { cash: new Map([['sim', '1000000']]), closes: new Map() })
    expect(faults[0]).toMatch(/^I-16 /)
  })
})
