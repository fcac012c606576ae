import { describe, expect, test } from 'vitest'
import { mulDiv } from '../../../src/core/base/fixed.ts'
import { makeIndicator } from '../../../src/core/data/indicators/known.ts'
import { defineAgent } from '../../../src/core/decision/agent.ts'
import { KIND } from '../../../src/core/engine/records.ts'
import { type MemoryStream, MINUTE, runMemory, T0 } from '../../support/memory-run.ts'

const SPLIT = 0
const DIVIDEND = 1

interface Row {
  readonly at: number
  readonly kind: number
  readonly num?: number
  readonly den?: number
  readonly amount?: number
  readonly withheld?: number
}

function actions(...rows: readonly Row[]): MemoryStream {
  const column = (of: (r: Row) => number): number[] => rows.map(of)
  return {
    symbol: 'AAA',
    kind: 'actions',
    columns: {
      t: column((r) => T0 + r.at * MINUTE),
      kind: column((r) => r.kind),
      num: column((r) => r.num ?? 1),
      den: column((r) => r.den ?? 1),
      amount: column((r) => r.amount ?? 0),
      withheld: column((r) => r.withheld ?? 0),
    },
  }
}

/** Bars at one price, which changes by `factor` from bar `at` on. */
function flatBars(n: number, price: number, at: number, num: number, den: number): MemoryStream {
  const rows = Array.from({ length: n }, (_, i) => (i < at ? price : mulDiv(price, den, num, 'halfEven')))
  const columns = { t: rows.map((_, i) => T0 + i * MINUTE), open: rows, high: rows, low: rows, close: rows }
  return { symbol: 'AAA', kind: 'bars', columns: { ...columns, volume: rows.map(() => 1_000_000) } }
}

/** Buys `qty` on the first bar; notes what it sees. */
function buyer(qty: number) {
  return defineAgent({
    name: 'buyer',
    subscribe: () => ({ bars: ['tape'], indicators: ['sma:4', 'ema:3'] }),
    init: () => ({ seen: [] as number[][], told: [] as string[] }),
    onBar(state, bar, ctx) {
      if (state.seen.length === 0) ctx.buy(bar.symbol, qty)
      state.seen.push([bar.close, ctx.indicator('AAA', 'sma_4'), ctx.indicator('AAA', 'ema_3')])
    },
    onAction(state, a) {
      state.told.push(`${a.kind} ${a.num}:${a.den} ${a.amount}`)
    },
  })
}

const LOOSE = { stopLoss: { num: 2, den: 100 }, positionSize: { num: 9, den: 10 } }

describe('corporate actions (R-34)', () => {
  test('a 7:1 split carries position, entry, stop, indicators and equity over and sends nothing', async () => {
    const agent = buyer(100)
    const streams = [flatBars(12, 70_000, 6, 7, 1), actions({ at: 6, kind: SPLIT, num: 7 })]
    const { drive } = await runMemory({ streams, agent: agent as never, limits: LOOSE })
    const { desk, host } = drive.engine
    expect(desk.ledger.position(0, 0)).toMatchObject({ qty: 700, cost: 7_000_000 })
    expect(desk.stops[0]?.[0]).toEqual({ level2: 19_600, tripped: false, side: 1 })
    expect(desk.commandCount).toBe(1)
    expect(desk.valuation.equity).toBe(1_000_000_000_000)
    const { seen, told } = host.state as { seen: number[][]; told: string[] }
    expect(told).toEqual(['split 7:1 0'])
    // A flat price stays flat in the new shares: no window mixes the two.
    for (const [close, sma, ema] of seen.slice(6)) {
      expect(close).toBe(100)
      expect(sma).toBe(100)
      expect(ema).toBe(100)
    }
  })

  test('a fraction is paid in cash and leaves the rest of the entry exact: 5 shares 3:2, 7 stay', async () => {
    const streams = [flatBars(12, 30_000, 6, 3, 2), actions({ at: 6, kind: SPLIT, num: 3, den: 2 })]
    const { drive, records } = await runMemory({ streams, agent: buyer(5) as never, limits: LOOSE })
    const { desk } = drive.engine
    expect(desk.ledger.position(0, 0)).toMatchObject({ qty: 7, cost: 140_000 })
    expect(drive.account.held(0)).toBe(7)
    const paid = records.filter((r) => (r[0] as number) % 256 === KIND.cash).map((r) => [r[5], r[6]])
    // Half a share at 200.00, as a correction (kind 9).
    expect(paid).toEqual([[100_000_000, 9]])
    expect(desk.valuation.equity).toBe(1_000_000_000_000)
  })

  test('a reverse split 1:4 of 10 shares keeps 2 and pays a half', async () => {
    const streams = [flatBars(12, 10_000, 6, 1, 4), actions({ at: 6, kind: SPLIT, den: 4 })]
    const { drive } = await runMemory({ streams, agent: buyer(10) as never, limits: LOOSE })
    expect(drive.engine.desk.ledger.position(0, 0)).toMatchObject({ qty: 2, cost: 80_000 })
    expect(drive.engine.desk.valuation.equity).toBe(1_000_000_000_000)
  })

  test('a dividend arrives as cash, what is withheld as a movement of its own, and is no external flow', async () => {
    const dividend = { at: 6, kind: DIVIDEND, amount: 82_000_000, withheld: 12_300_000 }
    const streams = [flatBars(12, 10_000, 12, 1, 1), actions(dividend)]
    const { drive, records } = await runMemory({ streams, agent: buyer(100) as never, limits: LOOSE })
    const paid = records.filter((r) => (r[0] as number) % 256 === KIND.cash).map((r) => [r[5], r[6]])
    expect(paid).toEqual([
      [82_000_000, 3],
      [-12_300_000, 4],
    ])
    expect(drive.engine.desk.losses.flowAll).toBe(0)
    expect(drive.engine.desk.valuation.equity).toBe(1_000_069_700_000)
  })

  test('live orders are canceled and nothing is opened until the new shares have a price', async () => {
    const answers: string[] = []
    const agent = defineAgent({
      name: 'resting',
      subscribe: () => ({ bars: ['tape'] }),
      init: () => ({ n: 0 }),
      onBar(state, bar, ctx) {
        if (state.n++ === 0) ctx.order({ symbol: 'AAA', side: 'buy', qty: 10, type: 'limit', limit: bar.close * 0.96 })
      },
      onOrder(_, order) {
        answers.push(order.state)
      },
      onAction(_, a, ctx) {
        const answer = ctx.order({ symbol: a.symbol, side: 'buy', qty: 10 })
        answers.push(answer.ok ? 'sent' : answer.reasons.join(' '))
      },
    })
    const streams = [flatBars(12, 70_000, 6, 7, 1), actions({ at: 6, kind: SPLIT, num: 7 })]
    const { drive } = await runMemory({ streams, agent: agent as never })
    expect(answers).toEqual(['new', 'halted stale', 'canceled'])
    expect(drive.engine.desk.market.of(0).frozen).toBe(false)
    expect(drive.engine.desk.ledger.position(0, 0).qty).toBe(0)
  })

  test('a stop that had tripped stays tripped through the split (R-28)', async () => {
    const rows = [10_000, 10_000, 9_700, 4_850, 4_850, 4_850]
    const columns = { t: rows.map((_, i) => T0 + i * MINUTE), open: rows, high: rows, low: rows, close: rows }
    const bars: MemoryStream = {
      symbol: 'AAA',
      kind: 'bars',
      columns: { ...columns, volume: [400, 400, 400, 0, 0, 0] },
    }
    const streams = [bars, actions({ at: 3, kind: SPLIT, num: 2 })]
    const { drive } = await runMemory({ streams, agent: buyer(100) as never, limits: LOOSE })
    expect(drive.engine.desk.ledger.position(0, 0).qty).toBe(200)
    expect(drive.engine.desk.stops[0]?.[0]).toEqual({ level2: 9_800, tripped: true, side: 1 })
  })

  test.each(['sma:5', 'ema:5', 'rsi:5', 'macd:3:5:2', 'atr:5', 'bbands:5:2', 'stoch:5:3:3', 'adx:5', 'obv', 'vwap'])(
    '%s over a split equals the same indicator over the series in new shares',
    (spec) => {
      const [raw, whole] = [makeIndicator(spec), makeIndicator(spec)]
      let x = 7
      const next = (n: number): number => (x = (x * 1103 + 12_345) % 65_536) % n
      for (let i = 0; i < 60; i++) {
        if (i === 33) raw.rescale(8, 1)
        const low = 100 + next(50)
        const bar = { open: low + 2, high: low + 8, low, close: low + next(9), volume: 1 + next(1000), session: 1 }
        const scale = i < 33 ? 8 : 1
        // A power of two is exact in doubles, so the two must agree to the bit.
        const old = { ...bar, open: bar.open * scale, high: bar.high * scale, low: low * scale }
        raw.update({ ...old, close: bar.close * scale, volume: bar.volume / scale })
        whole.update(bar)
        if (i >= 33) raw.outputs.forEach((_, k) => expect(raw.value(k)).toBe(whole.value(k)))
      }
    },
  )

  test('snapshot and restore at any batch cross the split alike', async () => {
    const streams = [flatBars(12, 30_000, 6, 3, 2), actions({ at: 6, kind: SPLIT, num: 3, den: 2 })]
    const run = { streams, agent: buyer(5) as never, limits: LOOSE, batchSize: 2 }
    const whole = await runMemory(run)
    for (let cut = 1; cut < 10; cut++) expect((await runMemory(run, cut)).digest).toBe(whole.digest)
  })
})
