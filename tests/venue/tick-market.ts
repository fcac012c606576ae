/**
 * A small market of ticks for the suites of this folder: two sessions of a US venue, each seen around its open and its
 * close, with quotes and prints once a second or less, an opening print at 0:05 and a closing print 0:20 after the close.
 * Prices cents; now and then a jump that interrupts trading where a rule says so. Also an agent that asks for anything.
 */
import { type AgentDefinition, defineAgent, type OrderRequest } from '../../src/core/decision/agent.ts'
import { MINUTE, type Micros, SECOND } from '../../src/core/base/time.ts'
import { calendarOf } from '../../src/reference/calendars.ts'
import type { MemoryStream } from '../support/memory-run.ts'

const us = calendarOf('US')
const first = us.opens.findIndex((t) => t > Date.UTC(2025, 5, 2) * 1000)
export const open = us.opens[first] as Micros
export const close = us.closes[first] as Micros

/** Integers 0 … n − 1 from a small generator. */
export function draws(seed: number): (n: number) => number {
  let x = (seed * 2_654_435_761) >>> 0
  return (n) => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0
    return Math.floor((x / 4294967296) * n)
  }
}

/** Quotes and trades of one symbol. */
export function ticks(symbol: string, seed: number): MemoryStream[] {
  const next = draws(seed)
  const quotes: Record<string, number[]> = { t: [], venueT: [], bid: [], ask: [], bidSize: [], askSize: [] }
  const trades: Record<string, number[]> = { t: [], venueT: [], price: [], size: [], flags: [] }
  const put = (to: Record<string, number[]>, row: Record<string, number>): void => {
    for (const [key, value] of Object.entries(row)) to[key]?.push(value)
  }
  let bid = 5000
  for (const session of [first, first + 1]) {
    const [from, to] = [us.opens[session] as Micros, us.closes[session] as Micros]
    for (const [start, end] of [
      [from - 4 * MINUTE, from + 12 * MINUTE],
      [to - 14 * MINUTE, to + MINUTE],
    ] as const) {
      for (let t = start; t < end; t += (1 + next(3)) * SECOND) {
        bid = Math.max(1000, bid + next(5) - 2 + (next(200) === 0 ? 200 * (next(2) * 2 - 1) : 0))
        const at = t + next(900) * 1000
        const spread = 1 + next(3)
        put(quotes, { t: at, venueT: at, bid, ask: bid + spread, bidSize: 100 + next(900), askSize: 100 + next(900) })
        if (next(3) === 0) continue
        const price = bid + next(spread + 1)
        const out = at < from || at >= to ? 0x400 : next(20) === 0 ? 0x80000000 : 1
        put(trades, { t: at + 1000, venueT: at + 1000, price, size: 1 + next(400), flags: out })
      }
    }
    const crosses = [
      [from + 5 * SECOND, 0x40],
      [to + 20 * SECOND, 0x80],
    ] as const
    for (const [t, flags] of crosses) {
      const i = (trades.t as number[]).findIndex((x) => x > t)
      const row = { t, venueT: t, price: bid, size: 5000, flags }
      for (const [key, value] of Object.entries(row)) trades[key]?.splice(i < 0 ? Infinity : i, 0, value)
    }
  }
  return [
    { symbol, kind: 'quotes', columns: quotes },
    { symbol, kind: 'trades', columns: trades },
  ]
}

export const market = (seed: number): MemoryStream[] => [...ticks('AAA', seed), ...ticks('BBB', seed + 1)]

/** Sends, replaces and cancels orders of every type and time in force, by a counter in its state. */
export const restless = defineAgent({
  name: 'restless',
  params: {},
  subscribe: () => ({ quotes: true }),
  init: () => ({ n: 0 }),
  onQuote(state, quote, ctx) {
    const next = draws(++state.n)
    if (next(4) !== 0) return
    const open = ctx.openOrders(quote.symbol)
    const one = open[next(8)]
    if (one !== undefined && next(3) === 0) {
      if (next(2) === 0) ctx.cancel(one.orderId)
      else ctx.replace(one.orderId, { qty: one.qty + next(40) - 10 })
      return
    }
    if (open.length > 6) return
    const type = (['market', 'limit', 'limit', 'limit', 'stop', 'stopLimit'] as const)[next(6)] ?? 'market'
    const timeInForce = (['DAY', 'DAY', 'GTC', 'IOC', 'FOK', 'OPG', 'CLS'] as const)[next(7)] ?? 'DAY'
    const side = ctx.position(quote.symbol).qty > 300 || next(3) === 0 ? 'sell' : 'buy'
    const cents = side === 'buy' ? quote.raw.bid : quote.raw.ask
    const request: OrderRequest = {
      symbol: quote.symbol,
      side,
      qty: 10 + next(200),
      type,
      timeInForce,
      ...(type === 'limit' || type === 'stopLimit' ? { limit: (cents + next(5) - 2) / 100 } : {}),
      ...(type === 'stop' || type === 'stopLimit' ? { stop: (cents + next(9) - 4) / 100 } : {}),
    }
    ctx.order(request)
  },
}) as unknown as AgentDefinition
