/**
 * The two comparison tapes, B1 (one-minute bars) and Q1 (quotes and trades), made from a seed with integers only,
 * after the published recipe of the comparison: every draw is made in the recipe's order, so any language gets the
 * same rows. Prices are ticks of 0.01 USD, sizes shares, times microseconds UTC. It is no market's data.
 *
 * On a tape: venue GEN, USD, price_decimals 2, qty_decimals 0. A bar's `t` is its start. A tick's `t` is its receive
 * time, `venue_t` its venue time. Trades carry condition bit 1 (regular) and, above the vendor's 32 bits, who the
 * aggressor was: bit 33 (2^33) the buyer, bit 34 (2^34) the seller, so that nothing of Q1 is lost in Parquet.
 */
import { Rng } from '../core/base/rng.ts'
import { MINUTE } from '../core/base/time.ts'
import { BUYER_TRADE, CHUNK_ROWS, QUOTE, SELLER_TRADE, type TickChunk, tickBuffer } from './ticks.ts'

export type BenchName = 'B1' | 'Q1'

export const BENCH_ROWS: Readonly<Record<BenchName, number>> = { B1: 1_000_000, Q1: 10_000_000 }
/** Ticks per unit of currency: a price on the tape is ticks / 100. */
export const BENCH_PRICE_DECIMALS = 2
export const FLAG_REGULAR = 1
export const FLAG_BUYER_AGGRESSOR = 2 ** 33
export const FLAG_SELLER_AGGRESSOR = 2 ** 34

const SEED = 10
const TAG_B1 = 0xb1
const TAG_Q1 = 0xa1
const B1_START = 1_577_836_800_000_000
const Q1_OPEN = 1_578_321_000_000_000
const SESSION = 23_400_000_000
const OVERNIGHT = 63_000_000_000
const CALENDAR_DAY = 86_400_000_000
const HALT = 30_000_000
const PRICE_MIN = 200

type Regime = 'flat' | 'up' | 'down' | 'crash'

export interface B1Chunk {
  readonly rows: number
  /** Start of the bar. */
  readonly t: Float64Array
  readonly o: Int32Array
  readonly h: Int32Array
  readonly l: Int32Array
  readonly c: Int32Array
  readonly v: Int32Array
}

/** The regime both recipes start: `flat` and `up` are cumulative percentages, a low price turns up, a high one down. */
function drawRegime(r: number, price: number, flat: number, up: number, down: number): Regime {
  if (price < 3000) return 'up'
  if (price > 60_000) return 'down'
  return r < flat ? 'flat' : r < up ? 'up' : r < down ? 'down' : 'crash'
}

const MOMENTUM: Readonly<Record<Regime, number>> = { flat: 0, up: 33, down: -33, crash: -960 }

/** The first `rows` bars of B1 in chunks of up to 65,536; each chunk has arrays of its own. */
export function* benchB1(rows: number = BENCH_ROWS.B1): Generator<B1Chunk> {
  const rng = Rng.start(SEED, TAG_B1)
  let last = 10_000
  let acc = 0
  let mom = 0
  let left = 0
  let regime: Regime = 'flat'
  for (let first = 0; first < rows; first += CHUNK_ROWS) {
    const n = Math.min(CHUNK_ROWS, rows - first)
    const t = new Float64Array(n)
    const ohlcv = [0, 1, 2, 3, 4].map(() => new Int32Array(n))
    const [o, h, l, c, v] = ohlcv as [Int32Array, Int32Array, Int32Array, Int32Array, Int32Array]
    for (let k = 0; k < n; k++) {
      const i = first + k
      if (left === 0) {
        const r = rng.below(100)
        const len = rng.below(600)
        regime = drawRegime(r, last, 30, 65, 97)
        left = regime === 'crash' ? 5 + Math.floor(len / 20) : 60 + len
      }
      left--
      const g = rng.below(40_000)
      const j = rng.below(1000)
      let open: number
      if (g === 0) open = last + Math.trunc((last * (j - 500)) / 2000)
      else if (g < 80) open = last + Math.trunc((last * (j - 500)) / 12_500)
      else open = last + (j % 3) - 1
      if (open < PRICE_MIN) open = PRICE_MIN
      const s = 1 + Math.floor(open / 2048)
      mom += Math.trunc((MOMENTUM[regime] - mom) / 8)
      acc += mom * s + rng.below(96 * s + 1) - 48 * s
      const move = Math.floor(acc / 256)
      acc -= 256 * move
      const close = Math.max(open + move, PRICE_MIN)
      h[k] = Math.max(open, close) + rng.below(s + 1)
      l[k] = Math.min(open, close) - rng.below(s + 1)
      const x = Math.abs((i % 1440) - 720)
      const volume = 1 + rng.below(400 + 2 * Math.floor((x * x) / 400))
      t[k] = B1_START + MINUTE * i
      o[k] = open
      c[k] = close
      v[k] = regime === 'crash' ? 3 * volume : volume
      last = close
    }
    yield { rows: n, t, o, h, l, c, v }
  }
}

/** The first `rows` ticks of Q1 in chunks of up to 65,536; each chunk has arrays of its own. */
export function* benchQ1(rows: number = BENCH_ROWS.Q1): Generator<TickChunk> {
  const rng = Rng.start(SEED, TAG_Q1)
  let open = Q1_OPEN
  let venue = Q1_OPEN
  let recv = 0
  let bid = 10_000
  let spread = 1
  let left = 0
  let regime: Regime = 'flat'
  for (let first = 0; first < rows; first += CHUNK_ROWS) {
    const n = Math.min(CHUNK_ROWS, rows - first)
    const out = tickBuffer(n)
    for (let k = 0; k < n; k++) {
      if (left === 0) {
        const r = rng.below(100)
        const len = rng.below(40_000)
        regime = drawRegime(r, bid, 40, 68, 96)
        left = regime === 'crash' ? 1000 + Math.floor(len / 10) : 5000 + len
      }
      left--
      const x = Math.abs(Math.floor((venue - open) / MINUTE) - 195)
      venue += 1 + rng.below(30_000 - 120 * x)
      if (rng.below(500_000) === 0) venue += HALT
      let nextDay = false
      if (venue - open >= SESSION) {
        venue += OVERNIGHT
        open += CALENDAR_DAY
        nextDay = true
      }
      let latency = 200 + rng.below(800)
      if (rng.below(1000) === 0) latency += 20_000
      recv = Math.max(venue + latency, recv + 1)
      const turn = rng.below(10)
      const r = rng.below(1000)
      const y = rng.below(100)
      const z1 = rng.below(20)
      const z2 = rng.below(20)
      out.venue[k] = venue
      out.recv[k] = recv
      if (turn < 3 && first + k > 0 && !nextDay) {
        const buyer = r % 2 === 0
        out.kind[k] = buyer ? BUYER_TRADE : SELLER_TRADE
        out.a[k] = buyer ? bid + spread : bid
        out.asz[k] = 1 + y * (1 + z1)
        continue
      }
      const up = regime === 'up' ? 65 : 60
      const down = regime === 'down' ? 65 : regime === 'crash' ? 100 : 60
      if (nextDay) bid += Math.trunc((bid * (r - 500)) / 20_000)
      else if (r < up) bid++
      else if (r < up + down) bid--
      if (bid < PRICE_MIN) bid = PRICE_MIN
      if (y < 20) spread = 1 + (y % 5)
      out.kind[k] = QUOTE
      out.a[k] = bid
      out.b[k] = bid + spread
      out.asz[k] = 100 * (1 + z1)
      out.bsz[k] = 100 * (1 + z2)
    }
    yield out
  }
}
