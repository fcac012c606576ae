/**
 * What the adapter is told: environment, hosts, keys, account. A key is sealed: it prints as *** and only `reveal`
 * gives its text. An account is eight digits and the two of its product code (KIS reference 1.2).
 */
import { Failure } from '../../src/cli/failure.ts'
import type { Micros } from '../../src/core/base/time.ts'
import type { Environment } from './wire/transactions.ts'

export interface Sealed {
  reveal(): string
}

export interface KeyPair {
  readonly appKey: Sealed
  readonly appSecret: Sealed
}

export interface Hosts {
  readonly rest: string
  readonly ws: string
}

export interface Account {
  /** CANO: eight digits. */
  readonly number: string
  /** ACNT_PRDT_CD: two digits. */
  readonly product: string
}

/** A daily window of the broker's maintenance, in Korean local time; `from` may lie after `to` (over midnight). */
export interface Window {
  readonly from: Micros
  readonly to: Micros
}

export interface KisSettings {
  readonly env: Environment
  readonly hosts: Hosts
  readonly keys: KeyPair
  readonly account: Account
  readonly htsId: string
  /** The live-key door for quotes; the paper environment has no overseas quotes. */
  readonly quotes: { readonly hosts: Hosts; readonly keys: KeyPair } | undefined
  /** Venues that are traded. */
  readonly markets: readonly string[]
  /** Venues of Asia whose real-time quotes were applied for at KIS; the free ones are a quarter of an hour late. */
  readonly realtime: readonly string[]
  /** R-17; of every foreign currency. */
  readonly usFunding: 'cash' | 'integrated'
  /** Where tokens and order numbers are kept, owner only. */
  readonly stateDir: string
  /** REST requests a second and key: live 20, paper 2. */
  readonly requestsPerSecond: number
  /** Korean time of day at which the token is renewed, microseconds. */
  readonly tokenRefreshAt: Micros
  /** How far behind the best quote the limit of an overseas market order lies, in basis points. */
  readonly marketCollarBps: number
  readonly maintenance: readonly Window[]
  /** How often the books are compared. */
  readonly reconcileEvery: Micros
}

const HOUR = 3_600_000_000

/** The vendor's addresses (KIS reference 1.1). */
export const HOSTS: Readonly<Record<Environment, Hosts>> = {
  live: { rest: 'https://openapi.koreainvestment.com:9443', ws: 'ws://ops.koreainvestment.com:21000' },
  paper: { rest: 'https://openapivts.koreainvestment.com:29443', ws: 'ws://ops.koreainvestment.com:31000' },
}

export const RATES: Readonly<Record<Environment, number>> = { live: 20, paper: 2 }

export const DEFAULTS = {
  markets: ['KRX', 'US'],
  realtime: [],
  usFunding: 'cash',
  tokenRefreshAt: 7.5 * HOUR,
  marketCollarBps: 50,
  maintenance: [],
  reconcileEvery: 20_000_000,
  quotes: undefined,
} as const satisfies Partial<KisSettings>

/** `50000000-01`, or ten digits; throws Failure (2) without the product code. */
export function readAccount(text: string): Account {
  const m = /^(\d{8})-?(\d{2})$/.exec(text.trim())
  if (m !== null) return { number: m[1] as string, product: m[2] as string }
  const why = /^\d{8}$/.test(text.trim())
    ? 'the two-digit product code is missing'
    : `it has ${text.trim().length} characters`
  throw new Failure(`brokers.kis.account: ${why}; write eight digits, a hyphen and two digits, such as 50000000-01`, 2)
}

/** I-37, F-79: a live address in paper mode is refused before anything is sent, and the reverse. */
export function assertHosts(env: Environment, hosts: Hosts): void {
  const other = env === 'live' ? 'paper' : 'live'
  for (const part of ['rest', 'ws'] as const) {
    if (URL.parse(hosts[part])?.host !== URL.parse(HOSTS[other][part])?.host) continue
    throw new Failure(
      `brokers.kis.hosts.${part}: ${hosts[part]} is the ${other} address but env is ${env}; use ${HOSTS[env][part]}`,
      2,
    )
  }
}
