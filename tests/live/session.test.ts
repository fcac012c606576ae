/**
 * A live session through its ports: recorded, sealed and verified; killed and gone on with from its journal, with an order
 * on its way, a fill that was never heard of, and a torn tail (I-01, I-02, I-13, I-24, I-26, I-30, R-40, R-44).
 */
import { appendFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { defineAgent } from '../../src/core/decision/agent.ts'
import type { Instrument } from '../../src/core/domain/instrument.ts'
import { journalTape } from '../../src/runtime/journal-tape.ts'
import { openLiveRun } from '../../src/runtime/live-run.ts'
import { sealLiveRun } from '../../src/runtime/live-seal.ts'
import { LiveSession } from '../../src/runtime/live-session.ts'
import { calendarVersions, type LiveSpec } from '../../src/runtime/live-spec.ts'
import { rerunLive } from '../../src/runtime/live-verify.ts'
import { openRun } from '../../src/runtime/run-dir.ts'
import { openTape } from '../../src/tape/read.ts'
import type { JournalWriter } from '../../src/tape/journal.ts'
import { BookKeeper, HandClock, HandSource, SimPort } from '../support/live-parts.ts'

const root = mkdtempSync(join(tmpdir(), 'sametape-live-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const SECOND = 1_000_000
const T0 = Date.UTC(2025, 2, 10, 14, 0, 0) * 1000
const INSTRUMENT: Instrument = {
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

const loaded = { definition: agent as never, name: 'ten', hash: '0'.repeat(64), files: [] }
const config = loadConfig({ dir: undefined, sets: [], env: {} })

function specOf(): LiveSpec {
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

class Play {
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

const books = (): BookKeeper => new BookKeeper(INSTRUMENT, 100_000_000_000)

describe('a live session', () => {
  test('trades, reconciles, is sealed and verifies from its journal alone', async () => {
    const dir = join(root, 'whole')
    const play = new Play(dir, books(), T0, 0)
    play.quotes(400)
    const { desk } = play.session.engine
    expect(play.session.failure).toBeUndefined()
    expect(desk.state).toBe('LIVE')
    expect(desk.fillCount).toBeGreaterThan(6)
    expect(desk.ledger.position(0, 0).qty).toBe(play.books.held)
    expect(desk.ledger.cashOf(0, 0)).toBe(play.books.cash)
    await play.session.end()
    const summary = await sealLiveRun(play.run, play.session, { mode: 'paper', agent: loaded, generated: true })
    const { spec, manifest } = await openRun(dir)
    const again = rerunLive(dir, spec as LiveSpec, loaded)
    expect(again.first).toBeUndefined()
    expect(again.digest).toBe(summary.digest)
    expect(manifest.digest).toBe(summary.digest)
    expect(again.events).toBe(400)
    // The market it saw is a tape of its own, row for row.
    const out = join(root, 'whole-tape')
    const made = await journalTape({
      ...{ run: dir, out, instruments: [INSTRUMENT], source: 'hand', generated: true, resolution: 'us' },
    })
    expect(made?.streams).toMatchObject([{ symbol: 'AAA', kind: 'quotes', rows: 400 }])
    expect((await openTape(out)).manifest).toMatchObject({ label: 'generated', source: { kind: 'generated' } })
    expect(readFileSync(join(dir, 'fills.csv'), 'utf8').trimEnd().split('\n')).toHaveLength(1 + desk.fillCount)
  })

  test('killed again and again it goes on: no order twice, no fill lost, nothing opened before the books agree', async () => {
    let dir = join(root, 'killed')
    const account = books()
    let t = T0
    for (let life = 0; life < 6; life++) {
      const play = new Play(dir, account, t, life === 0 ? 0 : 2)
      play.quotes(37 + 11 * life)
      // In some lives the last commands never reach the broker, in others its answers are never heard.
      play.port.deaf = life % 2 === 1
      play.quotes(9)
      dir = await play.kill(join(root, `killed-${life}`))
      t = play.clock.now() + 7 * SECOND
    }
    const last = new Play(dir, account, t, 2)
    last.quotes(150)
    last.clock.advance(60 * SECOND)
    last.quotes(20)
    const { desk } = last.session.engine
    expect(last.session.failure).toBeUndefined()
    expect([...account.received.values()].filter((n) => n > 1)).toEqual([])
    expect(desk.ledger.position(0, 0).qty).toBe(account.held)
    expect(desk.ledger.cashOf(0, 0)).toBe(account.cash)
    expect(desk.orders.live.filter((o) => o.state === 'unknown')).toEqual([])
    await last.session.end()
    const summary = await sealLiveRun(last.run, last.session, { mode: 'paper', agent: loaded, generated: true })
    const { spec } = await openRun(dir)
    const again = rerunLive(dir, spec as LiveSpec, loaded)
    expect(again.first).toBeUndefined()
    expect(again.digest).toBe(summary.digest)
  })

  test('a torn tail at any byte: the prefix is recovered and the broker says what is missing (I-24, F-65)', async () => {
    const dir = join(root, 'torn')
    const account = books()
    const first = new Play(dir, account, T0, 0)
    first.quotes(120)
    await first.session.end()
    const journal = join(dir, 'journal')
    const segment = join(
      journal,
      readdirSync(journal)
        .filter((f) => f.endsWith('.stj'))
        .sort()
        .at(-1) as string,
    )
    truncateSync(segment, statSync(segment).size - 1234)
    appendFileSync(segment, Buffer.alloc(57, 7))
    const second = new Play(dir, account, first.clock.now() + SECOND, 2)
    second.quotes(60)
    const { desk } = second.session.engine
    expect(second.session.failure).toBeUndefined()
    expect(desk.ledger.position(0, 0).qty).toBe(account.held)
    expect(desk.ledger.cashOf(0, 0)).toBe(account.cash)
    expect([...account.received.values()].every((n) => n === 1)).toBe(true)
    await second.session.end()
    ;(second.run.sink.journal as JournalWriter).close()
  })

  test('another configuration does not go on with a session', () => {
    const spec = { ...specOf(), fees: 'kis' }
    expect(() => openLiveRun({ dir: join(root, 'torn'), spec, config, agent: loaded })).toThrow(
      /another configuration|no fees for the market/,
    )
  })
})
