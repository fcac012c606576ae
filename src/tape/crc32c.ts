/**
 * CRC-32C (Castagnoli, reflected polynomial 0x82f63b78, initial and final value all ones; RFC 3720 appendix B.4 has
 * the test vectors), by eight tables, eight bytes a step. Records of the journal start and end on multiples of eight
 * bytes, so their words can be read directly on the little-endian machines this runs on.
 */

const TABLES = makeTables()

function makeTables(): Int32Array {
  const t = new Int32Array(8 * 256)
  for (let n = 0; n < 256; n++) {
    let c = n
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1
    t[n] = c
  }
  for (let n = 0; n < 256; n++) {
    for (let k = 1; k < 8; k++) {
      const c = t[(k - 1) * 256 + n] as number
      t[k * 256 + n] = (c >>> 8) ^ (t[c & 255] as number)
    }
  }
  return t
}

/** CRC-32C of any bytes, one at a time, as an unsigned 32-bit number. */
export function crc32c(bytes: Uint8Array): number {
  const t = TABLES
  let c = -1
  for (let i = 0; i < bytes.length; i++) c = (c >>> 8) ^ (t[(c ^ (bytes[i] as number)) & 255] as number)
  return ~c >>> 0
}

/**
 * CRC-32C of the 32-bit words [from, to), an even number of them, as a signed 32-bit number. Measured at 30 ns for 56
 * bytes; two records side by side were no faster, so it is the number of instructions that counts, not their wait.
 */
export function crc32cWords(words: Int32Array, from: number, to: number): number {
  const t = TABLES
  let c = -1
  for (let i = from; i < to; i += 2) {
    const a = c ^ (words[i] as number)
    const b = words[i + 1] as number
    c =
      (t[1792 + (a & 255)] as number) ^
      (t[1536 + ((a >>> 8) & 255)] as number) ^
      (t[1280 + ((a >>> 16) & 255)] as number) ^
      (t[1024 + (a >>> 24)] as number) ^
      (t[768 + (b & 255)] as number) ^
      (t[512 + ((b >>> 8) & 255)] as number) ^
      (t[256 + ((b >>> 16) & 255)] as number) ^
      (t[b >>> 24] as number)
  }
  return ~c
}
