/** What every part of the emulator shares: clock, market, accounts, orders, sessions, faults. Made by `emulator.ts`. */
import type { Micros } from '../../../src/core/base/time.ts'
import type { FeeModel } from '../../../src/core/domain/fees.ts'
import type { MarketFeed } from '../../common/emulator/feed.ts'
import type { WireFault } from '../wire/wire-error.ts'
import type { Account } from './account.ts'
import type { Board } from './board.ts'
import type { Connectivity } from './connectivity.ts'
import type { OrderDesk } from './desk.ts'
import type { Faults } from './faults.ts'
import type { IdBook } from './ids.ts'
import type { Listing } from './listing.ts'
import type { EmulatorOptions } from './options.ts'
import type { IbOrder } from './order.ts'
import type { Scheduler } from './scheduler.ts'
import type { Session } from './session.ts'
import type { Valuer } from './valuation.ts'

export interface World {
  readonly options: EmulatorOptions
  readonly feed: MarketFeed
  readonly fees: FeeModel
  readonly listings: readonly Listing[]
  /** By contract number. */
  readonly boards: ReadonlyMap<number, Board>
  readonly accounts: readonly Account[]
  readonly valuer: Valuer
  readonly desk: OrderDesk
  readonly ids: IdBook
  readonly scheduler: Scheduler
  readonly faults: Faults
  readonly connectivity: Connectivity
  readonly sessions: Set<Session>
  /** Moment of the run up to which everything was played. */
  now(): Micros
  /** That moment as the version reply writes it. */
  stamp(): string
  countFault(fault: WireFault): void
  /** Sessions that started. */
  ready(): Session[]
}

/** Who hears of an order: its client, the master client, and client 0 of orders made by hand. */
export function audience(world: World, order: IbOrder): Session[] {
  const { masterClient } = world.options
  return world
    .ready()
    .filter(
      (s) => (s.clientId === order.clientId && (order.orderId !== 0 || s.autoBind)) || s.clientId === masterClient,
    )
}

export function boardOf(world: World, listing: Listing): Board {
  const board = world.boards.get(listing.conId)
  if (board === undefined) throw new Error(`no board of ${listing.symbol}`)
  return board
}
