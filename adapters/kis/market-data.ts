/**
 * Market data of KIS: trades, books and market status of the socket as events. Which socket carries a listing depends on
 * the keys: the quotes door where there is one, else the trading session; overseas quotes do not exist in paper. What
 * each listing gets, and why not, is told as feed status.
 */
import { BehaviorSubject, type Observable, Subject } from 'rxjs'
import { type Micros, SECOND } from '../../src/core/base/time.ts'
import type {
  AdapterContext,
  BarInbound,
  FeedStatus,
  MarketInbound,
  MarketSource,
  RawFrame,
  TimeSample,
} from '../../src/runtime/ports.ts'
import { venueOf } from './decode.ts'
import { FeedDelays } from './delays.ts'
import { FrameDecoder } from './frames.ts'
import type { BrokerRates } from './fx.ts'
import type { History } from './history.ts'
import type { KisListing, Listings } from './instruments.ts'
import type { Wanted } from './registrations.ts'
import type { KisSocket } from './socket.ts'
import type { DataFrame } from './wire/frame.ts'
import type { Environment } from './wire/transactions.ts'

export interface SourceParts {
  readonly context: AdapterContext
  readonly listings: Listings
  /** Where each market's data come from; undefined where there is no way. */
  readonly domestic: KisSocket | undefined
  readonly overseas: KisSocket | undefined
  /** The domestic socket knows market status and NXT. */
  readonly whole: boolean
  /** Sockets that this source connects itself; others are connected by the broker. */
  readonly own: readonly KisSocket[]
  readonly raw$: Observable<RawFrame>
  /** Of all HTTP answers of this vendor. */
  readonly time$: Observable<TimeSample>
  readonly seen: (event: MarketInbound) => void
  readonly history: History
  /** The broker's exchange rates, where the run has use for them. */
  readonly rate: Pick<BrokerRates<Environment>, 'events$' | 'start' | 'stop'> | undefined
  readonly release: () => Promise<void>
}

const BACK_OFF: readonly Micros[] = [1 * SECOND, 2 * SECOND, 4 * SECOND, 20 * SECOND, 60 * SECOND]
const NO_OVERSEAS = 'the paper environment has no overseas quotes: set KIS_QUOTE_APP_KEY and KIS_QUOTE_APP_SECRET'
const FULL = 'the session holds its 41 registrations: fewer symbols, or a quote key of their own'

export class KisMarketSource implements MarketSource {
  readonly id = 'kis'
  readonly raw$: Observable<RawFrame>
  readonly time$: Observable<TimeSample>
  readonly events$ = new Subject<readonly (MarketInbound | BarInbound)[]>()
  readonly feeds$: BehaviorSubject<readonly FeedStatus[]>
  readonly history: History
  readonly #p: SourceParts
  /** What it brings the market data of. */
  readonly #fed: readonly KisListing[]
  readonly #decoder: FrameDecoder
  readonly #delays: FeedDelays
  readonly #notes = new Map<number, Map<string, string | undefined>>()
  readonly #timers = new Set<() => void>()
  #stopped = false
  /** Frames that were not used, by reason; for people and tests. */
  readonly quarantined: ReadonlyMap<string, number>

  constructor(parts: SourceParts) {
    this.#p = parts
    const { feeds } = parts.context
    this.#fed = parts.listings.all.filter((l) => feeds?.(l.instrument.id) ?? true)
    this.raw$ = parts.raw$
    this.time$ = parts.time$
    this.history = parts.history
    this.#decoder = new FrameDecoder(parts.listings)
    this.#delays = new FeedDelays(parts.listings)
    this.quarantined = this.#decoder.unused
    this.feeds$ = new BehaviorSubject<readonly FeedStatus[]>(this.#fed.map((l) => this.#feedOf(l)))
    for (const listing of this.#fed) this.#want(listing)
    parts.rate?.events$.subscribe((events) => this.events$.next(events))
    this.#tellFeeds()
  }

  start(): void {
    for (const socket of this.#p.own) this.#keep(socket, 0)
    this.#p.rate?.start()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    for (const cancel of this.#timers) cancel()
    this.#p.rate?.stop()
    await Promise.all(this.#p.own.map((socket) => socket.close()))
    await this.#p.release()
  }

  /** Connects, and again with growing pauses: a source has no engine that would ask. */
  #keep(socket: KisSocket, failures: number): void {
    void socket.connect().then((failure) => {
      if (failure !== undefined && !this.#stopped) this.#again(socket, failures)
    })
  }

  #again(socket: KisSocket, failures: number): void {
    const pause = BACK_OFF[Math.min(failures, BACK_OFF.length - 1)] as Micros
    const cancel = this.#p.context.clock.after(pause, () => {
      this.#timers.delete(cancel)
      if (!this.#stopped) this.#keep(socket, failures + 1)
    })
    this.#timers.add(cancel)
  }

  /** From a socket of this source that was up. */
  lost(socket: KisSocket): void {
    for (const listing of this.#fed) {
      if (this.#socketOf(listing) !== socket) continue
      for (const name of this.#notesOf(listing).keys()) this.#notesOf(listing).set(name, 'the connection is lost')
    }
    this.#tellFeeds()
    if (this.#p.own.includes(socket) && !this.#stopped) this.#again(socket, 0)
  }

  #socketOf(listing: KisListing): KisSocket | undefined {
    return listing.market === 'kr' ? this.#p.domestic : this.#p.overseas
  }

  #notesOf({ instrument }: KisListing): Map<string, string | undefined> {
    const notes = this.#notes.get(instrument.id) ?? new Map<string, string | undefined>()
    this.#notes.set(instrument.id, notes)
    return notes
  }

  #want(listing: KisListing): void {
    const socket = this.#socketOf(listing)
    const notes = this.#notesOf(listing)
    if (socket === undefined) return void notes.set('', NO_OVERSEAS)
    for (const tr of transactionsOf(listing, this.#p.whole)) {
      const room = socket.want({ tr, key: listing.key, login: false })
      if (isPriced(tr)) notes.set(tr, room ? 'not registered yet' : FULL)
    }
  }

  /** From a socket: a registration stands, or was refused. */
  registered(wanted: Wanted, refusal: string | undefined): void {
    const listing = this.#p.listings.byKey(wanted.key, venueOf(wanted.tr))
    if (listing === undefined || !isPriced(wanted.tr)) return
    this.#notesOf(listing).set(wanted.tr, refusal)
    this.#tellFeeds()
  }

  #feedOf(listing: KisListing): FeedStatus {
    const note = [...this.#notesOf(listing).values()].find((n) => n !== undefined)
    const { id } = listing.instrument
    if (note !== undefined || this.#notesOf(listing).size === 0)
      return { instrument: id, delay: 'none', note: note ?? '' }
    return { instrument: id, ...this.#delays.of(listing) }
  }

  #tellFeeds(): void {
    this.feeds$.next(this.#fed.map((l) => this.#feedOf(l)))
  }

  /** F-19: kept in the recording, counted, not used. */
  damaged(why: string): void {
    this.#decoder.count(why)
  }

  frame(frame: DataFrame): void {
    const now = this.#p.context.clock.now()
    const events = this.#decoder.decode(frame, now)
    for (const event of events) this.#p.seen(event)
    this.#look(events, now)
    if (events.length > 0) this.events$.next(events)
  }

  /** What a feed's first data say of its delay; told once, and its listing is not traded from then on. */
  #look(events: readonly MarketInbound[], now: Micros): void {
    const late = events.flatMap((e) => (e.type === 'trade' || e.type === 'quote' ? this.#delays.look(e, now) : []))
    if (late.length === 0) return
    this.events$.next(late.map((instrument) => untradable(instrument, now)))
    this.#tellFeeds()
  }
}

/** One status instead of a denial for stale data at every order: the feed says why. */
function untradable(instrument: number, now: Micros): MarketInbound {
  return { type: 'status', venueT: now, instrument, status: 'halted', reason: 'outage', until: 0 }
}

function isPriced(tr: string): boolean {
  return tr !== 'H0STMKO0'
}

function transactionsOf(listing: KisListing, whole: boolean): string[] {
  // The book of a free feed in Asia has an id of its own; trades differ by the key alone (reference 8.1, 8.11).
  if (listing.market !== 'kr') return [listing.late ? 'HDFSASP1' : 'HDFSASP0', 'HDFSCNT0']
  if (listing.venue === 'NXT') return whole ? ['H0NXASP0', 'H0NXCNT0'] : []
  return ['H0STASP0', 'H0STCNT0', ...(whole ? ['H0STMKO0'] : [])]
}
