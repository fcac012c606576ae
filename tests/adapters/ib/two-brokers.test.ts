/**
 * Two brokers in one session, each an emulator of its own behind its own adapter: the same shares at both, limits over
 * both together, and one of them dying in the middle: the other trades on and what is held at the lost one counts
 * (R-37).
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { IbEmulator, WARM_UP } from '../../../adapters/ib/emulator/emulator.ts'
import { ACCOUNTS, readCash } from '../../../adapters/ib/emulator/options.ts'
import { createIb, type Ib } from '../../../adapters/ib/index.ts'
import { DEFAULTS, type IbSettings } from '../../../adapters/ib/settings.ts'
import { GeneratedFeed } from '../../../adapters/kis/emulator/generated-feed.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { DAY, epochDay, HOUR, MINUTE, SECOND } from '../../../src/core/base/time.ts'
import { defineAgent } from '../../../src/core/decision/agent.ts'
import { openLiveRun } from '../../../src/runtime/live-run.ts'
import { LiveSession } from '../../../src/runtime/live-session.ts'
import { calendarVersions, type LiveSpec } from '../../../src/runtime/live-spec.ts'
import { HandClock } from '../../support/live-parts.ts'
import { Steps } from './steps.ts'

const root = mkdtempSync(join(tmpdir(), 'sametape-ib-two-'))
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

test('R-12, R-37: one dies in the middle of the day, the other trades on, and both count', async () => {
  const clock = new HandClock(TEN)
  const emulators = await Promise.all(
    [0, 1].map(() =>
      IbEmulator.create(
        { symbols: SYMBOLS, seed: 5, cash: readCash(['USD=50000']) },
        { clock, feed: new GeneratedFeed(SYMBOLS, 5, TEN - WARM_UP) },
      ),
    ),
  )
  const steps = new Steps(clock, ...emulators)
  const { instruments } = new GeneratedFeed(SYMBOLS, 5, TEN - WARM_UP)
  const ibs = emulators.map((emulator, broker): Ib => {
    const settings: IbSettings = {
      ...DEFAULTS,
      ...{
        env: 'paper',
        host: '127.0.0.1',
        port: emulator.port,
        clientId: 7,
        account: ACCOUNTS.paper,
        markets: ['US'],
      },
    }
    return createIb(settings, { broker, instruments, currencies: ['USD'], clock })
  })
  const config = loadConfig({ dir: undefined, sets: [], env: {} })
  const run = openLiveRun({ dir: join(root, 'run'), spec: specOf(instruments, ibs), config, agent: loaded })
  const session = new LiveSession({
    ...{ setup: run.setup, header: run.header, sink: run.sink, clock },
    // The market comes from the second, which lives.
    ...{ sources: [ibs[1]?.source as never], brokers: ibs.map((ib) => ib.broker) },
  })
  session.start(0)
  await steps.pass(MINUTE, SECOND)
  session.input({ type: 'operator', action: 'arm', broker: -1, instrument: -1, value: 0, price: 0 })
  await steps.pass(4 * MINUTE, SECOND)
  const { desk } = session.engine
  const held = (broker: number): number[] => instruments.map((_, id) => desk.ledger.position(broker, id).qty)
  const first = held(0)
  expect(first.some((qty) => qty > 0)).toBe(true)
  // From now on nothing of it answers: sockets end and the port refuses.
  const [dying] = emulators
  dying?.world.faults.post({ kind: 'connect-refused', for_ms: 3_600_000 }, dying.world.now())
  dying?.world.faults.post({ kind: 'socket-reset' }, dying.world.now())
  dying?.settle()
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
    const mark2 = desk.market.of(id).mark2
    expect((shares * mark2 * 100) / 2).toBeLessThanOrEqual(0.302 * desk.valuation.equity)
  }
  // What the venue of the living broker holds is what we say it holds.
  const account = emulators[1]?.world.accounts[0]
  const listings = emulators[1]?.world.listings ?? []
  expect(after).toEqual(
    instruments.map(({ symbol }) => account?.held(listings.find((l) => l.symbol === symbol) as never)),
  )
  await session.end()
  steps.close()
  for (const emulator of emulators) emulator.close()
}, 120_000)

function specOf(instruments: GeneratedFeed['instruments'], ibs: readonly Ib[]): LiveSpec {
  const shape = { quotes: true, trades: true, bars: false, sessionBars: false, oneSided: false, barMicros: 0 }
  return {
    schema_version: 2,
    kind: 'live',
    config: {},
    agent: { name: 'buyer', hash: loaded.hash, params: {} },
    instruments: instruments as never,
    shapes: instruments.map(() => ({ ...shape, heartbeat: 10 * SECOND })),
    calendars: calendarVersions(instruments),
    currencies: ['USD'],
    base: 'USD',
    routes: [null],
    brokers: ibs.map((ib, i) => ({ name: `ib${i}`, rules: ib.broker.rules as never })),
    cash: ibs.map(() => [0]),
    arming: 'operator',
    fees: 'ib-tiered',
  }
}
