/** Snapshot and restore at any bar, carrying over a split, and what a wrong spec is told. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { IndicatorBar } from '../../../../../src/core/data/indicators/indicator.ts'
import {
  IndicatorError,
  KNOWN_INDICATORS,
  makeIndicator,
  parseIndicator,
} from '../../../../../src/core/data/indicators/known.ts'
import { bar, run, worst } from './run.ts'

const seed = 20241
const small = ['sma:3', 'ema:4', 'rsi:3', 'macd:2:4:3', 'atr:3', 'bbands:4:1.5', 'vwap', 'stoch:3:2:2', 'obv', 'adx:3']

const bars: fc.Arbitrary<IndicatorBar[]> = fc.array(
  fc
    .tuple(fc.integer({ min: 100, max: 9_000_000 }), fc.nat(5000), fc.nat(5000), fc.nat(1_000_000), fc.nat(3))
    .map(([close, up, down, volume, session]) => ({
      open: close / 100,
      high: (close + up) / 100,
      low: Math.max(1, close - down) / 100,
      close: close / 100,
      volume,
      session,
    })),
  { maxLength: 40 },
)

function bits(spec: string, series: readonly IndicatorBar[], cut: number): number[] {
  let indicator = makeIndicator(spec)
  const values: number[] = []
  for (const [i, b] of series.entries()) {
    if (i === cut) {
      const saved = JSON.stringify(indicator.snapshot())
      indicator = makeIndicator(spec)
      indicator.restore(JSON.parse(saved))
    }
    indicator.update(b)
    indicator.outputs.forEach((_, k) => values.push(indicator.value(k)))
  }
  return values
}

describe('snapshot and restore', () => {
  it.each([...KNOWN_INDICATORS, ...small])('%s goes on to the bit from any bar', (spec) => {
    fc.assert(
      fc.property(bars, fc.nat(40), (series, cut) => {
        expect(bits(spec, series, cut)).toEqual(bits(spec, series, -1))
      }),
      { seed, numRuns: 60 },
    )
  })

  it('restores over a used indicator, values included', () => {
    for (const spec of small) {
      const [source, target] = [makeIndicator(spec), makeIndicator(spec)]
      for (let i = 1; i < 20; i++) {
        source.update(bar(i * i, i * i + 2, i * i - 1, i))
        target.update(bar(500 - i))
      }
      target.restore(source.snapshot())
      source.outputs.forEach((name, k) => expect(target.value(k), name).toBe(source.value(k)))
    }
  })

  it('refuses a snapshot of something else', () => {
    expect(() => makeIndicator('rsi:14').restore({ seen: 1 })).toThrow(/snapshot of rsi: last is undefined/)
    expect(() => makeIndicator('sma:2').restore({ window: [1, 2, 3] })).toThrow(/3 values for a window of 2/)
    expect(() => makeIndicator('ema:2').restore(null)).toThrow(/snapshot of ema/)
  })
})

describe('what holds for every indicator', () => {
  it('is ready exactly when its values are numbers', () => {
    fc.assert(
      fc.property(bars, (series) => {
        for (const spec of small) {
          const indicator = makeIndicator(spec)
          for (const b of series) {
            indicator.update(b)
            indicator.outputs.forEach((_, k) => expect(Number.isFinite(indicator.value(k))).toBe(indicator.ready))
          }
        }
      }),
      { seed, numRuns: 40 },
    )
  })

  it('a window function depends on its window only', () => {
    const rough = [1e15, 3e-7, 7e12].map((x) => bar(x))
    const calm = Array.from({ length: 30 }, (_, i) => bar(80_000 + (i % 3) * 100))
    for (const spec of ['sma:5', 'bbands:5:2', 'stoch:5:2:2']) {
      for (const [name, values] of run(spec, calm)) {
        expect(
          run(spec, [...rough, ...calm])
            .get(name)
            ?.at(-1),
          name,
        ).toBe(values.at(-1))
      }
    }
  })

  it.each(small)('%s: a 4:1 split carried over equals the adjusted history', (spec) => {
    const series = Array.from({ length: 24 }, (_, i) => {
      const close = 400 + 8 * Math.round(10 * Math.sin(i))
      return bar(close, close + 4 * (i % 5), close - 4 * (i % 3), 1000 * (1 + (i % 4)))
    })
    const quarter = (b: IndicatorBar): IndicatorBar => bar(b.close / 4, b.high / 4, b.low / 4, b.volume * 4)
    const adjusted = run(spec, series.map(quarter))
    const indicator = makeIndicator(spec)
    const got = indicator.outputs.map(() => [] as number[])
    for (const [i, b] of series.entries()) {
      if (i === 15) indicator.rescale(4, 1)
      indicator.update(i < 15 ? b : quarter(b))
      got.forEach((values, k) => values.push(indicator.value(k)))
    }
    for (const [k, name] of indicator.outputs.entries()) {
      expect(worst((got[k] as number[]).slice(15), (adjusted.get(name) as number[]).slice(15)), name).toBe(0)
    }
  })
})

describe('edges', () => {
  it('a market that does not move', () => {
    const still = Array.from({ length: 40 }, () => bar(100.1))
    expect(run('rsi:14', still).get('rsi_14')?.at(-1)).toBe(0)
    expect(run('stoch:14:3:3', still).get('stoch_14_3_3_k')?.at(-1)).toBe(0)
    expect(run('adx:14', still).get('adx_14')?.at(-1)).toBe(0)
    expect(run('atr:14', still).get('atr_14')?.at(-1)).toBe(0)
    const bands = run('bbands:20:2', still)
    expect(bands.get('bbands_20_2_upper')?.at(-1)).toBeCloseTo(100.1, 12)
  })

  it('the deviation of a high price that hardly moves keeps its digits', () => {
    const series = Array.from({ length: 20 }, (_, i) => bar(1e9 + (i % 2) / 8))
    const upper = run('bbands:20:2', series).get('bbands_20_2_upper')?.at(-1) as number
    expect(upper).toBe(1e9 + 1 / 16 + 2 / 16)
  })

  it('vwap is empty until something trades', () => {
    const vwap = run('vwap', [bar(5, 5, 5, 0), bar(7, 9, 5, 2), bar(1, 1, 1, 0, 2)]).get('vwap')
    expect(vwap).toEqual([Number.NaN, 7, Number.NaN])
  })
})

describe('parseIndicator', () => {
  it('takes every known example and names its columns', () => {
    const names = KNOWN_INDICATORS.flatMap((spec) => makeIndicator(spec).outputs)
    expect(names.join(' ')).toBe(
      'sma_20 ema_10 rsi_14 macd_12_26_9 macd_12_26_9_signal macd_12_26_9_hist atr_14 ' +
        'bbands_20_2_upper bbands_20_2_middle bbands_20_2_lower vwap stoch_14_3_3_k stoch_14_3_3_d obv adx_14',
    )
    expect(parseIndicator('bbands:20:2.5').parameters).toEqual([20, 2.5])
    expect(makeIndicator(' bbands:20:2.50 ').outputs[0]).toBe('bbands_20_2.5_upper')
  })

  it.each([
    ['foo:3', /"foo:3".*unknown name "foo".*sma:20/],
    ['', /unknown name ""/],
    ['sma', /"sma".*takes 1 \(period\).*sma:20/],
    ['obv:3', /obv takes no parameter/],
    ['sma:0', /"sma:0": period is "0".*2 to 10000/],
    ['sma:1e3', /period is "1e3"/],
    ['sma:2.5', /period is "2.5".*whole number/],
    ['sma:-5', /period is "-5"/],
    ['rsi:', /period is ""/],
    ['bbands:20:0', /deviations is "0"/],
    ['bbands:20:NaN', /deviations is "NaN"/],
    ['macd:26:12:9', /fast is 26.*below slow.*12/],
    ['stoch:14:3', /takes 3 \(period, k, d\)/],
  ])('refuses %s', (spec, message) => {
    expect(() => parseIndicator(spec)).toThrow(IndicatorError)
    expect(() => parseIndicator(spec)).toThrow(message)
  })
})
