/**
 * Past bars for warm-up (reference 4.4, 7.5): daily bars and minutes, oldest first, unadjusted (`TRADES`), without the
 * bar that is under way. A request asks for no more than the client can decode without stopping the process (D21); at
 * most so many are sent, for IB answers too many of them with a pacing violation.
 */
import { BarSizeSetting, WhatToShow } from '@stoqey/ib'
import { DAY, type EpochDay, formatMicros, HOUR, MINUTE, type Micros } from '../../src/core/base/time.ts'
import { sessionTimes } from '../../src/reference/calendars.ts'
import type { BarInbound, Clock } from '../../src/runtime/ports.ts'
import type { Answer, Asks } from './asks.ts'
import type { Contracts, IbListing } from './contracts.ts'
import type { IbLink } from './link.ts'
import { localDay, readDay, readEpoch } from './times.ts'

export type Bars = { readonly bars: readonly BarInbound[] } | { readonly failure: string }

interface Row {
  readonly time: string
  readonly prices: readonly number[]
  readonly volume: number
}

const NOT_HERE = 'IB does not trade it here'
/** History is slow there at times, and slowed down when much is asked. */
const PATIENCE_MS = 60_000
/** Minutes of three days are some 2,000 to 4,000 bars. */
const MINUTES_SPAN: Micros = 2 * DAY
const REQUESTS_MAX = 40

export class History {
  readonly #link: IbLink
  readonly #asks: Asks
  readonly #contracts: Contracts
  readonly #clock: Clock
  readonly #outsideHours: boolean
  #reaching: Promise<string | undefined> | undefined

  constructor(link: IbLink, asks: Asks, contracts: Contracts, clock: Clock, outsideHours: boolean) {
    this.#link = link
    this.#asks = asks
    this.#contracts = contracts
    this.#clock = clock
    this.#outsideHours = outsideHours
    link.on('historicalData', (reqId, time, open, high, low, close, volume) => {
      // The client's own sign that all bars came.
      if (time.startsWith('finished')) asks.end(reqId)
      else asks.row(reqId, { time, prices: [open, high, low, close], volume } satisfies Row)
    })
  }

  /** Sessions from `from` to today, local days of the venue. */
  async daily(instrument: number, from: EpochDay): Promise<Bars> {
    const listing = this.#contracts.of(instrument)
    if (listing === undefined) return { failure: NOT_HERE }
    const today = localDay(listing.instrument.venue, this.#clock.now())
    const days = Math.max(1, today - from + 1)
    const duration = days > 365 ? `${Math.ceil(days / 365)} Y` : `${days} D`
    const answer = await this.#request(listing, '', duration, BarSizeSetting.DAYS_ONE)
    if (!answer.ok) return failed(answer)
    const bars = answer.rows.flatMap((row) => {
      const day = readDay(row.time)
      return day === undefined || day < from ? [] : this.#dailyBar(listing, day, row)
    })
    return { bars: sorted(bars) }
  }

  #dailyBar(listing: IbListing, day: EpochDay, row: Row): BarInbound[] {
    const session = sessionTimes(listing.instrument.venue, day)
    if (session === undefined || session.close > this.#clock.now()) return []
    return barOf(listing, session.open, session.close, row)
  }

  /** Minutes from `from` to now. */
  async minutes(instrument: number, from: Micros): Promise<Bars> {
    const listing = this.#contracts.of(instrument)
    if (listing === undefined) return { failure: NOT_HERE }
    const found = new Map<Micros, BarInbound>()
    let end = this.#clock.now()
    for (let i = 0; i < REQUESTS_MAX && end > from; i++) {
      const span = Math.min(MINUTES_SPAN, Math.max(HOUR, end - from))
      const duration = span >= DAY ? `${Math.ceil(span / DAY)} D` : `${Math.ceil(span / 1_000_000)} S`
      const answer = await this.#request(listing, i === 0 ? '' : utcText(end), duration, BarSizeSetting.MINUTES_ONE)
      // Nothing traded in that span; what lies before it may have.
      if (!answer.ok && !(answer.code === 162 && /no data/i.test(answer.text))) return failed(answer)
      const rows = answer.ok ? answer.rows : []
      const bars = rows.flatMap((row) => {
        const start = readEpoch(row.time)
        return start === undefined ? [] : barOf(listing, start, start + MINUTE, row)
      })
      for (const bar of bars) if (bar.start >= from && bar.t <= this.#clock.now()) found.set(bar.start, bar)
      const oldest = bars.reduce((t, bar) => Math.min(t, bar.start), end - span)
      end = oldest < end ? oldest : end - span
    }
    return { bars: sorted(found.values()) }
  }

  /** The past is asked for before the session begins, and with it the link: whoever is first opens it for all. */
  #reach(): Promise<string | undefined> {
    if (this.#link.serves) return Promise.resolve(undefined)
    this.#reaching ??= this.#link.connect().finally(() => {
      this.#reaching = undefined
    })
    return this.#reaching
  }

  async #request(listing: IbListing, end: string, duration: string, size: BarSizeSetting): Promise<Answer<Row>> {
    const failure = await this.#reach()
    if (failure !== undefined) return { ok: false, code: 0, text: failure }
    const resolved = await this.#contracts.resolve(listing)
    if (resolved === undefined) return { ok: false, code: 200, text: listing.trouble }
    const regular = this.#outsideHours ? 0 : 1
    const what = listing.isRate ? WhatToShow.MIDPOINT : WhatToShow.TRADES
    return this.#asks.ask<Row>(
      'background',
      (api, reqId) => api.reqHistoricalData(reqId, resolved.contract, end, duration, size, what, regular, 2, false),
      PATIENCE_MS,
    )
  }
}

function failed(answer: Extract<Answer<Row>, { ok: false }>): Bars {
  return { failure: answer.code === 0 ? answer.text : `${answer.code} ${answer.text}` }
}

function sorted(bars: Iterable<BarInbound>): BarInbound[] {
  return [...bars].sort((a, b) => a.start - b.start)
}

/** `YYYYMMDD-HH:MM:SS`, which is UTC. */
function utcText(t: Micros): string {
  const text = formatMicros(Math.floor(t / 1_000_000) * 1_000_000)
  return text.replaceAll('-', '').replace('T', '-').slice(0, 17)
}

function barOf(listing: IbListing, start: Micros, end: Micros, { prices, volume: theirs }: Row): BarInbound[] {
  const [open, high, low, close] = prices.map((x) => listing.price(x))
  // Rates have no volume; IB writes -1.
  const volume = theirs < 0 ? 0 : listing.qty(theirs)
  if (open === undefined || high === undefined || low === undefined || close === undefined || volume === undefined)
    return []
  if (low <= 0 || high < Math.max(open, close) || low > Math.min(open, close)) return []
  const none = { bidOpen: 0, askOpen: 0, bidClose: 0, askClose: 0 }
  return [{ type: 'bar', t: end, start, instrument: listing.instrument.id, open, high, low, close, volume, ...none }]
}
