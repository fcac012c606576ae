/** Comparison strategy S1a (bars): EMA 10/20 cross, 30 % of equity; one symbol, prices in ticks of 0.01 USD. */
import { defineAgent } from '../agent.ts'
import { type Average, average, pushBoth } from './bench-average.ts'

interface State {
  fast: Average
  slow: Average
}

/** Equity at a close in micro-USD: a tick is 10,000 micro-USD. */
export function benchEquity(cash: number, position: number, close: number): number {
  return cash + position * close * 10_000
}

/** floor(3 · equity / (close · 100000)): 30 % of equity in shares. */
export function benchSize(equity: number, close: number): number {
  return Math.floor((3 * equity) / (close * 100_000))
}

export const s1a = defineAgent({
  name: 's1a',
  params: {},
  subscribe: () => ({ bars: ['tape'] }),
  init: (): State => ({ fast: average(10), slow: average(20) }),
  onBar(state, bar, ctx) {
    const { close } = bar.raw
    const cross = pushBoth(state.fast, state.slow, close)
    if (cross === 'none') return
    const position = ctx.positionRaw(bar.symbol)
    if (position === 0 && cross === 'up') {
      const qty = benchSize(benchEquity(ctx.cashRaw('USD'), position, close), close)
      if (qty > 0) ctx.buy(bar.symbol, qty, 'cross up')
    } else if (position > 0 && cross === 'down') ctx.sell(bar.symbol, position, 'cross down')
  },
})
