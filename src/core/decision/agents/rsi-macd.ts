/**
 * MACD 12/26/9 with RSI 14: buys when the histogram turns above 0 while RSI < 70 and flat; sells all when it turns
 * below 0 or RSI > 80.
 */
import { defineAgent } from '../agent.ts'
import { close, open, REFERENCE_PARAMS, subscribeBars } from './reference.ts'

interface State {
  /** Per symbol the histogram at the bar before. */
  before: [string, number][]
}

export const rsiMacd = defineAgent({
  name: 'rsi-macd',
  params: REFERENCE_PARAMS,
  subscribe: (params) => subscribeBars(params, ['macd:12:26:9', 'rsi:14']),
  init: (): State => ({ before: [] }),
  onBar(state, bar, ctx) {
    const hist = ctx.indicator(bar.symbol, 'macd_12_26_9_hist')
    const rsi = ctx.indicator(bar.symbol, 'rsi_14')
    if (Number.isNaN(hist) || Number.isNaN(rsi)) return
    const before = state.before.find((b) => b[0] === bar.symbol)
    const last = before?.[1] ?? Number.NaN
    if (before === undefined) state.before.push([bar.symbol, hist])
    else before[1] = hist
    const notes = { hist, rsi }
    if (hist > 0 && last <= 0 && rsi < 70) open(ctx, bar.symbol, 'histogram above 0', notes)
    else if (hist < 0 && last >= 0) close(ctx, bar.symbol, 'histogram below 0', notes)
    else if (rsi > 80) close(ctx, bar.symbol, 'rsi above 80', notes)
  },
})
