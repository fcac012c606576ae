/**
 * A session on the configured brokers, in the time of the wall: what `paper` and `record` share. One directory, one
 * lease for each account, parts by risk day; it goes on with whatever lies in its directory.
 */
import { join } from 'node:path'
import { take } from 'rxjs'
import { defaultConfigDir, type EffectiveConfig, loadConfig } from '../../config/load.ts'
import { type Environment, readEnvironment } from '../../config/environment.ts'
import type { Micros } from '../../core/base/time.ts'
import { stateDirOf } from '../../../adapters/kis/index.ts'
import { parseDay } from '../../core/base/time.ts'
import { instrumentTable } from '../../reference/instrument-load.ts'
import type { LoadedAgent } from '../../runtime/agent-load.ts'
import { buildId, recordedBuild } from '../../runtime/build.ts'
import { SystemClock } from '../../runtime/clock.ts'
import { clockSync } from '../../runtime/clock-sync.ts'
import { type Lease, takeLease } from '../../runtime/lease.ts'
import { type LiveInstruments, liveInstruments } from '../../runtime/live-instruments.ts'
import { openingAfter } from '../../runtime/live-opening.ts'
import { type LivePorts, type Played, playLive, type PlayPlace } from '../../runtime/live-play.ts'
import type { Log } from '../../runtime/log.ts'
import { sealLeft } from '../../runtime/live-left.ts'
import type { LiveRun } from '../../runtime/live-run.ts'
import type { SealOptions } from '../../runtime/live-seal.ts'
import type { LiveSession } from '../../runtime/live-session.ts'
import type { LiveSpec } from '../../runtime/live-spec.ts'
import type { MarketSource } from '../../runtime/ports.ts'
import { salvagePart } from '../../runtime/live-salvage.ts'
import { reopenPart } from '../../runtime/live-reopen.ts'
import { LOGS_DIR } from '../../runtime/run-dir.ts'
import type { CommandContext, Options } from '../command.ts'
import * as run from '../run-options.ts'
import { Door } from './door.ts'
import { feedsOf } from './feeds.ts'
import type { Supervision } from './heartbeat.ts'
import type { BrokerKit, PluggedBroker } from './kit.ts'
import { logged } from './logged.ts'
import { configuredKits } from './kits.ts'
import { ownTapes } from './own-tapes.ts'
import { adapterDir, nextPart, type Part, partsOf, riskDayName, stampedRoot } from './place.ts'
import { noteAlerts, sayFeeds, sayReady, watchSession } from './progress.ts'
import { readFor, stopOnSignal } from './options.ts'
import { sealInWorker } from './seal-worker.ts'
import { writeCard } from './session-cards.ts'

export interface Setting {
  readonly config: EffectiveConfig
  readonly env: Environment
  readonly kits: readonly BrokerKit[]
  readonly root: string
  readonly live: LiveInstruments
}

export interface RealSession {
  readonly mode: 'paper' | 'record'
  readonly agent: LoadedAgent
  readonly spec: LiveSpec
  readonly resume: 0 | 1 | 2
  readonly plug: (opened: LiveRun, plugged: readonly PluggedBroker[], clock: SystemClock) => LivePorts
  /** Adapters are plugged for orders too. */
  readonly trades: boolean
  /** nothing is opened, what is ours is sold, and it ends; without market data and without being told of orders. */
  readonly flattens?: boolean
  /** Told once the session begins; what it returns, once it is to end and once it did. */
  readonly watched?: Supervision
  /** Is what it shows an emulator's? */
  readonly generated: boolean
  /** Name of the feed where each day is to become a tape. */
  readonly tape?: string
}

export function readSetting(
  options: Options,
  mode: string,
  check: (s: Omit<Setting, 'live' | 'root'>) => void,
): Setting {
  const env = readEnvironment(process.cwd(), process.env)
  const dir = run.text(options, 'config') ?? defaultConfigDir(process.cwd())
  const config = loadConfig({ dir, sets: (options.set as string[] | undefined) ?? [], env })
  const kits = configuredKits(config, env)
  check({ config, env, kits })
  const root = run.text(options, 'out') ?? stampedRoot(mode)
  const live = liveInstruments({
    symbols: config.trading.symbols,
    venues: [...new Set(kits.flatMap((k) => k.venues))],
    // A session that is gone on with keeps the instruments of its first day.
    day: parseDay(partsOf(root)[0]?.name.slice(0, 10) ?? '') ?? Math.floor(Date.now() / 86_400_000),
    table: instrumentTable(run.text(options, 'config')),
    base: config.risk.baseCurrency,
  })
  return { config, env, kits, root, live }
}

export async function playReal(s: Setting, r: RealSession, options: Options, ctx: CommandContext): Promise<Played> {
  const span = readFor(options)
  const leases = takeLeases(s, r)
  const stop = stopOnSignal(ctx)
  const { card, remove } = writeCard(s.env, r.mode, s.root)
  let door: Door | undefined
  let sources: readonly MarketSource[] = []
  try {
    const clock = new SystemClock()
    const machine = { offset: () => clock.offset(), sync: () => clockSync() }
    const from = clock.now()
    const until = span === undefined ? Infinity : from + span
    const seal = { mode: r.mode, agent: r.agent, generated: r.generated, ...(r.tape && { tape: r.tape }) }
    const found = await placeOf(s, r, seal, from)
    // Parts are sealed while adapters live on: frames lie beside them, by the same day.
    const place = { ...found, raw: (t: Micros) => join(s.root, '.raw', riskDayName(t)) }
    const resume = resumeOf(s, r, ctx)
    const memory = adapterDir(s.root)
    ctx.say(
      `recording into ${s.root}; the same command with --out ${s.root} goes on with it; its log is in ${join(s.root, LOGS_DIR)}`,
    )
    const play = (log: Log): Promise<Played> =>
      playLive({
        ...{ log, place, spec: r.spec, config: s.config, agent: r.agent, mode: r.mode, generated: r.generated, clock },
        ...{ resume, machine, until, stopped: stop.stopped, tape: r.tape },
        plug: (opened) => {
          const context = { instruments: s.live.instruments, currencies: s.live.currencies, clock }
          const resumed = opened.engine !== undefined
          const feeds = feedsOf(s.kits, s.live.instruments)
          const plugged = s.kits.map((kit, broker) =>
            kit.plug({
              context: { ...context, broker, feeds: feeds(broker) },
              dir: memory,
              resumed,
              trades: r.trades,
              notices: r.flattens !== true,
            }),
          )
          const own = ownTapes({
            root: 'recordings',
            instruments: s.live.instruments,
            now: from,
            generated: r.generated,
          })
          const fed = r.plug(opened, plugged, clock)
          const all = { ...fed, past: [own, ...fed.past] }
          const ports = r.flattens === true ? { ...all, sources: [], past: [] } : all
          sources = ports.sources
          sayFeeds(ctx, s.live.instruments, sources)
          return ports
        },
        begun: (session, opened, ready) => {
          door = new Door(session, sources, card.socket)
          sayReady(ctx, ready)
          noteAlerts(ctx, opened)
          watchSession(ctx, session, clock, { from, to: until })
          if (r.flattens === true) flatten(session)
          const watched = r.watched?.(s.root, until)
          void stop.stopped.then(() => watched?.stopping())
          session.moments$.subscribe({ complete: () => watched?.ended(session.failure === undefined) })
        },
      })
    return await logged(s.root, play)
  } finally {
    door?.close()
    remove()
    stop.release()
    for (const lease of leases) lease.release()
    ctx.progress.end()
  }
}

/** Behind the input with which every life begins. */
function flatten(session: LiveSession): void {
  const failed = { type: 'system', fact: 'failed', value: 0 } as const
  session.moments$.pipe(take(1)).subscribe(() => session.input(failed))
}

/** Of a simulated account there is nothing to fight about. */
function takeLeases(s: Setting, r: RealSession): Lease[] {
  if (!r.trades) return []
  const dir = join(stateDirOf(s.env), 'leases')
  const facts = { what: `${r.mode} session`, root: s.root, since: new Date().toISOString(), build: buildId() }
  return s.kits.map((kit) => takeLease(dir, `${kit.id} ${kit.account}`, facts))
}

/** Goes on with the part that a crash left open, or opens one after the last; earlier ones are sealed first. */
async function placeOf(s: Setting, r: RealSession, seal: SealOptions, now: Micros): Promise<PlayPlace> {
  const parts = partsOf(s.root)
  const nextOf = (t: Micros): Part => nextPart(s.root, riskDayName(t))
  const open = { spec: r.spec, config: s.config, agent: r.agent }
  for (const part of parts.slice(0, -1)) if (!part.sealed) await sealLeft(part.dir, open, seal)
  const days = { nextPart: nextOf, sealLater: sealInWorker }
  const last = parts.at(-1)
  if (last === undefined) return { ...nextOf(now), ...days }
  if (!last.sealed) {
    const left = r.flattens === true ? salvagePart(last.dir, open) : undefined
    if (left === undefined) return { name: last.name, dir: last.dir, ...days }
    return { ...nextOf(now), opening: openingAfter(left.engine, last.name, left.digest), ...days }
  }
  // Its state at its end, by re-running it.
  const { engine, digest } = reopenPart(last.dir, open)
  return { ...nextOf(now), opening: openingAfter(engine, last.name, digest), ...days }
}

/** F-62: another build than the one that recorded it protects what is held, and opens when somebody has armed it. */
function resumeOf(s: Setting, r: RealSession, ctx: CommandContext): 0 | 1 | 2 {
  const last = partsOf(s.root).at(-1)
  const recorded = last === undefined ? undefined : recordedBuild(last.dir)
  if (r.resume < 2 || recorded === undefined || recorded === buildId()) return r.resume
  ctx.say(
    `recorded by build ${recorded}, this is ${buildId()}: stops and exits work, nothing is opened until "sametape arm"`,
  )
  return 1
}
