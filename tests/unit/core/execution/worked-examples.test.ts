/** The worked examples of the risk rules, each with its boundary at equality and one unit to either side. */
import { describe, expect, it } from 'vitest'
import { hold } from '../../../../src/core/decision/agents/hold.ts'
import type { AgentDefinition } from '../../../../src/core/decision/agent.ts'
import { Desk } from '../../../../src/core/engine/desk.ts'
import { RecordWriter } from '../../../../src/core/engine/records.ts'
import { isReducing, judge, type OrderIntent, type Verdict } from '../../../../src/core/execution/gate.ts'
import { Losses, riskDay, riskDayStart } from '../../../../src/core/execution/loss.ts'
import { followStop, noStop, reachesStop } from '../../../../src/core/execution/stops.ts'
import { LIMITS, setupOf, T0, walkBars } from '../../../support/memory-run.ts'

const usd = (text: string): number => Math.round(Number(text) * 1_000_000)

interface World {
  readonly equity: string
  readonly held?: number
  readonly mark: number
  readonly live?: readonly { qty: number; limit: number }[]
}

/** A desk with one instrument (cents), its mark, a holding and live limit buys; cash makes up the stated equity. */
function desk(w: World): Desk {
  const setup = setupOf({ streams: [walkBars('AAA', 2, 1)], agent: hold as unknown as AgentDefinition, cash: 0 })
  const d = new Desk(setup.engine, new RecordWriter({ block: () => undefined }))
  d.t = T0
  d.state = 'LIVE'
  const q = d.market.of(0)
  q.mark2 = 2 * w.mark
  q.markT = T0
  const held = w.held ?? 0
  d.ledger.position(0, 0).qty = held
  d.ledger.position(0, 0).cost = held * w.mark
  d.ledger.move(0, 0, usd(w.equity) - held * w.mark * 10_000)
  d.valuation.recompute()
  for (const o of w.live ?? []) {
    const terms = { instrument: 0, side: 1, orderType: 'limit', timeInForce: 'DAY', stop: 0, ...o } as const
    d.orders.add(
      { type: 'submit', t: T0, broker: 0, orderId: d.orders.nextOrderId, intentId: 900, ...terms },
      'agent',
      false,
    )
  }
  return d
}

function intent(qty: number, limit = 0, side: 1 | -1 = 1): OrderIntent {
  const orderType = limit > 0 ? 'limit' : 'market'
  const common = { instrument: 0, side, qty, limit, stop: 0, timeInForce: 'DAY', origin: 'agent' } as const
  return { ...common, orderType, intentId: 1, broker: 0 }
}

const reasons = (v: Verdict): readonly string[] => (v.approved === undefined ? v.reasons : [])

describe('E-01 daily loss boundary (R-01)', () => {
  it.each([
    ['100000', '95000.01', false],
    ['100000', '95000.00', true],
    ['33333.33', '31666.67', false],
    ['33333.33', '31666.66', true],
  ])('start of day %s, equity %s: trips %s', (start, equity, trips) => {
    const losses = new Losses(LIMITS)
    losses.arm(usd(start))
    expect(usd(equity) <= losses.dailyLine).toBe(trips)
  })
})

describe('E-02 flows move the lines, never the loss (R-05)', () => {
  it('a withdrawal of 10,000 leaves 86,000 at a loss of 4 %', () => {
    const losses = new Losses(LIMITS)
    losses.arm(usd('100000'))
    losses.flow(-usd('10000'))
    expect(usd('86000') <= losses.dailyLine).toBe(false)
  })

  it('after a deposit of 50,000 the emergency line is 135,000', () => {
    const losses = new Losses(LIMITS)
    losses.arm(usd('100000'))
    losses.flow(usd('50000'))
    expect(losses.emergencyLine).toBe(usd('135000'))
  })
})

describe('E-03 two days (R-01, R-03, R-07)', () => {
  it('day two trips at 91,200.00 and 90,000.00; growth does not move the emergency line', () => {
    const losses = new Losses(LIMITS)
    losses.arm(usd('100000'))
    losses.roll(usd('96000'))
    expect(losses.dailyLine).toBe(usd('91200'))
    expect(losses.emergencyLine).toBe(usd('90000'))
    losses.follow(usd('120000'))
    losses.roll(usd('120000'))
    expect(losses.emergencyLine).toBe(usd('90000'))
  })

  it('with totalLossBase peak it follows the peak', () => {
    const losses = new Losses({ ...LIMITS, totalLossBase: 'peak' })
    losses.arm(usd('100000'))
    losses.follow(usd('120000'))
    expect(losses.emergencyLine).toBe(usd('108000'))
  })
})

describe('E-04, E-05 exposure (R-09, R-10)', () => {
  const live = [{ qty: 30, limit: 21_000 }]
  it.each([
    ['18 @ 205 beside a live 30 @ 210', { held: 100, mark: 20_000, live }, intent(18, 20_500), []],
    ['19 @ 205', { held: 100, mark: 20_000, live }, intent(19, 20_500), ['exposure']],
    ['50 @ 200.00 to exactly 30 %', { held: 100, mark: 20_000 }, intent(50, 20_000), []],
    ['50 @ 200.01', { held: 100, mark: 20_000 }, intent(50, 20_001), ['exposure']],
    ['588 at market', { mark: 5_000 }, intent(588), []],
    ['589 at market', { mark: 5_000 }, intent(589), ['exposure']],
    ['600 at market, 30 % of the mark but 30.6 % with its 2 %', { mark: 5_000 }, intent(600), ['exposure']],
  ])('%s', (_name, world, order, expected) => {
    expect(reasons(judge(desk({ equity: '100000', ...world }), order))).toEqual(expected)
  })

  it('E-06 an UNKNOWN order counts like a live one and blocks opening there (R-11, I-12)', () => {
    const d = desk({ equity: '100000', held: 60, mark: 20_000, live: [{ qty: 50, limit: 21_000 }] })
    expect(reasons(judge(d, intent(36, 20_800)))).toEqual([])
    expect(reasons(judge(d, intent(37, 20_800)))).toEqual(['exposure'])
    d.orders.move(d.orders.live[0] as never, 'timeout')
    expect(reasons(judge(d, intent(37, 20_800)))).toEqual(['duplicate', 'exposure'])
  })
})

describe('E-07, E-08 minimum and count (R-15, R-18, R-19)', () => {
  it('100.00 passes, 99.99 does not, selling a residue does', () => {
    const d = desk({ equity: '100000', mark: 10_000 })
    expect(reasons(judge(d, intent(1, 10_000)))).toEqual([])
    expect(reasons(judge(d, intent(1, 9_999)))).toEqual(['min_notional'])
    const residue = desk({ equity: '100000', mark: 3_700, held: 1 })
    expect(reasons(judge(residue, intent(1, 0, -1)))).toEqual([])
  })

  it('the hundredth order of the day opens, the next is denied, an exit is not', () => {
    const d = desk({ equity: '100000', mark: 10_000, held: 10 })
    d.ordersToday = 99
    expect(reasons(judge(d, intent(5)))).toEqual([])
    d.ordersToday = 100
    expect(reasons(judge(d, intent(5)))).toEqual(['daily_orders'])
    expect(reasons(judge(d, intent(5, 0, -1)))).toEqual([])
  })
})

describe('E-09 stop (R-26)', () => {
  it('100 @ 100 and 50 @ 97: average 99, level 97.02', () => {
    const position = { qty: 150, cost: 100 * 10_000 + 50 * 9_700, fillSeq: 1, external: 0, sellable: -1 }
    const stop = noStop()
    followStop(stop, position, LIMITS.stopLoss)
    expect(reachesStop(stop, position, 2 * 9_703)).toBe(false)
    expect(reachesStop(stop, position, 2 * 9_702 + 1)).toBe(false)
    expect(reachesStop(stop, position, 2 * 9_702)).toBe(true)
  })

  it('70,000 won stops at 68,600', () => {
    const position = { qty: 3, cost: 210_000, fillSeq: 1, external: 0, sellable: -1 }
    const stop = noStop()
    followStop(stop, position, LIMITS.stopLoss)
    expect(stop.level2).toBe(2 * 68_600)
  })
})

describe('E-11 reducing (D-06, R-16)', () => {
  it('held 100 with 60 offered: 40 reduces, 41 would be short', () => {
    const d = desk({ equity: '100000', mark: 10_000, held: 100 })
    const sold = d.place(intent(60, 10_100, -1), 'test')
    expect('orderId' in sold).toBe(true)
    expect(isReducing(d, intent(40, 0, -1))).toBe(true)
    expect(isReducing(d, intent(41, 0, -1))).toBe(false)
    expect(reasons(judge(d, intent(41, 0, -1)))).toContain('short')
    d.orders.move(d.orders.live[0] as never, 'timeout')
    expect(reasons(judge(d, intent(41, 0, -1)))).toContain('short')
  })
})

describe('E-12 risk day (D-05)', () => {
  it('21:30:00Z begins the new day, a microsecond before is the old one', () => {
    const boundary = Date.parse('2025-03-10T21:30:00Z') * 1000
    expect(riskDay(boundary)).toBe(riskDay(boundary - 1) + 1)
    expect(riskDayStart(riskDay(boundary))).toBe(boundary)
  })
})

describe('E-13 cash (I-16)', () => {
  it('100 bought at 10.00 and sold at 10.05 leave exactly 0.99', () => {
    const d = desk({ equity: '100000', mark: 1_000 })
    const fill = { type: 'filled', t: T0, broker: 0, orderId: 1, instrument: 0, qty: 100, cumQty: 100 } as const
    const before = d.ledger.cashOf(0, 0)
    d.ledger.fill({ ...fill, fillNo: 1, side: 1, price: 1_000, fee: usd('1'), tax: 0 }, 1)
    d.ledger.fill({ ...fill, fillNo: 2, side: -1, price: 1_005, fee: usd('1'), tax: usd('2.01') }, 2)
    expect(d.ledger.cashOf(0, 0) - before).toBe(usd('0.99'))
    expect(d.ledger.trips).toBe(1)
  })
})

describe('the order of reasons (R-20)', () => {
  it('names every failure, state first and collar last', () => {
    const d = desk({ equity: '1000', mark: 10_000 })
    d.state = 'REDUCE_ONLY'
    d.losses.dailyTripped = true
    d.ordersToday = 100
    expect(reasons(judge(d, intent(1000, 20_000)))).toEqual([
      'state',
      'daily_orders',
      'exposure',
      'cash',
      'loss',
      'collar',
    ])
  })

  it('collar: 5 % from the mark passes, one cent more does not (R-21)', () => {
    const d = desk({ equity: '100000', mark: 10_000 })
    expect(reasons(judge(d, intent(10, 10_500)))).toEqual([])
    expect(reasons(judge(d, intent(10, 10_501)))).toEqual(['collar'])
  })
})
