/**
 * The hard agent: on every event it asks for as much as it can think of, in every symbol, at every price, in both
 * directions, and replaces and cancels what is live. Whatever it asks for, no limit may break. `--agent` takes this file.
 */
import { defineAgent } from 'sametape'
import type { AgentContext } from 'sametape'

/** Shares of what the position limit would just allow: too much, exactly it, a little less, a bit. */
const SHARES = [
  { num: 9, den: 10 },
  { num: 3, den: 10 },
  { num: 29, den: 100 },
  { num: 1, den: 10 },
  { num: 1, den: 1000 },
] as const

function push(n: number, ctx: AgentContext): void {
  const symbol = ctx.symbols[n % ctx.symbols.length] as string
  const share = SHARES[n % SHARES.length] ?? SHARES[0]
  const open = ctx.openOrders(symbol)
  const first = open[0]
  if (first !== undefined && n % 7 === 0) ctx.cancel(first.orderId)
  if (first !== undefined && n % 5 === 0) ctx.replace(first.orderId, { qty: first.qty * 2 })
  const mark = ctx.mark(symbol) ?? 0
  const qty = ctx.sizeFor(symbol, share)
  const held = Math.abs(ctx.position(symbol).qty)
  if (n % 3 === 2) {
    ctx.sell(symbol, n % 2 === 0 ? held : held + 1)
    return
  }
  // Two decimals are exact for dollars; where they are none (won) the request is denied for its structure.
  const limit = Number((Math.round(mark * (n % 2 === 0 ? 100 : 104)) / 100).toFixed(2))
  if (n % 4 === 0) ctx.buy(symbol, qty)
  else if (limit > 0) ctx.order({ symbol, side: 'buy', qty, type: 'limit', limit, timeInForce: 'GTC' })
}

export const Agent = defineAgent({
  name: 'hard',
  params: {},
  subscribe: () => ({ bars: ['tape'], quotes: true, trades: true }),
  init: () => ({ n: 0 }),
  onBar: (s, _, ctx) => push(s.n++, ctx),
  onQuote: (s, _, ctx) => push(s.n++, ctx),
  onTrade: (s, _, ctx) => push(s.n++, ctx),
  onFill: (s, _, ctx) => push(s.n++, ctx),
  onOrder: (s, _, ctx) => push(s.n++, ctx),
})

export default Agent
