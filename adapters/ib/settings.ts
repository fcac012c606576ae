/**
 * What the adapter is told: where the gateway listens, who we are there, what we want of it. TWS and Gateway keep the
 * password themselves, so there is no secret here but the account number. Ports and prefixes: IB reference 12.
 */
import { Failure } from '../../src/cli/failure.ts'
import type { Micros } from '../../src/core/base/time.ts'

export type Environment = 'paper' | 'live'

/** How market data come: aggregated quotes and trades (level 1), every tick (few lines allowed), or five-second bars. */
export const DATA_KINDS = ['level1', 'ticks', 'bars'] as const
export type DataKind = (typeof DATA_KINDS)[number]

/**
 * What becomes of data that are 15 minutes old by IB's own word: not asked for, asked for and told with their age (the
 * engine then finds them too old to trade on, R-31), or told as if they were of now (never with live money).
 */
export const DELAYED_KINDS = ['refuse', 'record', 'trade'] as const
export type DelayedKind = (typeof DELAYED_KINDS)[number]

/** The group of servers an account belongs to; it decides when they are reset (reference 7.6). */
export const REGIONS = ['americas', 'europe', 'asia'] as const
export type Region = (typeof REGIONS)[number]

export interface IbSettings {
  readonly env: Environment
  readonly host: string
  readonly port: number
  /** Fixed for good: orders belong to it (reference 2.3). */
  readonly clientId: number
  readonly account: string
  readonly markets: readonly string[]
  readonly data: DataKind
  readonly delayed: DelayedKind
  /** Orders also work outside regular hours, where the venue has such hours. */
  readonly outsideHours: boolean
  /** Messages a second to the gateway; the limit is 50 over all of its clients. */
  readonly messagesPerSecond: number
  /** How often its books are compared with ours, run clock. */
  readonly reconcileEvery: Micros
  readonly region: Region
  /** Local time of day in `restartZone` at which the gateway restarts itself; undefined: not told. */
  readonly restartAt: Micros | undefined
  readonly restartZone: string
}

export const DEFAULTS = {
  markets: ['US'],
  data: 'level1',
  delayed: 'refuse',
  outsideHours: false,
  messagesPerSecond: 40,
  reconcileEvery: 20_000_000,
  region: 'americas',
  restartAt: undefined,
  restartZone: 'America/New_York',
} as const satisfies Partial<IbSettings>

/** The vendor's default ports. */
export const PORTS: Readonly<Record<Environment, readonly number[]>> = { live: [7496, 4001], paper: [7497, 4002] }

/** DU and DF are paper; U, F and I are live. Undefined for anything else. */
export function environmentOf(account: string): Environment | undefined {
  if (/^D[UF]\d/.test(account)) return 'paper'
  return /^[UFI]\d/.test(account) ? 'live' : undefined
}

/** What is wrong with port or account for the environment (I-37, F-79); undefined when nothing is. */
export function mismatch({ env, port, account }: Pick<IbSettings, 'env' | 'port' | 'account'>): string | undefined {
  const other = env === 'live' ? 'paper' : 'live'
  if (PORTS[other].includes(port)) {
    return `brokers.ib.port: ${port} is a ${other} port but env is ${env}; use ${PORTS[env].join(' or ')}, or set env: ${other}`
  }
  const of = environmentOf(account)
  if (of === env) return undefined
  const what = of === undefined ? 'is no account of IB (DU…, DF… paper; U…, F…, I… live)' : `is a ${of} account`
  return `brokers.ib.account: ${hideAccount(account)} ${what} but env is ${env}; put the ${env} account there, or set env: ${other}`
}

export function assertMatches(settings: IbSettings): void {
  const wrong = mismatch(settings)
  if (wrong !== undefined) throw new Failure(wrong, 2)
}

/** `DU****01`: enough to tell two accounts apart. */
export function hideAccount(account: string): string {
  return `${account.slice(0, 2)}****${account.slice(-2)}`
}
