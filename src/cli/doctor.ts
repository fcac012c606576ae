/** `sametape doctor [kis|ib]`: checks machine and configuration; with a broker's name its door, without trading. */
import { accessSync, constants } from 'node:fs'
import { checkIb } from '../../adapters/ib/doctor.ts'
import { checkKis } from '../../adapters/kis/doctor.ts'
import { assertPrivate, readEnvironment } from '../config/environment.ts'
import { defaultConfigDir, loadConfig } from '../config/load.ts'
import { SystemClock } from '../runtime/clock.ts'
import { type CliCommand, type CommandContext, type CommandResult, type Options, repeat } from './command.ts'
import { Failure } from './failure.ts'
import { ibSettings } from './ib-settings.ts'
import { kisSettings } from './kis-settings.ts'

interface Line {
  readonly name: string
  readonly passed: boolean
  readonly found: string
  readonly mend: string
}

export const command: CliCommand = {
  configure(command) {
    command
      .argument(
        '[broker]',
        'kis: keys, account, quotes, notices; ib: port, login, account, contract, data; no order is sent',
      )
      .option('--config <dir>', 'directory of brokers.yaml (default: config, where present)')
      .option('--set <path=value>', 'overrides one value; may be repeated', repeat, [])
  },
  run: ([broker], options, ctx) => examine(broker, options, ctx),
}

async function examine(broker: string | undefined, options: Options, ctx: CommandContext): Promise<CommandResult> {
  const lines: Line[] = []
  const add = (line: Line): void => {
    lines.push(line)
    ctx.say(`${line.passed ? 'ok  ' : 'FAIL'}  ${line.name.padEnd(10)}  ${line.found}`)
    if (line.mend !== '') ctx.say(`                  → ${line.mend}`)
  }
  const examineBroker = broker === undefined ? undefined : BROKERS[broker]
  if (broker !== undefined && examineBroker === undefined) {
    throw new Failure(`sametape doctor ${broker}: no such broker; write kis or ib, or nothing`, 2)
  }
  add(machine())
  add(writable())
  add(envFile())
  // Keys that others can read are not used.
  if (lines.every((line) => line.passed)) {
    if (examineBroker === undefined) add(configuration(options))
    else await examineBroker(options, add)
  }
  const passed = lines.every((line) => line.passed)
  return { json: { passed, checks: lines }, exitCode: passed ? 0 : 1 }
}

function attempt(name: string, found: string, act: () => void): Line {
  try {
    act()
    return { name, passed: true, found, mend: '' }
  } catch (error) {
    const [what = '', ...mend] = (error instanceof Error ? error.message : String(error)).split('; ')
    return { name, passed: false, found: what, mend: mend.join('; ') }
  }
}

function machine(): Line {
  return { name: 'machine', passed: true, found: `Node ${process.version}, ${process.platform}`, mend: '' }
}

function writable(): Line {
  return attempt('directory', `${process.cwd()} is writable`, () => accessSync(process.cwd(), constants.W_OK))
}

function envFile(): Line {
  return attempt('env-file', '.env is yours alone, or absent', () => assertPrivate(process.cwd()))
}

function load(options: Options) {
  const dir = typeof options.config === 'string' ? options.config : defaultConfigDir(process.cwd())
  const env = readEnvironment(process.cwd(), process.env)
  return { env, config: loadConfig({ dir, sets: options.set as string[], env }) }
}

function configuration(options: Options): Line {
  const { config } = load(options)
  const { kis, ib } = config.brokers
  const enabled = [kis.enabled ? `kis (${kis.env})` : '', ib.enabled ? `ib (${ib.env})` : ''].filter(
    (name) => name !== '',
  )
  const found = `brokers enabled: ${enabled.length === 0 ? 'none' : enabled.join(', ')}`
  return { name: 'config', passed: true, found, mend: '' }
}

/** The broker need not be enabled yet. */
async function examineKis(options: Options, add: (line: Line) => void): Promise<void> {
  const { env, config } = load({ ...options, set: [...(options.set as string[]), 'brokers.kis.enabled=true'] })
  const settings = kisSettings(config.brokers.kis, env)
  add({ name: 'config', passed: true, found: `env ${settings.env} at ${settings.hosts.rest}`, mend: '' })
  for await (const check of checkKis(settings, { clock: new SystemClock() })) add(check)
}

/** The same for IB: its configuration is read as if it were enabled, so that what does not match is said. */
async function examineIb(options: Options, add: (line: Line) => void): Promise<void> {
  const { config } = load({ ...options, set: [...(options.set as string[]), 'brokers.ib.enabled=true'] })
  const settings = ibSettings(config.brokers.ib)
  add({ name: 'config', passed: true, found: `env ${settings.env} at ${settings.host}:${settings.port}`, mend: '' })
  for await (const check of checkIb(settings, { clock: new SystemClock() })) add(check)
}

const BROKERS: Readonly<Record<string, (options: Options, add: (line: Line) => void) => Promise<void>>> = {
  kis: examineKis,
  ib: examineIb,
}
