/** Puts the parts of an emulator together: one account, one trading floor, a board for every listing, keys for each door. */
import { Account } from './account.ts'
import { Board } from './board.ts'
import type { EmulatorClock } from '../../common/emulator/clock.ts'
import { roundCosts } from './costs.ts'
import { makeCredentials } from './credentials.ts'
import { type OrderEvent, TradingDesk } from './desk.ts'
import { type Fault, planFaults } from './faults.ts'
import type { MarketFeed } from '../../common/emulator/feed.ts'
import { makeListing } from './listing.ts'
import type { EmulatorOptions } from './options.ts'
import { BuyingPower } from './power.ts'
import { RateLimiter } from './rate.ts'
import { TokenDesk } from './tokens.ts'
import { WonRates } from './won-rates.ts'
import type { Door, World } from './world.ts'

/** What the world asks of the emulator around it. */
export interface Surroundings {
  orderEvent(event: OrderEvent): void
  playFault(fault: Fault): void
  flush(): void
}

/** A paper emulator has a second door with a live key, for quotes only. */
function doorsOf(options: EmulatorOptions): Door[] {
  const { env, seed } = options
  const trading: Door = { env, quotesOnly: false, credentials: makeCredentials(seed, env) }
  if (env === 'live') return [trading]
  return [trading, { env: 'live', quotesOnly: true, credentials: makeCredentials(seed, 'quotes') }]
}

export function makeWorld(
  options: EmulatorOptions,
  feed: MarketFeed,
  clock: EmulatorClock,
  around: Surroundings,
): World {
  const listings = feed.instruments.filter((i) => i.venue !== 'FX').map(makeListing)
  const boards = new Map(listings.map((listing) => [listing.symbol, new Board(listing, feed.alwaysOpen)]))
  const doors = doorsOf(options)
  const rates = new WonRates(options.wonRates)
  const { account: id, hts_id } = (doors[0] as Door).credentials
  const account = new Account(id, hts_id, options.cash, roundCosts, rates)
  const branch = options.env === 'paper' ? '00950' : '06010'
  const desk = new TradingDesk(feed, account, branch, options.seed, (event) => around.orderEvent(event))
  return {
    options,
    clock,
    feed,
    listings: new Map(listings.map((listing) => [listing.symbol, listing])),
    boards,
    account,
    desk,
    power: new BuyingPower(desk, boards, rates),
    tokens: new TokenDesk(options.seed),
    rate: new RateLimiter(options.requestsPerSecond),
    faults: planFaults((fault) => around.playFault(fault)),
    keys: new Map(doors.map((door) => [door.credentials.appkey, door])),
    activity: { requests: 0 },
    rates,
    flush: () => around.flush(),
  }
}
