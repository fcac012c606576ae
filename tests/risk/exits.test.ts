/** Stops, exits, liquidation, shutdown and kill: …, I-07, I-08, I-10, I-33, I-34, I-43. */
import { describe, expect, test } from 'vitest'
import { at, atBrokers, Rig, sent, trading, usd } from '../support/engine-rig.ts'

const US = { symbols: [{ symbol: 'AAA', venue: 'US' }] }

/** Holds 100 @ 100. */
function held(o: object = {}): Rig {
  const rig = trading(100, o)
  rig.hold('AAA', 100, 100)
  return rig
}

const exitId = (rig: Rig): number => sent(rig.exit()?.orderId ?? (['no exit'] as never))

describe('R-26 stop-loss', () => {
  test('E-09 100 @ 100 and 50 @ 97: level 97.02; a mark of 97.03 is not there, 97.02 is', () => {
    const make = (): Rig => {
      const rig = held()
      const more = rig.buy('AAA', 50, 97)
      rig.fill(more, 50, 97)
      return rig
    }
    expect(make().mark('AAA', 97.03).exit()).toBeUndefined()
    expect(make().quote('AAA', 97.02, 97.03).exit()).toBeUndefined()
    const rig = make().mark('AAA', 97.02)
    expect(rig.exit()).toMatchObject({ side: -1, qty: 150, orderType: 'market', origin: 'stop', reducing: true })
    expect(rig.alerts('stop_loss')).toMatchObject([{ instrument: 0, values: [2 * 9_702, 2 * 9_702] }])
  })

  test('E-09 ₩70,000 stops at ₩68,600', () => {
    const symbols = [
      { symbol: 'AAA', currency: 'KRW', priceDecimals: 0 } as const,
      { symbol: 'USDKRW', venue: 'FX', currency: 'KRW', priceDecimals: 2 } as const,
    ]
    const rig = new Rig({ symbols, cash: [{ USD: 100_000, KRW: 100_000_000 }] }).fx('USDKRW', 1400).mark('AAA', 70_000)
    rig.fill(rig.buy('AAA', 3, 70_000), 3, 70_000)
    expect(rig.mark('AAA', 68_601).exit()).toBeUndefined()
    expect(rig.mark('AAA', 68_600).exit()).toMatchObject({ qty: 3 })
  })

  test('a short stops at 1.02 of its entry, equality too', () => {
    const make = (): Rig => {
      const rig = trading(100, { symbols: [{ symbol: 'AAA', allowShort: true }] })
      rig.fill(rig.sell('AAA', 100, 100), 100, 100)
      return rig
    }
    expect(make().mark('AAA', 101.99).exit()).toBeUndefined()
    expect(make().mark('AAA', 102).exit()).toMatchObject({ side: 1, qty: 100 })
    expect(make().mark('AAA', 98).exit()).toBeUndefined()
  })

  test('per broker position: the dearer one stops, the cheaper one does not', () => {
    const rig = trading(100, { brokers: [{}, {}] })
    rig.hold('AAA', 50, 102, 0)
    rig.hold('AAA', 50, 100, 1)
    rig.mark('AAA', 99)
    expect(rig.desk.orders.live).toMatchObject([{ broker: 0, qty: 50, origin: 'stop' }])
  })

  test('fees are no part of the entry', () => {
    const rig = trading()
    rig.fill(rig.buy('AAA', 100, 100), 100, 100, { fee: 200 })
    expect(rig.mark('AAA', 98.01).exit()).toBeUndefined()
    expect(rig.mark('AAA', 98).exit()).toBeDefined()
  })
})

describe('R-27, F-47 a gap through the stop', () => {
  test('E-09 49.60 → 46.00 on an entry of 50.00: one exit at market, −8 % realised', () => {
    const rig = trading(50)
    rig.hold('AAA', 100, 50)
    rig.mark('AAA', 49.6).mark('AAA', 46)
    expect(rig.sent().slice(1)).toMatchObject([{ orderType: 'market', qty: 100, limit: 0, stop: 0 }])
    rig.fill(exitId(rig), 100, 46).mark('AAA', 45)
    expect(rig.sent()).toHaveLength(2)
    expect(rig.equity).toBe(usd(100_000 - 400))
  })
})

describe('R-28 the level follows, the trip is latched', () => {
  test('averaging down does not un-trip, a partial exit keeps it, a new position re-arms', () => {
    const rig = held()
    const more = rig.buy('AAA', 100, 96)
    rig.ack(more)
    rig.mark('AAA', 98)
    const stop = (): { level2: number; tripped: boolean } => rig.desk.stops[0]?.[0] as never
    expect(stop().tripped).toBe(true)
    rig.fill(more, 100, 96)
    expect(stop()).toEqual({ level2: 2 * 9_604, tripped: true, side: 1 })
    rig.mark('AAA', 98).pass(1)
    const exit = exitId(rig)
    expect(rig.row(exit).qty).toBe(200)
    rig.fill(exit, 150, 98)
    expect(stop().tripped).toBe(true)
    rig.fill(exit, 50, 98)
    expect(stop()).toEqual({ level2: 0, tripped: false, side: 0 })
    rig.wait(60).fill(rig.buy('AAA', 10, 98), 10, 98)
    expect(stop()).toEqual({ level2: 2 * 9_604, tripped: false, side: 1 })
    expect(rig.mark('AAA', 96.04).exit()).toMatchObject({ qty: 10 })
  })

  test('it survives a restart', () => {
    const rig = held().mark('AAA', 98)
    rig.fill(exitId(rig), 50, 98).reload()
    rig.mark('AAA', 99)
    expect(rig.desk.stops[0]?.[0]?.tripped).toBe(true)
    rig.canceled(exitId(rig)).pass(1).pass(1)
    expect(rig.exit()).toMatchObject({ qty: 50 })
  })

  test('looks only at marks newer than the last fill: a gap-up entry does not stop itself', () => {
    const rig = trading()
    const order = rig.buy('AAA', 10, 104)
    rig.fill(order, 10, 103)
    rig.pass(1)
    expect(rig.exit()).toBeUndefined()
    expect(rig.mark('AAA', 100.94).exit()).toBeDefined()
  })
})

describe('R-29, F-44 halted, in an auction, closed', () => {
  test.each(['halted', 'auction'] as const)(
    '%s: nothing is tripped or sent; the first continuous mark decides',
    (status) => {
      const rig = held().status('AAA', status).mark('AAA', 97)
      expect(rig.exit()).toBeUndefined()
      expect(rig.desk.stops[0]?.[0]?.tripped).toBe(false)
      rig.status('AAA', 'trading').pass(1)
      expect(rig.exit()).toBeUndefined()
      expect(rig.mark('AAA', 99).exit()).toBeUndefined()
      rig.status('AAA', status).mark('AAA', 97).status('AAA', 'trading')
      expect(rig.mark('AAA', 97).exit()).toBeDefined()
    },
  )

  test('tripped just before the halt: held, and sent when it ends', () => {
    const rig = held()
    const resting = rig.sell('AAA', 100, 105)
    rig.ack(resting).mark('AAA', 98).status('AAA', 'halted').canceled(resting).pass(120, 10)
    expect(rig.exit()).toBeUndefined()
    rig.status('AAA', 'trading').pass(1)
    expect(rig.exit()).toMatchObject({ qty: 100, side: -1 })
  })

  test('I-27 closed: no order of any kind, the exit goes out with the next session', () => {
    const rig = trading(100, { ...US, t0: at('2025-10-09T19:59:00Z') })
    rig.hold('AAA', 100, 100)
    const resting = rig.sell('AAA', 100, 105)
    rig.ack(resting).mark('AAA', 98)
    rig.t = at('2025-10-09T20:00:00Z')
    rig.canceled(resting).pass(60)
    expect(rig.exit()).toBeUndefined()
    expect(rig.buy('AAA', 1, 98)).toContain('closed')
    expect(rig.sell('AAA', 1, 98)).toContain('closed')
    rig.t = at('2025-10-10T13:29:59.999999Z')
    expect(rig.system('moment').exit()).toBeUndefined()
    rig.t = at('2025-10-10T13:30:00Z')
    expect(rig.system('moment').exit()).toMatchObject({ qty: 100 })
  })

  test('F-50 a day of which the calendar does not speak is closed for opening', () => {
    const rig = new Rig({ ...US, t0: at('2099-01-05T15:00:00Z') }).mark('AAA', 100)
    expect(rig.buy('AAA', 1, 100)).toContain('closed')
    const shape = { quotes: false, trades: false, bars: true, sessionBars: true }
    const daily = new Rig({ ...US, shape, t0: at('2099-01-05T21:00:00Z') }).bar('AAA', 100)
    expect(daily.buy('AAA', 1)).toContain('closed')
    const half = new Rig({ ...US, t0: at('2025-11-28T17:59:59.999999Z') }).mark('AAA', 100)
    expect(half.buy('AAA', 1, 100)).toBeTypeOf('number')
    half.t = at('2025-11-28T18:00:00Z')
    expect(half.mark('AAA', 100).buy('AAA', 2, 99)).toContain('closed')
  })
})

describe('R-23, I-10 one exit at a time', () => {
  test('a second reason does not send a second order: it cancels, waits, replaces', () => {
    const rig = held().mark('AAA', 98)
    const stop = exitId(rig)
    rig.ack(stop).mark('AAA', 97.5).pass(5)
    expect(rig.sent()).toHaveLength(2)
    expect(rig.alerts('stop_loss')).toHaveLength(1)
    expect(rig.pass(15, 5).cancels(), 'an exit is not in its own way').toEqual([])
    rig.operator('kill')
    expect(rig.cancels()).toEqual([stop])
    rig.pass(5)
    expect(rig.sent()).toHaveLength(2)
    rig.canceled(stop).pass(1).pass(1)
    expect(rig.exit()).toMatchObject({ origin: 'liquidation', qty: 100 })
    expect(rig.sent()).toHaveLength(3)
  })

  test('an exit whose cancel is never confirmed is not doubled, however long', () => {
    const rig = held().mark('AAA', 98)
    const stop = exitId(rig)
    rig.ack(stop).operator('kill').pass(170, 5)
    expect(rig.row(stop).state).toBe('unknown')
    expect(rig.sent()).toHaveLength(2)
  })

  test('live orders of the strategy are canceled first; the exit waits for the confirmation', () => {
    const rig = held()
    const buy = rig.buy('AAA', 10, 97)
    const sale = rig.sell('AAA', 60, 105)
    rig.ack(buy).ack(sale).mark('AAA', 98)
    expect(rig.cancels()).toEqual([buy, sale])
    rig.canceled(buy).pass(1)
    expect(rig.exit()).toBeUndefined()
    rig.canceled(sale).pass(1)
    expect(rig.exit()).toMatchObject({ qty: 100 })
  })

  test('or 10.000 s: then it sells what no unconfirmed sale may still sell', () => {
    const rig = held()
    const sale = rig.sell('AAA', 60, 105)
    rig.ack(sale).mark('AAA', 98).pass(9.999999)
    expect(rig.exit()).toBeUndefined()
    rig.pass(0.000001)
    expect(rig.exit()).toMatchObject({ qty: 40 })
  })

  test('F-24 a cancel refused because it was filled: the fill counts, the exit is of what is left', () => {
    const rig = held()
    const sale = rig.sell('AAA', 60, 105)
    rig.ack(sale).mark('AAA', 98).fill(sale, 60, 105)
    rig.report(sale, { type: 'cancelRejected', reason: 'too_late' }).pass(1)
    expect(rig.exit()).toMatchObject({ qty: 40 })
    expect(rig.row(sale).state).toBe('filled')
  })

  test('I-08 an exit never flips: it is of what is held and can be sold', () => {
    const rig = atBrokers()
    rig.hold('AAA', 100, 100)
    rig.pass(31).books(0, { positions: [{ instrument: 0, qty: 100, sellable: 30, avgPrice: 0 }] })
    rig.mark('AAA', 98)
    expect(rig.exit()).toMatchObject({ qty: 30 })
    rig.fill(exitId(rig), 30, 98)
    expect(rig.held('AAA')).toBe(70)
  })
})

describe('R-25 liquidation is a procedure', () => {
  test('largest first, whatever order they were bought in', () => {
    const rig = trading(100, { symbols: ['AAA', 'BBB', 'CCC'] })
    rig.hold('AAA', 10, 100)
    rig.hold('BBB', 90, 100)
    rig.hold('CCC', 40, 100)
    rig.operator('kill')
    expect(rig.sent().slice(3)).toMatchObject([{ instrument: 1 }, { instrument: 2 }, { instrument: 0 }])
  })

  test('F-37 three rounds, the books asked for before each new one, then it rests and says what is left', () => {
    const rig = atBrokers()
    rig.hold('AAA', 100, 100)
    rig.pass(31).books(0)
    const before = rig.asked('reconcile').length
    rig.operator('kill').pass(1)
    expect(rig.asked('reconcile').length, 'before the first one').toBe(before + 1)
    expect(rig.sent()).toHaveLength(1)
    rig.books(0)
    for (let round = 1; round <= 3; round++) {
      expect(rig.sent()).toHaveLength(1 + round)
      const asked = rig.asked('reconcile').length
      rig.reject(exitId(rig))
      if (round === 3) break
      rig.pass(1)
      expect(rig.asked('reconcile').length, `round ${round}`).toBe(asked + 1)
      rig.pass(2)
      expect(rig.sent(), 'no order before the answer').toHaveLength(1 + round)
      rig.books(0)
    }
    expect(rig.sent()).toHaveLength(4)
    rig.pass(1).books(0).pass(5)
    expect(rig.sent()).toHaveLength(4)
    expect(rig.alerts('residual')[0]).toMatchObject({
      critical: true,
      values: [100],
      text: 'R-25 three rounds without success',
    })
    expect(rig.state).toBe('STOPPED')
  })

  test('books that do not come hold an exit back for ten seconds, not for good', () => {
    const rig = atBrokers()
    rig.hold('AAA', 100, 100)
    rig.operator('kill').pass(9.999999)
    expect(rig.exit()).toBeUndefined()
    expect(rig.pass(0.000001).exit()).toMatchObject({ qty: 100 })
    rig.reject(exitId(rig)).pass(9.999999)
    expect(rig.exit()).toBeUndefined()
    expect(rig.pass(0.000001).exit()).toMatchObject({ qty: 100 })
  })

  test('a stop does not wait for books', () => {
    const rig = atBrokers()
    rig.hold('AAA', 100, 100)
    expect(rig.mark('AAA', 98).exit()).toMatchObject({ origin: 'stop', qty: 100 })
  })

  test('I-08 unless an order there did not confirm its cancel: it may have sold all of it, and the books say', () => {
    const make = (): { rig: Rig; sale: number } => {
      const rig = atBrokers(100, { symbols: [{ symbol: 'AAA', allowShort: true }] })
      rig.hold('AAA', 100, 100)
      const sale = sent(rig.sell('AAA', 100, 105))
      rig.ack(sale).fill(sale, 60, 105)
      rig.mark('AAA', 98).report(sale, { type: 'cancelRejected', reason: 'too_late' }).pass(10)
      return { rig, sale }
    }
    const { rig, sale } = make()
    expect(rig.exit()).toBeUndefined()
    const { fills, orders } = rig.ourBooks(0)
    const told = { orderId: sale, instrument: 0, side: -1, price: 10_500, fee: 0, tax: 0 } as const
    const ended = orders?.map((o) => ({ ...o, cumQty: 100, state: 'filled' as const })) ?? []
    rig.books(0, { orders: ended, fills: [...(fills ?? []), { ...told, fillNo: 2, qty: 40 }], positions: [] }).pass(30)
    expect(rig.held('AAA')).toBe(0)
    expect(rig.exit()).toBeUndefined()
    expect(rig.sent().map((o) => o.side)).toEqual([1, -1])

    // Books that do not come hold it back for ten seconds more, not for good.
    const { rig: silent } = make()
    expect(silent.pass(9.999999).exit()).toBeUndefined()
    expect(silent.pass(0.000001).exit()).toMatchObject({ origin: 'stop' })
  })

  test('a round of one that was sold by other means is not sent again', () => {
    const rig = atBrokers()
    rig.hold('AAA', 100, 100)
    rig.operator('kill').pass(1).books(0)
    const exit = exitId(rig)
    rig.reject(exit).pass(1)
    rig.books(0, { positions: [], fills: [rig.bookedFill(exit, 100, 99)] })
    expect(rig.held('AAA')).toBe(0)
    expect(rig.state).toBe('STOPPED')
    expect(rig.sent()).toHaveLength(2)
  })

  test('F-46 a stop that finds no bid rests ten minutes or until the next session, a liquidation for good', () => {
    const rig = held().mark('AAA', 98)
    const endRound = (): unknown => rig.report(exitId(rig), { type: 'expired' }).pass(1).pass(1)
    endRound()
    endRound()
    endRound()
    expect(rig.exit()).toBeUndefined()
    expect(rig.alerts('residual')).toHaveLength(1)
    const before = rig.sent().length
    rig.pass(597.999999)
    expect(rig.sent()).toHaveLength(before)
    rig.pass(0.000001)
    expect(rig.sent()).toHaveLength(before + 1)
  })

  test('a liquidation that gave up does not begin again with the next session', () => {
    const rig = trading(100, { ...US, t0: at('2025-10-09T15:00:00Z') })
    rig.hold('AAA', 100, 100)
    rig.operator('kill')
    for (let i = 0; i < 3; i++) rig.report(exitId(rig), { type: 'expired' }).pass(1).pass(1)
    expect(rig.state).toBe('STOPPED')
    const [orders, decisions] = [rig.sent().length, rig.rows('decisions').length]
    rig.t = at('2025-10-10T15:00:00Z')
    rig.pass(1).pass(1)
    expect([rig.sent().length, rig.rows('decisions').length]).toEqual([orders, decisions])
  })

  test('a liquidation does not rest with the stop it follows', () => {
    const rig = held().mark('AAA', 98)
    for (let i = 0; i < 3; i++) rig.report(exitId(rig), { type: 'expired' }).pass(1).pass(1)
    expect(rig.exit()).toBeUndefined()
    rig.operator('kill').pass(1)
    expect(rig.exit()).toMatchObject({ origin: 'liquidation', qty: 100 })
  })

  test('market closed at the emergency: it waits, and is done with the first continuous moment', () => {
    const rig = trading(100, { ...US, t0: at('2025-10-09T19:59:00Z') })
    rig.hold('AAA', 100, 100)
    rig.t = at('2025-10-09T20:10:00Z')
    rig.cash(-usd(10_000), 'fee')
    expect(rig.state).toBe('LIQUIDATING')
    expect(rig.exit()).toBeUndefined()
    rig.t = at('2025-10-10T13:30:00Z')
    rig.system('moment')
    rig.fill(exitId(rig), 100, 100)
    expect(rig.state).toBe('STOPPED')
  })

  test('verified: not STOPPED while an order lives', () => {
    const rig = trading()
    const id = rig.buy('AAA', 10, 99)
    rig.ack(id).operator('kill')
    expect(rig.state).toBe('LIQUIDATING')
    rig.pass(5)
    expect(rig.state).toBe('LIQUIDATING')
    rig.canceled(id).pass(1)
    expect(rig.state).toBe('STOPPED')
  })
})

describe('R-30 a holding without data', () => {
  const LIVE_FEED = { shape: { heartbeat: 10_000_000 } }

  test('live at 10.000000 s, blind a microsecond later: REDUCE_ONLY and an alert', () => {
    const rig = held(LIVE_FEED)
    rig.pass(10)
    expect(rig.state).toBe('LIVE')
    rig.wait(5).system('moment')
    expect(rig.state).toBe('REDUCE_ONLY')
    expect(rig.alerts('blind')).toMatchObject([{ critical: true, instrument: 0 }])
    const sharp = held(LIVE_FEED)
    sharp.pass(5).pass(5.000001)
    expect(sharp.state).toBe('REDUCE_ONLY')
  })

  test('F-45 heals with the first datum of what is held, not with another’s; others were never touched', () => {
    const rig = trading(100, { ...LIVE_FEED, symbols: ['AAA', 'BBB'] })
    rig.hold('AAA', 100, 100)
    rig.pass(15, 5)
    expect(rig.state).toBe('REDUCE_ONLY')
    rig.mark('BBB', 100).pass(5)
    expect(rig.state).toBe('REDUCE_ONLY')
    rig.mark('AAA', 100)
    expect(rig.state).toBe('LIVE')
  })

  test('a refused datum heals nothing; a mark that stays the same does', () => {
    const rig = held(LIVE_FEED).pass(15, 5)
    rig.quote('AAA', 100, 100, 6)
    expect(rig.state).toBe('REDUCE_ONLY')
    rig.print('AAA', 100, 100, 6)
    expect(rig.state).toBe('REDUCE_ONLY')
    rig.print('AAA', 100)
    expect(rig.state).toBe('LIVE')
  })

  test('after 120 s it is sold where so configured, else it stays', () => {
    const stay = held(LIVE_FEED).pass(200, 5)
    expect(stay.exit()).toBeUndefined()
    const exit = held({ ...LIVE_FEED, limits: { onBlind: 'exit' } })
    exit.pass(15, 5).pass(105, 5)
    expect(exit.exit()).toBeUndefined()
    exit.pass(5)
    expect(exit.exit()).toMatchObject({ qty: 100, side: -1 })
  })

  test('what is not held, or closed, or halted is not missed', () => {
    const other = trading(100, LIVE_FEED).pass(60, 5)
    expect(other.state).toBe('LIVE')
    expect(held(LIVE_FEED).status('AAA', 'halted').pass(60, 5).state).toBe('LIVE')
    const closed = trading(100, { ...LIVE_FEED, ...US, t0: at('2025-10-09T19:59:59Z') })
    closed.hold('AAA', 100, 100)
    closed.t = at('2025-10-09T20:00:00Z')
    expect(closed.pass(60, 5).state).toBe('LIVE')
  })

  test('two blind holdings: both must be seen again', () => {
    const rig = trading(100, { ...LIVE_FEED, symbols: ['AAA', 'BBB'] })
    rig.hold('AAA', 100, 100)
    rig.hold('BBB', 100, 100)
    rig.pass(15, 5).mark('AAA', 100)
    expect(rig.state).toBe('REDUCE_ONLY')
    rig.mark('BBB', 100)
    expect(rig.state).toBe('LIVE')
  })
})

describe('I-33 a true stop is acted on at once', () => {
  test('in the same event, before any later opening order there', () => {
    const rig = held()
    const t = rig.t
    rig.mark('AAA', 98)
    expect(rig.sent().at(-1)).toMatchObject({ side: -1, t })
  })
})

describe('R-39, I-34 kill', () => {
  test('cancels everything live, alerts, opens nothing further, in one event', () => {
    const rig = trading(100, { symbols: ['AAA', 'BBB'] })
    rig.hold('AAA', 100, 100)
    const [a, b] = [rig.buy('BBB', 10, 99), rig.sell('AAA', 50, 105)]
    rig.ack(a).ack(b)
    const { t } = rig
    rig.operator('kill')
    expect(rig.cancels()).toEqual([a, b])
    expect(rig.alerts('operator')).toMatchObject([{ t }])
    expect(rig.alerts('shutdown')).toMatchObject([{ t, critical: true }])
    expect(rig.buy('BBB', 10, 99)).toContain('state')
    rig.canceled(a).canceled(b).pass(1)
    rig.fill(exitId(rig), 100, 100)
    expect(rig.state).toBe('STOPPED')
    expect(rig.desk.stopped).toMatchObject({ rule: 'R-39', t })
    rig.operator('kill')
    expect(rig.alerts('shutdown')).toHaveLength(1)
  })

  test('a failed process does the same', () => {
    const rig = held().system('failed')
    expect(rig.exit()).toMatchObject({ origin: 'liquidation' })
    rig.fill(exitId(rig), 100, 100)
    expect(rig.state).toBe('STOPPED')
  })

  test('I-07 after it nothing that could add to a position leaves, not after a restart either, until armed', () => {
    const rig = atBrokers(100, { symbols: ['AAA', 'BBB'] })
    rig.hold('AAA', 100, 100)
    const orders = rig.sent().length
    rig.operator('kill').pass(1).books(0)
    rig.fill(exitId(rig), 100, 100)
    expect(rig.state).toBe('STOPPED')
    rig.operator('arm')
    for (const s of ['AAA', 'BBB']) expect(rig.buy(s, 10, 100)).toContain('state')
    rig.restart(5, 1).link(0, 'up').books(0).mark('AAA', 100)
    expect(rig.state).toBe('REDUCE_ONLY')
    expect(rig.buy('BBB', 10, 100)).toContain('state')
    expect(rig.sent()).toHaveLength(orders + 1)
    rig.operator('arm')
    expect(rig.buy('BBB', 10, 100)).toBeTypeOf('number')
  })
})

describe('R-38, I-43 the end comes within 180 s, and says what is left', () => {
  test('no path: STOPPED at 180.000 s, each holding and each order named with its reason', () => {
    const rig = atBrokers(100, { symbols: ['AAA', 'BBB'] })
    rig.hold('AAA', 100, 100)
    const live = rig.buy('BBB', 10, 99)
    rig.ack(live).link(0, 'lost').operator('kill')
    rig.pass(179.999999, 10)
    expect(rig.state).toBe('LIQUIDATING')
    rig.pass(0.000001)
    expect(rig.state).toBe('STOPPED')
    expect(rig.alerts('residual')).toMatchObject([
      { instrument: 0, values: [100], text: 'R-38 position left, no path to its broker', critical: true },
      { instrument: 1, values: [live, 10], text: 'R-38 order left' },
    ])
  })

  test('with a path the position left is named without blaming it', () => {
    const rig = trading(100, { ...US, t0: at('2025-10-09T19:59:00Z') })
    rig.hold('AAA', 100, 100)
    rig.t = at('2025-10-09T20:00:00Z')
    rig.operator('kill').pass(180, 10)
    expect(rig.state).toBe('STOPPED')
    expect(rig.alerts('residual')).toMatchObject([{ text: 'R-38 position left', values: [100] }])
  })

  test('I-44 a silent order is unknown and told of meanwhile', () => {
    const rig = atBrokers()
    const id = rig.buy('AAA', 10, 99)
    rig.operator('kill').pass(180, 5)
    expect(rig.row(id).state).toBe('unknown')
    expect(rig.alerts('unknown')).toHaveLength(1)
    expect(rig.state).toBe('STOPPED')
  })

  test('a stop by the operator keeps positions, takes opening orders back and leaves the reducing ones', () => {
    const rig = trading(100, { symbols: ['AAA', 'BBB'] })
    rig.hold('AAA', 100, 100)
    const [open, reduce] = [rig.buy('BBB', 10, 99), rig.sell('AAA', 50, 105)]
    rig.ack(open).ack(reduce).operator('stop')
    expect(rig.cancels()).toEqual([open])
    expect(rig.state).toBe('STOPPED')
    expect(rig.exit()).toBeUndefined()
    expect(rig.mark('AAA', 90.01).exit()).toBeUndefined()
    expect(rig.buy('AAA', 1)).toContain('state')
  })
})
