import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Failure } from '../../../src/cli/failure.ts'
import { parseDay } from '../../../src/core/base/time.ts'
import { tickAt } from '../../../src/core/domain/instrument.ts'
import { buildInstruments, type InstrumentEntry } from '../../../src/reference/instruments.ts'

const DEFAULTS = { venue: 'US', currency: 'USD', price_decimals: 2, qty_decimals: 0, economic_id: '' }

function entry(
  symbol: string,
  rest: Partial<InstrumentEntry['instrument']> = {},
  tape = 'a',
  date = '2024-06-03',
): InstrumentEntry {
  return { instrument: { ...DEFAULTS, symbol, ...rest }, day: parseDay(date) ?? Number.NaN, tape }
}
const KRX = { venue: 'KRX', currency: 'KRW', price_decimals: 0 }

describe('buildInstruments', () => {
  it('gives a US stock the grain of its tick table', () => {
    expect(buildInstruments([entry('NVDA')])).toEqual([
      {
        id: 0,
        symbol: 'NVDA',
        venue: 'US',
        currency: 'USD',
        priceDecimals: 4,
        qtyDecimals: 0,
        ticks: [
          { from: 0, tick: 1 },
          { from: 10_000, tick: 100 },
        ],
        lot: 1,
        economicId: 'US:NVDA',
        allowShort: false,
      },
    ])
  })

  it('scales ticks and lot by the decimals of the data', () => {
    const [stock, etf, coin, gen] = buildInstruments([
      entry('005930', KRX),
      entry('069500', KRX),
      entry('BTCUSDT', { venue: 'CRYPTO', currency: 'USDT', price_decimals: 2, qty_decimals: 5 }),
      entry('GENA', { venue: 'GEN', price_decimals: 3, qty_decimals: 2 }),
    ])
    if (!stock || !etf || !coin || !gen) throw new Error('four instruments expected')
    expect([stock.priceDecimals, tickAt(stock, 70_000), tickAt(stock, 200_000)]).toEqual([0, 100, 500])
    expect([tickAt(etf, 1_990), tickAt(etf, 43_000)]).toEqual([1, 5])
    expect([coin.priceDecimals, coin.ticks, coin.lot]).toEqual([2, [{ from: 0, tick: 1 }], 1])
    expect([gen.priceDecimals, gen.ticks, gen.lot]).toEqual([3, [{ from: 0, tick: 10 }], 100])
  })

  it('takes the most decimals and the latest day of a listing that occurs twice', () => {
    const old = entry('005930', KRX, 'old', '2022-06-01')
    const late = entry('005930', { ...KRX, price_decimals: 2, qty_decimals: 3 }, 'new', '2024-06-03')
    const [one, ...others] = buildInstruments([late, old])
    expect(others).toEqual([])
    expect([one?.priceDecimals, one?.qtyDecimals, one?.lot]).toEqual([2, 3, 1000])
    expect(one && tickAt(one, 15_000_00)).toBe(10_00)
  })

  it('sorts by code points, then venue, whatever the order of the entries', () => {
    const names = ['b', 'A', 'ab', '\u{1F600}', '\uFFEE', '005930', 'AA', 'a']
    const entries = [...names.map((n) => entry(n, { venue: 'GEN' })), entry('A', { venue: 'CRYPTO' })]
    const expected = ['005930', 'A', 'A', 'AA', 'a', 'ab', 'b', '\uFFEE', '\u{1F600}']
    fc.assert(
      fc.property(fc.shuffledSubarray(entries, { minLength: entries.length }), (shuffled) => {
        const built = buildInstruments(shuffled)
        expect(built.map((i) => i.symbol)).toEqual(expected)
        expect(built.map((i) => i.id)).toEqual(expected.map((_, i) => i))
        expect(built[1]?.venue).toBe('CRYPTO')
        expect(built).toEqual(buildInstruments(entries))
      }),
      { seed: 20261124, numRuns: 50 },
    )
  })

  it('keeps the same symbol on two venues apart, and an economic identity the tapes share', () => {
    const both = [
      entry('005930', { ...KRX, economic_id: 'KRX:005930' }),
      entry('005930', { ...KRX, venue: 'NXT', economic_id: 'KRX:005930' }),
    ]
    expect(buildInstruments(both).map((i) => [i.venue, i.economicId])).toEqual([
      ['KRX', 'KRX:005930'],
      ['NXT', 'KRX:005930'],
    ])
  })

  it('refuses contradictions and names both tapes', () => {
    const clash = () => buildInstruments([entry('X', {}, 'tapes/one'), entry('X', { currency: 'EUR' }, 'tapes/two')])
    expect(clash).toThrow(Failure)
    expect(clash).toThrow(/X \(US\): currency is "USD" on tape tapes\/one .* and "EUR" on tape tapes\/two/)
    const identities = [entry('X', { economic_id: 'US:X' }), entry('X')]
    expect(buildInstruments(identities)[0]?.economicId).toBe('US:X')
    expect(() => buildInstruments([entry('X', { economic_id: 'Y' }), entry('X')])).toThrow(/economic_id is "Y"/)
  })

  it('refuses what the engine cannot hold', () => {
    expect(() => buildInstruments([entry('X', { currency: 'CHF' })])).toThrow(
      /currency "CHF": not supported; use one of USD/,
    )
    expect(() => buildInstruments([entry('X', { venue: 'MOON' })])).toThrow(/venue "MOON": unknown/)
    for (const price_decimals of [9, -1, 1.5, Number.NaN]) {
      expect(() => buildInstruments([entry('X', { price_decimals })])).toThrow(/price_decimals .*from 0 to 8/)
    }
  })
})
