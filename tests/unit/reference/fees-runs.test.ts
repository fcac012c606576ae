/**
 * Whole runs charged by the tables: Samsung's daily series by the won, an ETF without tax, and what a run says of its
 * table. The judge takes rates from the text of the tax reforms and settlement from the rows of the series themselves.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { formatDay } from '../../../src/core/base/time.ts'
import type * as configFile from '../../../src/reference/config-file.ts'
import { importCsv } from '../../../src/import/csv.ts'
import { importRequest } from '../../../src/import/csv-request.ts'
import { loadAgent } from '../../../src/runtime/agent-load.ts'
import { backtest, headerOf, openTapes, type RunSummary } from '../../../src/runtime/backtest.ts'
import { setUp } from '../../../src/runtime/run-setup.ts'
import { makeSpec } from '../../../src/runtime/run-spec.ts'
import { SIM_DEFAULTS } from '../../../src/runtime/sim-options.ts'
import { verify } from '../../../src/runtime/verify.ts'
import { ROOT } from '../../check/source-files.ts'

const dir = mkdtempSync(join(tmpdir(), 'sametape-fees-'))
afterAll(() => rmSync(dir, { recursive: true }))
let made = 0

const kr = join(resolve(ROOT, process.env.SAMETAPE_SHARED ?? '../shared'), 'data/kr-daily')
const absent = !existsSync(kr)
const title = absent ? 'Korean daily series (skipped: SAMETAPE_SHARED is absent)' : 'Korean daily series'

/** Wide limits, so that a run trades through all years. */
const WIDE = ['risk.emergency_shutdown_loss=0.99', 'risk.daily_loss_limit=0.99']

interface Asked {
  readonly fees: string
  readonly sets?: readonly string[]
}

async function specOf({ fees, sets = [] }: Asked) {
  const agent = await loadAgent('rsi-macd')
  const config = loadConfig({ dir: undefined, sets: [...WIDE, ...sets], env: {} })
  const simulation = { ...SIM_DEFAULTS, slippage: 'ticks:1', fees }
  return { agent, config, spec: makeSpec({ config, agent, simulation }) }
}

async function run(tape: string, asked: Asked): Promise<RunSummary & { out: string }> {
  const parts = await specOf(asked)
  const out = join(dir, `run-${made++}`)
  const common = { journal: 'refs', tables: true, commandLine: [] } as const
  return { ...(await backtest({ tapes: [tape], out, ...parts, ...common })), out }
}

interface Fill {
  readonly day: string
  readonly side: string
  readonly value: number
  readonly fee: number
  readonly tax: number
}

function fillsOf(out: string): Fill[] {
  const [head, ...rows] = readFileSync(join(out, 'fills.csv'), 'utf8').trim().split('\n')
  const names = (head as string).split(',')
  return rows.map((row) => {
    const at = (name: string): string => row.split(',')[names.indexOf(name)] as string
    const day = formatDay(Math.floor(Number(at('t')) / 86_400_000_000))
    return {
      day,
      side: at('side'),
      value: Number(at('qty')) * Number(at('price')),
      fee: Number(at('fee')),
      tax: Number(at('tax')),
    }
  })
}

async function imported(symbol: string): Promise<{ tape: string; dates: string[] }> {
  const file = join(kr, `${symbol}.csv.gz`)
  const tape = join(dir, `tape-${symbol}-${made++}`)
  await importCsv(importRequest([file], { symbol, out: tape }), () => undefined)
  const rows = gunzipSync(readFileSync(file)).toString().trim().split('\n').slice(1)
  return { tape, dates: rows.map((row) => row.slice(0, 10)) }
}

/** Securities transaction tax and rural special tax on KOSPI sales, in millionths, by year of settlement. */
const TOTAL: Readonly<Record<string, number>> = {
  2021: 2300,
  2022: 2300,
  2023: 2000,
  2024: 1800,
  2025: 1500,
  2026: 2000,
}

describe.skipIf(absent)(title, () => {
  it('005930 with --fees kis books the tax of the year of settlement to the won, and the commission', async () => {
    const { tape, dates } = await imported('005930')
    const r = await run(tape, { fees: 'kis' })
    const fills = fillsOf(r.out)
    const years = new Set<string>()
    for (const f of fills) {
      expect(Math.abs(f.fee - f.value * 0.000140527)).toBeLessThan(0.001)
      if (f.side === 'buy') {
        expect(f.tax).toBe(0)
        continue
      }
      const settled = dates[dates.indexOf(f.day) + 2] ?? f.day
      years.add(settled.slice(0, 4))
      const owed = (f.value * (TOTAL[settled.slice(0, 4)] as number)) / 1_000_000
      expect(Math.abs(f.tax - owed), `sale of ${f.day}`).toBeLessThan(0.001)
    }
    expect([...years].sort()).toEqual(Object.keys(TOTAL))
    expect(await verify(r.out, {})).toMatchObject({ identical: true, cause: null })
  })

  it('an account’s own commission stands in the run and its verification', async () => {
    const { tape } = await imported('005930')
    const r = await run(tape, { fees: 'kis', sets: ['fees.kis.kr_commission_bps=0.36396'] })
    const fills = fillsOf(r.out)
    expect(fills.length).toBeGreaterThan(10)
    for (const f of fills) expect(Math.abs(f.fee - f.value * 0.000036396)).toBeLessThan(0.001)
    expect((await verify(r.out, {})).identical).toBe(true)
  })

  it('sales of the ETF 069500 bear no tax', async () => {
    const { tape } = await imported('069500')
    const fills = fillsOf((await run(tape, { fees: 'kis' })).out)
    expect(fills.filter((f) => f.side === 'sell').length).toBeGreaterThan(5)
    for (const f of fills) {
      expect(f.tax).toBe(0)
      expect(Math.abs(f.fee - f.value * 0.000146527)).toBeLessThan(0.001)
    }
  })
})

describe('what a run says of its fee table', () => {
  const tape = join(ROOT, 'recordings/golden/0.1.0/tape-bars')

  async function headerWith(asked: Asked): Promise<Record<string, unknown>> {
    const { agent, config, spec } = await specOf(asked)
    return JSON.parse(headerOf(setUp(await openTapes([tape]), spec, config, agent), spec)) as Record<string, unknown>
  }

  it('a header gains keys only with a table', async () => {
    const own = ['fees.kis.us_commission_bps=7']
    const plain = await headerWith({ fees: 'bps:5' })
    expect(plain).not.toHaveProperty('fee_table')
    expect(await headerWith({ fees: 'bps:5', sets: own })).toEqual(plain)
    const kis = await headerWith({ fees: 'kis', sets: own })
    expect(kis.fee_table).toMatchObject({ name: 'kis', version: expect.stringMatching(/^\d{4}-/) })
    expect(kis.config).toMatchObject({ 'fees.kis.us_commission_bps': '7' })
    const added = Object.keys(kis).filter((key) => !Object.hasOwn(plain, key))
    expect(added).toEqual(['fee_table'])
  })

  it('verify says that the table is not the one recorded', async () => {
    const r = await run(tape, { fees: 'ib-tiered' })
    expect(await verify(r.out, {})).toMatchObject({ identical: true, cause: null })
    const changed = (path: string, value: unknown): unknown =>
      path === 'fees/ib-tiered.json' ? { ...(value as object), version: '2099-01-01' } : value
    vi.resetModules()
    vi.doMock('../../../src/reference/config-file.ts', async (original) => {
      const real = await original<typeof configFile>()
      const readConfigFile: typeof real.readConfigFile = (path, schema) => {
        const { data, canonical } = real.readConfigFile(path, schema)
        return {
          data: changed(path, data) as typeof data,
          canonical: JSON.stringify(changed(path, JSON.parse(canonical))),
        }
      }
      return { ...real, readConfigFile }
    })
    const later = await import('../../../src/runtime/verify.ts')
    const v = await later.verify(r.out, {})
    vi.doUnmock('../../../src/reference/config-file.ts')
    expect(v.identical).toBe(false)
    expect(v.cause).toMatch(/^fee table ib-tiered is not the one recorded \(2026-.*now 2099-01-01/)
    expect(v.first_difference?.stream).toBe('header')
  })
})
