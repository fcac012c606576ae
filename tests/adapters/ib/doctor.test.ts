/** `doctor ib`: every mistake has its setting, nothing is traded, and the command itself. */
import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { type Check, checkIb } from '../../../adapters/ib/doctor.ts'
import type { EmulatorOptions } from '../../../adapters/ib/emulator/options.ts'
import type { IbSettings } from '../../../adapters/ib/settings.ts'
import type { Bench } from './bench.ts'
import { openBenches } from './open-benches.ts'

const benches = openBenches()

const made = (emulator: Partial<EmulatorOptions> = {}, settings: Partial<IbSettings> = {}): Promise<Bench> =>
  benches.made({ emulator: { symbols: ['AAPL', 'NVDA'], ...emulator }, settings })

async function examine(b: Bench, change: Partial<IbSettings> = {}): Promise<Check[]> {
  const out: Check[] = []
  for await (const check of checkIb({ ...b.settings, ...change }, { clock: b.context.clock })) out.push(check)
  return out
}

const last = async (b: Bench, change?: Partial<IbSettings>): Promise<Check | undefined> =>
  (await examine(b, change)).at(-1)

describe('doctor ib', () => {
  it('passes a good set-up, trades nothing and leaves no session', async () => {
    const b = await made()
    const checks = await examine(b)
    expect(checks.filter((c) => !c.passed)).toEqual([])
    expect(checks.map((c) => c.name)).toEqual(['settings', 'port', 'login', 'read-only', 'account', 'contract', 'data'])
    expect(b.venueOrders).toEqual([])
    expect(JSON.stringify(checks)).not.toContain(b.settings.account)
    await b.until(() => b.emulator.world.sessions.size === 0, 'no session is left')
  })

  it.each(['SETUP.md', 'SETUP.ko.md'])('says what %s promises, line by line', async (name) => {
    const b = await made()
    const checks = await examine(b)
    const text = readFileSync(new URL(`../../../adapters/ib/${name}`, import.meta.url), 'utf8')
    const promised = [...text.matchAll(/^ +ok {4}([a-z-]+) +(.*)$/gm)].map((m) => [m[1], m[2]])
    expect(promised.map(([check]) => check)).toEqual(checks.map((c) => c.name))
    // Numbers are those of whoever reads it.
    const shape = (found: string | undefined): string => (found ?? '').replace(/[\d.*]+/g, '#')
    expect(promised.map(([, found]) => shape(found))).toEqual(checks.map((c) => shape(c.found)))
  })

  it('a port that refuses: start the gateway, enable the API, the port', async () => {
    const b = await made()
    const check = await last(b, { port: 9 })
    expect(check).toMatchObject({ name: 'port', passed: false })
    expect(check?.found).toContain('refuses')
    expect(check?.mend).toContain('Enable ActiveX and Socket Clients')
    expect(check?.mend).toContain('4002')
  })

  it('a gateway that accepts and closes: trusted IPs', async () => {
    const b = await made()
    await b.fault({ kind: 'accept-and-close', count: 3, when: 'accept' })
    const check = await last(b)
    expect(check).toMatchObject({ name: 'port', passed: false })
    expect(check?.mend).toContain('Trusted IPs')
  })

  it('a port where somebody else listens in silence', async () => {
    const server: Server = createServer((socket) => socket.on('error', () => socket.destroy()))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const b = await made()
    const check = await last(b, { port: typeof address === 'object' && address !== null ? address.port : 0 })
    server.close()
    expect(check?.found).toContain('says nothing')
  })

  it('321: the read-only interface', async () => {
    const check = (await examine(await made({ readOnly: true }))).find((c) => c.name === 'read-only')
    expect(check).toMatchObject({ passed: false })
    expect(check?.mend).toContain('untick "Read-Only API"')
  })

  it('326: the client id is in use', async () => {
    const b = await made()
    await b.up()
    const check = await last(b)
    expect(check).toMatchObject({ name: 'login', passed: false })
    expect(check?.mend).toContain('IB_CLIENT_ID')
  })

  it('a login to another account', async () => {
    const b = await made({ accounts: ['DU0000002'] })
    const check = await last(b)
    expect(check).toMatchObject({ name: 'login', passed: false })
    expect(check?.mend).toContain('IB_ACCOUNT')
  })

  it.each([
    ['a live account in paper', { account: 'U0000001' }, 'is a live account'],
    ['a paper account in live', { env: 'live' as const }, 'is a paper account'],
    ['a live port in paper', { port: 4001 }, 'is a live port'],
    ['a paper port in live', { env: 'live' as const, account: 'U0000001', port: 7497 }, 'is a paper port'],
    ['no account of IB', { account: '50000000-01' }, 'is no account of IB'],
  ])('%s is found before anything is sent', async (_, change, words) => {
    const b = await made()
    const checks = await examine(b, change)
    expect(checks.map((c) => c.name)).toEqual(['settings'])
    expect(checks[0]).toMatchObject({ passed: false })
    expect(checks[0]?.found).toContain(words)
    expect(checks[0]?.mend).toContain('set env')
    expect(b.emulator.world.sessions.size).toBe(0)
  })

  it('1100: the gateway is away from IB', async () => {
    const b = await made()
    await b.fault({ kind: 'connectivity-lost', ms: 60_000 })
    const check = await last(b)
    expect(check).toMatchObject({ name: 'login', passed: false })
    expect(check?.mend).toContain('no connection to IB')
  }, 20_000)

  it.each([
    [10089, 'Client Portal'],
    [10168, 'Client Portal'],
    [354, 'Client Portal'],
    [10197, 'another session'],
    [101, 'fewer symbols'],
  ])('no data: %i', async (code, words) => {
    const b = await made()
    await b.fault({ kind: 'data-refused', code })
    const check = await last(b)
    expect(check).toMatchObject({ name: 'data', passed: false })
    expect([check?.found.startsWith(String(code)), check?.mend.includes(words)]).toEqual([true, true])
  })

  it('delayed data', async () => {
    const b = await made()
    await b.fault({ kind: 'delayed-data', for_ms: 60_000 })
    const check = await last(b)
    expect(check).toMatchObject({ name: 'data', passed: false })
    expect(check?.found).toContain('15 minutes late')
    expect(check?.mend).toContain('share it with the paper user')
  })

  it('a contract that is not there', async () => {
    const check = await last(await made({ symbols: ['NVDA'] }))
    expect(check).toMatchObject({ name: 'contract', passed: false })
  })
})

describe('the command', () => {
  const bin = fileURLToPath(new URL('../../../src/cli/bin.mjs', import.meta.url))
  const dirs: string[] = []
  afterEach(() => {
    for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true })
  })

  /** Asynchronous: the emulator it speaks to lives in this process. */
  function run(env: string, ...args: string[]): Promise<{ code: number | null; out: string }> {
    const dir = mkdtempSync(join(tmpdir(), 'sametape-doctor-'))
    dirs.push(dir)
    writeFileSync(join(dir, '.env'), env)
    chmodSync(join(dir, '.env'), 0o600)
    return new Promise((resolve) => {
      const child = spawn(process.execPath, [bin, 'doctor', 'ib', ...args], { cwd: dir })
      let out = ''
      child.stdout.on('data', (chunk) => (out += String(chunk)))
      child.stderr.on('data', (chunk) => (out += String(chunk)))
      child.on('close', (code) => resolve({ code, out }))
    })
  }

  it('passes over the emulator, and hides the account', async () => {
    const b = await made()
    const { code, out } = await run(`IB_ACCOUNT=DU0000001\nIB_PORT=${b.settings.port}\n`)
    expect([code, out.includes('DU0000001')]).toEqual([0, false])
    expect(out).toContain('AAPL comes live')
  }, 60_000)

  it('names what is missing, and what does not match', async () => {
    expect(await run('')).toMatchObject({ code: 2, out: expect.stringContaining('IB_ACCOUNT') })
    const live = await run('IB_ACCOUNT=U0000001\n')
    expect(live.code).toBe(2)
    expect(live.out).toContain('brokers.ib.account: is a live account, but env is paper')
    const port = await run('IB_ACCOUNT=DU0000001\nIB_PORT=4001\n')
    expect(port.out).toContain('brokers.ib.port: 4001 is a live port, but env is paper; use 4002 or 7497')
  }, 60_000)
})
