/**
 * Sessions of the engine on the IB emulator in two foreign currencies each, over real sockets: Tokyo and Hong Kong in
 * board lots, Frankfurt and London with its pence; valued by IB's own pairs, in agreement with the venue, and
 * recordings that re-run to the same bytes.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { GeneratedFeed } from '../../adapters/common/emulator/generated-feed.ts'
import { clientSettings } from '../../adapters/ib/emulator/client-settings.ts'
import { IbEmulator, WARM_UP } from '../../adapters/ib/emulator/emulator.ts'
import { readCash } from '../../adapters/ib/emulator/options.ts'
import { createIb } from '../../adapters/ib/index.ts'
import { loadConfig } from '../../src/config/load.ts'
import { DAY, epochDay, HOUR, MINUTE, SECOND } from '../../src/core/base/time.ts'
import type { Currency } from '../../src/core/domain/units.ts'
import { openLiveRun } from '../../src/runtime/live-run.ts'
import { sealLiveRun } from '../../src/runtime/live-seal.ts'
import { LiveSession } from '../../src/runtime/live-session.ts'
import type { LiveSpec } from '../../src/runtime/live-spec.ts'
import { rerunLive } from '../../src/runtime/live-verify.ts'
import { openRun } from '../../src/runtime/run-dir.ts'
import { HandClock } from '../support/live-parts.ts'
import { liveSpec, QUOTES, SILENT } from '../support/live-spec.ts'
import { Steps } from '../support/steps.ts'
import { twoLots } from '../support/two-lots.ts'

const root = mkdtempSync(join(tmpdir(), 'sametape-ib-regions-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const THAT_DAY = epochDay(2026, 3, 3) * DAY
const REGIONS = [
  {
    ...{ region: 'Asia', markets: ['JP', 'HK'], shares: ['7203', '00700'] },
    listed: ['TSE:7203', 'HK:00700', 'USD/JPY', 'USD/HKD'],
    currencies: ['HKD', 'JPY', 'USD'] as Currency[],
    cash: 'USD=1000000,JPY=100000000,HKD=5000000',
    // 10:33 in Tokyo, 09:33 in Hong Kong.
    from: THAT_DAY + HOUR + 33 * MINUTE,
  },
  {
    ...{ region: 'Europe', markets: ['EU'], shares: ['SAP', 'VOD'] },
    listed: ['XETRA:SAP', 'LSE:VOD', 'EUR/USD', 'GBP/USD'],
    currencies: ['EUR', 'GBP', 'USD'] as Currency[],
    cash: 'USD=1000000,EUR=600000,GBP=500000',
    // 10:00 in London.
    from: THAT_DAY + 10 * HOUR,
  },
] as const

const agent = twoLots()
const config = loadConfig({ dir: undefined, sets: [], env: {} })

describe.each(REGIONS)('a session in $region', ({ region, markets, shares, listed, currencies, cash, from }) => {
  it('trades two currencies at once, agrees with the venue, and verifies', async () => {
    const clock = new HandClock(from)
    const feed = new GeneratedFeed(listed, 3, from - WARM_UP)
    const { instruments } = feed
    const emulator = await IbEmulator.create({ symbols: listed, seed: 3, cash: readCash([cash]) }, { clock, feed })
    const steps = new Steps(clock, emulator)
    const settings = { ...clientSettings(emulator), markets }
    const ordersFile = join(root, `${region}.jsonl`)
    const ib = createIb(settings, { broker: 0, instruments, currencies, clock }, { ordersFile })
    const routes = currencies.map((currency) => {
      const at = (symbol: string): number => instruments.findIndex((i) => i.symbol === symbol)
      if (currency === 'USD') return null
      const inverse = at(`USD/${currency}`) >= 0
      return { currency, instrument: at(inverse ? `USD/${currency}` : `${currency}/USD`), inverse }
    })
    const shapes = instruments.map((i) => (i.venue === 'FX' ? SILENT : { ...QUOTES, trades: true }))
    const spec = liveSpec(agent, instruments, [ib.broker], {
      ...{ shapes, currencies, routes, fees: 'ib-tiered', cash: [currencies.map(() => 0)] },
    })
    const dir = join(root, region)
    const run = openLiveRun({ dir, spec, config, agent })
    const session = new LiveSession({
      ...{ setup: run.setup, header: run.header, sink: run.sink, clock },
      ...{ sources: [ib.source], brokers: [ib.broker] },
    })
    session.start(0)
    await steps.pass(MINUTE, SECOND)
    session.input({ type: 'operator', action: 'arm', broker: -1, instrument: -1, value: 0, price: 0 })
    await steps.pass(4 * MINUTE, SECOND)
    expect(session.failure).toBeUndefined()
    const { desk } = session.engine
    expect(desk.state).toBe('LIVE')
    const [account] = emulator.world.accounts
    for (const symbol of shares) {
      const own = emulator.world.desk.orders.filter((o) => o.listing.instrument.symbol === symbol)
      expect(own.map((o) => [o.terms.side, o.terms.qty, o.filled])).toEqual([
        [1, 200, 200],
        [-1, 100, 100],
      ])
      const id = instruments.findIndex((i) => i.symbol === symbol)
      expect(desk.ledger.position(0, id).qty).toBe(100)
    }
    for (const [index, currency] of currencies.entries()) {
      // IB tells cash in cents; what is below one is booked as a correction.
      const cent = currency === 'JPY' ? 100 : 10_000
      expect(Math.abs(desk.ledger.cashOf(0, index) - (account?.cash.get(currency) ?? 0)), currency).toBeLessThan(cent)
    }
    expect(desk.books.of(0)).toMatchObject({ agreed: true, failures: 0 })
    await session.end()
    const { digest } = await sealLiveRun(run, session, { mode: 'paper', agent, generated: true })
    const { spec: read } = await openRun(dir)
    const again = rerunLive(dir, read as LiveSpec, agent)
    expect([again.first, again.digest]).toEqual([undefined, digest])
    steps.close()
    emulator.close()
  }, 90_000)
})
