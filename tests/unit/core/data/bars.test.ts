/** Bars from ticks and from shorter bars: boundaries, conditions, order, and equality with a plain grouping. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BarBuilder } from '../../../../src/core/data/bars.ts'
import type { BarEvent, TradeEvent } from '../../../../src/core/domain/event.ts'

const seed = 20242
const MINUTE = 60_000_000
const T0 = 1_700_000_040_000_000 - (1_700_000_040_000_000 % (60 * MINUTE))

function trade(t: number, price: number, size = 1, instrument = 0, flags = 0): TradeEvent {
  return { type: 'trade', t, venueT: t, instrument, price, size, flags }
}

function shorter(start: number, length: number, close: number, instrument = 0, volume = 1): BarEvent {
  const none = { bidOpen: 0, askOpen: 0, bidClose: 0, askClose: 0 }
  const prices = { open: close, high: close, low: close, close }
  return { type: 'bar', t: start + length, start, instrument, ...prices, volume, ...none }
}

/** A builder whose closed bars are collected. */
function collector(interval: number, instruments = 1) {
  const builder = new BarBuilder(interval, instruments)
  const bars: BarEvent[] = []
  const emit = (bar: BarEvent): void => void bars.push(bar)
  return {
    builder,
    bars,
    tick(e: TradeEvent): void {
      builder.advance(e.t, emit)
      builder.trade(e)
    },
    advance: (t: number): void => builder.advance(t, emit),
    bar: (e: BarEvent): void => builder.bar(e, emit),
  }
}

const brief = (b: BarEvent): number[] => [b.instrument, b.start, b.t, b.open, b.high, b.low, b.close, b.volume]

describe('bars from ticks', () => {
  it('a trade on the boundary opens the next bar and closes the one before', () => {
    const c = collector(MINUTE)
    c.tick(trade(T0, 10, 5))
    c.tick(trade(T0 + MINUTE - 1, 12, 5))
    expect(c.bars).toEqual([])
    c.tick(trade(T0 + MINUTE, 7, 1))
    expect(c.bars.map(brief)).toEqual([[0, T0, T0 + MINUTE, 10, 12, 10, 12, 10]])
  })

  it('any event closes, empty intervals give nothing, the end is that of the interval', () => {
    const c = collector(MINUTE, 3)
    c.tick(trade(T0 + 5, 10, 1, 2))
    c.tick(trade(T0 + 6, 20, 1, 0))
    c.advance(T0 + 10 * MINUTE + 1)
    expect(c.bars.map((b) => [b.instrument, b.t])).toEqual([
      [0, T0 + MINUTE],
      [2, T0 + MINUTE],
    ])
    c.advance(T0 + 11 * MINUTE)
    expect(c.bars.length).toBe(2)
  })

  it('odd lots add volume only, unused and suspicious trades nothing', () => {
    const c = collector(MINUTE)
    c.tick(trade(T0, 999, 7, 0, 0x80000000))
    c.tick(trade(T0 + 1, 10, 1))
    c.tick(trade(T0 + 2, 999, 100, 0, 0x400))
    c.tick(trade(T0 + 3, 999, 100, 0, 2 ** 32))
    c.tick(trade(T0 + 4, 1, 2, 0, 0x80000001))
    c.advance(T0 + MINUTE)
    expect(c.bars.map(brief)).toEqual([[0, T0, T0 + MINUTE, 10, 10, 10, 10, 10]])
  })

  it('an interval of odd lots only gives no bar, and its volume is not carried over', () => {
    const c = collector(MINUTE)
    c.tick(trade(T0, 999, 7, 0, 0x80000000))
    c.tick(trade(T0 + MINUTE, 10, 1))
    c.advance(T0 + 2 * MINUTE)
    expect(c.bars.map((b) => b.volume)).toEqual([1])
  })

  it('mids of quotes make bars without volume; a half unit is cut', () => {
    const c = collector(MINUTE)
    c.advance(T0)
    c.builder.mid(0, 2 * 100 + 1)
    c.builder.mid(0, 2 * 104)
    c.builder.mid(0, 2 * 98 + 1)
    c.advance(T0 + MINUTE)
    expect(c.bars.map(brief)).toEqual([[0, T0, T0 + MINUTE, 100, 104, 98, 98, 0]])
  })

  it('equals a plain grouping of the trades', () => {
    const ticks = fc.array(fc.tuple(fc.nat(90_000_000), fc.integer({ min: 1, max: 50 }), fc.nat(9), fc.nat(2)), {
      maxLength: 60,
    })
    fc.assert(
      fc.property(ticks, (steps) => {
        const c = collector(MINUTE, 3)
        const groups = new Map<string, TradeEvent[]>()
        let t = T0
        for (const [gap, price, size, instrument] of steps) {
          t += gap
          const e = trade(t, price, size, instrument)
          c.tick(e)
          const key = `${String(Math.floor(t / MINUTE)).padStart(12)} ${instrument}`
          groups.set(key, [...(groups.get(key) ?? []), e])
        }
        c.advance(t + MINUTE)
        const expected = [...groups.entries()]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, es]) => {
            const start = Number(key.slice(0, 12)) * MINUTE
            const prices = es.map((e) => e.price)
            const volume = es.reduce((sum, e) => sum + e.size, 0)
            const [open, close] = [prices[0], prices.at(-1)]
            return [
              es[0]?.instrument,
              start,
              start + MINUTE,
              open,
              Math.max(...prices),
              Math.min(...prices),
              close,
              volume,
            ]
          })
        expect(c.bars.map(brief)).toEqual(expected)
      }),
      { seed, numRuns: 150 },
    )
  })

  it('goes on from a snapshot as if nothing had happened', () => {
    const steps = fc.array(fc.tuple(fc.nat(50_000_000), fc.integer({ min: 1, max: 50 }), fc.nat(1)), { maxLength: 40 })
    fc.assert(
      fc.property(steps, fc.nat(40), (moves, cut) => {
        const run = (at: number): number[][] => {
          let c = collector(MINUTE, 2)
          const bars: BarEvent[] = []
          let t = T0
          for (const [i, [gap, price, instrument]] of moves.entries()) {
            if (i === at) {
              const saved = JSON.stringify(c.builder.snapshot())
              bars.push(...c.bars)
              c = collector(MINUTE, 2)
              c.builder.restore(JSON.parse(saved))
            }
            t += gap
            c.tick(trade(t, price, 1, instrument))
          }
          return [...bars, ...c.bars].map(brief)
        }
        expect(run(cut)).toEqual(run(-1))
      }),
      { seed, numRuns: 80 },
    )
  })

  it('refuses a snapshot of other bars', () => {
    const saved = new BarBuilder(MINUTE, 2).snapshot()
    expect(() => new BarBuilder(5 * MINUTE, 2).restore(saved)).toThrow(/60000000 µs bars into 300000000/)
    expect(() => new BarBuilder(MINUTE, 1).restore(saved)).toThrow(/2 instruments/)
  })
})

describe('longer bars from shorter ones', () => {
  it('merges prices and volume, and closes with the bar that ends on the boundary', () => {
    const c = collector(5 * MINUTE)
    for (const [i, close] of [10, 14, 8, 9, 11].entries()) c.bar(shorter(T0 + i * MINUTE, MINUTE, close, 0, 2))
    expect(c.bars.map(brief)).toEqual([[0, T0, T0 + 5 * MINUTE, 10, 14, 8, 11, 10]])
  })

  it('bars of one moment all get into their longer bars', () => {
    const c = collector(5 * MINUTE, 2)
    c.bar(shorter(T0 + 3 * MINUTE, MINUTE, 1, 1))
    c.bar(shorter(T0 + 4 * MINUTE, MINUTE, 20, 0))
    c.bar(shorter(T0 + 4 * MINUTE, MINUTE, 21, 1))
    expect(c.bars.map((b) => [b.instrument, b.t, b.open, b.close])).toEqual([
      [0, T0 + 5 * MINUTE, 20, 20],
      [1, T0 + 5 * MINUTE, 1, 21],
    ])
  })

  it('a gap: the next event that passes the boundary closes', () => {
    const c = collector(5 * MINUTE, 2)
    c.bar(shorter(T0 + MINUTE, MINUTE, 10))
    c.bar(shorter(T0 + 4 * MINUTE, MINUTE, 30, 1))
    expect(c.bars.map((b) => b.instrument)).toEqual([1])
    c.bar(shorter(T0 + 7 * MINUTE, MINUTE, 31, 1))
    expect(c.bars.map((b) => [b.instrument, b.start])).toEqual([
      [1, T0],
      [0, T0],
    ])
  })

  it('a quote-only bar moves time and no price', () => {
    const c = collector(5 * MINUTE)
    c.bar(shorter(T0, MINUTE, 10))
    c.bar(shorter(T0 + 4 * MINUTE, MINUTE, 0))
    expect(c.bars.map(brief)).toEqual([[0, T0, T0 + 5 * MINUTE, 10, 10, 10, 10, 1]])
  })

  it('bars made of ticks do not wait for other instruments’ bars', () => {
    const c = collector(5 * MINUTE, 2)
    c.tick(trade(T0 + 1, 7, 1, 1))
    c.bar(shorter(T0 + 4 * MINUTE, MINUTE, 10, 0))
    expect(c.bars.map((b) => [b.instrument, b.t])).toEqual([
      [1, T0 + 5 * MINUTE],
      [0, T0 + 5 * MINUTE],
    ])
  })

  it('a bar off the grid counts where it ends: nothing is known before its time', () => {
    const c = collector(60 * MINUTE)
    c.bar(shorter(T0 + 30 * MINUTE, 60 * MINUTE, 10))
    expect(c.bars).toEqual([])
    c.advance(T0 + 120 * MINUTE)
    expect(c.bars.map((b) => [b.start, b.t])).toEqual([[T0 + 60 * MINUTE, T0 + 120 * MINUTE]])
  })

  it('refuses a longer bar than it makes', () => {
    expect(() => collector(MINUTE).bar(shorter(T0, 5 * MINUTE, 10))).toThrow(/a bar of 300000000/)
  })
})
