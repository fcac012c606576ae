/** config/brokers.yaml → what the IB adapter is told. Throws Failure (2) for what is missing or does not match. */
import { assertMatches, DEFAULTS, type IbSettings } from '../../adapters/ib/settings.ts'
import type { IbConfig } from '../config/ib.ts'
import { Failure } from './failure.ts'

/** What a market of the configuration is in the engine's words. ASIA leaves out Korea, which is a question of the account. */
const MARKETS: Readonly<Record<IbConfig['markets'][number], readonly string[]>> = {
  US: ['US'],
  EU: ['EU'],
  ASIA: ['JP', 'HK'],
  JP: ['JP'],
  HK: ['HK'],
  CN: ['CN'],
  KRX: ['KRX'],
}

export function ibSettings(config: IbConfig): IbSettings {
  const { account } = config
  if (account === undefined) {
    throw new Failure(
      `brokers.ib: env is ${config.env}; set IB_ACCOUNT in .env (shown at the top right of TWS or Gateway)`,
      2,
    )
  }
  const settings: IbSettings = {
    ...DEFAULTS,
    env: config.env,
    host: config.host,
    port: config.port,
    clientId: config.clientId,
    account,
    markets: [...new Set(config.markets.flatMap((name) => MARKETS[name]))],
    data: config.data ?? DEFAULTS.data,
    delayed: config.delayed ?? DEFAULTS.delayed,
    outsideHours: config.outsideHours ?? DEFAULTS.outsideHours,
    messagesPerSecond: config.messagesPerSecond ?? DEFAULTS.messagesPerSecond,
    region: config.region ?? DEFAULTS.region,
    restartAt: config.restartAt,
    restartZone: config.restartZone ?? DEFAULTS.restartZone,
  }
  assertMatches(settings)
  return settings
}
