/**
 * Restart in the middle of a paper day, where the list of the day is empty as that of the vendor often is: the session
 * comes back to LIVE, calls no order absent, sends none again and loses no fill.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { GeneratedFeed } from '../../../adapters/common/emulator/generated-feed.ts'
import { MINUTE, SECOND } from '../../../src/core/base/time.ts'
import { defineAgent } from '../../../src/index.ts'
import { rerunLive } from '../../../src/runtime/live-verify.ts'
import { KisPlay, KisVenue } from '../../support/kis-play.ts'
import { TEN_IN_SEOUL } from './bench.ts'

const root = mkdtempSync(join(tmpdir(), 'sametape-restart-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** Buys ten at the ask once, then lets five wait far below. */
const agent = defineAgent({
  name: 'wait',
  subscribe: () => ({ quotes: true }),
  init: () => ({ step: 0 }),
  onQuote(state, q, ctx) {
    if (q.symbol !== '005930' || !ctx.canOpen(q.symbol) || ctx.openOrders(q.symbol).length > 0) return
    if (state.step === 0) ctx.order({ symbol: q.symbol, side: 'buy', qty: 10, type: 'limit', limit: q.ask })
    if (state.step === 1) {
      const low = Math.floor((q.bid * 0.96) / 1000) * 1000
      ctx.order({ symbol: q.symbol, side: 'buy', qty: 5, type: 'limit', limit: low })
    }
    state.step++
  },
})
const loaded = { definition: agent as never, name: 'wait', hash: '0'.repeat(64), files: [] }

let venue: KisVenue | undefined
afterEach(() => venue?.close())

async function day(name: string): Promise<{ play: KisPlay; again: () => Promise<KisPlay> }> {
  const from = TEN_IN_SEOUL + 3 * MINUTE
  const feed = new GeneratedFeed(['005930', 'NVDA'], 1, TEN_IN_SEOUL)
  const at = await KisVenue.open(feed, from)
  venue = at
  const options = { dir: join(root, name), feed, agent: loaded, from, venue: at }
  const play = await KisPlay.open(options)
  await fault({ kind: 'empty-list', path: 'inquire-daily-ccld', count: 1_000_000 })
  await play.start(0)
  await play.until(
    () => play.desk.fillCount > 0 && play.desk.orders.live.some((o) => o.state === 'new' && o.qty === 5),
    60,
  )
  return { play, again: () => KisPlay.open({ ...options, kis: { resumed: true } }) }
}

async function fault(request: Readonly<Record<string, unknown>>): Promise<void> {
  await fetch(`${venue?.emulator.control}/fault`, { method: 'POST', body: JSON.stringify(request) })
}

/** The market comes down to the resting order and goes back; nobody listens. */
function dip(): void {
  const { desk, clock } = (venue as KisVenue).emulator.world
  const [, order] = desk.orders
  if (order === undefined) throw new Error('no resting order')
  const { listing, price } = order
  const t = clock.now()
  const at = { t, venueT: t, instrument: listing.instrument.id, bid: price - 1000, ask: price, flags: 0 }
  desk.market({ type: 'quote', ...at, bidSize: 100, askSize: 100 }, false)
}

const bought = (): number => venue?.emulator.world.account.holding('005930')?.qty ?? 0

async function sealed(play: KisPlay, name: string): Promise<void> {
  const { digest } = await play.seal()
  const again = rerunLive(join(root, name), play.spec, loaded)
  expect([again.first, again.digest]).toEqual([undefined, digest])
}

describe('restart mid-day in paper, lists empty', () => {
  it('with a fill and a resting order: LIVE, nothing absent, nothing twice', async () => {
    const { play, again } = await day('resting')
    await play.kill()
    const second = await again()
    await second.start(2)
    await second.pass(90 * SECOND, SECOND / 4)
    const { desk } = second
    expect(desk.state).toBe('LIVE')
    expect(desk.orders.live.map((o) => [o.state, o.qty])).toEqual([['new', 5]])
    expect(desk.ledger.position(0, 0).qty).toBe(bought())
    expect(venue?.emulator.world.desk.orders.map((o) => o.qty)).toEqual([10, 5])
    await sealed(second, 'resting')
  })

  it('filled while nobody listened: the balance of the day brings it to light, once', async () => {
    const { play, again } = await day('away')
    await play.kill()
    dip()
    expect(bought()).toBe(15)
    const second = await again()
    await second.start(2)
    await second.pass(90 * SECOND, SECOND / 4)
    const { desk } = second
    expect(desk.state).toBe('LIVE')
    expect(desk.orders.live).toEqual([])
    expect(desk.ledger.position(0, 0).qty).toBe(15)
    expect(venue?.emulator.world.desk.orders.map((o) => o.qty)).toEqual([10, 5])
    await sealed(second, 'away')
  })
})
