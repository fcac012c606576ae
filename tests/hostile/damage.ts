/** Damage of bytes, seeded: what a disk, a broken writer or somebody hostile leaves behind. */
import type { Rng } from '../../src/core/base/rng.ts'

/** Numbers at which careless readers allocate, loop or turn negative. */
const WORDS = [0, 1, 0x7f, 0x80, 0xff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]
/** Where lengths stand in Parquet (its footer) and in our own formats (their heads). */
const NEAR = 64

export function damaged(rng: Rng, whole: Uint8Array): Uint8Array {
  let bytes = whole
  for (let n = 1 + rng.below(3); n > 0; n--) bytes = once(rng, bytes)
  return bytes
}

function once(rng: Rng, bytes: Uint8Array): Uint8Array {
  const { length } = bytes
  const at = placeOf(rng, length)
  const span = Math.min(length - at, 1 + rng.below(48))
  const copy = Uint8Array.from(bytes)
  switch (rng.below(8)) {
    case 0:
      return copy.subarray(0, at)
    case 1:
      copy[at] = (copy[at] ?? 0) ^ (1 << rng.below(8))
      return copy
    case 2:
      return copy.fill(WORDS[rng.below(WORDS.length)] as number, at, at + span)
    case 3:
      if (length - at >= 4) new DataView(copy.buffer).setUint32(at, WORDS[rng.below(WORDS.length)] as number, true)
      return copy
    case 4:
      return joined(copy.subarray(0, at), copy.subarray(at + span))
    case 5:
      return joined(copy.subarray(0, at + span), copy.subarray(at))
    case 6: {
      const from = rng.below(Math.max(1, length - span))
      copy.copyWithin(at, from, from + span)
      return copy
    }
    default:
      for (let i = at; i < at + span; i++) copy[i] = rng.below(256)
      return copy
  }
}

/** Half of the damage is near an end, where the structure is. */
function placeOf(rng: Rng, length: number): number {
  const most = Math.max(1, length)
  const near = Math.min(most, NEAR)
  const where = rng.below(4)
  if (where === 0) return rng.below(near)
  if (where === 1) return most - 1 - rng.below(Math.min(most, 8 * NEAR))
  return rng.below(most)
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length)
  out.set(a)
  out.set(b, a.length)
  return out
}
