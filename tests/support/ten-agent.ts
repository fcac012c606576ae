/** Buys 100 at every tenth quote when flat, sells all when up or down by 50 cents. */
import { defineAgent } from 'sametape'

export default defineAgent({
  name: 'ten',
  subscribe: () => ({ quotes: true }),
  init: () => ({ n: 0, entry: 0 }),
  onQuote(state, q, ctx) {
    state.n++
    const { qty } = ctx.position('AAA')
    if (ctx.openOrders('AAA').length > 0) return
    if (qty === 0 && state.n % 10 === 0 && ctx.canOpen('AAA')) {
      state.entry = q.ask
      ctx.buy('AAA', 100, 'tenth')
    } else if (qty > 0 && Math.abs(q.bid - state.entry) > 0.5) ctx.sell('AAA', qty, 'moved')
  },
})
