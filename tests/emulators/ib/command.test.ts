/** `sametape emulate ib` from outside: the ready line, the control door, a tape, signals, wrong options. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { RawClient } from './raw-client.ts'

const BIN = fileURLToPath(new URL('../../../src/cli/bin.mjs', import.meta.url))

interface Ready {
  readonly ready: boolean
  readonly port: number
  readonly control: string
  readonly [key: string]: unknown
}

interface Run {
  readonly ready: Ready
  /** Exit code after a signal. */
  stop(signal: NodeJS.Signals): Promise<number | null>
}

async function emulate(...words: readonly string[]): Promise<Run> {
  const child = spawn(process.execPath, [BIN, 'emulate', 'ib', ...words], { stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  let errors = ''
  child.stderr.on('data', (chunk) => {
    errors += String(chunk)
  })
  const exited = once(child, 'exit')
  for await (const chunk of child.stdout) {
    text += String(chunk)
    if (text.includes('\n')) break
  }
  if (!text.includes('\n')) throw new Error(errors)
  return {
    ready: JSON.parse(text) as Ready,
    stop: async (signal) => {
      child.kill(signal)
      const [code] = (await exited) as [number | null]
      return code
    },
  }
}

async function sametape(...words: readonly string[]): Promise<{ code: number; errors: string }> {
  const child = spawn(process.execPath, [BIN, ...words], { stdio: ['ignore', 'ignore', 'pipe'] })
  let errors = ''
  child.stderr.on('data', (chunk) => {
    errors += String(chunk)
  })
  const [code] = (await once(child, 'exit')) as [number]
  return { code, errors }
}

/** A tape of one day. */
async function generate(...words: readonly string[]): Promise<string> {
  const tape = join(mkdtempSync(join(tmpdir(), 'ib-tape-')), 'tape')
  const made = await sametape(
    'generate',
    ...words,
    '--days',
    '1',
    '--seed',
    '3',
    '--start',
    '2026-01-13',
    '--out',
    tape,
  )
  expect(made).toEqual({ code: 0, errors: expect.any(String) as string })
  return tape
}

test('one line, an open door, and an end by signal', async () => {
  const { ready, stop } = await emulate('--port', '0', '--json')
  const { port, control, ...rest } = ready
  expect(rest).toEqual({
    ready: true,
    venue: 'ib',
    host: '127.0.0.1',
    account: 'DU0000001',
    symbols: ['NVDA', 'PLTR'],
  })
  expect(Object.keys(ready)).toEqual(['ready', 'venue', 'host', 'port', 'account', 'symbols', 'control'])
  const client = await RawClient.start(port, 1)
  const state = (await (await fetch(`${control}/state`)).json()) as { accounts: Record<string, unknown> }
  expect(state.accounts.DU0000001).toEqual({ cash: { USD: '1000000' }, positions: {}, orders: [], fills: [] })
  const faults = (await (await fetch(`${control}/faults`)).json()) as Record<
    string,
    { rows: string[]; params: unknown }
  >
  expect(Object.keys(faults).length).toBeGreaterThanOrEqual(8)
  expect(faults['ack-late']?.params).toEqual({ ms: { what: 'milliseconds of the run clock', default: 3000 } })
  const post = (body: string): Promise<Response> => fetch(`${control}/fault`, { method: 'POST', body })
  expect((await post('{"kind":"nope"}')).status).toBe(400)
  expect((await post('{')).status).toBe(400)
  expect((await fetch(`${control}/state`, { headers: { Origin: 'http://evil.example' } })).status).toBe(403)
  expect((await post('{"kind":"socket-reset"}')).status).toBe(200)
  await client.until(() => client.closed)
  expect(await stop('SIGTERM')).toBe(0)
}, 40_000)

test('a tape is the market, its first moment the clock’s', async () => {
  const tape = await generate('--symbols', 'AAPL')
  const { ready, stop } = await emulate('--tape', tape, '--speed', '60')
  expect(ready.symbols).toEqual(['AAPL'])
  const client = await RawClient.start(ready.port, 1)
  client.send(49, 1)
  const [, , time] = await client.next('49')
  // 2026-01-13 14:30 UTC, and at most some minutes of a minute a second since.
  expect(Number(time) - 1_768_314_600).toBeGreaterThanOrEqual(0)
  expect(Number(time) - 1_768_314_600).toBeLessThan(1800)
  client.send(1, 11, 5, 0, 'AAPL', 'STK', '', '', '', '', 'SMART', '', 'USD', '', '', 0, '', 0, 0, '')
  await client.next('1', (tokens) => tokens[3] === '4')
  client.close()
  expect(await stop('SIGINT')).toBe(0)
}, 60_000)

test('a tape of Tokyo: a contract in yen, with two ranges of hours a day', async () => {
  const tape = await generate('--symbols', '7203', '--venue', 'TSE')
  const { ready, stop } = await emulate('--tape', tape, '--cash', 'JPY=1000000')
  expect(ready.symbols).toEqual(['7203'])
  const client = await RawClient.start(ready.port, 1)
  client.send(9, 8, 5, 0, '7203', 'STK', '', '', '', '', 'SMART', 'TSEJ', 'JPY', '', '', 0, '', '', '')
  const tokens = await client.next('10')
  const hours = '20260113:0900-20260113:1130;20260113:1230-20260113:1530'
  expect(tokens.some((text) => text.startsWith(hours))).toBe(true)
  expect(tokens).toContain('TSEJ')
  client.close()
  expect(await stop('SIGINT')).toBe(0)
}, 60_000)

test('symbols of every region and pairs', async () => {
  const symbols = 'TSE:7203,HK:00700,SSE:600519,XETRA:SAP,EURONEXT:MC,LSE:VOD,NVDA,005930,EUR/USD'
  const { ready, stop } = await emulate('--symbols', symbols, '--cash', 'USD=1000,EUR=5,CNH=7')
  expect(ready.symbols).toEqual(['7203', '00700', '600519', 'SAP', 'MC', 'VOD', 'NVDA', '005930', 'EUR/USD'])
  const state = (await (await fetch(`${ready.control}/state`)).json()) as {
    accounts: Record<string, { cash: unknown }>
  }
  expect(state.accounts.DU0000001?.cash).toEqual({ USD: '1000', EUR: '5', CNY: '7' })
  expect(await stop('SIGTERM')).toBe(0)
}, 40_000)

test.each([
  [['--fees', 'free'], /--fees free: write ib-tiered or ib-fixed/],
  [['--max-version', '200'], /--max-version 200: write 178 or 193/],
  [['--speed', '0'], /--speed 0/],
  [['--symbols', 'a b'], /--symbols a b/],
  [['--symbols', 'MARS:7203'], /--symbols MARS:7203: .*TSE:7203/],
  [['--cash', 'XYZ=1'], /--cash XYZ=1/],
  [['--accounts', 'me'], /--accounts me/],
  [['--env', 'demo'], /--env demo: write paper or live/],
])(
  'wrong options say so: %j',
  async (words, message) => {
    const { code, errors } = await sametape('emulate', 'ib', ...words)
    expect(code).toBe(2)
    expect(errors).toMatch(message)
  },
  20_000,
)

test('a port that is taken is named', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const { code, errors } = await sametape('emulate', 'ib', '--port', String(port))
  server.close()
  expect(code).toBe(1)
  expect(errors).toMatch(new RegExp(`port ${port}`))
  expect(errors).not.toMatch(/ {4}at /)
}, 20_000)
