/**
 * What the engine knows of each instrument's market: best bid and ask, last trade, last valid mark (D-03), suspect
 * price, and what was refused at the door. One object per instrument, numbers only, so that the per-tick
 * path allocates nothing. Prices are scaled integers, the mark is doubled so that a mid stays an integer.
 */
import { mulDiv, type Ratio } from '../base/fixed.ts'
import { type Micros, SECOND } from '../base/time.ts'
import type { SessionClock } from '../domain/calendar.ts'
import {
  type BarEvent,
  FLAG_SUSPICIOUS,
  type FxEvent,
  type QuoteEvent,
  type StatusEvent,
  type TradeEvent,
} from '../domain/event.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { PriceRange } from '../domain/price-limits.ts'
import type { Mark2, Price } from '../domain/units.ts'
import type { VenueRules } from '../domain/venue-rules.ts'
import { tradeUse } from './conditions.ts'
import { DailyLimits } from './daily-limits.ts'
import type { FeedShape } from './feed-shape.ts'
import { AGE_MAX, isFresh, isLive } from './freshness.ts'
import { barMark, clearSuspect, confirms, confirmTick, movedBeyond, suspectRate } from './quarantine.ts'
import { emptyQuoted, type Quoted, sound, soundSize, usableQuote } from './quoted.ts'

/** a message may be this far in the future. */
const FUTURE_MAX: Micros = 2 * SECOND

/** */
const FX_MOVE: Ratio = { num: 5, den: 100 }

export class Market {
  readonly instruments: readonly Instrument[]
  readonly clocks: readonly SessionClock[]
  readonly shapes: readonly FeedShape[]
  quoted: Quoted[]
  /** Was the last quote, trade or bar let in (R-31, R-32, suspicious rows)? Others reach nobody. */
  accepted = true
  readonly #moveLimit: Ratio
  /** Absent where the venue has no daily limits. */
  readonly #daily: readonly (DailyLimits | undefined)[]

  constructor(
    instruments: readonly Instrument[],
    clocks: readonly SessionClock[],
    shapes: readonly FeedShape[],
    moveLimit: Ratio,
    rules: readonly (readonly VenueRules[])[] = [],
  ) {
    this.#daily = instruments.map((i) => {
      const dated = rules[i.id] ?? []
      const bars = shapes[i.id]?.sessionBars ?? false
      return dated.some((r) => r.limit !== undefined) ? new DailyLimits(i, dated, bars) : undefined
    })
    this.instruments = instruments
    this.clocks = clocks
    this.shapes = shapes
    this.quoted = instruments.map(emptyQuoted)
    this.#moveLimit = moveLimit
  }

  of(instrument: number): Quoted {
    return this.quoted[instrument] as Quoted
  }

  /** Returns true when the mark was set by this row. */
  onQuote(e: QuoteEvent, seq: number): boolean {
    const q = this.quoted[e.instrument] as Quoted
    this.accepted = false
    if (!sound(e.bid) || !sound(e.ask) || !soundSize(e.bidSize) || !soundSize(e.askSize)) return this.#refuse(q)
    if (!this.#acceptable(q, e.t, e.venueT, q.lastQuoteVenueT)) return false
    if (e.flags > 0xffffffff && Math.floor(e.flags / FLAG_SUSPICIOUS) % 2 === 1) return false
    this.accepted = true
    q.lastQuoteVenueT = e.venueT
    this.#dayPrice(e.instrument, e.t, 0)
    const shape = this.shapes[e.instrument] as FeedShape
    if (shape.oneSided) this.#newDay(q, e.instrument, e.t)
    if (e.bid > 0) {
      q.bid = e.bid
      q.bidSize = e.bidSize
    }
    if (e.ask > 0) {
      q.ask = e.ask
      q.askSize = e.askSize
    }
    q.seenT = e.t
    if (!usableQuote(q.bid, q.ask)) return false
    return this.#offer(q, q.bid + q.ask, e.t, seq, false)
  }

  onTrade(e: TradeEvent, seq: number): boolean {
    const q = this.quoted[e.instrument] as Quoted
    this.accepted = false
    if (e.price === 0 || !sound(e.price) || !soundSize(e.size)) return this.#refuse(q)
    if (!this.#acceptable(q, e.t, e.venueT, q.lastTradeVenueT)) return false
    this.accepted = true
    q.lastTradeVenueT = e.venueT
    if ((this.shapes[e.instrument] as FeedShape).oneSided) this.#newDay(q, e.instrument, e.t)
    q.seenT = e.t
    if (e.flags > 1 && tradeUse(e.flags) !== 'all') return false
    q.last = e.price
    q.lastSize = e.size
    this.#dayPrice(e.instrument, e.t, e.price)
    if (usableQuote(q.bid, q.ask)) return false
    return this.#offer(q, 2 * e.price, e.t, seq, true)
  }

  /** A finished bar: the mark is its close, or the mid of its closing quote where nothing traded. */
  onBar(e: BarEvent, seq: number): boolean {
    const q = this.quoted[e.instrument] as Quoted
    this.accepted = sound(e.open) && sound(e.high) && sound(e.low) && sound(e.close) && soundSize(e.volume)
    this.accepted &&= sound(e.bidOpen) && sound(e.askOpen) && sound(e.bidClose) && sound(e.askClose)
    if (!this.accepted) return this.#refuse(q)
    q.seenT = e.t
    const traded = e.close > 0
    if (traded) q.last = e.close
    if (traded) this.#dayPrice(e.instrument, e.start, e.close)
    if (e.bidClose > 0) q.bid = e.bidClose
    if (e.askClose > 0) q.ask = e.askClose
    if (!traded) {
      if (!usableQuote(e.bidClose, e.askClose)) return false
      return this.#offer(q, e.bidClose + e.askClose, e.t, seq, false)
    }
    const prices = { open2: 2 * e.open, high2: 2 * e.high, low2: 2 * e.low, close2: 2 * e.close }
    const mark2 = barMark(q.suspect, q.mark2, prices, this.#moveLimit)
    // While this close is suspect the mark stays, unless the suspect of the bar before was just confirmed.
    if (mark2 !== prices.close2 && mark2 === q.mark2) return false
    this.#set(q, mark2, e.t, seq)
    return true
  }

  onStatus(e: StatusEvent): void {
    const q = this.quoted[e.instrument] as Quoted
    q.status = e.status
    q.seenT = e.t
  }

  /** The day's legal prices there, where its venue has limits and the base price is known. */
  priceRange(instrument: number): PriceRange | undefined {
    return this.#daily[instrument]?.range
  }

  #dayPrice(instrument: number, t: Micros, price: Price): void {
    const daily = this.#daily[instrument]
    if (daily !== undefined) daily.price((this.clocks[instrument] as SessionClock).localDay(t), price)
  }

  freeze(instrument: number): void {
    this.of(instrument).frozen = true
  }

  /** `den` shares became `num`: the last prices in terms of the new shares; what stood in the book is gone. */
  split(instrument: number, num: number, den: number): void {
    const q = this.of(instrument)
    q.bid = q.ask = q.bidSize = q.askSize = q.lastSize = 0
    q.last = mulDiv(q.last, den, num, 'halfEven')
    q.mark2 = mulDiv(q.mark2, den, num, 'halfEven')
    clearSuspect(q.suspect)
    this.#daily[instrument]?.split(num, den)
  }

  onFx(e: FxEvent, seq: number): boolean {
    const q = this.quoted[e.instrument] as Quoted
    q.seenT = e.t
    if (e.rate === 0 || !sound(e.rate)) return this.#refuse(q)
    q.last = e.rate
    const rate2 = 2 * e.rate
    // a move beyond 5 % waits for a second rate within 2 % of it.
    if (q.mark2 !== 0 && movedBeyond(rate2, q.mark2, FX_MOVE) && !confirms(q.suspect, rate2)) {
      suspectRate(q.suspect, rate2, e.t)
      return false
    }
    clearSuspect(q.suspect)
    this.#set(q, rate2, e.t, seq)
    return true
  }

  #set(q: Quoted, mark2: Mark2, t: Micros, seq: number): void {
    q.mark2 = mark2
    q.markT = t
    q.markSeq = seq
    q.frozen = false
  }

  #offer(q: Quoted, price2: Mark2, t: Micros, seq: number, print: boolean): boolean {
    const old = q.mark2
    if (price2 !== old && old !== 0 && movedBeyond(price2, old, this.#moveLimit)) {
      if (!confirmTick(q.suspect, price2, t, print)) return false
      clearSuspect(q.suspect)
    }
    q.mark2 = price2
    q.markT = t
    q.markSeq = seq
    q.frozen = false
    return true
  }

  #refuse(q: Quoted): false {
    q.refused++
    return false
  }

  /** R-31 at the door: too old, too far ahead, or behind the last accepted row of its stream. */
  #acceptable(q: Quoted, t: Micros, venueT: Micros, lastVenueT: Micros): boolean {
    const age = t - venueT
    if (age <= AGE_MAX && age >= -FUTURE_MAX && venueT >= lastVenueT) return true
    return this.#refuse(q)
  }

  /** The national best quote does not survive the night: it clears at the first event of a local date. */
  #newDay(q: Quoted, instrument: number, t: Micros): void {
    const day = (this.clocks[instrument] as SessionClock).localDay(t)
    if (day === q.day) return
    q.day = day
    q.bid = 0
    q.ask = 0
    q.bidSize = 0
    q.askSize = 0
  }

  /** Is the mark fresh enough to open on? */
  isFresh(instrument: number, t: Micros): boolean {
    return isFresh(
      this.of(instrument),
      this.clocks[instrument] as SessionClock,
      this.shapes[instrument] as FeedShape,
      t,
    )
  }

  /** Do the instrument's data still come? */
  isLive(instrument: number, t: Micros): boolean {
    return isLive(this.of(instrument), this.clocks[instrument] as SessionClock, this.shapes[instrument] as FeedShape, t)
  }

  snapshot(): unknown {
    return { quoted: this.quoted, daily: this.#daily.map((d) => d?.state ?? null) }
  }

  restore(s: unknown): void {
    const from = s as { quoted: Quoted[]; daily: (DailyLimits['state'] | null)[] }
    this.quoted = from.quoted
    this.#daily.forEach((d, i) => {
      const state = from.daily[i]
      if (d !== undefined && state !== null && state !== undefined) d.state = state
    })
  }
}
