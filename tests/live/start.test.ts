/**
 * `sametape start` as a user runs it, in a process of its own: real adapter, real sockets, sealed and verified; warm at
 * its first bar; ended by a signal in the middle of the day it still seals and verifies.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { BIN, runCli } from '../cli/run-cli.ts'

const root = mkdtempSync(join(tmpdir(), 'sametape-start-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

interface Document {
  readonly run: string
  readonly fills: number
  readonly state: string
  readonly verify: { readonly identical: boolean; readonly digest: string }
  readonly brokers: Readonly<Record<string, { readonly orders: number; readonly fills: number }>>
  readonly latency_ms: Readonly<Record<string, number>>
  readonly ready: readonly { readonly symbol: string; readonly ready_in: number; readonly bars: number }[]
}

/** Notes at every bar whether its indicators had values, and once buys. */
const AGENT = `import { defineAgent } from 'sametape'
export default defineAgent({
  name: 'ready',
  subscribe: () => ({ bars: ['1m'], indicators: ['macd:12:26:9', 'rsi:14'] }),
  init: () => ({}),
  onBar(state, bar, ctx) {
    const warm = ['macd_12_26_9_hist', 'rsi_14'].every((x) => !Number.isNaN(ctx.indicator(bar.symbol, x)))
    ctx.note(bar.symbol, 'bar', { ready: warm ? 1 : 0 })
    if (ctx.position(bar.symbol).qty === 0 && ctx.openOrders(bar.symbol).length === 0) ctx.buy(bar.symbol, 100, 'first')
  },
})
`

function table(run: string, name: string): string[][] {
  const lines = readFileSync(join(run, name), 'utf8').trimEnd().split('\n').slice(1)
  return lines.map((line) => line.split(','))
}

/** Bytes that the adapter wrote of its orders. */
function ordersKnown(out: string): number {
  return statSync(join(out, 'kis-orders.jsonl'), { throwIfNoEntry: false })?.size ?? 0
}

describe('sametape start', () => {
  it('trades, seals, verifies, and finds every indicator warm at the first completed bar', () => {
    writeFileSync(join(root, 'ready.ts'), AGENT)
    const out = join(root, 'day')
    const flags = ['--no-dashboard', '--for', '20m', '--agent', join(root, 'ready.ts'), '--out', out, '--json']
    const { code, stdout, stderr } = runCli(['start', ...flags])
    expect(stderr.split('\n').filter((line) => line !== '' && !line.includes('residual'))).toEqual([])
    expect(code).toBe(0)
    const document = JSON.parse(stdout) as Document
    expect(document.verify.identical).toBe(true)
    expect(document.brokers.kis?.fills).toBeGreaterThan(1)
    expect(document.ready.map((r) => [r.symbol, r.ready_in])).toEqual(
      ['000660', '005930', 'NVDA', 'PLTR'].map((symbol) => [symbol, 0]),
    )
    for (const name of ['p50', 'p99', 'p99_9', 'max']) expect(document.latency_ms[name]).toBeGreaterThan(0)
    // The first note of each symbol that traded in this part of the day.
    const notes = table(out, 'decisions.csv').filter((r) => r[3] === 'note')
    for (const symbol of ['000660', '005930']) {
      const first = notes.find((r) => r[2] === symbol)
      expect(first?.join(',')).toContain('ready')
      expect(first?.join(',')).toMatch(/ready\W+1/)
    }
    const again = runCli(['verify', out, '--json'])
    expect(JSON.parse(again.stdout)).toMatchObject({ identical: true, digest: document.verify.digest })
    // Its frames decode again to what the engine was given.
    const raw = runCli(['import', 'raw', join(out, 'raw', 'kis.jsonl'), '--out', join(root, 'decoded'), '--json'])
    const decoded = JSON.parse(raw.stdout) as { rows: number; unused: unknown }
    const { events } = JSON.parse(again.stdout) as { events: number }
    expect([raw.code, decoded.unused]).toEqual([0, {}])
    // The rates of the account are no market rows, and what IB told of New York before it opened is in its own frames.
    expect(decoded.rows).toBeGreaterThan(events / 2)
    expect(decoded.rows).toBeLessThan(events)
    // What was played says so of itself.
    const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as Record<string, unknown>
    expect(manifest).toMatchObject({ mode: 'start', generated: true, market: { source: 'generated' } })
  })

  it('two days over real sockets are the same to the byte', () => {
    const digests = ['one', 'two'].map((name) => {
      const { stdout } = runCli(['start', '--for', '45m', '--out', join(root, name), '--json'])
      const { fills, digest } = JSON.parse(stdout) as Document & { digest: string }
      expect(fills).toBeGreaterThan(0)
      return digest
    })
    expect(digests[0]).toBe(digests[1])
  })

  it('a signal in the middle ends it in order: sealed and verified all the same', async () => {
    const out = join(root, 'interrupted')
    const child = spawn(process.execPath, [BIN, 'start', '--speed', '600', '--out', out, '--json'])
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => void (stdout += String(chunk)))
    child.stderr.on('data', (chunk: Buffer) => void (stderr += String(chunk)))
    const closed = new Promise<number | null>((resolve) => child.on('close', resolve))
    const end = performance.now() + 40_000
    while (ordersKnown(out) === 0 && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 50))
    child.kill('SIGINT')
    expect(await closed).toBe(0)
    expect(stderr).toContain('ending in order')
    const document = JSON.parse(stdout) as Document
    expect(document.verify.identical).toBe(true)
    expect(document.state).toBe('STOPPED')
    expect(document.brokers.kis?.orders).toBeGreaterThan(0)
  })

  it('killed in the middle it is sealed and verified by the same command, as far as it went', async () => {
    const out = join(root, 'killed')
    const child = spawn(process.execPath, [BIN, 'start', '--speed', '600', '--out', out], { stdio: 'ignore' })
    const closed = new Promise((resolve) => child.on('close', resolve))
    const end = performance.now() + 40_000
    while (ordersKnown(out) === 0 && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 50))
    await new Promise((resolve) => setTimeout(resolve, 500))
    child.kill('SIGKILL')
    await closed
    const again = runCli(['start', '--out', out, '--json'])
    expect(again.code).toBe(0)
    expect(JSON.parse(again.stdout)).toMatchObject({ interrupted: true, verify: { identical: true } })
    expect(runCli(['start', '--out', out]).stderr).toContain('was sealed; name a new directory')
  })

  it.each([
    [['--speed', '0'], /--speed 0: write a number above zero/],
    [['--for', '5'], /--for 5: write a time above zero such as 90s/],
    [['--agent', 'nobody'], /--agent nobody: no agent of that name/],
  ])('refuses %j, naming what to write', (flags, message) => {
    const { code, stderr } = runCli(['start', ...flags, '--out', join(root, 'refused')])
    expect(code).toBe(2)
    expect(stderr).toMatch(message)
    expect(existsSync(join(root, 'refused'))).toBe(false)
  })
})
