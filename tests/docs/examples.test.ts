/** What the documents show is run: the agent of the README, and the DuckDB query of recordings/README. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { loadAgent } from '../../src/runtime/agent-load.ts'
import { backtest } from '../../src/runtime/backtest.ts'
import { makeSpec } from '../../src/runtime/run-spec.ts'
import { verify } from '../../src/runtime/verify.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const dir = mkdtempSync(join(tmpdir(), 'sametape-docs-'))
afterAll(() => rmSync(dir, { recursive: true }))

/** The first fenced block of a language in a document. */
function block(file: string, language: string): string {
  const text = readFileSync(join(ROOT, file), 'utf8')
  const found = new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\n\`\`\``).exec(text)?.[1]
  if (found === undefined) throw new Error(`${file} has no ${language} block`)
  return found
}

describe('examples of the documents', () => {
  it('the agent of README.md trades the sample and verifies from its copy inside the run', async () => {
    const path = join(dir, 'my-agent.ts')
    writeFileSync(path, block('README.md', 'ts'))
    const agent = await loadAgent(path)
    const config = loadConfig({ dir: undefined, sets: ['agent.size=0.1'], env: {} })
    const out = join(dir, 'run')
    const spec = makeSpec({ config, agent })
    const tapes = [join(ROOT, 'recordings/golden/0.1.0/tape-bars')]
    const common = { config, agent, journal: 'refs', tables: true, commandLine: [] } as const
    const summary = await backtest({ tapes, out, spec, ...common })
    expect(summary.fills).toBeGreaterThan(0)
    rmSync(path)
    expect(await verify(out, {})).toMatchObject({ identical: true, digest: summary.digest })
  })

  it('the DuckDB query of recordings/README.md reads the sample tape', async () => {
    const sql = block('recordings/README.md', 'sql').replaceAll('recordings/', join(ROOT, 'recordings/'))
    const connection = await (await DuckDBInstance.create(':memory:')).connect()
    const rows = (await connection.runAndReadAll(sql)).getRows()
    expect(Number(rows[0]?.[0])).toBe(33_381)
    expect(Number(rows[0]?.[1])).toBeGreaterThan(150)
    expect(Number(rows[0]?.[2])).toBeLessThan(200)
  })
})
