/** `sametape config`: every effective value, where it comes from, and the hash of the whole. */
import { Failure } from '../cli/failure.ts'
import { readEnvironment } from '../config/environment.ts'
import { type ConfigEntry, defaultConfigDir, loadConfig } from '../config/load.ts'
import { type CliCommand, type Options, repeat } from './command.ts'

function optionText(options: Options, name: string): string | undefined {
  const value = options[name]
  if (value === undefined || typeof value === 'string') return value
  throw new Failure(`--${name}: one value is needed`, 2)
}

function shown(entry: ConfigEntry): string {
  return typeof entry.value === 'string' ? entry.value : `[${entry.value.join(', ')}]`
}

export const command: CliCommand = {
  configure(command) {
    command
      .option('--set <path=value>', 'overrides one value; may be repeated', repeat, [])
      .option(
        '--config <dir>',
        'directory of risk.yaml, trading.yaml and brokers.yaml (default: config, where present)',
      )
  },
  async run(_, options, ctx) {
    const dir = optionText(options, 'config') ?? defaultConfigDir(process.cwd())
    const env = readEnvironment(process.cwd(), process.env)
    const config = loadConfig({ dir, sets: options.set as string[], env })
    const width = Math.max(...config.entries.map((entry) => entry.path.length))
    const valueWidth = Math.min(48, Math.max(...config.entries.map((entry) => shown(entry).length)))
    for (const entry of config.entries) {
      ctx.say(`${entry.path.padEnd(width)}  ${shown(entry).padEnd(valueWidth)}  ${entry.source}`)
    }
    ctx.say(`hash ${config.hash}`)
    return { json: { hash: config.hash, entries: config.entries } }
  },
}
