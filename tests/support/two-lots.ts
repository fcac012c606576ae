/** Buys two lots of each at market as soon as it may, and sells one half a minute later. */
import { SECOND } from '../../src/core/base/time.ts'
import { defineAgent } from '../../src/index.ts'
import type { LoadedAgent } from '../../src/runtime/agent-load.ts'

/** `leaves`: symbols that it does not trade. */
export function twoLots(...leaves: readonly string[]): LoadedAgent {
  const definition = defineAgent({
    name: 'two-lots',
    subscribe: () => ({ quotes: true }),
    init: () => ({ bought: {} as Record<string, number>, sold: {} as Record<string, boolean> }),
    onQuote(state, q, ctx) {
      if (leaves.includes(q.symbol)) return
      const since = state.bought[q.symbol]
      if (since === undefined) {
        if (!ctx.canOpen(q.symbol)) return
        if (ctx.order({ symbol: q.symbol, side: 'buy', qty: 200, type: 'market' }).ok) state.bought[q.symbol] = q.t
        return
      }
      if (state.sold[q.symbol] === true || q.t - since < 30 * SECOND) return
      state.sold[q.symbol] = ctx.order({ symbol: q.symbol, side: 'sell', qty: 100, type: 'market' }).ok
    },
  })
  return { definition: definition as never, name: 'two-lots', hash: '0'.repeat(64), files: [] }
}
