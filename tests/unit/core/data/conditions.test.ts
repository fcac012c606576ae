/** Trade conditions of US tick data against the list of the contract. */
import { describe, expect, it } from 'vitest'
import { tradeUse } from '../../../../src/core/data/conditions.ts'

const SUSPICIOUS = 2 ** 32

describe('tradeUse', () => {
  it.each([0, 1, 0x20, 0x21, 0x40, 0x80, 0x1000, 0x20000, 0x20000000, 0x8])('%i counts for everything', (flags) => {
    expect(tradeUse(flags)).toBe('all')
  })

  it.each([0x200, 0x400, 0x800, 0x2000, 0x4000, 0x100000, 0x1000000, 0x2000000, 0x4000000])(
    '%i is unused, alone or with others',
    (flags) => {
      expect(tradeUse(flags)).toBe('none')
      expect(tradeUse(flags + 1)).toBe('none')
      expect(tradeUse(flags + 0x80000000)).toBe('none')
    },
  )

  it('an odd lot counts for volume only', () => {
    expect(tradeUse(0x80000000)).toBe('volume')
    expect(tradeUse(0x80000001)).toBe('volume')
    expect(tradeUse(0x80000021)).toBe('volume')
  })

  it('a suspicious row is unused whatever else it says', () => {
    expect(tradeUse(SUSPICIOUS)).toBe('none')
    expect(tradeUse(SUSPICIOUS + 1)).toBe('none')
    expect(tradeUse(SUSPICIOUS + 0x80000000)).toBe('none')
  })
})
