/** Against the test vectors of RFC 3720, appendix B.4, and the bytewise form against the one by words. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crc32c, crc32cWords } from '../../../src/tape/crc32c.ts'

describe('crc32c', () => {
  it.each([
    ['32 zeros', new Uint8Array(32), 0x8a9136aa],
    ['32 ones', new Uint8Array(32).fill(255), 0x62a8ab43],
    ['ascending', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    ['descending', Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
    ['the digits', Buffer.from('123456789'), 0xe3069283],
  ])('%s', (_, bytes, wanted) => {
    expect(crc32c(bytes)).toBe(wanted)
  })

  it('is the same by words as by bytes', () => {
    const property = fc.property(
      fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { maxLength: 40 }),
      (list) => {
        const words = Int32Array.from(list.length % 2 === 0 ? list : [...list, 0])
        expect(crc32cWords(words, 0, words.length) >>> 0).toBe(crc32c(new Uint8Array(words.buffer)))
      },
    )
    fc.assert(property, { seed: 20260104 })
  })
})
