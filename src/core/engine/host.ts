/**
 * Runs the agent: makes the bars and indicators it asked for and calls its handlers, one event at a time. Bars are the
 * tape's own where it has bars, otherwise built from its trades (from mids where nothing trades).
 */
import { pow10 } from '../base/fixed.ts'
import { MINUTE, type Micros, SECOND } from '../base/time.ts'
import { BarBuilder } from '../data/bars.ts'
import { BarInput } from '../data/indicators/bar-input.ts'
import type { Indicator } from '../data/indicators/indicator.ts'
import { makeIndicator } from '../data/indicators/known.ts'
import type { FeedShape } from '../data/feed-shape.ts'
import { usableQuote } from '../data/quoted.ts'
import type { AgentDefinition, Subscription } from '../decision/agent.ts'
import { ParamError, readParams } from '../decision/params.ts'
import type { ActionEvent, BarEvent, HistoryEvent, OrderFilled, QuoteEvent, TradeEvent } from '../domain/event.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { OrderRow } from '../execution/orders.ts'
import { Context, orderView } from './context.ts'
import type { Desk } from './desk.ts'
import type { EngineSetup } from './setup.ts'

const LENGTH = /^([1-9]\d{0,4})(s|m|h|d)$/
const UNIT: Readonly<Record<string, Micros>> = { s: SECOND, m: MINUTE, h: 60 * MINUTE, d: 24 * 60 * MINUTE }

/** '5m' → microseconds; 'tape' → 0. */
export function barLength(text: string): Micros {
  if (text === 'tape') return 0
  const m = LENGTH.exec(text)
  if (m === null) throw new Error(`a bar length of ${text}; write one like 30s, 1m, 5m, 1h, or tape`)
  return Number(m[1]) * (UNIT[m[2] as string] as Micros)
}

/** Bars the harness builds for the agent, of one length. */
interface Built {
  readonly length: Micros
  readonly builder: BarBuilder
  readonly first: boolean
}

export class AgentHost {
  readonly agent: AgentDefinition
  readonly context: Context
  readonly wantsQuotes: boolean
  readonly wantsTrades: boolean
  state: unknown
  readonly #desk: Desk
  readonly #instruments: readonly Instrument[]
  readonly #shapes: readonly FeedShape[]
  readonly #built: readonly Built[]
  /** Does the agent take the tape's own bars as they come? */
  readonly #tapeBars: boolean
  readonly #tapeFirst: boolean
  readonly #indicators: Indicator[][]
  readonly #outputs = new Map<string, readonly [number, number]>()
  readonly #inputs: BarInput[]
  readonly #priceScale: readonly number[]
  readonly #qtyScale: readonly number[]
  #emit: (bar: BarEvent) => void

  constructor(desk: Desk, setup: EngineSetup) {
    this.#desk = desk
    this.#instruments = setup.instruments
    this.#shapes = setup.shapes
    this.agent = setup.agent
    const params = readParams(setup.agent.params ?? {}, setup.agentParams)
    const wish = setup.agent.subscribe(params)
    this.wantsQuotes = wish.quotes === true && setup.agent.onQuote !== undefined
    this.wantsTrades = wish.trades === true && setup.agent.onTrade !== undefined
    const bars = wish.bars ?? []
    const anyTapeBars = setup.shapes.some((s) => s.bars)
    // 'tape' on a tape of ticks means one-minute bars (`contract.md` 4).
    const lengths = bars.map((b) => (b === 'tape' && !anyTapeBars ? MINUTE : barLength(b)))
    this.#checkLengths(lengths)
    this.#tapeBars = lengths.includes(0)
    this.#tapeFirst = lengths[0] === 0
    this.#built = lengths.flatMap((length, i) =>
      length === 0 ? [] : [{ length, builder: new BarBuilder(length, setup.instruments.length), first: i === 0 }],
    )
    this.#indicators = setup.instruments.map(() => (wish.indicators ?? []).map((spec) => makeIndicator(spec)))
    this.#nameOutputs(wish)
    this.#inputs = setup.instruments.map(
      (i) => new BarInput(i.priceDecimals, i.qtyDecimals, desk.market.clocks[i.id] as never),
    )
    this.#priceScale = setup.instruments.map((i) => pow10(i.priceDecimals))
    this.#qtyScale = setup.instruments.map((i) => pow10(i.qtyDecimals))
    const tradable = setup.instruments.filter((i) => i.venue !== 'FX')
    this.context = new Context(desk, params, tradable, this)
    this.state = setup.agent.init(params, this.context.symbols)
    this.#emit = () => undefined
  }

  /** Bars shorter than the tape's own cannot be made of them. */
  #checkLengths(lengths: readonly Micros[]): void {
    this.#shapes.forEach((shape, id) => {
      if (!shape.bars || shape.trades) return
      const bad = lengths.find((l) => l > 0 && (shape.sessionBars || l < shape.barMicros))
      if (bad === undefined) return
      const own = shape.sessionBars ? 'a session' : `${shape.barMicros / SECOND} s`
      const { symbol } = this.#instruments[id] as Instrument
      throw new ParamError(
        'bar',
        `agent.bar: bars of ${bad / SECOND} s cannot be made on ${symbol}, whose bars are of ${own}; use tape`,
      )
    })
  }

  #nameOutputs(wish: Subscription): void {
    ;(wish.indicators ?? []).forEach((spec, k) => {
      makeIndicator(spec).outputs.forEach((name, j) => this.#outputs.set(name, [k, j]))
    })
  }

  /** Value of a declared indicator's column for an instrument. */
  value(instrument: number, output: string): number {
    const at = this.#outputs.get(output)
    if (at === undefined) throw new Error(`indicator column ${output} was not declared; declare it in subscribe()`)
    return (this.#indicators[instrument]?.[at[0]] as Indicator).value(at[1])
  }

  /** Time moves to t: built bars that ended go to the agent first. */
  advance(t: Micros): void {
    for (const b of this.#built) b.builder.advance(t, b.first ? this.#onFirst : this.#onOther)
  }

  get buildsBars(): boolean {
    return this.#built.length > 0
  }

  trade(e: TradeEvent): void {
    for (const b of this.#built) b.builder.trade(e)
  }

  onTrade(e: TradeEvent): void {
    const scale = this.#priceScale[e.instrument] as number
    const size = e.size / (this.#qtyScale[e.instrument] as number)
    const { symbol } = this.#instruments[e.instrument] as Instrument
    this.agent.onTrade?.(this.state, { symbol, t: e.t, price: e.price / scale, size, raw: e }, this.context)
  }

  /** Instruments that are quoted and never traded get bars of mids. */
  quote(e: QuoteEvent): void {
    const shape = this.#shapes[e.instrument] as FeedShape
    if (shape.trades || shape.bars || this.#built.length === 0) return
    const q = this.#desk.market.of(e.instrument)
    if (!usableQuote(q.bid, q.ask)) return
    for (const b of this.#built) b.builder.mid(e.instrument, q.bid + q.ask)
  }

  onQuote(e: QuoteEvent): void {
    const scale = this.#priceScale[e.instrument] as number
    const qty = this.#qtyScale[e.instrument] as number
    const quote = {
      symbol: (this.#instruments[e.instrument] as Instrument).symbol,
      t: e.t,
      bid: e.bid / scale,
      ask: e.ask / scale,
      bidSize: e.bidSize / qty,
      askSize: e.askSize / qty,
      raw: e,
    }
    this.agent.onQuote?.(this.state, quote, this.context)
  }

  /** A bar of the tape: to the agent as it is, and into longer ones. */
  tapeBar(e: BarEvent): void {
    const { trades, sessionBars, barMicros } = this.#shapes[e.instrument] as FeedShape
    // Where ticks are there too, bars are built of them alone. A bar that came late still ended when it ended.
    if (!trades) {
      const late = !sessionBars && e.t > e.start + barMicros
      const bar = late ? { ...e, t: e.start + barMicros } : e
      for (const b of this.#built) b.builder.bar(bar, b.first ? this.#onFirst : this.#onOther)
    }
    if (!this.#tapeBars || e.close === 0) return
    this.#give(e, sessionBars ? 0 : barMicros, this.#tapeFirst)
  }

  /** A bar of the past: the agent sees it and can order nothing. An interval that live data have begun stays theirs. */
  past({ instrument, start, end, open, high, low, close, volume }: HistoryEvent): void {
    const none = { bidOpen: 0, askOpen: 0, bidClose: 0, askClose: 0 }
    const bar: BarEvent = { type: 'bar', t: end, start, instrument, open, high, low, close, volume, ...none }
    this.context.past = true
    for (const b of this.#built) {
      if (end - start <= b.length && b.builder.misses(instrument, start))
        b.builder.bar(bar, b.first ? this.#onFirst : this.#onOther)
    }
    if (this.#tapeBars) this.#give(bar, end - start, this.#tapeFirst)
    this.context.past = false
  }

  readonly #onFirst = (bar: BarEvent): void => this.#give(bar, bar.t - bar.start, true)
  readonly #onOther = (bar: BarEvent): void => this.#give(bar, bar.t - bar.start, false)

  #give(e: BarEvent, interval: Micros, first: boolean): void {
    if (first) {
      const input = (this.#inputs[e.instrument] as BarInput).set(e)
      for (const indicator of this.#indicators[e.instrument] as Indicator[]) indicator.update(input)
      if (!this.#shapes[e.instrument]?.bars) this.#emit(e)
    }
    if (this.#desk.state === 'STOPPED' || this.agent.onBar === undefined) return
    const scale = this.#priceScale[e.instrument] as number
    const bar = {
      symbol: (this.#instruments[e.instrument] as Instrument).symbol,
      t: e.t,
      start: e.start,
      interval,
      open: e.open / scale,
      high: e.high / scale,
      low: e.low / scale,
      close: e.close / scale,
      volume: e.volume / (this.#qtyScale[e.instrument] as number),
      raw: e,
    }
    this.agent.onBar(this.state, bar, this.context)
  }

  /** Called for each bar built of ticks, of the first subscribed length, before the agent. */
  onEachBar(emit: (bar: BarEvent) => void): void {
    this.#emit = emit
  }

  reported(row: OrderRow, fill: OrderFilled | undefined): void {
    const { agent } = this
    if (this.#desk.state === 'STOPPED') return
    if (fill !== undefined && agent.onFill !== undefined) {
      const i = this.#instruments[fill.instrument] as Instrument
      const view = {
        symbol: i.symbol,
        t: fill.t,
        orderId: fill.orderId,
        side: fill.side > 0 ? ('buy' as const) : ('sell' as const),
        qty: fill.qty / pow10(i.qtyDecimals),
        price: fill.price / pow10(i.priceDecimals),
        rawPrice: fill.price,
      }
      agent.onFill(this.state, view, this.context)
    }
    if (agent.onOrder !== undefined) agent.onOrder(this.state, orderView(this.#desk, row), this.context)
  }

  /** `den` shares became `num`: bars under way and indicators go on in the new shares. */
  split(instrument: number, num: number, den: number): void {
    for (const b of this.#built) b.builder.rescale(instrument, num, den)
    for (const indicator of this.#indicators[instrument] as Indicator[]) indicator.rescale(num, den)
  }

  acted(e: ActionEvent): void {
    if (this.#desk.state === 'STOPPED' || this.agent.onAction === undefined) return
    const { symbol } = this.#instruments[e.instrument] as Instrument
    const { t, kind, num, den } = e
    this.agent.onAction(this.state, { symbol, t, kind, num, den, amount: e.amount / pow10(8) }, this.context)
  }

  timer(timerId: number): void {
    if (this.#desk.state !== 'STOPPED') this.agent.onTimer?.(this.state, timerId, this.context)
  }

  snapshot(): unknown {
    return {
      state: this.state,
      built: this.#built.map((b) => b.builder.snapshot()),
      indicators: this.#indicators.map((of) => of.map((i) => i.snapshot())),
    }
  }

  restore(s: unknown): void {
    const from = s as { state: unknown; built: unknown[]; indicators: unknown[][] }
    this.state = from.state
    this.#built.forEach((b, i) => b.builder.restore(from.built[i]))
    this.#indicators.forEach((of, i) => of.forEach((ind, k) => ind.restore(from.indicators[i]?.[k])))
  }
}
