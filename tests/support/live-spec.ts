/** A session's spec for tests: quotes of each instrument, dollars alone, armed by the operator; `more` says otherwise. */
import { SECOND } from '../../src/core/base/time.ts'
import type { BrokerRules } from '../../src/core/domain/broker.ts'
import type { Instrument } from '../../src/core/domain/instrument.ts'
import type { LoadedAgent } from '../../src/runtime/agent-load.ts'
import { calendarVersions, type LiveSpec } from '../../src/runtime/live-spec.ts'

/** What an instrument without a feed shows. */
export const SILENT = {
  quotes: false,
  trades: false,
  bars: false,
  sessionBars: false,
  oneSided: false,
  barMicros: 0,
}

export const QUOTES = { ...SILENT, quotes: true, heartbeat: 10 * SECOND }

export interface NamedBroker {
  readonly id: string
  readonly rules: BrokerRules
}

export function liveSpec(
  agent: LoadedAgent,
  instruments: readonly Instrument[],
  brokers: readonly NamedBroker[],
  more: Partial<LiveSpec> = {},
): LiveSpec {
  return {
    schema_version: 2,
    kind: 'live',
    config: {},
    agent: { name: agent.name, hash: agent.hash, params: {} },
    instruments: instruments as LiveSpec['instruments'],
    shapes: instruments.map(() => QUOTES),
    calendars: calendarVersions(instruments),
    currencies: ['USD'],
    base: 'USD',
    routes: [null],
    brokers: brokers.map(({ id, rules }) => ({ name: id, rules: rules as LiveSpec['brokers'][number]['rules'] })),
    cash: brokers.map(() => [0]),
    arming: 'operator',
    fees: 'none',
    ...more,
  }
}
