/** Small tapes for the tests of this folder. */
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TapeInstrument } from '../../../src/tape/manifest.ts'
import type { TapeMeta } from '../../../src/tape/write.ts'

export const META: TapeMeta = {
  source: { kind: 'generated', name: 'unit test' },
  label: 'generated',
  adjustment: 'none',
  time_resolution: 'us',
}

export const AAA: TapeInstrument = {
  symbol: 'AAA',
  venue: 'GEN',
  currency: 'USD',
  price_decimals: 2,
  qty_decimals: 0,
  economic_id: 'AAA',
}

export const T0 = 1_767_225_600_000_000

export function freshDir(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'sametape-tape-'))
}

const fill = (n: number, f: (i: number) => number): Float64Array => Float64Array.from({ length: n }, (_, i) => f(i))

export function tradeColumns(n: number, from = 0): Record<string, Float64Array> {
  return {
    t: fill(n, (i) => T0 + (from + i) * 1_000 + ((from + i) % 7)),
    venueT: fill(n, (i) => T0 + (from + i) * 1_000 - 250),
    price: fill(n, (i) => (10_000 + ((from + i) % 613)) / 100),
    size: fill(n, (i) => ((from + i) % 40) * 100),
    flags: fill(n, (i) => ((from + i) % 11 === 0 ? 4294967296 + 512 : 0)),
  }
}
