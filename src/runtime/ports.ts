/**
 * What plugs into a live session: market sources and brokers. Both speak the engine's own events without the engine's
 * time, which the sequencer stamps as they arrive; whatever an adapter is asked to do it answers with events, never with
 * an exception or a return value. Times that an adapter needs (back-off, rate limits, heartbeats) come from the `Clock`
 * it is given, so that emulator and engine can share a faster one.
 */
import type { Observable } from 'rxjs'
import type { Micros } from '../core/base/time.ts'
import type { BrokerRules } from '../core/domain/broker.ts'
import type { BrokerRequest, OrderCommand } from '../core/domain/command.ts'
import type { ControlEvent } from '../core/domain/control.ts'
import type { CashEvent, HistoryEvent, MarketEvent, ReferenceEvent, ReportEvent } from '../core/domain/event.ts'
import type { Instrument } from '../core/domain/instrument.ts'

type Unstamped<E> = E extends unknown ? Omit<E, 't'> : never

/** A market row keeps its venue time (`venueT`), a bar its start; `t` is the moment of receipt, stamped by the sequencer. */
export type MarketInbound = Unstamped<Exclude<MarketEvent, { type: 'bar' }> | ReferenceEvent>
/** Bars happen at their end, which is known: they keep their `t`. */
export type BarInbound = Extract<MarketEvent, { type: 'bar' }>
export type BrokerInbound = Unstamped<ReportEvent | CashEvent | ControlEvent>
/** A bar from before the session (warm-up); stamped with the moment at which it is told. */
export type HistoryInbound = Omit<HistoryEvent, 't'>
export type Inbound = MarketInbound | BarInbound | HistoryInbound | BrokerInbound

/** How late a market's data is by the vendor's own rule: delayed data is recorded and never traded on. */
export type DelayClass = 'realtime' | 'delayed' | 'none'

export interface FeedStatus {
  readonly instrument: number
  readonly delay: DelayClass
  /** What to do about it, for people; empty where nothing is wrong. */
  readonly note: string
}

/** A frame as it crossed the wire, secrets removed, so that a session can be decoded again later (`import raw`). */
export interface RawFrame {
  readonly direction: 'in' | 'out'
  /** REST path, socket name or message name. */
  readonly channel: string
  readonly text: string
}

/** Decodes the frames of a recording again, in their order, as the adapter that received them would now. */
export interface RawDecoder {
  decode(frame: RawFrame, t: Micros): readonly (MarketInbound | BarInbound)[]
  /** How many frames were not used, by reason. */
  readonly unused: ReadonlyMap<string, number>
}

/** What an answer of a vendor said of the time: it names a span, and came between the question and the answer. */
export interface TimeSample {
  /** On the session's clock. */
  readonly askedAt: Micros
  readonly answeredAt: Micros
  /** Where the span begins that the vendor named, and how long it is. */
  readonly reference: Micros
  readonly resolution: Micros
}

export interface Clock {
  /** Microseconds since 1970 UTC on the session's clock; never goes back. */
  now(): Micros
  /** Calls back once when the session's clock has moved on by `span`; returns what cancels it. */
  after(span: Micros, then: () => void): () => void
}

interface Plugged {
  /** Name in configuration, tables and messages. */
  readonly id: string
  readonly raw$: Observable<RawFrame>
  /** Begins to connect; does not wait. What becomes of it arrives as events. */
  start(): void
  /** Ends connections in order; resolves when nothing of it runs any more. */
  stop(): Promise<void>
}

/** Market data of some instruments. */
export interface MarketSource extends Plugged {
  readonly events$: Observable<readonly (MarketInbound | BarInbound)[]>
  readonly feeds$: Observable<readonly FeedStatus[]>
  /** Absent where the vendor never says what time it is. */
  readonly time$?: Observable<TimeSample>
}

/** `BaseBroker` of the plan: an account at a broker. */
export interface Broker extends Plugged {
  readonly rules: BrokerRules
  readonly events$: Observable<readonly BrokerInbound[]>
  /** Carries a command out. It was made durable before; it is sent at most once and never retried here (I-01). */
  send(command: OrderCommand | BrokerRequest): void
}

/** What an adapter is told of the run it serves. */
export interface AdapterContext {
  /** Index of this broker in the run's list: `broker` of its events. */
  readonly broker: number
  readonly instruments: readonly Instrument[]
  readonly currencies: readonly string[]
  readonly clock: Clock
  /** Of which instruments it brings the market data; absent: of all that it serves. Two feeds of one are no better. */
  readonly feeds?: (instrument: number) => boolean
}
