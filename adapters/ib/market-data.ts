/**
 * Market data of IB as events: level 1 with its trades, every tick, or five-second bars. Subscriptions are the session's
 * and made anew with every new one and after 1101; a line that has been silent is asked for again, for a server may have
 * forgotten it without a word (F-05, F-22), and what it then answers is the quote that stands. Delayed data are
 * recognised by IB's word and by their tick ids, and are never told as live unless the configuration says so.
 */
import { BehaviorSubject, type Observable, Subject } from 'rxjs'
import { type Micros, SECOND } from '../../src/core/base/time.ts'
import type { AdapterContext, FeedStatus, MarketSource, RawFrame, TimeSample } from '../../src/runtime/ports.ts'
import { Upkeep } from '../common/upkeep.ts'
import { dataFate, dataMend } from './codes.ts'
import type { Contracts } from './contracts.ts'
import { haltOf } from './halts.ts'
import type { History } from './history.ts'
import { type Line, Lines } from './lines.ts'
import type { IbLink } from './link.ts'
import type { IbSettings } from './settings.ts'
import { barRow, bookRow, printRow, type Row } from './tick-rows.ts'

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

const BACK_OFF: readonly Micros[] = [1 * SECOND, 2 * SECOND, 4 * SECOND, 20 * SECOND, 60 * SECOND]
/** Between two looks for silent lines. */
const TURN: Micros = SECOND
/** R-31: our clock is compared at least this often. */
const ASK_TIME: Micros = 60 * SECOND
const RECLAIM_AFTER: Micros = 5 * SECOND
const REASONS_MAX = 100

export class IbMarketSource implements MarketSource {
  readonly id = 'ib'
  readonly raw$: Observable<RawFrame>
  readonly time$: Observable<TimeSample>
  readonly events$ = new Subject<readonly Row[]>()
  readonly feeds$: BehaviorSubject<readonly FeedStatus[]>
  readonly history: History
  /** Frames and values that were not used, by reason; for people and tests. */
  readonly quarantined = new Map<string, number>()
  readonly #p: SourceParts
  readonly #lines: Lines
  readonly #upkeep: Upkeep
  readonly #dirty = new Set<Line>()
  #out: Row[] = []
  #farm = ''
  #timeAskedAt: Micros = 0
  #started = false
  #stopped = false

  constructor(parts: SourceParts) {
    this.#p = parts
    this.#upkeep = new Upkeep(parts.context.clock)
    this.raw$ = parts.raw$
    this.time$ = parts.link.time$
    this.history = parts.history
    this.#lines = new Lines({
      ...parts,
      clock: parts.context.clock,
      feeds: parts.context.feeds,
      unused: (why) => this.#unused(why),
      changed: () => this.#tellFeeds(),
    })
    this.feeds$ = new BehaviorSubject<readonly FeedStatus[]>(this.#lines.all.map((line) => this.#feedOf(line)))
    this.#watch(parts.link)
    this.#listen(parts.link)
  }

  #watch(link: IbLink): void {
    link.watch({
      up: (fresh) => {
        // Before the start somebody asks for the past; who would hear the present?
        if (fresh && this.#started) this.#lines.subscribeAll()
      },
      lost: (why, socket) => this.#lost(why, socket),
      dataLost: () => this.#lines.subscribeAll(),
      error: (id, code, text) => this.#error(id, code, text),
      note: (code, text) => this.#note(code, text),
      damaged: (_, why) => this.#unused(why),
      segment: () => this.#flush(),
    })
  }

  #listen(link: IbLink): void {
    const at = (reqId: number, act: (line: Line) => void): void => this.#at(reqId, act)
    link.on('marketDataType', (id, type) => at(id, (line) => this.#typed(line, type)))
    link.on('tickPrice', (id, type, value) => at(id, ({ quote }) => quote.price(type, value)))
    link.on('tickSize', (id, type, value) => at(id, ({ quote }) => quote.size(type, value)))
    link.on('tickString', (id, type, value) => at(id, ({ quote }) => quote.text(type, value)))
    link.on('tickGeneric', (id, type, value) => at(id, (line) => this.#generic(line, type, value)))
    link.on('tickByTickAllLast', (id, _, time, price, size) =>
      at(id, ({ listing }) => this.#row('trade', printRow(listing, time, price, size))),
    )
    link.on('tickByTickBidAsk', (id, time, bid, ask, bidSize, askSize) =>
      at(id, ({ listing }) => this.#row('quote', bookRow(listing, time, [bid, ask, bidSize, askSize]))),
    )
    link.on('realtimeBar', (id, time, open, high, low, close, volume) =>
      at(id, ({ listing }) => this.#row('bar', barRow(listing, time, [open, high, low, close], volume))),
    )
  }

  start(): void {
    this.#started = true
    if (this.#p.link.serves) this.#lines.subscribeAll()
    if (this.#p.connects) this.#keep(0)
    this.#upkeep.later(TURN, () => this.#turn())
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#lines.stop()
    this.#upkeep.cancelTimers()
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
    this.#upkeep.later(pause, () => this.#keep(failures + 1))
  }

  #lost(why: string, socket: boolean): void {
    for (const line of this.#lines.all) {
      line.note = why
      if (socket) this.#lines.forget(line)
    }
    this.#tellFeeds()
    if (socket && this.#p.connects && !this.#stopped) this.#again(0)
  }

  #turn(): void {
    this.#upkeep.later(TURN, () => this.#turn())
    if (!this.#p.link.serves) return
    this.#lines.probe()
    const now = this.#p.context.clock.now()
    if (now - this.#timeAskedAt < ASK_TIME) return
    this.#timeAskedAt = now
    this.#p.link.askTime()
  }

  /* What IB says of lines. */

  #error(reqId: number, code: number, text: string): void {
    const line = this.#lines.find(reqId)
    if (line === undefined) return
    const fate = dataFate(code)
    const mend = dataMend(code)
    const note = `${code} ${text}${mend === '' ? '' : `; ${mend}`}`
    if (fate === 'delayed') {
      line.quote.delayed = true
      line.note = ''
    } else if (fate === 'ended') {
      this.#lines.ended(line, reqId)
      line.note = note
    } else if (fate === 'dropped') this.#lines.again(line)
    else if (fate === 'suspended') {
      line.note = note
      this.#reclaim(line)
    }
    this.#tellFeeds()
  }

  /** F-18: once, then whoever holds the data keeps them. */
  #reclaim(line: Line): void {
    if (line.reclaimed) return
    line.reclaimed = true
    this.#upkeep.later(RECLAIM_AFTER, () => {
      if (this.#p.link.serves && line.note !== '') this.#lines.renew(line)
    })
  }

  /** Farms: 2103 breaks, 2104 mends; the order channel has nothing to do with it. */
  #note(code: number, text: string): void {
    if (code !== 2103 && code !== 2104) return
    this.#farm = code === 2103 ? text : ''
    this.#tellFeeds()
  }

  #typed(line: Line, type: number): void {
    line.quote.delayed = type >= 3
    line.note = ''
    this.#tellFeeds()
  }

  #feedOf(line: Line): FeedStatus {
    const note = line.note !== '' ? line.note : this.#farm
    const late = line.quote.delayed && this.#p.settings.delayed !== 'trade'
    const delay = note !== '' ? 'none' : late ? 'delayed' : 'realtime'
    const why = delay === 'delayed' ? 'IB shows these data 15 minutes late: subscribe to them to trade on them' : note
    return { instrument: line.listing.instrument.id, delay, note: why }
  }

  #tellFeeds(): void {
    this.feeds$.next(this.#lines.all.map((line) => this.#feedOf(line)))
  }

  /* Ticks. */

  #at(reqId: number, act: (line: Line) => void): void {
    const line = this.#lines.find(reqId)
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
    const asNow = settings.delayed === 'trade'
    for (const line of this.#dirty) this.#out.push(...line.quote.take(context.clock.now(), asNow))
    this.#dirty.clear()
    const events = this.#out
    this.#out = []
    if (events.length > 0) this.events$.next(events)
  }

  #row(what: string, row: Row | 'nothing' | undefined): void {
    if (row === undefined) this.#unused(`a ${what} that cannot be`)
    else if (row !== 'nothing') this.#out.push(row)
  }

  /** Tick 49: only what changed is told. */
  #generic(line: Line, type: number, value: number): void {
    const next = haltOf(type, value)
    if (next === undefined || next.status === line.halt.status) return
    line.halt = next
    const venueT = this.#p.context.clock.now()
    this.#out.push({ type: 'status', venueT, instrument: line.listing.instrument.id, ...next, until: 0 })
  }

  /** F-19: kept in the recording, counted, not used. */
  #unused(why: string): void {
    // Reasons quote what came: no more of them are kept apart than people can read (I-40).
    const known = this.quarantined.has(why) || this.quarantined.size < REASONS_MAX
    const reason = known ? why : 'something else'
    this.quarantined.set(reason, (this.quarantined.get(reason) ?? 0) + 1)
  }
}
