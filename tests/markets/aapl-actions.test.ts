/**
 * AAPL daily, raw, 1998–2021, with its factor file: the 7:1 split of 9 June 2014 and the 4:1 split of 31 August 2020
 * trip no stop and move no money, and the dividends arrive as cash. Facts: Apple's investor pages (split history 2:1
 * 2000-06-21, 2:1 2005-02-28, 7:1 2014-06-09, 4:1 2020-08-31; dividend of 0.82 with ex-date 2020-05-08, 0.205 with
 * 2020-11-06). Skipped where the shared folder is absent.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { defineAgent } from '../../src/core/decision/agent.ts'
import { importRequest } from '../../src/import/csv-request.ts'
import { importCsv } from '../../src/import/csv.ts'
import { backtest } from '../../src/runtime/backtest.ts'
import { computeFeatures } from '../../src/runtime/features.ts'
import { makeSpec } from '../../src/runtime/run-spec.ts'
import { openTape } from '../../src/tape/read.ts'
import { parseIndicator } from '../../src/core/data/indicators/known.ts'
import { ROOT } from '../check/source-files.ts'

const data = join(resolve(ROOT, process.env.SAMETAPE_SHARED ?? '../shared'), 'data', 'lean-us-raw-history')
const absent = !existsSync(data)
const dir = mkdtempSync(join(tmpdir(), 'sametape-aapl-'))
const tape = join(dir, 'tape')

/** Buys once, as soon as it can, and holds. */
const holder = defineAgent({
  name: 'holder',
  subscribe: () => ({ bars: ['tape'] }),
  init: () => ({ done: false }),
  onBar(state, bar, ctx) {
    if (state.done || !ctx.canOpen(bar.symbol)) return
    state.done = ctx.buy(bar.symbol, ctx.sizeFor(bar.symbol, { num: 28, den: 100 })).ok
  },
})

async function run(name: string, from: number, to: number, sets: readonly string[] = []) {
  const config = loadConfig({ dir: undefined, sets, env: {} })
  const agent = { name: 'holder', hash: '0'.repeat(64), definition: holder as never, files: [] }
  const spec = makeSpec({ config, agent, from: from * 1000, to: to * 1000 })
  const out = join(dir, name)
  const options = { tapes: [tape], out, spec, config, agent, journal: 'refs', tables: true, commandLine: [] } as const
  const summary = await backtest(options)
  const rows = (table: string): string[][] =>
    readFileSync(join(out, `${table}.csv`), 'utf8')
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','))
  return { summary, rows }
}

describe.skipIf(absent)(`AAPL over its splits${absent ? ' (skipped: SAMETAPE_SHARED is absent)' : ''}`, () => {
  beforeAll(async () => {
    const options = { symbol: 'AAPL', out: tape, actions: [join(data, 'AAPL_factor.csv')] }
    await importCsv(importRequest([join(data, 'AAPL_daily_raw.csv.gz')], options), () => undefined)
  })
  afterAll(() => rmSync(dir, { recursive: true, force: true }))

  test.each([
    ['2014', Date.UTC(2014, 4, 20), Date.UTC(2014, 5, 14), 7],
    ['2020', Date.UTC(2020, 7, 3), Date.UTC(2020, 8, 3), 4],
  ])('the split of %s, with the default limits', async (name, from, to, ratio) => {
    const { summary, rows } = await run(name, from, to)
    const fills = rows('fills')
    expect(fills).toHaveLength(1)
    const bought = Number(fills[0]?.[7])
    expect(summary.positions).toEqual({ AAPL: String(bought * ratio) })
    expect(summary.denied).toEqual({})
    expect(rows('actions').map((r) => r[3])).toContain(`${ratio}/1`)
    // Equity around the split's own row moves by rounding of the mark only: under 0.0001 a share.
    const at = Number(rows('actions').find((r) => r[3] === `${ratio}/1`)?.[0])
    const equity = rows('equity').map((r) => [Number(r[0]), Number(r[2])] as const)
    const before = equity.findLast(([seq]) => seq < at)?.[1] as number
    const after = equity.find(([seq]) => seq === at)?.[1] as number
    expect(Math.abs(after - before)).toBeLessThanOrEqual(bought * ratio * 0.0001)
  })

  test('every dividend of 2012 to 2021 is cash of its day, share by share', async () => {
    const wide = ['risk.stop_loss_pct=0.9', 'risk.emergency_shutdown_loss=0.9', 'risk.daily_loss_limit=0.9']
    const { summary, rows } = await run('all', Date.UTC(1998, 0, 5), Date.UTC(2021, 3, 2), wide)
    const fills = rows('fills')
    let held = Number(fills[0]?.[7])
    expect(fills).toHaveLength(1)
    const expected: string[] = []
    let cash = 1_000_000 - held * Number(fills[0]?.[8])
    for (const [, t, , ratio, amount] of rows('actions')) {
      if (Number(t) < Number(fills[0]?.[1])) continue
      if (ratio !== '') held *= Number(ratio?.split('/')[0])
      else {
        expected.push((held * Number(amount)).toFixed(2))
        cash += held * Number(amount)
      }
    }
    expect(expected).toHaveLength(35)
    expect(rows('cash').map((r) => Number(r[3]).toFixed(2))).toEqual(expected)
    expect(Number((summary.cash as Record<string, string>).USD)).toBeCloseTo(cash, 4)
    const dated = rows('actions').map((r) => [new Date(Number(r[1]) / 1000).toISOString().slice(0, 10), r[3], r[4]])
    expect(dated).toContainEqual(['2020-05-08', '', '0.82'])
    expect(dated).toContainEqual(['2020-08-31', '4/1', ''])
    expect(dated).toContainEqual(['2020-11-06', '', '0.205'])
  })

  test('indicators run through the splits: a window never mixes old and new shares', async () => {
    const seen: number[][] = []
    const request = {
      tapes: [await openTape(tape)],
      indicators: ['sma:20', 'rsi:14', 'atr:14'].map((text) => parseIndicator(text)),
      bar: 'tape',
    } as const
    await computeFeatures(request, (t, _, __, values) => seen.push([t, ...values]))
    const around = seen.filter(([t]) => (t as number) > Date.UTC(2014, 5, 7) * 1000).slice(0, 15)
    // The close was 93.70 on 9 June and between 90 and 96 in the weeks around, in new shares.
    for (const [, sma, rsi, atr] of around) {
      expect(sma).toBeGreaterThan(84)
      expect(sma).toBeLessThan(95)
      expect(rsi).toBeGreaterThan(40)
      expect(atr).toBeLessThan(3)
    }
    expect(around).toHaveLength(15)
  })
})
