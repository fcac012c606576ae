/**
 * `sametape start`: a whole trading day, Seoul and then New York, on broker emulators in this process. Real servers, real
 * adapters, real sockets on loopback; emulators and engine share one clock, so the day plays in half a minute. At its
 * end the session is sealed, verified and summed up. No account, no key, no network.
 */
import { join } from 'node:path'
import { instrumentTable } from '../reference/instrument-load.ts'
import { loadAgent } from '../runtime/agent-load.ts'
import { liveInstruments } from '../runtime/live-instruments.ts'
import { makeLiveSpec } from '../runtime/live-spec.ts'
import { playLive } from '../runtime/live-play.ts'
import type { CliCommand, CommandContext, CommandResult, Options } from './command.ts'
import { generatedMarket, tapeMarket } from './live/embedded-market.ts'
import { feedsOf } from './live/feeds.ts'
import { addSessionOptions, readFor, readSpeed, stopOnSignal } from './live/options.ts'
import { noteAlerts, sayReady, watchSession } from './live/progress.ts'
import { finish } from './live/result.ts'
import { tapePast } from './live/tape-past.ts'
import { Stage } from './live/stage.ts'
import { symbolsOf } from './live/symbols.ts'
import * as run from './run-options.ts'

/** A directory name that sorts by time. */
function stampedDir(): string {
  return `recordings/start/${new Date().toISOString().replaceAll(':', '').slice(0, 17)}Z`
}

export const command: CliCommand = {
  configure(command) {
    addSessionOptions(command)
    command
      .option('--agent <name|file.ts>', 'a reference agent or your own file', 'rsi-macd')
      .option('--speed <n>', 'run-clock seconds a second, 1 for a slow watch, or max', 'max')
      .option('--tape <dir>', 'play a tape of yours instead of the generated market')
      .option('--no-dashboard', 'no page in the browser (there is none in this version)')
  },
  run: (_, options, ctx) => start(options, ctx),
}

async function start(options: Options, ctx: CommandContext): Promise<CommandResult> {
  const dir = run.text(options, 'out') ?? stampedDir()
  const speed = readSpeed(options)
  const span = readFor(options)
  const config = run.readConfig(options)
  const agent = await loadAgent(run.text(options, 'agent') ?? 'rsi-macd')
  const tape = run.text(options, 'tape')
  const stop = stopOnSignal(ctx)
  const market =
    tape === undefined
      ? await generatedMarket(config.trading.symbols, (done, n) => ctx.progress.update(done, n, 'market'))
      : await tapeMarket(tape)
  ctx.progress.end()
  const to = span === undefined ? market.to : Math.min(market.to, market.from + span)
  const stage = await Stage.open(market, speed)
  try {
    const kits = stage.venues.map((v) => v.kit)
    const live = liveInstruments({
      symbols: await symbolsOf(config, tape),
      venues: [...new Set(kits.flatMap((k) => k.venues))],
      day: Math.floor(market.from / 86_400_000_000),
      table: instrumentTable(run.text(options, 'config')),
      base: config.risk.baseCurrency,
    })
    const brokers = kits.map((k) => ({ name: k.id, rules: k.rules }))
    const spec = makeLiveSpec({ config, agent, instruments: live, brokers, fees: kits[0]?.fees ?? 'none' })
    const past = await tapePast(market.tape, market.from, live.instruments)
    ctx.say(market.what)
    const { clock } = stage
    const played = await stage.during(
      playLive({
        ...{ place: { name: 'day', dir, raw: join(dir, 'raw') }, spec, config, agent, clock, mode: 'start' },
        ...{ generated: market.generated, resume: 2, until: to, stopped: stop.stopped },
        provenance: market.provenance,
        plug: (opened) => {
          const resumed = opened.engine !== undefined
          const context = { instruments: live.instruments, currencies: live.currencies, clock }
          const feeds = feedsOf(kits, live.instruments)
          const plugged = kits.map((kit, broker) =>
            kit.plug({
              context: { ...context, broker, feeds: feeds(broker) },
              dir,
              resumed,
              trades: true,
            }),
          )
          const own = plugged.flatMap((p) => p.past ?? [])
          return {
            brokers: plugged.map((p) => p.broker),
            sources: plugged.flatMap((p) => p.sources),
            past: [past, ...own],
          }
        },
        begun: (session, opened, ready) => {
          sayReady(ctx, ready)
          noteAlerts(ctx, opened)
          watchSession(ctx, session, clock, { from: market.from, to })
        },
      }),
    )
    ctx.progress.end()
    return await finish(played, ctx)
  } finally {
    stop.release()
    await stage.close()
    market.remove()
  }
}
