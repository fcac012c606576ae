/**
 * Writes a generated market as a tape: per symbol quotes and trades, or one-minute bars of the same ticks. Symbols are
 * generated one after the other (their rows do not depend on each other), so memory does not grow with their number.
 */
import { formatDay, HOUR, MINUTE, type Micros } from '../core/base/time.ts'
import { economicIdOf } from '../reference/instrument-load.ts'
import type { TapeManifest } from '../tape/manifest.ts'
import { type TapeMeta, TapeWriter } from '../tape/write.ts'
import { BarSink } from './bar-sink.ts'
import { FX_DECIMALS, FX_SYMBOL, generateFx } from './fx.ts'
import { generateMarket } from './market.ts'
import { type PlannedSymbol, planSymbol } from './market-plan.ts'
import type { MarketTapeRequest } from './market-request.ts'
import { RowBlock } from '../tape/row-block.ts'
import { Steady } from './steady.ts'
import { TickSink } from './tick-sink.ts'

export interface MarketTape {
  readonly manifest: TapeManifest
  /** Sessions outside the calendars' data, over all symbols. */
  readonly assumedSessions: number
  readonly hasFx: boolean
}

/** US tape condition of an odd lot: such a print counts for volume only. */
const FLAG_ODD_LOT = 2 ** 31
const US_ROUND_LOT = 100
/** The rate stands before the first session opens. */
const FX_LEAD = 2 * HOUR

export async function writeMarketTape(
  request: MarketTapeRequest,
  out: string,
  progress: (minutes: number, total: number) => void = () => {},
): Promise<MarketTape> {
  const plans = [...request.symbols].sort().map((symbol) => planSymbol(symbol, request))
  const meta: TapeMeta = {
    source: { kind: 'generated', name: 'synthetic market', detail: detail(request, plans) },
    label: 'generated',
    adjustment: 'none',
    time_resolution: 'us',
  }
  const writer = await TapeWriter.create(out, meta, { rowGroupSize: rowGroupSize(plans.length) })
  try {
    const total = plans.reduce((sum, plan) => sum + minutesOf(plan), 0)
    let done = 0
    for (const plan of plans) {
      writeSymbol(writer, plan, request, () => {
        progress(++done, total)
      })
    }
    const hasFx = request.fx && plans.some((plan) => plan.currency === 'KRW')
    if (hasFx) writeFx(writer, plans, request.seed)
    const assumedSessions = plans.reduce((sum, plan) => sum + plan.assumedSessions, 0)
    return { manifest: await writer.seal(), assumedSessions, hasFx }
  } catch (e) {
    await writer.abort()
    throw e
  }
}

/** Every stream holds one row group until the tape is sealed: many symbols get smaller ones, so that memory is bounded. */
function rowGroupSize(symbols: number): number {
  if (symbols <= 6) return 65_536
  return symbols <= 30 ? 16_384 : 4096
}

/** The arguments that make the tape, with every default filled in; equal details mean equal rows. */
function detail(request: MarketTapeRequest, plans: readonly PlannedSymbol[]): unknown {
  return {
    symbols: plans.map(({ symbol, venue }) => ({ symbol, venue })),
    days: request.days,
    seed: request.seed,
    start: formatDay(request.start),
    rate: request.rate,
    bars: request.bars ? '1m' : null,
    fx: request.fx,
    ...(request.quiet === undefined ? {} : { quiet_us: request.quiet }),
    ...(request.depth === undefined ? {} : { depth: request.depth }),
  }
}

function writeSymbol(writer: TapeWriter, plan: PlannedSymbol, request: MarketTapeRequest, tick: () => void): void {
  const { symbol, venue, currency, priceDecimals } = plan
  const economic_id = economicIdOf(symbol, venue, Infinity)
  writer.addInstrument({ symbol, venue, currency, price_decimals: priceDecimals, qty_decimals: 0, economic_id })
  const sink = request.bars ? barSink(writer, plan) : tickSink(writer, plan)
  const steady = request.quiet === undefined ? undefined : new Steady(request.quiet)
  const deep = { ...plan, sizeUnit: plan.sizeUnit * (request.depth ?? 1) }
  for (const minute of generateMarket({ seed: request.seed, rate: request.rate, symbols: [deep] })) {
    sink.add(steady === undefined ? minute : { ...minute, ...steady.fill(minute) })
    tick()
  }
  sink.end()
}

function barSink(writer: TapeWriter, plan: PlannedSymbol): BarSink {
  const stream = writer.openStream(plan.symbol, 'bars', { quoteColumns: true, interval_us: MINUTE })
  return new BarSink(stream, plan.priceDecimals)
}

function tickSink(writer: TapeWriter, plan: PlannedSymbol): TickSink {
  const { symbol, venue, priceDecimals } = plan
  const oddLot = (size: number): number => (venue === 'US' && size < US_ROUND_LOT ? FLAG_ODD_LOT : 0)
  return new TickSink({
    quotes: writer.openStream(symbol, 'quotes'),
    trades: writer.openStream(symbol, 'trades'),
    priceDecimals,
    extraFlags: oddLot,
  })
}

function writeFx(writer: TapeWriter, plans: readonly PlannedSymbol[], seed: number): void {
  writer.addInstrument({
    symbol: FX_SYMBOL,
    venue: 'FX',
    currency: 'KRW',
    price_decimals: FX_DECIMALS,
    qty_decimals: 0,
    economic_id: `FX:${FX_SYMBOL}`,
  })
  const block = new RowBlock(writer.openStream(FX_SYMBOL, 'fx'), ['t', 'venueT', 'rate'])
  const { open, close } = span(plans)
  for (const row of generateFx(seed, open - FX_LEAD, close)) {
    const k = block.rows++
    block.put(0, k, row.t)
    block.put(1, k, row.t)
    block.put(2, k, row.rate / 100)
    block.flushIfFull()
  }
  block.flush()
}

function span(plans: readonly PlannedSymbol[]): { open: Micros; close: Micros } {
  let [open, close] = [Infinity, -Infinity]
  for (const plan of plans) {
    for (const session of plan.sessions) {
      open = Math.min(open, session.open)
      close = Math.max(close, session.close)
    }
  }
  return { open, close }
}

function minutesOf(plan: PlannedSymbol): number {
  let minutes = 0
  for (const session of plan.sessions) minutes += Math.ceil((session.close - session.open) / MINUTE)
  return minutes
}
