/**
 * `paper` on IB alone, the emulator in another process: warmed up from IB's own history before the first decision, it
 * trades, and the recording verifies.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it, onTestFinished } from 'vitest'
import { ACCOUNTS } from '../../adapters/ib/emulator/options.ts'
import { FLIP } from '../support/paper-bench.ts'
import { BIN } from '../cli/run-cli.ts'

const root = mkdtempSync(join(tmpdir(), 'sametape-ib-paper-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

interface Document {
  readonly ready: readonly { symbol: string; bars: number; ready_in: number; source: string; gap: string }[]
  readonly fills: number
  readonly verify: { readonly identical: boolean }
}

it('is warm at the first bar, trades, and verifies', async () => {
  const emulator = spawn(process.execPath, [BIN, 'emulate', 'ib', '--json'], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => {
    emulator.kill('SIGTERM')
  })
  const [line] = (await once(emulator.stdout, 'data')) as [Buffer]
  const { port } = JSON.parse(String(line)) as { port: number }
  const config = join(root, 'config')
  mkdirSync(config)
  writeFileSync(
    join(config, 'brokers.yaml'),
    `brokers:\n  ib:\n    enabled: true\n    host: 127.0.0.1\n    port: ${port}\n    client_id: 5\n` +
      `    account: ${ACCOUNTS.paper}\n    markets: [US]\n`,
  )
  writeFileSync(join(config, 'trading.yaml'), 'trading:\n  hours: always\n  symbols: [NVDA, PLTR]\n')
  // The flip of the bench, and an indicator that needs the past.
  const agent = FLIP.replace('GAP', '4000000').replace(
    'subscribe: () => ({ trades: true }),',
    "subscribe: () => ({ trades: true, bars: ['1m'], indicators: ['rsi:14'] }),",
  )
  writeFileSync(join(root, 'flip.ts'), agent)
  const args = ['--config', config, '--agent', join(root, 'flip.ts'), '--out', join(root, 'run'), '--for', '20s']
  const paper = spawn(process.execPath, [BIN, 'paper', ...args, '--no-supervisor', '--json'])
  const said = { out: '', err: '' }
  paper.stdout.on('data', (chunk: Buffer) => (said.out += String(chunk)))
  paper.stderr.on('data', (chunk: Buffer) => (said.err += String(chunk)))
  const [code] = (await once(paper, 'close')) as [number]
  expect([code, said.err]).toEqual([0, expect.not.stringContaining('ended before')])
  const { ready, fills, verify } = JSON.parse(said.out) as Document
  expect(ready.map((r) => [r.symbol, r.ready_in, r.source])).toEqual([
    ['NVDA', 0, 'ib'],
    ['PLTR', 0, 'ib'],
  ])
  expect(fills).toBeGreaterThan(0)
  expect(verify.identical).toBe(true)
}, 90_000)
