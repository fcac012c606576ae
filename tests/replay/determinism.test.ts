/** The same inputs give the same bytes, however they are cut, ordered, interrupted or restored (I-22, I-23, I-30). */
import { describe, expect, it } from 'vitest'
import { KNOWN_AGENTS } from '../../src/core/decision/agents/known.ts'
import type { AgentDefinition } from '../../src/core/decision/agent.ts'
import { type MemoryRun, runMemory, walkBars, walkQuotes } from '../support/memory-run.ts'

const fees = { kind: 'bps', bps: { num: 5, den: 1 } } as const
const slippage = { kind: 'ticks', ticks: 1 } as const

function run(agent: string, more: Partial<MemoryRun> = {}): MemoryRun {
  const streams = [walkBars('AAA', 900, 7), walkBars('BBB', 900, 11)]
  return { streams, agent: KNOWN_AGENTS.get(agent) as AgentDefinition, sim: { fees, slippage }, ...more }
}

/** Agents of several symbols; the comparison strategies know one. */
const AGENTS = ['hold', 'ema-cross', 'rsi-macd']

describe('metamorphic determinism', () => {
  it.each(AGENTS)('%s: batch sizes, chunk sizes and order of tapes change nothing', async (agent) => {
    const { digest } = await runMemory(run(agent))
    const base = run(agent)
    const ways: Partial<MemoryRun>[] = [
      { batchSize: 1 },
      { batchSize: 7 },
      { chunkRows: 13 },
      { chunkRows: 1 },
      { streams: [...base.streams].reverse() },
    ]
    for (const way of ways) expect((await runMemory(run(agent, way))).digest).toBe(digest)
  })

  it.each(AGENTS)('%s: snapshot and restore at any batch goes on to the same digest', async (agent) => {
    for (const latency of [0, 90_000_000]) {
      const whole = await runMemory(run(agent, { batchSize: 16, latency }))
      for (const cut of [1, 2, 17, 50, 120]) {
        const cutRun = await runMemory(run(agent, { batchSize: 16, latency }), cut)
        expect(cutRun.digest, `${agent} cut after batch ${cut}, latency ${latency}`).toBe(whole.digest)
        expect(cutRun.drive.engine.desk.valuation.equity).toBe(whole.drive.engine.desk.valuation.equity)
      }
    }
  })

  it.each(['s1a', 's1b', 's1q'])('%s: snapshot and restore at any event goes on to the same digest', async (agent) => {
    const streams = agent === 's1q' ? [walkQuotes('AAA', 42_000, 3)] : [walkBars('AAA', 400, 7)]
    const limits = { positionSize: { num: 95, den: 100 }, stopLoss: { num: 9, den: 10 }, maxDailyOrders: 10_000 }
    const more = { streams, limits, batchSize: agent === 's1q' ? 100 : 1 }
    const whole = await runMemory(run(agent, more))
    expect(whole.drive.engine.desk.fillCount).toBeGreaterThan(1)
    for (const cut of [1, 41, 42, 303, 304, 415])
      expect((await runMemory(run(agent, more), cut)).digest).toBe(whole.digest)
  })

  it('two symbols compete for the same cash alike whichever is named first', async () => {
    const greedy = new Map([['size', '0.9']])
    const limits = { positionSize: { num: 95, den: 100 } }
    const a = await runMemory(run('ema-cross', { params: greedy, limits }))
    const b = await runMemory(
      run('ema-cross', { params: greedy, limits, streams: [walkBars('BBB', 900, 11), walkBars('AAA', 900, 7)] }),
    )
    expect(a.drive.engine.desk.denied.get('cash') ?? 0).toBeGreaterThan(0)
    expect(b.digest).toBe(a.digest)
  })

  it('the digest moves with the agent, a price and a limit', async () => {
    const { digest } = await runMemory(run('ema-cross'))
    const other = [walkBars('AAA', 900, 7), walkBars('BBB', 900, 12)]
    const stop = { stopLoss: { num: 1, den: 1000 } }
    for (const way of [run('rsi-macd'), run('ema-cross', { streams: other }), run('ema-cross', { limits: stop })]) {
      expect((await runMemory(way)).digest).not.toBe(digest)
    }
  })
})

describe('future poisoning', () => {
  it('what happens after t changes no record before t', async () => {
    const cut = 500
    const clean = run('ema-cross')
    const poisoned = clean.streams.map((s) => {
      const columns = Object.entries(s.columns).map(([k, v]) => [
        k,
        k === 't' || k === 'volume' ? v : v.map((x, i) => (i >= cut ? Math.round(x * 0.97) : x)),
      ])
      return { ...s, columns: Object.fromEntries(columns) as Record<string, number[]> }
    })
    const a = await runMemory(clean)
    const b = await runMemory({ ...clean, streams: poisoned })
    const until = (clean.streams[0]?.columns.t?.[cut] as number) - 1
    const before = (rows: readonly Float64Array[]): number[][] =>
      rows.filter((w) => (w[0] as number) % 256 >= 16 && (w[2] as number) <= until).map((w) => [...w])
    expect(before(a.records).length).toBeGreaterThan(100)
    expect(before(b.records)).toEqual(before(a.records))
    expect(b.digest).not.toBe(a.digest)
  })
})
