/**
 * NVDA and PLTR through both real adapters in one session, each against its emulator over real sockets: the router's
 * choice, limits over both together, and one broker dying in the middle.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { IbEmulator, WARM_UP } from '../../../adapters/ib/emulator/emulator.ts'
import { clientSettings as ibSettings } from '../../../adapters/ib/emulator/client-settings.ts'
import { readCash } from '../../../adapters/ib/emulator/options.ts'
import { createIb } from '../../../adapters/ib/index.ts'
import { clientSettings as kisSettings } from '../../../adapters/kis/emulator/client-settings.ts'
import { KisEmulator } from '../../../adapters/kis/emulator/emulator.ts'
import { GeneratedFeed } from '../../../adapters/common/emulator/generated-feed.ts'
import { readCash as readKisCash } from '../../../adapters/kis/emulator/options.ts'
import { createKis } from '../../../adapters/kis/index.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { DAY, epochDay, HOUR, MINUTE, SECOND } from '../../../src/core/base/time.ts'
import { defineAgent } from '../../../src/core/decision/agent.ts'
import { openLiveRun } from '../../../src/runtime/live-run.ts'
import type { Broker } from '../../../src/runtime/ports.ts'
import { LiveSession } from '../../../src/runtime/live-session.ts'
import { HandClock } from '../../support/live-parts.ts'
import { liveSpec, QUOTES } from '../../support/live-spec.ts'
import { Steps } from '../../support/steps.ts'

const root = mkdtempSync(join(tmpdir(), 'sametape-kis-ib-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** A Tuesday, 10:00 in New York. */
const TEN = epochDay(2026, 3, 3) * DAY + 15 * HOUR
const SYMBOLS = ['NVDA', 'PLTR']

/** Buys some of each share every forty quotes, and keeps them. */
const agent = defineAgent({
  name: 'buyer',
  subscribe: () => ({ quotes: true }),
  init: () => ({ n: { NVDA: 0, PLTR: 20 } as Record<string, number> }),
  onQuote(state, q, ctx) {
    const n = (state.n[q.symbol] = (state.n[q.symbol] ?? 0) + 1)
    if (n % 40 === 0 && ctx.openOrders(q.symbol).length === 0 && ctx.canOpen(q.symbol)) ctx.buy(q.symbol, 20, 'more')
  },
})
const loaded = { definition: agent as never, name: 'buyer', hash: '0'.repeat(64), files: [] }

async function makeKis(clock: HandClock) {
  const feed = new GeneratedFeed(SYMBOLS, 5, TEN - WARM_UP)
  const rate = { requestsPerSecond: 1000, cash: readKisCash(['KRW=100000000', 'USD=100000']) }
  const emulator = await KisEmulator.create({ ...rate, env: 'live', symbols: SYMBOLS, seed: 5 }, { clock, feed })
  const settings = kisSettings(emulator, join(root, 'kis'))
  const context = { broker: 1, instruments: feed.instruments, currencies: ['USD'], clock }
  return { emulator, ...createKis(settings, context, { isTrading: () => false }) }
}

test('R-12, R-37: the same shares at IB and at KIS; IB dies in the middle of the day, KIS trades on, and both count', async () => {
  const clock = new HandClock(TEN)
  const feed = new GeneratedFeed(SYMBOLS, 5, TEN - WARM_UP)
  const { instruments } = feed
  const emulator = await IbEmulator.create(
    { symbols: SYMBOLS, seed: 5, cash: readCash(['USD=50000']) },
    { clock, feed },
  )
  const ib = createIb(ibSettings(emulator), { broker: 0, instruments, currencies: ['USD'], clock })
  const other = await makeKis(clock)
  const steps = new Steps(clock, emulator, other.emulator)
  const config = loadConfig({ dir: undefined, sets: [], env: {} })
  const brokers: readonly Broker[] = [ib.broker, other.broker as Broker]
  const shapes = instruments.map(() => ({ ...QUOTES, trades: true }))
  const spec = liveSpec(loaded, instruments, brokers, { shapes, fees: 'ib-tiered' })
  const run = openLiveRun({ dir: join(root, 'run'), spec, config, agent: loaded })
  const session = new LiveSession({
    ...{ setup: run.setup, header: run.header, sink: run.sink, clock },
    ...{ sources: [other.source], brokers },
  })
  session.start(0)
  await steps.pass(MINUTE, SECOND)
  session.input({ type: 'operator', action: 'arm', broker: -1, instrument: -1, value: 0, price: 0 })
  await steps.pass(4 * MINUTE, SECOND)
  const { desk } = session.engine
  const held = (broker: number): number[] => instruments.map((_, id) => desk.ledger.position(broker, id).qty)
  const first = held(0)
  // The cheaper one is asked first (router), and it fills.
  expect(first.some((qty) => qty > 0)).toBe(true)
  emulator.world.faults.post({ kind: 'connect-refused', for_ms: 3_600_000 }, emulator.world.now())
  emulator.world.faults.post({ kind: 'socket-reset' }, emulator.world.now())
  emulator.settle()
  const before = held(1)
  await steps.pass(6 * MINUTE, SECOND)
  expect(session.failure).toBeUndefined()
  expect([desk.links.of(0).up, desk.links.of(0).down, desk.links.of(1).up]).toEqual([false, true, true])
  expect(desk.state).toBe('LIVE')
  expect(held(0)).toEqual(first)
  const after = held(1)
  expect(after.some((qty, id) => qty > (before[id] ?? 0))).toBe(true)
  // R-09 over both brokers: never more than 30 % of the equity of both in one share.
  for (const [id] of instruments.entries()) {
    const shares = (first[id] ?? 0) + (after[id] ?? 0)
    expect((shares * desk.market.of(id).mark2 * 100) / 2).toBeLessThanOrEqual(0.302 * desk.valuation.equity)
  }
  const { account } = other.emulator.world
  expect(after).toEqual(instruments.map(({ symbol }) => account.holding(symbol)?.qty ?? 0))
  await session.end()
  steps.close()
  emulator.close()
  await other.emulator.close()
}, 120_000)
