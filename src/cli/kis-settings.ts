/** config/brokers.yaml → what the KIS adapter is told. Throws Failure (2) for what is missing. */
import { stateDirOf } from '../../adapters/kis/index.ts'
import { DEFAULTS, type KisSettings, RATES, readAccount } from '../../adapters/kis/settings.ts'
import type { KisConfig } from '../config/kis.ts'
import type { Environment } from '../config/environment.ts'
import { Failure } from './failure.ts'

/** Venues of a market; Korea's and America's are called alike. */
const VENUES: Readonly<Partial<Record<string, readonly string[]>>> = { JP: ['TSE'], HK: ['HK'], CN: ['SSE', 'SZSE'] }

function venuesOf(market: KisConfig['markets'][number]): readonly string[] {
  return VENUES[market] ?? [market]
}

export function kisSettings(config: KisConfig, env: Environment): KisSettings {
  const { credentials, account, htsId, quotes } = config
  if (credentials === undefined || account === undefined || htsId === undefined) {
    const prefix = config.env === 'paper' ? 'KIS_PAPER_' : 'KIS_'
    const names = [`${prefix}APP_KEY`, `${prefix}APP_SECRET`, `${prefix}ACCOUNT_NO`, 'KIS_HTS_ID']
    throw new Failure(`brokers.kis: env is ${config.env}; set ${names.join(', ')} in .env`, 2)
  }
  return {
    ...DEFAULTS,
    env: config.env,
    hosts: config.hosts,
    keys: credentials,
    account: readAccount(account),
    htsId,
    quotes:
      quotes === undefined ? undefined : { hosts: { rest: quotes.rest, ws: quotes.ws }, keys: quotes.credentials },
    markets: config.markets.flatMap(venuesOf),
    realtime: (config.realtime ?? []).flatMap(venuesOf),
    usFunding: config.usFunding === 'integrated_margin' ? 'integrated' : 'cash',
    stateDir: config.stateDir ?? stateDirOf(env),
    requestsPerSecond: config.requestsPerSecond ?? RATES[config.env],
    tokenRefreshAt: config.tokenRefreshAt ?? DEFAULTS.tokenRefreshAt,
    marketCollarBps: config.marketCollarBps ?? DEFAULTS.marketCollarBps,
    maintenance: config.maintenance ?? DEFAULTS.maintenance,
  }
}
