/**
 * Market data lines: which contract stands under which request ids, asking for it, taking it back, and asking again
 * where a line has been silent, was dropped with its farm, or was taken by another session. What the ticks mean is not
 * decided here.
 */
import { type IBApi, MarketDataType, TickByTickDataType, WhatToShow } from '@stoqey/ib'
import { type Micros, SECOND } from '../../src/core/base/time.ts'
import type { Clock } from '../../src/runtime/ports.ts'
import type { Contracts, IbListing } from './contracts.ts'
import type { Halt } from './halts.ts'
import type { IbLink } from './link.ts'
import { QuoteLine } from './quote-line.ts'
import type { IbSettings } from './settings.ts'

export interface Line {
  readonly listing: IbListing
  readonly quote: QuoteLine
  /** Ids of the requests that stand. */
  reqIds: number[]
  /** Why there are no data; blank while they come. */
  note: string
  heardAt: Micros
  probedAt: Micros
  /** After 10197 it was asked for once more (F-18). */
  reclaimed: boolean
  halt: Halt
}

export interface LinesPlace {
  readonly settings: IbSettings
  readonly link: IbLink
  readonly contracts: Contracts
  readonly clock: Clock
  /** Of which instruments data are wanted; absent: of all. */
  readonly feeds: ((instrument: number) => boolean) | undefined
  /** A value that cannot be, by reason. */
  readonly unused: (why: string) => void
  /** What is known of a line changed. */
  readonly changed: () => void
}

/**
 * A line without a tick for so long is asked for again. At level 1 IB tells changes only, and what it then answers is the
 * evidence that a quiet stock's quote still stands: it has to come within the 10 s of R-30. Ticks one by one may be asked
 * for every 15 s and no sooner (reference 6).
 */
const SILENT: Micros = 5 * SECOND
const SILENT_TICKS: Micros = 15 * SECOND
/** Lines asked for again in one look; the others have their turn in the next. */
const PROBES = 4
/** Trades with size and time to the millisecond (RTVolume). */
const GENERIC_TICKS = '233'

export class Lines {
  readonly all: readonly Line[]
  readonly #place: LinesPlace
  readonly #byReqId = new Map<number, Line>()
  #stopped = false

  constructor(place: LinesPlace) {
    this.#place = place
    const fed = place.contracts.all.filter((l) => place.feeds?.(l.instrument.id) ?? true)
    this.all = fed.map((listing) => ({
      listing,
      quote: new QuoteLine(listing, place.unused),
      reqIds: [],
      note: 'not subscribed yet',
      heardAt: 0,
      probedAt: 0,
      reclaimed: false,
      halt: { status: 'trading', reason: 'none' },
    }))
  }

  find(reqId: number): Line | undefined {
    return this.#byReqId.get(reqId)
  }

  stop(): void {
    this.#stopped = true
  }

  /** In a new session, or after subscriptions were lost (1101). */
  subscribeAll(): void {
    const { settings, link } = this.#place
    const wanted = settings.delayed === 'refuse' ? MarketDataType.REALTIME : MarketDataType.DELAYED
    link.send('background', (api) => api.reqMarketDataType(wanted))
    for (const line of this.all) this.again(line)
  }

  /** From nothing: what stood is not there any more. */
  again(line: Line): void {
    this.forget(line)
    void this.#subscribe(line)
  }

  forget(line: Line): void {
    for (const reqId of line.reqIds) this.#byReqId.delete(reqId)
    line.reqIds = []
    line.quote.reset()
    line.reclaimed = false
  }

  /** IB ended this request. Some codes are disputed (10089): ticks that follow all the same decide, so it is listened on. */
  ended(line: Line, reqId: number): void {
    line.reqIds = line.reqIds.filter((id) => id !== reqId)
  }

  /** Asked for once more: taken back first, which a server that had forgotten it answers with an error of its own. */
  renew(line: Line): void {
    this.#cancel(line)
    this.#request(line)
  }

  /** The lines that have been silent for longest, of those that were for too long, are renewed. */
  probe(): void {
    const now = this.#place.clock.now()
    const since = (l: Line): Micros => Math.max(l.heardAt, l.probedAt)
    const silent = this.all
      .filter((l) => l.reqIds.length > 0 && now - since(l) >= this.#patienceWith(l))
      .sort((a, b) => since(a) - since(b))
    for (const line of silent.slice(0, PROBES)) {
      line.probedAt = now
      this.renew(line)
    }
  }

  /** Of a line whose data somebody else took, or a farm lost, nothing is proved by asking soon (F-18). */
  #patienceWith(line: Line): Micros {
    return this.#isLevel1(line) && line.note === '' ? SILENT : SILENT_TICKS
  }

  async #subscribe(line: Line): Promise<void> {
    const resolved = await this.#place.contracts.resolve(line.listing)
    if (this.#stopped || line.reqIds.length > 0) return
    if (resolved !== undefined) return this.#request(line)
    line.note = `IB has no such contract: ${line.listing.trouble}`
    this.#place.changed()
  }

  #request(line: Line): void {
    const { link, clock } = this.#place
    if (line.listing.resolved === undefined) return
    line.heardAt = clock.now()
    for (const act of this.#requestsOf(line)) {
      const reqId = link.requestId()
      line.reqIds.push(reqId)
      this.#byReqId.set(reqId, line)
      link.send('background', (api) => act(api, reqId))
    }
  }

  #requestsOf(line: Line): ((api: IBApi, reqId: number) => void)[] {
    const { data, outsideHours } = this.#place.settings
    const contract = line.listing.resolved?.contract ?? {}
    const generics = line.listing.isRate ? '' : GENERIC_TICKS
    if (this.#isLevel1(line)) return [(api, reqId) => api.reqMktData(reqId, contract, generics, false, false)]
    if (data === 'bars') {
      return [(api, reqId) => api.reqRealTimeBars(reqId, contract, 5, WhatToShow.TRADES, !outsideHours)]
    }
    return [TickByTickDataType.BidAsk, TickByTickDataType.AllLast].map(
      (kind) => (api: IBApi, reqId: number) => void api.reqTickByTickData(reqId, contract, kind, 0, false),
    )
  }

  /** Rates come at level 1 whatever is asked of shares. */
  #isLevel1(line: Line): boolean {
    return this.#place.settings.data === 'level1' || line.listing.isRate
  }

  #cancel(line: Line): void {
    const { link, settings } = this.#place
    for (const reqId of line.reqIds) {
      this.#byReqId.delete(reqId)
      link.send('background', (api) => {
        if (this.#isLevel1(line)) api.cancelMktData(reqId)
        else if (settings.data === 'bars') api.cancelRealTimeBars(reqId)
        else api.cancelTickByTickData(reqId)
      })
    }
    line.reqIds = []
  }
}
