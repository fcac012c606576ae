/** A whole virtual run in memory: arrays of rows in, records and engine out. No files. */
import type { AgentDefinition } from '../../src/core/decision/agent.ts'
import type { FeedShape } from '../../src/core/data/feed-shape.ts'
import type { Instrument } from '../../src/core/domain/instrument.ts'
import type { EngineSetup } from '../../src/core/engine/setup.ts'
import type { RiskLimits } from '../../src/core/execution/limits.ts'
import type { SimConfig } from '../../src/core/sim/config.ts'
import { calendarOf } from '../../src/reference/calendars.ts'
import { Cursor, type CursorKind, type CursorSide } from '../../src/runtime/cursor.ts'
import { DigestSink } from '../../src/runtime/record-sink.ts'
import { merge } from '../../src/runtime/timeline.ts'
import { assemble } from '../../src/runtime/virtual-run.ts'
import type { Link, VirtualDrive } from '../../src/runtime/virtual-drive.ts'
import type { TapeChunk } from '../../src/tape/read.ts'

export const MINUTE = 60_000_000
export const T0 = 1_760_000_040_000_000

export const LIMITS: RiskLimits = {
  dailyLoss: { num: 5, den: 100 },
  positionSize: { num: 3, den: 10 },
  stopLoss: { num: 2, den: 100 },
  emergencyLoss: { num: 1, den: 10 },
  maxDailyOrders: 100,
  maxPositions: 10,
  minOrder: new Map([['USD', 100_000_000]]),
  minOrderDefault: new Map([['KRW', 1_000_000_000]]),
  quarantineMove: { num: 1, den: 10 },
  fxMaxAge: 86_400_000_000,
  orderTimeout: 30_000_000,
  maxAttempts: 3,
  brokerLossMax: 600_000_000,
  allotted: 0,
  onBlind: 'hold',
  runaway: { orders: 10, refusals: 5 },
  onDailyLoss: 'reduce',
  totalLossBase: 'initial',
}

export interface MemoryStream {
  readonly symbol: string
  readonly kind: CursorKind
  /** Columns as in TapeChunk; bars carry their start in `t`. */
  readonly columns: Record<string, readonly number[]>
}

export interface MemoryRun {
  readonly streams: readonly MemoryStream[]
  readonly agent: AgentDefinition
  readonly limits?: Partial<RiskLimits>
  readonly sim?: Partial<SimConfig>
  readonly latency?: number
  /** Over `latency`: models of the ways between engine and venue. */
  readonly link?: Partial<Link>
  /** Listing venue of all symbols; GEN, which never closes, unless given. */
  readonly venue?: string
  readonly auctions?: EngineSetup['auctions']
  /** The venue acts on `venueT` of ticks. */
  readonly venueClock?: boolean
  readonly batchSize?: number
  readonly chunkRows?: number
  readonly cash?: number
  readonly seed?: number
  readonly params?: ReadonlyMap<string, string>
}

function instrument(symbol: string, id: number, venue: string): Instrument {
  const base = { id, symbol, venue, currency: 'USD', priceDecimals: 2, qtyDecimals: 0, lot: 1 } as const
  return { ...base, ticks: [{ from: 0, tick: 1 }], economicId: `${venue}:${symbol}`, allowShort: false }
}

function shapeOf(streams: readonly MemoryStream[]): FeedShape {
  const has = (kind: CursorKind): boolean => streams.some((s) => s.kind === kind)
  const flags = { sessionBars: false, oneSided: false, barMicros: has('bars') ? MINUTE : 0 }
  return { quotes: has('quotes'), trades: has('trades'), bars: has('bars'), ...flags }
}

async function* chunksOf(s: MemoryStream, rows: number): AsyncGenerator<TapeChunk> {
  const total = (s.columns.t as readonly number[]).length
  for (let first = 0; first < total; first += rows) {
    const n = Math.min(rows, total - first)
    const columns = Object.entries(s.columns).map(([k, v]) => [k, Float64Array.from(v.slice(first, first + n))])
    yield { rows: n, firstRow: first, columns: Object.fromEntries(columns) as Record<string, Float64Array> }
  }
}

export function setupOf(o: MemoryRun) {
  const symbols = [...new Set(o.streams.map((s) => s.symbol))].sort()
  const instruments = symbols.map((symbol, id) => instrument(symbol, id, o.venue ?? 'GEN'))
  const of = (symbol: string): MemoryStream[] => o.streams.filter((s) => s.symbol === symbol)
  const config: SimConfig = {
    match: 'next',
    liquidity: { kind: 'shown' },
    slippage: { kind: 'none' },
    fees: { kind: 'none' },
    ...o.sim,
  }
  const engine: EngineSetup = {
    instruments,
    calendars: instruments.map((i) => calendarOf(i.venue)),
    shapes: symbols.map((s) => shapeOf(of(s))),
    currencies: ['USD'],
    base: 'USD',
    routes: [undefined],
    brokers: ['sim'],
    cash: [[o.cash ?? 1_000_000_000_000]],
    limits: { ...LIMITS, ...o.limits },
    fees: config.fees,
    ...(o.auctions === undefined ? {} : { auctions: o.auctions }),
    agent: o.agent,
    agentParams: o.params ?? new Map(),
  }
  const sorted = [...o.streams].sort((a, b) => (`${a.symbol} ${a.kind}` < `${b.symbol} ${b.kind}` ? -1 : 1))
  const cursorOf = (s: MemoryStream, rank: number, side?: CursorSide): Cursor =>
    new Cursor({
      kind: s.kind,
      instrument: symbols.indexOf(s.symbol),
      rank,
      barMicros: s.kind === 'bars' ? MINUTE : 0,
      chunks: chunksOf(s, o.chunkRows ?? 4096),
      from: -Infinity,
      to: Infinity,
      ...(side === undefined ? {} : { side }),
    })
  const cursors = (): Cursor[] =>
    sorted.flatMap((s, rank) =>
      o.venueClock === true && s.kind !== 'bars'
        ? [cursorOf(s, rank - 0.5, 'venue'), cursorOf(s, rank, 'engine')]
        : [cursorOf(s, rank)],
    )
  const constant = { kind: 'constant', micros: o.latency ?? 0 } as const
  const link: Link = { entry: constant, response: constant, ...o.link }
  return {
    engine,
    sim: { config, link, venueClock: false, rules: false },
    instruments,
    cursors,
    initialCash: new Map(),
    notes: [],
  }
}

export interface MemoryResult {
  readonly drive: VirtualDrive
  readonly digest: string
  /** All records, laid end to end. */
  readonly records: readonly Float64Array[]
}

/** Runs to the end; `cutAt` takes a snapshot after that many batches and goes on in a fresh engine restored from JSON. */
export async function runMemory(o: MemoryRun, cutAt?: number): Promise<MemoryResult> {
  const setup = setupOf(o)
  const records: Float64Array[] = []
  const sink = new DigestSink(undefined, (bytes, lengths, count) => {
    const words = new Float64Array(bytes.slice().buffer)
    let at = 0
    for (let i = 0; i < count; i++) {
      const n = (lengths[i] as number) / 8
      records.push(words.subarray(at, at + n))
      at += n
    }
  })
  let drive = assemble(setup as never, o.seed ?? 1, sink)
  drive.engine.begin('{}')
  let batches = 0
  for await (const batch of merge(setup.cursors(), o.batchSize)) {
    drive.batch(batch)
    batches++
    if (batches !== cutAt) continue
    drive.engine.records.flush()
    const json = JSON.stringify(drive.snapshot())
    drive = assemble(setup as never, o.seed ?? 1, sink)
    drive.restore(JSON.parse(json))
  }
  drive.finish()
  drive.engine.records.flush()
  return { drive, digest: sink.digest(), records }
}

/** A random walk of one-minute bars from a small generator; prices in cents. */
export function walkBars(symbol: string, n: number, seed: number): MemoryStream {
  const columns: Record<string, number[]> = { t: [], open: [], high: [], low: [], close: [], volume: [] }
  let x = seed >>> 0
  const next = (k: number): number => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0
    return Math.floor((x / 4294967296) * k)
  }
  let last = 10_000
  for (let i = 0; i < n; i++) {
    const open = last + next(5) - 2
    const close = Math.max(200, open + next(81) - 40)
    columns.t?.push(T0 + i * MINUTE)
    columns.open?.push(open)
    columns.close?.push(close)
    columns.high?.push(Math.max(open, close) + next(10))
    columns.low?.push(Math.max(100, Math.min(open, close) - next(10)))
    columns.volume?.push(1000 + next(100_000))
    last = close
  }
  return { symbol, kind: 'bars', columns }
}

/** Quotes one cent apart that drift up and down in waves, ten a second. */
export function walkQuotes(symbol: string, n: number, seed: number): MemoryStream {
  const columns: Record<string, number[]> = { t: [], venueT: [], bid: [], ask: [], bidSize: [], askSize: [] }
  for (let i = 0; i < n; i++) {
    const bid = 10_000 + Math.abs((Math.floor(i / 10) % 800) - 400) + ((i * seed) % 3)
    const t = T0 + i * 100_000
    const row = { t, venueT: t, bid, ask: bid + 1, bidSize: 100_000, askSize: 100_000 }
    for (const [key, value] of Object.entries(row)) columns[key]?.push(value)
  }
  return { symbol, kind: 'quotes', columns }
}
