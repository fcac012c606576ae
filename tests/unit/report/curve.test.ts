/** A curve of any length stays small and forgets no extreme. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Curve } from '../../../src/report/curve.ts'

const value = fc.tuple(fc.integer({ min: 0, max: 10 ** 12 }), fc.double({ min: -1e9, max: 1e9, noNaN: true }))

describe('Curve', () => {
  it('keeps the extremes, the last value and the order of time, whatever comes', () => {
    const property = fc.property(fc.array(value, { minLength: 1, maxLength: 5000 }), (values) => {
      const sorted = values.sort(([a], [b]) => a - b)
      const curve = new Curve()
      for (const [t, v] of sorted) curve.add(t, v)
      const buckets = curve.buckets()
      expect(buckets.length).toBeLessThanOrEqual(1024)
      expect(Math.min(...buckets.map((b) => b.min))).toBe(Math.min(...sorted.map(([, v]) => v)))
      expect(Math.max(...buckets.map((b) => b.max))).toBe(Math.max(...sorted.map(([, v]) => v)))
      expect(buckets.at(-1)?.last).toBe(sorted.at(-1)?.[1])
      expect(buckets.every((b, i) => i === 0 || b.t >= (buckets[i - 1]?.t ?? 0))).toBe(true)
    })
    fc.assert(property, { seed: 7, numRuns: 60 })
  })

  it('holds a million values in a thousand buckets, none of them empty of detail', () => {
    const curve = new Curve()
    for (let i = 0; i < 1_000_000; i++) curve.add(i * 60_000_000, i % 1000)
    expect(curve.buckets().length).toBeGreaterThan(500)
    expect(curve.buckets().length).toBeLessThanOrEqual(1024)
    expect(curve.count).toBe(1_000_000)
  })
})
