/**
 * The loaded agent: always in the market with everything it has, whatever falls. It buys the most it may of every symbol
 * and never sells, so a crash finds it full, and what the stops sold it buys again. `--agent` takes this file.
 */
import { defineAgent } from 'sametape'
import type { AgentContext } from 'sametape'

interface State {
  n: number
  /** Times of what it asked for within the last minute, granted or not: it stays clear of R-22. */
  asked: number[]
}

const WINDOW = 60_000_000
const MOST = 4
const SHARES = [
  { num: 3, den: 10 },
  { num: 9, den: 100 },
  { num: 1, den: 100 },
] as const

function load(s: State, ctx: AgentContext): void {
  s.asked = s.asked.filter((t) => t > ctx.now - WINDOW)
  for (let i = 0; i < ctx.symbols.length * SHARES.length && s.asked.length < MOST; i++) {
    const n = s.n++
    const symbol = ctx.symbols[n % ctx.symbols.length] as string
    const share = SHARES[Math.floor(n / ctx.symbols.length) % SHARES.length] ?? SHARES[0]
    const mark = ctx.mark(symbol) ?? 0
    const fits = ctx.sizeFor(symbol, share)
    // Cash is asked for only once: a refusal costs a turn.
    if (mark <= 0 || fits < 1 || fits * mark * 1.03 > ctx.cash('USD') || ctx.openOrders(symbol).length > 0) continue
    s.asked.push(ctx.now)
    ctx.buy(symbol, fits)
  }
}

export const Agent = defineAgent({
  name: 'loaded',
  params: {},
  subscribe: () => ({ bars: ['tape'], quotes: true }),
  init: (): State => ({ n: 0, asked: [] }),
  onBar: (s, _, ctx) => load(s, ctx),
  onQuote: (s, _, ctx) => load(s, ctx),
  onFill: (s, _, ctx) => load(s, ctx),
})

export default Agent
