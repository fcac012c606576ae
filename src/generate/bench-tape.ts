/**
 * Writes a comparison tape (`bench.ts`) as Parquet and hashes its canonical rows on the way: the answer says both
 * which tape it is (identity over decoded rows) and that it is the published one.
 */
import { pow10 } from '../core/base/fixed.ts'
import { MINUTE } from '../core/base/time.ts'
import type { TapeInstrument, TapeManifest } from '../tape/manifest.ts'
import { TapeWriter } from '../tape/write.ts'
import { BENCH_PRICE_DECIMALS, BENCH_ROWS, type BenchName, benchB1, benchQ1 } from './bench.ts'
import { CanonicalHash } from './canonical.ts'
import { TickSink } from './tick-sink.ts'

export interface BenchTape {
  readonly manifest: TapeManifest
  /** SHA-256 over the canonical rows, to be compared with the published one. */
  readonly canonicalSha256: string
}

export interface BenchOptions {
  /** The first rows only; the whole tape when absent. */
  readonly rows?: number
  readonly progress?: (done: number, total: number) => void
}

/** Writes the tape into the directory `out`; on failure nothing is left that looks like a tape. */
export async function writeBenchTape(name: BenchName, out: string, options: BenchOptions = {}): Promise<BenchTape> {
  const rows = options.rows ?? BENCH_ROWS[name]
  const writer = await TapeWriter.create(out, {
    source: { kind: 'generated', name: `comparison tape ${name}`, detail: { bench: name, rows } },
    label: 'generated',
    adjustment: 'none',
    time_resolution: 'us',
  })
  try {
    writer.addInstrument(instrument(name))
    const hash = new CanonicalHash()
    const progress = options.progress ?? (() => {})
    const write = name === 'B1' ? writeB1 : writeQ1
    write(writer, rows, hash, progress)
    return { manifest: await writer.seal(), canonicalSha256: hash.hex() }
  } catch (e) {
    await writer.abort()
    throw e
  }
}

function instrument(name: BenchName): TapeInstrument {
  return {
    symbol: name,
    venue: 'GEN',
    currency: 'USD',
    price_decimals: BENCH_PRICE_DECIMALS,
    qty_decimals: 0,
    economic_id: `GEN:${name}`,
  }
}

type Write = (
  writer: TapeWriter,
  rows: number,
  hash: CanonicalHash,
  progress: (done: number, total: number) => void,
) => void

const writeB1: Write = (writer, rows, hash, progress) => {
  const stream = writer.openStream('B1', 'bars', { interval_us: MINUTE })
  let done = 0
  for (const chunk of benchB1(rows)) {
    hash.addB1(chunk)
    const columns = {
      t: chunk.t,
      venueT: chunk.t,
      open: decimals(chunk.o),
      high: decimals(chunk.h),
      low: decimals(chunk.l),
      close: decimals(chunk.c),
      volume: Float64Array.from(chunk.v),
    }
    stream.append(columns, chunk.rows)
    done += chunk.rows
    progress(done, rows)
  }
}

const writeQ1: Write = (writer, rows, hash, progress) => {
  const quotes = writer.openStream('Q1', 'quotes')
  const trades = writer.openStream('Q1', 'trades')
  const sink = new TickSink({ quotes, trades, priceDecimals: BENCH_PRICE_DECIMALS })
  let done = 0
  for (const chunk of benchQ1(rows)) {
    hash.addQ1(chunk)
    sink.add(chunk)
    done += chunk.rows
    progress(done, rows)
  }
  sink.end()
}

/** Ticks of 0.01 as the doubles nearest to their decimals. */
function decimals(ticks: Int32Array): Float64Array {
  const unit = pow10(BENCH_PRICE_DECIMALS)
  return Float64Array.from(ticks, (x) => x / unit)
}
