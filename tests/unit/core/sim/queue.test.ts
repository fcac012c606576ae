/** What moves a resting order up its queue and what fills it, model by model. Prices cents, sizes shares. */
import { describe, expect, it } from 'vitest'
import type { SimConfig } from '../../../../src/core/sim/config.ts'
import type { QueueModel } from '../../../../src/core/sim/queue.ts'
import { type Bench, bench, lines, ONE_SIDED, open, QUOTES, quote, submit, trade, TRADES } from './fixture.ts'

const front: QueueModel = { kind: 'front' }
const back: QueueModel = { kind: 'back' }
const even: QueueModel = { kind: 'probabilistic', power: 1 }
const cubic: QueueModel = { kind: 'probabilistic', power: 3 }

/** A buy of 100 at 5000, where 300 are shown; the ask is 5001. */
function resting(queue: QueueModel | undefined, more: Partial<SimConfig> = {}): Bench {
  const b = bench(QUOTES, { ...(queue === undefined ? {} : { queue }), ...more })
  quote(b, open, 5000, 5001, 300, 500)
  submit(b, open, { orderType: 'limit', limit: 5000 })
  // Without a queue an order rests from the first quote it saw.
  quote(b, open + 1, 5000, 5001, 300, 500)
  return b
}

type Play = (b: Bench) => void
const print =
  (size: number, price = 5000): Play =>
  (b) =>
    trade(b, open + 2, price, size)
const shown =
  (size: number, bid = 5000, ask = 5001): Play =>
  (b) =>
    quote(b, open + 3, bid, ask, size, 500)

const cases: readonly [string, readonly Play[], Record<'none' | 'front' | 'back' | 'even' | 'cubic', string[]>][] = [
  [
    'a print at our price, smaller than what is ahead',
    [print(200)],
    { none: [], front: ['fill 100@5000 t+2'], back: [], even: [], cubic: [] },
  ],
  [
    'a print that reaches us in part',
    [print(340)],
    {
      none: [],
      front: ['fill 100@5000 t+2'],
      back: ['fill 40@5000 t+2'],
      even: ['fill 40@5000 t+2'],
      cubic: ['fill 40@5000 t+2'],
    },
  ],
  [
    'prints add up',
    [print(150), print(150), print(60)],
    {
      none: [],
      front: ['fill 100@5000 t+2'],
      back: ['fill 60@5000 t+2'],
      even: ['fill 60@5000 t+2'],
      cubic: ['fill 60@5000 t+2'],
    },
  ],
  [
    // 100 of 300 go, nobody is behind: all of them were ahead.
    'cancellations with nobody behind us',
    [shown(200), print(220)],
    { none: [], front: ['fill 100@5000 t+2'], back: [], even: ['fill 20@5000 t+2'], cubic: ['fill 20@5000 t+2'] },
  ],
  [
    // 300 join behind; of 200 canceled 100 (linear) were ahead: 200 are left. With the cube too: 300³ = 300³.
    'cancellations shared between ahead and behind',
    [shown(600), shown(400), print(230)],
    { none: [], front: ['fill 100@5000 t+2'], back: [], even: ['fill 30@5000 t+2'], cubic: ['fill 30@5000 t+2'] },
  ],
  [
    // 100 join behind: of 40 canceled 30 were ahead (300 : 100), 38 with the cube (27 : 1, 38.57 rounded down).
    'the function weighs the longer side more',
    [shown(400), shown(360), print(290)],
    { none: [], front: ['fill 100@5000 t+2'], back: [], even: ['fill 20@5000 t+2'], cubic: ['fill 28@5000 t+2'] },
  ],
  [
    'a fall that the prints explain is no cancellation',
    [print(100), shown(200), print(250)],
    {
      none: [],
      front: ['fill 100@5000 t+2'],
      back: ['fill 50@5000 t+2'],
      even: ['fill 50@5000 t+2'],
      cubic: ['fill 50@5000 t+2'],
    },
  ],
  [
    'our price is better than the touch: nobody is ahead, at back only prints count',
    [shown(700, 4999), print(30)],
    { none: [], front: ['fill 30@5000 t+2'], back: [], even: ['fill 30@5000 t+2'], cubic: ['fill 30@5000 t+2'] },
  ],
  [
    'a print strictly through fills as ever',
    [print(60, 4999)],
    Object.fromEntries(['none', 'front', 'back', 'even', 'cubic'].map((k) => [k, ['fill 60@5000 t+2']])) as never,
  ],
  [
    'the ask that reaches us fills as ever',
    [shown(500, 4999, 5000)],
    Object.fromEntries(['none', 'front', 'back', 'even', 'cubic'].map((k) => [k, ['fill 100@5000 t+3']])) as never,
  ],
  [
    'an odd lot moves nobody',
    [(b) => trade(b, open + 2, 5000, 900, 0x80000000)],
    { none: [], front: [], back: [], even: [], cubic: [] },
  ],
]

describe.each(cases)('%s', (_, plays, want) => {
  it.each([
    ['none', undefined],
    ['front', front],
    ['back', back],
    ['even', even],
    ['cubic', cubic],
  ] as const)('%s', (name, queue) => {
    const b = resting(queue)
    for (const play of plays) play(b)
    expect(lines(b).slice(1)).toEqual(want[name])
  })
})

describe('joining', () => {
  it('inside the spread nobody is ahead', () => {
    const b = bench(QUOTES, { queue: back })
    quote(b, open, 5000, 5005, 300, 500)
    submit(b, open, { orderType: 'limit', limit: 5002 })
    trade(b, open + 1, 5002, 70)
    expect(lines(b)).toEqual(['accepted', 'fill 70@5002 t+1'])
  })

  it('a price below the touch is seen when it becomes the touch; prints before that do not count', () => {
    const b = bench(QUOTES, { queue: back })
    quote(b, open, 5000, 5005, 300, 500)
    submit(b, open, { orderType: 'limit', limit: 4998 })
    trade(b, open + 1, 4998, 1000)
    quote(b, open + 2, 4998, 5005, 200, 500)
    trade(b, open + 3, 4998, 230)
    expect(lines(b)).toEqual(['accepted', 'fill 30@4998 t+3'])
  })

  it('a replace that arrives anew goes to the back, a smaller quantity keeps its place', () => {
    for (const [qty, limit, want] of [
      [50, 5000, 'fill 50@5000 t+3'],
      [100, 4999, undefined],
      [150, 5000, undefined],
    ] as const) {
      const b = bench(QUOTES, { queue: back })
      quote(b, open, 5000, 5001, 300, 500)
      const id = submit(b, open, { orderType: 'limit', limit: 5000 })
      trade(b, open + 1, 5000, 300)
      b.venue.replace({ type: 'replace', t: open, broker: 0, orderId: id, qty, limit, stop: 0 }, open + 2, b.out)
      trade(b, open + 3, 5000, 80)
      expect(lines(b)[2]).toBe(want)
    }
  })

  it('two orders of ours do not share what one print leaves', () => {
    const b = bench(QUOTES, { queue: back })
    quote(b, open, 5000, 5001, 300, 500)
    submit(b, open, { orderType: 'limit', limit: 5000, qty: 40 })
    submit(b, open, { orderType: 'limit', limit: 5000, qty: 40 })
    trade(b, open + 1, 5000, 350)
    trade(b, open + 2, 5000, 100)
    expect(lines(b).slice(2)).toEqual(['fill 40@5000 t+1', 'fill 10@5000 t+1', 'fill 30@5000 t+2'])
  })

  it('sells mirror', () => {
    const b = bench(QUOTES, { queue: even })
    quote(b, open, 5000, 5001, 500, 300)
    submit(b, open, { side: -1, orderType: 'limit', limit: 5001 })
    quote(b, open + 1, 5000, 5001, 500, 200)
    trade(b, open + 2, 5001, 260)
    expect(lines(b)).toEqual(['accepted', 'fill 60@5001 t+2'])
  })

  it('a one-sided row of the other side says nothing of ours', () => {
    const b = bench(ONE_SIDED, { queue: even })
    quote(b, open, 5000, 0, 300, 0)
    quote(b, open, 0, 5001, 0, 500)
    submit(b, open, { orderType: 'limit', limit: 5000 })
    trade(b, open + 1, 5000, 100)
    quote(b, open + 2, 0, 5001, 0, 400)
    quote(b, open + 3, 5000, 0, 200, 0)
    trade(b, open + 4, 5000, 230)
    expect(lines(b)).toEqual(['accepted', 'fill 30@5000 t+4'])
  })

  it.each([
    ['front', front, ['fill 100@5000 t+3']],
    ['back', back, []],
  ] as const)('trades-only tapes show no queue: %s', (_, queue, want) => {
    const b = bench(TRADES, { queue })
    submit(b, open, { orderType: 'limit', limit: 5000 })
    trade(b, open + 2, 5001)
    trade(b, open + 3, 5000)
    expect(lines(b).slice(1)).toEqual(want)
  })
})
