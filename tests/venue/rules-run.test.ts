/**
 * `--rules venue` end to end: a print of a Korean share 4 % away starts a volatility interruption by the dated rules of
 * its venue; what rests crosses at the first print after it; the run keeps the statuses in a journal of references and
 * verifies. A limit price beyond the day's 30 % is turned away.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { DAY, SECOND } from '../../src/core/base/time.ts'
import { STATUS_REASONS, TRADING_STATUSES } from '../../src/core/domain/phase.ts'
import { KIND } from '../../src/core/engine/records.ts'
import { loadAgent } from '../../src/runtime/agent-load.ts'
import { backtest } from '../../src/runtime/backtest.ts'
import { journalRecords } from '../../src/runtime/record-reader.ts'
import { makeSpec } from '../../src/runtime/run-spec.ts'
import { SIM_DEFAULTS } from '../../src/runtime/sim-options.ts'
import { verify } from '../../src/runtime/verify.ts'
import { cleanUp, importFiles, write } from '../import/import-for-test.ts'

cleanUp()
const work = mkdtempSync(join(tmpdir(), 'sametape-rules-'))
afterAll(() => rmSync(work, { recursive: true, force: true }))

/** 10:00 in Seoul on Monday, 2 June 2025, and the day after it was an election day: the next session is the 4th. */
const MONDAY = Date.UTC(2025, 5, 2, 1) * 1000
const WEDNESDAY = MONDAY + 2 * DAY

/** seconds, price: quotes one tick around each print. */
const PRINTS: readonly (readonly [number, number])[] = [
  ...Array.from({ length: 60 }, (_, i) => [MONDAY + i * SECOND, 60_000] as const),
  ...Array.from({ length: 30 }, (_, i) => [WEDNESDAY + i * SECOND, 60_000] as const),
  [WEDNESDAY + 30 * SECOND, 57_600],
  [WEDNESDAY + 40 * SECOND, 57_500],
  [WEDNESDAY + 200 * SECOND, 57_500],
  [WEDNESDAY + 210 * SECOND, 57_600],
]

/** A feed of trades and best quotes, as exchanges' sockets write it. */
async function tape(venue: string): Promise<string> {
  const rows = PRINTS.flatMap(([t, p]) => [
    `${t - 1000}000,,bbo,0,,,,${p - 100},900,${p + 100},900`,
    `${t}000,${t / 1000},trade,1,${p},500,0,,,,`,
  ])
  const header = 'local_ns,exch_ms,event,id,price,qty,buyer_is_maker,bid,bid_qty,ask,ask_qty'
  return (await importFiles([write([header, ...rows, ''].join('\n'))], { symbol: '005930', venue })).out
}

const AGENT = `import { defineAgent } from 'sametape'
export default defineAgent({
  name: 'bidder',
  params: {},
  subscribe: () => ({ quotes: true }),
  init: () => ({ n: 0 }),
  onQuote(state, q, ctx) {
    state.n++
    if (state.n === 65) ctx.order({ symbol: q.symbol, side: 'buy', qty: 100, type: 'limit', limit: 57600 })
    if (state.n === 92) ctx.buy(q.symbol, 10)
    if (state.n === 94) {
      for (const limit of [78000, 78100]) ctx.order({ symbol: q.symbol, side: 'sell', qty: 50, type: 'limit', limit })
    }
  },
})
`

describe('--rules venue', () => {
  it('interrupts, crosses, turns away and verifies', async () => {
    const dir = await tape('KRX')
    const path = join(work, 'bidder.ts')
    writeFileSync(path, AGENT)
    const config = loadConfig({ dir: undefined, sets: ['risk.stop_loss_pct=0.9'], env: {} })
    const agent = await loadAgent(path)
    const simulation = { ...SIM_DEFAULTS, rules: 'venue', auctions: 'cross' }
    const out = join(work, 'run')
    const spec = makeSpec({ config, agent, simulation, cash: new Map([['KRW', '100000000']]) })
    const run = { tapes: [dir], out, spec, config, agent, journal: 'refs', tables: true, commandLine: [] } as const
    const summary = await backtest(run)

    const statuses = [...journalRecords(out)]
      .filter((r) => r.kind === KIND.status && r.words[7] === 0)
      .map((r) => [...r.words])
    const said = statuses.map((w) => `${TRADING_STATUSES[w[4] as number]} ${STATUS_REASONS[w[5] as number]}`)
    expect(said).toEqual(['auction vi', 'trading vi'])
    const [began, ended] = statuses.map((w) => w[2] as number) as [number, number]
    expect(began).toBe(WEDNESDAY + 30 * SECOND)
    expect(ended - began).toBeGreaterThanOrEqual(120 * SECOND)
    expect(ended - began).toBeLessThanOrEqual(150 * SECOND)

    const fills = readFileSync(join(out, 'fills.csv'), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((l) => l.split(','))
    expect(fills.map((f) => [Number(f[1]) - WEDNESDAY, f[7], f[8]])).toEqual([[200 * SECOND, '100', '57500']])
    // 30 % above the close before an order is taken, one tick beyond it is not.
    const ends = readFileSync(join(out, 'orders.csv'), 'utf8')
      .trim()
      .split('\n')
      .map((l) => l.split(',').slice(8, 12).join())
    expect(ends).toContain('50,78000,new,')
    expect(ends).toContain('50,78100,rejected,bad_price')
    expect(summary.denied).toMatchObject({ halted: 1 })
    expect(await verify(out, {})).toMatchObject({ identical: true, first_difference: null })
  })

  it('a venue without rules is refused', async () => {
    const config = loadConfig({ dir: undefined, sets: [], env: {} })
    const agent = await loadAgent('hold')
    const gen = await tape('GEN')
    const spec = makeSpec({ config, agent, simulation: { ...SIM_DEFAULTS, rules: 'venue' } })
    const run = {
      tapes: [gen],
      out: join(work, 'none'),
      spec,
      config,
      agent,
      journal: 'none',
      tables: false,
      commandLine: [],
    } as const
    await expect(backtest(run)).rejects.toThrow(/no rules are known of GEN/)
  })
})
