/**
 * Market data of KIS: trades, books and market status of the socket as events. Which socket carries a listing depends on
 * the keys: the quotes door where there is one, else the trading session; overseas quotes do not exist in paper. What
 * each listing gets, and why not, is told as feed status.
 */
import { BehaviorSubject, type Observable, Subject } from 'rxjs'
import { type Micros, SECOND } from '../../src/core/base/time.ts'
import type { StatusReason, TradingStatus } from '../../src/core/domain/phase.ts'
import type {
  AdapterContext,
  BarInbound,
  FeedStatus,
  MarketInbound,
  MarketSource,
  RawFrame,
} from '../../src/runtime/ports.ts'
import { domesticBook, domesticTrade, overseasBook, overseasTrade, readRecords, venueOf } from './decode.ts'
import type { DollarRate } from './fx.ts'
import type { History } from './history.ts'
import type { KisListing, Listings } from './instruments.ts'
import type { Fields } from './rest.ts'
import type { KisSocket, Wanted } from './socket.ts'
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
  readonly seen: (event: MarketInbound) => void
  readonly history: History
  /** The broker's exchange rate, where the run has use for it. */
  readonly rate: Pick<DollarRate<Environment>, 'events$' | 'start' | 'stop'> | undefined
  readonly release: () => Promise<void>
}

interface Standing {
  status: TradingStatus
  reason: StatusReason
}

const BACK_OFF: readonly Micros[] = [1 * SECOND, 2 * SECOND, 4 * SECOND, 20 * SECOND, 60 * SECOND]
const NO_OVERSEAS = 'the paper environment has no overseas quotes: set KIS_QUOTE_APP_KEY and KIS_QUOTE_APP_SECRET'
const FULL = 'the session holds its 41 registrations: fewer symbols, or a quote key of their own'

export class KisMarketSource implements MarketSource {
  readonly id = 'kis'
  readonly raw$: Observable<RawFrame>
  readonly events$ = new Subject<readonly (MarketInbound | BarInbound)[]>()
  readonly feeds$: BehaviorSubject<readonly FeedStatus[]>
  readonly history: History
  readonly #p: SourceParts
  readonly #standing = new Map<number, Standing>()
  readonly #notes = new Map<number, Map<string, string | undefined>>()
  readonly #timers = new Set<() => void>()
  #stopped = false
  /** Frames that were not used, by reason; for people and tests. */
  readonly quarantined = new Map<string, number>()

  constructor(parts: SourceParts) {
    this.#p = parts
    this.raw$ = parts.raw$
    this.history = parts.history
    this.feeds$ = new BehaviorSubject<readonly FeedStatus[]>(parts.listings.all.map((l) => this.#feedOf(l)))
    for (const listing of parts.listings.all) this.#want(listing)
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
    for (const listing of this.#p.listings.all) {
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
    // `D` keys of the US are real time by the vendor's word (reference 8.11), domestic ones too.
    const delay = note === undefined && this.#notesOf(listing).size > 0 ? 'realtime' : 'none'
    return { instrument: listing.instrument.id, delay, note: note ?? '' }
  }

  #tellFeeds(): void {
    this.feeds$.next(this.#p.listings.all.map((l) => this.#feedOf(l)))
  }

  /** F-19: kept in the recording, counted, not used. */
  damaged(why: string): void {
    this.quarantined.set(why, (this.quarantined.get(why) ?? 0) + 1)
  }

  frame(frame: DataFrame): void {
    const records = readRecords(frame)
    if (records === undefined) return this.damaged('a frame whose fields do not divide by its count')
    const now = this.#p.context.clock.now()
    const events = records.flatMap((r) => this.#read(frame.tr, r, now))
    for (const event of events) this.#p.seen(event)
    if (events.length > 0) this.events$.next(events)
  }

  #read(tr: string, r: Fields, now: Micros): MarketInbound[] {
    const listing = this.#p.listings.byKey((r.RSYM ?? r.MKSC_SHRN_ISCD ?? '').trim(), venueOf(tr))
    if (listing === undefined) return this.#unused('a record of a symbol that was not asked for')
    const event = this.#event(tr, listing, r, now)
    if (event === undefined) return this.#unused('a record with a value that cannot be')
    return event === 'nothing' ? [] : [event]
  }

  #unused(why: string): MarketInbound[] {
    this.damaged(why)
    return []
  }

  #event(tr: string, listing: KisListing, r: Fields, now: Micros): MarketInbound | 'nothing' | undefined {
    switch (tr) {
      case 'H0STCNT0':
      case 'H0NXCNT0':
        return domesticTrade(listing, r, now)
      case 'H0STASP0':
      case 'H0NXASP0':
        return domesticBook(listing, r, now)
      case 'HDFSCNT0':
        return overseasTrade(listing, r)
      case 'HDFSASP0':
        return overseasBook(listing, r)
      case 'H0STMKO0':
        return this.#status(listing, r, now)
      default:
        return undefined
    }
  }

  /** Only what changed is told. */
  #status(listing: KisListing, r: Fields, now: Micros): MarketInbound | 'nothing' {
    const next = standingOf(r)
    const before = this.#standing.get(listing.instrument.id) ?? { status: 'trading', reason: 'none' }
    if (next.status === before.status && next.reason === before.reason) return 'nothing'
    this.#standing.set(listing.instrument.id, next)
    // The frame carries no time; a volatility interruption lasts two minutes.
    const until = next.reason === 'vi' ? now + 120 * SECOND : 0
    return { type: 'status', venueT: now, instrument: listing.instrument.id, ...next, until }
  }
}

/** H0STMKO0 (reference 8.16). Codes of index breakers: 174 and 184 begin one. */
function standingOf(r: Fields): Standing {
  if (r.MKOP_CLS_CODE === '174' || r.MKOP_CLS_CODE === '184') return { status: 'halted', reason: 'breaker' }
  if (r.TRHT_YN === 'Y' || r.MKOP_CLS_CODE === '164') return { status: 'halted', reason: 'regulatory' }
  const vi = (r.VI_CLS_CODE ?? '').trim()
  if (vi !== '' && vi !== 'N' && vi !== '0') return { status: 'auction', reason: 'vi' }
  return { status: 'trading', reason: 'none' }
}

function isPriced(tr: string): boolean {
  return tr !== 'H0STMKO0'
}

function transactionsOf(listing: KisListing, whole: boolean): string[] {
  if (listing.market === 'us') return ['HDFSASP0', 'HDFSCNT0']
  if (listing.venue === 'NXT') return whole ? ['H0NXASP0', 'H0NXCNT0'] : []
  return ['H0STASP0', 'H0STCNT0', ...(whole ? ['H0STMKO0'] : [])]
}
