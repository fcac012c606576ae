/** R-17 with a fee table: a buy needs cash for its value at the gate's price and the most its fees may come to. */
import { expect, it } from 'vitest'
import type { AgentDefinition } from '../../../../src/core/decision/agent.ts'
import { hold } from '../../../../src/core/decision/agents/hold.ts'
import type { FeeModel } from '../../../../src/core/domain/fees.ts'
import { Desk } from '../../../../src/core/engine/desk.ts'
import { RecordWriter } from '../../../../src/core/engine/records.ts'
import { reservedCash } from '../../../../src/core/execution/checks/capital.ts'
import { judge, type OrderIntent } from '../../../../src/core/execution/gate.ts'
import { feeModel } from '../../../../src/reference/fees.ts'
import { setupOf, T0, walkBars } from '../../../support/memory-run.ts'

const LIMIT = 10_000
const limits = { positionSize: { num: 99, den: 100 }, minOrder: new Map([['USD', 1] as const]) }

/** A desk with one US share at 100.00, and this much cash in micro-dollars. */
function desk(cash: number, name: 'ib-fixed' | 'ib-tiered' | 'kis'): Desk {
  const setup = setupOf({ streams: [walkBars('AAA', 2, 1)], agent: hold as unknown as AgentDefinition, cash, limits })
  const fees: FeeModel = feeModel(
    name,
    setup.instruments.map((i) => ({ ...i, venue: 'US' })),
  )
  const d = new Desk({ ...setup.engine, fees }, new RecordWriter({ block: () => undefined }))
  d.t = T0
  d.state = 'LIVE'
  const q = d.market.of(0)
  q.mark2 = 2 * LIMIT
  q.markT = T0
  d.valuation.recompute()
  return d
}

function buy(qty: number, orderType: 'limit' | 'market'): OrderIntent {
  const limit = orderType === 'limit' ? LIMIT : 0
  const terms = { instrument: 0, side: 1, orderType, qty, limit, stop: 0, timeInForce: 'DAY' } as const
  return { ...terms, intentId: 1, broker: 0, origin: 'agent' }
}

function reasons(d: Desk, intent: OrderIntent): readonly string[] {
  const verdict = judge(d, intent)
  return verdict.approved === undefined ? verdict.reasons : []
}

it.each([
  // 100 shares at 100.00: value 10,000; 1.00 at least.
  ['ib-fixed', 'limit', 10_001_000_000],
  // 0.35 · 1.00074 + 100 · 0.0032
  ['ib-tiered', 'limit', 10_000_670_259],
  // A market order counts 2 % more; 0.25 % of 10,200
  ['kis', 'market', 10_225_500_000],
] as const)('%s: a %s buy passes with %d micro-dollars and not with one less', (name, type, need) => {
  expect(reasons(desk(need, name), buy(100, type))).not.toContain('cash')
  expect(reasons(desk(need - 1, name), buy(100, type))).toContain('cash')
})

it('a live buy reserves the fees of what is left of it: its minimum is not asked for twice', () => {
  const d = desk(50_000_000_000, 'ib-fixed')
  const terms = { instrument: 0, side: 1, orderType: 'limit', qty: 100, limit: LIMIT, stop: 0 } as const
  const row = d.orders.add(
    { type: 'submit', t: T0, broker: 0, orderId: 1, intentId: 1, timeInForce: 'DAY', ...terms },
    'agent',
    false,
  )
  expect(reservedCash(d, 0, 0)).toBe(10_001_000_000)
  row.cumQty = 40
  row.cumValue = 40 * LIMIT
  expect(reservedCash(d, 0, 0)).toBe(6_000_000_000)
  // 260 more of 300 shares: 1.50 for all, 1.00 was charged.
  row.qty = 300
  expect(reservedCash(d, 0, 0)).toBe(26_000_500_000)
})
