/** What the two reference agents of `contract.md` 4 share: their parameters and how they open and close. */
import type { AgentContext } from '../agent.ts'
import type { ParamSchema, ParamValues } from '../params.ts'

export const REFERENCE_PARAMS = {
  bar: {
    type: 'choice',
    default: 'tape',
    values: ['tape', '1m', '2m', '5m', '10m', '15m', '30m', '1h'],
    what: "length of the bars; 'tape' is the tape's own, one minute from ticks",
  },
  size: { type: 'ratio', default: '0.25', min: 0.0001, max: 10, what: 'share of equity per position' },
} as const satisfies ParamSchema

type Params = typeof REFERENCE_PARAMS
type Context = AgentContext<Params>

export function subscribeBars(params: ParamValues<Params>, indicators: readonly string[]) {
  return { bars: [params.bar], indicators }
}

/** Buys the agent's size when flat and nothing of its own is working. */
export function open(ctx: Context, symbol: string, rule: string, notes: Readonly<Record<string, number>>): void {
  if (ctx.positionRaw(symbol) !== 0 || ctx.openOrders(symbol).length > 0 || !ctx.canOpen(symbol)) return
  const qty = ctx.sizeFor(symbol, ctx.params.size)
  if (qty > 0) ctx.order({ symbol, side: 'buy', qty, rule, notes })
  else ctx.note(symbol, 'below_one_lot')
}

/** Sells all that is held; an own buy that still works is cancelled first, a sell that works is left alone. */
export function close(ctx: Context, symbol: string, rule: string, notes: Readonly<Record<string, number>>): void {
  const working = ctx.openOrders(symbol)
  for (const o of working) if (o.side === 'buy') ctx.cancel(o.orderId)
  const { qty } = ctx.position(symbol)
  if (qty <= 0 || working.some((o) => o.side === 'sell')) return
  ctx.order({ symbol, side: 'sell', qty, rule, notes })
}
