/** INT64 ↔ double, scaling, and the documented layout of the row hash. */
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { columnsOf } from '../../../src/tape/columns.ts'
import { doublesToInt64, int64ToDoubles } from '../../../src/tape/int64.ts'
import { RowHasher } from '../../../src/tape/row-hash.ts'
import { scaleInPlace } from '../../../src/tape/scale.ts'

const MAX = Number.MAX_SAFE_INTEGER

function backToDoubles(ints: BigInt64Array<ArrayBuffer>): Float64Array | number {
  const bad = int64ToDoubles(ints.buffer, ints.byteOffset, ints.length)
  return bad >= 0 ? bad : new Float64Array(ints.buffer, ints.byteOffset, ints.length)
}

describe('int64', () => {
  it('is exact for every safe integer', () => {
    const property = fc.property(fc.array(fc.maxSafeInteger()), (list) => {
      const edges = [0, -1, 1, MAX, -MAX, 2 ** 32, -(2 ** 32), 2 ** 31, -(2 ** 31) - 1]
      const values = Float64Array.from([...list, ...edges])
      const ints = new BigInt64Array(values.length)
      expect(doublesToInt64(values, ints)).toBe(-1)
      expect([...ints]).toEqual([...values].map((x) => BigInt(x)))
      expect(backToDoubles(ints)).toEqual(values.map((x) => x + 0))
    })
    fc.assert(property, { seed: 20260106 })
  })

  it.each([2n ** 53n + 1n, -(2n ** 53n) - 1n, 2n ** 63n - 1n, -(2n ** 63n), 1767225600000634187n])(
    'refuses %s, which a double would round',
    (value) => {
      expect(backToDoubles(BigInt64Array.of(5n, value, 6n))).toBe(1)
    },
  )

  it.each([2 ** 53, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses to write %s', (value) => {
    expect(doublesToInt64(Float64Array.of(1, 2, value), new BigInt64Array(3))).toBe(2)
  })
})

describe('scaleInPlace', () => {
  it('finds the decimal that was meant', () => {
    const decimal = fc.record({
      units: fc.integer({ min: -(10 ** 13), max: 10 ** 13 }),
      decimals: fc.integer({ min: 0, max: 8 }),
    })
    const property = fc.property(decimal, ({ units, decimals }) => {
      const values = Float64Array.of(Number(`${units}e-${decimals}`))
      expect(scaleInPlace(values, 10 ** decimals)).toBe(-1)
      expect(values[0]).toBe(units + 0)
    })
    fc.assert(property, { seed: 20260107, numRuns: 2000 })
  })

  it('makes missing values 0, zeros +0, and keeps large integers odd or even', () => {
    const values = Float64Array.of(Number.NaN, -0, MAX, MAX - 1, -MAX, 2 ** 52 + 1, 7)
    expect(scaleInPlace(values, 1)).toBe(-1)
    expect([...values]).toEqual([0, 0, MAX, MAX - 1, -MAX, 2 ** 52 + 1, 7])
  })

  it('names the first value that does not fit', () => {
    expect(scaleInPlace(Float64Array.of(1, 1e13, 1e14), 100)).toBe(2)
    expect(scaleInPlace(Float64Array.of(Number.NaN, Number.NEGATIVE_INFINITY), 1)).toBe(1)
  })
})

describe('RowHasher', () => {
  it('hashes the layout its header states', () => {
    const columns = columnsOf('quotes', { oneSided: true })
    const rows = [
      {
        t: -1,
        venueT: 2 ** 40 + 3,
        bid: 1.25,
        ask: Number.NaN,
        bidSize: 3,
        askSize: -0,
        exchange: 'P',
        flags: 2 ** 32,
      },
      { t: 7, venueT: -(2 ** 45), bid: Number.NaN, ask: 9.5, bidSize: 0, askSize: 1e9, exchange: '한', flags: 0 },
    ]
    const hash = createHash('sha256')
    for (const row of rows) {
      const bytes = Buffer.alloc(56)
      bytes.writeBigInt64LE(BigInt(row.t), 0)
      bytes.writeBigInt64LE(BigInt(row.venueT), 8)
      for (const [i, x] of [row.bid, row.ask, row.bidSize, row.askSize].entries()) {
        if (Number.isNaN(x)) bytes.writeBigInt64LE(0x7ff8000000000000n, 16 + i * 8)
        else bytes.writeDoubleLE(x === 0 ? 0 : x, 16 + i * 8)
      }
      bytes.writeBigInt64LE(BigInt(row.flags), 48)
      const text = Buffer.from(row.exchange, 'utf8')
      const length = Buffer.alloc(4)
      length.writeUInt32LE(text.length)
      hash.update(Buffer.concat([bytes, length, text]))
    }
    const number = (key: Exclude<keyof (typeof rows)[number], 'exchange'>) => Float64Array.from(rows, (row) => row[key])
    const hasher = new RowHasher(columns)
    hasher.update(
      {
        t: number('t'),
        venueT: number('venueT'),
        bid: number('bid'),
        ask: number('ask'),
        bidSize: number('bidSize'),
        askSize: number('askSize'),
        flags: number('flags'),
        exchange: rows.map((row) => row.exchange),
      },
      2,
    )
    expect(hasher.value()).toBe(hash.digest('hex'))
  })
})
