/** Decimals in bytes: exact against the language's own reading, refused where a double cannot carry them. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NumberField } from '../../../src/import/number-field.ts'
import { ScaleCount } from '../../../src/import/scale-count.ts'

const field = new NumberField()
const read = (text: string, factor = 1): [number, number] | string => {
  const bytes = Buffer.from(`xx${text}yy`)
  return field.read(bytes, 2, bytes.length - 2, factor) ? [field.value, field.decimals] : field.problem
}
const size = (text: string): [number, boolean] | string => {
  const bytes = Buffer.from(text)
  return field.readSize(bytes, 0, bytes.length, 1) ? [field.value, field.noisy] : field.problem
}

describe('NumberField', () => {
  it.each([
    ['181.52', 181.52, 2],
    ['82600.0', 82600, 0],
    ['61837.63000000', 61837.63, 2],
    ['0.00000001', 1e-8, 8],
    ['1e2', 100, 0],
    ['1.5E-3', 0.0015, 4],
    ['  7.25 ', 7.25, 2],
    ['+3', 3, 0],
    ['-0.5', -0.5, 1],
    ['.5', 0.5, 1],
    ['5.', 5, 0],
    ['100000000000001', 100000000000001, 0],
  ])('%s', (text, value, decimals) => {
    expect(read(text)).toEqual([value, decimals])
  })

  it.each([
    ['', 'is empty'],
    ['   ', 'is empty'],
    ['.', 'is not a number'],
    ['-', 'is not a number'],
    ['NaN', 'is not a number'],
    ['Infinity', 'is not a number'],
    ['1,234', 'is not a number'],
    ['1.2.3', 'is not a number'],
    ['0x10', 'is not a number'],
    ['１２', 'is not a number'],
    ['0.123456789', 'has more than 8 decimals'],
    ['1234567890123456', 'has more than 15 significant digits'],
    ['12345678.123456789', 'has more than 8 decimals'],
    ['123456789.12345678', 'has more than 15 significant digits'],
    ['1e300', 'has more than 15 significant digits'],
  ])('%s is refused', (text, problem) => {
    expect(read(text)).toBe(problem)
  })

  it('zero is never negative', () => {
    const [value] = read('-0.00') as [number, number]
    expect(Object.is(value, 0)).toBe(true)
  })

  it('lots become shares exactly', () => {
    expect(read('12.34', 100)).toEqual([1234, 0])
    expect(read('0.125', 100)).toEqual([12.5, 1])
    expect(read('411424', 1000)).toEqual([411424000, 0])
  })

  it('every accepted decimal is the double the language reads, and prints as the same number', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n - 1n }), fc.nat(8), (mantissa, decimals) => {
        const digits = mantissa.toString().padStart(decimals + 1, '0')
        const point = digits.length - decimals
        const text = decimals === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`
        const got = read(text)
        expect(got).toEqual([Number(text), expect.any(Number)])
        const [value, kept] = got as [number, number]
        expect(BigInt(Math.round(value * 10 ** kept)) * 10n ** BigInt(decimals - kept)).toBe(mantissa)
        expect(read(String(value))).toEqual(got)
      }),
      { seed: 20261124, numRuns: 2000 },
    )
  })

  it('sizes with the noise of binary arithmetic are the decimal that was meant, and say so', () => {
    expect(size('8050000.000000001')).toEqual([8050000, true])
    expect(size('261079999.99999997')).toEqual([261080000, true])
    expect(size('100')).toEqual([100, false])
    expect(size('8050000.00000001')).toEqual([8050000.00000001, false])
    expect(size('8050000.123456789')).toBe('has more than 8 decimals')
    expect(read('26.840000152587891')).toBe('has more than 8 decimals')
  })
})

describe('ScaleCount', () => {
  const best = (rows: readonly (readonly [number, number])[]): number => {
    const count = new ScaleCount()
    for (const [decimals, most] of rows) count.add(decimals, most)
    return count.best()
  }

  it('takes the most decimals found', () => {
    expect(
      best([
        [2, 100],
        [4, 0.0123],
        [0, 7],
      ]),
    ).toBe(4)
    expect(best([])).toBe(0)
  })

  it('one junk row does not decide over the others', () => {
    const good = Array.from({ length: 10 }, () => [2, 3e9] as const)
    expect(best([...good, [8, 1e-8]])).toBe(2)
    expect(best([...Array.from({ length: 10 }, () => [8, 100] as const), [0, 1e14]])).toBe(8)
  })
})
