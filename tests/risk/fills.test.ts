/** Reports of brokers, early, late, doubled, missing and wrong: R-36, I-12 … I-18, F-09 … F-15, F-23 … F-31. */
import { describe, expect, test } from 'vitest'
import { ORDER_STATES } from '../../src/core/domain/order.ts'
import { LIFECYCLE } from '../../src/core/execution/lifecycle.ts'
import { atBrokers, type Rig, sent, trading, usd } from '../support/engine-rig.ts'

const FIVE = { USD: 100_000 }
const stateOf = (rig: Rig): string =>
  JSON.stringify(rig.desk.orders.snapshot()) + JSON.stringify(rig.desk.ledger.snapshot())

describe('R-36 silence', () => {
  test('E-12 evidence at 30.000000 s is in time, a microsecond later the order is unknown already', () => {
    const inTime = trading()
    const a = inTime.buy('AAA', 10, 100)
    inTime.wait(30).ack(a)
    expect(inTime.row(a).state).toBe('new')
    expect(inTime.alerts('unknown')).toHaveLength(0)
    const late = trading()
    const b = late.buy('AAA', 10, 100)
    late.wait(30.000001).ack(b)
    expect(late.alerts('unknown')).toMatchObject([{ values: [b] }])
    expect(late.row(b).state).toBe('new')
    expect(late.rows('orders').map((r) => ORDER_STATES[r.state as number])).toEqual(['pendingNew', 'unknown', 'new'])
  })

  test('never rejected: it is asked for at once and every 5 s, and counts meanwhile', () => {
    const rig = trading()
    const id = rig.buy('AAA', 10, 100)
    rig.pass(30.000001)
    expect(rig.row(id).state).toBe('unknown')
    expect(rig.asked('query')).toMatchObject([{ orderId: id }])
    rig.pass(20, 5)
    expect(rig.asked('query')).toHaveLength(5)
    expect(rig.desk.denied.size).toBe(0)
  })

  test('a cancel or a replace without an answer makes it unknown too', () => {
    for (const how of ['cancel', 'replace'] as const) {
      const rig = trading()
      const id = rig.buy('AAA', 10, 100)
      rig.ack(id).wait(10)
      if (how === 'cancel') rig.cancel(id)
      else rig.replace(id, { limit: 99 })
      rig.pass(30)
      expect(rig.row(id).state).not.toBe('unknown')
      rig.pass(0.000001)
      expect(rig.row(id).state).toBe('unknown')
    }
  })

  test('I-12 opening there is blocked while it lasts; only evidence ends it', () => {
    const rig = trading(100, { symbols: ['AAA', 'BBB'], brokers: [{}, {}], cash: [FIVE, FIVE] })
    rig.hold('AAA', 10, 100, 0)
    const id = rig.place(0, 'AAA', 10, 99)
    rig.pass(31)
    expect(rig.place(0, 'AAA', 10, 98)).toEqual(['duplicate'])
    expect(rig.place(0, 'BBB', 10, 98)).toBeTypeOf('number')
    expect(rig.place(1, 'AAA', 10, 98)).toBeTypeOf('number')
    expect(rig.place(0, 'AAA', -10, 101)).toBeTypeOf('number')
    rig.pass(600, 30)
    expect(rig.row(id).state).toBe('unknown')
    rig.ack(id)
    // The others are still unknown and hold the engine: the cancel of that hold may have been lost, so it is sent again.
    expect(rig.row(id).state).toBe('pendingCancel')
  })

  test.each(['accepted', 'rejected', 'canceled', 'expired', 'filled'] as const)('%s is evidence', (type) => {
    const rig = trading()
    const id = rig.buy('AAA', 10, 100)
    rig.pass(31)
    if (type === 'filled') rig.fill(id, 10, 100)
    else rig.report(id, { type, reason: 'broker' })
    expect(rig.row(id).state).not.toBe('unknown')
  })

  test('unknown for 60 s with the broker there: REDUCE_ONLY and an alert, healed by evidence', () => {
    const rig = trading()
    const id = rig.buy('AAA', 10, 100)
    rig.pass(31)
    rig.pass(59.999999)
    expect(rig.state).toBe('LIVE')
    rig.wait(5).system('moment')
    expect(rig.state).toBe('REDUCE_ONLY')
    expect(rig.alerts('unknown_unresolved')).toMatchObject([{ critical: true, values: [id] }])
    rig.pass(30, 5)
    expect(rig.alerts('unknown_unresolved')).toHaveLength(1)
    expect(rig.ack(id).state).toBe('LIVE')
  })

  test('exactly 60 s is enough; two unknown orders must both be known before it is lifted', () => {
    const rig = trading(100, { symbols: ['AAA', 'BBB'] })
    const [a, b] = [rig.buy('AAA', 10, 100), rig.buy('BBB', 10, 100)]
    rig.pass(31).pass(60)
    expect(rig.state).toBe('REDUCE_ONLY')
    rig.ack(a)
    expect(rig.state).toBe('REDUCE_ONLY')
    rig.ack(b)
    expect(rig.state).toBe('LIVE')
  })

  test('while the broker cannot be asked the minute does not count and nothing is asked', () => {
    const rig = atBrokers(100, { brokers: [{}, {}] })
    const id = rig.place(0, 'AAA', 10, 100)
    rig.link(0, 'lost').pass(31)
    expect(rig.row(id).state).toBe('unknown')
    rig.pass(100, 5)
    expect(rig.asked('query')).toHaveLength(0)
    expect(rig.desk.holds.has('unknown')).toBe(false)
  })

  test('F-11 an acknowledgement after the timeout: its true state, no second order', () => {
    const rig = trading()
    const id = rig.buy('AAA', 10, 100)
    rig.pass(45).ack(id)
    expect(rig.row(id).state).toBe('new')
    expect(rig.sent()).toHaveLength(1)
  })

  test('F-12, F-13 the answer was lost, the order lives: found by the books, under its own id, never sent again', () => {
    const rig = atBrokers()
    const id = sent(rig.buy('AAA', 10, 100))
    rig.pass(31)
    expect(rig.row(id).state).toBe('unknown')
    rig.books(0, { orders: [rig.booked(id)] })
    expect(rig.row(id)).toMatchObject({ state: 'new', orderId: id })
    expect(rig.sent()).toHaveLength(1)
  })

  test('F-15 an answer that is none of ours to read leaves it unknown, not rejected', () => {
    const rig = trading()
    const id = rig.buy('AAA', 10, 100)
    rig.pass(31).absent(id, false).pass(6).absent(id, false).pass(6).absent(id, false)
    expect(rig.row(id).state).toBe('unknown')
    expect(rig.alerts('rejected')).toHaveLength(0)
  })
})

describe('F-14 proof that a request never arrived', () => {
  const unknown = (): { rig: Rig; id: number } => {
    const rig = trading()
    const id = sent(rig.buy('AAA', 10, 100))
    rig.pass(31)
    return { rig, id }
  }

  test('two answers 5.000000 s apart prove it, 4.999999 s do not', () => {
    const { rig, id } = unknown()
    rig.absent(id).wait(4.999999).absent(id)
    expect(rig.row(id).state).toBe('unknown')
    rig.wait(0.000001).absent(id)
    expect(rig.row(id).state).toBe('rejected')
    expect(rig.rows('orders').at(-1)?.reason).toBe(8)
    expect(rig.alerts('rejected')).toHaveLength(1)
    expect(rig.wait(59).buy('AAA', 10, 100)).toEqual(['duplicate'])
  })

  test('one answer alone never does, nor one that proves nothing', () => {
    const { rig, id } = unknown()
    rig.absent(id).pass(60, 5)
    expect(rig.row(id).state).toBe('unknown')
    rig.absent(id, false)
    expect(rig.row(id).state).toBe('unknown')
  })

  test('never for an order that was acknowledged', () => {
    const rig = trading()
    const id = rig.buy('AAA', 10, 100)
    rig.ack(id).cancel(id)
    rig.pass(31)
    for (let i = 0; i < 5; i++) rig.absent(id).pass(6)
    expect(rig.row(id).state).toBe('unknown')
  })

  test('before the timeout an answer says nothing: the request may still be on its way', () => {
    const rig = trading()
    const id = rig.buy('AAA', 10, 100)
    rig.wait(10).absent(id).wait(10).absent(id)
    expect(rig.row(id).state).toBe('pendingNew')
  })

  test('a working order that is not in the books becomes unknown, and is told of', () => {
    const rig = trading()
    const id = rig.buy('AAA', 10, 100)
    rig.ack(id).absent(id)
    expect(rig.row(id).state).toBe('unknown')
    expect(rig.alerts('unknown')).toHaveLength(1)
    rig.pass(6).absent(id).pass(6).absent(id)
    expect(rig.row(id).state).toBe('unknown')
  })

  test('a reconnect starts the proof anew', () => {
    const rig = atBrokers()
    const id = sent(rig.buy('AAA', 10, 100))
    rig.pass(31).absent(id).pass(4)
    rig.link(0, 'lost').link(0, 'up').wait(2).absent(id)
    expect(rig.row(id).state).toBe('unknown')
    rig.wait(5).absent(id)
    expect(rig.row(id).state).toBe('rejected')
  })

  test('evidence in between ends the doubt', () => {
    const { rig, id } = unknown()
    rig.absent(id).wait(3).fill(id, 4, 100).wait(5).absent(id)
    expect(rig.row(id).state).toBe('unknown')
    expect(rig.held('AAA')).toBe(4)
  })
})

describe('I-14 a fill counts once', () => {
  test('F-09 the same message again changes nothing', () => {
    const rig = trading()
    const id = rig.buy('AAA', 10, 100)
    rig.ack(id).fill(id, 4, 100)
    const before = stateOf(rig)
    rig.fill(id, 4, 100, { fillNo: 1 }).ack(id)
    expect(stateOf(rig)).toBe(before)
    rig.fill(id, 6, 100)
    const ended = stateOf(rig)
    rig.fill(id, 6, 100, { fillNo: 2 }).canceled(id).reject(id).report(id, { type: 'expired' })
    expect(stateOf(rig)).toBe(ended)
    expect(rig.desk.fillCount).toBe(2)
  })

  test('numbers may come in any order; each is booked, none twice', () => {
    const rig = trading()
    const id = rig.buy('AAA', 10, 100)
    rig.fill(id, 5, 100, { fillNo: 3 }).fill(id, 3, 99, { fillNo: 1 }).fill(id, 5, 100, { fillNo: 3 })
    rig.fill(id, 2, 98, { fillNo: 2 }).fill(id, 3, 99, { fillNo: 1 })
    expect(rig.held('AAA')).toBe(10)
    expect(rig.row(id)).toMatchObject({ state: 'filled', cumQty: 10, fills: 3 })
    expect(rig.cashOf()).toBe(usd(100_000 - 500 - 297 - 196))
  })

  test('F-27 a replay counts once, two equal part fills of different number count twice', () => {
    const rig = trading()
    const id = rig.buy('AAA', 10, 100)
    rig.fill(id, 5, 100).reload()
    rig.fill(id, 5, 100, { fillNo: 1 })
    expect(rig.held('AAA')).toBe(5)
    rig.fill(id, 5, 100, { fillNo: 2 })
    expect(rig.held('AAA')).toBe(10)
  })
})

describe('F-10 a fill before its acknowledgement', () => {
  test('is applied; the acknowledgement that follows changes nothing', () => {
    const rig = trading()
    const id = rig.buy('AAA', 10, 100)
    rig.fill(id, 4, 100)
    expect(rig.row(id).state).toBe('partiallyFilled')
    const before = stateOf(rig)
    rig.ack(id)
    expect(stateOf(rig)).toBe(before)
    const whole = trading()
    const other = whole.buy('AAA', 10, 100)
    whole.fill(other, 10, 100).ack(other)
    expect(whole.row(other).state).toBe('filled')
  })
})

describe('I-15 overfill', () => {
  test('the exchange is right about the position: applied, told of, REDUCE_ONLY until acknowledged', () => {
    const rig = trading()
    const id = rig.buy('AAA', 10, 100)
    rig.fill(id, 10, 100)
    expect(rig.state).toBe('LIVE')
    rig.fill(id, 1, 100)
    expect(rig.held('AAA')).toBe(11)
    expect(rig.alerts('overfill')).toMatchObject([{ critical: true, values: [id, 1] }])
    expect(rig.state).toBe('REDUCE_ONLY')
    rig.operator('enable')
    expect(rig.state).toBe('LIVE')
  })

  test('F-26 in one report just the same; filled quantity never passes the order’s without it', () => {
    const rig = trading()
    const id = rig.buy('AAA', 10, 100)
    rig.fill(id, 12, 100)
    expect(rig.row(id)).toMatchObject({ state: 'filled', cumQty: 12 })
    expect(rig.alerts('overfill')).toMatchObject([{ values: [id, 2] }])
    expect(rig.held('AAA')).toBe(12)
  })
})

describe('I-18 a fill after the end', () => {
  test.each(['canceled', 'expired', 'rejected'] as const)('F-23 after %s it is booked and flagged', (end) => {
    const rig = trading()
    const id = rig.buy('AAA', 10, 100)
    rig.ack(id).report(id, { type: end, reason: 'broker' }).fill(id, 4, 100)
    expect(rig.row(id)).toMatchObject({ state: end, cumQty: 4 })
    expect(rig.held('AAA')).toBe(4)
    expect(rig.alerts('late_fill')).toMatchObject([{ values: [id, 4] }])
    expect(rig.desk.stops[0]?.[0]?.level2).toBe(2 * 9_800)
  })

  test('F-23 the limits look at it again', () => {
    const rig = trading()
    const id = rig.buy('AAA', 10, 100)
    rig.ack(id).canceled(id).cash(-usd(4_999), 'fee')
    rig.fill(id, 10, 100, { fee: 1 })
    expect(rig.state).toBe('REDUCE_ONLY')
  })

  test('of an order long forgotten: still ours, still booked; of one that never was: not', () => {
    const rig = trading()
    const head = { type: 'filled', fillNo: 1, instrument: 0, side: 1, qty: 5, price: 10_000, fee: 0, tax: 0, cumQty: 5 }
    const id = sent(rig.buy('AAA', 10, 100))
    rig.ack(id).canceled(id)
    const saved = rig.desk.orders.snapshot() as { finished: unknown[] }
    rig.desk.orders.restore({ ...saved, finished: [] })
    rig.report(id, { ...head, type: 'filled' })
    expect(rig.held('AAA')).toBe(5)
    expect(rig.alerts('late_fill')).toHaveLength(1)
    rig.report(99, { ...head, type: 'filled' })
    expect(rig.held('AAA')).toBe(5)
  })

  test('only listed transitions occur: every state has one answer for every event', () => {
    for (const state of ORDER_STATES) expect(Object.keys(LIFECYCLE[state])).toHaveLength(14)
    expect(LIFECYCLE.unknown.timeout).toBe('same')
    expect(LIFECYCLE.pendingNew.missing).toBe('same')
  })
})

describe('F-28 a trade that the venue busts', () => {
  test('cash to the last unit, quantity, entry and costs come back; the limits look again; told of', () => {
    const rig = trading(100, { fees: { kind: 'bps', bps: { num: 3, den: 1 } } })
    rig.hold('AAA', 30, 99.97)
    const before = JSON.stringify(rig.desk.ledger.snapshot())
    const id = rig.buy('AAA', 7, 100)
    rig.fill(id, 3, 100.01, { fee: 0.090009, tax: 0.000001 }).fill(id, 4, 99.93, { fee: 0.119916 })
    rig.report(id, { type: 'busted', fillNo: 2 }).report(id, { type: 'busted', fillNo: 1 })
    const after = JSON.parse(JSON.stringify(rig.desk.ledger.snapshot())) as { positions: { fillSeq: number }[][] }
    const first = JSON.parse(before) as typeof after
    for (const of of [after, first]) for (const p of of.positions.flat()) p.fillSeq = 0
    expect(after).toEqual(first)
    expect(rig.row(id)).toMatchObject({ cumQty: 0, cumValue: 0 })
    expect(rig.alerts('bust')).toHaveLength(2)
    expect(rig.alerts('bust')[0]).toMatchObject({ critical: true, values: [id, 4] })
  })

  test('once only, and a replay of the busted fill stays out', () => {
    const rig = trading()
    const id = rig.buy('AAA', 10, 100)
    rig.fill(id, 10, 100).report(id, { type: 'busted', fillNo: 1 }).report(id, { type: 'busted', fillNo: 1 })
    rig.report(id, { type: 'busted', fillNo: 5 }).fill(id, 10, 100, { fillNo: 1 })
    expect(rig.held('AAA')).toBe(0)
    expect(rig.cashOf()).toBe(usd(100_000))
    expect(rig.alerts('bust')).toHaveLength(1)
  })

  test('a busted sale brings shares and entry back; the loss it leaves trips at once', () => {
    const rig = trading()
    rig.hold('AAA', 200, 100)
    const sale = rig.sell('AAA', 100, 105)
    rig.fill(sale, 100, 105)
    expect(rig.desk.ledger.position(0, 0)).toMatchObject({ qty: 100, cost: 1_000_000 })
    rig.cash(-usd(5_499), 'fee')
    expect(rig.state).toBe('LIVE')
    rig.report(sale, { type: 'busted', fillNo: 1 })
    expect(rig.desk.ledger.position(0, 0)).toMatchObject({ qty: 200, cost: 2_000_000 })
    expect(rig.state).toBe('REDUCE_ONLY')
  })
})

describe('F-29 an execution that is corrected', () => {
  test('price, quantity and costs are replaced, never added', () => {
    const rig = trading()
    const id = rig.buy('AAA', 10, 100)
    rig.fill(id, 10, 100, { fee: 1 })
    const to = { type: 'corrected', fillNo: 1, qty: 8, price: 9_990, fee: usd(0.8), tax: 0 } as const
    rig.report(id, to)
    expect(rig.cashOf()).toBe(usd(100_000 - 8 * 99.9 - 0.8))
    expect(rig.desk.ledger.position(0, 0)).toMatchObject({ qty: 8, cost: 79_920 })
    expect(rig.row(id)).toMatchObject({ cumQty: 8, cumValue: 79_920 })
    expect(rig.alerts('correction')).toMatchObject([{ values: [id, 8, 9_990] }])
    rig.report(id, to)
    rig.report(id, { ...to, fillNo: 2 })
    expect(rig.alerts('correction')).toHaveLength(1)
    expect(rig.desk.stops[0]?.[0]?.level2).toBe(Math.floor((2 * 9_990 * 98) / 100))
  })

  test('of a fee alone too; and of a fill that had been busted', () => {
    const rig = trading()
    const id = rig.buy('AAA', 10, 100)
    rig.fill(id, 10, 100, { fee: 1 })
    const same = { type: 'corrected', fillNo: 1, qty: 10, price: 10_000, fee: usd(2), tax: usd(1) } as const
    rig.report(id, same)
    expect(rig.cashOf()).toBe(usd(100_000 - 1000 - 3))
    rig.report(id, { type: 'busted', fillNo: 1 }).report(id, same)
    expect(rig.cashOf()).toBe(usd(100_000 - 1000 - 3))
    expect(rig.held('AAA')).toBe(10)
  })
})

describe('I-16 money is neither made nor lost', () => {
  test('E-13 100 @ 10.00 bought for 1.00, sold @ 10.05 for 1.00 and 2.01 of tax: exactly +0.99', () => {
    const rig = trading(10)
    const buy = rig.buy('AAA', 100, 10)
    rig.fill(buy, 100, 10, { fee: 1 })
    const sale = rig.sell('AAA', 100, 10.05)
    rig.fill(sale, 100, 10.05, { fee: 1, tax: 2.01 })
    expect(rig.cashOf() - usd(100_000)).toBe(usd(0.99))
    expect(rig.desk.ledger.trips).toBe(1)
  })

  test('I-13 a position is the sum of its fills, less busts, with corrections and splits', () => {
    const rig = trading()
    const a = rig.buy('AAA', 100, 100)
    rig.fill(a, 60, 100).fill(a, 40, 100)
    rig.report(a, { type: 'busted', fillNo: 2 })
    rig.report(a, { type: 'corrected', fillNo: 1, qty: 50, price: 10_000, fee: 0, tax: 0 })
    rig.split('AAA', 3).mark('AAA', 33.34)
    expect(rig.held('AAA')).toBe(150)
    rig.fill(rig.sell('AAA', 30, 33.34), 30, 33.34)
    expect(rig.held('AAA')).toBe(120)
  })

  test('I-19 no fill, price or quantity that is no positive integer reaches the ledger', () => {
    for (const bad of [0, -1, Number.NaN]) {
      const rig = trading()
      const id = rig.buy('AAA', 10, 100)
      expect(() => rig.fill(id, bad, 100)).toThrow(/fill of order/)
      const other = trading()
      const second = other.buy('AAA', 10, 100)
      expect(() => other.fill(second, 10, bad)).toThrow(/fill of order/)
    }
  })

  test('I-17 equity kept by steps equals equity from scratch after a thousand events of every kind', () => {
    const rig = trading(100, { symbols: ['AAA', 'BBB'] })
    let x = 7
    const next = (n: number): number => (x = (x * 48_271) % 2_147_483_647) % n
    for (let i = 0; i < 1100; i++) {
      rig.wait(7).mark(next(2) === 0 ? 'AAA' : 'BBB', 100 + (next(100) - 50) / 100)
      const id = next(9) === 0 ? rig.buy('AAA', 1 + next(5), 100) : []
      if (typeof id === 'number') rig.fill(id, 1, 99 + next(100) / 100, { fee: 0.000001 * next(50) })
    }
    const kept = rig.equity
    expect(rig.desk.valuation.recompute()).toBe(kept)
    rig.desk.valuation.equity += 1
    const drift = (): void => {
      for (let i = 0; i < 1000; i++) rig.system('moment')
    }
    expect(drift).toThrow(/I-17/)
  })
})

describe('I-21, I-41 the step', () => {
  test('time that goes back ends the engine', () => {
    const rig = trading().wait(1).mark('AAA', 100).wait(-0.000001)
    expect(() => rig.mark('AAA', 100)).toThrow(/I-21/)
  })

  test('a handler that re-enters the engine ends it', () => {
    const rig = trading()
    expect(() => rig.think(() => rig.engine.step({ type: 'system', t: rig.t, fact: 'moment', value: 0 }))).toThrow(
      /I-41/,
    )
  })
})

describe('I-22, I-23 the same events give the same records', () => {
  test('twice, and over a cut at any event', () => {
    const play = (cut: number): number[] => {
      const rig = trading(100, { symbols: ['AAA', 'BBB'] })
      const steps: ((r: Rig) => unknown)[] = [
        (r) => r.buy('AAA', 10, 100),
        (r) => r.ack(1).fill(1, 4, 100),
        (r) => r.wait(31).mark('BBB', 100),
        (r) => r.fill(1, 6, 100),
        (r) => r.mark('AAA', 98),
        (r) => r.fill(2, 10, 98),
        (r) => r.status('BBB', 'halted').buy('BBB', 1, 100),
        (r) => r.cash(-usd(5000), 'fee'),
        (r) => r.operator('kill').pass(200, 5),
      ]
      steps.forEach((step, i) => {
        step(rig)
        if (i === cut) rig.reload()
      })
      return rig.words()
    }
    const whole = play(-1)
    expect(play(-1)).toEqual(whole)
    for (let cut = 0; cut < 9; cut++) expect(play(cut)).toEqual(whole)
  })
})
