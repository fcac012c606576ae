import { describe, expect, it } from 'vitest'
import { DAY, HOUR, MINUTE } from '../../../../src/core/base/time.ts'
import type { SubmitOrder } from '../../../../src/core/domain/command.ts'
import { pathOf } from '../../../../src/core/sim/bar-path.ts'
import { bar, BARS, bench, close, lines, midnight, open, play, SESSION_BARS, submit } from './fixture.ts'

const UNLIMITED = { liquidity: { kind: 'unlimited' } } as const

describe('market orders on bars', () => {
  it('fill at the next open and carry its start', () => {
    const b = bench(BARS)
    submit(b, open)
    play(b, bar(open, [5000, 5010, 4990, 5005]))
    expect(lines(b)).toEqual(['accepted', 'fill 100@5000 t+0'])
  })

  it.each([
    ['buy', 1 as const, 'fill 100@5003 t+0'],
    ['sell', -1 as const, 'fill 100@4998 t+0'],
  ])('%s at the opening quote where the bar has one', (_, side, want) => {
    const b = bench(BARS)
    submit(b, open, { side })
    play(b, bar(open, [5000, 5010, 4990, 5005], { bidOpen: 4998, askOpen: 5003 }))
    expect(lines(b)).toEqual(['accepted', want])
  })

  it('crossed opening quotes fill nothing, a bar without an open is no event', () => {
    const b = bench(BARS)
    submit(b, open, { timeInForce: 'IOC' })
    play(b, bar(open, [0, 0, 0, 0]))
    play(b, bar(open + MINUTE, [5000, 5010, 4990, 5005], { bidOpen: 5004, askOpen: 5003 }))
    play(b, bar(open + 2 * MINUTE, [5000, 5010, 4990, 5005]))
    expect(lines(b)).toEqual(['accepted', `fill 100@5000 t+${2 * MINUTE}`])
  })

  it('take a quarter of the volume, rounded down, and keep working', () => {
    const b = bench(BARS, {}, { lot: 10 })
    submit(b, open, { qty: 500 })
    play(b, bar(open, [5000, 5010, 4990, 5005], { volume: 999 }))
    play(b, bar(open + MINUTE, [5005, 5010, 4990, 5005], { volume: 3 }))
    play(b, bar(open + 2 * MINUTE, [5006, 5010, 4990, 5005], { volume: 5000 }))
    expect(lines(b)).toEqual(['accepted', 'fill 240@5000 t+0', `fill 260@5006 t+${2 * MINUTE}`])
  })

  it('volume:F, shared by all orders of the bar, at the open and on the path', () => {
    const b = bench(BARS, { liquidity: { kind: 'volume', share: { num: 1, den: 10 } } })
    submit(b, open, { qty: 60 })
    submit(b, open, { qty: 60, orderType: 'limit', limit: 4995 })
    play(b, bar(open, [5000, 5010, 4990, 5005], { volume: 1000 }))
    expect(lines(b)).toEqual(['accepted', 'accepted', 'fill 60@5000 t+0', `fill 40@4995 t+${MINUTE}`])
  })

  it('arriving inside a bar, an order takes part from the next bar on', () => {
    const b = bench(BARS)
    const first = bar(open, [5000, 5010, 4990, 5005])
    submit(b, open, { orderType: 'limit', limit: 4000, timeInForce: 'GTC' })
    b.venue.onBarOpen(first, b.out)
    submit(b, open + 1, { orderType: 'limit', limit: 4995 })
    b.venue.onBarEnd(first, b.out)
    expect(lines(b)).toEqual(['accepted', 'accepted'])
    play(b, bar(open + MINUTE, [5001, 5002, 4991, 5001]))
    expect(lines(b).at(-1)).toBe(`fill 100@4995 t+${2 * MINUTE}`)
  })

  it('IOC and FOK see one open', () => {
    const b = bench(BARS)
    submit(b, open, { qty: 300, timeInForce: 'IOC' })
    submit(b, open, { qty: 300, timeInForce: 'FOK' })
    play(b, bar(open, [5000, 5010, 4990, 5005], { volume: 1000 }))
    expect(lines(b)).toEqual(['accepted', 'accepted', 'fill 250@5000 t+0', 'canceled', 'canceled'])
  })
})

describe('the path of a bar', () => {
  it.each([
    ['low nearer', [100, 110, 95, 105], [100, 95, 110, 105]],
    ['a high below the close is widened', [100, 103, 95, 105], [100, 95, 105, 105]],
    ['high nearer', [100, 103, 95, 99], [100, 103, 95, 99]],
    ['a tie takes the low', [100, 105, 95, 99], [100, 95, 105, 99]],
  ] as const)('%s', (_, ohlc, want) => {
    expect(pathOf(bar(0, ohlc))).toEqual(want)
  })

  type Case = [string, Partial<SubmitOrder>, readonly [number, number, number, number], string[]]
  const end = `t+${MINUTE}`
  const cases: Case[] = [
    ['limit at its limit', { orderType: 'limit', limit: 4995 }, [5000, 5020, 4990, 5005], [`fill 100@4995 ${end}`]],
    ['limit at the extreme', { orderType: 'limit', limit: 4990 }, [5000, 5020, 4990, 5005], [`fill 100@4990 ${end}`]],
    ['limit not reached', { orderType: 'limit', limit: 4989 }, [5000, 5020, 4990, 5005], []],
    ['limit at a better open', { orderType: 'limit', limit: 5010 }, [5000, 5020, 4990, 5005], ['fill 100@5000 t+0']],
    ['sell limit', { side: -1, orderType: 'limit', limit: 5010 }, [5000, 5020, 4990, 5005], [`fill 100@5010 ${end}`]],
    ['buy stop', { orderType: 'stop', stop: 5010 }, [5000, 5020, 4990, 5005], [`fill 100@5010 ${end}`]],
    ['buy stop gapped', { orderType: 'stop', stop: 5010 }, [5015, 5020, 4990, 5005], ['fill 100@5015 t+0']],
    ['sell stop', { side: -1, orderType: 'stop', stop: 4992 }, [5000, 5020, 4990, 5005], [`fill 100@4992 ${end}`]],
    ['sell stop gapped', { side: -1, orderType: 'stop', stop: 4992 }, [4980, 5020, 4970, 5005], ['fill 100@4980 t+0']],
    ['stop not reached', { orderType: 'stop', stop: 5021 }, [5000, 5020, 4990, 5005], []],
    [
      'stop-limit at the trigger',
      { orderType: 'stopLimit', stop: 5010, limit: 5012 },
      [5000, 5020, 4990, 5005],
      [`fill 100@5010 ${end}`],
    ],
    [
      'stop-limit that comes back after the trigger',
      { orderType: 'stopLimit', stop: 5010, limit: 4995 },
      [5000, 5012, 4990, 5005],
      // Low first (10 away, the high is 12), so the trigger comes after it, and the close does not come back.
      [],
    ],
    [
      'stop-limit, high first, then down to the limit',
      { orderType: 'stopLimit', stop: 5010, limit: 4995 },
      [5000, 5012, 4980, 5005],
      [`fill 100@4995 ${end}`],
    ],
    [
      'stop-limit gapped over waits for its limit',
      { orderType: 'stopLimit', stop: 5010, limit: 5012 },
      [5015, 5020, 4990, 5005],
      [`fill 100@5012 ${end}`],
    ],
  ]
  it.each(cases)('%s', (_, terms, ohlc, want) => {
    const b = bench(BARS)
    submit(b, open, terms)
    play(b, bar(open, ohlc))
    expect(lines(b)).toEqual(['accepted', ...want])
  })

  it('a resting limit fills at a better open of a later bar', () => {
    const b = bench(BARS)
    submit(b, open, { orderType: 'limit', limit: 4980 })
    play(b, bar(open, [5000, 5020, 4990, 5005]))
    play(b, bar(open + MINUTE, [4970, 5020, 4960, 5005]))
    expect(lines(b)).toEqual(['accepted', `fill 100@4970 t+${MINUTE}`])
  })

  it('the path decides who takes the last of the volume', () => {
    const b = bench(BARS)
    const target = submit(b, open, { side: -1, orderType: 'limit', limit: 5010 })
    const stop = submit(b, open, { side: -1, orderType: 'stop', stop: 4995 })
    play(b, bar(open, [5000, 5020, 4990, 5005], { volume: 400 }))
    expect(b.out.filter((r) => r.type === 'filled').map((r) => r.orderId)).toEqual([stop])
    expect(target).not.toBe(stop)
  })

  it('quote-only bars: open and close of the side', () => {
    const b = bench(BARS, UNLIMITED)
    submit(b, open, { orderType: 'limit', limit: 4995 })
    submit(b, open, { side: -1 })
    play(b, bar(open, [0, 0, 0, 0], { volume: 0, bidOpen: 4999, askOpen: 5001, bidClose: 4990, askClose: 4992 }))
    expect(lines(b)).toEqual(['accepted', 'accepted', 'fill 100@4999 t+0', `fill 100@4995 t+${MINUTE}`])
  })
})

describe('sessions and days on bars', () => {
  it('an hour bar that starts before the open counts as open', () => {
    const b = bench(BARS)
    const early = midnight + 9 * HOUR
    submit(b, early - HOUR)
    play(b, bar(early - HOUR, [4000, 4000, 4000, 4000], { t: early }))
    play(b, bar(early, [5000, 5010, 4990, 5005], { t: early + HOUR }))
    expect(lines(b, early)).toEqual(['accepted', 'fill 100@5000 t+0'])
  })

  it('DAY ends at the close; on a bar that runs past it, with that bar', () => {
    const b = bench(BARS)
    submit(b, open, { orderType: 'limit', limit: 4995 })
    expect(b.venue.nextExpiry()).toBe(close)
    const last = bar(close - 30 * MINUTE, [5000, 5010, 4996, 5005], { t: close + 30 * MINUTE })
    b.venue.onBarOpen(last, b.out)
    expect(b.venue.nextExpiry()).toBe(close + 30 * MINUTE)
    b.venue.onBarEnd(last, b.out)
    b.venue.expire(close + 30 * MINUTE, b.out)
    expect(lines(b)).toEqual(['accepted', 'expired'])
  })

  it('session bars: accepted at the close, works at the next open, DAY ends with that bar, GTC stays', () => {
    const b = bench(SESSION_BARS)
    submit(b, close, { qty: 100 })
    submit(b, close, { orderType: 'limit', limit: 100 })
    submit(b, close, { orderType: 'limit', limit: 101, timeInForce: 'GTC' })
    expect(b.venue.nextExpiry()).toBe(Infinity)
    play(b, bar(open + DAY, [5000, 5010, 4990, 5005], { t: close + DAY }))
    expect(lines(b, open + DAY)).toEqual(['accepted', 'accepted', 'accepted', 'fill 100@5000 t+0', 'expired'])
    expect(b.out.at(-1)?.t).toBe(close + DAY)
    expect(b.venue.liveOrders).toBe(1)
  })

  it('an order that arrives inside a session bar lives through the next one', () => {
    const b = bench(SESSION_BARS)
    const today = bar(open, [5000, 5010, 4990, 5005], { t: close })
    submit(b, open, { orderType: 'limit', limit: 100 })
    b.venue.onBarOpen(today, b.out)
    submit(b, open + HOUR, { orderType: 'limit', limit: 4995 })
    b.venue.onBarEnd(today, b.out)
    expect(lines(b)).toEqual(['accepted', 'accepted', 'expired'])
    play(b, bar(open + DAY, [5000, 5010, 4990, 5005], { t: close + DAY }))
    expect(lines(b, close + DAY).at(-1)).toBe('fill 100@4995 t+0')
  })

  it('a session bar without an open is not the day of an order', () => {
    const b = bench(SESSION_BARS)
    submit(b, close)
    play(b, bar(open + DAY, [0, 0, 0, 0], { t: close + DAY }))
    play(b, bar(open + 2 * DAY, [5000, 5010, 4990, 5005], { t: close + 2 * DAY }))
    expect(lines(b, open + 2 * DAY)).toEqual(['accepted', 'fill 100@5000 t+0'])
  })
})

describe('the comparison strategies rule', () => {
  it('fills whole at the next open, one tick worse', () => {
    const b = bench(BARS, {
      ...UNLIMITED,
      slippage: { kind: 'ticks', ticks: 1 },
      fees: { kind: 'bps', bps: { num: 5, den: 1 } },
    })
    const opens = [10001, 10000, 10002, 10002, 10002, 10007]
    const want: string[] = []
    for (const [i, o] of opens.entries()) {
      const side = i % 2 === 0 ? 1 : -1
      submit(b, open + i * MINUTE, { side, qty: 2999 })
      play(b, bar(open + i * MINUTE, [o, o + 3, o - 3, o + 1], { volume: 1 }))
      want.push('accepted', `fill 2999@${o + side} t+${i * MINUTE}`)
    }
    expect(lines(b)).toEqual(want)
    // Five basis points of 2999 · 100.02 USD in millionths: quantity · ticks · 5.
    const fill = b.out[1]
    expect(fill?.type === 'filled' && fill.fee).toBe(2999 * 10002 * 5)
  })
})
