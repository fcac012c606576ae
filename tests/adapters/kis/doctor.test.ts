/** `doctor kis`: what is wrong is told apart, without an order, and the command itself. */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { checkKis } from '../../../adapters/kis/doctor.ts'
import type { Check } from '../../../adapters/kis/doctor-check.ts'
import type { KisSettings } from '../../../adapters/kis/settings.ts'
import { Bench } from './bench.ts'

const open: Bench[] = []
afterEach(async () => {
  for (const bench of open.splice(0)) await bench.close()
})

const sealed = (text: string) => ({ reveal: () => text })

async function examine(b: Bench, change: Partial<KisSettings> = {}, other?: string): Promise<Check[]> {
  const { clock } = b.context
  const out: Check[] = []
  const options = { clock, ...(other === undefined ? {} : { other }) }
  for await (const check of checkKis({ ...b.settings, ...change }, options)) out.push(check)
  return out
}

async function bench(env: 'paper' | 'live' = 'paper', seed = 1): Promise<Bench> {
  const made = await Bench.create({ emulator: { env, seed, symbols: ['005930', 'AAPL'] } })
  open.push(made)
  return made
}

describe('doctor kis', () => {
  it.each(['paper', 'live'] as const)('passes a good %s set-up and trades nothing', async (env) => {
    const b = await bench(env)
    const checks = await examine(b)
    expect(checks.filter((c) => !c.passed)).toEqual([])
    const names = [
      'keys',
      'account',
      'us-account',
      'quotes',
      'notices',
      ...(env === 'paper' ? ['quote-keys', 'us-quotes'] : []),
    ]
    expect(checks.map((c) => c.name)).toEqual(names)
    expect(b.venueOrders).toEqual([])
    // Its sessions are closed in order: the keys are free.
    await b.until(() => b.emulator.sessions().length === 0, 'no session is left')
  })

  it.each(['SETUP.md', 'SETUP.ko.md'])('%s shows the lines that it prints', async (name) => {
    const plain = (found: string): string => found.replace(/\d[\d.]*(?= |$)/g, '#')
    const text = readFileSync(new URL(`../../../adapters/kis/${name}`, import.meta.url), 'utf8')
    const shown = [...text.matchAll(/^ {4}ok {4}(\S+) +(.+)$/gm)].map((m) => [m[1], plain(m[2] ?? '')].join(': '))
    const symbols = ['005930', 'AAPL', 'TSE:7203']
    const asia = await Bench.create({ emulator: { symbols }, settings: { realtime: [] } })
    open.push(asia)
    const usual = [...(await examine(await bench('paper'))), ...(await examine(await bench('live')))]
    const checks = [...usual, ...(await examine(asia))]
    const printed = new Set(checks.map((c) => `${c.name}: ${plain(c.found)}`))
    const own = shown.filter((line) => !/^(env-file|config):/.test(line))
    expect(own.length).toBe(11)
    expect(own.filter((line) => !printed.has(line))).toEqual([])
    // Every check of a paper set-up has its step.
    expect(checks.slice(0, 7).filter((c) => !own.some((line) => line.startsWith(`${c.name}:`)))).toEqual([])
  })

  it('says of each Asian market what the account may spend, whether quotes come and how late', async () => {
    const symbols = ['005930', 'AAPL', 'TSE:7203', 'HK:00700', 'SSE:600519']
    const b = await Bench.create({ emulator: { symbols }, settings: { realtime: ['HK'] } })
    open.push(b)
    const checks = await examine(b)
    expect(checks.filter((c) => !c.passed)).toEqual([])
    const said = (name: string): string | undefined => checks.find((c) => c.name === name)?.found
    expect(said('jp-account')).toMatch(/^\d+\.00 JPY to spend/)
    expect(said('hk-account')).toMatch(/ HKD to spend/)
    expect(said('cn-account')).toMatch(/ CNY to spend/)
    expect(said('jp-quotes')).toContain('15 minutes late, so recorded and not traded')
    expect(said('hk-quotes')).toBe('HDFSCNT0 registered')
    expect(said('cn-quotes')).toContain('15 minutes late')
    expect(b.venueOrders).toEqual([])
    // Without quote keys the paper environment has nothing to show there.
    const blind = (await examine(b, { quotes: undefined })).filter((c) => !c.passed)
    expect(blind.map((c) => c.name)).toEqual(['jp-quotes', 'hk-quotes', 'cn-quotes'])
    for (const check of blind) expect(check).toMatchObject({ found: expect.stringContaining('no overseas quotes') })
    expect(blind[0]?.mend).toContain('KIS_QUOTE_APP_KEY')
  })

  it('tells a key of the other environment from one that ended', async () => {
    const paper = await bench('paper', 1)
    const live = await bench('live', 2)
    const [foreign] = await examine(paper, { keys: live.settings.keys }, live.settings.hosts.rest)
    expect(foreign).toMatchObject({ name: 'keys', passed: false })
    expect(foreign?.mend).toContain('key of the live environment')
    const dead = { appKey: sealed('X'.repeat(36)), appSecret: sealed('Y'.repeat(180)) }
    const [ended] = await examine(paper, { keys: dead }, live.settings.hosts.rest)
    expect(ended?.mend).toContain('a key lives one year')
    const mixed = { appKey: paper.settings.keys.appKey, appSecret: sealed('Y'.repeat(180)) }
    expect((await examine(paper, { keys: mixed }))[0]?.mend).toContain('does not belong to the key')
  })

  it('a paper key at the live address gets a token, and is found by the account', async () => {
    const b = await bench()
    const [trading, quotes] = [b.settings.hosts, b.settings.quotes?.hosts]
    const checks = await examine(b, { env: 'live', hosts: quotes ?? trading, quotes: undefined })
    expect(checks.map((c) => [c.name, c.passed])).toEqual([
      ['keys', true],
      ['account', false],
    ])
    expect(checks[1]?.found).toContain('EGW02004')
    expect(checks[1]?.mend).toContain('paper key at the live address')
  })

  it('a wrong account, and a wrong HTS id', async () => {
    const b = await bench()
    const wrong = await examine(b, { account: { number: '50000000', product: '22' }, quotes: undefined })
    expect(wrong.at(-1)).toMatchObject({ name: 'account', passed: false })
    expect(wrong.at(-1)?.mend).toContain('KIS_PAPER_ACCOUNT_NO')
    const notices = (await examine(b, { htsId: 'somebody', quotes: undefined })).at(-1)
    expect(notices).toMatchObject({ name: 'notices', passed: false })
    expect(notices?.mend).toContain('KIS_HTS_ID')
  })

  it('an account without overseas trading, and a host that does not tell', async () => {
    const b = await bench()
    const of = (checks: Check[]) => checks.find((c) => c.name === 'us-account')
    await b.fault({ kind: 'gateway-error', path: 'inquire-psamount', msg_cd: 'EGW00206' })
    const refused = of(await examine(b, { quotes: undefined }))
    expect([refused?.passed, refused?.mend]).toEqual([false, expect.stringContaining('overseas stock trading')])
    await b.fault({ kind: 'gateway-error', path: 'inquire-psamount', msg_cd: 'EGW02006' })
    expect(of(await examine(b, { quotes: undefined }))).toMatchObject({ passed: true, found: 'not told by this host' })
    expect(of(await examine(b, { quotes: undefined, markets: ['KRX'] }))).toBeUndefined()
  })

  it('a key that another program uses', async () => {
    const b = await bench('live')
    await b.up()
    const notices = (await examine(b)).at(-1)
    expect(notices).toMatchObject({ name: 'notices', passed: false })
    expect(notices?.mend).toContain('another program')
  })

  it('no server', async () => {
    const b = await bench()
    const [keys] = await examine(b, { hosts: { rest: 'http://127.0.0.1:9', ws: 'ws://127.0.0.1:9' } })
    expect(keys).toMatchObject({ name: 'keys', passed: false, found: 'ECONNREFUSED' })
  })
})

describe('the command', () => {
  const bin = fileURLToPath(new URL('../../../src/cli/bin.mjs', import.meta.url))
  const dirs: string[] = []
  afterEach(() => {
    for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true })
  })

  function run(env: string, mode: number, ...args: string[]): { code: number | null; out: string } {
    const dir = mkdtempSync(join(tmpdir(), 'sametape-doctor-'))
    dirs.push(dir)
    writeFileSync(join(dir, '.env'), env)
    chmodSync(join(dir, '.env'), mode)
    const made = spawnSync(process.execPath, [bin, 'doctor', ...args], { cwd: dir, encoding: 'utf8', timeout: 40_000 })
    return { code: made.status, out: made.stdout + made.stderr }
  }

  const KEYS = 'KIS_PAPER_APP_KEY=canary-key\nKIS_PAPER_APP_SECRET=canary-secret\nKIS_HTS_ID=canary-id\n'

  it('refuses a .env that others can read, before any key is used', () => {
    const { code, out } = run(`${KEYS}KIS_PAPER_ACCOUNT_NO=50000000-01\n`, 0o644, 'kis')
    expect(code).toBe(1)
    expect(out).toContain('chmod 600')
    expect(out).not.toContain('canary')
  })

  it('refuses an account without its product code', () => {
    const { code, out } = run(`${KEYS}KIS_PAPER_ACCOUNT_NO=50000000\n`, 0o600, 'kis')
    expect(code).toBe(2)
    expect(out).toContain('lacks its two-digit product code')
  })

  it('names what is missing', () => {
    const { code, out } = run('', 0o600, 'kis')
    expect(code).toBe(2)
    expect(out).toContain('KIS_PAPER_APP_KEY')
  })

  it('without a broker looks at machine and configuration', () => {
    expect(run('', 0o600)).toMatchObject({ code: 0 })
    expect(run('', 0o600, 'nobody').code).toBe(2)
  })
})
