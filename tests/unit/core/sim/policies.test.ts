import { describe, expect, it } from 'vitest'
import { DAY, MINUTE } from '../../../../src/core/base/time.ts'
import type { SimConfig } from '../../../../src/core/sim/config.ts'
import { averageVolume, dailyDeviation } from '../../../../src/core/sim/daily.ts'
import { emptyDaily } from '../../../../src/core/sim/daily.ts'
import {
  always,
  bar,
  BARS,
  bench,
  close,
  lines,
  open,
  play,
  QUOTES,
  QUOTES_ONLY,
  quote,
  SESSION_BARS,
  submit,
  TRADES,
  trade,
} from './fixture.ts'

const slip = (slippage: SimConfig['slippage']): Partial<SimConfig> => ({ slippage })

describe('trades-only tapes', () => {
  it('the next usable print is the touch and its size the bound', () => {
    const b = bench(TRADES)
    trade(b, open, 4000)
    submit(b, open + 1)
    trade(b, open + 2, 4500, 70, 0x400)
    trade(b, open + 3, 5000, 70)
    trade(b, open + 4, 5001, 70)
    expect(lines(b)).toEqual(['accepted', 'fill 70@5000 t+3', 'fill 30@5001 t+4'])
  })

  it('limits: at the print when marketable at first, later only strictly through, at the limit', () => {
    const b = bench(TRADES)
    submit(b, open, { orderType: 'limit', limit: 5010 })
    submit(b, open, { orderType: 'limit', limit: 4990 })
    trade(b, open + 1, 5000)
    trade(b, open + 2, 4990)
    trade(b, open + 3, 4980)
    expect(lines(b)).toEqual(['accepted', 'accepted', 'fill 100@5000 t+1', 'fill 100@4990 t+3'])
  })

  it('a stop meets the print after its trigger', () => {
    const b = bench(TRADES)
    submit(b, open, { side: -1, orderType: 'stop', stop: 4990 })
    trade(b, open + 1, 4990)
    trade(b, open + 2, 4985)
    expect(lines(b)).toEqual(['accepted', 'fill 100@4985 t+2'])
  })
})

describe('volume:F on ticks', () => {
  const tenth = { liquidity: { kind: 'volume', share: { num: 1, den: 10 } } } as const

  it('a share of what was traded since the arrival, less what we took', () => {
    const b = bench(QUOTES, tenth)
    trade(b, open, 5000, 9000)
    submit(b, open + 1, { qty: 100 })
    quote(b, open + 2, 5001, 5002)
    trade(b, open + 3, 5000, 305)
    quote(b, open + 4, 5001, 5002)
    quote(b, open + 5, 5001, 5002)
    trade(b, open + 6, 5000, 5000)
    quote(b, open + 7, 5001, 5002, 1000, 50)
    expect(lines(b)).toEqual(['accepted', 'fill 30@5002 t+4', 'fill 50@5002 t+7'])
  })

  it('two orders do not take the same share twice', () => {
    const b = bench(QUOTES, tenth)
    submit(b, open, { qty: 20 })
    submit(b, open, { qty: 20 })
    trade(b, open + 1, 5000, 300)
    quote(b, open + 2, 5001, 5002)
    expect(lines(b).slice(2)).toEqual(['fill 20@5002 t+2', 'fill 10@5002 t+2'])
  })

  it('is the shown size where nothing trades', () => {
    const b = bench(QUOTES_ONLY, tenth)
    submit(b, open)
    quote(b, open + 1, 5001, 5002, 9, 40)
    expect(lines(b)).toEqual(['accepted', 'fill 40@5002 t+1'])
  })
})

describe('slippage', () => {
  it.each([
    ['ticks, buy', slip({ kind: 'ticks', ticks: 2 }), 1 as const, 5000, 5010, 5012],
    ['ticks, sell', slip({ kind: 'ticks', ticks: 2 }), -1 as const, 5000, 5010, 4998],
    ['ticks of the band', slip({ kind: 'ticks', ticks: 2 }), 1 as const, 100_000, 100_010, 100_020],
    ['bps rounds away, buy', slip({ kind: 'bps', bps: { num: 1, den: 1 } }), 1 as const, 5000, 5010, 5011],
    ['bps rounds away, sell', slip({ kind: 'bps', bps: { num: 1, den: 1 } }), -1 as const, 5000, 5010, 4999],
    ['spread', slip({ kind: 'spread', share: { num: 1, den: 4 } }), 1 as const, 5000, 5010, 5013],
    ['never under one unit', slip({ kind: 'ticks', ticks: 9 }), -1 as const, 5, 6, 1],
    ['sqrt without a past', slip({ kind: 'sqrt', y: { num: 1, den: 1 } }), 1 as const, 5000, 5010, 5010],
  ])('%s', (_, config, side, bid, ask, want) => {
    const b = bench(QUOTES, config)
    submit(b, open, { side })
    quote(b, open + 1, bid, ask)
    expect(lines(b)).toEqual(['accepted', `fill 100@${want} t+1`])
  })

  it('a marketable limit slips up to its limit, a resting one not at all', () => {
    const b = bench(QUOTES, slip({ kind: 'ticks', ticks: 5 }))
    submit(b, open, { orderType: 'limit', limit: 5012 })
    submit(b, open, { orderType: 'limit', limit: 5000 })
    quote(b, open + 1, 5000, 5010)
    trade(b, open + 2, 4999)
    expect(lines(b).slice(2)).toEqual(['fill 100@5012 t+1', 'fill 100@5000 t+2'])
  })

  it('a stop triggered on a bar slips', () => {
    const b = bench(BARS, slip({ kind: 'ticks', ticks: 3 }))
    submit(b, open, { orderType: 'stop', stop: 5010 })
    play(b, bar(open, [5000, 5020, 4990, 5005]))
    expect(lines(b)).toEqual(['accepted', `fill 100@5013 t+${MINUTE}`])
  })

  it('sqrt takes deviation and volume from the finished days', () => {
    const b = bench(SESSION_BARS, {
      ...slip({ kind: 'sqrt', y: { num: 1, den: 2 } }),
      liquidity: { kind: 'unlimited' },
    })
    const closes = [5000, 5100, 5000, 5100]
    for (const [i, c] of closes.entries())
      play(b, bar(open + i * DAY, [c, c, c, c], { t: close + i * DAY, volume: 10_000 }))
    submit(b, close + 3 * DAY, { qty: 400 })
    play(b, bar(open + 4 * DAY, [5100, 5100, 5100, 5100], { t: close + 4 * DAY, volume: 10_000 }))
    // Returns +2 %, −1.9608 %, +2 %: mean 0.67974 %, sample deviation 2.28679 %; √(400/10000) = 0.2; half of it of 5100: 11.66.
    expect(lines(b, open + 4 * DAY)).toEqual(['accepted', 'fill 400@5112 t+0'])
  })

  it('deviation needs three days', () => {
    const d = { ...emptyDaily(), closes: [100, 110], volumes: [10, 20] }
    expect(dailyDeviation(d)).toBe(0)
    expect(averageVolume(d)).toBe(15)
    d.closes.push(110)
    expect(dailyDeviation(d)).toBeCloseTo(0.0707107, 6)
  })
})

describe('the door', () => {
  it.each([
    ['quantity 0', { qty: 0 }, 'bad_qty'],
    ['half a lot', { qty: 15 }, 'bad_qty'],
    ['NaN', { qty: Number.NaN }, 'bad_qty'],
    ['no limit', { orderType: 'limit' as const }, 'bad_price'],
    ['limit off tick', { orderType: 'limit' as const, limit: 100_003 }, 'bad_price'],
    ['stop off tick', { orderType: 'stopLimit' as const, stop: 100_003, limit: 100_005 }, 'bad_price'],
    ['negative stop', { orderType: 'stop' as const, stop: -5 }, 'bad_price'],
    ['unknown instrument', { instrument: 7 }, 'unsupported'],
  ])('%s', (_, terms, reason) => {
    const b = bench(QUOTES, {}, { lot: 10 })
    submit(b, open, terms)
    expect(lines(b)).toEqual([`rejected ${reason}`])
    expect(b.venue.hasWork(0)).toBe(false)
  })

  it('the same id twice', () => {
    const b = bench(QUOTES)
    submit(b, open, { orderId: 900_001 })
    submit(b, open, { orderId: 900_001 })
    quote(b, open + 1, 5001, 5002)
    submit(b, open + 2, { orderId: 900_001 })
    expect(lines(b)).toEqual(['accepted', 'rejected unsupported', 'fill 100@5002 t+1', 'rejected unsupported'])
  })

  it('the model rejects a seeded share', () => {
    const b = bench(QUOTES, { rejects: { num: 1, den: 4 } })
    for (let i = 0; i < 400; i++) submit(b, open)
    const rejected = b.out.filter((r) => r.type === 'rejected').length
    expect(rejected).toBeGreaterThan(60)
    expect(rejected).toBeLessThan(140)
    const again = bench(QUOTES, { rejects: { num: 1, den: 4 } })
    for (let i = 0; i < 400; i++) submit(again, open)
    expect(lines(again)).toEqual(lines(b))
  })
})

describe('cancel and replace', () => {
  const cancel = (orderId: number) => ({ type: 'cancel', t: 0, broker: 0, orderId }) as const
  const replace = (orderId: number, qty: number, limit = 0, stop = 0) =>
    ({ type: 'replace', t: 0, broker: 0, orderId, qty, limit, stop }) as const

  it('cancel: live, finished, unknown', () => {
    const b = bench(QUOTES)
    const id = submit(b, open)
    b.venue.cancel(cancel(id), open + 1, b.out)
    b.venue.cancel(cancel(id), open + 2, b.out)
    b.venue.cancel(cancel(999_999), open + 2, b.out)
    quote(b, open + 3, 5001, 5002)
    expect(lines(b)).toEqual(['accepted', 'canceled', 'cancelRejected too_late', 'cancelRejected unknown_order'])
  })

  it('replace: a new limit meets the next quote as a new order', () => {
    const b = bench(QUOTES)
    const id = submit(b, open, { orderType: 'limit', limit: 4990 })
    quote(b, open + 1, 5001, 5002)
    b.venue.replace(replace(id, 200, 5010), open + 2, b.out)
    quote(b, open + 3, 5003, 5004)
    expect(lines(b)).toEqual(['accepted', 'replaced 200@5010/0', 'fill 200@5004 t+3'])
  })

  it('replace: less than is filled ends the order', () => {
    const b = bench(QUOTES)
    const id = submit(b, open, { qty: 100 })
    quote(b, open + 1, 5001, 5002, 9, 60)
    b.venue.replace(replace(id, 50), open + 2, b.out)
    b.venue.replace(replace(id, 50), open + 3, b.out)
    expect(lines(b).slice(2)).toEqual(['replaced 60@0/0', 'canceled', 'replaceRejected too_late'])
    expect(b.venue.liveOrders).toBe(0)
  })

  it('replace: the same checks as at entry', () => {
    const b = bench(QUOTES)
    const id = submit(b, open, { orderType: 'limit', limit: 4990 })
    b.venue.replace(replace(id, 0, 4990), open + 1, b.out)
    b.venue.replace(replace(id, 100, 100_003), open + 1, b.out)
    b.venue.replace(replace(999_998, 100, 4990), open + 1, b.out)
    expect(lines(b).slice(1)).toEqual([
      'replaceRejected bad_qty',
      'replaceRejected bad_price',
      'replaceRejected unknown_order',
    ])
  })

  it('on bars a new price works from the next bar on', () => {
    const b = bench(BARS)
    const id = submit(b, open, { orderType: 'limit', limit: 4000 })
    const first = bar(open, [5000, 5010, 4990, 5005])
    b.venue.onBarOpen(first, b.out)
    b.venue.replace(replace(id, 100, 4995), open + 1, b.out)
    b.venue.onBarEnd(first, b.out)
    expect(lines(b)).toEqual(['accepted', 'replaced 100@4995/0'])
    play(b, bar(open + MINUTE, [5000, 5010, 4990, 5005]))
    expect(lines(b).at(-1)).toBe(`fill 100@4995 t+${2 * MINUTE}`)
  })
})

describe('match standing', () => {
  const standing = { match: 'standing' } as const

  it('fills at once against the book, and consumes it', () => {
    const b = bench(QUOTES, standing)
    quote(b, open, 5001, 5002, 100, 150)
    submit(b, open + 1)
    submit(b, open + 2, { timeInForce: 'IOC' })
    submit(b, open + 3, { timeInForce: 'FOK' })
    expect(lines(b)).toEqual([
      'accepted',
      'fill 100@5002 t+1',
      'accepted',
      'fill 50@5002 t+2',
      'canceled',
      'accepted',
      'canceled',
    ])
  })

  it('nothing stands outside the session or from the day before', () => {
    const b = bench(QUOTES, standing)
    quote(b, open, 5001, 5002)
    submit(b, close + 1)
    trade(b, open + DAY - 1, 5003)
    submit(b, open + DAY)
    expect(lines(b)).toEqual(['accepted', 'accepted'])
  })

  it('a limit rests, a stop triggers and fills at once', () => {
    const b = bench(QUOTES, standing)
    quote(b, open, 5001, 5002)
    submit(b, open + 1, { orderType: 'limit', limit: 5000 })
    submit(b, open + 1, { orderType: 'stop', stop: 5010 })
    trade(b, open + 2, 5010)
    trade(b, open + 3, 4999)
    expect(lines(b).slice(2)).toEqual(['fill 100@5002 t+2', 'fill 100@5000 t+3'])
  })

  it('on bars the last close stands, within that bar volume', () => {
    const b = bench(BARS, standing)
    play(b, bar(open, [5000, 5010, 4990, 5005], { volume: 600 }))
    submit(b, open + MINUTE)
    submit(b, open + MINUTE)
    expect(lines(b)).toEqual(['accepted', `fill 100@5005 t+${MINUTE}`, 'accepted', `fill 50@5005 t+${MINUTE}`])
    play(b, bar(open + MINUTE, [5006, 5010, 4990, 5005]))
    expect(lines(b).at(-1)).toBe(`fill 50@5006 t+${MINUTE}`)
  })
})

describe('snapshots', () => {
  it('restore forgets what the venue held', () => {
    const from = bench(QUOTES)
    submit(from, open, { orderType: 'limit', limit: 4990 })
    const to = bench(QUOTES)
    submit(to, close + 1, { orderType: 'limit', limit: 4990 })
    expect(to.venue.nextExpiry()).not.toBe(close)
    to.venue.restore(from.venue.snapshot())
    expect(to.venue.nextExpiry()).toBe(close)
    expect(to.venue.liveOrders).toBe(1)
    expect(to.venue.snapshot()).toEqual(from.venue.snapshot())
  })
})

describe('venues that never close', () => {
  it('DAY does not end', () => {
    const b = bench(QUOTES, {}, {}, always)
    submit(b, 5)
    expect(b.venue.nextExpiry()).toBe(Infinity)
    quote(b, 10 * DAY, 5001, 5002)
    expect(lines(b, 10 * DAY)).toEqual(['accepted', 'fill 100@5002 t+0'])
  })
})
