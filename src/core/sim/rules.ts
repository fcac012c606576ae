/**
 * What the simulated venue forbids and when it stops trading by itself (`--rules venue`), from `domain/venue-rules.ts`:
 * price limits around the close before, volatility interruptions (KRX), limit up / limit down (US), breakers on an
 * index. An interruption is a `StatusEvent` of this venue; while it lasts nothing matches here, whatever the tape goes
 * on to say, for recorded history is never changed.
 *
 * A print that starts an interruption fills nothing. Where the close before is not on the tape there are no limits and
 * no breaker that day. Rules act on ticks; on bars only the index of a breaker is looked at, at its bars' ends.
 * Not modelled: interruptions that lengthen each other, sidecars, dynamic interruptions in the closing auction, trades
 * outside LULD bands (the tape has none).
 */
import type { Micros } from '../base/time.ts'
import { Rng, type RngState } from '../base/rng.ts'
import type { ActionEvent, BarEvent, TradeEvent } from '../domain/event.ts'
import type { OrderType } from '../domain/order.ts'
import type { StatusReason, TradingStatus } from '../domain/phase.ts'
import type { RejectReason } from '../domain/reason.ts'
import { fellBy, priceLimits, reachesShare } from '../domain/price-limits.ts'
import type { Price } from '../domain/units.ts'
import { type BreakerLevel, rulesOn, type VenueRules, type ViRule } from '../domain/venue-rules.ts'
import { turnStatus } from './auction.ts'
import { finishDay } from './daily.ts'
import { type Desk, NEVER, NOT_YET } from './desk.ts'
import type { Matching, Out } from './fill.ts'
import { bandsOf, emptyLuld, luldPrint, type LuldState } from './luld.ts'

/** One instrument's rules at work; plain data. */
interface RuleState {
  day: number
  /** Close before, 0 when unknown; the legal prices, 0 when there is no limit. */
  base: Price
  low: Price
  high: Price
  /** For interruptions: the session's last auction price, and the last print. */
  auctioned: Price
  last: Price
  luld: LuldState
  /** Of an index: since when each level of its breaker is reached, what acted already, the price where it acted last. */
  reached: Micros[]
  acted: number
  actedAt: Price
  /** When the interruption under way goes on to `next`, after which `auction` may be left of it; `NEVER`: none. */
  due: Micros
  next: TradingStatus
  auction: Micros
  reason: StatusReason
}

function emptyRules(): RuleState {
  const of = { day: NOT_YET, base: 0, low: 0, high: 0, auctioned: 0, last: 0, luld: emptyLuld() }
  const breaker = { reached: [], acted: 0, actedAt: 0 }
  return { ...of, ...breaker, due: NEVER, next: 'trading', auction: 0, reason: 'none' }
}

export class Rules {
  readonly #m: Matching
  readonly #dated: readonly (readonly VenueRules[])[]
  readonly #desks: readonly Desk[]
  /** Symbols on which a breaker looks. */
  readonly #indices: ReadonlySet<string>
  #rng: Rng
  #state: RuleState[]
  /** The next moment at which something ends by the clock. */
  #due: Micros = Infinity

  constructor(m: Matching, dated: readonly (readonly VenueRules[])[], desks: readonly Desk[], rng: Rng) {
    this.#m = m
    this.#dated = dated
    this.#desks = desks
    this.#indices = new Set(dated.flat().flatMap((r) => (r.breaker === undefined ? [] : [r.breaker.index])))
    this.#rng = rng
    this.#state = desks.map(emptyRules)
  }

  nextDue(): Micros {
    return this.#due
  }

  /** Limit prices beyond the day's legal ones are turned away; at them they are not. */
  priceFault(desk: Desk, type: OrderType, limit: Price, at: Micros): RejectReason | undefined {
    if (type !== 'limit' && type !== 'stopLimit') return undefined
    const s = this.#today(desk, at)
    return s.high > 0 && (limit < s.low || limit > s.high) ? 'bad_price' : undefined
  }

  /** Sees a usable print before it matches; true when it starts an interruption and so fills nothing. */
  interrupts(desk: Desk, e: TradeEvent, auctioned: boolean, out: Out): boolean {
    const s = this.#today(desk, e.t)
    this.#breaker(desk, e.t, e.price, out)
    if (!auctioned && !desk.clock.isOpen(e.t)) return false
    const first = s.last === 0
    const before = s.last
    s.last = e.price
    if (auctioned || first) s.auctioned = e.price
    if (!desk.trades(e.t)) return false
    const rules = this.#rules(desk)
    if (rules?.luld !== undefined) luldPrint(rules.luld, s.luld, e.t, e.price)
    const { vi } = rules ?? {}
    if (vi === undefined || auctioned || first || !moved(vi, s.auctioned, before, e.price)) return false
    const end = e.t + vi.auction
    const random = this.#rng.below(Math.floor(vi.randomEnd / 1000) + 1) * 1000
    this.#stop(desk, e.t, 'auction', 'vi', end, Math.min(end + random, desk.clock.phaseEnd(e.t)), out)
    return true
  }

  /** The book after a quote row: does the limit state begin, last or end? */
  onQuote(desk: Desk, t: Micros): void {
    const { luld } = this.#rules(desk) ?? {}
    if (luld === undefined || !desk.trades(t)) return
    const s = this.#today(desk, t)
    const { opens, closes } = desk.clock.calendar
    const session = desk.clock.sessionAt(t)
    const bands = bandsOf(luld, s.luld, s.base, t - (opens[session] ?? NOT_YET), (closes[session] ?? NEVER) - t)
    const { bid, ask } = desk.state
    const limited = bands !== undefined && ((bid > 0 && bid >= bands.high) || (ask > 0 && ask <= bands.low))
    if (limited === (s.luld.since !== NOT_YET)) return
    s.luld.since = limited ? t : NOT_YET
    this.#findDue()
  }

  /** A finished bar of an index. */
  onBar(desk: Desk, bar: BarEvent, out: Out): void {
    this.#today(desk, bar.start)
    if (bar.close > 0) this.#breaker(desk, bar.t, bar.close, out)
  }

  onAction(desk: Desk, e: ActionEvent): void {
    if (e.kind !== 'split') return
    const state = this.#state[desk.instrument.id] as RuleState
    state.last = 0
    state.auctioned = 0
    state.day = NOT_YET
    state.luld = emptyLuld()
    this.#findDue()
  }

  /** What ends at `t` or before. */
  expire(t: Micros, out: Out): void {
    for (const desk of this.#desks) {
      const s = this.#state[desk.instrument.id] as RuleState
      const luld = this.#rules(desk)?.luld
      if (luld !== undefined && s.luld.since !== NOT_YET && s.luld.since + luld.limitState <= t) {
        s.luld.since = NOT_YET
        const close = desk.clock.closeAfter(t)
        const end = t + luld.pause
        const late = end > close - luld.noReopen
        this.#stop(desk, t, 'auction', 'luld', late ? close : end, late ? close : end, out)
      } else if (s.due <= t) this.#resume(desk, s, t, out)
    }
    this.#findDue()
  }

  #resume(desk: Desk, s: RuleState, t: Micros, out: Out): void {
    const { auction, reason } = s
    s.due = s.next === 'auction' ? t + auction : NEVER
    this.#say(desk, t, s.next, reason, s.due === NEVER ? 0 : s.due, out)
    // The print that ends an interruption is measured against nothing, it is what the next ones are measured against.
    if (s.next === 'trading') s.last = 0
    s.next = 'trading'
  }

  /** Begins an interruption that ends at `due`; `until` is what the venue announces. */
  #stop(
    desk: Desk,
    t: Micros,
    status: TradingStatus,
    reason: StatusReason,
    until: Micros,
    due: Micros,
    out: Out,
    auction: Micros = 0,
  ): void {
    const s = this.#state[desk.instrument.id] as RuleState
    s.due = Math.min(due, NEVER)
    s.next = auction > 0 ? 'auction' : 'trading'
    s.auction = auction
    s.reason = reason
    s.luld.since = NOT_YET
    this.#say(desk, t, status, reason, until < NEVER ? until : 0, out)
    this.#findDue()
  }

  #say(desk: Desk, t: Micros, status: TradingStatus, reason: StatusReason, until: Micros, out: Out): void {
    turnStatus(this.#m, desk, status, t)
    const instrument = desk.instrument.id
    out.push({ type: 'status', t, venueT: t, instrument, status, reason, until, broker: this.#m.broker })
  }

  /** An index moved: every member of its breaker stops when a level was reached for long enough. */
  #breaker(index: Desk, t: Micros, price: Price, out: Out): void {
    if (!this.#indices.has(index.instrument.symbol)) return
    const s = this.#state[index.instrument.id] as RuleState
    const members = this.#desks.filter((d) => this.#rules(d, t)?.breaker?.index === index.instrument.symbol)
    const levels = members[0] === undefined ? undefined : this.#rules(members[0], t)?.breaker?.levels
    if (levels === undefined || s.base === 0 || !index.clock.isOpen(t)) return
    const { opens, closes } = index.clock.calendar
    const session = index.clock.sessionAt(t)
    levels.forEach((level, k) => {
      const fell = fellBy(s.base, price, level.dropPpm)
      const further = k === 0 || fellBy(s.base, s.base - (s.actedAt - price), level.furtherPpm)
      if (!fell || !further) s.reached[k] = NOT_YET
      else if ((s.reached[k] ?? NOT_YET) === NOT_YET) s.reached[k] = t
      if (k < s.acted || !fell || !further || t - (s.reached[k] as Micros) < level.lasting) return
      const inTime =
        t - (opens[session] ?? NOT_YET) >= level.afterOpen && (closes[session] ?? NEVER) - t >= level.beforeClose
      if (!inTime) return
      s.acted = k + 1
      s.actedAt = price
      for (const d of members) this.#halt(d, t, level, out)
    })
  }

  #halt(desk: Desk, t: Micros, level: BreakerLevel, out: Out): void {
    const due = level.halt > 0 ? t + level.halt : desk.clock.closeAfter(t)
    this.#stop(desk, t, 'halted', 'breaker', due, due, out, level.halt > 0 ? level.auction : 0)
  }

  #rules(desk: Desk, t?: Micros): VenueRules | undefined {
    const dated = this.#dated[desk.instrument.id] ?? []
    if (dated.length < 2) return dated[0]
    const day = t === undefined ? (this.#state[desk.instrument.id] as RuleState).day : desk.clock.localDay(t)
    return rulesOn(dated, day)
  }

  /** The instrument's state on the local date of t. */
  #today(desk: Desk, t: Micros): RuleState {
    const s = this.#state[desk.instrument.id] as RuleState
    const day = desk.clock.localDay(t)
    if (s.day === day) return s
    const { daily } = desk.state
    finishDay(daily, day)
    const base = daily.closes.at(-1) ?? 0
    Object.assign(s, { day, base, low: 0, high: 0, auctioned: base, last: 0, luld: emptyLuld() })
    Object.assign(s, { reached: [], acted: 0, actedAt: 0 })
    const limit = this.#rules(desk)?.limit
    if (limit !== undefined && base > 0) Object.assign(s, priceLimits(limit, base, desk.instrument.ticks))
    this.#findDue()
    return s
  }

  #findDue(): void {
    let due = Infinity
    for (const desk of this.#desks) {
      const s = this.#state[desk.instrument.id] as RuleState
      if (s.due < due && s.due !== NEVER) due = s.due
      const luld = s.luld.since === NOT_YET ? undefined : this.#rules(desk)?.luld
      if (luld !== undefined && s.luld.since + luld.limitState < due) due = s.luld.since + luld.limitState
    }
    this.#due = due
  }

  snapshot(): unknown {
    return { state: this.#state, rng: this.#rng.state(), draws: this.#rng.draws }
  }

  restore(s: unknown): void {
    const from = s as { state: RuleState[]; rng: RngState; draws: number }
    this.#state = from.state
    this.#rng = Rng.restore(from.rng)
    this.#rng.draws = from.draws
    this.#findDue()
  }
}

/** Does a print at `price` go so far that an auction begins instead? */
function moved(vi: ViRule, auctioned: Price, last: Price, price: Price): boolean {
  return reachesShare(auctioned, price, vi.staticPpm) || reachesShare(last, price, vi.dynamicPpm)
}
