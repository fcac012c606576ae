/** `instruments find CODE --broker kis`: what a broker itself lists under a code, and how to add it. */
import { searchKis } from '../../adapters/kis/product-search.ts'
import { assertPrivate, readEnvironment } from '../config/environment.ts'
import { defaultConfigDir, loadConfig } from '../config/load.ts'
import { SystemClock } from '../runtime/clock.ts'
import type { CommandContext, CommandResult } from './command.ts'
import { Failure } from './failure.ts'
import { kisSettings } from './kis-settings.ts'

export async function findAtBroker(
  broker: string,
  code: string,
  configDir: string | undefined,
  ctx: CommandContext,
): Promise<CommandResult> {
  if (broker !== 'kis') throw new Failure(`--broker ${broker}: write kis`, 2)
  assertPrivate(process.cwd())
  const env = readEnvironment(process.cwd(), process.env)
  const dir = configDir ?? defaultConfigDir(process.cwd())
  const config = loadConfig({ dir, sets: ['brokers.kis.enabled=true'], env })
  const settings = kisSettings(config.brokers.kis, env)
  const result = await searchKis(settings, code, new SystemClock())
  if ('failure' in result) throw new Failure(`kis: ${result.failure}`)
  for (const p of result.found) {
    ctx.say(
      `${p.symbol.padEnd(8)} ${[p.venue, p.exchange ?? ''].join(' ').trim().padEnd(11)} ${p.isin}  ${p.name}, ${p.englishName}`,
    )
    const segment = p.exchange === undefined ? '' : ` --segment ${p.exchange}`
    const currency = p.venue === 'KRX' ? 'KRW' : 'USD'
    const id = p.isin === '' ? '' : ` --id ${p.isin}`
    ctx.say(
      `  npx sametape instruments add ${p.symbol} --venue ${p.venue} --currency ${currency}${segment}${id} --name "${p.englishName}"`,
    )
  }
  if (result.found.length > 0) return { json: { found: result.found } }
  ctx.note(`${code}: KIS lists nothing under this code`)
  return { json: { found: [] }, exitCode: 1 }
}
