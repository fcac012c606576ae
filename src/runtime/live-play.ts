/**
 * One live session from its directory to its seal: opened or gone on with, warmed up, run until its time is over or
 * somebody stops it, ended in order, sealed. Which brokers and which clock it has is handed over; nothing here knows.
 */
import type { EffectiveConfig } from '../config/load.ts'
import { type Micros, SECOND } from '../core/base/time.ts'
import type { LoadedAgent } from './agent-load.ts'
import { type LiveRun, type LiveSummary, openLiveRun, sealLiveRun } from './live-run.ts'
import { LiveSession } from './live-session.ts'
import type { LiveSpec } from './live-spec.ts'
import type { Broker, Clock, MarketSource } from './ports.ts'
import { type PastSource, type Readiness, type WarmUp, warmUp } from './warm-up.ts'

export interface LivePorts {
  /** In the order of the specification. */
  readonly brokers: readonly Broker[]
  readonly sources: readonly MarketSource[]
  /** Who knows past bars, own tapes first. */
  readonly past: readonly PastSource[]
}

export interface PlayOptions {
  readonly dir: string
  readonly spec: LiveSpec
  readonly config: EffectiveConfig
  readonly agent: LoadedAgent
  readonly mode: string
  /** The market is an emulator's or a generated one: no invented data pass for real. */
  readonly generated: boolean
  readonly clock: Clock
  /** 2 in modes that re-arm themselves. */
  readonly resume: 0 | 1 | 2
  /** On the session's clock; Infinity: until it is stopped. */
  readonly until: Micros
  /** Resolves when somebody wants the session to end; never before `begun`. */
  readonly stopped: Promise<unknown>
  plug(resumed: boolean): LivePorts
  /** The session is about to begin. */
  begun?(session: LiveSession, run: LiveRun, ready: readonly Readiness[]): void
  /** Further content of the manifest. */
  readonly provenance?: Readonly<Record<string, unknown>>
}

export interface Played {
  readonly run: LiveRun
  readonly session: LiveSession
  readonly summary: LiveSummary
  readonly ready: readonly Readiness[]
  /** From the first event to the last, wall time. */
  readonly seconds: number
}

/** What is on its way when a session ends may take so long to be told. */
const ENDING: Micros = 10 * SECOND
/** A session that holds something must be protected soon (I-44): its warm-up may take so long, wall time. */
const PATIENCE_MS = 5000

export async function playLive(o: PlayOptions): Promise<Played> {
  const run = openLiveRun({ dir: o.dir, spec: o.spec, config: o.config, agent: o.agent })
  const { recovered } = run
  const ports = o.plug(recovered !== undefined)
  const { history, ready } = await past(o, run, ports)
  const { setup, header, sink } = run
  const session = new LiveSession({
    ...{ setup, header, sink, clock: o.clock, sources: ports.sources, brokers: ports.brokers },
    ...(recovered === undefined ? {} : { recovered: recovered.engine }),
  })
  o.begun?.(session, run, ready)
  const over = whenOver(session, o)
  const began = performance.now()
  session.start(o.resume, history)
  await over
  if (session.failure === undefined) await endInOrder(session, o.clock)
  await session.end()
  const seconds = (performance.now() - began) / 1000
  // What failed is not sealed: the same command goes on with it.
  if (session.failure !== undefined) throw session.failure
  const { mode, agent, generated, provenance } = o
  const summary = await sealLiveRun(run, session, { mode, agent, generated, ...(provenance && { provenance }) })
  return { run, session, summary, ready, seconds }
}

async function past(o: PlayOptions, run: LiveRun, ports: LivePorts): Promise<WarmUp> {
  const seenUntil = run.recovered?.engine.desk.t
  const asked = warmUp({ setup: run.setup, sources: ports.past, now: o.clock.now(), seenUntil })
  if (seenUntil === undefined) return asked
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<WarmUp>((resolve) => {
    timer = setTimeout(() => resolve({ history: [], ready: [] }), PATIENCE_MS)
  })
  return Promise.race([asked, late]).finally(() => clearTimeout(timer))
}

/** Its time is over, somebody stopped it, the engine stopped by itself, or it failed. */
function whenOver(session: LiveSession, o: PlayOptions): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (session.engine.desk.state === 'STOPPED' || o.clock.now() >= o.until) resolve()
    }
    session.moments$.subscribe({ next: look, complete: resolve })
    void o.stopped.then(() => resolve())
  })
}

/** An ordinary end (`stop`): opening orders are taken back, and what becomes of them is waited for. */
function endInOrder(session: LiveSession, clock: Clock): Promise<void> {
  const { desk } = session.engine
  if (desk.state !== 'STOPPED') {
    session.input({ type: 'operator', action: 'stop', broker: -1, instrument: -1, value: 0, price: 0 })
  }
  return new Promise((resolve) => {
    const look = (): void => {
      if (desk.orders.live.length === 0) resolve()
    }
    clock.after(ENDING, resolve)
    session.moments$.subscribe({ next: look, complete: resolve })
    look()
  })
}
