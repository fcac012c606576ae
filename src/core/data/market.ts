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
import type { TradingStatus } from '../domain/phase.ts'
import type { Mark2, Price, Qty } from '../domain/units.ts'
import { tradeUse } from './conditions.ts'
import {
  barMark,
  clearSuspect,
  confirms,
  confirmTick,
  movedBeyond,
  noSuspect,
  suspectRate,
  type Suspect,
} from './quarantine.ts'

/** a message may be this old, or this far in the future. */
const AGE_MAX: Micros = 5 * SECOND
const FUTURE_MAX: Micros = 2 * SECOND

/** */
const FX_MOVE: Ratio = { num: 5, den: 100 }

/** How an instrument's data reaches this run. */
export interface FeedShape {
  readonly quotes: boolean
  readonly trades: boolean
  readonly bars: boolean
  readonly sessionBars: boolean
  /** Each row sets one side of the national best quote (US tick data). */
  readonly oneSided: boolean
  /** Length of the tape's own bars in microseconds; 0 where it has none or they are sessions. */
  readonly barMicros: Micros
  /** Live feeds: a datum or heartbeat at least this often; absent on recorded tapes. */
  readonly heartbeat?: Micros
}

/** Mutable market state of one instrument; plain data. */
export interface Quoted {
  bid: Price
  ask: Price
  bidSize: Qty
  askSize: Qty
  /** Local date of the last event, for clearing the national best quote. */
  day: number
  last: Price
  lastSize: Qty
  /** Last valid mark ×2; 0 before the first. */
  mark2: Mark2
  markT: Micros
  /** Input sequence number at which the mark was last set or confirmed. */
  markSeq: number
  /** Time of the last accepted datum. */
  seenT: Micros
  suspect: Suspect
  lastQuoteVenueT: Micros
  lastTradeVenueT: Micros
  refused: number
  /** What the venue said last; `trading` until it says otherwise. */
  status: TradingStatus
  /** After a corporate action, until a price of the new shares is accepted. */
  frozen: boolean
}

function emptyQuoted(): Quoted {
  return {
    bid: 0,
    ask: 0,
    bidSize: 0,
    askSize: 0,
    day: -1,
    last: 0,
    lastSize: 0,
    mark2: 0,
    markT: 0,
    markSeq: 0,
    seenT: 0,
    suspect: noSuspect(),
    lastQuoteVenueT: 0,
    lastTradeVenueT: 0,
    refused: 0,
    status: 'trading',
    frozen: false,
  }
}

/** Un-crossed, both sides there, spread at most 5 % of the mid (D-03). */
export function usableQuote(bid: Price, ask: Price): boolean {
  return bid > 0 && ask >= bid && 40 * (ask - bid) <= ask + bid
}

export class Market {
  readonly instruments: readonly Instrument[]
  readonly clocks: readonly SessionClock[]
  readonly shapes: readonly FeedShape[]
  quoted: Quoted[]
  /** Was the last quote or trade let in (R-31, suspicious rows)? Bars are built of those only. */
  accepted = true
  readonly #moveLimit: Ratio

  constructor(
    instruments: readonly Instrument[],
    clocks: readonly SessionClock[],
    shapes: readonly FeedShape[],
    moveLimit: Ratio,
  ) {
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
    if ((e.venueT !== e.t || e.venueT < q.lastQuoteVenueT) && !this.#acceptable(q, e.t, e.venueT, q.lastQuoteVenueT)) {
      return false
    }
    if (e.flags > 0xffffffff && Math.floor(e.flags / FLAG_SUSPICIOUS) % 2 === 1) return false
    this.accepted = true
    q.lastQuoteVenueT = e.venueT
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
    const inTime = e.venueT === e.t && e.venueT >= q.lastTradeVenueT
    this.accepted = inTime || this.#acceptable(q, e.t, e.venueT, q.lastTradeVenueT)
    if (!this.accepted) return false
    q.lastTradeVenueT = e.venueT
    if ((this.shapes[e.instrument] as FeedShape).oneSided) this.#newDay(q, e.instrument, e.t)
    q.seenT = e.t
    if (e.flags > 1 && tradeUse(e.flags) !== 'all') return false
    q.last = e.price
    q.lastSize = e.size
    if (usableQuote(q.bid, q.ask)) return false
    return this.#offer(q, 2 * e.price, e.t, seq, true)
  }

  /** A finished bar: the mark is its close, or the mid of its closing quote where nothing traded. */
  onBar(e: BarEvent, seq: number): boolean {
    const q = this.quoted[e.instrument] as Quoted
    q.seenT = e.t
    const traded = e.close > 0
    if (traded) q.last = e.close
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
  }

  onFx(e: FxEvent, seq: number): boolean {
    const q = this.quoted[e.instrument] as Quoted
    q.seenT = e.t
    if (!(e.rate > 0)) return false
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

  /** R-31 at the door: too old, too far ahead, or behind the last accepted row of its stream. */
  #acceptable(q: Quoted, t: Micros, venueT: Micros, lastVenueT: Micros): boolean {
    const age = t - venueT
    if (age <= AGE_MAX && age >= -FUTURE_MAX && venueT >= lastVenueT) return true
    q.refused++
    return false
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

  /**
   * Is the mark fresh enough to open on (R-30, `contract.md` 3)? Bars live for twice their length in session time,
   * recorded ticks from a session's first event on, venues that never close always.
   */
  isFresh(instrument: number, t: Micros): boolean {
    const q = this.of(instrument)
    if (q.frozen) return false
    if (q.mark2 === 0 || q.suspect.price2 !== 0) return q.mark2 !== 0 && !this.#suspectStands(q, t, instrument)
    return this.isLive(instrument, t)
  }

  #suspectStands(q: Quoted, t: Micros, instrument: number): boolean {
    const shape = this.shapes[instrument] as FeedShape
    if (shape.bars && !shape.quotes && !shape.trades) return true
    const s = q.suspect
    return (!s.dropped && t - s.since <= AGE_MAX) || !this.isLive(instrument, t)
  }

  /** Does the instrument's data still come, as far as its kind of feed says (`contract.md` 3)? */
  isLive(instrument: number, t: Micros): boolean {
    const q = this.of(instrument)
    const clock = this.clocks[instrument] as SessionClock
    const shape = this.shapes[instrument] as FeedShape
    if (shape.heartbeat !== undefined) return t - q.seenT <= shape.heartbeat
    if (shape.sessionBars) return sessionsBetween(clock, q.markT, t) <= 2
    if (shape.barMicros > 0 && !shape.quotes) return sessionElapsed(clock, q.markT, t) <= 2 * shape.barMicros
    if (clock.calendar.always) return true
    const session = clock.sessionAt(t)
    return session >= 0 && q.markT >= (clock.calendar.opens[session] as number)
  }

  snapshot(): unknown {
    return this.quoted
  }

  restore(s: unknown): void {
    this.quoted = s as Quoted[]
  }
}

/** Session time between two instants: nights and holidays do not count. */
export function sessionElapsed(clock: SessionClock, from: Micros, to: Micros): Micros {
  if (clock.calendar.always || to - from <= 0) return to - from
  const { opens, closes } = clock.calendar
  const last = clock.sessionAt(to)
  let elapsed = 0
  for (let i = last; i >= 0; i--) {
    const open = opens[i] as number
    const close = closes[i] as number
    if (close <= from) break
    elapsed += Math.max(0, Math.min(to, close) - Math.max(from, open))
    if (open <= from) break
  }
  return elapsed
}

/** How many session opens lie in (from, to]. */
export function sessionsBetween(clock: SessionClock, from: Micros, to: Micros): number {
  if (clock.calendar.always) return 0
  return clock.sessionAt(to) - clock.sessionAt(from)
}
