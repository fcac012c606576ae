/**
 * What holds for any market and any orders: random quotes, prints or bars and random commands against every policy.
 * The seed is fixed; a failure prints seed, path and the shrunk case.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MINUTE } from '../../../../src/core/base/time.ts'
import { Rng } from '../../../../src/core/base/rng.ts'
import { SessionClock } from '../../../../src/core/domain/calendar.ts'
import type { SubmitOrder } from '../../../../src/core/domain/command.ts'
import type { ReportEvent } from '../../../../src/core/domain/event.ts'
import { ORDER_TYPES, TIMES_IN_FORCE } from '../../../../src/core/domain/order.ts'
import { TRADING_STATUSES } from '../../../../src/core/domain/phase.ts'
import type { SimConfig, StreamKinds } from '../../../../src/core/sim/config.ts'
import { SimVenue } from '../../../../src/core/sim/venue.ts'
import * as f from './fixture.ts'

const RUNS = { seed: 20260101, numRuns: 400 }
const price = fc.integer({ min: 90, max: 110 })
const size = fc.integer({ min: 0, max: 60 })

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('quote' as const),
      bid: price,
      gap: fc.integer({ min: -1, max: 4 }),
      a: size,
      b: size,
      one: fc.integer({ min: 0, max: 2 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('trade' as const),
      price,
      size,
      flags: fc.constantFrom(0, 0, 0, 1, 0x400, 0x40, 0x80, 0x100),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('bar' as const),
      p: fc.tuple(price, price, price, price),
      volume: fc.integer({ min: 0, max: 400 }),
      quotes: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('submit' as const),
      side: fc.constantFrom(1 as const, -1 as const),
      orderType: fc.constantFrom(...ORDER_TYPES),
      qty: fc.integer({ min: 1, max: 20 }),
      limit: price,
      stop: price,
      timeInForce: fc.constantFrom(...TIMES_IN_FORCE),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), which: fc.nat(20) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('status' as const), to: fc.constantFrom(...TRADING_STATUSES) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('replace' as const),
      which: fc.nat(20),
      qty: fc.integer({ min: 1, max: 20 }),
      limit: price,
      stop: price,
    }),
  },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

const config: fc.Arbitrary<SimConfig> = fc
  .record({
    match: fc.constantFrom('next' as const, 'standing' as const),
    liquidity: fc.constantFrom<SimConfig['liquidity']>(
      { kind: 'shown' },
      { kind: 'unlimited' },
      { kind: 'volume', share: { num: 1, den: 3 } },
    ),
    slippage: fc.constantFrom<SimConfig['slippage']>(
      { kind: 'none' },
      { kind: 'ticks', ticks: 2 },
      { kind: 'spread', share: { num: 1, den: 2 } },
      { kind: 'sqrt', y: { num: 1, den: 1 } },
    ),
    fees: fc.constant<SimConfig['fees']>({ kind: 'bps', bps: { num: 5, den: 1 } }),
    rejects: fc.constant({ num: 1, den: 10 }),
    models: fc.constantFrom<Partial<SimConfig>>(
      {},
      { queue: { kind: 'front' } },
      { queue: { kind: 'back' }, auctions: 'cross' },
      { queue: { kind: 'probabilistic', power: 2 } },
      { auctions: 'cross' },
    ),
  })
  .map(({ models, ...rest }) => ({ ...rest, ...models }))
const streams = fc.constantFrom<StreamKinds>(f.QUOTES, f.QUOTES_ONLY, f.ONE_SIDED, f.TRADES, f.BARS, f.SESSION_BARS)

interface World {
  readonly venue: SimVenue
  readonly kinds: StreamKinds
  readonly out: ReportEvent[]
  readonly sent: Map<number, SubmitOrder>
  readonly arrived: Map<number, { at: number; call: number }>
  /** Index of the call in which each report was made. */
  readonly calls: number[]
}

const venueOf = (c: SimConfig, kinds: StreamKinds): SimVenue =>
  new SimVenue(
    [{ ...f.shares, lot: 1 }],
    [new SessionClock(c.auctions === 'cross' ? f.collecting : f.calendar)],
    c,
    Rng.start(3, 1),
    0,
    [kinds],
  )

/** Plays steps `from` … as calls one second apart (bars: one minute), across closes. */
function run(w: World, steps: readonly Step[], from = 0): void {
  for (const [k, s] of steps.entries()) {
    const i = from + k
    const t = f.close - 20 * MINUTE + i * MINUTE
    if (w.venue.nextExpiry() < t) w.venue.expire(w.venue.nextExpiry(), w.out)
    const ids = [...w.sent.keys()]
    const which = s.kind === 'cancel' || s.kind === 'replace' ? (ids[s.which % Math.max(1, ids.length)] ?? 77) : 0
    if (s.kind === 'quote' && w.kinds.quotes) {
      const [bid, ask] = w.kinds.oneSided
        ? [s.one === 1 ? 0 : s.bid, s.one === 1 ? s.bid + s.gap : 0]
        : [s.bid, s.bid + s.gap]
      w.venue.onQuote(
        { type: 'quote', t, venueT: t, instrument: 0, bid, ask, bidSize: s.a, askSize: s.b, flags: 0 },
        w.out,
      )
    } else if (s.kind === 'trade' && w.kinds.trades) {
      w.venue.onTrade(
        { type: 'trade', t, venueT: t, instrument: 0, price: s.price, size: s.size, flags: s.flags },
        w.out,
      )
    } else if (s.kind === 'bar' && w.kinds.bars) {
      const [o, a, b, c] = s.p
      const e = f.bar(t, [o, Math.max(o, a, c), Math.min(o, b, c), c], {
        volume: s.volume,
        ...(s.quotes ? { bidOpen: o - 1, askOpen: o + 2 } : {}),
      })
      w.venue.onBarOpen(e, w.out)
      while (w.calls.length < w.out.length) w.calls.push(i)
      w.venue.onBarEnd(e, w.out)
    } else if (s.kind === 'status') {
      w.venue.onStatus({ type: 'status', t, venueT: t, instrument: 0, status: s.to, reason: 'news', until: 0 })
    } else if (s.kind === 'submit') {
      const cmd = f.order({ ...s, orderId: i + 1, t })
      w.sent.set(cmd.orderId, cmd)
      w.arrived.set(cmd.orderId, { at: t, call: i })
      w.venue.submit(cmd, t, w.out)
    } else if (s.kind === 'cancel') {
      w.venue.cancel({ type: 'cancel', t, broker: 0, orderId: which }, t, w.out)
    } else if (s.kind === 'replace') {
      w.venue.replace(
        { type: 'replace', t, broker: 0, orderId: which, qty: s.qty, limit: s.limit, stop: s.stop },
        t,
        w.out,
      )
    }
    while (w.calls.length < w.out.length) w.calls.push(i)
  }
}

const world = (c: SimConfig, kinds: StreamKinds): World => ({
  venue: venueOf(c, kinds),
  kinds,
  out: [],
  sent: new Map(),
  arrived: new Map(),
  calls: [],
})

describe('the simulated venue', () => {
  it('every order: accepted once, Σ fills ≤ quantity, numbered fills, one end, nothing after it, no fill outside its limit', () => {
    fc.assert(
      fc.property(config, streams, fc.array(step, { maxLength: 60 }), (c, kinds, steps) => {
        const w = world(c, kinds)
        run(w, steps)
        const seen = new Map<number, { qty: number; limit: number; cum: number; fills: number; over: boolean }>()
        let before = -Infinity
        for (const [i, r] of w.out.entries()) {
          expect(r.t).toBeGreaterThanOrEqual(before)
          before = r.t
          if (r.type === 'cancelRejected' || r.type === 'replaceRejected') continue
          if (r.type === 'accepted' || r.type === 'rejected') {
            expect(seen.has(r.orderId)).toBe(false)
            const cmd = w.sent.get(r.orderId) as SubmitOrder
            const bounded = cmd.orderType === 'limit' || cmd.orderType === 'stopLimit'
            seen.set(r.orderId, {
              qty: cmd.qty,
              limit: bounded ? cmd.limit : 0,
              cum: 0,
              fills: 0,
              over: r.type === 'rejected',
            })
            continue
          }
          const o = seen.get(r.orderId)
          if (o === undefined) throw new Error(`report of ${r.orderId} before it was accepted`)
          expect(o.over).toBe(false)
          if (r.type === 'replaced') {
            o.qty = r.qty
            o.limit = r.limit
          } else if (r.type === 'filled') {
            o.cum += r.qty
            o.fills++
            expect(r.qty).toBeGreaterThan(0)
            expect(r.price).toBeGreaterThan(0)
            expect(Number.isSafeInteger(r.price)).toBe(true)
            expect(r.cumQty).toBe(o.cum)
            expect(r.fillNo).toBe(o.fills)
            expect(o.cum).toBeLessThanOrEqual(o.qty)
            expect(r.fee).toBe(Math.ceil((r.qty * r.price * 10_000 * 5) / 10_000))
            if (o.limit > 0) expect(r.side * (r.price - o.limit)).toBeLessThanOrEqual(0)
            const cmd = w.sent.get(r.orderId) as SubmitOrder
            if (cmd.timeInForce === 'FOK') expect(r.qty).toBe(o.qty)
            if (c.match === 'next') {
              const arrival = w.arrived.get(r.orderId)
              expect(w.calls[i]).toBeGreaterThan(arrival?.call ?? Infinity)
              expect(r.t).toBeGreaterThan(arrival?.at ?? Infinity)
            }
            o.over = o.cum === o.qty
          } else o.over = true
        }
        const live = [...seen.values()].filter((o) => !o.over).length
        expect(w.venue.liveOrders).toBe(live)
      }),
      RUNS,
    )
  })

  it('never better than the touch: market orders on quotes and at opens', () => {
    const market = fc
      .array(step, { maxLength: 60 })
      .map((steps) => steps.map((s) => (s.kind === 'submit' ? { ...s, orderType: 'market' as const } : s)))
    fc.assert(
      fc.property(config, fc.constantFrom(f.QUOTES, f.BARS), market, (c, kinds, steps) => {
        const w = world({ ...c, match: 'next' }, kinds)
        run(w, steps)
        for (const [i, r] of w.out.entries()) {
          if (r.type !== 'filled') continue
          const s = steps[w.calls[i] as number]
          let touch = Number.NaN
          if (s?.kind === 'quote') touch = r.side > 0 ? s.bid + s.gap : s.bid
          // In an auction: its price.
          if (s?.kind === 'trade') touch = s.price
          if (s?.kind === 'bar') touch = s.p[0] + (s.quotes ? (r.side > 0 ? 2 : -1) : 0)
          expect(r.side * (r.price - touch)).toBeGreaterThanOrEqual(0)
          if (s?.kind === 'quote') expect(s.gap).toBeGreaterThanOrEqual(0)
        }
      }),
      RUNS,
    )
  })

  it('shown: our fills at one row, print or bar never exceed what was there', () => {
    fc.assert(
      fc.property(config, streams, fc.array(step, { maxLength: 60 }), (c, kinds, steps) => {
        fc.pre(!kinds.oneSided)
        const w = world({ ...c, match: 'next', liquidity: { kind: 'shown' } }, kinds)
        run(w, steps)
        const taken = new Map<string, number>()
        for (const [i, r] of w.out.entries()) {
          if (r.type !== 'filled') continue
          const call = w.calls[i] as number
          const s = steps[call]
          const key = s?.kind === 'quote' ? `${call}/${r.side}` : `${call}`
          const sum = (taken.get(key) ?? 0) + r.qty
          taken.set(key, sum)
          const most =
            s?.kind === 'quote'
              ? r.side > 0
                ? s.b
                : s.a
              : s?.kind === 'trade'
                ? // Each side may take an auction's size.
                  (s.flags >= 0x40 ? 2 : 1) * s.size
                : s?.kind === 'bar'
                  ? Math.floor(s.volume / 4)
                  : 0
          expect(sum).toBeLessThanOrEqual(most)
        }
      }),
      RUNS,
    )
  })

  it('a snapshot continues exactly: through text, in another venue', () => {
    fc.assert(
      fc.property(config, streams, fc.array(step, { maxLength: 50 }), fc.nat(50), (c, kinds, steps, cut) => {
        const whole = world(c, kinds)
        run(whole, steps)
        const first = world(c, kinds)
        run(first, steps.slice(0, cut))
        const second = { ...first, venue: venueOf(c, kinds) }
        second.venue.restore(JSON.parse(JSON.stringify(first.venue.snapshot())))
        run(second, steps.slice(cut), Math.min(cut, steps.length))
        expect(second.out).toEqual(whole.out)
        expect(second.venue.snapshot()).toEqual(whole.venue.snapshot())
      }),
      RUNS,
    )
  })

  it('calls that hasWork leaves out change nothing', () => {
    fc.assert(
      fc.property(config, streams, fc.array(step, { maxLength: 60 }), (c, kinds, steps) => {
        const all = world(c, kinds)
        run(all, steps)
        const lazy = world(c, kinds)
        const { venue } = lazy
        const skip = {
          onQuote: venue.onQuote.bind(venue),
          onTrade: venue.onTrade.bind(venue),
          onBarOpen: venue.onBarOpen.bind(venue),
          onBarEnd: venue.onBarEnd.bind(venue),
        }
        venue.onQuote = (e, out) => (venue.hasWork(0) ? skip.onQuote(e, out) : undefined)
        venue.onTrade = (e, out) => (venue.hasWork(0) ? skip.onTrade(e, out) : undefined)
        venue.onBarOpen = (e, out) => (venue.hasWork(0) ? skip.onBarOpen(e, out) : undefined)
        venue.onBarEnd = (e, out) => (venue.hasWork(0) ? skip.onBarEnd(e, out) : undefined)
        run(lazy, steps)
        expect(lazy.out).toEqual(all.out)
      }),
      RUNS,
    )
  })
})
