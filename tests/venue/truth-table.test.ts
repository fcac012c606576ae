/**
 * What fills, when and at which price: order type × phase × liquidity × latency, through the whole run (engine, gate, ways,
 * venue). One instrument; the market is written out below, the expected fills by hand from the rules of the venue.
 * Times are seconds after the session's open, prices cents.
 */
import { describe, expect, it } from 'vitest'
import { defineAgent, type OrderRequest } from '../../src/core/decision/agent.ts'
import { SECOND } from '../../src/core/base/time.ts'
import { FIRST_NUMBERED, KIND, REPORT_TYPES } from '../../src/core/engine/records.ts'
import { type MemoryRun, type MemoryStream, runMemory } from '../support/memory-run.ts'
import { close, open } from './tick-market.ts'

const PRE = -300
const END = (close - open) / SECOND

/** second, bid, ask, size on both sides */
const QUOTES: readonly (readonly [number, number, number, number])[] = [
  [PRE, 4990, 5010, 500],
  [-1, 4990, 5010, 500],
  [0, 5000, 5002, 300],
  [1, 5000, 5002, 300],
  [2, 5001, 5003, 50],
  [3, 5002, 5004, 200],
  [4, 4998, 5000, 200],
  [6, 4997, 4999, 400],
  [8, 5003, 5005, 400],
  [END - 5, 5006, 5008, 300],
  [END + 5, 5090, 5091, 900],
]
/** second, price, size, conditions */
const TRADES: readonly (readonly [number, number, number, number])[] = [
  [PRE + 1, 4999, 10, 0x400],
  [3.5, 5002, 80, 1],
  [5, 4998, 60, 1],
  [7, 4996, 500, 1],
  [9, 5004, 100, 1],
  [20, 5020, 120, 0x40],
  [END + 30, 5050, 90, 0x80],
]

function stream(kind: 'quotes' | 'trades', names: string[], rows: readonly (readonly number[])[]): MemoryStream {
  const columns: Record<string, number[]> = { t: [], venueT: [] }
  for (const [second, ...values] of rows) {
    const t = open + Math.round((second as number) * SECOND)
    for (const [name, value] of [['t', t], ['venueT', t], ...names.map((n, i) => [n, values[i]] as const)] as const)
      (columns[name as string] ??= []).push(value as number)
  }
  return { symbol: 'AAA', kind, columns }
}

const streams = [
  stream(
    'quotes',
    ['bid', 'ask', 'bidSize', 'askSize'],
    QUOTES.map(([t, b, a, s]) => [t, b, a, s, s]),
  ),
  stream('trades', ['price', 'size', 'flags'], TRADES),
]

/** Sends its orders at the first quote at or after a second. */
function sender(orders: readonly (readonly [number, OrderRequest])[]) {
  return defineAgent({
    name: 'sender',
    params: {},
    subscribe: () => ({ quotes: true }),
    init: () => ({ sent: 0 }),
    onQuote(state, _, ctx) {
      while (state.sent < orders.length) {
        const [second, request] = orders[state.sent] as (typeof orders)[number]
        if (ctx.now < open + second * SECOND) return
        state.sent++
        ctx.order(request)
      }
    },
  })
}

const FILLED = REPORT_TYPES.indexOf('filled')

async function fillsOf(orders: readonly (readonly [number, OrderRequest])[], more: Partial<MemoryRun>) {
  const limits = { dailyLoss: { num: 9, den: 10 }, stopLoss: { num: 9, den: 10 } } as const
  const agent = sender(orders) as never
  const r = await runMemory({ streams, agent, venue: 'US', limits, auctions: 'both', ...more })
  const fills = r.records.filter((w) => (w[0] as number) % 256 === KIND.report && w[3] === FILLED)
  const denied = [...r.drive.engine.desk.denied].map(([reason]) => `denied ${reason}`)
  return [...denied, ...fills.map((w) => `${w[8]}@${w[9]} at ${((w[2] as number) - open) / SECOND}`)]
}

const order = (more: Partial<OrderRequest>): OrderRequest => ({ symbol: 'AAA', side: 'buy', qty: 250, ...more })
const limit = (price: number, more: Partial<OrderRequest> = {}) => order({ type: 'limit', limit: price / 100, ...more })
const stop = (price: number, more: Partial<OrderRequest> = {}) => order({ type: 'stop', stop: price / 100, ...more })

const unlimited = { sim: { liquidity: { kind: 'unlimited' } } } as const
const half = { sim: { liquidity: { kind: 'volume', share: { num: 1, den: 2 } } } } as const
const standing = { sim: { match: 'standing' } } as const
const cross = { sim: { auctions: 'cross' } } as const
const back = { sim: { queue: { kind: 'back' } } } as const
const front = { sim: { queue: { kind: 'front' } } } as const
const constant = (ms: number) => ({ kind: 'constant', micros: ms * 1000 }) as const
const slow = { link: { entry: constant(1500), response: constant(0) } }
const answersLate = { link: { entry: constant(0), response: constant(400) } }
const feedLate = { link: { feed: constant(700) } }

type Row = readonly [
  name: string,
  second: number,
  request: OrderRequest,
  more: Partial<MemoryRun>,
  fills: readonly string[],
]

const CONTINUOUS: readonly Row[] = [
  ['market, shown', 1, order({}), {}, ['50@5003 at 2', '200@5004 at 3']],
  ['market, unlimited', 1, order({}), unlimited, ['250@5003 at 2']],
  [
    'market, half the volume: from the prints since',
    1,
    order({}),
    half,
    ['40@5000 at 4', '30@4999 at 6', '180@5005 at 8'],
  ],
  ['market, standing', 1, order({}), standing, ['250@5002 at 1']],
  ['market, entry 1.5 s: the first quote after the arrival', 1, order({}), slow, ['200@5004 at 3', '50@5000 at 4']],
  ['market, answers 0.4 s late', 1, order({}), answersLate, ['50@5003 at 2.4', '200@5004 at 3.4']],
  ['market, data 0.7 s late: sent at 1.7', 1, order({}), feedLate, ['50@5003 at 2', '200@5004 at 3']],
  ['market IOC', 1, order({ timeInForce: 'IOC' }), {}, ['50@5003 at 2']],
  ['market FOK, too little shown', 1, order({ timeInForce: 'FOK' }), {}, []],
  ['market FOK, unlimited', 1, order({ timeInForce: 'FOK' }), unlimited, ['250@5003 at 2']],
  ['limit, marketable at first: at the touch', 1, limit(5010), {}, ['50@5003 at 2', '200@5004 at 3']],
  ['limit, rests, the ask reaches it: at the limit', 1, limit(5000), {}, ['200@5000 at 4', '50@5000 at 5']],
  ['limit, rests, a print through it', 3, limit(4997), {}, ['250@4997 at 7']],
  ['limit, print at it: not without a queue', 3, limit(4998, { qty: 60 }), {}, ['60@4998 at 7']],
  ['limit, print at it, front', 3, limit(4998, { qty: 60 }), front, ['60@4998 at 5']],
  ['limit, print at it, back: behind the 200 shown', 3, limit(4998, { qty: 60 }), back, ['60@4998 at 7']],
  ['limit IOC, not reached', 1, limit(5000, { timeInForce: 'IOC' }), {}, []],
  ['stop: triggered by a print at 9, meets the next quote', 3, stop(5004), {}, ['250@5008 at 23395']],
  ['stop, standing: meets what stands', 3, stop(5004), standing, ['250@5005 at 9']],
  [
    'stop-limit: triggered, then a limit that is not reached',
    3,
    stop(5004, { type: 'stopLimit', limit: 50.07 }),
    {},
    [],
  ],
]

const AUCTIONS: readonly Row[] = [
  ['OPG market, shown: at most the print', PRE, order({ timeInForce: 'OPG' }), cross, ['120@5020 at 20']],
  [
    'OPG market, unlimited',
    PRE,
    order({ timeInForce: 'OPG' }),
    { sim: { ...cross.sim, ...unlimited.sim } },
    ['250@5020 at 20'],
  ],
  ['OPG market, half', PRE, order({ timeInForce: 'OPG' }), { sim: { ...cross.sim, ...half.sim } }, ['60@5020 at 20']],
  ['OPG limit above the price', PRE, limit(5030, { timeInForce: 'OPG' }), cross, ['120@5020 at 20']],
  ['OPG limit below the price', PRE, limit(5019, { timeInForce: 'OPG' }), cross, []],
  ['OPG, entry 1.5 s', PRE, order({ timeInForce: 'OPG', qty: 100 }), { ...cross, ...slow }, ['100@5020 at 20']],
  [
    'OPG, answers late',
    PRE,
    order({ timeInForce: 'OPG', qty: 100 }),
    { ...cross, ...answersLate },
    ['100@5020 at 20.4'],
  ],
  ['OPG in the session', 1, order({ timeInForce: 'OPG' }), cross, ['denied closed']],
  ['CLS market', 1, order({ timeInForce: 'CLS' }), cross, [`90@5050 at ${END + 30}`]],
  ['CLS limit below the price', 1, limit(5049, { timeInForce: 'CLS' }), cross, []],
  ['CLS before the open', PRE, order({ timeInForce: 'CLS', qty: 50 }), cross, [`50@5050 at ${END + 30}`]],
  ['CLS after the cut-off', END - 5, order({ timeInForce: 'CLS' }), cross, ['denied closed']],
  ['a DAY market order sees no cross', 8, order({}), cross, [`250@5008 at ${END - 5}`]],
]

const CLOSED: readonly Row[] = [
  ['market before the open', PRE, order({}), {}, ['denied closed']],
  ['market after the close', END + 5, order({}), {}, ['denied closed']],
]

describe.each([
  ['continuous trading', CONTINUOUS],
  ['auctions', AUCTIONS],
  ['closed', CLOSED],
] as const)('%s', (_, rows) => {
  it.each(rows)('%s', async (_name, second, request, more, fills) => {
    expect(await fillsOf([[second, request]], more)).toEqual(fills)
  })
})

describe('outages', () => {
  const window = (kind: 'drop' | 'delay') => ({
    link: { outages: [{ kind, from: open + 1 * SECOND, to: open + 3.2 * SECOND }] },
  })

  it.each<[string, number, OrderRequest, Partial<MemoryRun>, readonly string[]]>([
    ['a command in the window is lost', 1, order({}), window('drop'), []],
    ['a command in the window is taken at its end', 1, order({}), window('delay'), ['200@5000 at 4', '50@4999 at 6']],
    ['what rests at the venue fills; it is said at the end: drop', 0, order({}), window('drop'), ['250@5002 at 3.2']],
    ['what rests at the venue fills; it is said at the end: delay', 0, order({}), window('delay'), ['250@5002 at 3.2']],
    ['after the window as ever', 4, order({}), window('drop'), ['250@4999 at 6']],
  ])('%s', async (_, second, request, more, fills) => {
    expect(await fillsOf([[second, request]], more)).toEqual(fills)
  })

  it('commands held back keep their order', async () => {
    const two = [
      [1, order({ qty: 150 })],
      [2, order({ qty: 150, side: 'buy' })],
    ] as const
    expect(await fillsOf(two, window('delay'))).toEqual(['150@5000 at 4', '50@5000 at 4', '100@4999 at 6'])
  })
})

describe("the venue's clock", () => {
  /** Rows reach us late by `lag` (or, the receiver's clock behind, early). */
  const shifted = (lag: number): MemoryStream[] =>
    streams.map((s) => ({ ...s, columns: { ...s.columns, t: (s.columns.t as number[]).map((t) => t + lag) } }))

  it('the venue acts on venue time, the engine on receive time', async () => {
    // Sent at 1.3 on sight of the quote of 1; the quote of 2 is 2 at the venue. On receive time it would be 2.3.
    expect(await fillsOf([[1, order({ qty: 50 })]], { streams: shifted(300_000), venueClock: true })).toEqual([
      '50@5003 at 2',
    ])
    expect(await fillsOf([[1, order({ qty: 50 })]], { streams: shifted(300_000) })).toEqual(['50@5003 at 2.3'])
  })

  it('an order that leaves after the venue saw the quote misses it', async () => {
    expect(await fillsOf([[2, order({ qty: 50 })]], { streams: shifted(1_300_000), venueClock: true })).toEqual([
      '50@5004 at 3',
    ])
  })

  it("a receiver's clock that runs behind shows nothing before it happened", async () => {
    const early = { streams: shifted(-1_200_000), venueClock: true }
    expect(await fillsOf([[1, order({ qty: 50 })]], early)).toEqual(['50@5003 at 2'])
    const { records } = await runMemory({ ...early, venue: 'US', agent: sender([]) as never })
    const rows = records.filter((w) => (w[0] as number) % 256 < FIRST_NUMBERED)
    expect(rows).toHaveLength(QUOTES.length + TRADES.length)
    for (const w of rows) expect(w[1]).toBe(w[2])
  })
})
