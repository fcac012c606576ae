/** The frame of all commands: help, exit codes, and what goes to which stream. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { isPresent, loadCommand, registry } from '../../src/cli/registry.ts'
import { BIN, runCli } from './run-cli.ts'

/** Design page, section 6, and what came to it. */
const NAMES =
  'start import record backtest verify scenario swarm paper live whatif diff inspect report gate train evaluate features sweep worker emulate config instruments pack kill status doctor arm adopt cash generate runs'.split(
    ' ',
  )
const absent = registry.find((entry) => !isPresent(entry.name))?.name

const dir = mkdtempSync(join(tmpdir(), 'sametape-cli-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

describe('help', () => {
  it('lists every command and marks what is not in this version', () => {
    const { code, stdout, stderr } = runCli(['--help'])
    expect(code).toBe(0)
    expect(stderr).toBe('')
    expect(registry.map((entry) => entry.name).sort()).toEqual([...NAMES].sort())
    for (const name of NAMES) {
      const line = stdout.split('\n').find((text) => text.startsWith(`  ${name} `)) ?? ''
      expect(line, name).not.toBe('')
      expect(line.endsWith('(not in this version)'), name).toBe(!isPresent(name))
    }
  })

  it('of every command shows its example and --json', () => {
    for (const { name, example } of registry.filter((entry) => isPresent(entry.name))) {
      const { code, stdout } = runCli([name, '--help'])
      expect(code, name).toBe(0)
      expect(stdout, name).toContain(example)
    }
  })

  it('every present command file exports a command', async () => {
    for (const { name } of registry.filter((entry) => isPresent(entry.name))) {
      expect(typeof (await loadCommand(name)).configure, name).toBe('function')
    }
  })

  it('--version prints the version alone', () => {
    expect(runCli(['--version']).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})

describe('wrong usage exits 2, with nothing on stdout', () => {
  it.each([
    [['bcktest'], 'unknown command "bcktest"; did you mean "backtest"?'],
    [['zzzzzzzz'], 'unknown command "zzzzzzzz"'],
    [['--colour'], "unknown option '--colour'"],
    [['config', '--sett', 'x'], "unknown option '--sett'"],
    [['config', '--set'], 'argument missing'],
    [['config', 'surplus'], 'too many arguments'],
    [['config', '--json', '--set', 'nothing.x=1'], 'there is no part "nothing"'],
  ])('%j', (args, message) => {
    const { code, stdout, stderr } = runCli(args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(message)
    expect(stderr).not.toMatch(/^\s+at /m)
  })

  it.skipIf(absent === undefined)('a command of a later version says so', () => {
    const { code, stdout, stderr } = runCli([absent ?? '', '--whatever', 'x', '--json'])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain('not in this version')
  })

  it('no command at all shows the help on stderr', () => {
    const { code, stdout, stderr } = runCli([])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain('Usage: sametape')
  })
})

describe('config', () => {
  it('--json prints one document and nothing else', () => {
    const { code, stdout, stderr } = runCli(['config', '--json', '--set', 'risk.stop_loss_pct=0.01'])
    expect([code, stderr]).toEqual([0, ''])
    const { hash, entries } = JSON.parse(stdout) as { hash: string; entries: { path: string; source: string }[] }
    expect(hash).toMatch(/^[0-9a-f]{64}$/)
    expect(entries.find((entry) => entry.path === 'risk.stop_loss_pct')?.source).toBe('--set risk.stop_loss_pct=0.01')
  })

  it('finds config and .env in the working directory, and hides credentials', () => {
    mkdirSync(join(dir, 'config'))
    writeFileSync(join(dir, 'config', 'brokers.yaml'), 'brokers:\n  kis:\n    enabled: true\n')
    writeFileSync(
      join(dir, '.env'),
      'KIS_PAPER_APP_KEY=canary\nKIS_PAPER_APP_SECRET=canary\nKIS_PAPER_ACCOUNT_NO=50000000-01\nKIS_HTS_ID=h\n',
      { mode: 0o600 },
    )
    const { code, stdout } = runCli(['config'], { cwd: dir })
    expect(code).toBe(0)
    expect(stdout).toMatch(/brokers\.kis\.enabled +true +config\/brokers\.yaml:3/)
    expect(stdout).toMatch(/brokers\.kis\.paper_app_key +\*\*\* /)
    expect(stdout).not.toContain('canary')
  })
})

describe('the process', () => {
  it('survives a reader that goes away', () => {
    const pipeline = `"${process.execPath}" "${BIN}" --help | head -c 1`
    const { status, stderr } = spawnSync('bash', ['-o', 'pipefail', '-c', pipeline], { encoding: 'utf8' })
    expect([status, stderr]).toEqual([0, ''])
  })

  it('names the Node it needs when only an old one is there', () => {
    // The version is overridden before the entry point looks at it; no pinned runtime is searched a second time.
    const preload = join(dir, 'old-node.mjs')
    writeFileSync(preload, "Object.defineProperty(process.versions, 'node', { value: '18.20.0' })\n")
    const env = { SAMETAPE_HANDED_OVER: '1', NODE_OPTIONS: `--import ${preload}` }
    const { code, stdout, stderr } = runCli(['--version'], { env })
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr.split('\n')[0]).toContain('needs Node 24.15 or newer; this is 18.20.0')
  })
})
