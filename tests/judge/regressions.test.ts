/** What the campaign once found, replayed, and a short campaign of its own: no scenario breaks an invariant. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { campaign, drawn, type Failure } from './campaign.ts'
import { run } from './run-scenario.ts'

const KEPT = join(import.meta.dirname, '../regressions')

describe('kept scenarios', () => {
  const files = readdirSync(KEPT).filter((f) => f.endsWith('.json'))

  test('there are some', () => {
    expect(files.length).toBeGreaterThan(5)
  })

  test.each(files)('%s', (file) => {
    const kept = JSON.parse(readFileSync(join(KEPT, file), 'utf8')) as Failure
    expect(run(kept.scenario).violation).toBeUndefined()
  })
})

test('2,000 random scenarios, none breaks an invariant', { timeout: 300_000 }, () => {
  const { played, seen, failures } = campaign({ runs: 2000, seed: 1, most: 120, failures: 1 })
  expect(failures.map((f) => `${f.id} seed ${f.seed}: ${f.message}`)).toEqual([])
  expect(played).toBe(2000)
  // Trading, exits and shutdowns were reached, or the scenarios would prove nothing.
  for (const what of ['sent agent', 'sent stop', 'sent liquidation', 'report filled', 'state LIQUIDATING', 'books']) {
    expect(seen.get(what), what).toBeGreaterThan(20)
  }
})

test('a seed is one scenario, and a scenario is one run', () => {
  const [a, b] = [run(drawn(7, 60)), run(drawn(7, 60))]
  expect(a.world.hash).toBe(b.world.hash)
  expect(a.steps).toBe(b.steps)
})
