/** What leads an adapter to an emulator in the same process. */
import { DEFAULTS, type IbSettings } from '../settings.ts'
import type { IbEmulator } from './emulator.ts'
import { ACCOUNTS } from './options.ts'

export function clientSettings(emulator: IbEmulator): IbSettings {
  return { ...DEFAULTS, env: 'paper', host: '127.0.0.1', port: emulator.port, clientId: 1, account: ACCOUNTS.paper }
}
