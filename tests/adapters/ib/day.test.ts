/**
 * A whole US day on the emulator through the adapter: real frames over a real socket, six and a half hours of market in
 * less than a minute (600 times and more), an agent that trades it, books that agree with the venue at the end, and a
 * recorded session that verifies identical from its journal alone.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { IbEmulator, WARM_UP } from '../../../adapters/ib/emulator/emulator.ts'
import { clientSettings } from '../../../adapters/ib/emulator/client-settings.ts'
import { readCash } from '../../../adapters/ib/emulator/options.ts'
import { createIb } from '../../../adapters/ib/index.ts'
import { GeneratedFeed } from '../../../adapters/common/emulator/generated-feed.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { DAY, epochDay, MINUTE, SECOND } from '../../../src/core/base/time.ts'
import { defineAgent } from '../../../src/core/decision/agent.ts'
import { openLiveRun } from '../../../src/runtime/live-run.ts'
import { sealLiveRun } from '../../../src/runtime/live-seal.ts'
import { LiveSession } from '../../../src/runtime/live-session.ts'
import type { LiveSpec } from '../../../src/runtime/live-spec.ts'
import { rerunLive } from '../../../src/runtime/live-verify.ts'
import { openRun } from '../../../src/runtime/run-dir.ts'
import { HandClock } from '../../support/live-parts.ts'
import { liveSpec, QUOTES } from '../../support/live-spec.ts'
import { Steps } from '../../support/steps.ts'

const root = mkdtempSync(join(tmpdir(), 'sametape-ib-day-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** 09:25 in New York, before the summer time. */
const BEFORE_OPEN = epochDay(2026, 3, 3) * DAY + (14 * 60 + 25) * MINUTE
const SYMBOLS = ['NVDA', 'PLTR']

/** Buys a hundred when flat at every 200th quote of a symbol, sells them 150 quotes later. */
const agent = defineAgent({
  name: 'turns',
  subscribe: () => ({ quotes: true }),
  init: () => ({ n: { NVDA: 0, PLTR: 100 } as Record<string, number> }),
  onQuote(state, q, ctx) {
    const n = (state.n[q.symbol] = (state.n[q.symbol] ?? 0) + 1)
    if (ctx.openOrders(q.symbol).length > 0) return
    const { qty } = ctx.position(q.symbol)
    if (qty === 0 && n % 200 === 0 && ctx.canOpen(q.symbol)) ctx.buy(q.symbol, 100, 'turn')
    else if (qty > 0 && n % 350 === 0) ctx.sell(q.symbol, qty, 'turn')
  },
})
const loaded = { definition: agent as never, name: 'turns', hash: '0'.repeat(64), files: [] }
const config = loadConfig({ dir: undefined, sets: ['risk.max_daily_orders=100'], env: {} })

describe('a US day', () => {
  test('through the adapter: traded, in agreement with the venue, sealed and verified', async () => {
    const clock = new HandClock(BEFORE_OPEN)
    const feed = new GeneratedFeed(SYMBOLS, 5, BEFORE_OPEN - WARM_UP)
    const emulator = await IbEmulator.create(
      { symbols: SYMBOLS, seed: 5, cash: readCash(['USD=1000000']) },
      { clock, feed },
    )
    const steps = new Steps(clock, emulator)
    const { instruments } = feed
    const context = { broker: 0, instruments, currencies: ['USD'], clock }
    const ib = createIb(clientSettings(emulator), context, { ordersFile: join(root, 'orders.jsonl') })
    let frames = 0
    ib.broker.raw$.subscribe(() => frames++)
    const dir = join(root, 'day')
    const recorded = { config: { 'risk.max_daily_orders': '100' }, fees: 'ib-tiered' }
    const shapes = instruments.map(() => ({ ...QUOTES, trades: true }))
    const spec = liveSpec(loaded, instruments, [ib.broker], { ...recorded, shapes })
    const run = openLiveRun({ dir, spec, config, agent: loaded })
    const session = new LiveSession({
      ...{ setup: run.setup, header: run.header, sink: run.sink, clock },
      ...{ sources: [ib.source], brokers: [ib.broker] },
    })
    const began = performance.now()
    session.start(0)
    await steps.pass(2 * MINUTE, SECOND)
    session.input({ type: 'operator', action: 'arm', broker: -1, instrument: -1, value: 0, price: 0 })
    await steps.pass(399 * MINUTE, SECOND)
    const wall = performance.now() - began
    const { desk } = session.engine
    expect(session.failure).toBeUndefined()
    expect(desk.state).toBe('LIVE')
    expect(desk.links.of(0)).toMatchObject({ up: true, losses: [] })
    expect(desk.fillCount).toBeGreaterThan(40)
    const [account] = emulator.world.accounts
    for (const [id, { symbol }] of instruments.entries()) {
      const listing = emulator.world.listings.find((l) => l.symbol === symbol)
      expect(desk.ledger.position(0, id).qty).toBe(listing === undefined ? Number.NaN : account?.held(listing))
    }
    // IB tells cash in cents; what is below one is booked as a correction.
    expect(Math.abs(desk.ledger.cashOf(0, 0) - (account?.cash.get('USD') ?? 0))).toBeLessThan(10_000)
    expect(desk.books.of(0)).toMatchObject({ agreed: true, failures: 0 })
    await session.end()
    const summary = await sealLiveRun(run, session, { mode: 'paper', agent: loaded, generated: true })
    const { spec: read } = await openRun(dir)
    const again = rerunLive(dir, read as LiveSpec, loaded)
    expect(again.first).toBeUndefined()
    expect(again.digest).toBe(summary.digest)
    steps.close()
    emulator.close()
    const speed = (401 * 60) / (wall / 1000)
    console.log(
      `${frames} frames, ${session.events} events, ${desk.fillCount} fills, ${speed.toFixed(0)} times real time`,
    )
    expect(frames).toBeGreaterThan(100_000)
  }, 240_000)
})
