/**
 * The log of a session as a user finds it: beside what `paper` records, what happened in it, without secrets, repeats
 * counted. That keys and tokens stand in no file of a session, this one included, is `canary.test.ts`.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runCli } from '../cli/run-cli.ts'
import { PaperBench } from '../support/paper-bench.ts'
import { sweep } from '../support/sweep.ts'

const root = mkdtempSync(join(tmpdir(), 'sametape-live-log-'))
let bench: PaperBench

beforeAll(async () => {
  bench = await PaperBench.open(join(root, 'bench'), ['--seed', '11'], 2)
})
afterAll(async () => {
  await bench.close()
  rmSync(root, { recursive: true, force: true })
})

function linesOf(out: string): Record<string, unknown>[] {
  const dir = join(out, '.logs')
  const files = readdirSync(dir)
  expect(files).toHaveLength(1)
  expect(statSync(join(dir, files[0] as string)).mode & 0o077).toBe(0)
  const text = readFileSync(join(dir, files[0] as string), 'utf8')
  const keys = Object.entries(bench.env).filter(([name]) => /_(KEY|SECRET)$/.test(name))
  expect(keys).toHaveLength(4)
  sweep('log', text, Object.fromEntries(keys))
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

it('paper: links, states, orders, fills, the seal; and a second life its recovery', async () => {
  const killed = bench.paper()
  await killed.begun
  await new Promise((resolve) => setTimeout(resolve, 6000))
  killed.child.kill('SIGKILL')
  await killed.closed
  expect(await bench.paper('--for', '8s').closed).toBe(0)
  const lines = linesOf(bench.out)
  const said = lines.map(
    (l) => `${String(l.level)} ${l.part === undefined ? '' : `${String(l.part)}: `}${String(l.message)}`,
  )
  for (const line of [
    'info session begins',
    'info kis: link up',
    'info UNARMED → RECONCILING',
    'info RECONCILING → LIVE',
    'info recovered from the journal',
    'info session ended and sealed',
  ]) {
    expect(said, line).toContain(line)
  }
  expect(said.some((l) => /^info order pendingNew: buy (NVDA|PLTR|005930|000660)$/.test(l))).toBe(true)
  expect(said.some((l) => /^info fill: buy /.test(l))).toBe(true)
  // It is no part of what is sealed, and its account is nobody's business.
  expect(lines.some((l) => JSON.stringify(l).includes(bench.env.KIS_PAPER_ACCOUNT_NO as string))).toBe(false)
  for (const part of bench.parts) expect(runCli(['verify', part]).code).toBe(0)
}, 60_000)

it('start: a message that is said too often is counted, and the run verifies with its log beside it', () => {
  const out = join(root, 'day')
  const { code, stdout } = runCli(['start', '--for', '3h', '--out', out, '--json'])
  expect([code, (JSON.parse(stdout) as { verify: { identical: boolean } }).verify.identical]).toEqual([0, true])
  const lines = linesOf(out)
  const counted = lines.filter((l) => l.message === 'said again and only counted')
  // Its numbers do not make a message another one, nor do those of a symbol.
  const shape = (message: unknown): string => String(message).replace(/\d+/g, '#')
  for (const { of, times } of counted) {
    expect(lines.filter((l) => shape(l.message) === shape(of)).length).toBeGreaterThanOrEqual(10)
    expect(times).toBeGreaterThan(0)
  }
  const manifest = readFileSync(join(out, 'manifest.json'), 'utf8')
  expect(manifest).not.toContain('.logs')
  expect(counted.length).toBeGreaterThan(0)
}, 60_000)
