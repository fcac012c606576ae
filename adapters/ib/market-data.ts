/**
 * Market data of IB as events: level 1 with its trades, every tick, or five-second bars. Subscriptions are this
 * session's and made anew with every new one and after 1101; a line that has been silent is asked for again, for a
 * server may have forgotten it without a word (F-05, F-22), and what it then answers is the quote that stands. Delayed
 * data are recognised by IB's word and by their tick ids, and are never told as live unless the configuration says so.
 */
import { type IBApi, MarketDataType, TickByTickDataType, WhatToShow } from '@stoqey/ib'
import { BehaviorSubject, type Observable, Subject } from 'rxjs'
import { type Micros, SECOND } from '../../src/core/base/time.ts'
import type {
  AdapterContext,
  BarInbound,
  FeedStatus,
  MarketInbound,
  MarketSource,
  RawFrame,
} from '../../src/runtime/ports.ts'
import { dataFate, dataMend } from './codes.ts'
import type { Contracts, IbListing } from './contracts.ts'
import type { History } from './history.ts'
import type { IbLink } from './link.ts'
import { QuoteLine } from './quote-line.ts'
import type { IbSettings } from './settings.ts'
import { type Halt, haltOf } from './halts.ts'
import { readEpoch, WITHIN_SECOND } from './times.ts'

export interface SourceParts {
  readonly context: AdapterContext
  readonly settings: IbSettings
  readonly link: IbLink
  readonly contracts: Contracts
  /** This source connects the link itself: there is no broker that would. */
  readonly connects: boolean
  readonly raw$: Observable<RawFrame>
  readonly history: History
  readonly release: () => Promise<void>
}

interface Line {
  readonly listing: IbListing
  readonly quote: QuoteLine
  /** Ids of the requests that stand. */
  reqIds: number[]
  note: string
  heardAt: Micros
  probedAt: Micros
  /** After 10197 it was asked for once more (F-18). */
  reclaimed: boolean
  halt: Halt
}

const BACK_OFF: readonly Micros[] = [1 * SECOND, 2 * SECOND, 4 * SECOND, 20 * SECOND, 60 * SECOND]
/** A line without a tick for so long is asked for again, one line a second at most. */
const SILENT: Micros = 15 * SECOND
const TURN: Micros = SECOND
const RECLAIM_AFTER: Micros = 5 * SECOND
const BAR: Micros = 5 * SECOND
/** Trades with size and time to the millisecond (RTVolume). */
const GENERIC_TICKS = '233'

export class IbMarketSource implements MarketSource {
  readonly id = 'ib'
  readonly raw$: Observable<RawFrame>
  readonly events$ = new Subject<readonly (MarketInbound | BarInbound)[]>()
  readonly feeds$: BehaviorSubject<readonly FeedStatus[]>
  readonly history: History
  /** Frames and values that were not used, by reason; for people and tests. */
  readonly quarantined = new Map<string, number>()
  readonly #p: SourceParts
  readonly #lines: readonly Line[]
  readonly #byReqId = new Map<number, Line>()
  readonly #timers = new Set<() => void>()
  readonly #dirty = new Set<Line>()
  #out: (MarketInbound | BarInbound)[] = []
  #farm = ''
  #stopped = false

  constructor(parts: SourceParts) {
    this.#p = parts
    this.raw$ = parts.raw$
    this.history = parts.history
    this.#lines = parts.contracts.all.map((listing) => ({
      listing,
      quote: new QuoteLine(listing, (why) => this.#unused(why)),
      reqIds: [],
      note: 'not subscribed yet',
      heardAt: 0,
      probedAt: 0,
      reclaimed: false,
      halt: { status: 'trading', reason: 'none' },
    }))
    this.feeds$ = new BehaviorSubject<readonly FeedStatus[]>(this.#lines.map((line) => this.#feedOf(line)))
    this.#listen(parts.link)
  }

  #listen(link: IbLink): void {
    link.watch({
      up: (fresh) => {
        if (fresh) this.#subscribeAll()
      },
      lost: (why, socket) => this.#lost(why, socket),
      dataLost: () => this.#subscribeAll(),
      error: (id, code, text) => this.#error(id, code, text),
      note: (code, text) => this.#note(code, text),
      damaged: (_, why) => this.#unused(why),
      segment: () => this.#flush(),
    })
    link.on('marketDataType', (id, type) => this.#at(id, (line) => this.#typed(line, type)))
    link.on('tickPrice', (id, type, value) => this.#at(id, (line) => line.quote.price(type, value)))
    link.on('tickSize', (id, type, value) => this.#at(id, (line) => line.quote.size(type, value)))
    link.on('tickString', (id, type, value) => this.#at(id, (line) => line.quote.text(type, value)))
    link.on('tickGeneric', (id, type, value) => this.#at(id, (line) => this.#generic(line, type, value)))
    link.on('tickByTickAllLast', (id, _, time, price, size) =>
      this.#at(id, (line) => this.#print(line, time, price, size)),
    )
    link.on('tickByTickBidAsk', (id, time, bid, ask, bidSize, askSize) =>
      this.#at(id, (line) => this.#book(line, time, [bid, ask, bidSize, askSize])),
    )
    link.on('realtimeBar', (id, time, open, high, low, close, volume) =>
      this.#at(id, (line) => this.#bar(line, time, [open, high, low, close], volume)),
    )
  }

  start(): void {
    if (this.#p.connects) this.#keep(0)
    this.#later(TURN, () => this.#turn())
  }

  async stop(): Promise<void> {
    this.#stopped = true
    for (const cancel of this.#timers) cancel()
    if (this.#p.connects) await this.#p.link.close()
    await this.#p.release()
  }

  /** Connects, and again with growing pauses. */
  #keep(failures: number): void {
    void this.#p.link.connect().then((failure) => {
      if (failure !== undefined && !this.#stopped) this.#again(failures)
    })
  }

  #again(failures: number): void {
    const pause = BACK_OFF[Math.min(failures, BACK_OFF.length - 1)] as Micros
    this.#later(pause, () => this.#keep(failures + 1))
  }

  #lost(why: string, socket: boolean): void {
    for (const line of this.#lines) {
      line.note = why
      if (socket) this.#forget(line)
    }
    this.#tellFeeds()
    if (socket && this.#p.connects && !this.#stopped) this.#again(0)
  }

  /* Subscriptions. */

  #subscribeAll(): void {
    const { settings, link } = this.#p
    const wanted = settings.delayed === 'refuse' ? MarketDataType.REALTIME : MarketDataType.DELAYED
    link.send('background', (api) => api.reqMarketDataType(wanted))
    for (const line of this.#lines) {
      this.#forget(line)
      void this.#subscribe(line)
    }
  }

  #forget(line: Line): void {
    for (const reqId of line.reqIds) this.#byReqId.delete(reqId)
    line.reqIds = []
    line.quote.reset()
    line.reclaimed = false
  }

  async #subscribe(line: Line): Promise<void> {
    const resolved = await this.#p.contracts.resolve(line.listing)
    if (this.#stopped || line.reqIds.length > 0) return
    if (resolved === undefined) {
      line.note = `IB has no such contract: ${line.listing.trouble}`
      return this.#tellFeeds()
    }
    this.#request(line)
  }

  #request(line: Line): void {
    const { link } = this.#p
    const contract = line.listing.resolved?.contract
    if (contract === undefined) return
    line.heardAt = this.#p.context.clock.now()
    for (const act of this.#requestsOf(line)) {
      const reqId = link.requestId()
      line.reqIds.push(reqId)
      this.#byReqId.set(reqId, line)
      link.send('background', (api) => act(api, reqId))
    }
  }

  #requestsOf(line: Line): ((api: IBApi, reqId: number) => void)[] {
    const contract = line.listing.resolved?.contract ?? {}
    const generics = line.listing.isRate ? '' : GENERIC_TICKS
    const level1 = (api: IBApi, reqId: number): void => void api.reqMktData(reqId, contract, generics, false, false)
    const { data } = this.#p.settings
    if (data === 'level1' || line.listing.isRate) return [level1]
    if (data === 'bars') {
      return [
        (api, reqId) => api.reqRealTimeBars(reqId, contract, 5, WhatToShow.TRADES, !this.#p.settings.outsideHours),
      ]
    }
    return [TickByTickDataType.BidAsk, TickByTickDataType.AllLast].map(
      (kind) => (api: IBApi, reqId: number) => void api.reqTickByTickData(reqId, contract, kind, 0, false),
    )
  }

  #cancel(line: Line): void {
    const { link, settings } = this.#p
    for (const reqId of line.reqIds) {
      this.#byReqId.delete(reqId)
      link.send('background', (api) => {
        if (settings.data === 'level1' || line.listing.isRate) api.cancelMktData(reqId)
        else if (settings.data === 'bars') api.cancelRealTimeBars(reqId)
        else api.cancelTickByTickData(reqId)
      })
    }
    line.reqIds = []
  }

  /** Every second: the line that has been silent for longest is asked for again. */
  #turn(): void {
    this.#later(TURN, () => this.#turn())
    if (!this.#p.link.serves) return
    const now = this.#p.context.clock.now()
    const silent = this.#lines
      .filter((l) => l.reqIds.length > 0 && now - Math.max(l.heardAt, l.probedAt) >= SILENT)
      .sort((a, b) => a.probedAt - b.probedAt)[0]
    if (silent === undefined) return
    silent.probedAt = now
    this.#cancel(silent)
    this.#request(silent)
  }

  /* What IB says of lines. */

  #error(reqId: number, code: number, text: string): void {
    const line = this.#byReqId.get(reqId)
    if (line === undefined) return
    const fate = dataFate(code)
    const mend = dataMend(code)
    const note = `${code} ${text}${mend === '' ? '' : `; ${mend}`}`
    if (fate === 'delayed') {
      line.quote.delayed = true
      line.note = ''
    } else if (fate === 'ended') {
      // Some codes are disputed (10089): ticks that follow all the same decide, so the id is still listened to.
      line.reqIds = line.reqIds.filter((id) => id !== reqId)
      line.note = note
    } else if (fate === 'dropped') {
      this.#forget(line)
      void this.#subscribe(line)
    } else if (fate === 'suspended') {
      line.note = note
      this.#reclaim(line)
    }
    this.#tellFeeds()
  }

  /** F-18: once, then whoever holds the data keeps them. */
  #reclaim(line: Line): void {
    if (line.reclaimed) return
    line.reclaimed = true
    this.#later(RECLAIM_AFTER, () => {
      if (!this.#p.link.serves || line.note === '') return
      this.#cancel(line)
      this.#request(line)
    })
  }

  /** Farms: 2103 breaks, 2104 mends; the order channel has nothing to do with it. */
  #note(code: number, text: string): void {
    if (code === 2103) this.#farm = text
    else if (code === 2104) this.#farm = ''
    else return
    this.#tellFeeds()
  }

  #typed(line: Line, type: number): void {
    line.quote.delayed = type >= 3
    line.note = ''
    this.#tellFeeds()
  }

  #feedOf(line: Line): FeedStatus {
    const note = line.note !== '' ? line.note : this.#farm
    const { delayed } = this.#p.settings
    const late = line.quote.delayed && delayed !== 'trade'
    const delay = note !== '' ? 'none' : late ? 'delayed' : 'realtime'
    const why = delay === 'delayed' ? 'IB shows these data 15 minutes late: subscribe to them to trade on them' : note
    return { instrument: line.listing.instrument.id, delay, note: why }
  }

  #tellFeeds(): void {
    this.feeds$.next(this.#lines.map((line) => this.#feedOf(line)))
  }

  /* Ticks. */

  #at(reqId: number, act: (line: Line) => void): void {
    const line = this.#byReqId.get(reqId)
    if (line === undefined) return
    line.heardAt = this.#p.context.clock.now()
    const was = line.quote.delayed
    act(line)
    this.#dirty.add(line)
    if (line.quote.delayed === was && line.note === '') return
    line.note = ''
    this.#tellFeeds()
  }

  #flush(): void {
    const { context, settings } = this.#p
    for (const line of this.#dirty)
      this.#out.push(...line.quote.take(context.clock.now(), settings.delayed === 'trade'))
    this.#dirty.clear()
    const events = this.#out
    this.#out = []
    if (events.length > 0) this.events$.next(events)
  }

  /** Tick 49: only what changed is told. */
  #generic(line: Line, type: number, value: number): void {
    const next = haltOf(type, value)
    if (next === undefined || next.status === line.halt.status) return
    line.halt = next
    const venueT = this.#p.context.clock.now()
    this.#out.push({ type: 'status', venueT, instrument: line.listing.instrument.id, ...next, until: 0 })
  }

  #print({ listing }: Line, time: string, theirs: number, size: number): void {
    const [at, price, qty] = [readEpoch(time), listing.price(theirs), listing.qty(size)]
    // A halt shows as nothing at price nothing (reference 8.2).
    if (theirs === 0 && size === 0) return
    if (at === undefined || price === undefined || price <= 0 || qty === undefined || qty <= 0) {
      return this.#unused('a trade that cannot be')
    }
    const venueT = at + WITHIN_SECOND
    this.#out.push({ type: 'trade', venueT, instrument: listing.instrument.id, price, size: qty, flags: 0 })
  }

  #book({ listing }: Line, time: string, theirs: readonly [number, number, number, number]): void {
    const at = readEpoch(time)
    const side = (price: number): number | undefined => (price <= 0 ? 0 : listing.price(price))
    const [bid, ask] = [side(theirs[0]), side(theirs[1])]
    const [bidSize, askSize] = [listing.qty(theirs[2]), listing.qty(theirs[3])]
    if (at === undefined || bid === undefined || ask === undefined || bidSize === undefined || askSize === undefined) {
      return this.#unused('a quote that cannot be')
    }
    if (bid === 0 && ask === 0) return
    const venueT = at + WITHIN_SECOND
    this.#out.push({ type: 'quote', venueT, instrument: listing.instrument.id, bid, ask, bidSize, askSize, flags: 0 })
  }

  #bar({ listing }: Line, time: number, theirs: readonly number[], volume: number): void {
    const start = readEpoch(time)
    const [open, high, low, close] = theirs.map((x) => listing.price(x))
    const qty = listing.qty(volume)
    if (start === undefined || qty === undefined || qty < 0) return this.#unused('a bar that cannot be')
    if (open === undefined || high === undefined || low === undefined || close === undefined || !(low > 0)) {
      return this.#unused('a bar that cannot be')
    }
    if (high < Math.max(open, close) || low > Math.min(open, close)) return this.#unused('a bar that cannot be')
    const none = { bidOpen: 0, askOpen: 0, bidClose: 0, askClose: 0 }
    const prices = { open, high, low, close, volume: qty }
    this.#out.push({ type: 'bar', t: start + BAR, start, instrument: listing.instrument.id, ...prices, ...none })
  }

  /** F-19: kept in the recording, counted, not used. */
  #unused(why: string): void {
    this.quarantined.set(why, (this.quarantined.get(why) ?? 0) + 1)
  }

  #later(span: Micros, then: () => void): void {
    const cancel = this.#p.context.clock.after(span, () => {
      this.#timers.delete(cancel)
      then()
    })
    this.#timers.add(cancel)
  }
}
