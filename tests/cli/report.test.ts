/** `sametape report`: pages and ledgers of real runs, and what becomes of damaged ones. */
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from '../check/source-files.ts'
import { runCli } from './run-cli.ts'

const dir = mkdtempSync(join(tmpdir(), 'sametape-report-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const GOLDEN = join(ROOT, 'recordings/golden/0.1.0')
const RUN = join(dir, 'golden/run-bars-rsi-macd')
const TWO = join(dir, 'two')

interface Shown {
  readonly report: string
  readonly initial_equity: string
  readonly final_equity: string
  readonly buy_and_hold: number | null
  readonly costs: Readonly<Record<string, { readonly fills: number; readonly fee: string; readonly tax: string }>>
  readonly trades_by_currency: Readonly<Record<string, { readonly net: string }>>
  readonly verification: { readonly identical: boolean } | null
}

interface Document {
  readonly identical: boolean
  readonly reports: readonly [Shown]
  readonly trades: { readonly lines: number; readonly open: number }
}

interface Result {
  readonly trades: number
  readonly fills: number
  readonly max_drawdown: number
  readonly initial_equity: string
  readonly final_equity: string
  readonly digest: string
}

function resultOf(run: string): Result {
  return (JSON.parse(readFileSync(join(run, 'manifest.json'), 'utf8')) as { result: Result }).result
}

function ok(...args: string[]): Document {
  const { code, stdout, stderr } = runCli([...args, '--json'])
  if (code !== 0) throw new Error(`${args.join(' ')}: exit ${code}: ${stderr}`)
  return JSON.parse(stdout) as Document
}

/** Rows of a CSV file without quoted fields. */
function rows(file: string): Record<string, string>[] {
  const [head = '', ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n')
  const names = head.split(',')
  return lines.map((line) => Object.fromEntries(line.split(',').map((value, i) => [names[i], value])))
}

const sum = (values: readonly (string | undefined)[]): number => values.reduce((a, v) => a + Number(v ?? 0), 0)

beforeAll(() => {
  cpSync(GOLDEN, join(dir, 'golden'), { recursive: true })
  // A Korean and an American share in one account, so in two currencies.
  const tape = join(dir, 'tape')
  ok('generate', '--symbols', '005930,NVDA', '--days', '2', '--seed', '3', '--bars', '1m', '--out', tape)
  const rates = join(dir, 'rates.csv')
  writeFileSync(rates, 't,rate\n2025-01-05T23:00:00Z,1450\n2025-01-06T10:00:00Z,1455.5\n2025-01-07T12:00:00Z,1460\n')
  const fx = join(dir, 'fx')
  ok('import', 'csv', rates, '--symbol', 'USD/KRW', '--venue', 'FX', '--map', 't=t,close=rate', '--out', fx)
  const cash = ['--cash', 'USD=500000,KRW=700000000', '--set', 'risk.base_currency=USD']
  ok('backtest', tape, fx, '--agent', 'ema-cross', '--fees', 'kis', ...cash, '--out', TWO)
})

describe('a report', () => {
  it('stands in the run, which still verifies, and says what the manifest says', () => {
    const { reports } = ok('report', RUN)
    const result = resultOf(RUN)
    expect(reports).toHaveLength(1)
    const [r] = reports
    expect(r.report).toBe(join(RUN, 'report.html'))
    expect(r).toMatchObject({ generated: true, trades: result.trades, max_drawdown: result.max_drawdown })
    expect([r.initial_equity, r.final_equity]).toEqual([result.initial_equity, result.final_equity])
    expect(r.costs.USD?.fills).toBe(result.fills)
    // All is sold at the end: what the trades made is what the account made.
    expect(r.trades_by_currency.USD?.net).toBe(
      String(Number((Number(result.final_equity) - Number(result.initial_equity)).toFixed(6))),
    )
    expect(r.verification).toMatchObject({ identical: true, digest: result.digest })
    expect(ok('verify', RUN).identical).toBe(true)
    // Written again, it takes the place of the old one.
    expect(ok('report', RUN).reports[0].report).toBe(join(RUN, 'report.html'))
  })

  it('needs nothing from outside, and labels generated data', () => {
    const page = readFileSync(join(RUN, 'report.html'), 'utf8')
    expect(page).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|src=|href=/i)
    expect(page).toContain(`content="default-src 'none';style-src 'unsafe-inline'"`)
    expect(page).toContain('GENERATED DATA')
    expect(page.match(/<svg/g)).toHaveLength(3)
    expect(page).not.toContain('NaN')
    expect(page).not.toContain('undefined')
  })

  it('of real data does not say generated', () => {
    const run = join(dir, 'ibm')
    ok('backtest', join(ROOT, 'recordings/sample-ibm-2013-10-08'), '--agent', 'ema-cross', '--out', run)
    const { reports } = ok('report', run, '--no-verify')
    const page = readFileSync(join(run, 'report.html'), 'utf8')
    expect(reports[0]).toMatchObject({ generated: false, verification: null, buy_and_hold: null })
    expect(page).toContain('real market data')
    expect(page.toLowerCase()).not.toContain('generated')
    expect(page).toContain('not verified')
  })

  it('keeps currencies apart and adds them up at the rates of the run', () => {
    const { reports, trades } = ok('report', TWO, '--trades', join(dir, 'two.csv'))
    const [r] = reports
    const result = resultOf(TWO)
    expect(Object.keys(r.costs).sort()).toEqual(['KRW', 'USD'])
    const fills = rows(join(TWO, 'fills.csv'))
    for (const currency of ['KRW', 'USD']) {
      const of = fills.filter((f) => f.currency === currency)
      expect(Number(r.costs[currency]?.fee)).toBeCloseTo(sum(of.map((f) => f.fee)), 6)
      expect(Number(r.costs[currency]?.tax)).toBeCloseTo(sum(of.map((f) => f.tax)), 6)
    }
    expect(Number(r.costs.KRW?.tax)).toBeGreaterThan(0)
    expect(r).toMatchObject({ final_equity: result.final_equity, trades: result.trades })
    expect(r.buy_and_hold).toEqual(expect.any(Number))
    expect(trades.lines).toBeGreaterThan(0)
  })

  it('of several runs goes into a directory, one page each', () => {
    const out = join(dir, 'pages')
    const { reports } = ok('report', RUN, TWO, '--out', out, '--no-verify')
    expect(reports.map((r) => r.report)).toEqual([join(out, 'run-bars-rsi-macd.html'), join(out, 'two.html')])
  })
})

describe('the ledger', () => {
  it('adds up, to the last unit, to the cash that fills moved', () => {
    const file = join(dir, 'ledger.csv')
    const { trades } = ok('report', TWO, '--no-verify', '--trades', file)
    const lines = rows(file)
    expect(lines).toHaveLength(trades.lines + trades.open)
    for (const currency of ['KRW', 'USD']) {
      const of = lines.filter((l) => l.currency === currency)
      const ledger = sum(of.map((l) => l.proceeds)) - sum(of.map((l) => l.cost)) - sum(of.map((l) => l.fees_and_taxes))
      const moved = rows(join(TWO, 'fills.csv'))
        .filter((f) => f.currency === currency)
        .map((f) => (f.side === 'sell' ? 1 : -1) * Number(f.qty) * Number(f.price) - Number(f.fee) - Number(f.tax))
      expect(ledger).toBeCloseTo(
        moved.reduce((a, b) => a + b, 0),
        3,
      )
      for (const l of of.filter((l) => l.closed !== '')) {
        expect(Number(l.gain)).toBeCloseTo(Number(l.proceeds) - Number(l.cost) - Number(l.fees_and_taxes), 6)
        expect(String(l.opened) <= String(l.closed)).toBe(true)
      }
    }
  })
})

describe('what cannot be reported', () => {
  it.each([
    ['journal/000001.stj', /000001\.stj: damaged since the run was sealed.*journal intact up to offset \d+/],
    ['config.json', /config\.json: damaged since the run was sealed/],
    ['manifest.json', /manifest\.json/],
  ])('a damaged %s is exit 1 and named', (file, message) => {
    const run = join(dir, `damaged-${file.replace(/\W/g, '')}`)
    cpSync(join(GOLDEN, 'run-bars-rsi-macd'), run, { recursive: true })
    const path = join(run, file)
    const bytes = readFileSync(path)
    bytes[Math.floor(bytes.length / 2)] = (bytes[Math.floor(bytes.length / 2)] as number) ^ 1
    writeFileSync(path, bytes)
    const { code, stdout, stderr } = runCli(['report', run])
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(message)
    expect(stderr).not.toMatch(/^\s+at /m)
  })

  it('a tape that is gone leaves a page that says so', () => {
    const run = join(dir, 'moved')
    cpSync(join(GOLDEN, 'run-bars-rsi-macd'), run, { recursive: true })
    const { code, stderr } = runCli(['report', run])
    expect(code).toBe(0)
    expect(stderr).toContain('not verified')
    expect(readFileSync(join(run, 'report.html'), 'utf8')).toContain('not verified')
    expect(ok('report', run, '--tape', join(GOLDEN, 'tape-bars')).reports[0].verification?.identical).toBe(true)
  })

  it('a directory that is no run is exit 1, wrong options exit 2', () => {
    mkdirSync(join(dir, 'empty'))
    expect(runCli(['report', join(dir, 'empty')])).toMatchObject({ code: 1, stdout: '' })
    expect(runCli(['report', RUN, '--out', join(dir, 'page')]).stderr).toContain('ends in .html')
    expect(runCli(['report', RUN, '--trades', join(dir, 'page.txt')]).code).toBe(2)
    expect(runCli(['report']).code).toBe(2)
  })

  it('names that are markup stay text', () => {
    const run = join(dir, 'evil')
    const agent = join(dir, `<img src=x onerror=alert(1)>.ts`)
    const body = `{ name: 'x', subscribe: () => ({ bars: ['tape'] }), init: () => ({}), onBar() {} }`
    writeFileSync(agent, `import { defineAgent } from 'sametape'\nexport default defineAgent(${body})\n`)
    ok('backtest', join(GOLDEN, 'tape-bars'), '--agent', agent, '--out', run)
    ok('report', run)
    expect(readFileSync(join(run, 'report.html'), 'utf8')).not.toContain('<img')
    appendFileSync(join(run, 'fills.csv'), 'x')
    expect(runCli(['report', run]).code).toBe(1)
  })
})
