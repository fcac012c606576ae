/**
 * What an auction fills: by kind of tape (conditions on prints, or a calendar that collects), order type, time in force
 * and liquidity. Prices cents, sizes shares; KRX-like hours with auctions before the open and at the close.
 */
import { describe, expect, it } from 'vitest'
import { DAY, HOUR, MINUTE, SECOND } from '../../../../src/core/base/time.ts'
import { CROSS_WAIT, nextAuction } from '../../../../src/core/domain/auction.ts'
import { type Calendar, SessionClock } from '../../../../src/core/domain/calendar.ts'
import type { SubmitOrder } from '../../../../src/core/domain/command.ts'
import type { StatusEvent } from '../../../../src/core/domain/event.ts'
import type { TradingStatus } from '../../../../src/core/domain/phase.ts'
import type { SimConfig } from '../../../../src/core/sim/config.ts'
import * as f from './fixture.ts'

const cross = { auctions: 'cross' } as const
const { open, close, collecting } = f

const bench = (config: Partial<SimConfig> = cross, cal: Calendar = f.calendar, kinds = f.QUOTES) =>
  f.bench(kinds, config, {}, cal)
const status = (b: f.Bench, t: number, to: TradingStatus): void => {
  const e: StatusEvent = { type: 'status', t, venueT: t, instrument: 0, status: to, reason: 'vi', until: 0 }
  b.venue.onStatus(e)
}
const expire = (b: f.Bench, t: number): void => b.venue.expire(t, b.out)

describe('which auction an order joins', () => {
  it.each([
    ['US-like, before the open', f.calendar, 'OPG', open - 3 * MINUTE, open],
    ['US-like, at the cut-off', f.calendar, 'OPG', open - 2 * MINUTE, Infinity],
    ['US-like, in the session', f.calendar, 'OPG', open + HOUR, Infinity],
    ['US-like, after the close: the next session', f.calendar, 'OPG', close, open + DAY],
    ['US-like, closing, before the open', f.calendar, 'CLS', open - HOUR, close],
    ['US-like, closing, just in time', f.calendar, 'CLS', close - 10 * MINUTE - 1, close],
    ['US-like, closing, at the cut-off', f.calendar, 'CLS', close - 10 * MINUTE, Infinity],
    ['collecting, until it ends', collecting, 'OPG', open - 1, open],
    ['collecting, at its end', collecting, 'OPG', open, Infinity],
    ['collecting, closing, until it ends', collecting, 'CLS', close - 1, close],
    ['collecting, closing, at its end: the next', collecting, 'CLS', close, close + DAY],
    ['a venue that never closes', f.always, 'OPG', open, Infinity],
  ] as const)('%s', (_, cal, tif, t, want) => {
    expect(nextAuction(new SessionClock(cal), tif, t).cross).toBe(want)
  })
})

describe('prints with conditions', () => {
  const opg = { timeInForce: 'OPG' } as const
  const cls = { timeInForce: 'CLS' } as const

  it.each<[string, Partial<SubmitOrder>, Partial<SimConfig>, string[]]>([
    ['market', { ...opg, qty: 400 }, {}, ['fill 400@5000 t+100']],
    ['market, more than was printed', { ...opg, qty: 1500 }, {}, ['fill 1000@5000 t+100', 'expired']],
    [
      'a share of the volume',
      { ...opg, qty: 1500 },
      { liquidity: { kind: 'volume', share: { num: 1, den: 4 } } },
      ['fill 250@5000 t+100', 'expired'],
    ],
    ['unlimited', { ...opg, qty: 1500 }, { liquidity: { kind: 'unlimited' } }, ['fill 1500@5000 t+100']],
    ['limit better than the price', { ...opg, orderType: 'limit', limit: 5100 }, {}, ['fill 100@5000 t+100']],
    ['limit at the price', { ...opg, orderType: 'limit', limit: 5000 }, {}, ['fill 100@5000 t+100']],
    ['limit beyond the price', { ...opg, orderType: 'limit', limit: 4999 }, {}, ['expired']],
    ['sell limit', { ...opg, side: -1, orderType: 'limit', limit: 5001 }, {}, ['expired']],
    ['no slippage', { ...opg, qty: 400 }, { slippage: { kind: 'ticks', ticks: 3 } }, ['fill 400@5000 t+100']],
    ['a closing order does not open', { ...cls }, {}, []],
  ])('opening: %s', (_, terms, config, want) => {
    const b = bench({ ...cross, ...config })
    f.submit(b, open - HOUR, terms)
    f.trade(b, open - 30 * MINUTE, 4700, 500, 0x400)
    f.quote(b, open, 4890, 4900)
    f.trade(b, open + 1, 4800, 900)
    f.trade(b, open + 100, 5000, 1000, 0x40)
    f.trade(b, open + 200, 4000, 1000)
    expect(f.lines(b).slice(1)).toEqual(want)
  })

  it('closing: the print comes after the close', () => {
    const b = bench()
    f.submit(b, open + HOUR, { ...cls, side: -1 })
    expect(b.venue.nextExpiry()).toBe(close + CROSS_WAIT)
    f.quote(b, open + HOUR, 4890, 4900)
    f.trade(b, close + SECOND, 4950, 100, 0x1000000)
    f.trade(b, close + 41 * SECOND, 5000, 1000, 0x80)
    expect(f.lines(b, close)).toEqual(['accepted', `fill 100@5000 t+${41 * SECOND}`])
  })

  it('an auction that never printed ends the order after a quarter of an hour', () => {
    const b = bench()
    f.submit(b, open - HOUR, opg)
    expire(b, open + CROSS_WAIT - 1)
    expect(f.lines(b)).toEqual(['accepted'])
    expire(b, open + CROSS_WAIT)
    expect(f.lines(b)).toEqual(['accepted', 'expired'])
  })

  it('an order made after the close does not meet a late print of that close', () => {
    const b = bench()
    f.submit(b, close + SECOND, cls)
    f.trade(b, close + 41 * SECOND, 5000, 1000, 0x80)
    expect(f.lines(b)).toEqual(['accepted'])
    f.trade(b, close + DAY + SECOND, 5100, 1000, 0x80)
    expect(f.lines(b, close + DAY)).toEqual(['accepted', `fill 100@5100 t+${SECOND}`])
  })

  it('each side may take the whole print; market orders before limits, the bolder limit first', () => {
    const b = bench()
    const low = f.submit(b, open - HOUR, { ...opg, orderType: 'limit', limit: 5001, qty: 600 })
    const high = f.submit(b, open - HOUR, { ...opg, orderType: 'limit', limit: 5002, qty: 300 })
    const market = f.submit(b, open - HOUR, { ...opg, qty: 500 })
    const sell = f.submit(b, open - HOUR, { ...opg, side: -1, qty: 900 })
    f.trade(b, open + 1, 5000, 1000, 0x40)
    expect(b.out.flatMap((r) => (r.type === 'filled' ? [[r.orderId, r.qty]] : []))).toEqual([
      [market, 500],
      [sell, 900],
      [high, 300],
      [low, 200],
    ])
  })

  it('a suspicious row is no auction', () => {
    const b = bench()
    f.submit(b, open - HOUR, opg)
    f.trade(b, open + 1, 5000, 1000, 2 ** 32 + 0x40)
    expect(f.lines(b)).toEqual(['accepted'])
  })
})

describe('a calendar that collects orders, prints without conditions', () => {
  it('DAY and OPG orders fill at the first print after the phase, not at quotes before it', () => {
    const b = bench(cross, collecting)
    f.submit(b, open - 10 * MINUTE, { qty: 300 })
    f.submit(b, open - 10 * MINUTE, { qty: 200, timeInForce: 'OPG' })
    f.submit(b, open - 10 * MINUTE, { orderType: 'limit', limit: 4990 })
    f.quote(b, open - MINUTE, 5500, 4500)
    f.quote(b, open, 4950, 4960)
    f.trade(b, open + 10, 5000, 1000)
    expect(f.lines(b).slice(3)).toEqual(['fill 300@5000 t+10', 'fill 200@5000 t+10'])
    // The limit order goes on in continuous trading.
    f.quote(b, open + 20, 4980, 4989)
    expect(f.lines(b).at(-1)).toBe('fill 100@4990 t+20')
  })

  it('what arrives after the phase trades as ever', () => {
    const b = bench(cross, collecting)
    f.submit(b, open + 1, {})
    f.quote(b, open + 2, 4950, 4960)
    expect(f.lines(b)).toEqual(['accepted', 'fill 100@4960 t+2'])
  })

  it('a resting order sees the closing auction out, then it expires', () => {
    const b = bench(cross, collecting)
    f.submit(b, open + HOUR, { orderType: 'limit', limit: 4990, qty: 600 })
    f.submit(b, open + HOUR, { orderType: 'limit', limit: 4800 })
    f.quote(b, open + HOUR + 1, 5000, 5001)
    f.trade(b, close - 5 * MINUTE, 4700, 1000)
    expect(b.venue.nextExpiry()).toBe(close + CROSS_WAIT)
    f.trade(b, close + 3, 4980, 400)
    expect(f.lines(b, close)).toEqual(['accepted', 'accepted', 'fill 400@4980 t+3', 'expired', 'expired'])
  })

  it('without --auctions nothing fills in them and DAY ends at the close', () => {
    const b = bench({}, collecting)
    f.submit(b, open - 10 * MINUTE, {})
    f.submit(b, open - 10 * MINUTE, { orderType: 'limit', limit: 4990 })
    f.trade(b, open + 1, 4000, 1000)
    expect(f.lines(b)).toEqual(['accepted', 'accepted'])
    f.quote(b, open + 2, 5000, 5001)
    f.trade(b, close - 5 * MINUTE, 4000)
    expect(b.venue.nextExpiry()).toBe(close)
    f.trade(b, close + 1, 4000)
    expect(f.lines(b)).toEqual(['accepted', 'accepted', 'fill 100@5001 t+2'])
  })

  it('only the first print is the auction', () => {
    const b = bench(cross, collecting)
    f.submit(b, open - 10 * MINUTE, { orderType: 'limit', limit: 4990 })
    f.trade(b, open + 1, 5000)
    f.trade(b, open + 2, 4990)
    expect(f.lines(b)).toEqual(['accepted'])
    f.trade(b, open + 3, 4989)
    expect(f.lines(b)).toEqual(['accepted', 'fill 100@4990 t+3'])
  })

  it('a first print after a quarter of an hour is not the auction', () => {
    const b = bench(cross, collecting)
    f.submit(b, open - 10 * MINUTE, { orderType: 'limit', limit: 4990 })
    f.trade(b, open + CROSS_WAIT + 1, 4980)
    expect(f.lines(b)).toEqual(['accepted'])
  })

  it('a quarter of an hour without a print releases the order', () => {
    const b = bench(cross, collecting)
    f.submit(b, open - 10 * MINUTE, {})
    f.quote(b, open + CROSS_WAIT - 1, 4950, 4960)
    f.quote(b, open + CROSS_WAIT, 4950, 4970)
    expect(f.lines(b)).toEqual(['accepted', `fill 100@4970 t+${CROSS_WAIT}`])
  })
})

describe('halts', () => {
  it.each(['halted', 'auction'] as const)('%s: nothing matches, orders rest', (to) => {
    const b = bench({})
    f.submit(b, open, {})
    f.submit(b, open, { orderType: 'limit', limit: 5000 })
    f.submit(b, open, { orderType: 'stop', stop: 4000 })
    status(b, open + 1, to)
    f.quote(b, open + 2, 4998, 4999)
    f.trade(b, open + 3, 4000)
    expect(f.lines(b)).toEqual(['accepted', 'accepted', 'accepted'])
    status(b, open + 4, 'trading')
    f.quote(b, open + 5, 5098, 5099)
    expect(f.lines(b).slice(3)).toEqual(['fill 100@5099 t+5'])
  })

  it.each([
    ['first print', 0, 5000],
    ['print flagged reopening', 0x100, 5000],
  ])('reopening by auction: %s', (_, flags, want) => {
    const b = bench()
    if (flags > 0) f.trade(b, open - MINUTE, 4900, 10, 0x400)
    status(b, open + 1, 'auction')
    f.submit(b, open + 2, {})
    status(b, open + 3, 'trading')
    f.quote(b, open + 4, 4900, 4901)
    if (flags > 0) f.trade(b, open + 5, 4800, 500)
    f.trade(b, open + 6, want, 500, flags)
    expect(f.lines(b)).toEqual(['accepted', 'fill 100@5000 t+6'])
  })

  it('a session bar does not match while halted', () => {
    const b = f.bench(f.SESSION_BARS)
    f.submit(b, open - 1, {})
    status(b, open - 1, 'halted')
    f.play(b, f.bar(open, [5000, 5010, 4990, 5005], { t: close }))
    status(b, close, 'trading')
    f.play(b, f.bar(open + DAY, [5100, 5110, 5090, 5105], { t: close + DAY }))
    expect(f.lines(b, open + DAY)).toEqual(['accepted', 'fill 100@5100 t+0'])
  })
})

describe('on bars', () => {
  const day = f.bar(open, [5000, 5050, 4950, 5020], { t: close, volume: 1000 })

  it.each<[string, Partial<SubmitOrder>, string[]]>([
    ['OPG at the open', { timeInForce: 'OPG' }, ['fill 100@5000 t+0']],
    ['OPG, more than a quarter of the volume', { timeInForce: 'OPG', qty: 300 }, ['fill 250@5000 t+0', 'expired']],
    ['OPG limit not reached', { timeInForce: 'OPG', orderType: 'limit', limit: 4999 }, ['expired']],
    ['CLS at the close', { timeInForce: 'CLS' }, [`fill 100@5020 t+${close - open}`]],
    [
      'CLS limit not reached, though the path went there',
      { timeInForce: 'CLS', orderType: 'limit', limit: 4960 },
      ['expired'],
    ],
  ])('session bars: %s', (_, terms, want) => {
    const b = f.bench(f.SESSION_BARS, cross)
    f.submit(b, open - 1, terms)
    f.play(b, day)
    expect(f.lines(b).slice(1)).toEqual(want)
  })

  it('minute bars: the bar in which the session opens, and the one in which it closes', () => {
    const b = f.bench(f.BARS, cross)
    f.submit(b, open - HOUR, { timeInForce: 'OPG' })
    f.submit(b, open - HOUR, { timeInForce: 'CLS', side: -1 })
    f.play(b, f.bar(open - MINUTE, [4000, 4000, 4000, 4000]))
    f.play(b, f.bar(open, [5000, 5050, 4950, 5020]))
    f.play(b, f.bar(open + MINUTE, [5000, 5050, 4950, 5020]))
    f.play(b, f.bar(close - MINUTE, [6000, 6050, 5950, 6020]))
    expect(f.lines(b).slice(2)).toEqual(['fill 100@5000 t+0', `fill 100@6020 t+${close - open}`])
  })
})

describe('what the venue does not take', () => {
  it.each<[string, Partial<SubmitOrder>, Partial<SimConfig>, Calendar, typeof f.QUOTES, number, string]>([
    ['without --auctions', { timeInForce: 'OPG' }, {}, f.calendar, f.QUOTES, open - HOUR, 'unsupported'],
    ['a stop', { timeInForce: 'CLS', orderType: 'stop', stop: 5000 }, cross, f.calendar, f.QUOTES, open, 'unsupported'],
    ['a tape without prints', { timeInForce: 'CLS' }, cross, f.calendar, f.QUOTES_ONLY, open, 'unsupported'],
    ['a venue without sessions', { timeInForce: 'CLS' }, cross, f.always, f.QUOTES, open, 'unsupported'],
    ['after the cut-off', { timeInForce: 'CLS' }, cross, f.calendar, f.QUOTES, close - MINUTE, 'closed'],
  ])('%s', (_, terms, config, cal, kinds, at, reason) => {
    const b = bench(config, cal, kinds)
    f.submit(b, at, terms)
    expect(f.lines(b)).toEqual([`rejected ${reason}`])
  })
})

it('a split rescales the book and leaves orders to their owner', () => {
  const b = f.bench(f.QUOTES, { match: 'standing' })
  f.quote(b, open, 5000, 5010, 300, 200)
  b.venue.onAction({ type: 'action', t: open, instrument: 0, kind: 'split', num: 2, den: 1, amount: 0, withheld: 0 })
  f.submit(b, open + 1, { qty: 500 })
  expect(f.lines(b)).toEqual(['accepted', 'fill 400@2505 t+1'])
})
