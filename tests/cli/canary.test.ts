/**
 * I-36, F-76: credentials planted in every variable and every field appear nowhere in what commands print, in the
 * arguments of their processes, or in any file they make, in no form in which a secret is usually written.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from '../check/source-files.ts'
import { BIN, runCli } from './run-cli.ts'

const dir = mkdtempSync(join(tmpdir(), 'sametape-canary-'))
const started: ChildProcess[] = []
afterAll(() => {
  for (const child of started) child.kill('SIGTERM')
  rmSync(dir, { recursive: true, force: true })
})

/** By variable: as random as real ones, with characters that need escapes. */
const SECRETS: Readonly<Record<string, string>> = {
  KIS_APP_KEY: 'PSa7Kd93jfQ0xLm2vT8wZrYb1NcE4hUg',
  KIS_APP_SECRET: 'q8Z/v+2=Rk"7mY\\xW1tB4nL9sD0fG3hJ6pC5aE',
  KIS_PAPER_APP_KEY: 'PSb1Hq84kgR5yMn3wU9xAsZc2OdF6iVh',
  KIS_PAPER_APP_SECRET: 'r9A/w+3=Sl"8nZ\\yX2uC5oM0tE1gH4iK7qD6bF',
  KIS_QUOTE_APP_KEY: 'PSc2Ir95lhS6zNo4xV0yBtAd3PeG7jWi',
  KIS_QUOTE_APP_SECRET: 's0B/x+4=Tm"9oA\\zY3vD6pN1uF2hI5jL8rE7cG',
  ANTHROPIC_API_KEY: 'sk-ant-api03-Vw5Qx7Zk2Lm9Np4Rt8Yb1Dc6',
  SLACK_WEBHOOK_URL: 'https://hooks.example/services/T0AB1CD2/B9EF8GH7/kQ3wZ5xV7nM1pL9r',
}
const ACCOUNTS: Readonly<Record<string, string>> = {
  KIS_ACCOUNT_NO: '71829304-01',
  KIS_PAPER_ACCOUNT_NO: '60718293-01',
  KIS_HTS_ID: 'canary_user_77',
  IB_ACCOUNT: 'DU7182930',
}

/** Throws when any twelve characters of a secret, or an account as a whole, stand in a text in any usual form. */
function sweep(where: string, text: string): void {
  for (const [name, value] of Object.entries(SECRETS)) {
    const bytes = Buffer.from(value)
    const encoded = [0, 1, 2].map((n) =>
      Buffer.concat([Buffer.alloc(n), bytes])
        .toString('base64')
        .slice(4, -4),
    )
    const forms = [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value), bytes.toString('hex')]
    for (const form of [...forms, ...encoded]) {
      for (let i = 0; i + 12 <= form.length; i++) {
        if (text.includes(form.slice(i, i + 12))) throw new Error(`${where} shows ${name}: …${form.slice(i, i + 12)}…`)
      }
    }
  }
  for (const [name, value] of Object.entries(ACCOUNTS)) {
    if (text.includes(value)) throw new Error(`${where} shows ${name}`)
  }
}

function files(of: string): string[] {
  return readdirSync(of, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

/** Runs a command, sweeps what it printed and gives it. */
function swept(cwd: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const state = join(dir, 'state')
  const outcome = runCli(args, { cwd, env: { HOME: state, XDG_STATE_HOME: state, ...env } })
  sweep(`stdout of ${args.join(' ')}`, outcome.stdout)
  sweep(`stderr of ${args.join(' ')}`, outcome.stderr)
  return outcome
}

function quoted(variables: Readonly<Record<string, string>>): string {
  // Single quotes: the values hold double ones and backslashes.
  return Object.entries(variables)
    .map(([name, value]) => `${name}='${value}'\n`)
    .join('')
}

function place(name: string, env: string, brokers = ''): string {
  const at = join(dir, name)
  mkdirSync(join(at, 'config'), { recursive: true })
  writeFileSync(join(at, 'config', 'brokers.yaml'), `brokers:\n  kis:\n    enabled: true\n${brokers}`)
  writeFileSync(join(at, '.env'), env, { mode: 0o600 })
  return at
}

let home = ''
beforeAll(() => {
  home = place('home', quoted({ ...SECRETS, ...ACCOUNTS }))
})

describe('the sweep', () => {
  it.each([
    ['raw', SECRETS.KIS_APP_KEY],
    ['a piece', SECRETS.KIS_APP_SECRET?.slice(5, 20)],
    ['Base64', Buffer.from(`user:${SECRETS.KIS_APP_KEY}`).toString('base64')],
    ['an account', 'at 71829304-01.'],
  ])('finds a planted secret: %s', (_, text) => {
    expect(() => sweep('text', text ?? '')).toThrow(/shows/)
  })
})

describe('I-36, F-76: printed by', () => {
  it.each([
    [['config']],
    [['config', '--json']],
    [['doctor']],
    [['config', '--set', 'trading.symbols=${KIS_APP_KEY}']],
  ])('%j: nothing', (args) => {
    const { code, stdout } = swept(home, args)
    expect(code).toBe(0)
    if (args[0] === 'config') expect(stdout).toContain('***')
  })

  it.each([
    ['a value that is refused', ['config', '--set', 'brokers.kis.account=${KIS_APP_SECRET}']],
    ['a name that is mistyped', ['config', '--set', `brokers.kis.app_kee=${SECRETS.KIS_APP_SECRET}`]],
    ['a path that is no path', ['config', '--set', `brokers.kis..x=${SECRETS.KIS_APP_KEY}`]],
    ['a combination that is refused', ['config', '--set', 'brokers.kis.env=live']],
    ['a file that is named by one', ['backtest', '${KIS_APP_KEY}', '--out', 'x']],
  ])('an error about %s: nothing', (_, args) => {
    const given = args.map((arg) => arg.replace(/^\$\{(\w+)\}$/, (_all, name: string) => SECRETS[name] ?? ''))
    const { code, stderr } = runCli(given, { cwd: home })
    expect(code).toBeGreaterThan(0)
    // What the user typed as a file name is theirs; a credential given by --set is not repeated.
    if (args[0] === 'config') sweep(args.join(' '), stderr)
  })

  it('secrets from files named by NAME_FILE: nothing', () => {
    const env = Object.entries({ ...SECRETS, ...ACCOUNTS }).map(([name, value]) => {
      const file = join(dir, `secret-${name}`)
      writeFileSync(file, `${value}\n`, { mode: 0o600 })
      return [`${name}_FILE`, file] as const
    })
    const at = place('by-file', quoted(Object.fromEntries(env)))
    const { code, stdout } = swept(at, ['config'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/brokers\.kis\.paper_app_secret +\*\*\*/)
    rmSync(join(dir, 'secret-KIS_PAPER_APP_SECRET'))
    const { code: missing, stderr } = swept(at, ['config'])
    expect([missing, stderr]).toEqual([2, expect.stringContaining('KIS_PAPER_APP_SECRET_FILE')])
  })

  it('a .env that others can read: nothing but how to mend it', () => {
    const at = place('open', quoted(SECRETS))
    const commands = [
      [0o640, ['config']],
      [0o602, ['doctor', 'kis']],
      [0o644, ['backtest', 'x', '--out', 'y']],
    ] as const
    for (const [mode, args] of commands) {
      chmodSync(join(at, '.env'), mode)
      const { code, stdout, stderr } = swept(at, args)
      expect(code).toBeGreaterThan(0)
      expect(stdout + stderr).toContain('chmod 600')
    }
  })
})

describe('I-36: a run beside credentials', () => {
  it('holds none: journal, tables, configuration, manifest, report, ledger', () => {
    const tape = join(ROOT, 'recordings/golden/0.1.0/tape-bars')
    expect(swept(home, ['backtest', tape, '--agent', 'ema-cross', '--out', 'recordings/run', '--json']).code).toBe(0)
    expect(swept(home, ['report', 'recordings/run', '--trades', 'trades.csv']).code).toBe(0)
    expect(swept(home, ['runs', '--json']).code).toBe(0)
    expect(swept(home, ['inspect', 'recordings/run']).code).toBe(0)
    const made = files(home).filter((file) => !file.endsWith('.env'))
    expect(made.some((file) => file.endsWith('.stj'))).toBe(true)
    expect(made.some((file) => file.endsWith('report.html'))).toBe(true)
    for (const file of made) sweep(file, readFileSync(file, 'latin1'))
  })
})

interface Emulated {
  readonly rest: string
  readonly ws: string
  readonly credentials: {
    readonly appkey: string
    readonly appsecret: string
    readonly account: string
    readonly hts_id: string
  }
}

describe('doctor kis against the emulator', () => {
  let kis: Emulated
  let emulator: ChildProcess
  beforeAll(async () => {
    emulator = spawn(process.execPath, [BIN, 'emulate', 'kis', '--json', '--seed', '77'], {
      cwd: home,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    started.push(emulator)
    const lines = createInterface({ input: emulator.stdout as NodeJS.ReadableStream })
    for await (const line of lines) {
      kis = JSON.parse(line) as Emulated
      break
    }
  })

  const hosts = (): string => `    hosts: {rest: '${kis.rest}', ws: '${kis.ws}'}\n`

  it('passes with the right keys and prints none of them', () => {
    const { appkey, appsecret, account, hts_id } = kis.credentials
    const right = { KIS_PAPER_APP_KEY: appkey, KIS_PAPER_APP_SECRET: appsecret, KIS_PAPER_ACCOUNT_NO: account }
    const at = place('right', quoted({ ...right, KIS_HTS_ID: hts_id }), hosts())
    for (const args of [
      ['doctor', 'kis'],
      ['doctor', 'kis', '--json'],
    ]) {
      const { code, stdout, stderr } = swept(at, args)
      expect([code, stderr]).toEqual([0, ''])
      for (const secret of [appkey, appsecret]) {
        for (let i = 0; i + 12 <= secret.length; i++) expect(stdout).not.toContain(secret.slice(i, i + 12))
      }
      for (const who of [account, hts_id]) expect(stdout).not.toContain(who)
    }
  })

  it('fails with wrong ones and prints none of them', () => {
    const at = place('wrong', quoted({ ...SECRETS, ...ACCOUNTS }), hosts())
    const { code, stdout } = swept(at, ['doctor', 'kis'])
    expect(code).toBe(1)
    expect(stdout).toContain('FAIL')
    const debug = swept(at, ['doctor', 'kis'], { SAMETAPE_DEBUG: '1' })
    expect(debug.code).toBe(1)
  })

  it.skipIf(process.platform !== 'linux')('no process has a secret among its arguments', async () => {
    const at = place('argv', quoted({ ...SECRETS, ...ACCOUNTS }), hosts())
    const child = spawn(process.execPath, [BIN, 'doctor', 'kis'], { cwd: at, stdio: 'ignore' })
    started.push(child)
    const ended = new Promise((done) => child.once('exit', done))
    let looked = 0
    while (child.exitCode === null && looked < 40) {
      for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) sweep(`argv of ${pid}`, argvOf(pid))
      looked++
      await new Promise((next) => setTimeout(next, 25))
    }
    await ended
    expect(looked).toBeGreaterThan(0)
    sweep('argv of the emulator', argvOf(String(emulator.pid)))
  })
})

/** Empty where the process has ended meanwhile. */
function argvOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error) return ''
    throw error
  }
}
