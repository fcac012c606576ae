/** What the core must know of a broker to deal with it safely; the rest is its adapter's business. Plain data. */
import type { Ratio } from '../base/fixed.ts'
import type { Micros } from '../base/time.ts'

export interface BrokerRules {
  /** Markets it trades for us, as `marketOf` names them; undefined: all. */
  readonly markets?: readonly string[]
  /** Does every order carry an id of ours there? Without one, one order at a time is in flight per instrument and side. */
  readonly clientOrderId: boolean
  /** How often its books are compared with ours; 0 where its reports are its books (the simulated broker). */
  readonly reconcileEvery: Micros
  /** `integrated` buys foreign stock out of base currency, within the last buying-power answer. */
  readonly funding: 'cash' | 'integrated'
  /** Commission as the router compares brokers, in basis points of the value. */
  readonly commissionBps: Ratio
}

/** The simulated broker: never in doubt, never away. */
export const SIM_BROKER: BrokerRules = {
  clientOrderId: true,
  reconcileEvery: 0,
  funding: 'cash',
  commissionBps: { num: 0, den: 1 },
}

/** Venues that make up a market, as `config/brokers.yaml` names markets. */
const MARKETS: Readonly<Record<string, readonly string[]>> = {
  KR: ['KRX', 'NXT'],
  US: ['US'],
  JP: ['TSE'],
  HK: ['HK'],
  CN: ['SSE', 'SZSE'],
  EU: ['XETRA', 'EURONEXT', 'LSE'],
  ASIA: ['TSE', 'HK', 'KRX', 'NXT'],
}

/** Does a broker with these markets trade at this venue? A venue may also be named itself. */
export function servesVenue(rules: BrokerRules, venue: string): boolean {
  if (rules.markets === undefined) return true
  return rules.markets.some((m) => m === venue || (MARKETS[m]?.includes(venue) ?? false))
}
