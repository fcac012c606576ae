/**
 * The KIS emulator: REST and socket servers on loopback over one account and one market. `create` listens; `advance`
 * plays everything up to a moment of the run's clock; stand-alone, a timer calls it. Nothing here decides when time
 * passes, so a caller with its own clock can drive it in step with an engine.
 */
import type { Server } from 'node:http'
import { HOUR, type Micros } from '../../../src/core/base/time.ts'
import { readSymbol } from '../../../src/generate/market-request.ts'
import { type EmulatorClock, KST, localDayOf, scaledClock, wallNow } from '../../common/emulator/clock.ts'
import type { Board } from './board.ts'
import { createControlServer } from './control.ts'
import { type Credentials, TextSource } from './credentials.ts'
import type { OrderEvent } from './desk.ts'
import { playFault } from './fault-play.ts'
import type { FeedEntry, MarketFeed } from '../../common/emulator/feed.ts'
import { WARM_UP } from '../../common/emulator/generated-feed.ts'
import { listen } from '../../common/emulator/listen.ts'
import { openFeed } from '../../common/emulator/open-feed.ts'
import { standAlone } from '../../common/emulator/stand-alone.ts'
import { endHalts } from './halt.ts'
import { makeWorld } from './make-world.ts'
import { VENUES } from './listing.ts'
import { defaultCash, type EmulatorOptions, withDefaults } from './options.ts'
import { givePast } from './past.ts'
import { createRestServer } from './rest/server.ts'
import { NoticeDesk } from './socket/notices.ts'
import { Publisher } from './socket/publisher.ts'
import { AppkeySlots, SocketServer } from './socket/server.ts'
import type { Session } from './socket/session.ts'
import { isBusinessDay, type World } from './world.ts'

export interface Addresses {
  readonly rest: string
  readonly ws: string
  readonly credentials: Credentials
}

export interface EmulatorParts {
  /** Absent: the wall clock, scaled by `speed`. */
  readonly clock?: EmulatorClock
  readonly feed?: MarketFeed
}

export class KisEmulator {
  readonly world: World
  readonly publisher: Publisher
  readonly notices: NoticeDesk
  readonly sockets: readonly SocketServer[]
  readonly #servers: readonly Server[]
  readonly #slots = new AppkeySlots()
  readonly #feed: MarketFeed
  #endTimer: () => void = () => undefined
  /** By instrument. */
  readonly #boards: ReadonlyMap<number, Board>
  #nextHour: Micros = -Infinity
  /** The Korean day under way. */
  #day = Infinity
  /** False while history is played. */
  #telling = false
  #addresses: readonly Addresses[] = []
  #control = ''

  private constructor(options: EmulatorOptions, feed: MarketFeed, clock: EmulatorClock) {
    this.#feed = feed
    this.world = makeWorld(options, feed, clock, {
      orderEvent: (event) => this.#orderEvent(event),
      playFault: (fault) => playFault(this, fault),
      flush: () => this.flush(),
    })
    this.#boards = new Map([...this.world.boards.values()].map((b) => [b.listing.instrument.id, b]))
    this.publisher = new Publisher(this.world)
    this.notices = new NoticeDesk(this.world, new TextSource(options.seed, 'notices'))
    const doors = [...this.world.keys.values()]
    this.sockets = doors.map(
      (door, i) => new SocketServer(this.world, door, this.#slots, new TextSource(options.seed, `socket ${i}`)),
    )
    const rest = doors.map((door, i) => createRestServer(this.world, door, new TextSource(options.seed, `uid ${i}`)))
    this.#servers = [...rest, createControlServer(this)]
  }

  static async create(given: Partial<EmulatorOptions> = {}, parts: EmulatorParts = {}): Promise<KisEmulator> {
    const options = withDefaults(given)
    const now = parts.clock?.now() ?? wallNow()
    const feed = parts.feed ?? (await openFeed({ ...options, venues: VENUES }, now - WARM_UP))
    const clock = parts.clock ?? scaledClock(feed.alwaysOpen ? wallNow() : feed.start, options.speed)
    // An account that nobody furnished has the money of what is listed.
    const cash = given.cash ?? defaultCash(feed.instruments.map((i) => i.currency))
    const emulator = new KisEmulator({ ...options, cash }, feed, clock)
    emulator.#begin()
    await emulator.#listen()
    return emulator
  }

  get addresses(): readonly Addresses[] {
    return this.#addresses
  }

  /** Ports of clients on loopback, for those who watch what is on its way. */
  get ports(): number[] {
    return this.#addresses.flatMap(({ rest, ws }) => [rest, ws].map((url) => Number(new URL(url).port)))
  }

  get control(): string {
    return this.#control
  }

  /** As they were asked for; on a tape in order of code points. */
  get symbols(): string[] {
    const all = [...this.world.listings.values()]
    if (!this.#feed.alwaysOpen) return all.map((l) => l.symbol)
    const asked = this.world.options.symbols.map((s) => readSymbol(s).symbol)
    return asked.flatMap((symbol) => all.find((l) => l.instrument.symbol === symbol)?.symbol ?? [])
  }

  #orderEvent(event: OrderEvent): void {
    this.notices.take(event)
  }

  /** Everything before the clock's first moment has happened already: it is history that nobody was told. */
  #begin(): void {
    const { boards, options, clock } = this.world
    if (this.#feed.alwaysOpen) for (const board of boards.values()) givePast(board, options.seed, this.#feed.start)
    this.#roll(Math.min(this.#feed.start, clock.now()))
    this.#play(clock.now())
    this.#telling = true
  }

  /** When the market has something to say next: now while the tape has to be read on, never at its end. */
  get nextTime(): Micros {
    return this.#feed.needsLoad ? this.world.clock.now() : this.#feed.nextTime()
  }

  /** Plays what is due at the run's clock and tells it. A tape may have to be read on in between. */
  async advance(now: Micros = this.world.clock.now()): Promise<void> {
    for (;;) {
      this.#play(now)
      if (!this.#feed.needsLoad) break
      await this.#feed.load()
    }
    this.world.faults.due(now)
    endHalts(this, now)
    const mute = this.world.faults.isOn('socket-half-open', now)
    for (const session of this.sessions()) session.mute = mute
    this.flush()
  }

  #play(now: Micros): void {
    const { desk } = this.world
    while (this.#feed.nextTime() <= now) {
      const t = this.#feed.nextTime()
      this.#roll(t)
      if (desk.nextExpiry < t) desk.expire(t)
      this.#event(this.#feed.next())
    }
    // A tape that has to be read on first has more to say before this moment.
    if (this.#feed.needsLoad) return
    if (desk.nextExpiry <= now) desk.expire(now)
    this.#roll(now)
  }

  #event(entry: FeedEntry): void {
    const { event, open } = entry
    if (event.type === 'fx') {
      const fx = this.#feed.instruments[event.instrument]
      if (fx !== undefined) this.world.rates.take(fx.symbol, event.rate, fx.priceDecimals)
      return
    }
    if (!('instrument' in event)) return
    const board = this.#boards.get(event.instrument)
    if (board === undefined || board.halted) return
    this.world.desk.market(event, open)
    const prints = board.take(event, open)
    if (!this.#telling) return
    if (prints.length > 0 && this.publisher.wants(board, this.sessions())) this.publisher.print(board, prints)
    if (event.type !== 'trade') this.publisher.book(board)
  }

  /** Korean days turn for the account, local ones for orders. All midnights fall on whole hours, so only those are looked at. */
  #roll(t: Micros): void {
    if (t < this.#nextHour) return
    const day = localDayOf(t, KST)
    const { account, desk } = this.world
    for (let d = Math.max(this.#day + 1, day - 31); d < day; d++) account.roll(d, this.#isBusinessDay(d))
    account.roll(day, this.#isBusinessDay(day))
    desk.endDays(t)
    this.#day = day
    this.#nextHour = (Math.floor(t / HOUR) + 1) * HOUR
  }

  #isBusinessDay(day: number): boolean {
    return this.#feed.alwaysOpen || isBusinessDay(day)
  }

  sessions(): Session[] {
    return this.sockets.flatMap((socket) => [...socket.sessions])
  }

  flush(): void {
    const sessions = this.sessions()
    this.notices.flush(sessions)
    if (sessions.length === 0) this.publisher.forget()
    else this.publisher.flush(sessions)
  }

  /** Is anything on its way: a request being answered, a notice waiting, a frame not yet handed to the system? */
  get busy(): boolean {
    const { activity } = this.world
    return activity.requests > 0 || this.notices.waiting > 0 || this.sessions().some((s) => s.socket.bufferedAmount > 0)
  }

  /** Stand-alone: the timer drives. */
  run(): void {
    this.#endTimer = standAlone(() => this.advance())
  }

  async #listen(): Promise<void> {
    const { options, keys } = this.world
    const doors = [...keys.values()]
    const rest: number[] = []
    const ws: number[] = []
    for (const [i, server] of this.#servers.slice(0, doors.length).entries()) {
      rest.push(await listen(server, 'port', i === 0 ? options.port : 0))
    }
    for (const [i, socket] of this.sockets.entries())
      ws.push(await listen(socket.http, 'ws-port', i === 0 ? options.wsPort : 0))
    this.#addresses = doors.map((door, i) => ({
      rest: `http://127.0.0.1:${rest[i]}`,
      ws: `ws://127.0.0.1:${ws[i]}`,
      credentials: door.credentials,
    }))
    this.#control = `http://127.0.0.1:${await listen(this.#servers.at(-1) as Server, 'control-port', options.controlPort)}`
  }

  block(appkey: string, ms: number): void {
    this.#slots.block(appkey, ms)
  }

  async close(): Promise<void> {
    this.#endTimer()
    for (const socket of this.sockets) socket.close()
    for (const server of this.#servers) {
      server.close()
      server.closeAllConnections()
    }
    await this.#feed.close()
  }
}
