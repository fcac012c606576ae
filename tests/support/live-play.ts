/** A session played by hand on `live-parts.ts`: one instrument, quotes in waves, an agent that trades on them. */
import { cpSync } from 'node:fs'
import { loadConfig } from '../../src/config/load.ts'
import { defineAgent } from '../../src/core/decision/agent.ts'
import type { Instrument } from '../../src/core/domain/instrument.ts'
import { openLiveRun } from '../../src/runtime/live-run.ts'
import { LiveSession } from '../../src/runtime/live-session.ts'
import { calendarVersions, type LiveSpec } from '../../src/runtime/live-spec.ts'
import { BookKeeper, HandClock, HandSource, SimPort } from './live-parts.ts'

export const SECOND = 1_000_000
export const T0 = Date.UTC(2025, 2, 10, 14, 0, 0) * 1000
export const INSTRUMENT: Instrument = {
  ...{ id: 0, symbol: 'AAA', venue: 'GEN', currency: 'USD', priceDecimals: 2, qtyDecimals: 0 },
  ...{ ticks: [{ from: 0, tick: 1 }], lot: 1, economicId: 'GEN:AAA', allowShort: false },
}

/** Buys 100 at every tenth quote when flat, sells all when up or down by 50 cents. */
const agent = defineAgent({
  name: 'ten',
  subscribe: () => ({ quotes: true }),
  init: () => ({ n: 0, entry: 0 }),
  onQuote(state, q, ctx) {
    state.n++
    const { qty } = ctx.position('AAA')
    if (ctx.openOrders('AAA').length > 0) return
    if (qty === 0 && state.n % 10 === 0 && ctx.canOpen('AAA')) {
      state.entry = q.ask
      ctx.buy('AAA', 100, 'tenth')
    } else if (qty > 0 && Math.abs(q.bid - state.entry) > 0.5) ctx.sell('AAA', qty, 'moved')
  },
})

export const loaded = { definition: agent as never, name: 'ten', hash: '0'.repeat(64), files: [] }
export const config = loadConfig({ dir: undefined, sets: [], env: {} })

export function specOf(): LiveSpec {
  return {
    schema_version: 2,
    kind: 'live',
    config: {},
    agent: { name: 'ten', hash: loaded.hash, params: {} },
    instruments: [INSTRUMENT as never],
    shapes: [
      {
        quotes: true,
        trades: false,
        bars: false,
        sessionBars: false,
        oneSided: false,
        barMicros: 0,
        heartbeat: 10 * SECOND,
      },
    ],
    calendars: calendarVersions([INSTRUMENT]),
    currencies: ['USD'],
    base: 'USD',
    routes: [null],
    brokers: [
      {
        name: 'sim',
        rules: { clientOrderId: true, reconcileEvery: 30 * SECOND, funding: 'cash', commissionBps: { num: 0, den: 1 } },
      },
    ],
    cash: [[0]],
    arming: 'operator',
    fees: 'none',
  }
}

export class Play {
  readonly clock: HandClock
  readonly source = new HandSource()
  readonly port: SimPort
  readonly session: LiveSession
  readonly run: ReturnType<typeof openLiveRun>
  readonly books: BookKeeper
  #n = 0

  constructor(dir: string, books: BookKeeper, t: number, resume: 0 | 2) {
    this.clock = new HandClock(t)
    this.books = books
    this.port = new SimPort(books, this.clock)
    this.run = openLiveRun({ dir, spec: specOf(), config, agent: loaded })
    const { setup, header, sink, recovered } = this.run
    this.session = new LiveSession({
      ...{ setup, header, sink, clock: this.clock, sources: [this.source], brokers: [this.port] },
      ...(recovered === undefined ? {} : { recovered: recovered.engine }),
    })
    this.session.start(resume)
    this.session.input({ type: 'operator', action: 'arm', broker: -1, instrument: -1, value: 0, price: 0 })
  }

  quotes(n: number): void {
    for (let i = 0; i < n; i++) {
      this.clock.advance(SECOND / 2)
      // Waves of ±1 dollar, so that the agent trades and no stop of 2 % is reached.
      const bid = 10_000 + Math.round(100 * Math.sin(this.#n++ / 8))
      const q = {
        type: 'quote',
        venueT: this.clock.now(),
        instrument: 0,
        bid,
        ask: bid + 1,
        bidSize: 500,
        askSize: 500,
        flags: 0,
      } as const
      this.port.quote(q)
      this.source.events$.next([q])
    }
  }

  /** The process dies: what goes on is what the disk holds at that moment; what was only in memory is gone. */
  async kill(into: string): Promise<string> {
    cpSync(this.run.dir, into, { recursive: true })
    await this.session.end()
    return into
  }
}

export const books = (): BookKeeper => new BookKeeper(INSTRUMENT, 100_000_000_000)
