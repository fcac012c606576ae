/** An agent that reads the outside during a step fails with the thing, its file and line. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { loadAgent } from '../../src/runtime/agent-load.ts'
import { runMemory, walkBars } from '../support/memory-run.ts'

const dir = mkdtempSync(join(tmpdir(), 'sametape-guard-'))
afterAll(() => rmSync(dir, { recursive: true }))

function agentFile(name: string, prelude: string, body: string): string {
  const path = join(dir, `${name}.mjs`)
  const lines = [prelude, 'export default {', "  name: 'reader',", "  subscribe: () => ({ bars: ['tape'] }),"]
  writeFileSync(path, `${[...lines, '  init: () => ({}),', `  onBar() { ${body} },`, '}'].join('\n')}\n`)
  return path
}

describe('reading the outside during a step', () => {
  it.each([
    ['date-now', '', 'Date.now()', 'Date.now'],
    ['new-date', '', 'new Date()', 'Date'],
    ['captured', 'const clock = Date.now', 'clock()', 'Date.now'],
    ['random', '', 'Math.random()', 'Math.random'],
    ['timer', '', 'setTimeout(() => {}, 1)', 'setTimeout'],
    ['fetch', '', "fetch('http://127.0.0.1:9')", 'fetch'],
    ['env', '', 'process.env.HOME', 'process.env'],
    ['import-process', "import process from 'node:process'", 'process.env.HOME', 'process.env'],
    ['file', "import { readFileSync } from 'node:fs'", "readFileSync('/etc/hostname')", 'fs.readFileSync'],
  ])('%s', async (name, prelude, body, what) => {
    const path = agentFile(name, prelude, body)
    const { definition } = await loadAgent(path)
    const run = runMemory({ streams: [walkBars('AAA', 5, 1)], agent: definition })
    await expect(run).rejects.toThrow(`an agent must not read ${what}`)
    await expect(run).rejects.toThrow(`${name}.mjs:6`)
  })

  it('the same calls work outside a step', async () => {
    const { definition } = await loadAgent(
      agentFile('calm', 'const at = Date.now()', 'if (!(at > 0)) throw new Error()'),
    )
    await runMemory({ streams: [walkBars('AAA', 5, 1)], agent: definition })
    expect(Date.now()).toBeGreaterThan(0)
  })
})
