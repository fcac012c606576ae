import { describe, expect, it } from 'vitest'
import { DAY } from '../../../../src/core/base/time.ts'
import { FLAG_SUSPICIOUS } from '../../../../src/core/domain/event.ts'
import { bench, close, lines, ONE_SIDED, open, QUOTES, QUOTES_ONLY, quote, submit, trade } from './fixture.ts'

describe('market orders on two-sided tapes', () => {
  it.each([
    ['buy at the ask', 1 as const, 'fill 100@5002 t+2'],
    ['sell at the bid', -1 as const, 'fill 100@5001 t+2'],
  ])('%s of the next quote, never of the quote before', (_, side, want) => {
    const b = bench(QUOTES)
    quote(b, open, 4000, 4001)
    submit(b, open + 1, { side })
    quote(b, open + 2, 5001, 5002)
    expect(lines(b)).toEqual(['accepted', want])
  })

  it('a trade does not fill them', () => {
    const b = bench(QUOTES)
    submit(b, open)
    trade(b, open + 1, 4999)
    expect(lines(b)).toEqual(['accepted'])
  })

  it('fill what is shown and keep working', () => {
    const b = bench(QUOTES)
    submit(b, open, { qty: 250 })
    quote(b, open + 1, 5001, 5002, 900, 100)
    quote(b, open + 2, 5002, 5003, 900, 70)
    quote(b, open + 3, 5001, 5002, 900, 800)
    expect(lines(b)).toEqual(['accepted', 'fill 100@5002 t+1', 'fill 70@5003 t+2', 'fill 80@5002 t+3'])
    expect(b.out.filter((r) => r.type === 'filled').map((r) => [r.fillNo, r.cumQty])).toEqual([
      [1, 100],
      [2, 170],
      [3, 250],
    ])
    expect(b.venue.hasWork(0)).toBe(false)
  })

  it('two orders share what is shown, the first one first', () => {
    const b = bench(QUOTES)
    const one = submit(b, open, { qty: 80 })
    const two = submit(b, open, { qty: 80 })
    quote(b, open + 1, 5001, 5002, 900, 100)
    const fills = b.out.filter((r) => r.type === 'filled')
    expect(fills.map((r) => [r.orderId, r.qty])).toEqual([
      [one, 80],
      [two, 20],
    ])
  })

  it('unlimited fills whole whatever is shown', () => {
    const b = bench(QUOTES, { liquidity: { kind: 'unlimited' } })
    submit(b, open, { qty: 5_000_000 })
    quote(b, open + 1, 5001, 5002, 0, 0)
    expect(lines(b)).toEqual(['accepted', 'fill 5000000@5002 t+1'])
  })

  it('fills whole lots only', () => {
    const b = bench(QUOTES, {}, { lot: 10 })
    submit(b, open, { qty: 100 })
    quote(b, open + 1, 5001, 5002, 900, 57)
    expect(lines(b)).toEqual(['accepted', 'fill 50@5002 t+1'])
  })

  it.each([
    ['crossed', 5003, 5002, []],
    ['locked', 5002, 5002, ['fill 100@5002 t+1']],
    ['no ask', 5001, 0, []],
    ['negative ask', 5001, -5002, []],
    ['NaN ask', 5001, Number.NaN, []],
    ['broken ask', 5001, 5002.5, []],
  ])('%s book', (_, bid, ask, want) => {
    const b = bench(QUOTES)
    submit(b, open)
    quote(b, open + 1, bid, ask)
    expect(lines(b)).toEqual(['accepted', ...want])
  })

  it('a side that a two-sided row leaves out no longer stands', () => {
    const b = bench(QUOTES)
    submit(b, open, { qty: 200 })
    quote(b, open + 1, 5001, 5002, 900, 150)
    quote(b, open + 2, 5001, 0)
    quote(b, open + 3, 5003, 5004)
    expect(lines(b)).toEqual(['accepted', 'fill 150@5002 t+1', 'fill 50@5004 t+3'])
  })

  it('a suspicious row is not used', () => {
    const b = bench(QUOTES)
    submit(b, open)
    quote(b, open + 1, 5001, 5002, 100, 100, FLAG_SUSPICIOUS)
    quote(b, open + 2, 5003, 5004)
    expect(lines(b)).toEqual(['accepted', 'fill 100@5004 t+2'])
  })

  it('nothing fills outside the session, the order waits for the open', () => {
    const b = bench(QUOTES)
    submit(b, open - 10)
    quote(b, open - 1, 5001, 5002)
    quote(b, open, 5003, 5004)
    expect(lines(b)).toEqual(['accepted', 'fill 100@5004 t+0'])
  })
})

describe('one-sided rows', () => {
  it('a row counts as the next quote when the needed side stands', () => {
    const b = bench(ONE_SIDED)
    quote(b, open - 5, 0, 5002, 0, 60)
    submit(b, open, { qty: 100 })
    quote(b, open + 1, 5001, 0, 500, 0)
    quote(b, open + 2, 5000, 0, 500, 0)
    quote(b, open + 3, 0, 5003, 0, 500)
    // The bid rows do not renew the 60 that were shown.
    expect(lines(b)).toEqual(['accepted', 'fill 60@5002 t+1', 'fill 40@5003 t+3'])
  })

  it('the book clears at the first event of a local date', () => {
    const b = bench(ONE_SIDED)
    quote(b, open, 0, 5002, 0, 60)
    submit(b, open + DAY, {})
    quote(b, open + DAY + 1, 5001, 0)
    expect(lines(b)).toEqual(['accepted'])
    quote(b, open + DAY + 2, 0, 5005)
    expect(lines(b, open + DAY)).toEqual(['accepted', 'fill 100@5005 t+2'])
  })

  it('has work without orders, for the book', () => {
    expect(bench(ONE_SIDED).venue.hasWork(0)).toBe(true)
    expect(bench(QUOTES).venue.hasWork(0)).toBe(false)
  })
})

describe('limit orders on quotes', () => {
  it('marketable at the first quote: at the touch, with improvement', () => {
    const b = bench(QUOTES)
    submit(b, open, { orderType: 'limit', limit: 5010 })
    quote(b, open + 1, 5001, 5002)
    expect(lines(b)).toEqual(['accepted', 'fill 100@5002 t+1'])
  })

  it.each([
    [
      'the ask reaches the limit',
      (b: ReturnType<typeof bench>) => quote(b, open + 2, 4998, 5000, 9, 30),
      ['fill 30@5000 t+2'],
    ],
    [
      'the ask falls below it',
      (b: ReturnType<typeof bench>) => quote(b, open + 2, 4990, 4991, 9, 30),
      ['fill 30@5000 t+2'],
    ],
    ['a print at the limit', (b: ReturnType<typeof bench>) => trade(b, open + 2, 5000, 40), []],
    ['a print through it', (b: ReturnType<typeof bench>) => trade(b, open + 2, 4999, 40), ['fill 40@5000 t+2']],
    ['a late print through it', (b: ReturnType<typeof bench>) => trade(b, open + 2, 4999, 40, 0x800), []],
    [
      'a print through it with marks of its source',
      (b: ReturnType<typeof bench>) => trade(b, open + 2, 4999, 40, 2 ** 33 + 1),
      ['fill 40@5000 t+2'],
    ],
    [
      'a suspicious print of such a source',
      (b: ReturnType<typeof bench>) => trade(b, open + 2, 4999, 40, 2 ** 33 + 2 ** 32),
      [],
    ],
    ['an odd lot through it', (b: ReturnType<typeof bench>) => trade(b, open + 2, 4999, 40, 0x80000000), []],
    ['a suspicious print', (b: ReturnType<typeof bench>) => trade(b, open + 2, 4999, 40, FLAG_SUSPICIOUS), []],
  ])('resting at 5000: %s', (_, event, want) => {
    const b = bench(QUOTES)
    submit(b, open, { orderType: 'limit', limit: 5000 })
    quote(b, open + 1, 5001, 5002)
    event(b)
    expect(lines(b)).toEqual(['accepted', ...want])
  })

  it('a print through the limit before any quote was seen fills nothing', () => {
    const b = bench(QUOTES)
    submit(b, open, { orderType: 'limit', limit: 5010 })
    trade(b, open + 1, 5002)
    quote(b, open + 2, 5001, 5003)
    expect(lines(b)).toEqual(['accepted', 'fill 100@5003 t+2'])
  })

  it('the bolder limit is served first by one print', () => {
    const b = bench(QUOTES)
    const low = submit(b, open, { orderType: 'limit', limit: 4999 })
    const high = submit(b, open, { orderType: 'limit', limit: 5000 })
    quote(b, open + 1, 5001, 5002)
    trade(b, open + 2, 4990, 150)
    expect(b.out.filter((r) => r.type === 'filled').map((r) => [r.orderId, r.qty, r.price])).toEqual([
      [high, 100, 5000],
      [low, 50, 4999],
    ])
  })

  it('sell side mirrors', () => {
    const b = bench(QUOTES)
    submit(b, open, { side: -1, orderType: 'limit', limit: 5010 })
    quote(b, open + 1, 5001, 5002)
    trade(b, open + 2, 5010, 10)
    trade(b, open + 3, 5011, 10)
    quote(b, open + 4, 5012, 5013, 20, 0)
    expect(lines(b)).toEqual(['accepted', 'fill 10@5010 t+3', 'fill 20@5010 t+4'])
  })
})

describe('time in force', () => {
  it.each([
    ['IOC takes what is shown', 'IOC' as const, 'market' as const, 60, ['fill 60@5002 t+1', 'canceled']],
    ['IOC fills whole', 'IOC' as const, 'market' as const, 100, ['fill 100@5002 t+1']],
    ['FOK kills', 'FOK' as const, 'market' as const, 60, ['canceled']],
    ['FOK fills', 'FOK' as const, 'market' as const, 100, ['fill 100@5002 t+1']],
    ['IOC limit not reached', 'IOC' as const, 'limit' as const, 100, ['canceled']],
  ])('%s', (_, timeInForce, orderType, size, want) => {
    const b = bench(QUOTES)
    submit(b, open, { timeInForce, orderType, limit: orderType === 'limit' ? 5000 : 0 })
    trade(b, open, 4000)
    quote(b, open, 5003, 5002)
    quote(b, open + 1, 5001, 5002, 100, size)
    quote(b, open + 2, 4001, 4002)
    expect(lines(b)).toEqual(['accepted', ...want])
  })

  it('DAY ends at the close, GTC stays', () => {
    const b = bench(QUOTES)
    submit(b, open, { orderType: 'limit', limit: 4000 })
    expect(b.venue.nextExpiry()).toBe(close)
    submit(b, open, { orderType: 'limit', limit: 4000, timeInForce: 'GTC' })
    b.venue.expire(close - 1, b.out)
    expect(lines(b)).toEqual(['accepted', 'accepted'])
    b.venue.expire(close, b.out)
    expect(b.out[2]).toEqual({
      type: 'expired',
      t: close,
      broker: 0,
      orderId: b.out[0]?.type === 'accepted' ? b.out[0].orderId : 0,
    })
    expect(b.venue.nextExpiry()).toBe(Infinity)
    expect(b.venue.liveOrders).toBe(1)
    quote(b, open + DAY, 3999, 4000)
    expect(lines(b, open + DAY).at(-1)).toBe('fill 100@4000 t+0')
  })

  it('arriving at the close is of the next session', () => {
    const b = bench(QUOTES)
    submit(b, close)
    expect(b.venue.nextExpiry()).toBe(close + DAY)
  })
})

describe('stops on ticks', () => {
  it('are triggered by the last trade and fill at the next quote', () => {
    const b = bench(QUOTES)
    submit(b, open, { orderType: 'stop', stop: 5010 })
    quote(b, open + 1, 5011, 5012)
    trade(b, open + 2, 5009)
    trade(b, open + 3, 5010)
    quote(b, open + 4, 5020, 5021)
    expect(lines(b)).toEqual(['accepted', 'fill 100@5021 t+4'])
  })

  it('are triggered by the opposite touch on quote-only tapes', () => {
    const b = bench(QUOTES_ONLY)
    submit(b, open, { orderType: 'stop', stop: 4990, side: -1 })
    quote(b, open + 1, 4991, 4992)
    quote(b, open + 2, 4990, 4991)
    quote(b, open + 3, 4985, 4986)
    expect(lines(b)).toEqual(['accepted', 'fill 100@4985 t+3'])
  })

  it('a stop-limit becomes a limit', () => {
    const b = bench(QUOTES)
    submit(b, open, { orderType: 'stopLimit', stop: 5010, limit: 5012 })
    trade(b, open + 1, 5010)
    quote(b, open + 2, 5014, 5015)
    quote(b, open + 3, 5009, 5010)
    expect(lines(b)).toEqual(['accepted', 'fill 100@5012 t+3'])
  })

  it('an IOC stop waits for its trigger', () => {
    const b = bench(QUOTES)
    submit(b, open, { orderType: 'stop', stop: 5010, timeInForce: 'IOC' })
    quote(b, open + 1, 5001, 5002)
    trade(b, open + 2, 5010)
    quote(b, open + 3, 5010, 5011, 10, 10)
    expect(lines(b)).toEqual(['accepted', 'fill 10@5011 t+3', 'canceled'])
  })
})
