/** What leads an adapter to an emulator in the same process: its hosts, and the keys and the account it made up. */
import { DEFAULTS, type KeyPair, type KisSettings, readAccount } from '../settings.ts'
import type { Credentials } from './credentials.ts'
import type { KisEmulator } from './emulator.ts'

export function clientSettings(emulator: KisEmulator, stateDir: string): KisSettings {
  const [trading, quotes] = emulator.addresses
  if (trading === undefined) throw new Error('the emulator has no address')
  const { rest, ws, credentials } = trading
  const { options, listings } = emulator.world
  const { env, requestsPerSecond } = options
  const venues = [...listings.values()].map((l) => l.instrument.venue)
  return {
    ...DEFAULTS,
    markets: [...new Set([...DEFAULTS.markets, ...venues])],
    // Nobody has to apply for anything here.
    realtime: [...new Set(venues)],
    env,
    hosts: { rest, ws },
    keys: keysOf(credentials),
    account: readAccount(credentials.account),
    htsId: credentials.hts_id,
    quotes:
      quotes === undefined
        ? undefined
        : { hosts: { rest: quotes.rest, ws: quotes.ws }, keys: keysOf(quotes.credentials) },
    stateDir,
    requestsPerSecond,
  }
}

/** Play keys are no secret, but an adapter takes none in the open. */
function keysOf({ appkey, appsecret }: Credentials): KeyPair {
  return { appKey: { reveal: () => appkey }, appSecret: { reveal: () => appsecret } }
}
