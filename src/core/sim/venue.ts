/**
 * The simulated venue: takes order commands, sees market events before the engine does, and answers with reports. Pure:
 * no clock, no I/O; randomness only for model rejects and random ends of auctions, from seeded streams of their own.
 * Prices, quantities and times as in `domain/units.ts`; `t` of a report is the moment at the venue (the loop adds the
 * way back).
 *
 * The order of calls is the order of events: an order that is submitted before an event is called in was there first.
 * An event of an instrument without live orders costs one look, unless the book there must be kept (`hasWork`).
 * An order that arrives outside its session is accepted and waits for the next one. Nothing matches outside the session;
 * quotes and prints there still update the book. Simulated fills never change recorded history: the tape's sizes come
 * back with the next row.
 *
 * Which model answers which question stands in `README.md` beside this file. Not modelled: other participants' reaction.
 */
import { assert } from '../base/assert.ts'
import { Rng, type RngState } from '../base/rng.ts'
import type { Micros } from '../base/time.ts'
import type { SessionClock } from '../domain/calendar.ts'
import type { CancelOrder, ReplaceOrder, SubmitOrder } from '../domain/command.ts'
import type { ActionEvent, BarEvent, QuoteEvent, StatusEvent, TradeEvent } from '../domain/event.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { RejectReason } from '../domain/reason.ts'
import { applyAction } from './actions.ts'
import { crossAt, crossOf, noteConditions, turnStatus } from './auction.ts'
import { matchClose, matchOpen, matchPath } from './bar-path.ts'
import { countsAsVolume, isPrice, usable } from './conditions.ts'
import type { SimConfig, StreamKinds } from './config.ts'
import { addDaily } from './daily.ts'
import { Desk, type DeskState, hasLimit, type WorkingOrder } from './desk.ts'
import { arriveAnew, enter, stand } from './entry.ts'
import { earliestExpiry, expireUntil, expireWithBar } from './expiry.ts'
import { cancelRest, type Matching, type Out, type VenueEvent } from './fill.ts'
import { type FinishedIds, FinishedOrders } from './finished.ts'
import { barBudget } from './liquidity.ts'
import { matchQuote, matchStanding, matchTrade } from './matching.ts'
import { entryFault, modelRejects, termsFault } from './rejects.ts'
import { Rules } from './rules.ts'

export type { VenueEvent }

interface VenueSnapshot {
  readonly seq: number
  readonly rng: { readonly state: RngState; readonly draws: number }
  readonly finished: FinishedIds
  readonly desks: readonly DeskState[]
  readonly rules?: unknown
}

export class SimVenue {
  readonly #m: Matching
  readonly #desks: readonly Desk[]
  readonly #live = new Map<number, WorkingOrder>()
  readonly #finished = new FinishedOrders()
  /** Undefined where the venue forbids nothing and never interrupts. */
  readonly #rules: Rules | undefined
  #rng: Rng
  #seq = 0
  /** Earliest expiry; NaN when it has to be found anew. */
  #next: Micros = Infinity

  /** `clocks` and `streams` by instrument id; `broker` is this venue's index in the run's broker list. */
  constructor(
    instruments: readonly Instrument[],
    clocks: readonly SessionClock[],
    config: SimConfig,
    rng: Rng,
    broker: number,
    streams: readonly StreamKinds[],
  ) {
    this.#m = { config, broker }
    this.#rng = rng.split('sim.rejects')
    const models = config.queue !== undefined || config.auctions !== undefined || config.rules !== undefined
    const watchAlways = models || config.match === 'standing' || config.slippage.kind === 'sqrt'
    this.#desks = instruments.map((instrument, i) => {
      const [clock, kinds] = [clocks[i], streams[i]]
      assert(instrument.id === i, `${instrument.symbol}: id ${instrument.id} at position ${i}`)
      assert(clock !== undefined && kinds !== undefined, `${instrument.symbol}: no session clock or stream kinds`)
      return new Desk(instrument, clock, kinds, watchAlways)
    })
    if (config.rules !== undefined) this.#rules = new Rules(this.#m, config.rules, this.#desks, rng.split('sim.rules'))
  }

  /** Must this instrument's events be called in? True with a live order there, or where the book has to be kept. */
  hasWork(instrument: number): boolean {
    const desk = this.#desks[instrument]
    return desk !== undefined && (desk.watch || desk.state.orders.length > 0)
  }

  /** May it stop and resume trading by itself, orders or not? */
  get interrupts(): boolean {
    return this.#rules !== undefined
  }

  /** Live orders at the venue. */
  get liveOrders(): number {
    return this.#live.size
  }

  submit(cmd: SubmitOrder, at: Micros, out: Out): void {
    const { broker, config } = this.#m
    const { orderId } = cmd
    const desk = this.#desks[cmd.instrument]
    let reason: RejectReason | undefined
    if (this.#live.has(orderId) || this.#finished.has(orderId)) reason = 'unsupported'
    else reason = this.#entryFault(desk, cmd, at) ?? (modelRejects(config, this.#rng) ? 'model' : undefined)
    if (reason !== undefined || desk === undefined) {
      if (!this.#live.has(orderId)) this.#finished.add(orderId)
      out.push({ type: 'rejected', t: at, broker, orderId, reason: reason ?? 'unsupported' })
      return
    }
    const o = enter(this.#m, desk, cmd, at, this.#seq++)
    this.#live.set(orderId, o)
    out.push({ type: 'accepted', t: at, broker, orderId })
    this.#meetStanding(desk, o, at, out)
    this.#tidy(desk)
  }

  /**
   * What became of an order: it works here, or it never came. Of one that ended the reports said so already, and
   * they are late at most, never lost.
   */
  query(orderId: number, at: Micros, out: Out): void {
    const { broker } = this.#m
    if (this.#live.has(orderId)) out.push({ type: 'accepted', t: at, broker, orderId })
    else if (!this.#finished.has(orderId)) out.push({ type: 'absent', t: at, broker, orderId, proves: true })
  }

  cancel(cmd: CancelOrder, at: Micros, out: Out): void {
    const o = this.#live.get(cmd.orderId)
    if (o === undefined) {
      const reason = this.#finished.has(cmd.orderId) ? 'too_late' : 'unknown_order'
      out.push({ type: 'cancelRejected', t: at, broker: this.#m.broker, orderId: cmd.orderId, reason })
      return
    }
    const desk = this.#deskOf(o)
    cancelRest(this.#m, desk, o, at, out)
    this.#tidy(desk)
  }

  /**
   * New quantity, limit and stop in one step. A quantity at or below what is filled ends the order (replaced to
   * what is filled, then canceled). Anything but a smaller quantity makes the order arrive anew.
   */
  replace(cmd: ReplaceOrder, at: Micros, out: Out): void {
    const { broker } = this.#m
    const { orderId } = cmd
    const o = this.#live.get(orderId)
    const reason: RejectReason | undefined =
      o === undefined
        ? this.#finished.has(orderId)
          ? 'too_late'
          : 'unknown_order'
        : (termsFault(this.#deskOf(o).instrument, o.orderType, cmd.qty, cmd.limit, cmd.stop) ??
          this.#rules?.priceFault(this.#deskOf(o), o.orderType, cmd.limit, at))
    if (reason !== undefined || o === undefined) {
      out.push({ type: 'replaceRejected', t: at, broker, orderId, reason: reason ?? 'unknown_order' })
      return
    }
    const desk = this.#deskOf(o)
    const limit = hasLimit(o) ? cmd.limit : 0
    const stop = o.orderType === 'stop' || o.orderType === 'stopLimit' ? cmd.stop : 0
    const anew = limit !== o.limit || stop !== o.stop || cmd.qty > o.qty
    if (anew) arriveAnew(this.#m, desk, o, at, this.#seq++)
    o.qty = Math.max(cmd.qty, o.cumQty)
    o.limit = limit
    o.stop = stop
    if (anew && this.#m.config.queue !== undefined) stand(desk, o, at)
    desk.changed = true
    out.push({ type: 'replaced', t: at, broker, orderId, qty: o.qty, limit, stop })
    if (o.qty === o.cumQty) cancelRest(this.#m, desk, o, at, out)
    else if (anew) this.#meetStanding(desk, o, at, out)
    this.#tidy(desk)
  }

  onQuote(e: QuoteEvent, out: Out): void {
    const desk = this.#desks[e.instrument] as Desk
    const live = desk.state.orders.length > 0
    if (!(live || desk.watch) || !desk.setQuote(e)) return
    if (this.#rules !== undefined) this.#rules.onQuote(desk, e.t)
    if (!live || desk.by !== 'quotes' || !desk.trades(e.t)) return
    matchQuote(this.#m, desk, e, out)
    if (desk.changed) this.#tidy(desk)
  }

  onTrade(e: TradeEvent, out: Out): void {
    const desk = this.#desks[e.instrument] as Desk
    const s = desk.state
    const live = s.orders.length > 0
    if (!(live || desk.watch)) return
    const crosses = this.#m.config.auctions !== undefined && desk.by !== 'bars'
    if (crosses) noteConditions(desk, e)
    if (!isPrice(e.price) || !countsAsVolume(e.flags)) return
    desk.turnDay(e.t)
    const size = e.size > 0 ? e.size : 0
    const priced = usable(e.flags)
    s.traded += size
    if (desk.watch && desk.by !== 'bars') addDaily(s.daily, desk.clock.localDay(e.t), priced ? e.price : 0, size)
    if (!priced) return
    s.last = e.price
    s.lastSize = size
    const cross = crosses ? crossOf(desk, e) : undefined
    if (this.#rules?.interrupts(desk, e, cross !== undefined, out) === true) return
    if (cross !== undefined && live) crossAt(this.#m, desk, cross, e, out)
    if (!live || desk.by === 'bars' || !desk.trades(e.t)) {
      if (desk.changed) this.#tidy(desk)
      return
    }
    matchTrade(this.#m, desk, e, out)
    if (desk.changed) this.#tidy(desk)
  }

  /** The venue's view of the open, at `bar.start`; of the rest of the bar only the volume is looked at, as a bound. */
  onBarOpen(bar: BarEvent, out: Out): void {
    const desk = this.#desks[bar.instrument] as Desk
    if (desk.by !== 'bars' || desk.state.orders.length === 0) return
    matchOpen(this.#m, desk, bar, out)
    if (desk.changed) this.#tidy(desk)
  }

  /** The whole bar, just before the engine's view of its end. */
  onBarEnd(bar: BarEvent, out: Out): void {
    const desk = this.#desks[bar.instrument] as Desk
    const s = desk.state
    const live = s.orders.length > 0
    if (desk.by !== 'bars' || !(live || desk.watch)) return
    if (live && s.barStart === bar.start) {
      matchPath(this.#m, desk, bar, out)
      if (desk.streams.sessionBars) expireWithBar(this.#m, desk, bar.start, bar.t, out)
      if (desk.changed) this.#tidy(desk)
    }
    if (!desk.watch) return
    if (s.barStart !== bar.start) {
      s.barStart = bar.start
      s.budget = barBudget(this.#m.config.liquidity, bar.volume, desk.instrument.lot)
    }
    desk.setClose(bar)
    this.#rules?.onBar(desk, bar, out)
    addDaily(s.daily, desk.clock.localDay(bar.start), s.last, bar.volume > 0 ? bar.volume : 0)
  }

  /** The tape says that the instrument stopped or resumed. */
  onStatus(e: StatusEvent): void {
    turnStatus(this.#m, this.#desks[e.instrument] as Desk, e.status, e.t)
  }

  /** A split rescales what stands and the days of the past; live orders are the engine's to cancel. */
  onAction(e: ActionEvent): void {
    const desk = this.#desks[e.instrument] as Desk
    applyAction(desk, e)
    this.#rules?.onAction(desk, e)
  }

  /** When the loop has to call `expire` next; Infinity when neither an order nor an interruption ends by the clock. */
  nextExpiry(): Micros {
    if (Number.isNaN(this.#next)) this.#next = earliestExpiry(this.#live.values())
    return this.#rules === undefined ? this.#next : Math.min(this.#next, this.#rules.nextDue())
  }

  /** Ends what is due at `t`; called after the events at that very time. */
  expire(t: Micros, out: Out): void {
    if (t < this.nextExpiry()) return
    this.#rules?.expire(t, out)
    expireUntil(this.#m, this.#desks, this.#live.values(), t, out)
    for (const desk of this.#desks) if (desk.changed) this.#tidy(desk)
  }

  /** Plain JSON; `restore` of it continues exactly here. */
  snapshot(): unknown {
    const snapshot: VenueSnapshot = {
      seq: this.#seq,
      rng: { state: this.#rng.state(), draws: this.#rng.draws },
      finished: this.#finished.save(),
      desks: this.#desks.map((desk) => desk.state),
      ...(this.#rules === undefined ? {} : { rules: this.#rules.snapshot() }),
    }
    return JSON.parse(JSON.stringify(snapshot))
  }

  /** Takes a snapshot of a venue with the same instruments and policies. */
  restore(snapshot: unknown): void {
    const s = JSON.parse(JSON.stringify(snapshot)) as VenueSnapshot
    assert(
      s.desks.length === this.#desks.length,
      `snapshot of ${s.desks.length} instruments, not ${this.#desks.length}`,
    )
    this.#seq = s.seq
    this.#rng = Rng.restore(s.rng.state)
    this.#rng.draws = s.rng.draws
    this.#finished.load(s.finished)
    this.#live.clear()
    this.#next = Number.NaN
    this.#rules?.restore(s.rules)
    for (const [i, desk] of this.#desks.entries()) {
      desk.state = s.desks[i] as DeskState
      for (const o of desk.state.orders) this.#live.set(o.orderId, o)
    }
  }

  #entryFault(desk: Desk | undefined, cmd: SubmitOrder, at: Micros): RejectReason | undefined {
    const fault = entryFault(this.#m.config, desk, cmd, at)
    if (fault !== undefined || desk === undefined) return fault
    return this.#rules?.priceFault(desk, cmd.orderType, cmd.limit, at)
  }

  #meetStanding(desk: Desk, o: WorkingOrder, at: Micros, out: Out): void {
    if (this.#m.config.match === 'next') return
    if (desk.by === 'bars') matchClose(this.#m, desk, o, at, out)
    else matchStanding(this.#m, desk, o, at, out)
  }

  /** After anything that may have ended, triggered or re-ranked an order, or moved an expiry. */
  #tidy(desk: Desk): void {
    this.#next = Number.NaN
    for (const o of desk.tidy()) {
      this.#live.delete(o.orderId)
      this.#finished.add(o.orderId)
    }
  }

  #deskOf(o: WorkingOrder): Desk {
    return this.#desks[o.instrument] as Desk
  }
}
