/**
 * One live session from its directory to its seal: opened or gone on with, warmed up, run until its time is over or
 * somebody stops it, ended in order, sealed. Which brokers and which clock it has is handed over; nothing here knows.
 */
import type { EffectiveConfig } from '../config/load.ts'
import { type Micros, SECOND } from '../core/base/time.ts'
import type { LoadedAgent } from './agent-load.ts'
import type { Machine } from './clock-watch.ts'
import { DayBook } from './live-days.ts'
import type { Opening } from './live-opening.ts'
import { type LiveRun, openLiveRun } from './live-run.ts'
import { type LiveSummary, sealPart, type SealTask } from './live-seal.ts'
import { LiveSession } from './live-session.ts'
import type { LiveSpec } from './live-spec.ts'
import type { Log } from './log.ts'
import type { Broker, Clock, MarketSource } from './ports.ts'
import { type RawLog, recordRaw } from './raw-log.ts'
import { logBrokers, logFeeds, logOutputs } from './session-log.ts'
import { type PastSource, type Readiness, type WarmUp, warmUp } from './warm-up.ts'

export interface LivePorts {
  /** In the order of the specification. */
  readonly brokers: readonly Broker[]
  readonly sources: readonly MarketSource[]
  /** Who knows past bars, own tapes first. */
  readonly past: readonly PastSource[]
}

/** Where a session is recorded. */
export interface PlayPlace {
  /** The part that begins or is gone on with, and its name in the chain. */
  readonly name: string
  readonly dir: string
  /** With what a new part opens; absent where a session begins. */
  readonly opening?: Opening | undefined
  /** Directory of the raw recordings of its adapters, by time; absent: none are kept. */
  readonly raw?: (t: Micros) => string
  /** Absent: the session is one part, however long it is. */
  readonly nextPart?: (t: Micros) => { readonly name: string; readonly dir: string }
  /** Absent: parts are sealed in this thread. */
  readonly sealLater?: (task: SealTask) => Promise<void>
}

export interface PlayOptions {
  readonly place: PlayPlace
  readonly spec: LiveSpec
  readonly config: EffectiveConfig
  readonly agent: LoadedAgent
  readonly mode: string
  /** The market is an emulator's or a generated one: no invented data pass for real. */
  readonly generated: boolean
  readonly clock: Clock
  /** Absent where the session's clock is one of its own. */
  readonly machine?: Machine
  /** 2 in modes that re-arm themselves. */
  readonly resume: 0 | 1 | 2
  /** On the session's clock; Infinity: until it is stopped. */
  readonly until: Micros
  /** Resolves when somebody wants the session to end; never before `begun`. */
  readonly stopped: Promise<unknown>
  /** `run.engine` has a past where the session goes on. */
  plug(run: LiveRun): LivePorts
  /** The session is about to begin. */
  begun?(session: LiveSession, run: LiveRun, ready: readonly Readiness[]): void
  /** Name of the feed where each part's market rows are to become a tape. */
  readonly tape?: string | undefined
  /** For people; the record is the journal. */
  readonly log: Log
  /** Further content of the manifest. */
  readonly provenance?: Readonly<Record<string, unknown>>
}

export interface Played {
  /** The part in which it ended. */
  readonly run: LiveRun
  readonly session: LiveSession
  readonly summary: LiveSummary
  /** Directories of the parts of this life. */
  readonly parts: readonly string[]
  readonly ready: readonly Readiness[]
  /** From the first event to the last, wall time. */
  readonly seconds: number
}

/** What is on its way when a session ends may take so long to be told. */
const ENDING: Micros = 10 * SECOND
/** A session that holds something must be protected soon (I-44): its warm-up may take so long, wall time. */
const PATIENCE_MS = 5000

export async function playLive(o: PlayOptions): Promise<Played> {
  const { spec, config, agent, clock, place } = o
  const run = openLiveRun({ dir: place.dir, spec, config, agent, opening: place.opening })
  const book = bookOf(o, run)
  const ports = o.plug(run)
  const { history, ready } = await past(o, run, ports)
  const { setup, header, sink } = run
  const session = new LiveSession({
    ...{ setup, header, sink, clock, sources: ports.sources, brokers: ports.brokers },
    ...(run.engine === undefined ? {} : { recovered: run.engine }),
    ...(o.machine === undefined ? {} : { machine: o.machine }),
    ...(place.nextPart === undefined ? {} : { days: book }),
  })
  book.follow(session)
  const raw = rawLogs(o, run, ports)
  logBeginning(o, run, ports, ready)
  o.begun?.(session, run, ready)
  const over = whenOver(session, o)
  const began = performance.now()
  session.start(o.resume, history)
  await over
  if (session.failure === undefined) await endInOrder(session, clock)
  await session.end()
  for (const log of raw) await log.close()
  const seconds = (performance.now() - began) / 1000
  // What failed is not sealed: the same command goes on with it.
  if (session.failure !== undefined) throw session.failure
  if (session.listenerFailed !== undefined) o.log.error('a listener failed', { error: session.listenerFailed.error })
  const figures = await book.end(session.engine)
  const { state, stopped, digest, fills } = figures
  o.log.info('session ended and sealed', { run: book.run.dir, state, stopped, fills, digest })
  const summary = { run: book.run.dir, ...figures, latency_ms: session.latency.figures() }
  return { run: book.run, session, summary, parts: book.parts, ready, seconds }
}

function logBeginning({ log, mode }: PlayOptions, run: LiveRun, ports: LivePorts, ready: readonly Readiness[]): void {
  log.info('session begins', { mode, run: run.dir, lineage: run.lineage })
  const { recovered } = run
  if (recovered !== undefined) {
    log.info('recovered from the journal', { inputs: recovered.inputs, events: recovered.events })
  }
  for (const { symbol, ...of } of ready) log.info(`warm-up ${symbol}`, of)
  logOutputs(log, run)
  logBrokers(log, ports.brokers)
  logFeeds(
    log,
    ports.sources,
    run.setup.instruments.map((i) => i.symbol),
  )
}

function rawLogs({ place, generated, clock }: PlayOptions, run: LiveRun, ports: LivePorts): RawLog[] {
  if (place.raw === undefined) return []
  const header = { instruments: run.setup.instruments, generated }
  return recordRaw(place.raw, [...ports.brokers, ...ports.sources], header, clock)
}

function bookOf(o: PlayOptions, run: LiveRun): DayBook {
  const { spec, config, agent, mode, generated, provenance, place } = o
  const oneDay = (): never => {
    throw new Error('a session of one part was asked for another')
  }
  const plan = {
    part: (t: Micros) => {
      const next = (place.nextPart ?? oneDay)(t)
      o.log.info('the risk day is over, a new part begins', { run: next.dir })
      return next
    },
    seal: { mode, agent, generated, ...(o.tape && { tape: o.tape }), ...(provenance && { provenance }) },
    sealLater: place.sealLater ?? sealPart,
    open: { spec, config, agent },
  }
  return new DayBook(plan, run, place.name, o.clock.now())
}

async function past(o: PlayOptions, run: LiveRun, ports: LivePorts): Promise<WarmUp> {
  const seenUntil = run.engine?.desk.t
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
