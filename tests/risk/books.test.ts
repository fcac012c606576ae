/** Books of the broker, what is not ours, links, restarts. */
import { describe, expect, test } from 'vitest'
import { Links } from '../../src/core/execution/links.ts'
import { atBrokers, LIVE_BROKER, Rig, type RigWish, sent, usd } from '../support/engine-rig.ts'

const TWO: RigWish = { brokers: [{}, {}], cash: [{ USD: 50_000 }, { USD: 50_000 }], symbols: ['AAA', 'BBB'] }
const NOT_OURS = { orderId: 0, externalId: 77, instrument: 0, side: 1, qty: 50, cumQty: 0, limit: 9_900 } as const

/** A holding of AAA as the broker lists it. */
const aaa = (qty: number) => [{ instrument: 0, qty, sellable: qty, avgPrice: 0 }]

/** A fresh process with brokers of the real kind, before anything is known. */
function fresh(o: RigWish = {}): Rig {
  const brokers = (o.brokers ?? [{}]).map((b) => ({ ...LIVE_BROKER, ...b }))
  const rig = new Rig({ ...o, brokers, arming: 'operator' })
  for (const i of rig.setup.instruments) rig.mark(i.symbol, 100)
  return rig
}

function held(o: RigWish = {}): Rig {
  const rig = atBrokers(100, o)
  rig.hold('AAA', 100, 100)
  return rig.pass(31).books(0)
}

describe('R-40 nothing is traded before the books agree', () => {
  test('RECONCILING until the answer; UNARMED until the operator', () => {
    const rig = fresh().system('restarted', 0)
    expect(rig.state).toBe('RECONCILING')
    rig.link(0, 'up')
    expect(rig.asked('reconcile')).toHaveLength(1)
    expect(rig.buy('AAA', 10)).toContain('state')
    rig.books(0)
    expect(rig.state).toBe('UNARMED')
    expect(rig.buy('AAA', 10)).toContain('state')
    rig.operator('arm')
    expect(rig.state).toBe('LIVE')
    expect(rig.buy('AAA', 10)).toBeTypeOf('number')
  })

  test.each(['orders', 'fills', 'positions', 'cash'] as const)('F-35 %s not delivered is not flat', (list) => {
    const rig = fresh()
      .system('restarted', 2)
      .link(0, 'up')
      .books(0, { [list]: null })
    expect(rig.state).toBe('RECONCILING')
    expect(rig.desk.books.of(0)).toMatchObject({ agreed: false, failures: 1 })
    rig.pass(31).books(0)
    expect(rig.state).toBe('LIVE')
  })

  test('an answer to another question, or a second one, counts for nothing', () => {
    const rig = fresh().system('restarted', 2).link(0, 'up')
    rig.step({ ...rig.ourBooks(0), requestId: 99 })
    expect(rig.state).toBe('RECONCILING')
    rig.books(0)
    expect(rig.state).toBe('LIVE')
    rig.books(0, { positions: rig.holdings({ AAA: 5 }) })
    expect(rig.externalOf('AAA')).toBe(0)
  })

  test('I-26 each broker for itself: no opening at one whose books are still out', () => {
    const rig = atBrokers(100, TWO).restart(5, 1)
    rig.link(0, 'up').books(0)
    expect(rig.state).toBe('RECONCILING')
    rig.link(1, 'up')
    expect(rig.state).toBe('RECONCILING')
    rig.books(1).operator('arm')
    expect(rig.state).toBe('LIVE')
    rig.link(1, 'lost').link(1, 'up')
    expect(rig.place(1, 'AAA', 10, 100)).toEqual(['state'])
    expect(rig.place(0, 'AAA', 10, 100)).toBeTypeOf('number')
    rig.books(1)
    expect(rig.place(1, 'AAA', 10, 100)).toBeTypeOf('number')
  })

  test('the others begin when one broker is down', () => {
    const rig = atBrokers(100, TWO).restart(5, 2)
    rig.link(0, 'up').books(0)
    rig.link(1, 'failed').link(1, 'failed')
    expect(rig.state).toBe('RECONCILING')
    rig.link(1, 'failed')
    expect(rig.state).toBe('LIVE')
    expect(rig.place(1, 'AAA', 10, 100)).toEqual(['state'])
  })

  test('today’s fills explain a difference: booked once, then the books agree', () => {
    const rig = atBrokers()
    const id = sent(rig.buy('AAA', 10, 100))
    rig.restart(5, 2).link(0, 'up')
    expect(rig.row(id).state).toBe('unknown')
    rig.books(0, {
      orders: [rig.booked(id, { cumQty: 10, state: 'filled' })],
      fills: [rig.bookedFill(id, 10, 100)],
      positions: rig.holdings({ AAA: 10 }),
      cash: rig.dollars(usd(99_000)),
    })
    expect(rig.held('AAA')).toBe(10)
    expect(rig.row(id).state).toBe('filled')
    expect(rig.rows('explanations')).toHaveLength(1)
    rig.pass(31).books(0, { fills: [rig.bookedFill(id, 10, 100)] })
    expect(rig.held('AAA')).toBe(10)
    expect(rig.externalOf('AAA')).toBe(0)
    expect(rig.state).toBe('LIVE')
  })
})

describe('F-34 fewer shares at the broker than ours', () => {
  test('at a start RECONCILING holds and tells; the operator’s word ends it', () => {
    const rig = held().restart(5, 1).link(0, 'up')
    rig.books(0, { positions: rig.holdings({ AAA: 60 }) })
    expect(rig.state).toBe('RECONCILING')
    expect(rig.alerts('mismatch')).toMatchObject([{ critical: true, values: [-40] }])
    rig.operator('acknowledge', { broker: 0, symbol: 'AAA', value: 40 })
    expect(rig.desk.ledger.position(0, 0)).toMatchObject({ qty: 60, cost: 600_000 })
    rig.pass(31).books(0)
    expect(rig.state).toBe('REDUCE_ONLY')
    rig.operator('arm')
    expect(rig.state).toBe('LIVE')
  })

  test('while trading: REDUCE_ONLY and one alert, one share is enough', () => {
    const rig = held()
      .pass(31)
      .books(0, { positions: aaa(99) })
    expect(rig.state).toBe('REDUCE_ONLY')
    rig.pass(31).books(0, { positions: aaa(99) })
    expect(rig.alerts('mismatch')).toHaveLength(1)
    expect(rig.held('AAA')).toBe(100)
  })

  test('I-13 not concluded from while something is under way, nor from books older than a fill', () => {
    const rig = held()
    const sale = rig.sell('AAA', 40, 101)
    rig
      .ack(sale)
      .pass(31)
      .books(0, { positions: aaa(60) })
    expect(rig.state).toBe('LIVE')
    rig.pass(31).fill(sale, 40, 101)
    rig.books(0, { positions: aaa(100) })
    expect(rig.externalOf('AAA')).toBe(0)
    expect(rig.state).toBe('LIVE')
    rig.pass(31).books(0, { positions: aaa(60) })
    expect(rig.held('AAA')).toBe(60)
    expect(rig.state).toBe('LIVE')
  })
})

describe('R-43 holdings that are not ours', () => {
  const withOld = (o: RigWish = {}): Rig => {
    const rig = fresh(o).system('restarted', 2).link(0, 'up')
    return rig.books(0, { positions: rig.holdings({ AAA: 100 }) })
  }

  test('found at the first books: counted in equity and exposure, never managed', () => {
    const rig = withOld()
    expect(rig.state).toBe('LIVE')
    expect([rig.held('AAA'), rig.externalOf('AAA')]).toEqual([0, 100])
    expect(rig.equity).toBe(usd(110_000))
    expect(rig.buy('AAA', 231, 100)).toEqual(['exposure'])
    expect(rig.buy('AAA', 230, 100)).toBeTypeOf('number')
    expect(rig.sell('AAA', 1, 100)).toContain('short')
    const twice = withOld().pass(31).books(0)
    expect([twice.held('AAA'), twice.externalOf('AAA')]).toEqual([0, 100])
    expect(twice.alerts('external')).toHaveLength(1)
  })

  test('100 old shares survive stop, daily loss with flatten, emergency and kill', () => {
    const stop = withOld()
    stop.hold('AAA', 50, 100)
    stop.mark('AAA', 98)
    stop.fill(stop.exit()?.orderId ?? 0, 50, 98)
    const daily = withOld({ limits: { onDailyLoss: 'flatten' } })
    daily.hold('AAA', 50, 100)
    daily.cash(-usd(5_500), 'fee').pass(1).books(0)
    daily.fill(daily.exit()?.orderId ?? 0, 50, 100)
    const emergency = withOld()
    emergency.hold('AAA', 50, 100)
    emergency.cash(-usd(11_000), 'fee').pass(1).books(0)
    emergency.fill(emergency.exit()?.orderId ?? 0, 50, 100)
    expect(emergency.state).toBe('STOPPED')
    const kill = withOld()
    kill.hold('AAA', 50, 100)
    kill.operator('kill').pass(1).books(0)
    kill.fill(kill.exit()?.orderId ?? 0, 50, 100)
    // Flat means that nothing of ours is left: 100 old shares do not keep the process from ending.
    expect(kill.state).toBe('STOPPED')
    for (const rig of [stop, daily, emergency, kill]) {
      rig.pass(60, 10)
      expect([rig.held('AAA'), rig.externalOf('AAA')]).toEqual([0, 100])
      expect(rig.sent().filter((c) => c.side < 0)).toMatchObject([{ qty: 50 }])
    }
  })

  test('adopted by the operator they are ours: a stop, an entry, a sale', () => {
    const rig = withOld()
    const equity = rig.equity
    rig.operator('adopt', { broker: 0, symbol: 'AAA', value: 40, price: 99 })
    expect([rig.held('AAA'), rig.externalOf('AAA')]).toEqual([40, 60])
    expect(rig.equity).toBe(equity)
    expect(rig.desk.stops[0]?.[0]?.level2).toBe(19_404)
    expect(rig.mark('AAA', 97.03).exit()).toBeUndefined()
    expect(rig.mark('AAA', 97.02).exit()).toMatchObject({ qty: 40 })
    const most = withOld().operator('adopt', { broker: 0, symbol: 'AAA', value: 500 })
    expect([most.held('AAA'), most.externalOf('AAA')]).toEqual([100, 0])
    expect(most.desk.ledger.position(0, 0).cost).toBe(1_000_000)
  })

  test('F-30 a fill that is not ours moves cash and holding, and opening there waits', () => {
    const rig = held(TWO)
    rig.external(0, 'AAA', 30, 101)
    expect(rig.externalOf('AAA')).toBe(30)
    expect(rig.cashOf()).toBe(usd(50_000 - 10_000 - 3_030))
    expect(rig.alerts('external')).toHaveLength(1)
    expect(rig.buy('AAA', 1, 100)).toContain('duplicate')
    expect(rig.place(1, 'AAA', 1, 100)).toContain('duplicate')
    expect(rig.buy('BBB', 1, 100)).toBeTypeOf('number')
    expect(rig.sell('AAA', 1, 101)).toBeTypeOf('number')
    rig.operator('acknowledge', { broker: 0, symbol: 'AAA' })
    expect(rig.buy('AAA', 1, 100)).toBeTypeOf('number')
  })

  test('a sale by hand takes what was not ours first, then ours', () => {
    const rig = held()
    rig.external(0, 'AAA', 30, 100)
    rig.external(0, 'AAA', -20, 100)
    expect([rig.held('AAA'), rig.externalOf('AAA')]).toEqual([100, 10])
    rig.external(0, 'AAA', -30, 100)
    expect([rig.held('AAA'), rig.externalOf('AAA')]).toEqual([80, 0])
    expect(rig.desk.ledger.position(0, 0).cost).toBe(800_000)
    expect(rig.equity).toBe(usd(100_000))
  })

  test('an external fill’s cost counts against the day', () => {
    const rig = held().cash(-usd(4_999), 'fee')
    rig.step({
      type: 'externalFill',
      t: rig.t,
      broker: 0,
      instrument: 0,
      side: 1,
      qty: 1,
      price: 10_000,
      fee: usd(1),
      tax: 0,
    })
    expect(rig.state).toBe('REDUCE_ONLY')
  })
})

describe('I-25 orders that are not ours', () => {
  test('F-30 counted in exposure and never touched; gone when the books no longer show them', () => {
    const rig = atBrokers()
    rig.pass(31).books(0, { orders: [{ ...NOT_OURS, state: 'working' }] })
    expect(rig.alerts('external')).toMatchObject([{ values: [77, 50] }])
    expect(rig.buy('AAA', 1, 100)).toContain('duplicate')
    rig.operator('acknowledge', { broker: 0, symbol: 'AAA' })
    expect(rig.buy('AAA', 251, 100)).toEqual(['exposure'])
    rig.pass(31).books(0, { orders: [{ ...NOT_OURS, cumQty: 20, state: 'working' }] })
    expect(rig.alerts('external')).toHaveLength(1)
    expect(rig.buy('AAA', 270, 100)).toBeTypeOf('number')
    rig.operator('kill')
    expect(rig.cancels()).toEqual([1])
    expect(rig.desk.orders.external).toHaveLength(1)
  })

  test('at market they count with the 2 %, at two brokers apart', () => {
    const rig = atBrokers(100, TWO)
    rig
      .pass(31)
      .books(0, { orders: [{ ...NOT_OURS, limit: 0, state: 'working' }] })
      .books(1)
    rig.operator('acknowledge', { broker: 0, symbol: 'AAA' })
    rig.pass(31).books(1)
    expect(rig.desk.orders.external).toHaveLength(1)
    expect(rig.place(1, 'AAA', 250, 100)).toEqual(['exposure'])
    expect(rig.place(1, 'AAA', 249, 100)).toBeTypeOf('number')
  })
})

describe('F-32, F-33 orders the books know better', () => {
  test('one that had ended works again: live under its own id, canceled, told of', () => {
    const rig = atBrokers()
    const id = rig.buy('AAA', 10, 100)
    rig.ack(id).canceled(id).pass(31)
    rig.books(0, { orders: [rig.booked(id)] })
    expect(rig.row(id).state).toBe('pendingCancel')
    expect(rig.cancels()).toEqual([id])
    expect(rig.alerts('external')).toHaveLength(1)
    expect(rig.buy('AAA', 291, 100)).toEqual(['exposure'])
  })

  test.each(['canceled', 'expired', 'rejected'] as const)('%s by the books is %s here', (state) => {
    const rig = atBrokers()
    const id = rig.buy('AAA', 10, 100)
    rig.ack(id).pass(31)
    rig.books(0, { orders: [rig.booked(id, { state })] })
    expect(rig.row(id).state).toBe(state)
    expect(rig.alerts('rejected')).toHaveLength(state === 'rejected' ? 1 : 0)
  })

  test('F-33 an id of another day or broker matches nothing of ours', () => {
    const rig = atBrokers(100, TWO)
    const id = sent(rig.place(0, 'AAA', 10, 100))
    rig.ack(id).pass(31).books(0)
    const stranger = { ...rig.booked(id), orderId: 999, state: 'canceled' } as const
    rig.books(1, { orders: [stranger] })
    expect(rig.row(id).state).toBe('new')
    expect(rig.alerts('external'), 'nor is it missed there').toHaveLength(0)
  })

  test('a working order missing from the books is unknown; a finished one is not missed', () => {
    const rig = atBrokers()
    const [live, done] = [rig.buy('AAA', 10, 100), rig.buy('AAA', 5, 100)]
    rig.ack(live).ack(done).canceled(done).pass(31)
    rig.books(0, { orders: [] })
    expect(rig.row(live).state).toBe('unknown')
    expect(rig.row(done).state).toBe('canceled')
  })
})

describe('R-34 splits, renames and shares nobody bought', () => {
  test('F-48 frozen, orders canceled, scaled exactly; the books of the new shares agree', () => {
    const rig = held()
    const resting = rig.sell('AAA', 50, 105)
    rig.ack(resting).split('AAA', 7).canceled(resting)
    expect(rig.cancels()).toContain(resting)
    expect(rig.buy('AAA', 1, 14)).toContain('halted')
    expect(rig.desk.ledger.position(0, 0)).toMatchObject({ qty: 700, cost: 1_000_000 })
    expect(rig.exit(), 'the new price is no loss').toBeUndefined()
    rig
      .mark('AAA', 14.29)
      .pass(31)
      .books(0, { positions: rig.holdings({ AAA: 700 }) })
    expect(rig.state).toBe('LIVE')
    expect(rig.externalOf('AAA')).toBe(0)
    expect(rig.sell('AAA', 700, 14.3)).toBeTypeOf('number')
  })

  test('a fraction is gone with its cost, whole shares keep theirs', () => {
    const rig = atBrokers()
    rig.hold('AAA', 5, 100)
    rig.split('AAA', 3, 2)
    expect(rig.desk.ledger.position(0, 0)).toMatchObject({ qty: 7, cost: 46_666 })
  })

  test('what is not ours is split too', () => {
    const rig = held().external(0, 'AAA', 31, 100)
    rig.split('AAA', 1, 2)
    expect([rig.held('AAA'), rig.externalOf('AAA')]).toEqual([50, 15])
  })

  test('after it R-09 and the order size are judged by the new shares', () => {
    const rig = held()
    rig.split('AAA', 2).mark('AAA', 50)
    expect(rig.buy('AAA', 401, 50)).toEqual(['exposure'])
    expect(rig.buy('AAA', 400, 50)).toBeTypeOf('number')
  })

  test('a rename freezes until a price of the new symbol and changes nothing else', () => {
    const rig = held().rename('AAA')
    expect(rig.sell('AAA', 1, 100)).toContain('halted')
    expect(rig.mark('AAA', 100).sell('AAA', 1, 100)).toBeTypeOf('number')
    expect(rig.held('AAA')).toBe(100)
  })

  test('an increase with no fill and no reference event is not for sale', () => {
    const rig = held().pass(31)
    rig.books(0, { positions: rig.holdings({ AAA: 100_000 }) })
    expect([rig.held('AAA'), rig.externalOf('AAA')]).toEqual([100, 99_900])
    expect(rig.alerts('external')).toMatchObject([{ values: [99_900] }])
    expect(rig.sell('AAA', 101, 100)).toContain('short')
    expect(rig.buy('AAA', 1, 100)).toContain('duplicate')
  })
})

describe('R-46 cash has a kind', () => {
  test('the opening balance is a deposit, no result', () => {
    const rig = fresh({ cash: [{}] })
      .system('restarted', 2)
      .link(0, 'up')
    rig.books(0, { cash: rig.dollars(usd(25_000)) })
    expect(rig.rows('booked')).toMatchObject([{ amount: usd(25_000), kind: 7 }])
    expect(rig.desk.losses.initial).toBe(usd(25_000))
    expect(rig.desk.losses.flowAll).toBe(0)
  })

  test('only what stays unexplained after one more reconciliation counts as such', () => {
    const rig = atBrokers().pass(31)
    rig.books(0, { cash: rig.dollars(usd(99_000)) })
    expect(rig.state).toBe('LIVE')
    // A dividend that was slow: now it is booked, and the books agree.
    rig.cash(-usd(1_000), 'fee').pass(31).books(0)
    expect(rig.state).toBe('LIVE')
    rig.pass(31).books(0, { cash: rig.dollars(usd(98_000)) })
    expect(rig.state).toBe('LIVE')
  })

  test('not concluded from while an order is live or a fill is newer than the question', () => {
    const rig = atBrokers()
    const id = rig.buy('AAA', 10, 100)
    rig.ack(id)
    for (let i = 0; i < 3; i++) rig.pass(31).books(0, { cash: rig.dollars(usd(50_000)) })
    expect(rig.state).toBe('LIVE')
    rig.pass(31).fill(id, 10, 100)
    rig.books(0, { cash: rig.dollars(usd(50_000)) })
    expect(rig.desk.books.of(0).unexplained).toEqual([])
  })

  test('an explanation as deposit is a flow, as fee it is not', () => {
    for (const [value, flow] of [
      [7, usd(10_000)],
      [1, 0],
    ] as const) {
      const rig = atBrokers()
      for (let i = 0; i < 2; i++) rig.pass(31).books(0, { cash: rig.dollars(usd(110_000)) })
      expect(rig.state).toBe('REDUCE_ONLY')
      rig.operator('explainCash', { broker: 0, value })
      expect(rig.desk.losses.flowAll).toBe(flow)
      expect(rig.cashOf()).toBe(usd(110_000))
      expect(rig.state).toBe('LIVE')
    }
  })
})

describe('R-47 reconciliation runs always', () => {
  test('every 30.000000 s, not before', () => {
    const rig = atBrokers()
    rig.pass(29.999999)
    expect(rig.asked('reconcile')).toHaveLength(1)
    rig.pass(0.000001)
    expect(rig.asked('reconcile')).toHaveLength(2)
  })

  test('F-05 a fill whose report was lost is found within one cycle, once', () => {
    const rig = atBrokers()
    const id = sent(rig.buy('AAA', 10, 100))
    rig.ack(id).pass(30)
    rig.books(0, {
      fills: [rig.bookedFill(id, 10, 100)],
      orders: [rig.booked(id, { state: 'filled', cumQty: 10 })],
      positions: rig.holdings({ AAA: 10 }),
      cash: rig.dollars(usd(99_000)),
    })
    expect(rig.held('AAA')).toBe(10)
    expect(rig.desk.stops[0]?.[0]?.level2).toBe(19_600)
    rig.fill(id, 10, 100, { fillNo: 1 })
    expect(rig.held('AAA')).toBe(10)
  })

  test('a second fill is found beside one that is known', () => {
    const rig = atBrokers()
    const id = sent(rig.buy('AAA', 10, 100))
    rig.ack(id).fill(id, 4, 100).pass(30)
    const fills = [rig.bookedFill(id, 4, 100), rig.bookedFill(id, 6, 100, 2)]
    rig.books(0, { fills, orders: [rig.booked(id, { state: 'filled', cumQty: 10 })] })
    expect(rig.held('AAA')).toBe(10)
  })

  test('staggered by broker, and never two questions to one at a time', () => {
    const rig = atBrokers(100, TWO)
    rig.pass(30)
    expect(rig.asked('reconcile').map((c) => 'broker' in c && c.broker)).toEqual([0, 1, 0])
    rig.pass(1)
    expect(rig.asked('reconcile')).toHaveLength(4)
    rig.pass(8, 1)
    expect(rig.asked('reconcile')).toHaveLength(4)
  })

  test('a cycle without an answer is counted, told of after three, and means nothing', () => {
    const rig = held()
    rig.pass(300, 5)
    expect(rig.desk.books.of(0).failures).toBeGreaterThanOrEqual(3)
    expect(rig.alerts('reconcile_failed')).toHaveLength(1)
    expect(rig.held('AAA')).toBe(100)
    expect(rig.state).toBe('LIVE')
    rig.pass(31).books(0)
    expect(rig.desk.books.of(0).failures).toBe(0)
  })

  test('an answer that takes 10 s still counts, then the question is put again', () => {
    const rig = atBrokers().pass(30).pass(9.999999)
    const before = rig.asked('reconcile').length
    rig.desk.wantBooks(0)
    rig.pass(0)
    rig.system('moment')
    expect(rig.asked('reconcile')).toHaveLength(before)
    rig.pass(0.000001)
    expect(rig.asked('reconcile')).toHaveLength(before + 1)
    expect(rig.desk.books.of(0).failures).toBe(1)
  })

  test('the simulated broker’s reports are its books: it is never asked', () => {
    const rig = new Rig().mark('AAA', 100).pass(120, 10)
    expect(rig.asked('reconcile')).toHaveLength(0)
  })
})

describe('R-37 links', () => {
  const waits = (rig: Rig): number[] =>
    rig.asked('connect').flatMap((c) => (c.type === 'connect' ? [(c.at - c.t) / 1e6] : []))

  test('back-off 1, 2, 4 s, then once a minute; the third failure in a row is an outage', () => {
    const rig = atBrokers(100, TWO)
    const first = rig.asked('connect').length
    for (let i = 0; i < 5; i++) rig.wait(5).link(0, 'failed')
    expect(waits(rig).slice(first)).toEqual([60, 60, 60, 60, 60].map((w, i) => [1, 2, 4, w, w][i]))
    expect(rig.alerts('broker_down')).toMatchObject([{ broker: 0, critical: true }])
    const two = atBrokers(100, TWO).link(0, 'failed').link(0, 'failed')
    expect(two.alerts('broker_down')).toHaveLength(0)
  })

  test('F-07 a link that held, then three failed reconnects: 37 s to the outage, two are none', () => {
    const rig = atBrokers(100, TWO)
    rig.pass(61).books(0).books(1)
    const before = rig.asked('connect').length
    const start = rig.t
    rig.link(0, 'lost')
    for (let i = 0; i < 3; i++) {
      expect(rig.alerts('broker_down')).toHaveLength(0)
      const wait = waits(rig).at(-1) as number
      rig.wait(wait + 10).link(0, 'failed')
    }
    expect(waits(rig).slice(before)).toEqual([1, 2, 4, 60])
    expect(rig.alerts('broker_down')).toHaveLength(1)
    expect(Math.round((rig.t - start) / 1e6)).toBe(37)
    rig.wait(60).link(0, 'up').wait(60).link(0, 'lost')
    expect(waits(rig).at(-1), 'begins anew').toBe(1)
  })

  test('R-35 a link counts once it is up; a failed attempt never was one', () => {
    const rig = fresh().system('restarted', 2)
    expect(rig.desk.links.reaches(0)).toBe(false)
    expect(rig.asked('connect')).toHaveLength(1)
    rig.link(0, 'failed')
    expect(rig.asked('connect')).toHaveLength(2)
    expect(rig.asked('reconcile')).toHaveLength(0)
    rig.link(0, 'up')
    expect(rig.alerts('broker_up')).toHaveLength(1)
    rig.link(0, 'up')
    expect(rig.alerts('broker_up')).toHaveLength(1)
  })

  test.each([
    [59.999999, true],
    [60, false],
  ])('F-08 %d healthy seconds between failures: down %s', (healthy, down) => {
    const links = new Links([false], 3)
    links.report(0, 1, 'failed')
    links.report(0, 2, 'failed')
    links.report(0, 3, 'up')
    links.report(0, 3 + healthy * 1e6, 'lost')
    expect(links.of(0).down).toBe(down)
  })

  test('F-08 the sixth loss within an hour is an outage, whatever the health between; five are not', () => {
    const play = (every: number, n: number): { links: Links; outages: number } => {
      const links = new Links([true], 3)
      let outages = 0
      for (let i = 1; i <= n; i++) {
        if (links.report(0, i * every * 1e6, 'lost').change === 'down') outages++
        links.report(0, i * every * 1e6 + 1, 'up')
      }
      return { links, outages }
    }
    expect(play(100, 5).outages).toBe(0)
    expect(play(100, 6).outages).toBe(1)
    // Six, of which the first is an hour old at the sixth.
    expect(play(720, 6).outages).toBe(0)
    expect(play(719.999999, 6).outages).toBe(1)
    const { links } = play(100, 6)
    expect(links.of(0).down, 'being up again does not end it').toBe(true)
    expect(links.serves(0)).toBe(false)
    links.report(0, 2000 * 1e6, 'lost')
    links.report(0, 7000 * 1e6, 'up')
    expect(links.serves(0)).toBe(true)
  })

  test('F-06 a clean close right after connecting counts as a failure', () => {
    const rig = atBrokers(100, TWO)
    for (let i = 0; i < 2; i++) rig.wait(1).link(0, 'lost').wait(1).link(0, 'up')
    expect(rig.alerts('broker_down')).toHaveLength(0)
    rig.wait(1).link(0, 'lost')
    expect(rig.alerts('broker_down')).toHaveLength(1)
  })

  test('planned windows: nothing counts, nothing is opened, exits go on', () => {
    const rig = atBrokers(100, TWO)
    rig.hold('AAA', 100, 100, 0)
    rig.link(0, 'planned')
    expect(rig.place(0, 'BBB', 10, 100)).toEqual(['state'])
    expect(rig.place(1, 'BBB', 10, 100)).toBeTypeOf('number')
    rig.mark('AAA', 98)
    expect(rig.exit()).toMatchObject({ broker: 0 })
    for (let i = 0; i < 9; i++) rig.wait(1).link(0, i === 0 ? 'lost' : 'failed')
    expect(rig.desk.links.of(0)).toMatchObject({ failures: 0, down: false })
    rig.link(0, 'plannedEnd').link(0, 'up').books(0)
    expect(rig.place(0, 'BBB', 10, 99)).toBeTypeOf('number')
  })

  test('R-37 a login that is due, or a link that takes no orders, is an alert and changes nothing', () => {
    const rig = atBrokers(100, TWO)
    rig.link(1, 'loginInADay').link(1, 'loginInAnHour').link(1, 'loginAwaited')
    expect(rig.alerts('login').map((a) => [a.broker, a.text.replace(/.* (due|waiting)/, '$1')])).toEqual([
      [1, 'due in a day'],
      [1, 'due in an hour'],
      [1, 'waiting for login: somebody must log in at the broker'],
    ])
    rig.link(1, 'readOnly')
    expect(rig.alerts('read_only')).toHaveLength(1)
    expect(rig.place(1, 'BBB', 10, 100)).toBeTypeOf('number')
    expect(rig.desk.links.of(1)).toMatchObject({ up: true, failures: 0 })
  })

  test('F-03 a lost link keeps orders and opens nothing there until the books agree again', () => {
    const rig = atBrokers(100, TWO)
    const id = rig.place(0, 'AAA', 10, 100)
    rig.ack(id).link(0, 'lost')
    expect(rig.alerts('link_lost')).toHaveLength(1)
    expect(rig.row(id).state).toBe('new')
    expect(rig.place(0, 'BBB', 10, 100)).toEqual(['state'])
    rig.wait(2).link(0, 'up')
    expect(rig.place(0, 'BBB', 10, 100)).toEqual(['state'])
    rig.books(0)
    expect(rig.place(0, 'BBB', 10, 100)).toBeTypeOf('number')
  })

  test('F-07 the others trade on while one broker is down; its exposure counts', () => {
    const rig = atBrokers(100, TWO)
    rig.hold('AAA', 200, 100, 0)
    rig.link(0, 'lost').link(0, 'failed').link(0, 'failed')
    expect(rig.state).toBe('LIVE')
    expect(rig.place(1, 'AAA', 101, 100)).toEqual(['exposure'])
    expect(rig.place(1, 'AAA', 100, 100)).toBeTypeOf('number')
    expect(rig.place(1, 'BBB', 10, 100)).toBeTypeOf('number')
  })

  test('F-07 holdings out of reach for 10 min end the process, a microsecond less does not', () => {
    const rig = atBrokers(100, TWO)
    rig.hold('AAA', 10, 100, 0)
    rig.link(0, 'lost').link(0, 'failed').link(0, 'failed')
    rig.pass(599.999999)
    expect(rig.state).toBe('LIVE')
    const late = atBrokers(100, TWO)
    late.hold('AAA', 10, 100, 0)
    late.link(0, 'lost').link(0, 'failed').link(0, 'failed').pass(600)
    expect(late.state).toBe('LIQUIDATING')
    const nothing = atBrokers(100, TWO).link(0, 'lost').link(0, 'failed').link(0, 'failed').pass(700, 5)
    expect(nothing.state).toBe('LIVE')
  })

  test('F-07 the last broker down is R-38 at once', () => {
    const rig = atBrokers(100, TWO)
    for (const b of [0, 1]) for (const l of ['lost', 'failed', 'failed'] as const) rig.link(b, l)
    expect(rig.state).toBe('STOPPED')
    expect(rig.alerts('shutdown')).toMatchObject([{ text: 'R-37 no broker is left safe shutdown' }])
    const one = atBrokers(100, TWO)
    for (const l of ['lost', 'failed', 'failed'] as const) one.link(1, l)
    expect(one.state).toBe('LIVE')
  })
})

describe('R-44 a restart protects what is held', () => {
  test('with an earlier arming: REDUCE_ONLY by itself, stops work, nothing is opened until armed', () => {
    const rig = held().restart(3_600, 1)
    expect(rig.alerts('restart')).toMatchObject([{ critical: true, values: [3_600] }])
    rig.link(0, 'up').books(0)
    expect(rig.states().slice(-2)).toEqual(['RECONCILING', 'REDUCE_ONLY'])
    expect(rig.buy('AAA', 1, 100)).toEqual(['state'])
    rig.mark('AAA', 98)
    expect(rig.exit()).toMatchObject({ qty: 100, origin: 'stop' })
    rig.operator('arm')
    expect(rig.state).toBe('LIVE')
  })

  test('another cause that comes and goes does not end the wait for the operator', () => {
    const rig = held().restart(60, 1).link(0, 'up').books(0)
    for (let i = 0; i < 2; i++) rig.pass(31).books(0, { cash: rig.dollars(rig.cashOf() - usd(100)) })
    expect(rig.desk.holds.has('cash')).toBe(true)
    rig.operator('explainCash', { broker: 0, value: 1 })
    expect(rig.desk.holds.has('cash')).toBe(false)
    expect(rig.state).toBe('REDUCE_ONLY')
    expect(rig.buy('AAA', 1, 100)).toEqual(['state'])
  })

  test('a stop that was reached while it was away is acted on with the first mark, once reconciled', () => {
    const rig = held().restart(60, 1).mark('AAA', 97)
    expect(rig.exit()).toBeUndefined()
    rig.link(0, 'up').books(0)
    expect(rig.exit()).toMatchObject({ qty: 100 })
  })

  test('without an arming on record nothing is done; paper re-arms itself in full', () => {
    expect(held().restart(60, 0).link(0, 'up').books(0).state).toBe('UNARMED')
    const paper = held().restart(60, 2).link(0, 'up').books(0)
    expect(paper.state).toBe('LIVE')
    expect(paper.buy('AAA', 1, 100)).toBeTypeOf('number')
  })

  test('what was on its way is unknown until the broker says what became of it', () => {
    const rig = atBrokers()
    const [silent, live] = [rig.buy('AAA', 10, 99), rig.buy('AAA', 10, 98)]
    rig.ack(live).restart(1, 2)
    expect([rig.row(silent).state, rig.row(live).state]).toEqual(['unknown', 'new'])
    rig.link(0, 'up').books(0, { orders: [rig.booked(live)] })
    expect(rig.row(silent).state).toBe('unknown')
    expect(rig.buy('AAA', 10, 97)).toEqual(['duplicate'])
  })
})

describe('R-41 arming', () => {
  test('live runs are armed by the operator only; data does not, and what is unarmed opens nothing', () => {
    const rig = fresh().mark('AAA', 100)
    expect(rig.state).toBe('UNARMED')
    rig.operator('arm')
    expect(rig.state, 'not before the books').toBe('UNARMED')
    const ready = fresh().system('restarted', 0).link(0, 'up').books(0).mark('AAA', 100)
    expect(ready.state).toBe('UNARMED')
    expect(ready.operator('arm').state).toBe('LIVE')
    expect(ready.alerts('armed')).toHaveLength(1)
  })

  test('R-33 not before there is a rate for what the account holds, and it says so', () => {
    const symbols = [{ symbol: 'USDKRW', venue: 'FX', currency: 'KRW', priceDecimals: 2 } as const]
    const won = [{ USD: 100_000, KRW: 50_000_000 }]
    const rig = new Rig({ symbols, brokers: [LIVE_BROKER], cash: won, arming: 'operator' })
    rig.system('restarted', 0).link(0, 'up').books(0).operator('arm')
    expect(rig.state).toBe('UNARMED')
    expect(rig.alerts('armed')).toHaveLength(0)
    expect(rig.alerts('operator')[0]?.text).toContain('no exchange rate')
    rig.fx('USDKRW', 1_250)
    expect(rig.state).toBe('UNARMED')
    expect(rig.operator('arm').state).toBe('LIVE')
    expect(rig.desk.losses.initial).toBe(usd(140_000))
  })
})
