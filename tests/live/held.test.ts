/**
 * What is held through bad hours, on the emulator over real sockets: shares of the session through a power cut and a gap
 * through their stop, shares of the owner through everything.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { readCash } from '../../adapters/kis/emulator/options.ts'
import { MINUTE, SECOND } from '../../src/core/base/time.ts'
import { defineAgent } from '../../src/index.ts'
import { rerunLive } from '../../src/runtime/live-verify.ts'
import { KisPlay, KisVenue } from '../support/kis-play.ts'
import { SteeredFeed } from '../support/steered-feed.ts'
import { TEN_IN_SEOUL } from '../adapters/kis/bench.ts'

const SYMBOL = '005930'
/** From before, and what the session buys: 7 % and 21 % of the account. */
const OLD = 100
const OURS = 300
const FROM = TEN_IN_SEOUL + MINUTE

const root = mkdtempSync(join(tmpdir(), 'sametape-held-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let venue: KisVenue
afterEach(() => venue.close())

/** Buys once, as many as it is told to, and never sells. */
function buyer(qty: number) {
  const definition = defineAgent({
    name: `buys-${qty}`,
    subscribe: () => ({ quotes: true }),
    init: () => ({ done: false }),
    onQuote(state, q, ctx) {
      if (state.done || !ctx.canOpen(q.symbol)) return
      state.done = ctx.order({ symbol: q.symbol, side: 'buy', qty, type: 'limit', limit: q.ask }).ok
    },
  })
  return { definition: definition as never, name: `buys-${qty}`, hash: '0'.repeat(64), files: [] }
}

interface Life {
  readonly name: string
  readonly qty: number
  readonly resumed?: boolean
  readonly sets?: readonly string[]
}

/** A session of its own directory and order numbers: what another one bought is not its own. */
function session(feed: SteeredFeed, { name, qty, resumed = false, sets = [] }: Life): Promise<KisPlay> {
  const kis = { ordersFile: join(venue.state, `${name}.jsonl`), resumed }
  return KisPlay.open({ dir: join(root, name), feed, agent: buyer(qty), from: FROM, venue, kis, sets })
}

async function stage(): Promise<SteeredFeed> {
  const price = 70_000
  const feed = new SteeredFeed(SYMBOL, price, TEN_IN_SEOUL)
  venue = await KisVenue.open(feed, FROM, { cash: readCash([`KRW=${(OLD * price * 100) / 7}`]) })
  // Within the limits of a day that began at this price.
  for (const board of venue.emulator.world.boards.values()) board.prevClose = price
  return feed
}

const held = (): number => venue.emulator.world.account.holding(SYMBOL)?.qty ?? 0

/** The owner's shares: bought by another session, which is over. */
async function owned(feed: SteeredFeed, name: string): Promise<void> {
  const before = await session(feed, { name: `${name}-before`, qty: OLD })
  await before.start(0)
  await before.until(() => before.desk.fillCount > 0, 60)
  await before.kill()
  expect(held()).toBe(OLD)
}

async function verified(play: KisPlay, name: string, qty: number): Promise<void> {
  const { digest } = await play.seal()
  const again = rerunLive(join(root, name), play.spec, buyer(qty))
  expect([again.first, again.digest]).toEqual([undefined, digest])
}

describe('a power cut', () => {
  it('R-44, R-27, F-56: with a position, boot, a gap through the stop: the exit is sent, and no operator was asked', async () => {
    const feed = await stage()
    const first = await session(feed, { name: 'cut', qty: OURS })
    await first.start(0)
    await first.until(() => first.desk.fillCount > 0 && held() === OURS, 60)
    await first.kill()
    feed.price = 65_000

    const second = await session(feed, { name: 'cut', qty: OURS, resumed: true })
    // As `live` does: protected by itself, opening only when somebody arms.
    second.session.start(1)
    await second.pass(2 * SECOND, SECOND / 4)
    second.rate()
    await second.until(() => held() === 0, 60)
    await second.pass(30 * SECOND, SECOND / 4)
    expect(second.desk.state).toBe('REDUCE_ONLY')
    expect(second.desk.ledger.position(0, 0).qty).toBe(0)
    const { orders } = venue.emulator.world.desk
    expect(orders.map((o) => [o.side, o.qty, o.filled])).toEqual([
      [1, OURS, OURS],
      [-1, OURS, OURS],
    ])
    await verified(second, 'cut', OURS)
  }, 60_000)
})

describe('R-43: a hundred shares from before are there after', () => {
  it('a stop, the daily loss and the total loss', async () => {
    const feed = await stage()
    await owned(feed, 'losses')
    const sets = ['risk.daily_loss_limit=0.02', 'risk.emergency_shutdown_loss=0.035']
    const play = await session(feed, { name: 'losses', qty: OURS, sets })
    await play.start(0)
    await play.until(() => held() === OLD + OURS, 60)
    const position = play.desk.ledger.position(0, 0)
    expect([position.qty, position.external]).toEqual([OURS, OLD])

    // 28 % of the account falls by a tenth: through the stop of ours, and through the day's line.
    feed.price = 63_000
    await play.until(() => held() === OLD, 90)
    await play.pass(10 * SECOND, SECOND / 4)
    expect([play.desk.state, play.desk.losses.dailyTripped]).toEqual(['REDUCE_ONLY', true])
    expect(play.desk.losses.emergencyTripped).toBe(false)

    // What is left is the owner's, and it takes the account through the line of the total loss.
    for (const price of [57_000, 52_000, 49_000]) {
      feed.price = price
      await play.pass(15 * SECOND, SECOND / 4)
    }
    expect([play.desk.losses.emergencyTripped, play.desk.state]).toEqual([true, 'STOPPED'])
    expect(held()).toBe(OLD)
    expect(venue.emulator.world.desk.orders.filter((o) => o.side < 0).map((o) => o.qty)).toEqual([OURS])
    await verified(play, 'losses', OURS)
  }, 90_000)

  it('a kill and the shutdown it ends in', async () => {
    const feed = await stage()
    await owned(feed, 'kill')
    const play = await session(feed, { name: 'kill', qty: OURS })
    await play.start(0)
    await play.until(() => held() === OLD + OURS, 60)
    play.input({ type: 'operator', action: 'kill', broker: -1, instrument: -1, value: 0, price: 0 })
    await play.until(() => play.desk.state === 'STOPPED', 180)
    expect(held()).toBe(OLD)
    expect(play.desk.ledger.position(0, 0)).toMatchObject({ qty: 0, external: OLD })
    await verified(play, 'kill', OURS)
  }, 90_000)
})
