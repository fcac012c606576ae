/**
 * What a listing looks like to those who ask: the day's prices and volumes, the best quote, ten levels behind it, minute
 * bars and daily bars. Prices are integers of the listing's unit; a day is a local date of its exchange. The levels
 * behind the best one are made up from the tick table and a hash of the price: nothing can be filled there.
 */
import { DAY, MINUTE, type Micros } from '../../../src/core/base/time.ts'
import { type BarEvent, FLAG_SUSPICIOUS, type MarketEvent } from '../../../src/core/domain/event.ts'
import { tickAt } from '../../../src/core/domain/instrument.ts'
import { usable } from '../../../src/core/sim/conditions.ts'
import { localDayOf, localMicros } from '../../common/emulator/clock.ts'
import { type DayLimits, LimitTable } from './day-limits.ts'
import type { Listing } from './listing.ts'

export interface Bar {
  /** Minute bars: start, microseconds UTC. Daily bars: the local day's number. */
  readonly at: number
  open: number
  high: number
  low: number
  close: number
  volume: number
  /** Price × volume in price units. */
  amount: number
}

export interface Level {
  readonly price: number
  readonly size: number
}

/** A trade as the socket tells it. */
export interface Print {
  readonly t: Micros
  readonly price: number
  readonly size: number
  readonly buyer: boolean
}

const DEPTH = 10
const MINUTES_KEPT = 4000

export class Board {
  readonly listing: Listing
  readonly neverCloses: boolean
  readonly #limits: LimitTable
  day = Number.NaN
  prevClose = 0
  prevVolume = 0
  open = 0
  high = 0
  low = 0
  last = 0
  volume = 0
  amount = 0
  buyVolume = 0
  sellVolume = 0
  buys = 0
  sells = 0
  openAt: Micros = 0
  highAt: Micros = 0
  lowAt: Micros = 0
  bid = 0
  ask = 0
  bidSize = 0
  askSize = 0
  /** When the market last said anything. */
  seenAt: Micros = 0
  halted = false
  haltedUntil: Micros = Infinity
  readonly minutes: Bar[] = []
  /** Finished days, oldest first. */
  readonly days: Bar[] = []

  constructor(listing: Listing, neverCloses: boolean) {
    this.listing = listing
    this.#limits = new LimitTable(listing)
    this.neverCloses = neverCloses
  }

  /** Takes an event over; returns the print to tell of, if any. */
  take(event: MarketEvent, open: boolean): readonly Print[] {
    this.#turn(event.type === 'bar' && open ? event.start : event.t)
    switch (event.type) {
      case 'quote':
        if (event.flags >= FLAG_SUSPICIOUS) return []
        this.seenAt = event.t
        if (event.bid > 0) [this.bid, this.bidSize] = [event.bid, event.bidSize]
        if (event.ask > 0) [this.ask, this.askSize] = [event.ask, event.askSize]
        return []
      case 'trade':
        // Prints that set no price (odd lots, late and derived ones) are not told.
        if (!(event.price > 0) || !usable(event.flags)) return []
        return [this.#print(event.t, event.price, event.size, this.ask === 0 || event.price * 2 >= this.bid + this.ask)]
      case 'bar':
        return this.#bar(event, open)
      default:
        return []
    }
  }

  /** A bar is told as prints at its four prices; its quotes, or a tick to both sides, stand until the next. */
  #bar(bar: BarEvent, open: boolean): Print[] {
    const quarter = Math.floor(bar.volume / 4)
    const [bid, ask] = open ? [bar.bidOpen, bar.askOpen] : [bar.bidClose, bar.askClose]
    const at = open ? bar.open : bar.close
    const tick = at > 0 ? tickAt(this.listing.instrument, at) : 0
    this.bid = bid > 0 ? bid : Math.max(0, at - tick)
    this.ask = ask > 0 ? ask : at > 0 ? at + tick : 0
    this.bidSize = this.askSize = Math.max(1, quarter)
    this.seenAt = open ? bar.start : bar.t
    if (!(at > 0)) return []
    if (open) return [this.#print(bar.start, bar.open, quarter, true)]
    const t = bar.t - 1
    const path = bar.close >= bar.open ? [bar.low, bar.high] : [bar.high, bar.low]
    const prints = path.map((price) => this.#print(t, price, quarter, price >= bar.open))
    return [...prints, this.#print(t, bar.close, bar.volume - 3 * quarter, bar.close >= bar.open)]
  }

  #print(t: Micros, price: number, size: number, buyer: boolean): Print {
    this.seenAt = t
    if (this.prevClose === 0) this.prevClose = price
    if (this.open === 0) {
      this.open = this.high = this.low = price
      this.openAt = this.highAt = this.lowAt = t
    }
    if (price > this.high) [this.high, this.highAt] = [price, t]
    if (price < this.low) [this.low, this.lowAt] = [price, t]
    this.last = price
    this.volume += size
    this.amount += price * size
    if (buyer) {
      this.buyVolume += size
      this.buys++
    } else {
      this.sellVolume += size
      this.sells++
    }
    this.#minute(t, price, size)
    return { t, price, size, buyer }
  }

  #minute(t: Micros, price: number, size: number): void {
    const at = Math.floor(t / MINUTE) * MINUTE
    const bar = this.minutes.at(-1)
    if (bar?.at !== at) {
      this.minutes.push({ at, open: price, high: price, low: price, close: price, volume: size, amount: price * size })
      if (this.minutes.length > MINUTES_KEPT) this.minutes.shift()
      return
    }
    bar.high = Math.max(bar.high, price)
    bar.low = Math.min(bar.low, price)
    bar.close = price
    bar.volume += size
    bar.amount += price * size
  }

  /** At the first event of a local date yesterday becomes history. */
  #turn(t: Micros): void {
    const day = localDayOf(t, this.listing.zone)
    if (day === this.day) return
    const today = this.today()
    if (today !== undefined) {
      this.days.push(today)
      this.prevClose = today.close
      this.prevVolume = today.volume
    }
    this.day = day
    this.open = this.high = this.low = this.volume = this.amount = 0
    this.buyVolume = this.sellVolume = this.buys = this.sells = 0
  }

  /** The day under way as a bar; undefined before its first print. */
  today(): Bar | undefined {
    if (this.open === 0) return undefined
    const { day, open, high, low, last, volume, amount } = this
    return { at: day, open, high, low, close: last, volume, amount }
  }

  /** Daily bars, newest first, today included. */
  daily(): Bar[] {
    const today = this.today()
    return [...(today === undefined ? [] : [today]), ...this.days.toReversed()]
  }

  /** Minute bars of one local day, newest first; in a market that never closes the evening before fills up to `least`. */
  minutesOf(day: number, least = 0): Bar[] {
    const dayOfBar = (bar: Bar): number => localDayOf(bar.at, this.listing.zone)
    const bars = this.minutes.filter((bar) => dayOfBar(bar) === day)
    if (!this.neverCloses || bars.length >= least) return bars.reverse()
    return this.minutes
      .filter((bar) => dayOfBar(bar) <= day)
      .slice(-least)
      .reverse()
  }

  get tick(): number {
    return tickAt(this.listing.instrument, this.last > 0 ? this.last : this.prevClose)
  }

  limits(): DayLimits {
    return this.#limits.of(this.prevClose, this.day)
  }

  asks(): Level[] {
    return this.#levels(this.ask, this.askSize, 1)
  }

  bids(): Level[] {
    return this.#levels(this.bid, this.bidSize, -1)
  }

  #levels(best: number, size: number, step: 1 | -1): Level[] {
    const levels: Level[] = []
    let price = best
    for (let i = 0; i < DEPTH; i++) {
      if (!(price > 0)) {
        levels.push({ price: 0, size: 0 })
        continue
      }
      levels.push({ price, size: i === 0 ? size : size + shade(price, i) })
      const tick = tickAt(this.listing.instrument, step > 0 ? price : price - 1)
      price += step * tick
    }
    return levels
  }

  /** Local time since midnight, for stamps that carry no date. */
  localTimeOf(t: Micros): Micros {
    const local = localMicros(t, this.listing.zone)
    return local - Math.floor(local / DAY) * DAY
  }
}

/** A size for a level that nobody quotes: the same for the same price and place. */
function shade(price: number, place: number): number {
  return 10 + (Math.imul(price ^ (place * 7919), 2654435761) >>> 23)
}
