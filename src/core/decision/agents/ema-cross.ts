/** EMA 10/20: buys on a cross up when flat, sells all whenever long and the fast average is below the slow one. */
import { defineAgent } from '../agent.ts'
import { close, open, REFERENCE_PARAMS, subscribeBars } from './reference.ts'

interface State {
  /** Per symbol the averages at the bar before: [symbol, fast, slow]. */
  before: [string, number, number][]
}

export const emaCross = defineAgent({
  name: 'ema-cross',
  params: REFERENCE_PARAMS,
  subscribe: (params) => subscribeBars(params, ['ema:10', 'ema:20']),
  init: (): State => ({ before: [] }),
  onBar(state, bar, ctx) {
    const fast = ctx.indicator(bar.symbol, 'ema_10')
    const slow = ctx.indicator(bar.symbol, 'ema_20')
    if (Number.isNaN(slow) || Number.isNaN(fast)) return
    let before = state.before.find((b) => b[0] === bar.symbol)
    const crossedUp = before !== undefined && fast > slow && before[1] <= before[2]
    if (before === undefined) {
      before = [bar.symbol, fast, slow]
      state.before.push(before)
    }
    before[1] = fast
    before[2] = slow
    const notes = { ema_10: fast, ema_20: slow }
    if (crossedUp) open(ctx, bar.symbol, 'cross up', notes)
    else if (fast < slow) close(ctx, bar.symbol, 'fast below slow', notes)
  },
})
