/**
 * A session of the engine in Tokyo and Hong Kong on the KIS emulator, over real sockets: yen and Hong Kong dollars with the
 * broker's own rates, board lots, the lunch break, and a recording that re-runs to the same bytes.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { GeneratedFeed } from '../../adapters/common/emulator/generated-feed.ts'
import { HOUR, MINUTE, SECOND } from '../../src/core/base/time.ts'
import { rerunLive } from '../../src/runtime/live-verify.ts'
import { TEN_IN_SEOUL } from '../adapters/kis/bench.ts'
import { KisPlay } from '../support/kis-play.ts'
import { twoLots } from '../support/two-lots.ts'

const SYMBOLS = ['NVDA', 'TSE:7203', 'HK:00700']
const root = mkdtempSync(join(tmpdir(), 'sametape-asia-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const agent = twoLots('NVDA')

async function session(name: string, from: number): Promise<KisPlay> {
  const play = await KisPlay.open({
    ...{ dir: join(root, name), feed: new GeneratedFeed(SYMBOLS, 1, from - 3 * MINUTE), agent, from },
    emulator: { symbols: SYMBOLS },
    kis: { isTrading: () => false },
  })
  await play.start(0)
  return play
}

describe('a session in Asia', () => {
  it('trades two currencies at once, is valued by the broker’s rates (R-33), and verifies', async () => {
    // 10:33 in Tokyo, 09:33 in Hong Kong.
    const play = await session('morning', TEN_IN_SEOUL + 33 * MINUTE)
    const { account, desk } = play.venue.emulator.world
    await play.until(() => account.fills.length >= 4, 180)
    await play.pass(10 * SECOND, SECOND / 4)
    for (const symbol of ['7203', '00700']) {
      const own = desk.orders.filter((o) => o.listing.symbol === symbol)
      expect(own.map((o) => [o.side, o.qty, o.filled])).toEqual([
        [1, 200, 200],
        [-1, 100, 100],
      ])
      const instrument = play.run.setup.instruments.find((i) => i.symbol === symbol)
      expect(play.desk.ledger.position(0, instrument?.id ?? -1).qty).toBe(100)
    }
    expect(play.desk.state).toBe('LIVE')
    const { digest } = await play.seal()
    await play.venue.close()
    const again = rerunLive(join(root, 'morning'), play.spec, agent)
    expect([again.first, again.digest]).toEqual([undefined, digest])
  }, 90_000)

  it('opens nothing in the lunch break of Tokyo while Hong Kong trades', async () => {
    // 11:45 in Tokyo: closed until 12:30; 10:45 in Hong Kong.
    const play = await session('lunch', TEN_IN_SEOUL + HOUR + 45 * MINUTE)
    const { account, desk } = play.venue.emulator.world
    await play.until(() => account.fills.length > 0, 120)
    await play.pass(10 * SECOND, SECOND / 4)
    expect([...new Set(desk.orders.map((o) => o.listing.symbol))]).toEqual(['00700'])
    await play.kill()
    await play.venue.close()
  }, 90_000)
})
