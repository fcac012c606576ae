/** What a fee table charges fill by fill, against its own definition in BigInt, and the estimate before the fact. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  buyCosts,
  charge,
  type ChargedOrder,
  type Costs,
  type FeeCharge,
  type FeeModel,
  nothingCharged,
  notional,
} from '../../../../src/core/domain/fees.ts'
import type { Instrument } from '../../../../src/core/domain/instrument.ts'
import { bench, open, order, QUOTES, quote, shares } from '../sim/fixture.ts'

const SEED = 20_261_125
const T = 1000

function charges(...given: Partial<FeeCharge>[]): FeeCharge[] {
  const plain = { name: 'c', books: 'fee', side: 0, per: 'order', base: 'value', rate: { num: 0, den: 1 } } as const
  return given.map((g) => ({ ...plain, ...g }))
}

function table(...rows: FeeCharge[][]): FeeModel {
  const from = rows.map((_, i) => T * i)
  return { kind: 'table', name: 'test', schedules: [{ from, rows }] }
}

interface Fill {
  readonly qty: number
  readonly price: number
  readonly t?: number
}

/** Costs of an order's fills one after the other, as the venue asks for them. */
function costs(model: FeeModel, side: 1 | -1, fills: readonly Fill[], instrument: Instrument = shares): Costs[] {
  let cumQty = 0
  const charged = nothingCharged()
  return fills.map(({ qty, price, t }) => {
    const o: ChargedOrder = { side, cumQty, charged }
    cumQty += qty
    return charge(model, instrument, o, qty, price, t ?? 0)
  })
}

const fees = (...args: Parameters<typeof costs>): number[] => costs(...args).map((c) => c.fee)
const sum = (all: readonly Costs[]): number => all.reduce((n, c) => n + c.fee + c.tax, 0)

/** 0.005 US dollars a share, at least 1.00, at most 1 % of the value; cents and micro-dollars. */
const PER_SHARE = charges({
  base: 'qty',
  rate: { num: 5000, den: 1 },
  min: 1_000_000,
  maxOfValue: { num: 1, den: 100 },
})

describe('a charge per order', () => {
  it('puts the minimum on the first fill and takes the rest from it', () => {
    const fills = [
      { qty: 30, price: 2500 },
      { qty: 100, price: 2500 },
      { qty: 100, price: 2500 },
    ]
    // 30, 130 and 230 shares owe 0.15, 0.65 and 1.15: the minimum covers two fills and 0.15 is left for the third.
    expect(fees(table(PER_SHARE), 1, fills)).toEqual([1_000_000, 0, 150_000])
  })

  it('keeps the maximum for the order, and below the minimum where it is smaller', () => {
    expect(fees(table(PER_SHARE), 1, [{ qty: 10, price: 20 }])).toEqual([20_000])
    expect(
      fees(
        table(PER_SHARE),
        1,
        [10, 10, 980].map((qty) => ({ qty, price: 25 })),
      ),
    ).toEqual([25_000, 25_000, 2_450_000])
  })

  it('is never negative when the row in force becomes cheaper between two fills', () => {
    const model = table(PER_SHARE, charges({ base: 'qty', rate: { num: 1, den: 1 } }))
    expect(
      fees(model, 1, [
        { qty: 500, price: 2500, t: 0 },
        { qty: 500, price: 2500, t: T },
      ]),
    ).toEqual([2_500_000, 0])
  })

  it('sums several charges exactly and rounds the sum up once', () => {
    // 0.3 of the money unit each, of 1.00 US dollar.
    const third = { num: 3, den: 10_000_000 }
    const model = table(charges({ rate: third }, { rate: third }, { rate: third }))
    expect(fees(model, 1, [{ qty: 1, price: 100 }])).toEqual([1])
  })

  it('takes a share of another charge, and books fee and tax apart', () => {
    const model = table(
      charges(
        { rate: { num: 1, den: 100 } },
        { base: 'charge', of: 0, rate: { num: 1, den: 10 } },
        {
          books: 'tax',
          side: -1,
          rate: { num: 2, den: 100 },
        },
      ),
    )
    expect(costs(model, 1, [{ qty: 100, price: 100 }])).toEqual([{ fee: 1_100_000, tax: 0 }])
    expect(costs(model, -1, [{ qty: 100, price: 100 }])).toEqual([{ fee: 1_100_000, tax: 2_000_000 }])
  })

  it('rounds as the broker does where the row says so', () => {
    const at = (mode: 'down' | 'up' | 'halfEven') =>
      table(charges({ rate: { num: 1, den: 1000 }, round: { unit: 10_000, mode } }))
    // 12.50 US dollars owe 0.0125, to the cent.
    const fill = [{ qty: 1, price: 1250 }]
    expect([fees(at('down'), 1, fill), fees(at('up'), 1, fill), fees(at('halfEven'), 1, fill)]).toEqual([
      [10_000],
      [20_000],
      [10_000],
    ])
    expect(fees(at('halfEven'), 1, [{ qty: 1, price: 1500 }])).toEqual([20_000])
  })

  it('charges nothing before the first row and nothing at a rate of zero', () => {
    expect(costs(table(PER_SHARE), 1, [{ qty: 1, price: 100, t: -1 }])).toEqual([{ fee: 0, tax: 0 }])
    expect(costs(table(charges({})), -1, [{ qty: 1, price: 100 }])).toEqual([{ fee: 0, tax: 0 }])
  })
})

describe('a charge per fill', () => {
  it('is capped in each fill and does not count towards the order', () => {
    const model = table(
      charges(
        { base: 'qty', rate: { num: 5000, den: 1 }, min: 1_000_000 },
        { base: 'qty', rate: { num: 166, den: 1 }, max: 8_300_000, per: 'fill', side: -1 },
      ),
    )
    const fills = [
      { qty: 100_000, price: 2500 },
      { qty: 100, price: 2500 },
    ]
    expect(fees(model, -1, fills)).toEqual([500_000_000 + 8_300_000, 500_000 + 16_600])
    expect(fees(model, 1, fills)).toEqual([500_000_000, 500_000])
  })
})

const rate = fc.record({ num: fc.integer({ min: 0, max: 100_000 }), den: fc.constantFrom(1000, 1_000_000, 10 ** 9) })
const money = fc.integer({ min: 1, max: 5_000_000 })

/** Any charge that a table may hold for a buy. */
const anyCharge: fc.Arbitrary<Partial<FeeCharge>> = fc.record(
  {
    base: fc.constantFrom('value' as const, 'qty' as const),
    rate,
    books: fc.constantFrom('fee' as const, 'tax' as const),
    side: fc.constantFrom(0 as const, 1 as const, -1 as const),
    min: money,
    max: money,
    maxOfValue: rate,
    round: fc.record({
      unit: fc.constantFrom(100, 10_000, 1_000_000),
      mode: fc.constantFrom('down' as const, 'up' as const, 'halfEven' as const),
    }),
  },
  { requiredKeys: ['base', 'rate', 'books', 'side'] },
)
const anyRow = fc.array(anyCharge, { minLength: 1, maxLength: 4 }).map((row) => charges(...row))

const fill = fc.record({ qty: fc.integer({ min: 1, max: 3000 }), price: fc.integer({ min: 1, max: 20_000 }) })
const fills = fc.array(fill, { minLength: 1, maxLength: 12 })

/** Cents, or prices so fine that the value of a fill has to be rounded. */
const scale = fc.constantFrom<Partial<Instrument>>({}, { priceDecimals: 8 }, { priceDecimals: 4, qtyDecimals: 6 })

describe('the estimate before the fact (R-17, R-42)', () => {
  it('is not exceeded by any partition of a buy at the price or below', () => {
    fc.assert(
      fc.property(anyRow, fills, scale, (row, parts, scales) => {
        const model = table(row)
        const instrument = { ...shares, ...scales }
        const qty = parts.reduce((n, p) => n + p.qty, 0)
        const worst = Math.max(...parts.map((p) => p.price))
        const bound = buyCosts(model, instrument, qty, worst, 0)
        expect(sum(costs(model, 1, parts, instrument))).toBeLessThanOrEqual(bound)
        // It is what one fill at that price costs, where the value of a fill is exact.
        const whole = sum(costs(model, 1, [{ qty, price: worst }], instrument))
        if (scales.priceDecimals === undefined) expect(whole).toBe(bound)
        else expect(whole).toBeLessThanOrEqual(bound)
      }),
      { seed: SEED, numRuns: 1500 },
    )
  })

  it('bounds what the rest of a partly filled buy may still cost', () => {
    fc.assert(
      fc.property(anyRow, fills, fills, (row, before, after) => {
        const model = table(row)
        const done = before.reduce((n, p) => n + p.qty, 0)
        const value = before.reduce((n, p) => n + notional(shares, 1, p.qty, p.price), 0)
        const qty = after.reduce((n, p) => n + p.qty, 0)
        const worst = Math.max(...after.map((p) => p.price))
        const rest = costs(model, 1, [...before, ...after]).slice(before.length)
        expect(sum(rest)).toBeLessThanOrEqual(buyCosts(model, shares, qty, worst, 0, { qty: done, value }))
      }),
      { seed: SEED, numRuns: 1500 },
    )
  })

  it('counts a rise that comes into force before the order is filled', () => {
    const model = table(charges({ rate: { num: 1, den: 1000 } }), charges({ rate: { num: 2, den: 1000 } }))
    const late = costs(model, 1, [{ qty: 100, price: 100, t: T }])
    expect(buyCosts(model, shares, 100, 100, 0)).toBe(sum(late))
  })

  it('with bps exceeds by at most one unit for each further fill', () => {
    fc.assert(
      fc.property(fills, (parts) => {
        const model: FeeModel = { kind: 'bps', bps: { num: 7, den: 3 } }
        const qty = parts.reduce((n, p) => n + p.qty, 0)
        const worst = Math.max(...parts.map((p) => p.price))
        const excess = sum(costs(model, 1, parts)) - buyCosts(model, shares, qty, worst, 0)
        expect(excess).toBeLessThanOrEqual(parts.length - 1)
      }),
      { seed: SEED },
    )
  })
})

describe('any partition', () => {
  it('never has a negative cost, and sums to what one fill of the order owes, rounded up', () => {
    fc.assert(
      fc.property(anyRow, fc.constantFrom(1 as const, -1 as const), fills, (row, side, parts) => {
        const model = table(row)
        const all = costs(model, side, parts)
        for (const c of all) expect(c.fee >= 0 && c.tax >= 0).toBe(true)
        // At one price the partition costs what the whole costs.
        const [price] = parts.map((p) => p.price)
        const same = parts.map((p) => ({ qty: p.qty, price: price as number }))
        const qty = same.reduce((n, p) => n + p.qty, 0)
        expect(sum(costs(model, side, same))).toBe(sum(costs(model, side, [{ qty, price: price as number }])))
      }),
      { seed: SEED, numRuns: 1500 },
    )
  })
})

describe('at the simulated venue', () => {
  it('a partly filled order bears its minimum once, and a snapshot between the fills changes nothing', () => {
    const run = (cut: boolean): readonly number[] => {
      const b = bench(QUOTES, { fees: table(PER_SHARE) })
      b.venue.submit(order({ qty: 300, orderId: 1 }), open + 1, b.out)
      quote(b, open + 2, 2499, 2500, 100, 100)
      if (cut) b.venue.restore(JSON.parse(JSON.stringify(b.venue.snapshot())))
      quote(b, open + 3, 2499, 2500, 100, 150)
      quote(b, open + 4, 2499, 2500, 100, 100)
      return b.out.flatMap((r) => (r.type === 'filled' ? [r.fee] : []))
    }
    expect(run(false)).toEqual([1_000_000, 250_000, 250_000])
    expect(run(true)).toEqual([1_000_000, 250_000, 250_000])
  })
})
