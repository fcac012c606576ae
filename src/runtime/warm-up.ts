/**
 * Warm-up: before decisions begin, the bars that the agent's indicators need are told as history. Own tapes are asked
 * first, then the feeds that will trade; what nobody has is named, with the number of bars until the symbol is ready.
 */
import { MINUTE, type Micros } from '../core/base/time.ts'
import { sessionElapsed } from '../core/data/freshness.ts'
import { makeIndicator } from '../core/data/indicators/known.ts'
import { type Calendar, SessionClock } from '../core/domain/calendar.ts'
import type { Subscription } from '../core/decision/agent.ts'
import { readParams } from '../core/decision/params.ts'
import { barLength } from '../core/engine/host.ts'
import type { EngineSetup } from '../core/engine/setup.ts'
import type { BarInbound, HistoryInbound } from './ports.ts'

export type PastBars = { readonly bars: readonly BarInbound[] } | { readonly failure: string }

/** Somebody who knows past minutes of an instrument, oldest first, none that is not over. */
export interface PastSource {
  readonly name: string
  minutes(instrument: number, from: Micros): Promise<PastBars>
}

/** What the agent's indicators need before they say anything. */
export interface WarmUpNeed {
  /** Length of their bars. */
  readonly length: Micros
  readonly bars: number
}

export interface Readiness {
  readonly symbol: string
  /** Bars of the past, of the agent's length. */
  readonly bars: number
  /** Bars until its indicators have values; 0: the first completed bar finds them warm. */
  readonly ready_in: number
  readonly source: string
  /** What could not be had; empty when nothing is missing. */
  readonly gap: string
}

export interface WarmUp {
  readonly history: readonly HistoryInbound[]
  readonly ready: readonly Readiness[]
}

/** More bars than any indicator of ours can need. */
const MOST = 10_000
/** Averages of the whole past forget their beginning slowly: so many times the bars they need are asked for. */
const GENEROUS = 4
/** Nights, weekends and holidays lie between the bars that are asked for. */
const LOOK_BACK: Micros = 7 * 24 * 60 * MINUTE

/** By feeding the indicators bars of a made-up price until all of them say something. */
export function warmUpNeed(setup: EngineSetup): WarmUpNeed {
  const wish: Subscription = setup.agent.subscribe(readParams(setup.agent.params ?? {}, setup.agentParams))
  const first = wish.bars?.[0]
  const length = first === undefined || first === 'tape' ? MINUTE : barLength(first)
  const indicators = (wish.indicators ?? []).map((spec) => makeIndicator(spec))
  for (let n = 0; n < MOST; n++) {
    if (indicators.every((i) => i.ready)) return { length, bars: n }
    const price = 100 + (n % 7)
    const bar = { open: price, high: price + 1, low: price - 1, close: price, volume: 1, session: 0 }
    for (const indicator of indicators) indicator.update(bar)
  }
  return { length, bars: MOST }
}

export interface WarmUpPlace {
  readonly setup: EngineSetup
  readonly sources: readonly PastSource[]
  readonly now: Micros
  /** Until when the engine has seen the market itself, when it goes on with a session. */
  readonly seenUntil: Micros | undefined
}

export async function warmUp(place: WarmUpPlace): Promise<WarmUp> {
  const { setup, now, seenUntil } = place
  const need = warmUpNeed(setup)
  const traded = setup.instruments.filter((i) => i.venue !== 'FX')
  const from = seenUntil === undefined ? now - LOOK_BACK : (Math.floor(seenUntil / need.length) + 1) * need.length
  const history: HistoryInbound[] = []
  const ready: Readiness[] = []
  for (const { id, symbol } of traded) {
    const wanted = seenUntil === undefined ? (need.bars * GENEROUS * need.length) / MINUTE : Infinity
    const clock = new SessionClock(setup.calendars[id] as Calendar)
    const isRecent = (last: Micros): boolean => sessionElapsed(clock, last, now) <= 2 * need.length
    const found = need.bars === 0 ? nothing : await ask(place.sources, { id, from, now, wanted, isRecent })
    const minutes = found.bars.slice(wanted === Infinity ? 0 : -wanted)
    history.push(...minutes.map(toHistory))
    const bars = new Set(minutes.map((b) => Math.floor(b.start / need.length))).size
    // A session that goes on is as warm as it was.
    const missing = seenUntil === undefined ? Math.max(0, need.bars - bars) : 0
    ready.push({ symbol, bars, ready_in: missing, source: found.source, gap: missing > 0 ? found.failure : '' })
  }
  return { history: history.sort((a, b) => a.end - b.end || a.instrument - b.instrument), ready }
}

interface Found {
  readonly bars: readonly BarInbound[]
  readonly source: string
  readonly failure: string
}

const nothing: Found = { bars: [], source: 'none', failure: '' }

interface Wanted {
  readonly id: number
  readonly from: Micros
  readonly now: Micros
  readonly wanted: number
  /** Does a past that ends there reach up to now? */
  readonly isRecent: (last: Micros) => boolean
}

/** In their order until there is enough that reaches up to now; a minute is taken from the first who has it. */
async function ask(sources: readonly PastSource[], { id, from, now, wanted, isRecent }: Wanted): Promise<Found> {
  const minutes = new Map<Micros, BarInbound>()
  const used: string[] = []
  const failures = sources.length === 0 ? ['no source of past bars'] : []
  let last: Micros = 0
  for (const source of sources) {
    const answer = await source.minutes(id, from)
    if ('failure' in answer) failures.push(`${source.name}: ${answer.failure}`)
    const bars = 'failure' in answer ? [] : answer.bars.filter((b) => b.start >= from && b.t <= now)
    const added = bars.filter((b) => !minutes.has(b.start))
    for (const bar of added) minutes.set(bar.start, bar)
    if (added.length > 0) used.push(source.name)
    else if (!('failure' in answer)) failures.push(`${source.name} has ${bars.length} minutes`)
    last = Math.max(last, ...added.map((b) => b.t))
    if (minutes.size >= wanted && isRecent(last)) break
  }
  const bars = [...minutes.values()].sort((x, y) => x.start - y.start)
  return { bars, source: used.length === 0 ? 'none' : used.join(' and '), failure: failures.join('; ') }
}

function toHistory({ t, start, instrument, open, high, low, close, volume }: BarInbound): HistoryInbound {
  return { type: 'history', start, end: t, instrument, open, high, low, close, volume }
}
