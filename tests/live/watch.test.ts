/**
 * `start` on a tape of the user's own: as fast as it goes, where a quiet stock is held and stays seen; and as a slow watch,
 * at which an operator stands, whose deposit and arming are accepted and recorded.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { BIN, runCli } from '../cli/run-cli.ts'

const root = mkdtempSync(join(tmpdir(), 'sametape-watch-'))
const tape = join(root, 'quiet')
const agent = join(root, 'first.ts')

const FIRST = `import { defineAgent } from 'sametape'
export default defineAgent({
  name: 'first',
  subscribe: () => ({ quotes: true }),
  init: () => ({ done: false }),
  onQuote(state, q, ctx) {
    if (!state.done && ctx.canOpen(q.symbol)) state.done = ctx.buy(q.symbol, 10, 'first').ok
  },
})
`

beforeAll(() => {
  const flags = ['--symbols', 'NVDA', '--days', '1', '--seed', '7', '--rate', '3', '--start', '2026-03-10']
  expect(runCli(['generate', ...flags, '--out', tape]).code).toBe(0)
  writeFileSync(agent, FIRST)
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

interface Document {
  readonly fills: number
  readonly positions: Readonly<Record<string, number>>
  readonly verify: { readonly identical: boolean }
}

it('R-30, D-03: three rows a minute are a quiet stock, not a blind one', () => {
  const out = join(root, 'fast')
  const { code, stdout, stderr } = runCli([
    'start',
    '--tape',
    tape,
    '--agent',
    agent,
    '--for',
    '1h',
    '--out',
    out,
    '--json',
  ])
  const { positions, verify } = JSON.parse(stdout) as Document
  expect([code, positions, verify.identical]).toEqual([0, { NVDA: 10 }, true])
  expect(stderr).not.toContain('blind')
  const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as {
    generated: boolean
    market: object
  }
  expect(manifest).toMatchObject({ generated: true, market: { source: 'generated' } })
}, 60_000)

it('a slow watch: status, a deposit, an arming; what cannot be is refused and says what to write', async () => {
  const out = join(root, 'slow')
  const env = { XDG_STATE_HOME: join(root, 'state') }
  const flags = ['start', '--tape', tape, '--agent', agent, '--speed', '1', '--out', out, '--json']
  const child = spawn(process.execPath, [BIN, ...flags], { env: { ...process.env, ...env } })
  let stdout = ''
  child.stdout.on('data', (chunk: Buffer) => void (stdout += String(chunk)))
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve))
  const ask = (...args: string[]) => {
    const { code, stdout: said, stderr } = runCli([...args, '--json'], { env })
    return {
      code,
      stderr,
      json: JSON.parse(said || 'null') as { state: string; equity: string; holds: string[] } | null,
    }
  }
  let status = ask('status', out)
  for (const end = performance.now() + 60_000; status.json?.state !== 'LIVE' && performance.now() < end; ) {
    status = ask('status', out)
  }
  expect(status.json).toMatchObject({ state: 'LIVE', holds: [] })
  const before = Number(status.json?.equity)
  const cash = ask('cash', '+5000', 'USD', '--broker', 'kis')
  expect([cash.code, cash.json?.state]).toEqual([0, 'LIVE'])
  expect(Number(cash.json?.equity) - before).toBeCloseTo(5000, -2)
  expect(ask('arm', out)).toMatchObject({ code: 0, json: { state: 'LIVE', holds: [] } })
  expect(ask('arm', out, '--enable')).toMatchObject({ code: 0, json: { state: 'LIVE' } })
  expect(ask('cash', '5000', 'USD', '--broker', 'kis')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('+5000 USD') as string,
  })
  expect(ask('cash', '+1', 'JPY', '--broker', 'kis')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('this session has') as string,
  })
  child.kill('SIGINT')
  expect(await closed).toBe(0)
  expect((JSON.parse(stdout) as Document).verify.identical).toBe(true)
  // Both are inputs like any other: in the recording, and in its tables.
  expect(readFileSync(join(out, 'cash.csv'), 'utf8')).toMatch(/,USD,5000,deposit/)
  const logs = readdirSync(join(out, '.logs')).map((name) => readFileSync(join(out, '.logs', name), 'utf8'))
  expect(logs.join('')).toContain('alert armed')
}, 120_000)
