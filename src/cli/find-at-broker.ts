/** `instruments find TEXT --broker kis|ib`: what a broker itself lists, and how to take a share over from it. */
import { findContracts } from '../../adapters/ib/find.ts'
import { searchKis } from '../../adapters/kis/product-search.ts'
import { assertPrivate, type Environment, readEnvironment } from '../config/environment.ts'
import { defaultConfigDir, type EffectiveConfig, loadConfig } from '../config/load.ts'
import { SystemClock } from '../runtime/clock.ts'
import type { CommandContext, CommandResult, Options } from './command.ts'
import { Failure } from './failure.ts'
import { ibSettings } from './ib-settings.ts'
import { venueDefaults } from '../reference/venues.ts'
import { kisSettings } from './kis-settings.ts'
import { readInstruments, text } from './run-options.ts'

interface Question {
  readonly wanted: string
  readonly config: EffectiveConfig
  readonly env: Environment
  readonly options: Options
}

const BROKERS: Readonly<Record<string, (q: Question, ctx: CommandContext) => Promise<CommandResult>>> = {
  kis: askKis,
  ib: askIb,
}

export async function findAtBroker(
  broker: string,
  wanted: string,
  options: Options,
  ctx: CommandContext,
): Promise<CommandResult> {
  const ask = Object.hasOwn(BROKERS, broker) ? BROKERS[broker] : undefined
  if (ask === undefined) throw new Failure(`--broker ${broker}: write kis or ib`, 2)
  assertPrivate(process.cwd())
  const env = readEnvironment(process.cwd(), process.env)
  const dir = text(options, 'config') ?? defaultConfigDir(process.cwd())
  const sets = [...((options.set as string[] | undefined) ?? []), `brokers.${broker}.enabled=true`]
  return ask({ wanted, config: loadConfig({ dir, sets, env }), env, options }, ctx)
}

/** By code alone: KIS has no search by name. */
async function askKis({ wanted, config, env }: Question, ctx: CommandContext): Promise<CommandResult> {
  const result = await searchKis(kisSettings(config.brokers.kis, env), wanted, new SystemClock())
  if ('failure' in result) throw new Failure(`kis: ${result.failure}`)
  for (const p of result.found) {
    const where = [p.venue, p.exchange ?? ''].join(' ').trim()
    ctx.say(`${p.symbol.padEnd(8)} ${where.padEnd(11)} ${p.isin}  ${p.name}, ${p.englishName}`)
    const segment = p.exchange === undefined ? '' : ` --segment ${p.exchange}`
    const { currency } = venueDefaults(p.venue)
    const id = p.isin === '' ? '' : ` --id ${p.isin}`
    const add = `npx sametape instruments add ${p.symbol} --venue ${p.venue} --currency ${currency}`
    ctx.say(`  ${add}${segment}${id} --name "${p.englishName}"`)
  }
  if (result.found.length === 0) ctx.note(`${wanted}: KIS lists nothing under this code`)
  return { json: { found: result.found }, exitCode: result.found.length > 0 ? 0 : 1 }
}

async function askIb({ wanted, config, options }: Question, ctx: CommandContext): Promise<CommandResult> {
  const found = await findContracts(ibSettings(config.brokers.ib), wanted, new SystemClock())
  if ('failure' in found) throw new Failure(`IB: ${found.failure}; "sametape doctor ib" says what to change`)
  const table = readInstruments(options)
  for (const c of found.contracts) {
    const known = table.find(String(c.conId)).length > 0 || table.listings(c.symbol).length > 0
    const facts = `${c.exchange}  ${c.currency}  con_id ${c.conId}  step ${c.minTick}  lot ${c.lot}`
    ctx.say(`${c.symbol.padEnd(8)}  ${c.name.padEnd(32)}  ${facts}${known ? '' : '  (not in the table)'}`)
  }
  if (found.contracts.length === 0) ctx.note(`${wanted}: IB lists no share of this symbol or name`)
  return { json: { found: found.contracts }, exitCode: found.contracts.length > 0 ? 0 : 1 }
}
