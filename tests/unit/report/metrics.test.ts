/** Figures by their definitions (`design.md` 5), on numbers worked out by hand. */
import { describe, expect, it } from 'vitest'
import * as m from '../../../src/report/metrics.ts'

describe('risk-day returns', () => {
  it('leave out what came from outside', () => {
    // 100 → 110 without flows; then 50 came in and nothing was earned; then 16 were lost.
    expect(m.dayReturns([100, 110, 160, 144], [0, 50, 0])).toEqual([0.10000000000000009, 0, -0.09999999999999998])
    expect(m.totalReturn(m.dayReturns([100, 110, 160, 144], [0, 50, 0]))).toBeCloseTo(1.1 * 0.9 - 1, 12)
  })

  it('say nothing of a day that began without money', () => {
    expect(m.dayReturns([0, 100, 110])).toEqual([0.10000000000000009])
  })
})

describe('Sharpe ratio and volatility', () => {
  const days = (n: number) => Array.from({ length: n }, (_, i) => (i % 2 === 0 ? 0.02 : 0))
  it('need 20 days that differ', () => {
    expect(m.sharpe(days(19))).toBeNull()
    expect(m.sharpe(Array.from({ length: 30 }, () => 0.01))).toBeNull()
  })

  it('are mean over sample deviation × √252', () => {
    // 10 × 0.02 and 10 × 0: mean 0.01, sample deviation 0.01 · √(20/19).
    const spread = 0.01 * Math.sqrt(20 / 19)
    expect(m.sharpe(days(20))).toBeCloseTo((0.01 / spread) * Math.sqrt(252), 10)
    expect(m.volatility(days(20))).toBeCloseTo(spread * Math.sqrt(252), 10)
  })
})

describe('trades', () => {
  it('are winners only above nothing, net of costs', () => {
    const f = m.noTrades()
    for (const net of [30, -10, 0, -20]) m.addTrade(f, net, 1000)
    expect(f).toEqual({ trades: 4, wins: 1, won: 30, lost: -30, best: 30, worst: -20, held: 4000 })
    expect([m.winRate(f), m.profitFactor(f)]).toEqual([0.25, 1])
  })

  it('best and worst of trades that all lost are losses', () => {
    const f = m.noTrades()
    for (const net of [-5, -3]) m.addTrade(f, net, 0)
    expect([f.best, f.worst, m.profitFactor(f)]).toEqual([-3, -5, 0])
    expect(m.profitFactor(m.noTrades())).toBeNull()
  })
})
