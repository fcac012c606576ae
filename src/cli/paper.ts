/**
 * `sametape paper`: trades without real money, on the paper accounts of the configured brokers or, with `--broker sim`, on
 * the simulated broker with their live data. Goes on day after day, and after a crash with the same --out.
 */
import { Option } from 'commander'
import { toScaled } from '../core/base/decimal.ts'
import { SIM_BROKER } from '../core/domain/broker.ts'
import { type Currency, moneyDecimals } from '../core/domain/units.ts'
import { loadAgent } from '../runtime/agent-load.ts'
import type { LiveInstruments } from '../runtime/live-instruments.ts'
import { makeLiveSpec } from '../runtime/live-spec.ts'
import type { CliCommand, CommandContext, CommandResult, Options } from './command.ts'
import { Failure } from './failure.ts'
import { assertHours, assertMode, assertPaper } from './live/guards.ts'
import { SUPERVISED, superviseFrom } from './live/heartbeat.ts'
import { addSessionOptions } from './live/options.ts'
import { playReal, type RealSession, readSetting, type Setting } from './live/real-session.ts'
import { finish } from './live/result.ts'
import { simPorts } from './live/sim-kit.ts'
import * as run from './run-options.ts'

export const command: CliCommand = {
  configure(command) {
    addSessionOptions(command)
    command
      .option('--agent <name|file.ts>', 'a reference agent or your own file', 'rsi-macd')
      .option('--broker <which>', 'paper: the brokers’ own paper accounts; sim: the simulated broker', 'paper')
      .option('--speed <n>', 'only 1: brokers keep the time of the wall', '1')
      .option('--cash <amounts>', 'of the simulated broker: 1000000 of base, or USD=50000,KRW=100000000')
      .option(
        '--no-supervisor',
        'no second process that restarts, or sells out, when this one is silent for 5 s (R-39)',
      )
      .addOption(new Option(SUPERVISED, 'started by a supervisor').hideHelp())
  },
  run: (_, options, ctx) => paper(options, ctx),
}

async function paper(options: Options, ctx: CommandContext): Promise<CommandResult> {
  const which = run.text(options, 'broker')
  if (which !== 'paper' && which !== 'sim') throw new Failure(`--broker ${which}: write paper or sim`, 2)
  if (run.text(options, 'speed') !== '1') {
    throw new Failure(
      `--speed ${run.text(options, 'speed')}: brokers keep the time of the wall, so paper knows 1 alone; "start" plays faster`,
      2,
    )
  }
  const setting = readSetting(options, 'paper', ({ config, env, kits }) => {
    assertMode('paper', config, env)
    assertHours(config, kits)
    if (which === 'paper') assertPaper(kits)
  })
  const agent = await loadAgent(run.text(options, 'agent') ?? 'rsi-macd')
  if (which === 'sim') return finish(await playReal(setting, onSim(setting, agent, options), options, ctx), ctx)
  const session = onAccounts(setting, agent)
  const watched = options.supervisor === false ? {} : { watched: superviseFrom(options) }
  return finish(await playReal(setting, { ...session, ...watched }, options, ctx), ctx)
}

/** a session on accounts whose engine died is gone on with, but only to end it: what is ours is sold. */
export async function flatten(options: Options, ctx: CommandContext): Promise<CommandResult> {
  const setting = readSetting(options, 'paper', ({ kits }) => assertPaper(kits))
  const agent = await loadAgent(run.text(options, 'agent') ?? 'rsi-macd')
  const { for: _, ...untilItIsOver } = options
  const session = { ...onAccounts(setting, agent), resume: 1, flattens: true } as const
  return finish(await playReal(setting, session, untilItIsOver, ctx), ctx)
}

type Agent = Awaited<ReturnType<typeof loadAgent>>

function onAccounts({ config, kits, live }: Setting, agent: Agent): RealSession {
  const brokers = kits.map((k) => ({ name: k.id, rules: k.rules }))
  return {
    ...{ mode: 'paper', agent, resume: 2, trades: true },
    spec: makeLiveSpec({ config, agent, instruments: live, brokers, fees: kits[0]?.fees ?? 'none' }),
    generated: kits.some((k) => k.emulated),
    plug: (_, plugged) => ({
      brokers: plugged.map((p) => p.broker),
      sources: plugged.flatMap((p) => p.sources),
      past: plugged.flatMap((p) => p.past ?? []),
    }),
  }
}

function onSim({ config, kits, live }: Setting, agent: Agent, options: Options): RealSession {
  const cash = cashOf(options, live)
  const brokers = [{ name: 'sim', rules: SIM_BROKER }]
  return {
    ...{ mode: 'paper', agent, resume: 2, trades: false },
    spec: makeLiveSpec({ config, agent, instruments: live, brokers, fees: kits[0]?.fees ?? 'none', cash: [cash] }),
    generated: kits.some((k) => k.emulated),
    plug: (opened, plugged, clock) => {
      const live = opened.engine?.desk.orders.live ?? []
      const sim = simPorts({ setup: opened.setup, clock, cash, seed: 0, live })
      return {
        brokers: [sim.broker],
        sources: plugged.flatMap((p) => p.sources).map((source) => sim.tapped(source)),
        past: plugged.flatMap((p) => p.past ?? []),
      }
    },
  }
}

/** By index of the session's currencies; 1,000,000 of base where nothing is said. */
function cashOf(options: Options, { currencies, base }: LiveInstruments): number[] {
  const given = run.readCashOption(options, () => base)
  if (given.size === 0) given.set(base, '1000000')
  for (const [name, amount] of given) {
    const currency = currencies.find((c) => c === name)
    if (currency === undefined) {
      throw new Failure(`--cash ${name}=${amount}: this session trades in ${currencies.join(', ')}`, 2)
    }
    const scaled = toScaled(amount, moneyDecimals(currency))
    if (scaled === undefined || scaled < 0) {
      throw new Failure(`--cash ${name}=${amount}: not an amount of at most ${moneyDecimals(currency)} decimals`, 2)
    }
  }
  return currencies.map((c: Currency) => toScaled(given.get(c) ?? '0', moneyDecimals(c)) ?? 0)
}
