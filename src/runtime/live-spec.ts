/**
 * Everything that determines a live session besides its inputs, as plain data: what its run directory keeps as effective
 * configuration, and what the first record of its digest says. With the journal's inputs it re-runs the session anywhere:
 * nothing is looked up again, so later edits of reference data change no recorded session.
 */
import { z } from 'zod'
import type { EffectiveConfig } from '../config/load.ts'
import type { BrokerRules } from '../core/domain/broker.ts'
import type { Calendar } from '../core/domain/calendar.ts'
import type { FeeModel } from '../core/domain/fees.ts'
import { type Instrument, PRODUCTS } from '../core/domain/instrument.ts'
import { CURRENCIES, type Currency } from '../core/domain/units.ts'
import type { EngineSetup } from '../core/engine/setup.ts'
import { calendarOf, calendarVersion } from '../reference/calendars.ts'
import { feeModel, feeModelWhereKnown } from '../reference/fees.ts'
import { canonicalJson } from '../tape/manifest.ts'
import type { LoadedAgent } from './agent-load.ts'
import type { LiveInstruments } from './live-instruments.ts'
import { limitsOf } from './risk-limits.ts'

const texts = z.record(z.string(), z.union([z.string(), z.array(z.string())]))
const ratio = z.strictObject({ num: z.number(), den: z.number() })

export const instrumentSchema = z.strictObject({
  id: z.number(),
  symbol: z.string(),
  venue: z.string(),
  currency: z.enum(CURRENCIES as [Currency, ...Currency[]]),
  priceDecimals: z.number(),
  qtyDecimals: z.number(),
  ticks: z.array(z.strictObject({ from: z.number(), tick: z.number() })),
  lot: z.number(),
  economicId: z.string(),
  allowShort: z.boolean(),
  product: z.enum(PRODUCTS).optional(),
  segment: z.string().optional(),
})

const shape = z.strictObject({
  quotes: z.boolean(),
  trades: z.boolean(),
  bars: z.boolean(),
  sessionBars: z.boolean(),
  oneSided: z.boolean(),
  barMicros: z.number(),
  heartbeat: z.number().optional(),
})

const brokerRules = z.strictObject({
  markets: z.array(z.string()).optional(),
  clientOrderId: z.boolean(),
  reconcileEvery: z.number(),
  funding: z.enum(['cash', 'integrated']),
  commissionBps: ratio,
})

const currency = z.enum(CURRENCIES as [Currency, ...Currency[]])

export const liveSpecSchema = z.strictObject({
  schema_version: z.literal(2),
  kind: z.literal('live'),
  config: texts,
  agent: z.strictObject({ name: z.string(), hash: z.string(), params: z.record(z.string(), z.string()) }),
  instruments: z.array(instrumentSchema),
  shapes: z.array(shape),
  /** Version and hash of each instrument's calendar when the session was recorded. */
  calendars: z.array(z.string()),
  currencies: z.array(currency),
  base: currency,
  routes: z.array(z.strictObject({ currency, instrument: z.number(), inverse: z.boolean() }).nullable()),
  brokers: z.array(z.strictObject({ name: z.string(), rules: brokerRules })),
  /** Money at the start, by broker and currency; brokers with books of their own bring it themselves. */
  cash: z.array(z.array(z.number())),
  arming: z.enum(['firstEvent', 'operator']),
  fees: z.string(),
})

export type LiveSpec = z.infer<typeof liveSpecSchema>

/** The sets that read the recorded configuration back. */
export function liveSetsOf(spec: LiveSpec): string[] {
  const config = Object.entries(spec.config).map(([path, v]) => `${path}=${typeof v === 'string' ? v : v.join(',')}`)
  return [...config, ...Object.entries(spec.agent.params).map(([name, v]) => `agent.${name}=${v}`)]
}

/** Names stay out of the digest; everything that can change an output is in it. */
export function liveHeader(spec: LiveSpec): string {
  const { name: _name, ...agent } = spec.agent
  return canonicalJson({ ...spec, agent })
}

/** The engine's setup of a session, from its specification alone. */
export function liveSetup(spec: LiveSpec, config: EffectiveConfig, agent: LoadedAgent): EngineSetup {
  const instruments = spec.instruments as readonly Instrument[]
  return {
    instruments,
    calendars: instruments.map((i) => hoursOf(i, config)),
    shapes: spec.shapes as EngineSetup['shapes'],
    currencies: spec.currencies,
    base: spec.base,
    routes: spec.routes.map((route) => route ?? undefined),
    brokers: spec.brokers.map((b) => b.name),
    brokerRules: spec.brokers.map((b) => b.rules as BrokerRules),
    cash: spec.cash,
    limits: limitsOf(config, spec.base),
    fees: feesOf(spec, instruments, config),
    agent: agent.definition,
    agentParams: config.agent,
    arming: spec.arming,
    audit: 2,
  }
}

/**
 * What fills are thought to cost until the broker says it: in a market that the table does not know, nothing until then.
 * The simulated broker takes its costs from here and from nowhere else, so it refuses such a market.
 */
function feesOf({ fees, brokers }: LiveSpec, instruments: readonly Instrument[], config: EffectiveConfig): FeeModel {
  if (fees === 'none') return { kind: 'none' }
  const model = brokers.some((b) => b.name === 'sim') ? feeModel : feeModelWhereKnown
  return model(fees as never, instruments, config.fees)
}

/** The venue's calendar, or its zone alone where an emulator never closes. */
function hoursOf({ venue }: Instrument, config: EffectiveConfig): Calendar {
  const calendar = calendarOf(venue)
  if (config.trading.hours !== 'always') return calendar
  return { ...calendar, always: true, days: [], opens: [], closes: [], phaseFrom: [], phases: [] }
}

/** Which calendars a session stands on, for its specification. */
export function calendarVersions(instruments: readonly Instrument[]): string[] {
  return instruments.map((i) => `${i.venue} ${calendarVersion(i.venue)}`)
}

/** Settings of brokers play no part in re-running a session: what they decide is in its inputs. */
const PARTS = ['risk.', 'trading.', 'capital.', 'fees.']

export interface LiveSpecOptions {
  readonly config: EffectiveConfig
  readonly agent: LoadedAgent
  readonly instruments: LiveInstruments
  readonly brokers: readonly { readonly name: string; readonly rules: BrokerRules }[]
  /** Fee table of estimates. */
  readonly fees: string
  /** Opening balances by broker and currency; absent: the brokers' first books bring them. */
  readonly cash?: readonly (readonly number[])[]
}

export function makeLiveSpec({ config, agent, instruments: live, brokers, fees, cash }: LiveSpecOptions): LiveSpec {
  const entries = config.entries.filter((e) => PARTS.some((p) => e.path.startsWith(p)) && !e.secret)
  const { instruments, shapes, currencies, base, routes } = live
  const made = {
    schema_version: 2,
    kind: 'live',
    config: Object.fromEntries(entries.map((e) => [e.path, typeof e.value === 'string' ? e.value : [...e.value]])),
    agent: { name: agent.name, hash: agent.hash, params: Object.fromEntries(config.agent) },
    instruments,
    shapes,
    calendars: calendarVersions(instruments),
    currencies,
    base,
    routes: routes.map((route) => route ?? null),
    brokers,
    cash: cash ?? brokers.map(() => currencies.map(() => 0)),
    arming: 'operator',
    fees,
  }
  // As it will be read back: fields that are undefined are not there then.
  return liveSpecSchema.parse(JSON.parse(JSON.stringify(made)))
}
