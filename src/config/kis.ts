/** The part `kis` of config/brokers.yaml: Korea Investment & Securities. Its hosts may point at an emulator. */
import { z } from 'zod'
import type { Micros } from '../core/base/time.ts'
import { type DayWindow, marketsOf, requireWhenEnabled, timeOfDay, windowOf, windows } from './broker-leaves.ts'
import { flag, integer, oneOf, Refusal, secret, text, url, value } from './leaves.ts'
import type { Secret } from './secret.ts'
import type { Defaults, Node } from './tree.ts'

export interface KisCredentials {
  readonly appKey: Secret
  readonly appSecret: Secret
}

/** Markets of KIS; JP, HK and CN are Tokyo, Hong Kong, and Shanghai with Shenzhen. */
export const KIS_MARKETS = ['KRX', 'NXT', 'US', 'JP', 'HK', 'CN'] as const
export const KIS_ASIA = ['JP', 'HK', 'CN'] as const

export interface KisConfig {
  readonly enabled: boolean
  readonly name: string
  readonly env: 'paper' | 'live'
  readonly markets: readonly (typeof KIS_MARKETS)[number][]
  readonly hosts: { readonly rest: string; readonly ws: string }
  /** The live-key door for quotes only; the paper environment has no overseas quotes. */
  readonly quotes: { readonly rest: string; readonly ws: string; readonly credentials: KisCredentials } | undefined
  /** Present when enabled. */
  readonly credentials: KisCredentials | undefined
  readonly account: string | undefined
  readonly htsId: string | undefined
  /** where foreign stock is paid out of won by the broker's own rule. */
  readonly usFunding: 'cash' | 'integrated_margin'
  /* Absent where the adapter's own default holds. */
  /** Of JP, HK and CN: whose real-time quotes were applied for at KIS; the free ones are fifteen minutes late. */
  readonly realtime?: readonly (typeof KIS_ASIA)[number][]
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

export const kisDefaults: Defaults = {
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
}

/** The vendor's addresses of order interface and socket: neither environment may name the other's (I-37, F-79). */
const KIS_HOSTS = {
  live: { rest: 'openapi.koreainvestment.com:9443', ws: 'ops.koreainvestment.com:21000' },
  paper: { rest: 'openapivts.koreainvestment.com:29443', ws: 'ops.koreainvestment.com:31000' },
} as const

const hosts = z.strictObject({ rest: url(['https', 'http']), ws: url(['wss', 'ws']) })

/** Eight digits and the product code, without which KIS refuses every request (01 is the usual one). */
const kisAccount = value<string>((content, leaf) => {
  if (/^\d{8}-?\d{2}$/.test(content)) return content
  const why = /^\d{8}$/.test(content) ? 'lacks its two-digit product code' : 'is not a KIS account'
  return new Refusal(`${leaf.written} ${why}; write eight digits, a hyphen and two digits, e.g. "50000000-01"`)
})

/** `${NAME:-}` of an optional credential leaves an empty text. */
const optionalSecret = z.custom<Node>().transform((node, ctx): Secret | undefined => {
  if (node === undefined || (node.kind === 'leaf' && node.text === '')) return undefined
  const result = secret.safeParse(node)
  if (!result.success) for (const issue of result.error.issues) ctx.addIssue({ code: 'custom', message: issue.message })
  return result.data
})

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

export const kisSchema = z
  .strictObject({
    enabled: flag,
    name: text,
    env: oneOf(['paper', 'live']),
    // KR is the plan's word for the Korean exchange.
    markets: marketsOf(['KR', ...KIS_MARKETS]),
    realtime: marketsOf(KIS_ASIA, 0).optional(),
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
    const idle = read.realtime?.find((m) => !read.markets.includes(m))
    if (idle !== undefined) {
      ctx.addIssue({ code: 'custom', path: ['realtime'], message: `${idle} is not among markets; add it there too` })
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
      ...(read.realtime === undefined ? {} : { realtime: read.realtime }),
      ...(read.requests_per_second === undefined ? {} : { requestsPerSecond: read.requests_per_second }),
      ...(read.token_refresh_at === undefined ? {} : { tokenRefreshAt: read.token_refresh_at }),
      ...(read.market_collar_bps === undefined ? {} : { marketCollarBps: read.market_collar_bps }),
      ...(read.maintenance === undefined ? {} : { maintenance: read.maintenance.map(windowOf) }),
      ...(read.state_dir === undefined ? {} : { stateDir: read.state_dir }),
    }
  })
