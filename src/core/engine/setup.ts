/** What a run is made of before its first event: plain values, handed over by the composition root. */
import type { FeedShape } from '../data/feed-shape.ts'
import type { AgentDefinition } from '../decision/agent.ts'
import type { BrokerRules } from '../domain/broker.ts'
import type { Calendar } from '../domain/calendar.ts'
import type { FeeModel } from '../domain/fees.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { Currency, Money } from '../domain/units.ts'
import type { VenueRules } from '../domain/venue-rules.ts'
import type { AuctionChoice } from '../execution/gate.ts'
import type { RiskLimits } from '../execution/limits.ts'
import type { FxRoute } from '../execution/valuation.ts'

/** Form of the audit rows: 1, as recordings had it before there were distances to the limits, or 2 with them. */
export type AuditLayout = 1 | 2

export interface EngineSetup {
  /** Sorted by symbol, then venue; ids are positions in this list. */
  readonly instruments: readonly Instrument[]
  /** Calendars and feed shapes by instrument id. */
  readonly calendars: readonly Calendar[]
  readonly shapes: readonly FeedShape[]
  /** Currencies of cash and instruments, sorted. */
  readonly currencies: readonly Currency[]
  readonly base: Currency
  /** By currency: where its rate into base comes from; undefined for base. */
  readonly routes: readonly (FxRoute | undefined)[]
  /** What the venues allow of prices, dated, by instrument id; absent: nothing is known. */
  readonly rules?: readonly (readonly VenueRules[])[]
  readonly brokers: readonly string[]
  /** By broker; absent: all are simulated ones. */
  readonly brokerRules?: readonly BrokerRules[]
  /** Who arms: the first event (virtual runs, absent) or the operator. */
  readonly arming?: 'firstEvent' | 'operator'
  /** Layout of the audit rows: 2, or 1 to re-run a session of 0.1.0. */
  readonly audit?: AuditLayout
  /** Initial cash by broker and currency, in money units. */
  readonly cash: readonly (readonly Money[])[]
  readonly limits: RiskLimits
  /** Upper-bound estimate of costs before the fact. */
  readonly fees: FeeModel
  /** Auctions in which orders may take part; absent: none. */
  readonly auctions?: AuctionChoice
  readonly agent: AgentDefinition
  readonly agentParams: ReadonlyMap<string, string>
}
