/**
 * A wild agent on random markets: whatever it asks for, money and positions are conserved, no order breaks a limit, and
 * the order arithmetic holds (I-04, I-05, I-09, I-15 … I-19). The judge recomputes everything from the records with
 * BigInt and shares no arithmetic with the engine.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AgentDefinition, defineAgent, type OrderRequest } from '../../src/core/decision/agent.ts'
import { KIND, REPORT_TYPES } from '../../src/core/engine/records.ts'
import type { FeeModel } from '../../src/core/domain/fees.ts'
import { feeModel } from '../../src/reference/fees.ts'
import { type MemoryResult, type MemoryStream, runMemory, setupOf, walkBars } from '../support/memory-run.ts'

const SEED = 20_261_124
const FILLED = REPORT_TYPES.indexOf('filled')
const CASH = 1_000_000_000_000

/** One wish per bar; prices relative to the close so that limits and stops can be reached. */
interface Wish {
  readonly side: 'buy' | 'sell'
  readonly qty: number
  readonly type: 'market' | 'limit' | 'stop' | 'stopLimit'
  readonly limit: number
  readonly stop: number
  readonly timeInForce: 'DAY' | 'GTC' | 'IOC' | 'FOK'
  readonly cancel: boolean
  readonly replace: boolean
}

const wish: fc.Arbitrary<Wish> = fc.record({
  side: fc.constantFrom('buy', 'sell'),
  qty: fc.oneof(fc.integer({ min: 1, max: 4000 }), fc.constantFrom(-5, 0, 0.5, Number.NaN, Infinity)),
  type: fc.constantFrom('market', 'limit', 'stop', 'stopLimit'),
  limit: fc.integer({ min: -400, max: 400 }),
  stop: fc.integer({ min: -200, max: 200 }),
  timeInForce: fc.constantFrom('DAY', 'GTC', 'IOC', 'FOK'),
  cancel: fc.boolean(),
  replace: fc.boolean(),
})

function wildAgent(wishes: readonly Wish[]): AgentDefinition {
  const agent = defineAgent({
    name: 'wild',
    params: {},
    subscribe: () => ({ bars: ['tape'] }),
    init: () => ({ n: 0 }),
    onBar(state, bar, ctx) {
      const w = wishes[state.n++ % wishes.length] as Wish
      const open = ctx.openOrders(bar.symbol)
      const first = open[0]
      if (first !== undefined && w.cancel) ctx.cancel(first.orderId)
      else if (first !== undefined && w.replace) ctx.replace(first.orderId, { qty: first.qty + 1 })
      const cents = bar.raw.close
      const request: OrderRequest = {
        symbol: bar.symbol,
        side: w.side,
        qty: w.qty,
        type: w.type,
        timeInForce: w.timeInForce,
        ...(w.type === 'limit' || w.type === 'stopLimit' ? { limit: (cents + w.limit) / 100 } : {}),
        ...(w.type === 'stop' || w.type === 'stopLimit' ? { stop: (cents + w.stop) / 100 } : {}),
      }
      ctx.order(request)
    },
  })
  return agent as unknown as AgentDefinition
}

/** Cash, positions and order sums by the fills alone, in BigInt micro-USD. */
function audit(result: MemoryResult): void {
  let cash = BigInt(CASH)
  const held = new Map<number, bigint>()
  const orders = new Map<number, { qty: bigint; filled: bigint }>()
  for (const w of result.records) {
    const kind = (w[0] as number) % 256
    const instrument = Math.floor((w[0] as number) / 256) - 1
    for (const x of w.subarray(1)) if (kind !== KIND.text && kind !== KIND.header) expect(Number.isNaN(x)).toBe(false)
    if (kind === KIND.order) {
      const [id, qty, cum] = [w[3] as number, BigInt(w[9] as number), BigInt(w[14] as number)]
      orders.set(id, { qty, filled: orders.get(id)?.filled ?? 0n })
      expect(cum <= qty && cum >= 0n).toBe(true)
    }
    if (kind !== KIND.report || w[3] !== FILLED) continue
    const [side, qty, price] = [BigInt(w[7] as number), BigInt(w[8] as number), BigInt(w[9] as number)]
    expect(qty > 0n && price > 0n).toBe(true)
    cash -= side * qty * price * 10_000n + BigInt(w[10] as number) + BigInt(w[11] as number)
    const position = (held.get(instrument) ?? 0n) + side * qty
    expect(position >= 0n, 'never short (I-09)').toBe(true)
    held.set(instrument, position)
    const order = orders.get(w[5] as number)
    expect(order, 'a fill of an order that was sent').toBeDefined()
    if (order !== undefined) order.filled += qty
    expect(order !== undefined && order.filled <= order.qty).toBe(true)
    expect(BigInt(w[12] as number)).toBe(order?.filled)
  }
  const { desk } = result.drive.engine
  expect(BigInt(desk.ledger.cashOf(0, 0))).toBe(cash)
  for (const [id, qty] of held) expect(BigInt(desk.ledger.held(id))).toBe(qty)
  let equity = cash * 2n
  for (const [id, qty] of held) equity += qty * BigInt(desk.market.of(id).mark2) * 10_000n
  expect(BigInt(desk.valuation.equity)).toBe(equity / 2n)
}

/** At each opening order: 100 · X ≤ 30 · E with X of position, live opening orders and the order itself. */
function exposureHolds(result: MemoryResult): void {
  const marks = new Map<number, bigint>()
  const held = new Map<number, bigint>()
  let cash = BigInt(CASH)
  let checked = 0
  for (const w of result.records) {
    const kind = (w[0] as number) % 256
    const id = Math.floor((w[0] as number) / 256) - 1
    if (kind === KIND.bar) marks.set(id, BigInt(w[6] as number))
    if (kind === KIND.report && w[3] === FILLED) {
      const [side, qty] = [BigInt(w[7] as number), BigInt(w[8] as number)]
      held.set(id, (held.get(id) ?? 0n) + side * qty)
      cash -= side * qty * BigInt(w[9] as number) * 10_000n + BigInt(w[10] as number)
    }
    if (kind !== KIND.command || w[3] !== 0 || (w[10] as number) < 0) continue
    const mark = marks.get(id) as bigint
    let equity = cash
    for (const [i, qty] of held) equity += qty * (marks.get(i) as bigint) * 10_000n
    const limit = BigInt(w[7] as number)
    const v100 = limit > 0n ? (limit > mark ? limit : mark) * 100n : mark * 102n
    const x = ((held.get(id) ?? 0n) * mark * 100n + BigInt(w[6] as number) * v100) * 100n
    expect(x * 100n <= equity * 30n, `order ${w[5]} at ${w[2]}`).toBe(true)
    checked++
  }
  expect(checked).toBeGreaterThanOrEqual(0)
}

/** Fee tables of US shares on these instruments, and on each sale a tax besides. */
function tableFees(name: 'ib-fixed' | 'ib-tiered' | 'kis', seed: number): FeeModel {
  const { instruments } = setupOf({ streams: market(seed), agent: wildAgent([]) })
  const model = feeModel(
    name,
    instruments.map((i) => ({ ...i, venue: 'US' })),
  )
  if (model.kind !== 'table') throw new Error('no table')
  const rate = { num: 15, den: 10_000 }
  const tax = { name: 'tax', books: 'tax', side: -1, per: 'order', base: 'value', rate } as const
  const schedules = model.schedules.map((s) => ({ ...s, rows: s.rows.map((row) => [...row, tax]) }))
  return { ...model, schedules }
}

interface OrderCosts {
  fills: number
  qty: bigint
  value: bigint
  fee: bigint
  tax: bigint
}

/** Fees, taxes, quantity and value in micro-USD by order, sales with a negative quantity. */
function orderCosts(result: MemoryResult): OrderCosts[] {
  const orders = new Map<number, OrderCosts>()
  for (const w of result.records) {
    if ((w[0] as number) % 256 !== KIND.report || w[3] !== FILLED) continue
    const o = orders.get(w[5] as number) ?? { fills: 0, qty: 0n, value: 0n, fee: 0n, tax: 0n }
    const [side, qty, price] = [BigInt(w[7] as number), BigInt(w[8] as number), BigInt(w[9] as number)]
    const [fee, tax] = [BigInt(w[10] as number), BigInt(w[11] as number)]
    expect(fee >= 0n && tax >= 0n).toBe(true)
    o.fills++
    o.qty += side * qty
    o.value += qty * price * 10_000n
    o.fee += fee
    o.tax += tax
    orders.set(w[5] as number, o)
  }
  return [...orders.values()]
}

/** Interactive Brokers' fixed commission in micro-USD: 0.005 a share, at least 1.00, at most 1 %, rounded up. */
function fixedCommission(qty: bigint, value: bigint): bigint {
  const most = (value + 99n) / 100n
  const least = qty * 5000n > 1_000_000n ? qty * 5000n : 1_000_000n
  return least < most ? least : most
}

function market(seed: number): MemoryStream[] {
  return [walkBars('AAA', 150, seed), walkBars('BBB', 150, seed + 1)]
}

describe('a wild agent', () => {
  it('conserves cash and positions under every order type, cancel and replace', async () => {
    let fills = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(wish, { minLength: 5, maxLength: 40 }),
        fc.nat(1000),
        fc.nat(2),
        async (wishes, seed, l) => {
          const fees = { kind: 'bps', bps: { num: 5, den: 1 } } as const
          const latency = l * 40_000_000
          const limits = { maxDailyOrders: 10_000, dailyLoss: { num: 9, den: 10 }, emergencyLoss: { num: 9, den: 10 } }
          const r = await runMemory({ streams: market(seed), agent: wildAgent(wishes), sim: { fees }, latency, limits })
          audit(r)
          exposureHolds(r)
          fills += r.drive.engine.desk.fillCount
        },
      ),
      { seed: SEED, numRuns: 60 },
    )
    expect(fills).toBeGreaterThan(100)
  })

  it('conserves cash under fee tables with order minima, and an order costs what its whole costs', async () => {
    let partial = 0
    const names = fc.constantFrom('ib-fixed' as const, 'ib-tiered' as const, 'kis' as const)
    await fc.assert(
      fc.asyncProperty(
        fc.array(wish, { minLength: 5, maxLength: 40 }),
        fc.nat(1000),
        names,
        async (wishes, seed, name) => {
          const fees = tableFees(name, seed)
          const limits = { maxDailyOrders: 10_000, dailyLoss: { num: 9, den: 10 }, emergencyLoss: { num: 9, den: 10 } }
          const sim = { fees, liquidity: { kind: 'volume', share: { num: 1, den: 100 } } } as const
          const r = await runMemory({ streams: market(seed), agent: wildAgent(wishes), sim, limits })
          audit(r)
          for (const o of orderCosts(r)) {
            if (o.fills > 1) partial++
            // The tax is rounded up once for the order, whatever its fills were.
            expect(o.tax).toBe(o.qty > 0n ? 0n : (o.value * 15n + 9999n) / 10_000n)
            if (name === 'ib-fixed' && o.qty > 0n) expect(o.fee).toBe(fixedCommission(o.qty, o.value))
            if (name === 'ib-fixed') expect(o.fee >= fixedCommission(o.qty < 0n ? -o.qty : o.qty, o.value)).toBe(true)
          }
        },
      ),
      { seed: SEED, numRuns: 40 },
    )
    expect(partial).toBeGreaterThan(20)
  })

  it('a request that is no number is denied for its structure and never sent', async () => {
    for (const qty of [Number.NaN, Infinity, -1, 0, 0.5]) {
      const w: Wish = {
        side: 'buy',
        qty,
        type: 'market',
        limit: 0,
        stop: 0,
        timeInForce: 'DAY',
        cancel: false,
        replace: false,
      }
      const r = await runMemory({ streams: [walkBars('AAA', 30, 3)], agent: wildAgent([w]) })
      expect(r.drive.engine.desk.commandCount).toBe(0)
      expect(r.drive.engine.desk.denied.get('structure')).toBe(30)
    }
  })

  it('the limits themselves stay in force: with defaults the day stops at its order count', async () => {
    const w: Wish = {
      side: 'buy',
      qty: 2,
      type: 'market',
      limit: 0,
      stop: 0,
      timeInForce: 'DAY',
      cancel: false,
      replace: false,
    }
    const limits = { maxDailyOrders: 7 }
    const r = await runMemory({ streams: [walkBars('AAA', 100, 5)], agent: wildAgent([w]), limits })
    const sent = r.records.filter((x) => (x[0] as number) % 256 === KIND.command && x[3] === 0 && (x[10] as number) > 0)
    expect(sent.length).toBe(7)
    expect(r.drive.engine.desk.denied.get('daily_orders')).toBeGreaterThan(0)
  })
})
