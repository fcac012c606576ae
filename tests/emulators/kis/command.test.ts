/** `sametape emulate kis` as a process: its line, its doors, its end; wrong usage. */
import { type ChildProcess, spawn } from 'node:child_process'
import { afterEach, describe, expect, it } from 'vitest'
import { readOptions } from '../../../src/cli/emulate-kis.ts'
import { BIN, runCli } from '../../cli/run-cli.ts'
import { send } from './support.ts'

const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

interface Ready {
  readonly rest: string
  readonly ws: string
  readonly control: string
  readonly credentials: Readonly<Record<string, string>>
  readonly quotes?: { readonly rest: string; readonly credentials: Readonly<Record<string, string>> }
}

async function start(...args: string[]): Promise<{ child: ChildProcess; ready: Ready }> {
  const child = spawn(process.execPath, [BIN, 'emulate', 'kis', '--json', ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  children.push(child)
  let text = ''
  const ready = await new Promise<Ready>((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      text += String(chunk)
      if (text.includes('\n')) resolve(JSON.parse(text) as Ready)
    })
    child.on('close', () => reject(new Error(`ended without its line: ${text}`)))
  })
  return { child, ready }
}

describe('emulate kis', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'prints one line, serves, and ends on %s within two seconds',
    async (signal) => {
      const { child, ready } = await start()
      expect(ready).toEqual({
        ready: true,
        venue: 'kis',
        env: 'paper',
        rest: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
        ws: expect.stringMatching(/^ws:\/\/127\.0\.0\.1:\d+$/),
        credentials: {
          appkey: expect.stringMatching(/^.{36}$/),
          appsecret: expect.stringMatching(/^.{180}$/),
          account: '50000000-01',
          hts_id: 'tester01',
        },
        symbols: ['005930', '000660', 'NVDA', 'PLTR'],
        control: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
        quotes: { rest: expect.any(String), ws: expect.any(String), credentials: expect.any(Object) },
      })
      expect(ready.quotes?.credentials.appkey).not.toBe(ready.credentials.appkey)
      const state = JSON.parse((await send('GET', `${ready.control}/state`)).text) as { accounts: object }
      expect(Object.keys(state.accounts)).toEqual(['50000000-01'])
      const begun = performance.now()
      child.kill(signal)
      const code = await new Promise((resolve) => {
        child.on('close', resolve)
      })
      expect([code, performance.now() - begun < 2000]).toEqual([0, true])
    },
  )

  it('live has one door; ports, seed, cash, symbols are taken', async () => {
    const args = ['--env', 'live', '--seed', '7', '--cash', 'KRW=5000000', '--symbols', 'AAPL,005930', '--speed', '20']
    const { ready } = await start(...args)
    expect(ready).toMatchObject({ env: 'live', symbols: ['AAPL', '005930'] })
    expect(ready.quotes).toBeUndefined()
    const state = async (): Promise<{ now: string; accounts: Record<string, { cash: object }> }> =>
      JSON.parse((await send('GET', `${ready.control}/state`)).text) as Awaited<ReturnType<typeof state>>
    const first = await state()
    expect(first.accounts['50000000-01']?.cash).toEqual({ KRW: '5000000' })
    await new Promise((resolve) => {
      setTimeout(resolve, 300)
    })
    // At twenty times the speed the run's clock leaves the wall behind.
    expect(Date.parse((await state()).now) - Date.parse(first.now)).toBeGreaterThan(4000)
  })

  it.each([
    [['--env', 'demo'], '--env demo'],
    [['--cash', 'EUR=1'], '--cash EUR=1'],
    [['--tape', '/nowhere/at/all'], '/nowhere/at/all'],
  ])('%j is refused', (args, said) => {
    const { code, stderr, stdout } = runCli(['emulate', 'kis', ...args])
    expect(code === 2 || code === 1).toBe(true)
    expect([stderr.includes(said), stdout]).toEqual([true, ''])
  })

  it('each option names itself when it is wrong', () => {
    const bad: readonly (readonly [string, string])[] = [
      ['port', 'x'],
      ['speed', '0'],
      ['symbols', 'x y'],
      ['layout', 'z'],
      ['rate', '-1'],
      ['seed', '1.5'],
      ['ackEncrypt', 'maybe'],
    ]
    const good = {
      env: 'paper',
      port: '0',
      wsPort: '0',
      controlPort: '0',
      seed: '1',
      speed: '1',
      layout: 'auto',
      ackEncrypt: 'N',
      cash: [],
    }
    for (const [name, value] of bad) {
      const flag = name === 'ackEncrypt' ? 'ack-encrypt' : name
      expect(() => readOptions({ ...good, [name]: value })).toThrow(new RegExp(`^--${flag} ${value}`, 'i'))
    }
    expect(readOptions(good)).toMatchObject({ env: 'paper', speed: 1, seed: 1 })
  })

  it('a port that is taken is named', async () => {
    const { ready } = await start()
    const { port } = new URL(ready.rest)
    const { code, stderr } = runCli(['emulate', 'kis', '--port', port])
    expect([code, stderr.trim()]).toEqual([1, `sametape: --port ${port}: port ${port} is taken; 0 takes a free one`])
  })
})
