/**
 * The places in which one order lives through every sequence: how it came to be, what its broker can do, how a restart
 * goes on, and how much time lies between two happenings. One instrument, one broker, dollars.
 */
import { type AgentContext, type AgentDefinition, defineAgent } from '../../src/core/decision/agent.ts'
import type { EngineSetup } from '../../src/core/engine/setup.ts'
import { SECOND } from '../judge/facts.ts'
import { PLAIN, sceneSetup } from '../judge/scene.ts'

/**
 * `buy`: the agent opens; `recalled`: it takes its buy back in the event that sent it; `sell`: it closes what it holds;
 * `stop`: the engine does, because the stop-loss tripped.
 */
export const PLANS = ['buy', 'recalled', 'sell', 'stop'] as const
export type Plan = (typeof PLANS)[number]

export interface Case {
  readonly plan: Plan
  /** Does the broker take order ids of ours, list orders that ended, and prove absence? */
  readonly clientOrderId: boolean
  /** a restart re-arms in full, or protects until the operator arms. */
  readonly paper: boolean
  /** Seconds before each happening: 31 is longer than a message may stay without an answer. */
  readonly pace: number
  /** A broker's books are what it held when it was asked, and arrive after whatever happens next. */
  readonly lateBooks: boolean
}

export function nameOf(c: Case): string {
  const books = c.lateBooks ? ', late books' : ''
  return `${c.plan}, ${c.clientOrderId ? 'with' : 'without'} order ids, ${c.paper ? 'paper' : 'live'}, ${c.pace} s apart${books}`
}

const BOTH = [true, false] as const

/** A buy at a broker with and without order ids of ours; and everything else there is. */
export const MAIN: readonly Case[] = BOTH.map((clientOrderId) => {
  return { plan: 'buy', clientOrderId, paper: false, pace: 1, lateBooks: false }
})

export const OTHERS: readonly Case[] = PLANS.flatMap((plan) =>
  BOTH.flatMap((clientOrderId): Case[] => [
    ...BOTH.flatMap((paper) => [1, 31].map((pace) => ({ plan, clientOrderId, paper, pace, lateBooks: false }))),
    { plan, clientOrderId, paper: false, pace: 1, lateBooks: true },
  ]),
).filter((c) => !MAIN.some((main) => nameOf(main) === nameOf(c)))

/** What a quote's bid size tells the agent: its decisions are a function of its inputs, so a re-run repeats them. */
export const TELL = { nothing: 100, buy: 1, cancel: 2, sell: 3, recalled: 4 } as const

const LOT = 100

function told(size: number, symbol: string, ctx: AgentContext): void {
  const limit = ctx.mark(symbol) ?? 0
  const order = (side: 'buy' | 'sell', qty: number): void =>
    void ctx.order({ symbol, side, qty, type: 'limit', limit: Number(limit.toFixed(2)), timeInForce: 'GTC' })
  if (size === TELL.buy || size === TELL.recalled) order('buy', LOT)
  if (size === TELL.sell) order('sell', ctx.position(symbol).qty)
  if (size === TELL.cancel || size === TELL.recalled) for (const o of ctx.openOrders(symbol)) ctx.cancel(o.orderId)
}

const agent = defineAgent({
  name: 'told',
  params: {},
  subscribe: () => ({ quotes: true }),
  init: () => ({}),
  onQuote: (_, quote, ctx) => told(quote.raw.bidSize, quote.symbol, ctx),
}) as unknown as AgentDefinition

export function setupOf(c: Case): EngineSetup {
  const whole = sceneSetup(PLAIN, agent)
  const rules = { reconcileEvery: 30 * SECOND, funding: 'cash', commissionBps: { num: 5, den: 1 } } as const
  return {
    ...whole,
    instruments: whole.instruments.slice(0, 1),
    calendars: whole.calendars.slice(0, 1),
    shapes: whole.shapes.slice(0, 1),
    currencies: ['USD'],
    routes: [undefined],
    brokerRules: [{ ...rules, clientOrderId: c.clientOrderId }],
    cash: [[60_000_000_000]],
  }
}
