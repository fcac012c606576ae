/** What every part of the emulator shares: clock, market, account, keys, faults. Made once by `emulator.ts`. */
import type { Micros } from '../../../src/core/base/time.ts'
import { sessionTimes } from '../../../src/reference/calendars.ts'
import type { Account } from './account.ts'
import type { Board } from './board.ts'
import { type EmulatorClock, localDayOf } from '../../common/emulator/clock.ts'
import type { Credentials } from './credentials.ts'
import type { TradingDesk } from './desk.ts'
import type { Faults } from './faults.ts'
import type { MarketFeed } from '../../common/emulator/feed.ts'
import type { Listing } from './listing.ts'
import type { EmulatorOptions } from './options.ts'
import type { BuyingPower } from './power.ts'
import type { RateLimiter } from './rate.ts'
import type { TokenDesk } from './tokens.ts'
import type { WonRates } from './won-rates.ts'
import type { Environment } from '../wire/transactions.ts'

/** One address of the emulator: the trading host of its environment, or the live-key host beside a paper one. */
export interface Door {
  readonly env: Environment
  /** True for the live-key door of a paper emulator: quotes only. */
  readonly quotesOnly: boolean
  readonly credentials: Credentials
}

export interface World {
  readonly options: EmulatorOptions
  readonly clock: EmulatorClock
  readonly feed: MarketFeed
  readonly listings: ReadonlyMap<string, Listing>
  readonly boards: ReadonlyMap<string, Board>
  readonly account: Account
  readonly desk: TradingDesk
  readonly power: BuyingPower
  readonly tokens: TokenDesk
  readonly rate: RateLimiter
  readonly faults: Faults
  /** Every key of the emulator with the environment it belongs to. */
  readonly keys: ReadonlyMap<string, Door>
  /** REST requests that are being answered. */
  readonly activity: { requests: number }
  readonly rates: WonRates
  /** Makes and sends what is due; called after anything that may have produced notices. */
  flush(): void
}

export type SessionState = 'open' | 'before-open' | 'break' | 'after-close' | 'holiday'

/** Can a listing be ordered now? Generated markets are always open; on a tape the calendar of the venue says. */
export function sessionState(world: World, listing: Listing, now: Micros): SessionState {
  if (world.feed.alwaysOpen) return 'open'
  const today = sessionTimes(listing.instrument.venue, localDayOf(now, listing.zone))
  if (today === undefined) return 'holiday'
  if (now < today.open) return 'before-open'
  if (now >= today.close) return 'after-close'
  const clock = world.desk.clocks[listing.instrument.id]
  return clock?.phaseAt(now) === 'closed' ? 'break' : 'open'
}

export function isBusinessDay(day: number): boolean {
  return sessionTimes('KRX', day) !== undefined
}
