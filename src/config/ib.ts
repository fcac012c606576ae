/** The part `ib` of config/brokers.yaml: Interactive Brokers through TWS or Gateway, whose login keeps the secrets. */
import { z } from 'zod'
import type { Micros } from '../core/base/time.ts'
import { marketsOf, requireWhenEnabled, timeOfDay } from './broker-leaves.ts'
import { flag, integer, oneOf, Refusal, text, value } from './leaves.ts'
import type { Defaults } from './tree.ts'

export const IB_MARKETS = ['US', 'EU', 'ASIA', 'JP', 'HK', 'CN', 'KRX'] as const

export interface IbConfig {
  readonly enabled: boolean
  readonly name: string
  readonly env: 'paper' | 'live'
  /** ASIA is Japan and Hong Kong; Korean shares there are for those who name KRX (not every account can trade them). */
  readonly markets: readonly (typeof IB_MARKETS)[number][]
  readonly host: string
  readonly port: number
  /** Fixed: orders belong to it. */
  readonly clientId: number
  readonly account: string | undefined
  /* Absent where the adapter's own default holds. */
  readonly data?: 'level1' | 'ticks' | 'bars'
  /** What becomes of data that are 15 minutes late. */
  readonly delayed?: 'refuse' | 'record' | 'trade'
  readonly outsideHours?: boolean
  readonly messagesPerSecond?: number
  /** Whose nightly reset of the servers is expected. */
  readonly region?: 'americas' | 'europe' | 'asia'
  /** Time of day at which Gateway or TWS restarts itself. */
  readonly restartAt?: Micros
  /** IANA zone of that time. */
  readonly restartZone?: string
}

export const ibDefaults: Defaults = {
  enabled: 'false',
  name: 'Interactive Brokers',
  env: 'paper',
  markets: ['US', 'EU', 'ASIA'],
  host: '${IB_HOST:-127.0.0.1}',
  port: '${IB_PORT:-4002}',
  client_id: '${IB_CLIENT_ID:-1}',
  account: '${IB_ACCOUNT}',
}

const hostName = value<string>((content, leaf) => {
  if (/^[A-Za-z0-9_.:-]{1,253}$/.test(content)) return content
  return new Refusal(`${leaf.written} is not a host name or address`)
})

const account = value<string>((content, leaf) => {
  if (/^[A-Za-z0-9-]{3,32}$/.test(content)) return content
  return new Refusal(`${leaf.written} is not an account, e.g. "50000000-01" or DU0000001`)
})

/** The vendor's default ports (Gateway and TWS) and the letters with which account numbers begin (I-37, F-79). */
const IB_PORTS = { live: [4001, 7496], paper: [4002, 7497] } as const
const IB_ACCOUNTS = { live: /^[UFI]\d{3,12}$/, paper: /^D[UF]\d{3,12}$/ } as const
const IB_PREFIXES = { live: 'U, F or I', paper: 'DU or DF' } as const

const zone = value<string>((content, leaf) => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: content })
    return content
  } catch {
    return new Refusal(`${leaf.written} is not a time zone, e.g. America/New_York`)
  }
})

export const ibSchema = z
  .strictObject({
    enabled: flag,
    name: text,
    env: oneOf(['paper', 'live']),
    markets: marketsOf(IB_MARKETS),
    host: hostName,
    port: integer(1, 65535, 'a port, 1 to 65535'),
    client_id: integer(0, 2147483647, 'a client id, 0 or more'),
    account: account.optional(),
    data: oneOf(['level1', 'ticks', 'bars']).optional(),
    delayed: oneOf(['refuse', 'record', 'trade']).optional(),
    outside_hours: flag.optional(),
    messages_per_second: integer(1, 50, 'a number of messages, 1 to 50').optional(),
    region: oneOf(['americas', 'europe', 'asia']).optional(),
    restart_at: timeOfDay.optional(),
    restart_zone: zone.optional(),
  })
  .superRefine((read, ctx) => {
    requireWhenEnabled(read, ['account'], ctx)
    // A disabled broker goes nowhere.
    if (!read.enabled) return
    const refuse = (path: string, message: string): void => ctx.addIssue({ code: 'custom', path: [path], message })
    const other = read.env === 'paper' ? 'live' : 'paper'
    if ((IB_PORTS[other] as readonly number[]).includes(read.port)) {
      refuse('port', `${read.port} is a ${other} port, but env is ${read.env}; use ${IB_PORTS[read.env].join(' or ')}`)
    }
    if (read.account !== undefined && !IB_ACCOUNTS[read.env].test(read.account)) {
      const why = IB_ACCOUNTS[other].test(read.account) ? `is a ${other} account` : 'is no account of IB'
      refuse('account', `${why}, but env is ${read.env}; one that begins with ${IB_PREFIXES[read.env]} is needed`)
    }
    if (read.env === 'live' && read.delayed === 'trade') {
      refuse('delayed', 'trade is for paper: with live money data that are 15 minutes late are never traded on')
    }
  })
  .transform(
    (read): IbConfig => ({
      enabled: read.enabled,
      name: read.name,
      env: read.env,
      markets: read.markets,
      host: read.host,
      port: read.port,
      clientId: read.client_id,
      account: read.account,
      ...(read.data === undefined ? {} : { data: read.data }),
      ...(read.delayed === undefined ? {} : { delayed: read.delayed }),
      ...(read.outside_hours === undefined ? {} : { outsideHours: read.outside_hours }),
      ...(read.messages_per_second === undefined ? {} : { messagesPerSecond: read.messages_per_second }),
      ...(read.region === undefined ? {} : { region: read.region }),
      ...(read.restart_at === undefined ? {} : { restartAt: read.restart_at }),
      ...(read.restart_zone === undefined ? {} : { restartZone: read.restart_zone }),
    }),
  )
