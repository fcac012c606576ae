/** The comparison tapes as tapes in memory: columns made once, no file read while the clock runs. */
import { BENCH_PRICE_DECIMALS, type BenchName, benchB1, benchQ1 } from '../src/generate/bench.ts'
import { QUOTE } from '../src/generate/ticks.ts'
import type { TapeManifest, TapeStream } from '../src/tape/manifest.ts'
import type { StreamReader, Tape, TapeChunk } from '../src/tape/read.ts'

type Columns = Record<string, Float64Array>

function b1Chunks(rows: number): Columns[] {
  const f = (x: ArrayLike<number>): Float64Array => Float64Array.from(x)
  return [...benchB1(rows)].map((c) => ({
    t: f(c.t),
    open: f(c.o),
    high: f(c.h),
    low: f(c.l),
    close: f(c.c),
    volume: f(c.v),
  }))
}

/** Quotes and trades of Q1 apart, as its tape keeps them. */
function q1Chunks(rows: number): { quotes: Columns[]; trades: Columns[] } {
  const quotes: Columns[] = []
  const trades: Columns[] = []
  for (const c of benchQ1(rows)) {
    const at: { q: number[]; t: number[] } = { q: [], t: [] }
    for (let i = 0; i < c.rows; i++) (c.kind[i] === QUOTE ? at.q : at.t).push(i)
    const pick = (from: ArrayLike<number>, rowsOf: number[]): Float64Array =>
      Float64Array.from(rowsOf, (i) => from[i] as number)
    quotes.push({
      t: pick(c.recv, at.q),
      venueT: pick(c.venue, at.q),
      bid: pick(c.a, at.q),
      ask: pick(c.b, at.q),
      bidSize: pick(c.asz, at.q),
      askSize: pick(c.bsz, at.q),
    })
    trades.push({ t: pick(c.recv, at.t), venueT: pick(c.venue, at.t), price: pick(c.a, at.t), size: pick(c.asz, at.t) })
  }
  return { quotes, trades }
}

function reader(info: TapeStream, chunks: readonly Columns[]): StreamReader {
  return {
    info,
    async *chunks(): AsyncGenerator<TapeChunk> {
      let firstRow = 0
      for (const columns of chunks) {
        const rows = columns.t?.length ?? 0
        yield { rows, firstRow, columns }
        firstRow += rows
      }
    },
    raw: () => {
      throw new Error('a tape in memory has no raw rows')
    },
  }
}

export function memoryTape(name: BenchName, rows: number): Tape {
  const stamp = '2020-01-01T00:00:00Z'
  const base = { symbol: name, venue: 'GEN', file: '', rows, first: stamp, last: stamp, row_hash: name }
  const streams =
    name === 'B1'
      ? [{ info: { ...base, kind: 'bars', interval_us: 60_000_000 } as TapeStream, chunks: b1Chunks(rows) }]
      : Object.entries(q1Chunks(rows)).map(([kind, chunks]) => ({ info: { ...base, kind } as TapeStream, chunks }))
  const instrument = {
    symbol: name,
    venue: 'GEN',
    currency: 'USD',
    price_decimals: BENCH_PRICE_DECIMALS,
    qty_decimals: 0,
    economic_id: `GEN:${name}`,
  }
  const manifest = { instruments: [instrument], streams: streams.map((s) => s.info), label: 'generated' }
  return {
    dir: `memory ${name}`,
    manifest: manifest as unknown as TapeManifest,
    stream: (i) => reader(streams[i]?.info as TapeStream, streams[i]?.chunks ?? []),
  }
}
