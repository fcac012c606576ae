/**
 * A seeded synthetic market: quotes and trades of several symbols, minute by minute. It is no market's data; whatever
 * is written from it says `generated`. The rows of a symbol depend on the seed, the rate and that symbol's description
 * only, so a symbol may be generated alone (`market-tape.ts` does) or beside others (emulators do) and is the same.
 */
import { Heap } from '../core/base/heap.ts'
import { MINUTE, type Micros } from '../core/base/time.ts'
import { MarketFactor } from './market-factor.ts'
import { type MarketSession, SymbolMarket, type MarketSymbol } from './symbol-market.ts'
import type { TickChunk } from './ticks.ts'

export interface MarketOptions {
  /** Unsigned 32-bit word. */
  readonly seed: number
  /** Mean number of events per symbol and minute. */
  readonly rate: number
  readonly symbols: readonly MarketSymbol[]
}

/** The rows of one symbol in one minute, in order of both clocks; the arrays belong to the receiver. */
export interface MarketMinute extends TickChunk {
  /** Index into `MarketOptions.symbols`. */
  readonly instrument: number
  readonly start: Micros
  /** True for the first minute of a session. */
  readonly opens: boolean
}

/**
 * All minutes of all symbols, ordered by start, then by position in `symbols`; a minute without a row is left out.
 * Within a symbol rows rise in time. Receive times of the last rows of a minute may lie some milliseconds past its end.
 */
export function* generateMarket(options: MarketOptions): Generator<MarketMinute> {
  const factor = new MarketFactor(options.seed)
  const queue = new Heap<Cursor>()
  options.symbols.forEach((spec, instrument) => {
    const sessions = spec.sessions[Symbol.iterator]()
    const market = new SymbolMarket(spec, options.seed, options.rate)
    const first = nextSession(sessions)
    if (first !== undefined) queue.push(first.open, instrument, { instrument, market, sessions, session: first })
  })
  for (let item = queue.pop(); item !== undefined; item = queue.pop()) {
    const { value: cursor, time: start } = item
    const opens = start === cursor.session.open
    if (opens) cursor.market.open(cursor.session, factor)
    const rows = cursor.market.minute(start, factor.at(start))
    if (rows.rows > 0) yield { ...rows, instrument: cursor.instrument, start, opens }
    const next = advance(cursor, start)
    if (next !== undefined) queue.push(next, cursor.instrument, cursor)
  }
}

interface Cursor {
  readonly instrument: number
  readonly market: SymbolMarket
  readonly sessions: Iterator<MarketSession>
  session: MarketSession
}

/** Start of the cursor's next minute, in this session or the next one. */
function advance(cursor: Cursor, start: Micros): Micros | undefined {
  if (start + MINUTE < cursor.session.close) return start + MINUTE
  const next = nextSession(cursor.sessions)
  if (next === undefined) return undefined
  cursor.session = next
  return next.open
}

function nextSession(sessions: Iterator<MarketSession>): MarketSession | undefined {
  const next = sessions.next()
  return next.done === true ? undefined : next.value
}
