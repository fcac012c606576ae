/**
 * Market-on-open and market-on-close orders on recorded days: they fill at the prices of the tape's own opening and
 * closing crosses, whenever those print, and the run verifies. The sample day is in the repository; the day after it, whose
 * closing cross came 41 s late, is shared data and skipped where that is absent.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { parseStamp } from '../../src/core/base/time.ts'
import { loadAgent } from '../../src/runtime/agent-load.ts'
import { backtest } from '../../src/runtime/backtest.ts'
import { makeSpec } from '../../src/runtime/run-spec.ts'
import { SIM_DEFAULTS, type SimTexts } from '../../src/runtime/sim-options.ts'
import { verify } from '../../src/runtime/verify.ts'
import { ROOT } from '../check/source-files.ts'
import { cleanUp, importFiles } from '../import/import-for-test.ts'

cleanUp()
const work = mkdtempSync(join(tmpdir(), 'sametape-crosses-'))
afterAll(() => rmSync(work, { recursive: true, force: true }))

const SAMPLE = join(ROOT, 'recordings/sample-ibm-2013-10-08')
const ticks = join(resolve(ROOT, process.env.SAMETAPE_SHARED ?? '../shared'), 'data/lean-us-ticks')
const absent = !existsSync(ticks)

/** Buys on the open, sells on the close; asks once for each, before the cut-off or after it. */
function agentFile(name: string, opens: string, closes: string): string {
  const path = join(work, `${name}.ts`)
  writeFileSync(
    path,
    `import { defineAgent } from 'sametape'
const minutes = (text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3))
export default defineAgent({
  name: 'crosses',
  params: {},
  subscribe: () => ({ quotes: true }),
  init: () => ({ opened: false, closed: false }),
  onQuote(state, quote, ctx) {
    const minute = Math.floor(ctx.now / 60_000_000) % 1440
    if (ctx.mark(quote.symbol) === undefined) return
    if (!state.opened && minute >= minutes('${opens}')) {
      state.opened = true
      ctx.order({ symbol: quote.symbol, side: 'buy', qty: 1000, timeInForce: 'OPG', rule: 'on open' })
    }
    if (!state.closed && minute >= minutes('${closes}')) {
      state.closed = true
      ctx.order({ symbol: quote.symbol, side: 'sell', qty: 1000, timeInForce: 'CLS', rule: 'on close' })
    }
  },
})
`,
  )
  return path
}

async function run(tape: string, agentPath: string, auctions: string, more: Partial<SimTexts> = {}) {
  const config = loadConfig({
    dir: undefined,
    sets: [`trading.auctions=${auctions}`, 'risk.stop_loss_pct=0.5'],
    env: {},
  })
  const agent = await loadAgent(agentPath)
  const out = mkdtempSync(join(work, 'run-'))
  const simulation = { ...SIM_DEFAULTS, auctions: 'cross', ...more }
  const spec = makeSpec({ config, agent, simulation })
  const summary = await backtest({
    tapes: [tape],
    out,
    spec,
    config,
    agent,
    journal: 'refs',
    tables: true,
    commandLine: [],
  })
  const fills = readFileSync(join(out, 'fills.csv'), 'utf8').trim().split('\n').slice(1)
  const rows = fills.map((line) => line.split(','))
  return { out, summary, fills: rows.map((r) => ({ t: Number(r[1]), side: r[6], qty: r[7], price: r[8] })) }
}

const at = (iso: string): number => parseStamp(iso)?.t as number

describe('IBM 2013-10-08', () => {
  const agent = agentFile('both', '13:00', '19:00')

  it('fills at the crosses of the tape, and verifies', async () => {
    const r = await run(SAMPLE, agent, 'both')
    expect(r.fills).toEqual([
      { t: at('2013-10-08T13:31:43.278Z'), side: 'buy', qty: '1000', price: '181.85' },
      { t: at('2013-10-08T20:00:47.795Z'), side: 'sell', qty: '1000', price: '178.72' },
    ])
    expect(await verify(r.out, {})).toMatchObject({ identical: true, first_difference: null })
  })

  it('with latencies and a queue the crosses are the same', async () => {
    const r = await run(SAMPLE, agent, 'both', { latency: 'lognormal:20:0.5', feed_latency: '3ms', queue: 'back' })
    expect(r.fills.map((f) => f.price)).toEqual(['181.85', '178.72'])
    expect(await verify(r.out, {})).toMatchObject({ identical: true })
  })

  it.each([
    ['none', 0, 2],
    ['open', 1, 1],
    ['close', 0, 1],
  ])('trading.auctions=%s: %d fills, %d denied closed (I-27)', async (auctions, fills, denied) => {
    const r = await run(SAMPLE, agent, auctions)
    expect(r.fills).toHaveLength(fills)
    expect((r.summary.denied as Record<string, number>).closed ?? 0).toBe(denied)
  })

  it('after the cut-offs both are denied', async () => {
    const r = await run(SAMPLE, agentFile('late', '13:28', '19:50'), 'both')
    expect(r.fills).toEqual([])
    expect(r.summary.denied).toMatchObject({ closed: 2 })
  })

  it('an order that the way makes late is rejected by the venue, not carried to the next day', async () => {
    const r = await run(SAMPLE, agentFile('slow', '13:27', '23:59'), 'both', { latency: '60000ms/0ms' })
    expect(r.fills).toEqual([])
    expect(readFileSync(join(r.out, 'orders.csv'), 'utf8')).toContain(',rejected,closed,')
  })

  it('configured auctions without a venue that crosses them are refused', async () => {
    await expect(run(SAMPLE, agent, 'both', { auctions: 'none' })).rejects.toThrow(/add --auctions cross/)
  })
})

describe.skipIf(absent)(absent ? 'IBM 2013-10-09 (skipped: SAMETAPE_SHARED is absent)' : 'IBM 2013-10-09', () => {
  it('imported from its ticks: the closing cross 41 s after the close', async () => {
    const files = ['trades', 'quotes'].map((kind) => join(ticks, `IBM_20131009_${kind}.csv.gz`))
    const { out: tape } = await importFiles(files, { symbol: 'IBM' })
    const r = await run(tape, agentFile('both9', '13:15', '19:00'), 'both')
    expect(r.fills).toEqual([
      { t: at('2013-10-09T13:30:06.524Z'), side: 'buy', qty: '1000', price: '179.52' },
      { t: at('2013-10-09T20:00:41.218Z'), side: 'sell', qty: '1000', price: '181.32' },
    ])
  })
})
