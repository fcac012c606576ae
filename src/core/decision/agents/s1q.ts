/** Comparison strategy S1q (quotes): every 1,000th quote's mid in ticks is a sample; cross rules as S1a. */
import { defineAgent } from '../agent.ts'
import { type Average, average, pushBoth } from './bench-average.ts'

const SAMPLE_EVERY = 1000

interface State {
  fast: Average
  slow: Average
  quotes: number
}

export const s1q = defineAgent({
  name: 's1q',
  params: {},
  subscribe: () => ({ quotes: true }),
  init: (): State => ({ fast: average(10), slow: average(20), quotes: 0 }),
  onQuote(state, quote, ctx) {
    state.quotes++
    if (state.quotes % SAMPLE_EVERY !== 0) return
    const sum = quote.raw.bid + quote.raw.ask
    const cross = pushBoth(state.fast, state.slow, sum / 2)
    if (cross === 'none') return
    const position = ctx.positionRaw(quote.symbol)
    if (position === 0 && cross === 'up') {
      const qty = Math.floor((3 * ctx.cashRaw('USD')) / (sum * 50_000))
      if (qty > 0) ctx.buy(quote.symbol, qty, 'cross up')
    } else if (position > 0 && cross === 'down') ctx.sell(quote.symbol, position, 'cross down')
  },
})
