/**
 * A Korean session and the American one that follows it, on a tape, through the adapter and over real sockets; then the
 * recorded session is re-run, and its market tape is traded again by the simulated venue. Shorter sessions on request.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { TapeFeed } from '../../adapters/common/emulator/tape-feed.ts'
import { loadConfig } from '../../src/config/load.ts'
import { DAY, epochDay, HOUR, MINUTE, type Micros, SECOND } from '../../src/core/base/time.ts'
import { writeMarketTape } from '../../src/generate/market-tape.ts'
import { defineAgent } from '../../src/index.ts'
import { backtest } from '../../src/runtime/backtest.ts'
import { journalTape } from '../../src/runtime/journal-tape.ts'
import { rerunLive } from '../../src/runtime/live-verify.ts'
import { makeSpec } from '../../src/runtime/run-spec.ts'
import { SIM_DEFAULTS } from '../../src/runtime/sim-options.ts'
import { KisPlay } from '../support/kis-play.ts'

/** A session of both markets: Korea 00:00 to 06:30 UTC, New York 14:30 to 21:00. */
const MONDAY = epochDay(2025, 1, 6)
const NEW_YORK: Micros = 14.5 * HOUR
/** Ten minutes of closing auction follow. */
const KOREA_LAST: Micros = MONDAY * DAY + 6 * HOUR + 20 * MINUTE
const STEP: Micros = SECOND

/** Holds ten shares for so many quotes, then waits for as many; only while the session is played second by second. */
function holder(every: number, span: Micros) {
  const opens = [KOREA_LAST - span, MONDAY * DAY + NEW_YORK]
  const definition = defineAgent({
    name: 'holder',
    subscribe: () => ({ quotes: true }),
    init: () => ({ seen: {} as Record<string, number> }),
    onQuote(state, q, ctx) {
      if (!opens.some((open) => q.t >= open && q.t < open + span)) return
      const n = (state.seen[q.symbol] ?? 0) + 1
      state.seen[q.symbol] = n
      if (n % every !== 0 || ctx.openOrders(q.symbol).length > 0) return
      const { qty } = ctx.position(q.symbol)
      if (qty > 0) ctx.sell(q.symbol, qty, 'held')
      else if (ctx.canOpen(q.symbol)) ctx.buy(q.symbol, 10, 'waited')
    },
  })
  return { definition: definition as never, name: 'holder', hash: '0'.repeat(64), files: [] }
}

export interface DayOptions {
  readonly dir: string
  /** The last of Korea and the first of New York; 6.5 hours are both sessions whole. */
  readonly span: Micros
  /** Quotes between two orders of a symbol. */
  readonly every: number
  readonly env: 'paper' | 'live'
}

export interface DayOutcome {
  readonly identical: boolean
  readonly events: number
  /** What was sent, as `time symbol side qty`, and what was filled, with its price. */
  readonly live: { readonly orders: string[]; readonly fills: string[] }
  readonly again: { readonly orders: string[]; readonly fills: string[] }
  readonly state: string
  readonly wallSeconds: number
  /** Session time by wall time. */
  readonly speed: number
  /** Milliseconds of wall time from a tick's arrival to its order's leaving. */
  readonly latency: unknown
}

export async function playDay({ dir, span, every, env }: DayOptions): Promise<DayOutcome> {
  const tape = join(dir, 'market')
  await writeMarketTape(
    { symbols: ['005930', 'NVDA'], days: 1, seed: 3, start: MONDAY, rate: 60, bars: false, fx: true },
    tape,
  )
  const agent = holder(every, span)
  const feed = await TapeFeed.open(tape)
  const run = join(dir, 'live')
  const from = KOREA_LAST - span - MINUTE
  const play = await KisPlay.open({ dir: run, feed, agent, from, emulator: { env } })
  const start = performance.now()
  await play.start(0)
  await passTo(play, KOREA_LAST + 10 * MINUTE)
  await passTo(play, MONDAY * DAY + NEW_YORK - 2 * MINUTE, 20 * SECOND)
  play.rate()
  await passTo(play, MONDAY * DAY + NEW_YORK + span)
  const wallSeconds = (performance.now() - start) / 1000
  const played = play.venue.clock.now() - from
  const { state } = play.desk
  const sealed = await play.seal()
  await play.venue.close()
  const checked = rerunLive(run, play.spec, agent)
  return {
    identical: checked.first === undefined && checked.digest === sealed.digest,
    events: checked.events,
    live: tables(run),
    again: tables(await tradeAgain(dir, play, agent)),
    state,
    wallSeconds,
    speed: played / 1e6 / wallSeconds,
    latency: sealed.latency_ms,
  }
}

async function passTo(play: KisPlay, t: Micros, step = STEP): Promise<void> {
  await play.pass(Math.max(0, t - play.venue.clock.now()), step)
}

/** The recorded market, the same agent, the project's simulated venue; on the session's clock an order arrives at once. */
async function tradeAgain(dir: string, play: KisPlay, agent: ReturnType<typeof holder>): Promise<string> {
  const tape = join(dir, 'recorded')
  const { instruments } = play.run.setup
  await journalTape({ run: play.run.dir, out: tape, instruments, source: 'kis', generated: true, resolution: 's' })
  const out = join(dir, 'again')
  const config = loadConfig({ dir: undefined, sets: [], env: {} })
  const simulation = { ...SIM_DEFAULTS, match: 'standing', latency: '0ms', fees: 'kis' }
  const cash = new Map([
    ['KRW', '100000000000'],
    ['USD', '10000000'],
  ])
  await backtest({
    ...{ tapes: [tape], out, config, agent, journal: 'full', tables: true, commandLine: [] },
    spec: makeSpec({ config, agent, simulation, cash }),
  })
  return out
}

function tables(run: string): { orders: string[]; fills: string[] } {
  const rows = (name: string): Record<string, string>[] => {
    const [head = '', ...lines] = readFileSync(join(run, name), 'utf8').trimEnd().split('\n')
    const columns = head.split(',')
    return lines.map((line) => Object.fromEntries(line.split(',').map((x, i) => [columns[i] ?? '', x])))
  }
  const sent = rows('orders.csv').filter((r) => r.state === 'pendingNew')
  return {
    orders: sent.map((r) => [r.t, r.symbol, r.side, r.type, r.qty].join(' ')),
    fills: rows('fills.csv').map((r) => [r.symbol, r.side, r.qty, r.price].join(' ')),
  }
}
