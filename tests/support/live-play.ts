/** A session played by hand on `live-parts.ts`: one instrument, quotes in waves, an agent that trades on them. */
import { cpSync } from 'node:fs'
import { loadConfig } from '../../src/config/load.ts'
import { SECOND } from '../../src/core/base/time.ts'
import type { LoadedAgent } from '../../src/runtime/agent-load.ts'
import { openLiveRun } from '../../src/runtime/live-run.ts'
import { LiveSession } from '../../src/runtime/live-session.ts'
import type { LiveSpec } from '../../src/runtime/live-spec.ts'
import { AAA, BookKeeper, HandClock, HandSource, SIM, SimPort, tellQuote } from './live-parts.ts'
import { liveSpec } from './live-spec.ts'
import ten from './ten-agent.ts'

export const T0 = Date.UTC(2025, 2, 10, 14, 0, 0) * 1000

export const loaded: LoadedAgent = { definition: ten as never, name: 'ten', hash: '0'.repeat(64), files: [] }
export const config = loadConfig({ dir: undefined, sets: [], env: {} })

export function specOf(agent = loaded): LiveSpec {
  return liveSpec(agent, [AAA], [SIM])
}

export class Play {
  readonly clock: HandClock
  readonly source = new HandSource()
  readonly port: SimPort
  readonly session: LiveSession
  readonly run: ReturnType<typeof openLiveRun>
  readonly books: BookKeeper
  #n = 0

  constructor(dir: string, books: BookKeeper, t: number, resume: 0 | 2, agent = loaded) {
    this.clock = new HandClock(t)
    this.books = books
    this.port = new SimPort(books, this.clock)
    this.run = openLiveRun({ dir, spec: specOf(agent), config, agent })
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
      this.quote(10_000 + Math.round(100 * Math.sin(this.#n++ / 8)))
    }
  }

  quote(bid: number): void {
    tellQuote(this.clock, this.port, this.source, bid)
  }

  /** The process dies: what goes on is what the disk holds at that moment; what was only in memory is gone. */
  async kill(into: string): Promise<string> {
    cpSync(this.run.dir, into, { recursive: true })
    await this.session.end()
    return into
  }
}

export const books = (): BookKeeper => new BookKeeper(AAA, 100_000_000_000)
