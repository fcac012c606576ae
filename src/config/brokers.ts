/**
 * config/brokers.yaml: where the brokers are and who we are there. Credentials come by `${NAME}` only; a disabled
 * broker needs none. Hosts and ports: the vendors' documented ones; both may point at an emulator.
 */
import { z } from 'zod'
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
}

export interface IbConfig {
  readonly enabled: boolean
  readonly name: string
  readonly markets: readonly 'US'[]
  readonly host: string
  readonly port: number
  /** Fixed: orders belong to it. */
  readonly clientId: number
  readonly account: string | undefined
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
    account: '${KIS_ACCOUNT}',
    hts_id: '${KIS_HTS_ID}',
    quote_app_key: '${KIS_QUOTE_APP_KEY:-}',
    quote_app_secret: '${KIS_QUOTE_APP_SECRET:-}',
    us_funding: 'cash',
  },
  ib: {
    enabled: 'false',
    name: 'Interactive Brokers',
    markets: ['US'],
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
  'brokers.kis.quote_app_key',
  'brokers.kis.quote_app_secret',
])

/** Host of the live order interface: a paper configuration must not name it (I-37). */
const KIS_LIVE_HOST = 'openapi.koreainvestment.com'

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

/** `${NAME:-}` of an optional credential leaves an empty text. */
const optionalSecret = z.custom<Node>().transform((node, ctx): Secret | undefined => {
  if (node === undefined || (node.kind === 'leaf' && node.text === '')) return undefined
  const result = secret.safeParse(node)
  if (!result.success) for (const issue of result.error.issues) ctx.addIssue({ code: 'custom', message: issue.message })
  return result.data
})

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

const kis = z
  .strictObject({
    enabled: flag,
    name: text,
    env: oneOf(['paper', 'live']),
    markets: market(['KRX', 'NXT', 'US']),
    hosts,
    quotes: hosts,
    app_key: secret.optional(),
    app_secret: secret.optional(),
    account: account.optional(),
    hts_id: text.optional(),
    quote_app_key: optionalSecret.optional(),
    quote_app_secret: optionalSecret.optional(),
    us_funding: oneOf(['cash', 'integrated_margin']),
  })
  .superRefine((read, ctx) => {
    requireWhenEnabled(read, ['app_key', 'app_secret', 'account', 'hts_id'], ctx)
    if (read.env === 'paper' && new URL(read.hosts.rest).hostname === KIS_LIVE_HOST) {
      const message = `${KIS_LIVE_HOST} is the live host, but env is paper; use openapivts.koreainvestment.com:29443`
      ctx.addIssue({ code: 'custom', path: ['hosts', 'rest'], message })
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
    return {
      enabled: read.enabled,
      name: read.name,
      env: read.env,
      markets: read.markets,
      hosts: read.hosts,
      quotes: quoteCredentials === undefined ? undefined : { ...read.quotes, credentials: quoteCredentials },
      credentials: pair(read.app_key, read.app_secret),
      account: read.account,
      htsId: read.hts_id,
      usFunding: read.us_funding,
    }
  })

const ib = z
  .strictObject({
    enabled: flag,
    name: text,
    markets: market(['US']),
    host: hostName,
    port: integer(1, 65535, 'a port, 1 to 65535'),
    client_id: integer(0, 2147483647, 'a client id, 0 or more'),
    account: account.optional(),
  })
  .superRefine((read, ctx) => requireWhenEnabled(read, ['account'], ctx))
  .transform(
    (read): IbConfig => ({
      enabled: read.enabled,
      name: read.name,
      markets: read.markets,
      host: read.host,
      port: read.port,
      clientId: read.client_id,
      account: read.account,
    }),
  )

export const brokersSchema = z.strictObject({ kis, ib })
