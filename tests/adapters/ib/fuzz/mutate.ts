/** Well-formed frames of a gateway, spoiled by a seed: fields, bytes, lengths. */
import type { Rng } from '../../../../src/core/base/rng.ts'
import { encodeFrame } from '../../../../adapters/ib/wire/frame.ts'

const ODD: readonly string[] = [
  '',
  '0',
  '-0',
  '-1',
  '1',
  '2',
  'abc',
  '1e309',
  '-1e309',
  '1e-7',
  '0.1',
  '99999999999999999999',
  '9223372036854775807',
  '2147483647',
  '1.7976931348623157E308',
  'NaN',
  'Infinity',
  '1000000000',
  '50000',
  'Cancelled',
  'Inactive',
  'Filled',
  'st:fuzzline:1',
  'st:fuzzline:999999999999',
  'st:other:1',
  '\\u',
  '\\u0000',
  '\\uzzzz',
  '주문',
  '{"a":',
  '__proto__',
  'x'.repeat(5000),
]

function pick<T>(rng: Rng, from: readonly T[]): T {
  return from[rng.below(from.length)] as T
}

function fields(rng: Rng, tokens: readonly string[]): string[] {
  const out = [...tokens]
  for (let i = rng.below(4); i >= 0; i--) {
    const at = rng.below(out.length + 1)
    switch (rng.below(6)) {
      case 0:
      case 1:
        out[Math.min(at, Math.max(0, out.length - 1))] = pick(rng, ODD)
        break
      case 2:
        out.splice(at, 1)
        break
      case 3:
        out.splice(at, 0, pick(rng, ODD))
        break
      case 4:
        out.length = Math.max(1, at)
        break
      default:
        out[0] = String(rng.below(112))
    }
  }
  return Array.from(out, (token) => token ?? '')
}

/** One frame; some are whole, most are not. */
export function mutated(rng: Rng, corpus: readonly (readonly string[])[]): Uint8Array {
  const tokens = pick(rng, corpus)
  const kind = rng.below(1000)
  if (kind < 50) return encodeFrame(tokens)
  const frame = encodeFrame(kind < 850 ? fields(rng, tokens) : tokens)
  if (kind >= 850 && kind < 999) {
    // Bytes of the payload; the length stays true.
    for (let i = rng.below(6); i >= 0; i--) frame[4 + rng.below(Math.max(1, frame.length - 4))] = rng.below(256)
  } else if (kind >= 999) {
    // A length that is not true: the stream is lost, and must be given up in time.
    frame[pick(rng, [0, 1, 2, 3, 3, 3])] = rng.below(256)
  }
  return frame
}
