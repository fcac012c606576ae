/** What must hold before a session on configured brokers begins; each refusal names the setting and its mend. */
import type { Environment } from '../../config/environment.ts'
import type { EffectiveConfig } from '../../config/load.ts'
import { Failure } from '../failure.ts'
import type { BrokerKit } from './kit.ts'

/** Both ways in which a mode is written must agree with the command (unset means paper). */
export function assertMode(command: 'paper' | 'live', config: EffectiveConfig, env: Environment): void {
  const said = env.TRADING_MODE ?? ''
  if (said !== '' && said !== command) {
    throw new Failure(
      `TRADING_MODE=${said}, but the command is "${command}"; run "sametape ${said === 'live' ? 'live' : 'paper'}", or set TRADING_MODE=${command}`,
      2,
    )
  }
  const { mode } = config.trading
  if (mode === command) return
  const place = config.entries.find((e) => e.path === 'trading.mode')?.source ?? 'trading.mode'
  throw new Failure(`${place}: trading.mode is ${mode}, but the command is "${command}"; they must name the same`, 2)
}

/** I-37: a paper session has no order path to a live account. */
export function assertPaper(kits: readonly BrokerKit[]): void {
  const live = kits.find((kit) => kit.env === 'live')
  if (live === undefined) return
  throw new Failure(
    `brokers.${live.id}.env: is live, but the command is "paper"; set env: paper, or use --broker sim, which sends nothing there`,
    2,
  )
}

/** Only an emulator is open at all hours. */
export function assertHours(config: EffectiveConfig, kits: readonly BrokerKit[]): void {
  const real = kits.find((kit) => !kit.emulated)
  if (config.trading.hours !== 'always' || real === undefined) return
  throw new Failure(
    `trading.hours: is always, but brokers.${real.id} is no emulator; take it out, the calendars know the hours`,
    2,
  )
}
