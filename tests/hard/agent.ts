/**
 * The sly agent: buys and sells on every event as hard as the runaway rule lets it, so that every other limit is
 * reached again and again: whole limits, a share more than them, the least that is an order, all that is held and one
 * share more, replaced upwards and taken back. `--agent` takes this file; `tests/judge/hard-agent.ts` is the one that
 * does not hold back and runs into R-22 itself.
 */
import { defineAgent } from 'sametape'
import type { AgentContext, OrderAnswer } from 'sametape'

interface State {
  n: number
  /** Times of orders and of refusals within the last minute. */
  orders: number[]
  refusals: number[]
  /** What stands against opening stands all day: enough for this event. */
  enough: boolean
}

const WINDOW = 60_000_000
const MOST_ORDERS = 9
const MOST_REFUSALS = 4
/** Wishes an event may bring forth. */
const WISHES = 12
const BLAMELESS = ['closed', 'halted', 'state', 'daily_orders']

function heard(s: State, answer: OrderAnswer, ctx: AgentContext): void {
  if (answer.ok) s.orders.push(ctx.now)
  else if (BLAMELESS.includes(answer.reasons[0] ?? '')) s.enough = true
  else s.refusals.push(ctx.now)
}

/** A price of two decimals, as dollars have them. */
function cents(price: number): number {
  return Number((Math.round(price * 100) / 100).toFixed(2))
}

function buyLimit(symbol: string, mark: number, share: number, extra: number, ctx: AgentContext): OrderAnswer {
  const limit = cents(mark)
  const qty = Math.floor((share * ctx.equity) / limit) + extra
  return ctx.order({ symbol, side: 'buy', qty, type: 'limit', limit, timeInForce: 'GTC' })
}

function wish(s: State, n: number, ctx: AgentContext): void {
  const { symbols } = ctx
  const symbol = symbols[n % symbols.length] as string
  const mark = ctx.mark(symbol) ?? 0
  const held = ctx.position(symbol).qty
  const [open] = ctx.openOrders(symbol)
  if (mark <= 0) return
  switch (Math.floor(n / symbols.length) % 11) {
    case 0:
      return heard(s, ctx.buy(symbol, ctx.sizeFor(symbol, { num: 3, den: 10 })), ctx)
    case 1:
      return heard(s, buyLimit(symbol, mark, 0.3, 0, ctx), ctx)
    case 2:
      return heard(s, buyLimit(symbol, mark, 0.3, 1, ctx), ctx)
    case 3:
      return heard(s, ctx.buy(symbol, Math.max(1, Math.ceil(100 / mark) - (n % 2))), ctx)
    case 4:
      if (open !== undefined) heard(s, ctx.replace(open.orderId, { qty: open.qty * 2 }), ctx)
      return
    case 5:
      return heard(s, buyLimit(symbol, mark * 1.05, 0.1, 0, ctx), ctx)
    case 6:
      if (held > 0) heard(s, ctx.sell(symbol, n % 3 === 0 ? held + 1 : held), ctx)
      return
    case 7:
      return heard(s, ctx.buy(symbol, ctx.sizeFor(symbol, { num: 29, den: 100 })), ctx)
    case 8:
      if (open !== undefined) ctx.cancel(open.orderId)
      return
    case 9:
      if (held > 1) heard(s, ctx.sell(symbol, Math.floor(held / 2)), ctx)
      return
    default:
      return heard(s, buyLimit(symbol, mark * 0.96, 0.2, 0, ctx), ctx)
  }
}

function push(s: State, ctx: AgentContext): void {
  const recent = (t: number): boolean => t > ctx.now - WINDOW
  s.orders = s.orders.filter(recent)
  s.refusals = s.refusals.filter(recent)
  s.enough = false
  for (let i = 0; i < WISHES && !s.enough && s.orders.length < MOST_ORDERS && s.refusals.length < MOST_REFUSALS; i++) {
    wish(s, s.n++, ctx)
  }
}

export const Agent = defineAgent({
  name: 'sly',
  params: {},
  subscribe: () => ({ bars: ['tape'], quotes: true, trades: true }),
  init: (): State => ({ n: 0, orders: [], refusals: [], enough: false }),
  onBar: (s, _, ctx) => push(s, ctx),
  onQuote: (s, _, ctx) => push(s, ctx),
  onTrade: (s, _, ctx) => push(s, ctx),
  onFill: (s, _, ctx) => push(s, ctx),
  onOrder(s, order, ctx) {
    if (order.state === 'rejected') s.refusals.push(ctx.now)
    push(s, ctx)
  },
})

export default Agent
