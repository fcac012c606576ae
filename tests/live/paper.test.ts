/** `paper` against `emulate kis` in another process: refusals, the simulated broker, kills, the lease, the chain of parts. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCli } from '../cli/run-cli.ts'
import { PaperBench } from '../support/paper-bench.ts'
import { killAgainAndAgain } from './kills.ts'

const root = mkdtempSync(join(tmpdir(), 'sametape-paper-'))
let bench: PaperBench

beforeAll(async () => {
  bench = await PaperBench.open(join(root, 'bench'), [], 2)
})
afterAll(async () => {
  await bench.close()
  rmSync(root, { recursive: true, force: true })
})

describe('paper on the emulator in another process', () => {
  it('killed twenty times at random moments: no fill lost, no order twice, and the recording verifies', async () => {
    const report = await killAgainAndAgain(bench, 20, 7)
    expect(report.faults).toEqual([])
    expect(report.orders).toBeGreaterThan(5)
    expect(report.fills).toBeGreaterThan(5)
    expect(report.parts).toHaveLength(1)
  }, 400_000)

  it('goes on after an ordered end with a new part that opens with the state of the last', async () => {
    const before = bench.parts
    const venue = await bench.state()
    const life = bench.paper('--for', '8s', '--json')
    expect(await life.closed).toBe(0)
    const document = JSON.parse(life.stdout) as { run: string; positions: Record<string, number> }
    expect(bench.parts).toHaveLength(before.length + 1)
    // Nothing of what it held was taken for somebody else's.
    expect(life.stderr).not.toContain('external')
    const after = await bench.state()
    expect(after.fills.length).toBeGreaterThanOrEqual(venue.fills.length)
    for (const [symbol, qty] of Object.entries(document.positions)) {
      expect(after.positions[symbol]?.qty).toBe(String(qty))
    }
    for (const part of bench.parts) {
      expect(JSON.parse(runCli(['verify', part, '--json']).stdout)).toMatchObject({ identical: true })
    }
  }, 120_000)

  it('a second session on the same account is refused while the first holds the lease (I-29)', async () => {
    const first = bench.paper()
    await first.begun
    const { code, stderr } = await second(join(root, 'other'))
    expect(code).toBe(2)
    expect(stderr).toContain(`held by process ${first.child.pid}`)
    first.child.kill('SIGKILL')
    await first.closed
    // The dead hold nothing.
    expect((await second(join(root, 'other'))).code).toBe(0)
  }, 120_000)

  async function second(out: string): Promise<{ code: number | null; stderr: string }> {
    const flags = ['--config', join(bench.dir, 'config'), '--agent', 'hold', '--for', '2s']
    const life = bench.run('paper', ...flags, '--out', out)
    return { code: await life.closed, stderr: life.stderr }
  }

  it('on the simulated broker the account at the venue is left alone', async () => {
    const before = await bench.state()
    const out = join(root, 'sim')
    const fixed = ['--config', join(bench.dir, 'config'), '--agent', join(bench.dir, 'flip.ts'), '--out', out]
    const life = bench.run('paper', '--broker', 'sim', ...fixed, '--for', '10s', '--json')
    expect(await life.closed).toBe(0)
    const document = JSON.parse(life.stdout) as {
      brokers: Record<string, { fills: number }>
      verify: { identical: boolean }
    }
    expect(document.brokers.sim?.fills).toBeGreaterThan(0)
    expect(document.verify.identical).toBe(true)
    expect((await bench.state()).orders).toHaveLength(before.orders.length)
  }, 60_000)

  it.each([
    [{ TRADING_MODE: 'live' }, [], /TRADING_MODE=live, but the command is "paper"/],
    [{}, ['--set', 'trading.mode=live'], /trading\.mode is live, but the command is "paper"/],
    [{}, ['--broker', 'mine'], /--broker mine: write paper or sim/],
    [{}, ['--set', 'trading.symbols=7203'], /trading\.symbols: 7203 trades at/],
  ])('refuses %j %j with exit 2 and leaves nothing', (env, flags, message) => {
    const out = join(root, 'refused')
    const life = runCli(['paper', '--config', join(bench.dir, 'config'), '--out', out, ...flags], {
      env: { ...bench.env, ...env },
    })
    expect(life.code).toBe(2)
    expect(life.stderr).toMatch(message)
    expect(readdirSync(root)).not.toContain('refused')
  })
})
