/** IB for the session commands: by the configuration, or as an emulator in this process. */
import { join } from 'node:path'
import { clientSettings } from '../../../adapters/ib/emulator/client-settings.ts'
import { IbEmulator } from '../../../adapters/ib/emulator/emulator.ts'
import { readCash } from '../../../adapters/ib/emulator/options.ts'
import { createIb, rulesOf } from '../../../adapters/ib/index.ts'
import { hideAccount, type IbSettings, PORTS } from '../../../adapters/ib/settings.ts'
import { MINUTE } from '../../core/base/time.ts'
import { servesVenue } from '../../core/domain/broker.ts'
import { venueNames } from '../../reference/venues.ts'
import { ibSettings } from '../ib-settings.ts'
import { embeddedVenue } from './embedded-venue.ts'
import type { BrokerKit, ConfiguredKit, EmbeddedKit, PluggedBroker, PlugPlace } from './kit.ts'

export const configuredIb: ConfiguredKit = (config) =>
  config.brokers.ib.enabled ? ibKit(ibSettings(config.brokers.ib)) : undefined

function ibKit(settings: IbSettings): BrokerKit {
  const rules = rulesOf(settings)
  return {
    id: 'ib',
    env: settings.env,
    // A market of the configuration may be several venues: JP is Tokyo, EU is Xetra, Euronext and London.
    venues: venueNames().filter((venue) => servesVenue(rules, venue)),
    rules,
    fees: 'ib-tiered',
    // Gateway and TWS listen on the vendor's ports; whoever moved them is asked to say so by the account alone.
    emulated: !PORTS[settings.env].includes(settings.port),
    account: `${settings.env} ${hideAccount(settings.account)}`,
    plug: (place) => plug(settings, place),
  }
}

function plug(settings: IbSettings, { context, dir, trades }: PlugPlace): PluggedBroker {
  const options = trades ? { ordersFile: join(dir, 'ib-orders.jsonl') } : { trades: false }
  const { broker, source } = createIb(settings, context, options)
  const past = {
    name: 'ib',
    minutes: (instrument: number, from: number) => source.history.minutes(instrument, from),
  }
  return { broker, sources: [source], past }
}

/** Play money of the embedded day: enough for a quarter of the whole in each stock. */
const CASH = ['USD=300000']

export const embeddedIb: EmbeddedKit = async ({ tape, clock, seed }) => {
  const emulator = await IbEmulator.create({ tape, seed, cash: readCash(CASH) }, { clock })
  // A day in half a minute: the books are compared every minute of it.
  return embeddedVenue(ibKit({ ...clientSettings(emulator), reconcileEvery: MINUTE }), emulator)
}
