/** `paper` against `emulate kis` in another process: refusals, the simulated broker, kills, the lease, the chain of parts. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { openTape } from '../../src/tape/read.ts'
import { runCli } from '../cli/run-cli.ts'
import { PaperBench } from '../support/paper-bench.ts'
import { killAgainAndAgain } from './kills.ts'

const KEEP = `import { defineAgent } from 'sametape'
export default defineAgent({
  name: 'keep',
  subscribe: () => ({ trades: true }),
  init: () => ({ done: false }),
  onTrade(state, trade, ctx) {
    if (state.done || trade.symbol !== 'PLTR' || !ctx.canOpen('PLTR')) return
    state.done = ctx.buy('PLTR', 40, 'keep').ok
  },
})
`

interface Status {
  readonly state: string
  readonly brokers: readonly unknown[]
  readonly positions: readonly { readonly symbol: string; readonly qty: string; readonly external: string }[]
}

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (const end = performance.now() + 60_000; performance.now() < end; ) {
    const found = await look()
    if (found !== undefined) return found
  }
  throw new Error('not within a minute')
}

const root = mkdtempSync(join(tmpdir(), 'sametape-paper-'))
let bench: PaperBench

beforeAll(async () => {
  bench = await PaperBench.open(join(root, 'bench'), [], 6)
})
afterAll(async () => {
  await bench.close()
  rmSync(root, { recursive: true, force: true })
})

describe('paper on the emulator in another process', () => {
  it('F-56 killed twenty times at random moments: no fill lost, no order twice, and the recording verifies', async () => {
    const report = await killAgainAndAgain(bench, 20, 7)
    expect(report.faults).toEqual([])
    expect(report.orders).toBeGreaterThan(5)
    expect(report.fills).toBeGreaterThan(5)
    expect(report.parts).toHaveLength(1)
  }, 600_000)

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

  it('a second session on the same account is refused while the first holds the lease (I-29, F-59)', async () => {
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
    const life = bench.run(
      'paper',
      '--broker',
      'sim',
      '--cash',
      'USD=1000000,KRW=1000000000',
      ...fixed,
      '--for',
      '10s',
      '--json',
    )
    expect(await life.closed).toBe(0)
    const document = JSON.parse(life.stdout) as {
      brokers: Record<string, { fills: number }>
      verify: { identical: boolean }
    }
    expect(document.brokers.sim?.fills).toBeGreaterThan(0)
    expect(document.verify.identical).toBe(true)
    expect((await bench.state()).orders).toHaveLength(before.orders.length)
  }, 60_000)

  it('record makes a labelled tape of the feeds, day by day, and orders nothing', async () => {
    const before = await bench.state()
    const out = join(root, 'recorded')
    const life = bench.run('record', '--config', join(bench.dir, 'config'), '--out', out, '--for', '8s', '--json')
    expect(await life.closed).toBe(0)
    const { tapes } = JSON.parse(life.stdout) as { tapes: { tape: string; rows: number }[] }
    expect(tapes).toHaveLength(1)
    const { manifest } = await openTape(tapes[0]?.tape ?? '')
    expect(manifest).toMatchObject({ label: 'generated', source: { kind: 'generated', name: 'kis' } })
    const kinds = manifest.streams.filter((s) => s.rows > 0).map((s) => `${s.symbol} ${s.kind}`)
    for (const symbol of ['000660', '005930', 'NVDA', 'PLTR']) {
      expect(kinds).toContain(`${symbol} quotes`)
      expect(kinds).toContain(`${symbol} trades`)
    }
    expect((await bench.state()).orders).toHaveLength(before.orders.length)
  }, 60_000)

  it('the operator sees how it stands, adopts what was not ours, and kills: flat, not armed again by itself', async () => {
    // An account of its own: what the tests before left behind is nobody's business here.
    const own = await PaperBench.open(join(root, 'own'))
    onTestFinished(() => own.close())
    const out = join(root, 'operated')
    // Another session bought something before and kept it.
    writeFileSync(join(root, 'keep.ts'), KEEP)
    const config = ['--config', join(own.dir, 'config')]
    const kept = own.run(
      'paper',
      ...config,
      '--agent',
      join(root, 'keep.ts'),
      '--out',
      join(root, 'kept'),
      '--for',
      '15s',
    )
    expect(await kept.closed).toBe(0)
    const fixed = ['--config', join(own.dir, 'config'), '--agent', 'hold', '--out', out]
    const life = own.run('paper', ...fixed, '--json')
    const ask = async (...args: string[]) => {
      const asked = own.run(...args, '--json')
      const code = await asked.closed
      return { code, stderr: asked.stderr, json: JSON.parse(asked.stdout || 'null') as Status | null }
    }
    const status = await until(async () => {
      const { json } = await ask('status', out)
      return json?.state === 'LIVE' ? json : undefined
    })
    expect(status.brokers).toMatchObject([{ name: 'kis', link: 'up', reconciled: true }])
    const venue = await own.state()
    const symbol = 'PLTR'
    const held = venue.positions[symbol] ?? { qty: '0' }
    expect(Number(held.qty)).toBeGreaterThan(0)
    expect(status.positions.find((p) => p.symbol === symbol)).toMatchObject({ qty: '0', external: held.qty })
    expect((await ask('adopt', symbol, '--broker', 'nobody')).stderr).toContain('--broker nobody: this session has kis')
    const adopted = await ask('adopt', symbol, '--broker', 'kis')
    expect(adopted.json?.positions.find((p) => p.symbol === symbol)).toMatchObject({ qty: held.qty, external: '0' })
    expect((await ask('kill', out)).json?.state).toMatch(/LIQUIDATING|STOPPED/)
    expect(await life.closed).toBe(1)
    const document = JSON.parse(life.stdout) as { state: string; stopped: { rule: string }; positions: object }
    expect(document).toMatchObject({ state: 'STOPPED', stopped: { rule: 'R-39' }, positions: {} })
    const after = await own.state()
    expect(after.positions[symbol]).toBeUndefined()
    // What was not ours is there as before.
    for (const [other, { qty }] of Object.entries(venue.positions)) {
      if (other !== symbol) expect(after.positions[other]?.qty).toBe(qty)
    }
    const again = own.run('paper', ...fixed, '--for', '8s', '--json')
    await again.closed
    expect(JSON.parse(again.stdout)).toMatchObject({ stopped: { rule: 'R-39' } })
    expect((await ask('status')).stderr).toContain('no session runs')
  }, 180_000)

  it.each([
    [{ TRADING_MODE: 'live' }, [], /TRADING_MODE=live, but the command is "paper"/],
    [{}, ['--set', 'trading.mode=live'], /trading\.mode is live, but the command is "paper"/],
    [{}, ['--speed', '60'], /--speed 60: brokers keep the time of the wall/],
    [{}, ['--broker', 'mine'], /--broker mine: write paper or sim/],
    [
      {},
      ['--set', 'brokers.kis.markets=KRX'],
      /trading\.symbols: NVDA trades at US, which no enabled broker serves \(KRX\)/,
    ],
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
