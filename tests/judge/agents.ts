/** Agents of the worlds: one that asks for what a list says, one that buys and sells as hard as it can on every event. */
import { type AgentContext, type AgentDefinition, defineAgent } from '../../src/core/decision/agent.ts'
import hard from './hard-agent.ts'

/** One wish; sizes are in tenths of what R-09 would just allow, prices in thousandths of the mark. */
export interface Wish {
  readonly what: 'none' | 'buy' | 'sell' | 'cancel' | 'replace' | 'odd'
  readonly symbol: number
  readonly tenths: number
  readonly type: 'market' | 'limit' | 'stop' | 'stopLimit'
  readonly away: number
  readonly timeInForce: 'DAY' | 'GTC' | 'IOC' | 'FOK'
}

/** Ticks by symbol of the scene. */
const STEP = [0.01, 0.01, 0.01, 10, 10] as const

function act(w: Wish, ctx: AgentContext): void {
  const symbol = ctx.symbols[w.symbol % ctx.symbols.length] as string
  const open = ctx.openOrders(symbol)[0]
  if (w.what === 'none') return
  if (w.what === 'cancel') {
    if (open !== undefined) ctx.cancel(open.orderId)
    return
  }
  const mark = ctx.mark(symbol) ?? 0
  const step = mark >= 50_000 ? 100 : (STEP[w.symbol % STEP.length] ?? 1)
  const price = Math.max(1, Math.round((mark * (1000 + w.away)) / 1000 / step)) * step
  const exact = Number(price.toFixed(2))
  if (w.what === 'replace') {
    if (open === undefined) return
    const qty = Math.max(1, Math.floor((open.qty * (5 + w.tenths)) / 10))
    ctx.replace(open.orderId, open.limit === undefined || w.tenths % 2 === 0 ? { qty } : { qty, limit: exact })
    return
  }
  const fits = ctx.sizeFor(symbol, { num: 3, den: 10 })
  const held = Math.abs(ctx.position(symbol).qty)
  const whole = w.what === 'sell' && held > 0 ? held : fits
  const raw = Math.floor((whole * w.tenths) / 10)
  const qty = w.what === 'odd' ? raw + 0.5 : symbol === 'BBB' ? raw - (raw % 10) : raw
  ctx.order({
    symbol,
    side: w.what === 'sell' ? 'sell' : 'buy',
    qty,
    type: w.type,
    timeInForce: w.timeInForce,
    ...(w.type === 'limit' || w.type === 'stopLimit' ? { limit: exact } : {}),
    ...(w.type === 'stop' || w.type === 'stopLimit' ? { stop: exact } : {}),
  })
}

function wishing(wishes: readonly Wish[]): AgentDefinition {
  const next = (state: { n: number }, ctx: AgentContext): void => {
    const w = wishes[state.n++ % Math.max(1, wishes.length)]
    if (w !== undefined) act(w, ctx)
  }
  return {
    name: 'wishes',
    subscribe: () => ({ bars: ['tape'], quotes: true, trades: true }),
    init: () => ({ n: 0 }),
    onBar: (s, _, ctx) => next(s as { n: number }, ctx),
    onQuote: (s, _, ctx) => next(s as { n: number }, ctx),
    onTrade: (s, _, ctx) => next(s as { n: number }, ctx),
    onOrder: (s, _, ctx) => next(s as { n: number }, ctx),
  }
}

export function agentOf(name: string, wishes: readonly Wish[]): AgentDefinition {
  if (name === 'hard') return hard as unknown as AgentDefinition
  return defineAgent(wishing(wishes))
}
