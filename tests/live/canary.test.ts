/**
 * I-36 on a session over real sockets: keys, tokens and approval keys of a `paper` that trades stand in nothing that it
 * prints or records. Its tokens lie in the state directory alone, readable by their owner.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { writeReport } from '../../src/report/html.ts'
import { PaperBench } from '../support/paper-bench.ts'
import { sweep } from '../support/sweep.ts'

const root = mkdtempSync(join(tmpdir(), 'sametape-live-canary-'))
let bench: PaperBench

beforeAll(async () => {
  bench = await PaperBench.open(join(root, 'bench'), ['--seed', '4711'], 2)
})
afterAll(async () => {
  await bench.close()
  rmSync(root, { recursive: true, force: true })
})

function files(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

/** Long texts of the token files: what the broker gave us to be known by. */
function tokens(): Record<string, string> {
  const found: Record<string, string> = {}
  for (const file of files(join(bench.dir, 'tokens'))) {
    for (const [, text] of readFileSync(file, 'utf8').matchAll(/"([A-Za-z0-9._+/=-]{40,})"/g)) {
      found[`token ${Object.keys(found).length}`] = text as string
    }
  }
  return found
}

it('I-36: no key or token in journal, tables, report, output or arguments', async () => {
  const life = bench.paper('--for', '12s')
  await life.begun
  const argv = readFileSync(`/proc/${life.child.pid}/cmdline`, 'utf8')
  expect(await life.closed).toBe(0)
  const { KIS_PAPER_APP_KEY, KIS_PAPER_APP_SECRET, KIS_QUOTE_APP_KEY, KIS_QUOTE_APP_SECRET } = bench.env
  const keys = { KIS_PAPER_APP_KEY, KIS_PAPER_APP_SECRET, KIS_QUOTE_APP_KEY, KIS_QUOTE_APP_SECRET }
  const secrets = { ...(keys as Record<string, string>), ...tokens() }
  expect(Object.keys(secrets).length).toBeGreaterThan(4)
  sweep('arguments', argv, secrets)
  sweep('stdout', life.stdout, secrets)
  sweep('stderr', life.stderr, secrets)
  const [part = ''] = bench.parts
  await writeReport(part)
  const made = files(bench.out)
  expect(made.some((file) => file.endsWith('.stj'))).toBe(true)
  expect(bench.table('fills').length).toBeGreaterThan(0)
  for (const file of made) sweep(file, readFileSync(file, 'latin1'), secrets)
  for (const file of files(join(bench.dir, 'tokens'))) expect(statSync(file).mode & 0o077, file).toBe(0)
}, 120_000)
