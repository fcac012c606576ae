/** Daily and total loss, flows, the risk day, and what a restart must not forget: R-01 … R-08, E-01 … E-03, E-12. */
import { describe, expect, test } from 'vitest'
import { riskDay, riskDayStart } from '../../src/core/execution/loss.ts'
import { at, atBrokers, type Rig, sent, trading, usd } from '../support/engine-rig.ts'

/** The smallest unit of a dollar. */
const UNIT = 1

/** Takes money out of equity without a flow. */
const lose = (rig: Rig, amount: number): Rig => rig.cash(-amount, 'fee')

describe('R-01 daily loss, exact at the line', () => {
  test.each([
    ['E-01', 100_000, '5000', 'REDUCE_ONLY'],
    ['E-01', 100_000, '4999.99', 'LIVE'],
    ['E-01', 33_333.33, '1666.66', 'LIVE'],
    ['E-01', 33_333.33, '1666.67', 'REDUCE_ONLY'],
  ])('%s start %s, lost %s: %s', (_id, start, lost, state) => {
    const rig = trading(100, { cash: [{ USD: start }] })
    expect(lose(rig, usd(lost)).state).toBe(state)
  })

  test('one millionth of a dollar above the line trades on, on the line does not', () => {
    const rig = trading()
    expect(lose(rig, usd(5000) - UNIT).state).toBe('LIVE')
    expect(lose(rig, UNIT).state).toBe('REDUCE_ONLY')
    expect(rig.alerts('daily_loss')).toMatchObject([{ critical: true, values: [usd(95_000), usd(95_000)] }])
  })

  test('where 5 % is no whole unit the loss must reach it, not its rounding', () => {
    const rig = trading(100, { cash: [{ USD: 100_000.000001 }] })
    expect(lose(rig, usd(5000)).state).toBe('LIVE')
    expect(lose(rig, UNIT).state).toBe('REDUCE_ONLY')
    const total = trading(100, { cash: [{ USD: 100_000.000001 }] })
    expect(lose(total, usd(10_000)).state).toBe('REDUCE_ONLY')
    expect(lose(total, UNIT).state).toBe('STOPPED')
  })

  test('looked at after a mark, a fill and a commission alike, with no poll between', () => {
    const marked = trading()
    marked.hold('AAA', 250, 100)
    lose(marked, usd(4_900))
    expect(marked.mark('AAA', 99.61).state).toBe('LIVE')
    expect(marked.mark('AAA', 99.6).state).toBe('REDUCE_ONLY')
    const filled = trading()
    const order = sent(filled.buy('AAA', 10, 100))
    lose(filled, usd(4_999))
    expect(filled.fill(order, 10, 100, { fee: 1 }).state).toBe('REDUCE_ONLY')
    const charged = trading()
    const other = charged.hold('AAA', 10, 100)
    lose(charged, usd(4_999))
    charged.report(other, { type: 'commission', fillNo: 1, fee: usd(1), tax: 0 })
    expect(charged.state).toBe('REDUCE_ONLY')
  })
})

describe('R-02 after the daily trip', () => {
  test('live opening orders are taken back, reducing ones stay, nothing is opened, exits go out', () => {
    const rig = trading()
    rig.hold('AAA', 100, 100)
    const opening = sent(rig.buy('AAA', 10, 99))
    const reducing = sent(rig.sell('AAA', 40, 105))
    rig.ack(opening).ack(reducing)
    lose(rig, usd(5000))
    expect(rig.cancels()).toEqual([opening])
    expect(rig.row(reducing).state).toBe('new')
    rig.canceled(opening)
    expect(rig.buy('AAA', 10, 99)).toEqual(['state', 'loss'])
    expect(rig.sell('AAA', 60, 101)).toBeTypeOf('number')
    rig.mark('AAA', 98)
    expect(rig.alerts('stop_loss')).toHaveLength(1)
  })

  test('latched: recovery above the line does not clear it, the next risk day does, once', () => {
    const rig = trading()
    lose(rig, usd(5000))
    lose(rig, usd(1))
    rig.cash(usd(6000), 'interest')
    expect(rig.state).toBe('REDUCE_ONLY')
    expect(rig.alerts('daily_loss')).toHaveLength(1)
    rig.t = at('2025-10-09T21:29:59.999999Z')
    expect(rig.mark('AAA', 100).state).toBe('REDUCE_ONLY')
    rig.t = at('2025-10-09T21:30:00Z')
    expect(rig.mark('AAA', 100).state).toBe('LIVE')
    expect(rig.buy('AAA', 10)).toBeTypeOf('number')
  })

  test('positions stay by default; `onDailyLoss: flatten` sells them', () => {
    const stay = trading()
    stay.hold('AAA', 100, 100)
    expect(lose(stay, usd(5000)).exit()).toBeUndefined()
    const flatten = trading(100, { limits: { onDailyLoss: 'flatten' } })
    flatten.hold('AAA', 100, 100)
    expect(lose(flatten, usd(5000)).exit()).toMatchObject({ side: -1, qty: 100, origin: 'liquidation' })
    expect(flatten.state).toBe('REDUCE_ONLY')
  })
})

describe('R-03 total loss', () => {
  test('of the initial capital: exactly 10 % trips, one unit less does not', () => {
    const rig = trading()
    lose(rig, usd(10_000) - UNIT)
    expect(rig.state).toBe('REDUCE_ONLY')
    lose(rig, UNIT)
    expect(rig.states().slice(-2)).toEqual(['LIQUIDATING', 'STOPPED'])
    expect(rig.desk.stopped).toMatchObject({ rule: 'R-04' })
  })

  test('E-03 day one −4 %, day two trips at 91,200.00 and ends at 90,000.00', () => {
    const rig = trading()
    lose(rig, usd(4000))
    rig.t = at('2025-10-09T21:30:00Z')
    rig.mark('AAA', 100)
    expect(lose(rig, usd(4_799.99)).state).toBe('LIVE')
    expect(lose(rig, usd(0.01)).state).toBe('REDUCE_ONLY')
    expect(lose(rig, usd(1_199.99)).state).toBe('REDUCE_ONLY')
    expect(lose(rig, usd(0.01)).state).toBe('STOPPED')
  })

  test('E-03 growth to 120,000 leaves the line at 90,000 unless the base is the peak', () => {
    const wide = { dailyLoss: { num: 9, den: 10 } }
    const rig = trading(100, { limits: wide }).cash(usd(20_000), 'interest')
    expect(lose(rig, usd(29_999.99)).state).toBe('LIVE')
    expect(lose(rig, usd(0.01)).state).toBe('STOPPED')
    const peak = trading(100, { limits: { ...wide, totalLossBase: 'peak' } }).cash(usd(20_000), 'interest')
    expect(lose(peak, usd(11_999.99)).state).toBe('LIVE')
    expect(lose(peak, usd(0.01)).state).toBe('STOPPED')
  })
})

describe('R-04 the total-loss stop is durable', () => {
  const tripped = (): Rig => {
    const rig = atBrokers()
    rig.hold('AAA', 100, 100)
    return lose(rig, usd(10_000))
  }

  test('everything live is canceled, everything held is sold, then STOPPED with its rule', () => {
    const rig = trading()
    rig.hold('AAA', 100, 100)
    const resting = sent(rig.buy('AAA', 10, 99))
    rig.ack(resting)
    lose(rig, usd(10_000))
    expect(rig.cancels()).toEqual([resting])
    rig.canceled(resting).pass(1)
    const exit = rig.exit()
    expect(exit).toMatchObject({ side: -1, qty: 100 })
    rig.fill(exit?.orderId ?? 0, 100, 100)
    expect(rig.state).toBe('STOPPED')
    expect(rig.alerts('total_loss')).toHaveLength(1)
  })

  test('a restart does not clear it, with whatever right to resume; arming is refused', () => {
    for (const resume of [0, 1, 2]) {
      const rig = tripped()
      rig.restart(5, resume).link(0, 'up').books(0)
      expect(rig.state).toBe('LIQUIDATING')
      rig.operator('arm')
      expect(rig.state).toBe('LIQUIDATING')
      expect(rig.desk.armed).toBe(false)
      expect(rig.buy('AAA', 10, 100)).toContain('state')
    }
  })
})

describe('R-04 clearing it', () => {
  test('waits until everything is sold', () => {
    const rig = atBrokers()
    rig.hold('AAA', 100, 100)
    lose(rig, usd(10_000)).operator('clearEmergency')
    expect(rig.state).toBe('LIQUIDATING')
    expect(rig.desk.losses.emergencyTripped).toBe(true)
    rig.pass(1).books(0)
    rig.fill(rig.exit()?.orderId ?? 0, 100, 100)
    expect(rig.operator('clearEmergency').state).toBe('UNARMED')
  })
})

describe('R-05 flows and unexplained cash', () => {
  test('E-02 a withdrawal of 10,000 and E 86,000 is a loss of 4 %', () => {
    const rig = trading().cash(-usd(10_000), 'withdrawal')
    expect(rig.state).toBe('LIVE')
    expect(lose(rig, usd(4_000)).state).toBe('LIVE')
    expect(lose(rig, usd(999.99)).state).toBe('LIVE')
    expect(lose(rig, usd(0.01)).state).toBe('REDUCE_ONLY')
  })

  test('E-02 after a deposit of 50,000 the emergency line is 135,000.00', () => {
    const rig = trading(100, { limits: { dailyLoss: { num: 9, den: 10 } } }).cash(usd(50_000), 'deposit')
    expect(lose(rig, usd(14_999.99)).state).toBe('LIVE')
    expect(lose(rig, usd(0.01)).state).toBe('STOPPED')
  })

  test('a deposit cannot clear a latch', () => {
    const rig = lose(trading(), usd(5000)).cash(usd(50_000), 'deposit')
    expect(rig.state).toBe('REDUCE_ONLY')
    expect(rig.buy('AAA', 10)).toEqual(['state', 'loss'])
  })

  test.each(['interest', 'dividend', 'fee', 'tax', 'withholding', 'fx_conversion', 'correction'] as const)(
    'R-46 %s is no flow: it counts as result',
    (kind) => {
      const rig = trading().cash(-usd(5000), kind)
      expect(rig.state).toBe('REDUCE_ONLY')
      expect(rig.desk.losses.flowAll).toBe(0)
    },
  )

  const twice = (rig: Rig, difference: number): Rig => {
    const there = rig.dollars(rig.cashOf() + difference)
    rig.pass(30).books(0, { cash: there })
    expect(rig.state).toBe('LIVE')
    return rig.pass(30).books(0, { cash: there })
  }

  test.each([
    ['one basis point of 100,000', 100_000, 10_000_000, 'LIVE'],
    ['a unit more', 100_000, 10_000_001, 'REDUCE_ONLY'],
    ['a unit more, missing', 100_000, -10_000_001, 'REDUCE_ONLY'],
    ['one dollar of 5,000', 5_000, 1_000_000, 'LIVE'],
    ['a unit more than one dollar', 5_000, 1_000_001, 'REDUCE_ONLY'],
  ])('%s: %s', (_name, start, difference, state) => {
    expect(twice(atBrokers(100, { cash: [{ USD: start }] }), difference).state).toBe(state)
  })

  test('small differences are booked as corrections, large ones wait for the operator', () => {
    const small = twice(atBrokers(), -usd(10))
    expect(small.rows('booked').map((r) => [r.amount, r.kind])).toEqual([[-usd(10), 9]])
    const large = twice(atBrokers(), -usd(11))
    expect(large.rows('booked')).toEqual([])
    large.pass(30).books(0, { cash: large.dollars(usd(99_989)) })
    expect(large.alerts('cash_unexplained')).toMatchObject([{ broker: 0, critical: true }])
    expect(large.buy('AAA', 10)).toEqual(['state'])
    large.operator('explainCash', { broker: 0, value: 1 })
    expect(large.state).toBe('LIVE')
    large.operator('explainCash', { broker: 0, value: 1 })
    expect(large.cashOf()).toBe(usd(99_989))
    expect(large.desk.losses.flowAll).toBe(0)
  })
})

describe('R-06 a quarantined price trips nothing; a true one is late by at most 5 s', () => {
  test('F-40 a print of −99.97 % moves neither equity nor stop', () => {
    const rig = trading()
    rig.hold('AAA', 250, 100)
    rig.quote('AAA', 100, 200).wait(1).print('AAA', 0.03)
    expect(rig.state).toBe('LIVE')
    expect(rig.equity).toBe(usd(100_000))
    expect(rig.exit()).toBeUndefined()
  })

  test('three prints over two seconds make it true: then everything trips at once', () => {
    const rig = trading()
    rig.hold('AAA', 250, 100)
    rig.quote('AAA', 60, 200).print('AAA', 70)
    rig.wait(1).print('AAA', 70)
    expect(rig.state).toBe('LIVE')
    rig.wait(1).print('AAA', 70)
    expect(rig.state).toBe('REDUCE_ONLY')
    expect(rig.exit()).toMatchObject({ origin: 'stop' })
  })

  test('a stale mark counts in the daily loss but trips no stop', () => {
    const rig = trading(100, { shape: { heartbeat: 10_000_000 } })
    rig.hold('AAA', 100, 101)
    rig.mark('AAA', 100)
    // Averaging up lifts the level above the mark that stands: no new mark, no stop.
    const more = sent(rig.buy('AAA', 100, 104))
    rig.wait(60).fill(more, 100, 104)
    expect(rig.desk.stops[0]?.[0]?.level2).toBeGreaterThan(2 * 10_000)
    rig.pass(1)
    expect(rig.exit()).toBeUndefined()
    lose(rig, usd(4_500))
    expect(rig.desk.losses.dailyTripped).toBe(true)
  })
})

describe('R-07 the roll', () => {
  test('E-12 21:29:59.999999Z is the old day, 21:30:00Z the new one', () => {
    const boundary = at('2025-03-10T21:30:00Z')
    expect(riskDay(boundary)).toBe(riskDay(boundary - 1) + 1)
    expect(riskDayStart(riskDay(boundary))).toBe(boundary)
    const rig = trading(100, { t0: at('2025-03-10T21:29:00Z') })
    sent(rig.buy('AAA', 10))
    rig.t = boundary - 1
    rig.pass(0).mark('AAA', 100)
    expect(rig.desk.ordersToday).toBe(1)
    rig.t = boundary
    rig.mark('AAA', 100)
    expect(rig.desk.ordersToday).toBe(0)
    expect(rig.rows('rolls')).toMatchObject([{ t: boundary, day: riskDay(boundary) }])
  })

  test('I-31 one roll a risk day, also over days nobody saw; E_sod is constant between rolls', () => {
    const rig = trading(100, { t0: at('2025-03-07T20:00:00Z') })
    lose(rig, usd(1000))
    expect(rig.desk.losses.startOfDay).toBe(usd(100_000))
    rig.t = at('2025-03-10T21:30:00Z')
    rig.mark('AAA', 100).mark('AAA', 100)
    expect(rig.rows('rolls')).toHaveLength(1)
    expect(rig.desk.losses.startOfDay).toBe(usd(99_000))
    lose(rig, usd(500)).mark('AAA', 100)
    expect(rig.desk.losses.startOfDay).toBe(usd(99_000))
    rig.t = at('2025-03-11T21:30:00Z')
    expect(rig.mark('AAA', 100).rows('rolls')).toHaveLength(2)
  })

  test('the roll comes before the event: a loss that arrives at the boundary is the new day’s', () => {
    const rig = trading(100, { t0: at('2025-03-10T21:00:00Z') })
    lose(rig, usd(4_000))
    rig.t = at('2025-03-10T21:30:00Z')
    expect(lose(rig, usd(4_000)).state).toBe('LIVE')
    expect(rig.desk.losses.startOfDay).toBe(usd(96_000))
    expect(lose(rig, usd(800)).state).toBe('REDUCE_ONLY')
  })

  test('flows of the day end with it; flows since the first arming do not', () => {
    const rig = trading(100, { t0: at('2025-03-10T21:00:00Z') }).cash(-usd(10_000), 'withdrawal')
    rig.t = at('2025-03-10T21:30:00Z')
    rig.mark('AAA', 100)
    expect(rig.desk.losses).toMatchObject({ flowDay: 0, flowAll: -usd(10_000), dailyLine: usd(85_500) })
    expect(rig.desk.losses.emergencyLine).toBe(usd(81_000))
  })

  test('F-53 days on which clocks change in New York or Europe have one roll, 24 h after the last', () => {
    for (const day of ['2025-03-09', '2025-03-30', '2025-10-26', '2025-11-02', '2016-12-31']) {
      const rig = trading(100, { t0: at(`${day}T00:00:00Z`) })
      for (let hour = 0; hour < 48; hour++) rig.wait(3600).mark('AAA', 100)
      const rolls = rig.rows('rolls').map((r) => r.t as number)
      expect(rolls).toEqual([at(`${day}T21:30:00Z`), at(`${day}T21:30:00Z`) + 86_400_000_000])
    }
  })

  test('F-54 live and unknown orders persist over the roll; unknown ones still block', () => {
    const rig = trading(100, { t0: at('2025-03-10T21:29:00Z') })
    const live = sent(rig.buy('AAA', 10, 100))
    rig.ack(live)
    const silent = sent(rig.buy('AAA', 10, 99))
    rig.t = at('2025-03-10T21:30:00Z')
    rig.mark('AAA', 100)
    expect([rig.row(live).state, rig.row(silent).state]).toEqual(['new', 'unknown'])
    expect(rig.buy('AAA', 10, 98)).toEqual(['duplicate'])
    rig.report(live, { type: 'expired' })
    expect(rig.row(live).state).toBe('expired')
  })
})

describe('R-08 a restart forgets nothing', () => {
  test('start of day, base, flows, count, latch and unknown orders come back before anything is traded', () => {
    const rig = atBrokers().cash(-usd(1000), 'withdrawal')
    const silent = sent(rig.buy('AAA', 10, 99))
    rig.pass(31)
    lose(rig, usd(5000))
    const before = rig.desk.losses.snapshot()
    rig.restart(20)
    expect(rig.desk.losses.snapshot()).toEqual(before)
    expect(rig.desk.losses.dailyLine).toBe(usd(94_000))
    expect(rig.desk.ordersToday).toBe(1)
    expect(rig.row(silent).state).toBe('unknown')
    expect(rig.desk.dailyLossTripped).toBe(true)
    expect(rig.states().at(-1)).toBe('RECONCILING')
    rig.link(0, 'up').books(0, { orders: [rig.booked(silent)] })
    expect(rig.operator('arm').state).toBe('REDUCE_ONLY')
    expect(rig.buy('AAA', 10, 99)).toEqual(['state', 'loss'])
  })

  const downOverRoll = (markAfter: number): Rig => {
    const rig = atBrokers(100, { t0: at('2025-03-10T21:00:00Z') })
    rig.hold('AAA', 250, 100)
    rig.t = at('2025-03-10T21:20:00Z')
    rig.pass(1).books(0).restart(3600)
    rig.mark('AAA', markAfter).link(0, 'up').books(0)
    return rig
  }

  test('down at the boundary: the better of the last durable equity and the one found', () => {
    expect(downOverRoll(91).desk.losses.startOfDay).toBe(usd(100_000))
    expect(downOverRoll(109).desk.losses.startOfDay).toBe(usd(102_250))
  })

  test('I-30 restoring twice is restoring once, and a restart by itself opens nothing', () => {
    const rig = atBrokers()
    rig.hold('AAA', 100, 100)
    const orders = rig.sent().length
    rig.restart(5)
    const once = JSON.stringify(rig.engine.snapshot())
    rig.reload()
    expect(JSON.stringify(rig.engine.snapshot())).toBe(once)
    rig.link(0, 'up').books(0).mark('AAA', 100)
    expect(rig.sent()).toHaveLength(orders)
  })
})

describe('I-06 after a daily trip nothing is opened in that risk day', () => {
  test('not by recovery, deposit, restart, enabling or another arming', () => {
    const rig = atBrokers()
    lose(rig, usd(5000)).cash(usd(9000), 'interest').cash(usd(9000), 'deposit').operator('enable').operator('arm')
    expect(rig.buy('AAA', 10)).toContain('loss')
    rig.restart(5, 2).link(0, 'up').books(0)
    expect(rig.state).toBe('REDUCE_ONLY')
    rig.operator('arm')
    expect(rig.buy('AAA', 10)).toContain('loss')
    expect(rig.sent()).toHaveLength(0)
  })
})

describe('R-42 costs count when they are known, and as an upper bound until then', () => {
  test('the estimate of a fill is in the loss, the broker’s figure replaces it, the stop knows neither', () => {
    const rig = trading()
    const id = sent(rig.buy('AAA', 100, 100))
    rig.fill(id, 100, 100, { fee: 5, tax: 2 })
    expect(rig.equity).toBe(usd(99_993))
    expect(rig.desk.stops[0]?.[0]?.level2).toBe(2 * 9_800)
    rig.report(id, { type: 'commission', fillNo: 1, fee: usd(1.5), tax: 0 })
    expect(rig.equity).toBe(usd(99_998.5))
    rig.report(id, { type: 'commission', fillNo: 1, fee: usd(1.5), tax: 0 })
    rig.report(id, { type: 'commission', fillNo: 2, fee: usd(50), tax: 0 })
    expect(rig.equity).toBe(usd(99_998.5))
    expect(rig.desk.stops[0]?.[0]?.level2).toBe(2 * 9_800)
  })
})
