/**
 * What a listing looks like to those who ask: the best quote, the last trade, the day's figures, bars, and the latest
 * ticks. Prices are integers of the listing's unit; a day is a local date of its exchange.
 */
import type { Micros } from '../../../src/core/base/time.ts'
import type { BarEvent, MarketEvent } from '../../../src/core/domain/event.ts'
import { tickAt } from '../../../src/core/domain/instrument.ts'
import { localDayOf } from '../../common/emulator/clock.ts'
import { type Bar, minuteBars, newBar, secondBars } from './bars.ts'
import type { Listing } from './listing.ts'

export interface Print {
  readonly t: Micros
  readonly price: number
  readonly size: number
}

export interface Quote {
  readonly t: Micros
  readonly bid: number
  readonly ask: number
  readonly bidSize: number
  readonly askSize: number
}

const TICKS_KEPT = 5000

export class Board {
  readonly listing: Listing
  day = Number.NaN
  prevClose = 0
  open = 0
  high = 0
  low = 0
  last = 0
  lastSize = 0
  lastAt: Micros = 0
  volume = 0
  amount = 0
  count = 0
  bid = 0
  ask = 0
  bidSize = 0
  askSize = 0
  halted = false
  /** Counts every change; who publishes compares it with what was sent. */
  version = 0
  readonly seconds = secondBars()
  readonly minutes = minuteBars()
  /** Finished days, oldest first; `at` is the local day. */
  readonly days: Bar[] = []
  readonly prints: Print[] = []
  readonly quotes: Quote[] = []

  constructor(listing: Listing) {
    this.listing = listing
  }

  /** Takes an event over; returns the prints and whether the quote changed. */
  take(event: MarketEvent, open: boolean): { readonly prints: readonly Print[]; readonly quoted: boolean } {
    const t = event.type === 'bar' && open ? event.start : event.t
    this.#turn(t)
    this.version++
    switch (event.type) {
      case 'quote':
        this.#quote(t, event.bid, event.ask, event.bidSize, event.askSize)
        return { prints: [], quoted: true }
      case 'trade':
        return { prints: event.price > 0 ? [this.#print(t, event.price, event.size)] : [], quoted: false }
      case 'bar':
        return { prints: this.#bar(event, open), quoted: true }
      default:
        return { prints: [], quoted: false }
    }
  }

  #quote(t: Micros, bid: number, ask: number, bidSize: number, askSize: number): void {
    if (bid > 0) [this.bid, this.bidSize] = [bid, Math.max(0, bidSize)]
    if (ask > 0) [this.ask, this.askSize] = [ask, Math.max(0, askSize)]
    this.seconds.quote(t, this.bid, this.ask)
    this.minutes.quote(t, this.bid, this.ask)
    keep(this.quotes, { t, bid: this.bid, ask: this.ask, bidSize: this.bidSize, askSize: this.askSize })
  }

  /** A bar is told as prints at its four prices; its quotes, or a tick to both sides, stand until the next. */
  #bar(bar: BarEvent, open: boolean): Print[] {
    const at = open ? bar.open : bar.close
    const quarter = Math.max(1, Math.floor(bar.volume / 4))
    const [bid, ask] = open ? [bar.bidOpen, bar.askOpen] : [bar.bidClose, bar.askClose]
    const tick = at > 0 ? tickAt(this.listing.instrument, at) : 0
    const t = open ? bar.start : bar.t - 1
    this.#quote(t, bid > 0 ? bid : Math.max(0, at - tick), ask > 0 ? ask : at > 0 ? at + tick : 0, quarter, quarter)
    if (!(at > 0)) return []
    if (open) return [this.#print(t, bar.open, quarter)]
    const path = bar.close >= bar.open ? [bar.low, bar.high] : [bar.high, bar.low]
    const prints = path.map((price) => this.#print(t, price, quarter))
    return [...prints, this.#print(t, bar.close, Math.max(0, bar.volume - 3 * quarter))]
  }

  #print(t: Micros, price: number, given: number): Print {
    const size = Math.max(0, given)
    if (this.prevClose === 0) this.prevClose = price
    if (this.open === 0) this.open = this.high = this.low = price
    this.high = Math.max(this.high, price)
    this.low = Math.min(this.low, price)
    this.last = price
    this.lastSize = size
    this.lastAt = t
    this.volume += size
    this.amount += price * size
    this.count++
    this.seconds.trade(t, price, size)
    this.minutes.trade(t, price, size)
    const print = { t, price, size }
    keep(this.prints, print)
    return print
  }

  /** At the first event of a local date yesterday becomes history. */
  #turn(t: Micros): void {
    const day = localDayOf(t, this.listing.zone)
    if (day === this.day) return
    const today = this.today()
    if (today !== undefined) {
      this.days.push(today)
      this.prevClose = today.trade.close
    }
    this.day = day
    this.open = this.high = this.low = this.volume = this.amount = this.count = 0
  }

  /** The day under way as a bar; undefined before its first print. */
  today(): Bar | undefined {
    if (this.open === 0) return undefined
    const { day, open, high, low, last, volume, amount, count, bid, ask } = this
    const bar = newBar(day)
    const flat = (price: number): Bar['bid'] => ({ open: price, high: price, low: price, close: price })
    return { ...bar, trade: { open, high, low, close: last }, bid: flat(bid), ask: flat(ask), volume, amount, count }
  }

  /** Daily bars, oldest first, today included. */
  daily(): Bar[] {
    const today = this.today()
    return [...this.days, ...(today === undefined ? [] : [today])]
  }

  /** What a share is worth now: the middle of a whole quote, else the last trade, in halves of a price unit. */
  get mark2(): number {
    if (this.bid > 0 && this.ask > 0) return this.bid + this.ask
    return 2 * (this.last > 0 ? this.last : this.prevClose)
  }

  /** Whole price units for margins and values; the half is cut. */
  get mark(): number {
    return Math.floor(this.mark2 / 2)
  }
}

function keep<T>(ticks: T[], tick: T): void {
  ticks.push(tick)
  if (ticks.length > 2 * TICKS_KEPT) ticks.splice(0, TICKS_KEPT)
}
