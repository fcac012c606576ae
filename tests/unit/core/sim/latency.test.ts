import { describe, expect, it } from 'vitest'
import { Rng } from '../../../../src/core/base/rng.ts'
import { drawLatency, type LatencyModel, Line } from '../../../../src/core/sim/latency.ts'
import { exp, ln, normalQuantile } from '../../../../src/core/sim/lognormal.ts'
import { outageAt } from '../../../../src/core/sim/outage.ts'

const lognormal: LatencyModel = { kind: 'lognormal', median: 5000, sigma: 0.5 }
const samples: LatencyModel = { kind: 'samples', micros: [100, 200, 900] }

describe('elementary functions of + − × ÷ √', () => {
  it.each([1e-9, 0.02, 0.75, 1, 1.5, 7, 12345.678])('ln %d', (x) => expect(ln(x)).toBeCloseTo(Math.log(x), 12))

  it.each([-20, -1, 0, 0.3, 1, 18.5])('exp %d', (x) => expect(exp(x) / Math.exp(x)).toBeCloseTo(1, 12))

  // Quantiles as in any table of the normal distribution.
  it.each([
    [0.5, 0],
    [0.8413447460685429, 1],
    [0.975, 1.959963984540054],
    [0.001, -3.090232306167813],
    [1e-6, -4.753424308822899],
  ])('normal quantile of %d', (p, z) => {
    expect(normalQuantile(p)).toBeCloseTo(z, 7)
    expect(normalQuantile(1 - p)).toBeCloseTo(-z, 7)
  })
})

describe('latency models', () => {
  it('a constant draws nothing', () => {
    const rng = Rng.start(1, 1)
    expect(drawLatency({ kind: 'constant', micros: 7 }, rng)).toBe(7)
    expect(rng.draws).toBe(0)
  })

  it('lognormal: its median and the spread of its logarithm', () => {
    const rng = Rng.start(1, 1)
    const drawn = Array.from({ length: 20_000 }, () => drawLatency(lognormal, rng)).sort((a, b) => a - b)
    expect(drawn.every((x) => Number.isSafeInteger(x) && x > 0)).toBe(true)
    expect(Math.abs((drawn[10_000] as number) / 5000 - 1)).toBeLessThan(0.02)
    // One sigma above the median: 5000 · e^0.5.
    expect(Math.abs((drawn[Math.floor(20_000 * 0.841345)] as number) / 8243.6 - 1)).toBeLessThan(0.03)
  })

  it('lognormal is cut at a minute', () => {
    const rng = Rng.start(1, 1)
    const wide: LatencyModel = { kind: 'lognormal', median: 30_000_000, sigma: 3 }
    const drawn = Array.from({ length: 1000 }, () => drawLatency(wide, rng))
    expect(Math.max(...drawn)).toBe(60_000_000)
  })

  it('samples: every one with equal chance', () => {
    const rng = Rng.start(1, 1)
    const counts = new Map<number, number>()
    for (let i = 0; i < 9000; i++) {
      const x = drawLatency(samples, rng)
      counts.set(x, (counts.get(x) ?? 0) + 1)
    }
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([100, 200, 900])
    for (const n of counts.values()) expect(Math.abs(n - 3000)).toBeLessThan(200)
  })
})

describe('a line', () => {
  it.each([
    ['lognormal', lognormal],
    ['samples', samples],
  ])('%s: nothing overtakes what was sent before it', (_, model) => {
    const line = new Line(model, Rng.start(3, 3))
    let [last, clamped] = [0, 0]
    for (let t = 0; t < 100_000; t += 100) {
      const at = line.arrival(t)
      expect(at).toBeGreaterThanOrEqual(Math.max(last, t))
      if (at === last) clamped++
      last = at
    }
    expect(clamped).toBeGreaterThan(10)
  })

  it('goes on from a snapshot, through text', () => {
    const line = new Line(lognormal, Rng.start(3, 3))
    for (let t = 0; t < 50; t++) line.arrival(t * 1000)
    const other = new Line(lognormal, Rng.start(9, 9))
    other.restore(JSON.parse(JSON.stringify(line.snapshot())))
    for (let t = 50; t < 90; t++) expect(other.arrival(t * 1000)).toBe(line.arrival(t * 1000))
    expect(other.snapshot()).toEqual(line.snapshot())
  })
})

it('an outage is half-open', () => {
  const windows = [
    { kind: 'drop', from: 10, to: 20 },
    { kind: 'delay', from: 20, to: 30 },
  ] as const
  expect([9, 10, 19, 20, 29, 30].map((t) => outageAt(windows, t)?.kind)).toEqual([
    undefined,
    'drop',
    'drop',
    'delay',
    'delay',
    undefined,
  ])
})
