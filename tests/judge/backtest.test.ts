/** The judge over whole virtual runs: wild agents on random bars and quotes, every order type, fees and latency. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AgentDefinition, defineAgent, type OrderRequest } from '../../src/core/decision/agent.ts'
import { type MemoryResult, type MemoryRun, runMemory, setupOf, walkBars, walkQuotes } from '../support/memory-run.ts'
import { Judge } from './judge.ts'
import { rowOf, stepsOf } from './layout.ts'

const SEED = 20_261_125

/** Judges a finished run from its records alone. */
export function judged(run: MemoryRun, result: MemoryResult): Judge {
  const judge = new Judge(setupOf(run).engine)
  for (const step of stepsOf(result.records.map((w) => rowOf(w)))) judge.step(step)
  const { desk } = result.drive.engine
  expect(desk.ledger.cash.map((of) => of.map(BigInt))).toEqual(judge.world.ledger.cash)
  desk.ledger.positions.forEach((of, b) =>
    of.forEach((p, i) => expect(BigInt(p.qty)).toBe(judge.world.ledger.at(b, i).qty)),
  )
  return judge
}

interface Wish {
  readonly side: 'buy' | 'sell'
  readonly qty: number
  readonly type: 'market' | 'limit' | 'stop' | 'stopLimit'
  readonly limit: number
  readonly stop: number
  readonly timeInForce: 'DAY' | 'GTC' | 'IOC' | 'FOK'
  readonly first: 'none' | 'cancel' | 'replace'
}

const wish: fc.Arbitrary<Wish> = fc.record({
  side: fc.constantFrom('buy', 'sell'),
  qty: fc.oneof(fc.integer({ min: 1, max: 4000 }), fc.constantFrom(-5, 0, 0.5, Number.NaN)),
  type: fc.constantFrom('market', 'limit', 'stop', 'stopLimit'),
  limit: fc.integer({ min: -400, max: 400 }),
  stop: fc.integer({ min: -200, max: 200 }),
  timeInForce: fc.constantFrom('DAY', 'GTC', 'IOC', 'FOK'),
  first: fc.constantFrom('none', 'cancel', 'replace'),
})

function wild(wishes: readonly Wish[]): AgentDefinition {
  const agent = defineAgent({
    name: 'wild',
    params: {},
    subscribe: () => ({ bars: ['tape'] }),
    init: () => ({ n: 0 }),
    onBar(state, bar, ctx) {
      const w = wishes[state.n++ % wishes.length] as Wish
      const open = ctx.openOrders(bar.symbol)[0]
      if (open !== undefined && w.first === 'cancel') ctx.cancel(open.orderId)
      else if (open !== undefined && w.first === 'replace') ctx.replace(open.orderId, { qty: open.qty + 1 })
      const cents = bar.raw.close
      const request: OrderRequest = {
        symbol: bar.symbol,
        side: w.side,
        qty: w.qty,
        type: w.type,
        timeInForce: w.timeInForce,
        ...(w.type === 'limit' || w.type === 'stopLimit' ? { limit: (cents + w.limit) / 100 } : {}),
        ...(w.type === 'stop' || w.type === 'stopLimit' ? { stop: (cents + w.stop) / 100 } : {}),
      }
      ctx.order(request)
    },
  })
  return agent as unknown as AgentDefinition
}

describe('whole virtual runs', () => {
  it('wild agents on bars: every order, fill, verdict and line is what the judge makes of it', async () => {
    const seen = new Map<string, number>()
    await fc.assert(
      fc.asyncProperty(
        fc.array(wish, { minLength: 5, maxLength: 40 }),
        fc.nat(1000),
        fc.nat(2),
        fc.boolean(),
        async (wishes, seed, l, loose) => {
          const fees = { kind: 'bps', bps: { num: 5, den: 1 } } as const
          const limits = loose ? { maxDailyOrders: 10_000, dailyLoss: { num: 9, den: 10 } } : {}
          const streams = [walkBars('AAA', 150, seed), walkBars('BBB', 150, seed + 1)]
          const run: MemoryRun = { streams, agent: wild(wishes), sim: { fees }, latency: l * 40_000_000, limits }
          const judge = judged(run, await runMemory(run))
          for (const [what, n] of judge.seen) seen.set(what, (seen.get(what) ?? 0) + n)
        },
      ),
      { seed: SEED, numRuns: 60, endOnFailure: true },
    )
    for (const what of ['sent agent', 'sent stop', 'report filled', 'command replace', 'reason exposure']) {
      expect(seen.get(what) ?? 0, what).toBeGreaterThan(0)
    }
  })

  it('on quotes, where the mark is a mid', async () => {
    const agent = defineAgent({
      name: 'churn',
      params: {},
      subscribe: () => ({ quotes: true }),
      init: () => ({ n: 0 }),
      onQuote(state, quote, ctx) {
        if (state.n++ % 37 !== 0) return
        if (ctx.positionRaw(quote.symbol) > 0) ctx.sell(quote.symbol, ctx.position(quote.symbol).qty)
        else ctx.buy(quote.symbol, 2000)
      },
    }) as unknown as AgentDefinition
    const run: MemoryRun = { streams: [walkQuotes('AAA', 3000, 7)], agent, limits: { maxDailyOrders: 10_000 } }
    const judge = judged(run, await runMemory(run))
    expect(judge.seen.get('report filled') ?? 0).toBeGreaterThan(5)
  })
})
