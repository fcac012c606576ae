/**
 * The IB emulator: a TWS on loopback over accounts and one market. `create` listens; `advance` plays everything up to a
 * moment of the run's clock; stand-alone, a timer calls it. Nothing here decides when time passes, so a caller with its
 * own clock can drive it in step with an engine.
 */
import type { Server } from 'node:http'
import { toScaled } from '../../../src/core/base/decimal.ts'
import { HOUR, type Micros } from '../../../src/core/base/time.ts'
import { type EmulatorClock, localDayOf, scaledClock, wallNow } from '../../kis/emulator/clock.ts'
import type { FeedEntry, MarketFeed } from '../../kis/emulator/feed.ts'
import { GeneratedFeed } from '../../kis/emulator/generated-feed.ts'
import { TapeFeed } from '../../kis/emulator/tape-feed.ts'
import { Account } from './account.ts'
import { AccountFeed } from './account-feed.ts'
import { Board } from './board.ts'
import { Connectivity } from './connectivity.ts'
import { createControlServer } from './control.ts'
import { OrderDesk } from './desk.ts'
import { playFault } from './fault-play.ts'
import { FaultPlan } from './faults.ts'
import { Gateway } from './gateway.ts'
import { IdBook } from './ids.ts'
import { makeListing } from './listing.ts'
import { MarketData } from './market-data.ts'
import { type EmulatorOptions, withDefaults } from './options.ts'
import { givePast } from './past.ts'
import { accountRequests } from './requests/account-requests.ts'
import { contractRequests } from './requests/contract-requests.ts'
import { dataRequests } from './requests/data-requests.ts'
import { historyRequests } from './requests/history-requests.ts'
import { orderRequests } from './requests/order-requests.ts'
import { queryRequests } from './requests/query-requests.ts'
import { sessionRequests } from './requests/session-requests.ts'
import { Scheduler } from './scheduler.ts'
import type { Session } from './session.ts'
import { feesOf, firstBid, listen } from './set-up.ts'
import { Teller } from './telling.ts'
import { stampText, TWS_ZONE } from './times.ts'
import { Valuer } from './valuation.ts'
import type { World } from './world.ts'

export interface EmulatorParts {
  /** Absent: the wall clock, scaled by `speed`. */
  readonly clock?: EmulatorClock
  readonly feed?: MarketFeed
}

/** How often the stand-alone timer looks at the clock, milliseconds of wall time. */
const TICK_MS = 5
/** What a generated market has lived through before anybody connects: three hours of minute bars and some. */
export const WARM_UP = 3.25 * HOUR

export class IbEmulator {
  readonly world: World
  readonly faultCounts = new Map<string, number>()
  readonly #clock: EmulatorClock
  /** By instrument id; nothing at currency pairs. */
  readonly #boards: readonly (Board | undefined)[]
  readonly #feed: MarketFeed
  readonly #data: MarketData
  readonly #accounts: AccountFeed
  readonly #teller: Teller
  readonly #gateway: Gateway
  readonly #control: Server
  #now: Micros = -Infinity
  #timer: NodeJS.Timeout | undefined
  #usdKrw: number
  /** False while history is played. */
  #telling = false
  #port = 0
  #controlPort = 0
  #refuseUntil: Micros = -Infinity
  #closed = false

  private constructor(options: EmulatorOptions, feed: MarketFeed, clock: EmulatorClock) {
    this.#feed = feed
    this.#clock = clock
    this.#usdKrw = toScaled(options.usdKrw, 4) ?? 0
    this.world = this.#makeWorld(options)
    const boards = [...this.world.boards.values()]
    this.#boards = feed.instruments.map((i) => boards.find((b) => b.listing.instrument === i))
    this.#accounts = new AccountFeed(this.world)
    this.#teller = new Teller(this.world, this.#accounts)
    this.#data = new MarketData(this.world)
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
      () => this.#play(this.#clock.now()),
      () => this.#flush(),
    )
    this.#control = createControlServer(this)
  }

  static async create(given: Partial<EmulatorOptions> = {}, parts: EmulatorParts = {}): Promise<IbEmulator> {
    const options = withDefaults(given)
    const now = parts.clock?.now() ?? wallNow()
    const feed =
      parts.feed ??
      (options.tape === undefined
        ? new GeneratedFeed(options.symbols, options.seed, now - WARM_UP)
        : await TapeFeed.open(options.tape))
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
    return this.#port
  }

  get control(): string {
    return `http://127.0.0.1:${this.#controlPort}`
  }

  /** As they were asked for; on a tape in order of code points. */
  get symbols(): string[] {
    const all = this.world.listings.map((l) => l.symbol)
    return this.#feed.alwaysOpen ? this.world.options.symbols.filter((symbol) => all.includes(symbol)) : all
  }

  #makeWorld(options: EmulatorOptions): World {
    const feed = this.#feed
    const day = Math.floor(feed.start / 86_400_000_000)
    const listings = feed.instruments.filter((i) => i.venue !== 'FX').map((i) => makeListing(i, day))
    const boards = new Map(listings.map((listing) => [listing.conId, new Board(listing)]))
    const accounts = options.accounts.map((id) => new Account(id, options.cash))
    const scheduler = new Scheduler()
    const fees = feesOf(options, feed.instruments)
    const sessions = new Set<Session>()
    const { seed } = options
    return {
      options,
      feed,
      fees,
      listings,
      boards,
      accounts,
      valuer: new Valuer(boards, () => this.#usdKrw),
      desk: new OrderDesk({ feed, fees, seed, scheduler, tell: (event) => this.#teller.take(event) }),
      ids: new IdBook(),
      scheduler,
      faults: new FaultPlan((fault) =>
        playFault(
          { world: this.world, teller: this.#teller, refuse: (micros) => this.#refuse(this.#now + micros) },
          fault,
        ),
      ),
      connectivity: new Connectivity(),
      sessions,
      now: () => this.#now,
      stamp: () => stampText(this.#now, TWS_ZONE),
      countFault: (fault) => void this.faultCounts.set(fault, (this.faultCounts.get(fault) ?? 0) + 1),
      ready: () => [...sessions].filter((s) => s.ready),
    }
  }

  /** Everything before the clock's first moment has happened already: it is history that nobody was told. */
  #begin(): void {
    const { boards, options } = this.world
    if (this.#feed.alwaysOpen) {
      for (const board of boards.values()) {
        const { symbol } = board.listing.instrument
        const first = firstBid(symbol, options.seed, this.#feed.start)
        givePast(board, options.seed, first, localDayOf(this.#feed.start, board.listing.zone))
      }
    }
    this.#play(this.#clock.now())
    this.#accounts.flush(this.#now)
    this.#telling = true
  }

  /** Plays what is due at the run's clock and tells it. A tape may have to be read on in between. */
  async advance(now: Micros = this.#clock.now()): Promise<void> {
    for (;;) {
      this.#play(now)
      if (!this.#feed.needsLoad) break
      await this.#feed.load()
    }
    this.#door(now)
    this.#flush()
  }

  /** Market, expiries, what is scheduled and faults, in order of time; a tape is played as far as it is loaded. */
  #play(until: Micros): void {
    const { desk, scheduler, faults } = this.world
    for (;;) {
      const market = this.#feed.needsLoad ? Infinity : this.#feed.nextTime()
      const t = Math.min(market, desk.nextExpiry, scheduler.next, faults.next)
      if (t > until) break
      this.#now = Math.max(this.#now, t)
      if (market === t) this.#event(this.#feed.next())
      else if (desk.nextExpiry === t) desk.expire(t)
      else if (scheduler.next === t) scheduler.runUntil(t)
      else faults.due(this.#now)
    }
    if (!this.#feed.needsLoad) this.#now = Math.max(this.#now, until)
    faults.due(this.#now)
  }

  #event(entry: FeedEntry): void {
    const { event, open } = entry
    const instrument = this.#feed.instruments[event.instrument]
    if (event.type === 'fx') {
      if (instrument?.symbol === 'USD/KRW' && event.rate > 0) {
        this.#usdKrw = Math.round((event.rate / 10 ** instrument.priceDecimals) * 10_000)
      }
      return
    }
    const board = this.#boards[event.instrument]
    if (board === undefined || this.#halted(board)) return
    this.world.desk.market(event, open)
    const { prints, quoted } = board.take(event, open)
    if (this.#telling) this.#data.event(board, prints, quoted, this.#now)
  }

  #halted(board: Board): boolean {
    const fault = this.world.faults.quiet ? undefined : this.world.faults.on('halt', this.#now)
    const halted = fault !== undefined && ['', board.listing.symbol].includes(String(fault.params.symbol))
    if (halted !== board.halted) board.version++
    board.halted = halted
    return halted
  }

  #flush(): void {
    this.#accounts.flush(this.#now)
    this.#data.flush(this.#now)
  }

  /** Is anything on its way: half a frame that came, or bytes not yet handed to the system? */
  get busy(): boolean {
    return [...this.world.sessions].some((s) => s.socket.writableLength > 0 || s.buffered > 0)
  }

  /** After a fault was posted: what changed at once is told. */
  settle(): void {
    this.#door(this.#now)
    this.#flush()
  }

  #refuse(until: Micros): void {
    this.#refuseUntil = until
    this.#door(this.#now)
  }

  /** Closes and opens the port as faults want it. */
  #door(now: Micros): void {
    const { connectivity, faults } = this.world
    const refuse = now < this.#refuseUntil || (!faults.quiet && faults.on('connect-refused', now) !== undefined)
    if (refuse === connectivity.refusing || this.#closed) return
    connectivity.refusing = refuse
    const { server } = this.#gateway
    if (refuse) server.close()
    else {
      // Somebody else took the port meanwhile: it is tried again with the next step.
      server.once('error', () => {
        connectivity.refusing = true
      })
      server.listen(this.#port, '127.0.0.1')
    }
  }

  /** Stand-alone: the timer drives. */
  run(): void {
    let busy = false
    this.#timer = setInterval(() => {
      if (busy) return
      busy = true
      void this.advance().finally(() => {
        busy = false
      })
    }, TICK_MS)
  }

  async #listen(): Promise<void> {
    const { port, controlPort } = this.world.options
    this.#port = await listen(this.#gateway.server, 'port', port)
    this.#controlPort = await listen(this.#control, 'control-port', controlPort)
  }

  close(): void {
    this.#closed = true
    clearInterval(this.#timer)
    this.#gateway.close()
    this.#control.close()
    this.#control.closeAllConnections()
    void this.#feed.close()
  }
}
