/**
 * `sametape start`: a whole trading day, Seoul and then New York, on broker emulators in this process. Real servers, real
 * adapters, real sockets on loopback; emulators and engine share one clock, so the day plays in half a minute. At its
 * end the session is sealed, verified and summed up. No account, no key, no network.
 */
import { join } from 'node:path'
import { instrumentTable } from '../reference/instrument-load.ts'
import { readEnvironment } from '../config/environment.ts'
import type { EffectiveConfig } from '../config/load.ts'
import { dayOf } from '../core/base/time.ts'
import { type LoadedAgent, loadAgent } from '../runtime/agent-load.ts'
import { type LiveInstruments, liveInstruments } from '../runtime/live-instruments.ts'
import { makeLiveSpec } from '../runtime/live-spec.ts'
import type { Log } from '../runtime/log.ts'
import type { MarketSource } from '../runtime/ports.ts'
import { type Played, playLive } from '../runtime/live-play.ts'
import type { CliCommand, CommandContext, CommandResult, Options } from './command.ts'
import { Door } from './live/door.ts'
import { type EmbeddedMarket, generatedMarket, tapeMarket } from './live/embedded-market.ts'
import { feedsOf } from './live/feeds.ts'
import type { BrokerKit } from './live/kit.ts'
import { closeLeft } from './live/left.ts'
import { logged } from './live/logged.ts'
import { addSessionOptions, readFor, readSpeed, stopOnSignal } from './live/options.ts'
import { noteAlerts, sayReady, watchSession } from './live/progress.ts'
import { finish } from './live/result.ts'
import { writeCard } from './live/session-cards.ts'
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
  const agentName = run.text(options, 'agent') ?? 'rsi-macd'
  const wish = { speed: readSpeed(options), span: readFor(options), config: run.readConfig(options), dir }
  const agent = await loadAgent(agentName)
  const left = await closeLeft(dir, agentName, ctx)
  if (left !== undefined) return left
  const stop = stopOnSignal(ctx)
  const tape = run.text(options, 'tape')
  const { symbols } = wish.config.trading
  const market =
    tape === undefined
      ? await generatedMarket(symbols, (done, n) => ctx.progress.update(done, n, 'market'))
      : await tapeMarket(tape)
  ctx.progress.end()
  ctx.say(market.what)
  try {
    const of = { ...wish, agent, market, options, stopped: stop.stopped }
    const played = await logged(dir, (log) => play({ ...of, log }, ctx))
    ctx.progress.end()
    return await finish(played, ctx)
  } finally {
    stop.release()
    market.remove()
  }
}

interface Wish {
  readonly dir: string
  readonly speed: number
  readonly span: number | undefined
  readonly config: EffectiveConfig
  readonly agent: LoadedAgent
  readonly market: EmbeddedMarket
  readonly log: Log
  readonly options: Options
  readonly stopped: Promise<unknown>
}

async function play(w: Wish, ctx: CommandContext): Promise<Played> {
  const { market, config, agent, dir } = w
  const to = w.span === undefined ? market.to : Math.min(market.to, market.from + w.span)
  const stage = await Stage.open(market, w.speed)
  const { clock } = stage
  const kits = stage.venues.map((v) => v.kit)
  const { card, remove } = writeCard(readEnvironment(process.cwd(), process.env), 'start', dir)
  let door: Door | undefined
  let sources: readonly MarketSource[] = []
  try {
    const live = await instrumentsOf(w, kits)
    const brokers = kits.map((k) => ({ name: k.id, rules: k.rules }))
    const spec = makeLiveSpec({ config, agent, instruments: live, brokers, fees: kits[0]?.fees ?? 'none' })
    const past = await tapePast(market.tape, market.from, live.instruments)
    const session = playLive({
      ...{
        place: { name: 'day', dir, raw: () => join(dir, 'raw') },
        spec,
        config,
        agent,
        clock,
        log: w.log,
        mode: 'start',
        resume: 2,
        until: to,
      },
      ...{ generated: market.generated, stopped: w.stopped, provenance: market.provenance },
      plug: (opened) => {
        const context = { instruments: live.instruments, currencies: live.currencies, clock }
        const place = { dir, resumed: opened.engine !== undefined, trades: true, notices: true }
        const feeds = feedsOf(kits, live.instruments)
        const plugged = kits.map((kit, broker) =>
          kit.plug({ ...place, context: { ...context, broker, feeds: feeds(broker) } }),
        )
        stage.watch(plugged)
        sources = plugged.flatMap((p) => p.sources)
        return {
          brokers: plugged.map((p) => p.broker),
          sources,
          past: [past, ...plugged.flatMap((p) => p.past ?? [])],
        }
      },
      begun: (begun, opened, ready) => {
        door = new Door(begun, sources, card.socket)
        sayReady(ctx, ready)
        noteAlerts(ctx, opened)
        watchSession(ctx, begun, clock, { from: market.from, to })
      },
    })
    return await stage.during(session)
  } finally {
    door?.close()
    remove()
    await stage.close()
  }
}

async function instrumentsOf({ market, config, options }: Wish, kits: readonly BrokerKit[]): Promise<LiveInstruments> {
  return liveInstruments({
    symbols: await symbolsOf(config, run.text(options, 'tape')),
    venues: [...new Set(kits.flatMap((k) => k.venues))],
    day: dayOf(market.from),
    table: instrumentTable(run.text(options, 'config')),
    base: config.risk.baseCurrency,
  })
}
