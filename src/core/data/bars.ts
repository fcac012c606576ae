/**
 * Bars of a chosen length from ticks, or from shorter bars, for all instruments of a run (`contract.md` 1). Intervals
 * are UTC-aligned; a bar is closed by the first event of any instrument at or after its boundary, never by a clock;
 * an interval without a price gives no bar. Prices and volumes are the instrument's scaled integers.
 *
 * What holds: events come in time order and `t` of the bars given out never falls; per tick nothing is allocated.
 */
import { assert } from '../base/assert.ts'
import { mulDiv } from '../base/fixed.ts'
import type { Micros } from '../base/time.ts'
import type { BarEvent, TradeEvent } from '../domain/event.ts'
import type { Mark2 } from '../domain/units.ts'
import { tradeUse } from './conditions.ts'

/** Takes a closed bar. It must not feed the builder while it runs. */
export type EmitBar = (bar: BarEvent) => void

/** Content of an instrument's open bar. */
const EMPTY = 0
const VOLUME_ONLY = 1
const FROM_TICKS = 2
const FROM_BARS = 3

interface BuilderState {
  readonly interval: Micros
  readonly start: Micros
  readonly end: Micros
  readonly content: readonly number[]
  readonly open: readonly number[]
  readonly high: readonly number[]
  readonly low: readonly number[]
  readonly close: readonly number[]
  readonly volume: readonly number[]
}

export class BarBuilder {
  readonly interval: Micros
  readonly #count: number
  /** All open bars share one interval [start, end). */
  #start: Micros = 0
  #end: Micros = 0
  readonly #content: Uint8Array
  readonly #open: Float64Array
  readonly #high: Float64Array
  readonly #low: Float64Array
  readonly #close: Float64Array
  readonly #volume: Float64Array

  /** `interval` in microseconds; instruments are numbered 0 … instruments − 1. */
  constructor(interval: Micros, instruments: number) {
    assert(Number.isSafeInteger(interval) && interval > 0, `a bar of ${interval} microseconds`)
    this.interval = interval
    this.#count = instruments
    this.#content = new Uint8Array(instruments)
    this.#open = new Float64Array(instruments)
    this.#high = new Float64Array(instruments)
    this.#low = new Float64Array(instruments)
    this.#close = new Float64Array(instruments)
    this.#volume = new Float64Array(instruments)
  }

  /**
   * Called with the time of every event but a bar (`bar` does it by itself), of whatever instrument, before the event
   * is fed: gives out the bars that end at or before t, in instrument order.
   */
  advance(t: Micros, emit: EmitBar): void {
    if (t < this.#end) return
    this.#closeAll(emit)
    this.#begin(t)
  }

  /** Feeds a trade; its condition flags decide what it may change. */
  trade(e: TradeEvent): void {
    const flags = e.flags
    if (flags > 1) {
      const use = tradeUse(flags)
      if (use === 'none') return
      if (use === 'volume') {
        this.#volume[e.instrument] = (this.#volume[e.instrument] as number) + e.size
        if (this.#content[e.instrument] === EMPTY) this.#content[e.instrument] = VOLUME_ONLY
        return
      }
    }
    this.#price(e.instrument, e.price)
    this.#volume[e.instrument] = (this.#volume[e.instrument] as number) + e.size
  }

  /**
   * Feeds the mid of a usable quote, for instruments that have quotes and no trades. `mid2` is bid + ask; a half unit
   * is cut, because a bar's prices are integers. The volume of such bars is 0.
   */
  mid(instrument: number, mid2: Mark2): void {
    this.#price(instrument, Math.floor(mid2 / 2))
  }

  /**
   * Feeds a finished shorter bar; one without a price (close 0) only moves time. It belongs to the interval in which
   * it ends, so nothing is known before its time. The bar that ends on the boundary closes its instrument's longer
   * bar at once; other instruments' may still get theirs of the same moment.
   */
  bar(e: BarEvent, emit: EmitBar): void {
    assert(e.t - e.start <= this.interval || e.close === 0, `a bar of ${e.t - e.start} µs into one of ${this.interval}`)
    if (e.t > this.#end) {
      this.#closeAll(emit)
      this.#begin(e.t - 1)
    }
    if (e.t === this.#end) this.#closeTicks(emit)
    if (e.close > 0) this.#merge(e)
    if (e.t === this.#end && this.#content[e.instrument] === FROM_BARS) this.#give(e.instrument, emit)
  }

  /** Is nothing known of the instrument's interval at `start` yet, so that a bar of the past may fill it? */
  misses(instrument: number, start: Micros): boolean {
    if (start >= this.#end) return true
    const content = this.#content[instrument]
    return start >= this.#start && (content === EMPTY || content === FROM_BARS)
  }

  /** `den` shares became `num` while a bar is open: its part so far is carried over, rounded to the price's unit. */
  rescale(i: number, num: number, den: number): void {
    if (this.#content[i] === EMPTY) return
    for (const column of [this.#open, this.#high, this.#low, this.#close]) {
      column[i] = mulDiv(column[i] as number, den, num, 'halfEven')
    }
    this.#volume[i] = mulDiv(this.#volume[i] as number, num, den, 'halfEven')
  }

  snapshot(): unknown {
    const state: BuilderState = {
      interval: this.interval,
      start: this.#start,
      end: this.#end,
      content: [...this.#content],
      open: [...this.#open],
      high: [...this.#high],
      low: [...this.#low],
      close: [...this.#close],
      volume: [...this.#volume],
    }
    return state
  }

  restore(s: unknown): void {
    const state = s as BuilderState
    assert(state.interval === this.interval, `a snapshot of ${state.interval} µs bars into ${this.interval} µs bars`)
    assert(state.content.length === this.#count, `a snapshot of ${state.content.length} instruments`)
    this.#start = state.start
    this.#end = state.end
    this.#content.set(state.content)
    this.#open.set(state.open)
    this.#high.set(state.high)
    this.#low.set(state.low)
    this.#close.set(state.close)
    this.#volume.set(state.volume)
  }

  #begin(t: Micros): void {
    this.#start = Math.floor(t / this.interval) * this.interval
    this.#end = this.#start + this.interval
  }

  #price(i: number, price: number): void {
    if ((this.#content[i] as number) < FROM_TICKS) {
      this.#content[i] = FROM_TICKS
      this.#open[i] = price
      this.#high[i] = price
      this.#low[i] = price
    } else if (price > (this.#high[i] as number)) this.#high[i] = price
    else if (price < (this.#low[i] as number)) this.#low[i] = price
    this.#close[i] = price
  }

  #merge(e: BarEvent): void {
    const i = e.instrument
    if ((this.#content[i] as number) < FROM_TICKS) {
      this.#content[i] = FROM_BARS
      this.#open[i] = e.open
      this.#high[i] = e.high
      this.#low[i] = e.low
    } else {
      if (e.high > (this.#high[i] as number)) this.#high[i] = e.high
      if (e.low < (this.#low[i] as number)) this.#low[i] = e.low
    }
    this.#close[i] = e.close
    this.#volume[i] = (this.#volume[i] as number) + e.volume
  }

  #closeAll(emit: EmitBar): void {
    for (let i = 0; i < this.#count; i++) {
      const content = this.#content[i] as number
      if (content >= FROM_TICKS) this.#give(i, emit)
      else if (content === VOLUME_ONLY) this.#clear(i)
    }
  }

  /** On the boundary itself bars made of ticks are complete; those made of bars wait for the bars of that moment. */
  #closeTicks(emit: EmitBar): void {
    for (let i = 0; i < this.#count; i++) {
      const content = this.#content[i] as number
      if (content === FROM_TICKS) this.#give(i, emit)
      else if (content === VOLUME_ONLY) this.#clear(i)
    }
  }

  #clear(i: number): void {
    this.#content[i] = EMPTY
    this.#volume[i] = 0
  }

  #give(i: number, emit: EmitBar): void {
    const bar: BarEvent = {
      type: 'bar',
      t: this.#end,
      start: this.#start,
      instrument: i,
      open: this.#open[i] as number,
      high: this.#high[i] as number,
      low: this.#low[i] as number,
      close: this.#close[i] as number,
      volume: this.#volume[i] as number,
      bidOpen: 0,
      askOpen: 0,
      bidClose: 0,
      askClose: 0,
    }
    this.#clear(i)
    emit(bar)
  }
}
