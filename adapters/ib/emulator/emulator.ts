/**
 * The IB emulator: a TWS on loopback over accounts and one market. `create` listens; `advance` plays everything up to a
 * moment of the run's clock; stand-alone, a timer calls it. Nothing here decides when time passes, so a caller with its
 * own clock can drive it in step with an engine.
 */
import type { Server } from 'node:http'
import { HOUR, type Micros } from '../../../src/core/base/time.ts'
import { readSymbol } from '../../../src/generate/market-request.ts'
import { feeModelWhereKnown } from '../../../src/reference/fees.ts'
import { type EmulatorClock, localDayOf, scaledClock, wallNow } from '../../common/emulator/clock.ts'
import type { MarketFeed } from '../../common/emulator/feed.ts'
import { listen } from '../../common/emulator/listen.ts'
import { openFeed } from '../../common/emulator/open-feed.ts'
import { standAlone } from '../../common/emulator/stand-alone.ts'
import { Account } from './account.ts'
import { AccountFeed } from './account-feed.ts'
import { BaseRates } from './base-rates.ts'
import { Board } from './board.ts'
import { Connectivity } from './connectivity.ts'
import { createControlServer } from './control.ts'
import { OrderDesk } from './desk.ts'
import { playFault } from './fault-play.ts'
import { planFaults } from './faults.ts'
import { Gateway } from './gateway.ts'
import { IdBook } from './ids.ts'
import { makeListing } from './listing.ts'
import { MarketData } from './market-data.ts'
import { type EmulatorOptions, withDefaults } from './options.ts'
import { givePast } from './past.ts'
import { Playback } from './playback.ts'
import { PortDoor } from './port-door.ts'
import { accountRequests } from './requests/account-requests.ts'
import { contractRequests } from './requests/contract-requests.ts'
import { dataRequests } from './requests/data-requests.ts'
import { historyRequests } from './requests/history-requests.ts'
import { orderRequests } from './requests/order-requests.ts'
import { queryRequests } from './requests/query-requests.ts'
import { sessionRequests } from './requests/session-requests.ts'
import { Scheduler } from './scheduler.ts'
import type { Session } from './session.ts'
import { firstBid } from './set-up.ts'
import { Teller } from './telling.ts'
import { stampText, TWS_ZONE } from './times.ts'
import { Valuer } from './valuation.ts'
import type { World } from './world.ts'

export interface EmulatorParts {
  /** Absent: the wall clock, scaled by `speed`. */
  readonly clock?: EmulatorClock
  readonly feed?: MarketFeed
}

/** What a generated market has lived through before anybody connects: three hours of minute bars and some. */
export const WARM_UP = 3.25 * HOUR

/** Whose stocks of a tape are served. */
const VENUES = ['KRX', 'US', 'TSE', 'HK', 'SSE', 'SZSE', 'XETRA', 'EURONEXT', 'LSE']

export class IbEmulator {
  readonly world: World
  readonly faultCounts = new Map<string, number>()
  readonly #clock: EmulatorClock
  readonly #feed: MarketFeed
  readonly #data: MarketData
  readonly #playback: Playback
  readonly #accounts: AccountFeed
  readonly #teller: Teller
  readonly #gateway: Gateway
  readonly #door: PortDoor
  readonly #control: Server
  #endTimer: () => void = () => undefined
  #controlPort = 0

  private constructor(options: EmulatorOptions, feed: MarketFeed, clock: EmulatorClock) {
    this.#feed = feed
    this.#clock = clock
    this.world = this.#makeWorld(options)
    const boards = [...this.world.boards.values()]
    this.#accounts = new AccountFeed(this.world)
    this.#teller = new Teller(this.world, this.#accounts)
    this.#data = new MarketData(this.world)
    this.#playback = new Playback({
      ...{ feed, world: this.world, data: this.#data },
      boards: feed.instruments.map((i) => boards.find((b) => b.listing.instrument === i)),
    })
    const handlers = {
      ...sessionRequests(this.world),
      ...accountRequests(this.world, this.#accounts),
      ...contractRequests(this.world),
      ...dataRequests(this.world, this.#data),
      ...historyRequests(this.world),
      ...orderRequests(this.world),
      ...queryRequests(this.world),
    }
    this.#gateway = new Gateway(
      this.world,
      handlers,
      () => this.#playback.play(this.#clock.now()),
      () => this.#flush(),
    )
    this.#door = new PortDoor(this.world, this.#gateway.server)
    this.#control = createControlServer(this)
  }

  static async create(given: Partial<EmulatorOptions> = {}, parts: EmulatorParts = {}): Promise<IbEmulator> {
    const options = withDefaults(given)
    const now = parts.clock?.now() ?? wallNow()
    const feed = parts.feed ?? (await openFeed({ ...options, venues: VENUES }, now - WARM_UP))
    const clock = parts.clock ?? scaledClock(feed.alwaysOpen ? now : feed.start, options.speed)
    const emulator = new IbEmulator(options, feed, clock)
    try {
      emulator.#begin()
      await emulator.#listen()
    } catch (error) {
      emulator.close()
      throw error
    }
    return emulator
  }

  get port(): number {
    return this.#door.port
  }

  /** Ports of clients on loopback, for those who watch what is on its way. */
  get ports(): readonly number[] {
    return [this.port]
  }

  get control(): string {
    return `http://127.0.0.1:${this.#controlPort}`
  }

  /** As they were asked for; on a tape in order of code points. */
  get symbols(): string[] {
    const all = this.world.listings.map((l) => l.instrument.symbol)
    if (!this.#feed.alwaysOpen) return all
    return this.world.options.symbols.map((s) => readSymbol(s).symbol).filter((symbol) => all.includes(symbol))
  }

  #makeWorld(options: EmulatorOptions): World {
    const feed = this.#feed
    const day = Math.floor(feed.start / 86_400_000_000)
    const isServed = (venue: string): boolean => venue !== 'FX' || feed.alwaysOpen || options.pairs
    const listings = feed.instruments.filter((i) => isServed(i.venue)).map((i) => makeListing(i, day))
    const boards = new Map(listings.map((listing) => [listing.conId, new Board(listing)]))
    const accounts = options.accounts.map((id) => new Account(id, options.cash))
    const scheduler = new Scheduler()
    // Of IB's own table; markets that it has no fees for are free here.
    const fees = feeModelWhereKnown(options.fees, feed.instruments)
    const sessions = new Set<Session>()
    const { seed } = options
    return {
      options,
      feed,
      fees,
      listings,
      boards,
      accounts,
      valuer: new Valuer(boards, new BaseRates()),
      desk: new OrderDesk({ feed, fees, seed, scheduler, tell: (event) => this.#teller.take(event) }),
      ids: new IdBook(),
      scheduler,
      faults: planFaults((fault) =>
        playFault(
          { world: this.world, teller: this.#teller, refuse: (micros) => this.#refuse(this.#playback.now + micros) },
          fault,
        ),
      ),
      connectivity: new Connectivity(),
      sessions,
      now: () => this.#playback.now,
      stamp: () => stampText(this.#playback.now, TWS_ZONE),
      countFault: (fault) => void this.faultCounts.set(fault, (this.faultCounts.get(fault) ?? 0) + 1),
      ready: () => [...sessions].filter((s) => s.ready),
    }
  }

  /** Everything before the clock's first moment has happened already: it is history that nobody was told. */
  #begin(): void {
    const { boards, options } = this.world
    if (this.#feed.alwaysOpen) {
      for (const board of boards.values()) {
        const first = firstBid(board.listing.instrument, options.seed, this.#feed.start)
        givePast(board, options.seed, first, localDayOf(this.#feed.start, board.listing.zone))
      }
    }
    this.#playback.play(this.#clock.now())
    this.#accounts.flush(this.#playback.now)
    this.#playback.telling = true
  }

  /** When it has something to do next, for those who move the clock. */
  get nextTime(): Micros {
    return this.#playback.next
  }

  /** Plays what is due at the run's clock and tells it. A tape may have to be read on in between. */
  async advance(now: Micros = this.#clock.now()): Promise<void> {
    for (;;) {
      this.#playback.play(now)
      if (!this.#feed.needsLoad) break
      await this.#feed.load()
    }
    this.#door.look(now)
    this.#flush()
  }

  #flush(): void {
    this.#accounts.flush(this.#playback.now)
    this.#data.flush(this.#playback.now)
  }

  /** Is anything on its way: half a frame that came, or bytes not yet handed to the system? */
  get busy(): boolean {
    return [...this.world.sessions].some((s) => s.socket.writableLength > 0 || s.buffered > 0)
  }

  /** After a fault was posted: what changed at once is told. */
  settle(): void {
    this.#door.look(this.#playback.now)
    this.#flush()
  }

  #refuse(until: Micros): void {
    this.#door.refuse(until)
    this.#door.look(this.#playback.now)
  }

  /** Stand-alone: the timer drives. */
  run(): void {
    this.#endTimer = standAlone(() => this.advance())
  }

  async #listen(): Promise<void> {
    const { port, controlPort } = this.world.options
    this.#door.opened(await listen(this.#gateway.server, 'port', port))
    this.#controlPort = await listen(this.#control, 'control-port', controlPort)
  }

  close(): void {
    this.#door.close()
    this.#endTimer()
    this.#gateway.close()
    this.#control.close()
    this.#control.closeAllConnections()
    void this.#feed.close()
  }
}
