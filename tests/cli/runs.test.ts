/** `sametape runs`: what is listed, and what it says of runs that are whole, open, damaged or verified. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findRuns, type ListedRun, listRun } from '../../src/report/run-list.ts'
import { ROOT } from '../check/source-files.ts'
import { runCli } from './run-cli.ts'

const dir = mkdtempSync(join(tmpdir(), 'sametape-runs-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const GOLDEN = join(ROOT, 'recordings/golden/0.1.0')
const at = (...path: string[]): string => join(dir, 'recordings', ...path)

beforeAll(() => {
  for (const name of ['tape-bars', 'tape-ticks']) cpSync(join(GOLDEN, name), at('backtest', name), { recursive: true })
  cpSync(join(GOLDEN, 'run-bars-rsi-macd'), at('backtest/whole'), { recursive: true })
  cpSync(join(GOLDEN, 'run-bars-rsi-macd'), at('paper/2025-01-06T1430Z/2025-01-06'), { recursive: true })
  // Never ended: no manifest, and a journal whose last frames were not written.
  const open = at('paper/2025-01-06T1430Z/2025-01-07')
  cpSync(join(GOLDEN, 'run-bars-rsi-macd'), open, { recursive: true })
  rmSync(join(open, 'manifest.json'))
  truncateSync(join(open, 'journal/000001.stj'), 200_000)
  mkdirSync(at('.trash'), { recursive: true })
  cpSync(join(GOLDEN, 'run-bars-rsi-macd'), at('.trash/run'), { recursive: true })
})

function list(...args: string[]): { code: number | null; stderr: string; runs: ListedRun[] } {
  const { code, stdout, stderr } = runCli(['runs', '--dir', at(), '--json', ...args])
  return { code, stderr, runs: (JSON.parse(stdout) as { runs: ListedRun[] }).runs }
}

describe('runs', () => {
  it('finds runs at any usual depth and nothing else', () => {
    const names = ['backtest/whole', 'paper/2025-01-06T1430Z/2025-01-06', 'paper/2025-01-06T1430Z/2025-01-07']
    expect(findRuns(at())).toEqual(names.map((name) => at(name)))
    expect(findRuns(at('backtest/whole'))).toEqual([at('backtest/whole')])
  })

  it('says of a sealed run what its manifest says, and its span', async () => {
    expect(await listRun(at('backtest/whole'))).toMatchObject({
      ...{ state: 'sealed', mode: 'backtest', agent: 'rsi-macd', generated: true, events: 1560, trades: 58 },
      ...{ first: '2025-01-06T14:31:00Z', last: '2025-01-10T21:00:00Z', verified: null, damage: null },
    })
  })

  it('lists one that never ended, with what its journal holds', async () => {
    const open = await listRun(at('paper/2025-01-06T1430Z/2025-01-07'))
    expect(open).toMatchObject({ state: 'unsealed', first: '2025-01-06T14:31:00Z', damage: null, events: null })
    expect(String(open.last) < '2025-01-10T21:00:00Z').toBe(true)
  })

  it('--verify runs sealed ones again; what it found holds for that very manifest', async () => {
    const { code, runs, stderr } = list('--verify')
    expect(code).toBe(0)
    const of = (name: string): ListedRun | undefined => runs.find((run) => run.run === at(name))
    expect(of('backtest/whole')?.verified).toMatchObject({ identical: true, code: '0.1.0' })
    // Its tape lies elsewhere: nothing is known of it, and that is said.
    expect(of('paper/2025-01-06T1430Z/2025-01-06')?.verified).toBeNull()
    expect(stderr).toContain('2025-01-06: not verified')
    const other = at('other')
    cpSync(at('backtest/whole'), other, { recursive: true })
    const page = readFileSync(join(other, 'report.html'), 'utf8')
    writeFileSync(join(other, 'report.html'), page.replace(/[0-9a-f]{64}">/, `${'0'.repeat(64)}">`))
    expect((await listRun(other)).verified).toBeNull()
    rmSync(other, { recursive: true })
  })

  it('names damage and exits 1, listing the rest', () => {
    const short = at('short')
    cpSync(at('backtest/whole'), short, { recursive: true })
    truncateSync(join(short, 'config.json'), 10)
    const changed = at('changed')
    cpSync(at('backtest/whole'), changed, { recursive: true })
    const manifest = readFileSync(join(changed, 'manifest.json'), 'utf8')
    writeFileSync(join(changed, 'manifest.json'), manifest.replace('"trades": 58', '"trades": 59'))
    const { code, runs, stderr } = list()
    expect(code).toBe(1)
    expect(stderr).toContain(`${join(short, 'config.json')}: has 10 bytes, the run's manifest says 1197`)
    expect(stderr).toContain(`${join(changed, 'manifest.json')}: was changed after sealing`)
    expect(runs.map((run) => run.state).sort()).toEqual(['damaged', 'damaged', 'sealed', 'sealed', 'unsealed'])
    for (const run of [short, changed]) rmSync(run, { recursive: true })
  })

  it('a directory that is not there is exit 2, an empty one has no runs', () => {
    expect(runCli(['runs', '--dir', join(dir, 'nowhere')])).toMatchObject({ code: 2, stdout: '' })
    mkdirSync(join(dir, 'empty'))
    expect(runCli(['runs', '--dir', join(dir, 'empty')]).stdout).toContain('no runs under')
  })
})
