/** The digest is the same whatever is journaled, and each kind of journal verifies. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { loadAgent } from '../../src/runtime/agent-load.ts'
import { backtest } from '../../src/runtime/backtest.ts'
import { makeSpec } from '../../src/runtime/run-spec.ts'
import { diffRuns, verify } from '../../src/runtime/verify.ts'

const TAPE = fileURLToPath(new URL('../../recordings/golden/0.1.0/tape-ticks', import.meta.url))
const dir = mkdtempSync(join(tmpdir(), 'sametape-modes-'))
afterAll(() => rmSync(dir, { recursive: true }))

async function run(name: string, journal: 'full' | 'refs' | 'none', sets: readonly string[] = []) {
  const agent = await loadAgent('ema-cross')
  const config = loadConfig({ dir: undefined, sets: [...sets], env: {} })
  const common = { tapes: [TAPE], config, agent, tables: false, commandLine: [] }
  return backtest({ ...common, out: join(dir, name), spec: makeSpec({ config, agent }), journal })
}

describe('journal modes', () => {
  it('full, refs and none give one digest, and all verify', async () => {
    const digests = new Set<string>()
    for (const mode of ['full', 'refs', 'none'] as const) {
      const { digest } = await run(mode, mode)
      digests.add(digest)
      expect(await verify(join(dir, mode), {})).toMatchObject({ identical: true, digest })
    }
    expect(digests.size).toBe(1)
  })

  it('diff names the first difference of two runs and its cause', async () => {
    await run('wide', 'refs', ['risk.stop_loss_pct=0.5'])
    const same = await diffRuns(join(dir, 'full'), join(dir, 'refs'))
    expect(same).toMatchObject({ identical: true, first_difference: null, cause: null })
    const other = await diffRuns(join(dir, 'refs'), join(dir, 'wide'))
    expect(other).toMatchObject({ identical: false, cause: 'configuration' })
    expect(other.first_difference).toMatchObject({
      stream: 'header',
      field: 'config.risk.stop_loss_pct',
      recorded: '"0.02"',
      replayed: '"0.5"',
    })
  })
})
