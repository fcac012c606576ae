/** What the venue forbids and when it stops by itself. Prices cents; the numbers of the rules are plain examples. */
import { describe, expect, it } from 'vitest'
import { Rng } from '../../../../src/core/base/rng.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../../../../src/core/base/time.ts'
import { SessionClock } from '../../../../src/core/domain/calendar.ts'
import type { TradeEvent } from '../../../../src/core/domain/event.ts'
import type { BreakerRule, LuldRule, ViRule, VenueRules } from '../../../../src/core/domain/venue-rules.ts'
import type { SimConfig } from '../../../../src/core/sim/config.ts'
import type { VenueEvent } from '../../../../src/core/sim/fill.ts'
import { SimVenue } from '../../../../src/core/sim/venue.ts'
import * as f from './fixture.ts'

const { open, close } = f
const next = open + DAY

const vi: ViRule = {
  staticPpm: 100_000,
  dynamicPpm: 30_000,
  dynamicClosingPpm: 0,
  auction: 2 * MINUTE,
  randomEnd: 30 * SECOND,
}
const luld: LuldRule = {
  classes: [{ from: 0, ppm: 50_000, cap: 0, doubleAtOpen: false, doubleAtClose: true }],
  openSpan: 0,
  closeSpan: 25 * MINUTE,
  referenceSpan: 5 * MINUTE,
  referenceStepPpm: 10_000,
  step: 1,
  limitState: 15 * SECOND,
  pause: 5 * MINUTE,
  noReopen: 10 * MINUTE,
}
const rules = (of: Partial<VenueRules>): Partial<SimConfig> => ({ rules: [[{ from: 0, ...of }]] })

/** Statuses as "auction vi t+60 until t+180" beside the reports. */
function said(out: readonly VenueEvent[], from: number): string[] {
  return out.map((r) => {
    if (r.type === 'status')
      return `${r.status} ${r.reason} t+${(r.t - from) / SECOND} until ${r.until === 0 ? 0 : (r.until - from) / SECOND}`
    return r.type === 'filled' ? `fill ${r.qty}@${r.price} t+${(r.t - from) / SECOND}` : r.type
  })
}

function due(b: f.Bench, t: number): void {
  while (b.venue.nextExpiry() <= t) b.venue.expire(b.venue.nextExpiry(), b.out)
}

describe('price limits', () => {
  const limit = { ppm: 300_000, bands: [], rounding: 'inward' } as const

  it.each([
    ['at the upper limit', 1 as const, 6500, 'accepted'],
    ['beyond the upper limit', 1 as const, 6501, 'rejected bad_price'],
    ['at the lower limit', -1 as const, 3500, 'accepted'],
    ['beyond the lower limit', -1 as const, 3499, 'rejected bad_price'],
  ])('%s', (_, side, price, want) => {
    const b = f.bench(f.QUOTES, rules({ limit }))
    f.trade(b, open, 5000)
    f.submit(b, next, { side, orderType: 'limit', limit: price })
    expect(f.lines(b)).toEqual([want])
  })

  it('the first day of a tape knows no close before: nothing is turned away', () => {
    const b = f.bench(f.QUOTES, rules({ limit }))
    f.trade(b, open, 5000)
    f.submit(b, open + 1, { orderType: 'limit', limit: 50_000 })
    expect(f.lines(b)).toEqual(['accepted'])
  })

  it('a replace beyond the limit is turned away too, the order stays', () => {
    const b = f.bench(f.QUOTES, rules({ limit }))
    f.trade(b, open, 5000)
    const id = f.submit(b, next, { orderType: 'limit', limit: 4000 })
    b.venue.replace({ type: 'replace', t: next, broker: 0, orderId: id, qty: 100, limit: 7000, stop: 0 }, next, b.out)
    expect(f.lines(b)).toEqual(['accepted', 'replaceRejected bad_price'])
    expect(b.venue.liveOrders).toBe(1)
  })

  it('at the limit an order rests and fills', () => {
    const b = f.bench(f.QUOTES, rules({ limit }))
    f.trade(b, open, 5000)
    f.submit(b, next, { side: -1, orderType: 'limit', limit: 6500 })
    f.quote(b, next + 1, 6400, 6410)
    f.quote(b, next + 2, 6500, 0)
    expect(f.lines(b, next)).toEqual(['accepted', 'fill 100@6500 t+2'])
  })
})

describe('volatility interruptions', () => {
  const b0 = (config: Partial<SimConfig> = {}): f.Bench => {
    const b = f.bench(f.QUOTES, { ...rules({ vi }), ...config })
    f.trade(b, open, 5000)
    return b
  }

  it.each([
    ['dynamic, at the threshold', [5149, 5304], 1],
    ['dynamic, just short of it', [5149, 5303], 0],
    ['static, in small steps', [5100, 5200, 5300, 5400, 5499, 5500], 1],
    ['static, just short of it', [5100, 5200, 5300, 5400, 5499], 0],
    ['down as well', [4850], 1],
  ])('%s', (_, prices, want) => {
    const b = b0()
    prices.forEach((p, i) => f.trade(b, open + (i + 1) * SECOND, p))
    expect(b.out.filter((r) => (r as VenueEvent).type === 'status')).toHaveLength(want)
  })

  it('two minutes and a random end, then the first print crosses and is the new reference', () => {
    const b = b0({ auctions: 'cross' })
    f.submit(b, open + 1, { orderType: 'limit', limit: 5400, qty: 300 })
    f.trade(b, open + MINUTE, 5200, 1000)
    f.submit(b, open + MINUTE + 1, {})
    f.quote(b, open + 2 * MINUTE, 5199, 5200)
    f.trade(b, open + 2 * MINUTE, 5200, 1000)
    due(b, open + 3 * MINUTE - 1)
    expect(said(b.out, open)).toEqual(['accepted', 'auction vi t+60 until 180', 'accepted'])
    due(b, open + 3 * MINUTE + 30 * SECOND)
    const end = b.out.at(-1)?.t ?? 0
    expect(end).toBeGreaterThanOrEqual(open + 3 * MINUTE)
    expect(said(b.out, end).at(-1)).toBe('trading vi t+0 until 0')
    f.quote(b, end + SECOND, 5209, 5210)
    f.trade(b, end + 2 * SECOND, 5300, 350)
    expect(said(b.out, end).slice(4)).toEqual(['fill 100@5300 t+2', 'fill 250@5300 t+2'])
    // 10 % from 5300 now, not from 5000.
    f.trade(b, end + 3 * SECOND, 5440, 10)
    f.trade(b, end + 4 * SECOND, 5590, 10)
    f.trade(b, end + 5 * SECOND, 5740, 10)
    expect(said(b.out, end).filter((x) => x.startsWith('auction'))).toHaveLength(1)
    f.trade(b, end + 6 * SECOND, 5830, 10)
    expect(said(b.out, end).filter((x) => x.startsWith('auction'))).toHaveLength(2)
  })

  it.each([
    ['with --auctions', { auctions: 'cross' } as const],
    ['without', {}],
  ])('the first print after it starts no other, %s', (_, config) => {
    const b = b0(config)
    f.trade(b, open + MINUTE, 6000)
    f.trade(b, open + 2 * MINUTE, 6300)
    due(b, open + 4 * MINUTE)
    for (const [s, price] of [
      [0, 6200],
      [1, 6250],
      [2, 6300],
    ] as const)
      f.trade(b, open + 4 * MINUTE + s * SECOND, price)
    expect(said(b.out, open)).toHaveLength(2)
    f.trade(b, open + 5 * MINUTE, 6490)
    expect(said(b.out, open).at(-1)).toContain('auction vi')
  })

  it('one that would outlast continuous trading ends with it', () => {
    const b = f.bench(f.QUOTES, rules({ vi }), {}, f.collecting)
    f.trade(b, open, 5000)
    f.trade(b, close - 11 * MINUTE, 6000)
    due(b, close)
    expect(said(b.out, close)).toEqual(['auction vi t+-660 until -540', 'trading vi t+-600 until 0'])
  })

  it('prints outside the session count for nothing', () => {
    const b = b0()
    f.trade(b, next - HOUR, 9000)
    f.trade(b, next, 5200)
    f.trade(b, next + 1, 5300)
    expect(b.out).toEqual([])
  })

  it('the random end comes from the seed', () => {
    const ends = [7, 7, 8].map((seed) => {
      const venue = new SimVenue(
        [f.shares],
        [new SessionClock(f.calendar)],
        { ...f.plain, ...rules({ vi }) },
        Rng.start(seed, 1),
        0,
        [f.QUOTES],
      )
      const b = { venue, out: [] }
      f.trade(b, open, 5000)
      f.trade(b, open + 1, 6000)
      return venue.nextExpiry()
    })
    expect(ends[0]).toBe(ends[1])
    expect(ends[0]).not.toBe(ends[2])
  })

  it('the print that starts it fills nothing', () => {
    const b = b0()
    f.submit(b, open + 1, { orderType: 'limit', limit: 4900 })
    f.quote(b, open + 2, 4990, 4991)
    f.trade(b, open + 3, 4800, 500)
    expect(said(b.out, open)[1]).toContain('auction vi')
    expect(b.out).toHaveLength(2)
  })
})

describe('limit up, limit down', () => {
  it.each([
    ['the bid at the upper band for 15 s', 5250, 5260, true],
    ['the bid below it', 5249, 5260, false],
    ['the ask at the lower band for 15 s', 4740, 4750, true],
    ['the ask above it', 4740, 4751, false],
  ])('%s', (_, bid, ask, stops) => {
    const b = f.bench(f.QUOTES, rules({ luld }))
    f.trade(b, open + HOUR, 5000)
    f.quote(b, open + HOUR + SECOND, bid, ask)
    f.quote(b, open + HOUR + 8 * SECOND, bid, ask)
    due(b, open + HOUR + 16 * SECOND - 1)
    expect(b.out).toEqual([])
    due(b, open + 2 * HOUR)
    expect(said(b.out, open + HOUR)).toEqual(stops ? ['auction luld t+16 until 316', 'trading luld t+316 until 0'] : [])
  })

  it('a limit state that ends in time stops nothing', () => {
    const b = f.bench(f.QUOTES, rules({ luld }))
    f.trade(b, open + HOUR, 5000)
    f.quote(b, open + HOUR + SECOND, 5250, 5251)
    f.quote(b, open + HOUR + 15 * SECOND, 5240, 5241)
    f.quote(b, open + HOUR + 17 * SECOND, 5250, 5251)
    due(b, open + HOUR + 20 * SECOND)
    expect(b.out).toEqual([])
  })

  it('the reference is the mean of five minutes and moves by one percent or more', () => {
    const b = f.bench(f.QUOTES, rules({ luld }))
    f.trade(b, open + HOUR, 5000)
    f.trade(b, open + HOUR + 6 * MINUTE, 5200)
    f.trade(b, open + HOUR + 6 * MINUTE + 1, 5240)
    // 5200 moved it, the mean of 5220 after it does not: the band ends at 5460.
    f.quote(b, open + HOUR + 7 * MINUTE, 5459, 5460)
    due(b, open + HOUR + 8 * MINUTE)
    expect(b.out).toEqual([])
    f.quote(b, open + HOUR + 8 * MINUTE, 5460, 5461)
    due(b, open + HOUR + 9 * MINUTE)
    expect(b.out).toHaveLength(1)
  })

  it('twice as wide near the close; a late pause lasts to the close', () => {
    const b = f.bench(f.QUOTES, rules({ luld }))
    f.trade(b, close - 9 * MINUTE, 5000)
    f.quote(b, close - 9 * MINUTE + SECOND, 5250, 5251)
    f.quote(b, close - 8 * MINUTE, 5500, 5501)
    due(b, close)
    expect(said(b.out, close)).toEqual(['auction luld t+-465 until 0', 'trading luld t+0 until 0'])
  })
})

describe('a breaker on an index', () => {
  const breaker: BreakerRule = {
    index: 'IDX',
    levels: [
      {
        dropPpm: 80_000,
        furtherPpm: 0,
        lasting: MINUTE,
        halt: 20 * MINUTE,
        auction: 10 * MINUTE,
        afterOpen: MINUTE,
        beforeClose: 40 * MINUTE,
      },
      { dropPpm: 150_000, furtherPpm: 10_000, lasting: 0, halt: 0, auction: 0, afterOpen: MINUTE, beforeClose: 0 },
    ],
  }
  function market() {
    const clock = (): SessionClock => new SessionClock(f.calendar)
    const config = { ...f.plain, rules: [[{ from: 0, breaker }], []] }
    const index = { ...f.shares, id: 1, symbol: 'IDX' }
    const venue = new SimVenue([f.shares, index], [clock(), clock()], config, Rng.start(7, 1), 0, [f.QUOTES, f.TRADES])
    const b: f.Bench = { venue, out: [] }
    const at = (t: number, price: number): void => {
      const e: TradeEvent = { type: 'trade', t, venueT: t, instrument: 1, price, size: 1, flags: 0 }
      venue.onTrade(e, b.out)
    }
    at(open, 10_000)
    return { b, at }
  }

  it('a fall that lasts stops the members: halt, call auction, trading', () => {
    const { b, at } = market()
    at(next + HOUR, 9_200)
    at(next + HOUR + 59 * SECOND, 9_200)
    expect(b.out).toEqual([])
    at(next + HOUR + MINUTE, 9_190)
    f.submit(b, next + HOUR + MINUTE + 1, {})
    f.quote(b, next + HOUR + 2 * MINUTE, 100, 101)
    due(b, next + 2 * HOUR)
    f.quote(b, next + 2 * HOUR, 100, 101)
    expect(said(b.out, next + HOUR)).toEqual([
      'halted breaker t+60 until 1260',
      'accepted',
      'auction breaker t+1260 until 1860',
      'trading breaker t+1860 until 0',
      'fill 100@101 t+3600',
    ])
  })

  it('a level acts once a day; the last one ends the session', () => {
    const { b, at } = market()
    for (const s of [0, 60, 4000, 4100]) at(next + HOUR + s * SECOND, 9_190)
    due(b, next + 3 * HOUR)
    at(next + 3 * HOUR, 8_400)
    due(b, close + DAY)
    expect(said(b.out, next).filter((x) => x.startsWith('halted'))).toHaveLength(2)
    expect(b.out.at(-1)).toMatchObject({ status: 'trading', t: close + DAY })
  })

  it('a recovery in between starts the minute anew', () => {
    const { b, at } = market()
    at(next + HOUR, 9_190)
    at(next + HOUR + 30 * SECOND, 9_300)
    at(next + HOUR + 70 * SECOND, 9_190)
    expect(b.out).toEqual([])
  })

  it('not in the last forty minutes', () => {
    const { b, at } = market()
    for (const s of [0, 60, 120]) at(close + DAY - 39 * MINUTE + s * SECOND, 9_000)
    expect(b.out).toEqual([])
  })
})
