/**
 * Runs of Parquet's RLE and bit-packing hybrid, counted without being played: levels of optional columns and indices
 * into a dictionary are kept so. A run may say that it is two thousand million values long; a decoder that plays it
 * takes the memory for them, whatever the page holds (I-42, F-67).
 */
const BITS = 8
const VARINT_MAX = 5
const FILLED_TO = 256

interface Cursor {
  readonly bytes: Uint8Array
  at: number
}

/** Where the levels of a page before its values end, when they are runs under a length of four bytes (data page v1). */
export function skipLevels(bytes: Uint8Array, width: number, values: number): number {
  if (bytes.length < 4) throw new Error('a page without its levels')
  const end = 4 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  if (end > bytes.length) throw new Error('levels that leave their page')
  checkRuns(bytes.subarray(4, end), width, values)
  return end
}

/**
 * Throws Error where a repeated run says more than `values` values, or a packed one more than there are bytes for;
 * writers fill the last packed run up, some to 256 values. `fewer`: the runs may end before.
 */
export function checkRuns(bytes: Uint8Array, width: number, values: number, fewer = false): void {
  if (width > 32) throw new Error(`values of ${width} bits`)
  const cursor: Cursor = { bytes, at: 0 }
  for (let seen = 0; seen < values; ) {
    if (fewer && cursor.at >= bytes.length) return
    const head = varint(cursor)
    const packed = (head & 1) === 1
    const count = packed ? (head >>> 1) * BITS : head >>> 1
    seen += count
    const most = packed ? ((bytes.length - cursor.at) * BITS) / width + FILLED_TO : values - seen + count
    if (count > most) throw new Error(`a run of ${count} values to value ${seen} of ${values}`)
    cursor.at += packed ? (count / BITS) * width : Math.ceil(width / BITS)
  }
}

function varint(cursor: Cursor): number {
  let value = 0
  for (let i = 0; i < VARINT_MAX; i++) {
    const byte = cursor.bytes[cursor.at++]
    if (byte === undefined) throw new Error('runs that end before their values')
    value |= (byte & 0x7f) << (7 * i)
    if (byte < 0x80) return value >>> 0
  }
  throw new Error('a run with a length beyond any')
}
