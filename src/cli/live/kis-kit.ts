/** KIS for the session commands: by the configuration, or as an emulator in this process. */
import { join } from 'node:path'
import { clientSettings } from '../../../adapters/kis/emulator/client-settings.ts'
import { KisEmulator } from '../../../adapters/kis/emulator/emulator.ts'
import { readCash } from '../../../adapters/kis/emulator/options.ts'
import { createKis, rulesOf } from '../../../adapters/kis/index.ts'
import { HOSTS, type KisSettings } from '../../../adapters/kis/settings.ts'
import { MINUTE } from '../../core/base/time.ts'
import { kisSettings } from '../kis-settings.ts'
import { embeddedVenue } from './embedded-venue.ts'
import type { BrokerKit, ConfiguredKit, EmbeddedKit, PluggedBroker, PlugPlace } from './kit.ts'

export const configuredKis: ConfiguredKit = (config, env) =>
  config.brokers.kis.enabled ? kisKit(kisSettings(config.brokers.kis, env)) : undefined

function kisKit(settings: KisSettings): BrokerKit {
  return {
    id: 'kis',
    env: settings.env,
    venues: settings.markets,
    rules: rulesOf(settings),
    fees: 'kis',
    emulated: new URL(settings.hosts.rest).host !== new URL(HOSTS[settings.env].rest).host,
    account: `${settings.env} ${settings.account.number}-${settings.account.product}`,
    plug: (place) => plug(settings, place),
  }
}

function plug(settings: KisSettings, { context, dir, resumed, trades, notices }: PlugPlace): PluggedBroker {
  const ordersFile = join(dir, 'kis-orders.jsonl')
  const { broker, source, busy } = createKis(
    settings,
    context,
    trades ? { ordersFile, resumed, notices } : { trades: false },
  )
  const past = {
    name: 'kis',
    minutes: (instrument: number, from: number) => source.history.minutes(instrument, from),
  }
  return { broker, sources: [source], past, busy }
}

/** Play money of the embedded day: enough for a quarter of the whole in either market. */
const CASH = ['KRW=400000000', 'USD=200000']

export const embeddedKis: EmbeddedKit = async ({ tape, clock, seed, stateDir }) => {
  const emulator = await KisEmulator.create({ tape, seed, cash: readCash(CASH) }, { clock })
  // A day in half a minute: the books are compared every minute of it.
  return embeddedVenue(kisKit({ ...clientSettings(emulator, stateDir), reconcileEvery: MINUTE }), emulator)
}
