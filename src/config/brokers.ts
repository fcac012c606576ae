/**
 * config/brokers.yaml: where the brokers are and who we are there. Credentials come by `${NAME}` only; a disabled
 * broker needs none. Hosts and ports: the vendors' documented ones; both may point at an emulator.
 */
import { z } from 'zod'
import type { Micros } from '../core/base/time.ts'
import { flag, integer, listOf, oneOf, Refusal, secret, text, url, value } from './leaves.ts'
import type { Secret } from './secret.ts'
import type { Defaults, Node } from './tree.ts'

export interface KisCredentials {
  readonly appKey: Secret
  readonly appSecret: Secret
}

export interface KisConfig {
  readonly enabled: boolean
  readonly name: string
  readonly env: 'paper' | 'live'
  readonly markets: readonly ('KRX' | 'NXT' | 'US')[]
  readonly hosts: { readonly rest: string; readonly ws: string }
  /** The live-key door for quotes only; the paper environment has no overseas quotes. */
  readonly quotes: { readonly rest: string; readonly ws: string; readonly credentials: KisCredentials } | undefined
  /** Present when enabled. */
  readonly credentials: KisCredentials | undefined
  readonly account: string | undefined
  readonly htsId: string | undefined
  /** where US stock is paid out of won by the broker's own rule. */
  readonly usFunding: 'cash' | 'integrated_margin'
  /* Absent where the adapter's own default holds. */
  /** REST requests a second and key. */
  readonly requestsPerSecond?: number
  /** Time of day in Korea at which the token is renewed. */
  readonly tokenRefreshAt?: Micros
  /** How far behind the best quote the limit of an overseas market order lies. */
  readonly marketCollarBps?: number
  /** Daily windows in Korea in which the broker is expected to be away. */
  readonly maintenance?: readonly DayWindow[]
  /** Where tokens are kept. */
  readonly stateDir?: string
}

/** Times of day; `from` after `to` spans midnight. */
export interface DayWindow {
  readonly from: Micros
  readonly to: Micros
}

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

export interface BrokersConfig {
  readonly kis: KisConfig
  readonly ib: IbConfig
}

export const brokersDefaults: Defaults = {
  kis: {
    enabled: 'false',
    name: 'Korea Investment & Securities',
    env: 'paper',
    markets: ['KRX', 'US'],
    hosts: { rest: 'https://openapivts.koreainvestment.com:29443', ws: 'ws://ops.koreainvestment.com:31000' },
    quotes: { rest: 'https://openapi.koreainvestment.com:9443', ws: 'ws://ops.koreainvestment.com:21000' },
    app_key: '${KIS_APP_KEY}',
    app_secret: '${KIS_APP_SECRET}',
    account: '${KIS_ACCOUNT_NO}',
    paper_app_key: '${KIS_PAPER_APP_KEY}',
    paper_app_secret: '${KIS_PAPER_APP_SECRET}',
    paper_account: '${KIS_PAPER_ACCOUNT_NO}',
    hts_id: '${KIS_HTS_ID}',
    quote_app_key: '${KIS_QUOTE_APP_KEY:-}',
    quote_app_secret: '${KIS_QUOTE_APP_SECRET:-}',
    us_funding: 'cash',
  },
  ib: {
    enabled: 'false',
    name: 'Interactive Brokers',
    env: 'paper',
    markets: ['US', 'EU', 'ASIA'],
    host: '${IB_HOST:-127.0.0.1}',
    port: '${IB_PORT:-4002}',
    client_id: '${IB_CLIENT_ID:-1}',
    account: '${IB_ACCOUNT}',
  },
}

/** What is never shown and not hashed. */
export const SECRET_PATHS: ReadonlySet<string> = new Set([
  'brokers.kis.app_key',
  'brokers.kis.app_secret',
  'brokers.kis.paper_app_key',
  'brokers.kis.paper_app_secret',
  'brokers.kis.quote_app_key',
  'brokers.kis.quote_app_secret',
])

/** Who we are at a broker: needed in messages to it, shown to people by its end only. */
export const PRIVATE_PATHS: ReadonlySet<string> = new Set([
  'brokers.kis.account',
  'brokers.kis.paper_account',
  'brokers.kis.hts_id',
  'brokers.ib.account',
])

/** The vendor's addresses of order interface and socket: neither environment may name the other's (I-37, F-79). */
const KIS_HOSTS = {
  live: { rest: 'openapi.koreainvestment.com:9443', ws: 'ops.koreainvestment.com:21000' },
  paper: { rest: 'openapivts.koreainvestment.com:29443', ws: 'ops.koreainvestment.com:31000' },
} as const

const hosts = z.strictObject({ rest: url(['https', 'http']), ws: url(['wss', 'ws']) })

function market<T extends string>(known: readonly T[]): z.ZodType<readonly T[], Node> {
  const read = (content: string): T | Refusal =>
    known.find((name) => name === content) ?? new Refusal(`${content} is not one of ${known.join(', ')}`)
  return listOf(read, 1)
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

/** Eight digits and the product code, without which KIS refuses every request (01 is the usual one). */
const kisAccount = value<string>((content, leaf) => {
  if (/^\d{8}-?\d{2}$/.test(content)) return content
  const why = /^\d{8}$/.test(content) ? 'lacks its two-digit product code' : 'is not a KIS account'
  return new Refusal(`${leaf.written} ${why}; write eight digits, a hyphen and two digits, e.g. "50000000-01"`)
})

/** `HH:MM` as microseconds since midnight. */
function readTime(content: string): Micros | undefined {
  const m = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(content)
  return m === null ? undefined : (Number(m[1]) * 60 + Number(m[2])) * 60_000_000
}

const timeOfDay = value<Micros>(
  (content, leaf) => readTime(content) ?? new Refusal(`${leaf.written} is not a time of day, e.g. "07:30"`),
)

/** `HH:MM-HH:MM`, checked; split where it is used. */
const windows = listOf((content: string): string | Refusal => {
  const [from = '', to = '', ...rest] = content.split('-')
  if (rest.length === 0 && readTime(from) !== undefined && readTime(to) !== undefined) return content
  return new Refusal(`${content} is not a window such as "23:40-00:10"`)
}, 0)

/** `${NAME:-}` of an optional credential leaves an empty text. */
const optionalSecret = z.custom<Node>().transform((node, ctx): Secret | undefined => {
  if (node === undefined || (node.kind === 'leaf' && node.text === '')) return undefined
  const result = secret.safeParse(node)
  if (!result.success) for (const issue of result.error.issues) ctx.addIssue({ code: 'custom', message: issue.message })
  return result.data
})

function windowOf(content: string): DayWindow {
  const [from = '', to = ''] = content.split('-')
  return { from: readTime(from) ?? 0, to: readTime(to) ?? 0 }
}

function requireWhenEnabled(
  read: Readonly<Record<string, unknown>>,
  names: readonly string[],
  ctx: z.RefinementCtx,
): void {
  if (read.enabled !== true) return
  for (const name of names) {
    if (read[name] === undefined) ctx.addIssue({ code: 'custom', path: [name], message: 'is missing' })
  }
}

interface NamedAccounts {
  readonly account?: string | undefined
  readonly account_no?: string | undefined
  readonly paper_account?: string | undefined
  readonly paper_account_no?: string | undefined
}

function accountsOf(read: NamedAccounts): Pick<NamedAccounts, 'account' | 'paper_account'> {
  return {
    account: read.account_no ?? read.account,
    paper_account: read.paper_account_no ?? read.paper_account,
  }
}

const kis = z
  .strictObject({
    enabled: flag,
    name: text,
    env: oneOf(['paper', 'live']),
    // KR is the plan's word for the Korean exchange.
    markets: market(['KR', 'KRX', 'NXT', 'US']),
    api_type: oneOf(['rest']).optional(),
    hosts,
    quotes: hosts,
    app_key: secret.optional(),
    app_secret: secret.optional(),
    account: kisAccount.optional(),
    // The plan's names of the accounts.
    account_no: kisAccount.optional(),
    paper_account_no: kisAccount.optional(),
    paper_app_key: secret.optional(),
    paper_app_secret: secret.optional(),
    paper_account: kisAccount.optional(),
    hts_id: text.optional(),
    quote_app_key: optionalSecret.optional(),
    quote_app_secret: optionalSecret.optional(),
    us_funding: oneOf(['cash', 'integrated_margin']),
    requests_per_second: integer(1, 100, 'a number of requests, 1 to 100').optional(),
    token_refresh_at: timeOfDay.optional(),
    market_collar_bps: integer(1, 1000, 'basis points, 1 to 1000').optional(),
    maintenance: windows.optional(),
    state_dir: text.optional(),
  })
  .superRefine((read, ctx) => {
    const needed = ['app_key', 'app_secret', 'account'].map((name) => (read.env === 'paper' ? `paper_${name}` : name))
    requireWhenEnabled({ ...read, ...accountsOf(read) }, [...needed, 'hts_id'], ctx)
    const other = read.env === 'paper' ? 'live' : 'paper'
    for (const part of ['rest', 'ws'] as const) {
      if (new URL(read.hosts[part]).host !== KIS_HOSTS[other][part]) continue
      const message = `${KIS_HOSTS[other][part]} is the ${other} host, but env is ${read.env}; use ${KIS_HOSTS[read.env][part]}`
      // A disabled broker goes nowhere; its hosts may still be those of the other environment.
      if (read.enabled || read.env === 'paper') ctx.addIssue({ code: 'custom', path: ['hosts', part], message })
    }
    if ((read.quote_app_key === undefined) !== (read.quote_app_secret === undefined)) {
      const absent = read.quote_app_key === undefined ? 'quote_app_key' : 'quote_app_secret'
      ctx.addIssue({ code: 'custom', path: [absent], message: 'is missing beside the other half of the key' })
    }
  })
  .transform((read): KisConfig => {
    const pair = (appKey: Secret | undefined, appSecret: Secret | undefined): KisCredentials | undefined =>
      appKey === undefined || appSecret === undefined ? undefined : { appKey, appSecret }
    const quoteCredentials = pair(read.quote_app_key, read.quote_app_secret)
    const paper = read.env === 'paper'
    return {
      enabled: read.enabled,
      name: read.name,
      env: read.env,
      markets: [...new Set(read.markets.map((m) => (m === 'KR' ? 'KRX' : m)))],
      hosts: read.hosts,
      quotes: quoteCredentials === undefined ? undefined : { ...read.quotes, credentials: quoteCredentials },
      credentials: paper ? pair(read.paper_app_key, read.paper_app_secret) : pair(read.app_key, read.app_secret),
      account: paper ? accountsOf(read).paper_account : accountsOf(read).account,
      htsId: read.hts_id,
      usFunding: read.us_funding,
      ...(read.requests_per_second === undefined ? {} : { requestsPerSecond: read.requests_per_second }),
      ...(read.token_refresh_at === undefined ? {} : { tokenRefreshAt: read.token_refresh_at }),
      ...(read.market_collar_bps === undefined ? {} : { marketCollarBps: read.market_collar_bps }),
      ...(read.maintenance === undefined ? {} : { maintenance: read.maintenance.map(windowOf) }),
      ...(read.state_dir === undefined ? {} : { stateDir: read.state_dir }),
    }
  })

const ib = z
  .strictObject({
    enabled: flag,
    name: text,
    env: oneOf(['paper', 'live']),
    markets: market(IB_MARKETS),
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

export const brokersSchema = z.strictObject({ kis, ib })
