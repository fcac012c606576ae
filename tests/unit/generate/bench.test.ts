/** The comparison tapes against their published hashes, generator words, first rows and sums. */
import { describe, expect, test } from 'vitest'
import { Rng } from '../../../src/core/base/rng.ts'
import { type B1Chunk, benchB1, benchQ1 } from '../../../src/generate/bench.ts'
import { CanonicalHash, packB1, packQ1 } from '../../../src/generate/canonical.ts'
import type { TickChunk } from '../../../src/generate/ticks.ts'

const words = (tag: number): number[] => {
  const rng = Rng.start(10, tag)
  return [1, 2, 3, 4, 5].map(() => rng.u32())
}

const hashB1 = (chunks: Iterable<B1Chunk>): string => {
  const hash = new CanonicalHash()
  for (const chunk of chunks) hash.addB1(chunk)
  return hash.hex()
}

const hashQ1 = (chunks: Iterable<TickChunk>): string => {
  const hash = new CanonicalHash()
  for (const chunk of chunks) hash.addQ1(chunk)
  return hash.hex()
}

const sum = (column: Iterable<number>): number => {
  let total = 0
  for (const x of column) total += x
  return total
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

describe('the generator', () => {
  test('gives the published words for both tapes', () => {
    expect(words(0xb1)).toEqual([2422648988, 3095458555, 1344652901, 2060739569, 3701154201])
    expect(words(0xa1)).toEqual([3242365105, 3649552735, 1407046111, 1818220228, 3638676855])
  })
})

describe('B1', () => {
  test('packs its first row to the published bytes', () => {
    const [first] = [...benchB1(1)]
    expect(hex(packB1(first as B1Chunk))).toBe('0040fac1089b050011270000162700000c27000011270000dc030000')
  })

  test('hashes to the published value: first 1,000 rows', () => {
    expect(hashB1(benchB1(1000))).toBe('3274ad33290e8a11ec5d209e3dbe7d55f40436f038cc82deaaecc835621bc77b')
  })

  test('hashes to the published value: whole; sums and last row agree', () => {
    const chunks = [...benchB1()]
    expect(hashB1(chunks)).toBe('5e1e70b9543953014bcf2945bc2d434467e394faad09f100efb09e4cd102e385')
    const total = (key: 'o' | 'h' | 'l' | 'c' | 'v'): number => sum(chunks.map((chunk) => sum(chunk[key])))
    expect([total('o'), total('h'), total('l'), total('c'), total('v')]).toEqual([
      4299359032, 4300778921, 4297946444, 4299368098, 633733180,
    ])
    const last = chunks.at(-1) as B1Chunk
    expect([last.t.at(-1), last.o.at(-1), last.v.at(-1)]).toEqual([1637836740000000, 3679, 59])
  })
})

describe('Q1', () => {
  test('packs its first row to the published bytes', () => {
    const [first] = [...benchQ1(1)]
    expect(hex(packQ1(first as TickChunk))).toBe(
      '73f28b7e799b0500e0f58b7e799b05001027000011270000640000000807000000000000',
    )
  })

  test('hashes to the published value: first 1,000 rows', () => {
    expect(hashQ1(benchQ1(1000))).toBe('d11d42bb1a593959fe4073a32a2f0a44a878dd16fd2b8194c72c23b52fd0abb7')
  })

  test('hashes to the published value: first 1,000,000 rows; both clocks rise strictly', () => {
    const hash = new CanonicalHash()
    let [venue, recv, rows, falls] = [0, 0, 0, 0]
    for (const chunk of benchQ1(1_000_000)) {
      hash.addQ1(chunk)
      rows += chunk.rows
      for (let i = 0; i < chunk.rows; i++) {
        const [v, r] = [chunk.venue[i] as number, chunk.recv[i] as number]
        if (v <= venue || r <= recv || r < v + 200) falls++
        venue = v
        recv = r
      }
    }
    expect([rows, falls]).toEqual([1_000_000, 0])
    expect(hash.hex()).toBe('2f4436ffc781b842ca2a5499b0f68941b7523fe83ea03c25c5bc97c450b56701')
  })

  test('a prefix does not depend on the length asked for', () => {
    const long = benchQ1(70_000).next().value as TickChunk
    const short = benchQ1(100).next().value as TickChunk
    expect([...short.recv]).toEqual([...long.recv.subarray(0, 100)])
  })
})
