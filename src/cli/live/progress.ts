/** A running session on the terminal: a bar of its time with what it did so far, and what is worth a line. */
import { formatMicros, type Micros } from '../../core/base/time.ts'
import type { Instrument } from '../../core/domain/instrument.ts'
import type { LiveRun } from '../../runtime/live-run.ts'
import type { LiveSession } from '../../runtime/live-session.ts'
import type { Clock, MarketSource } from '../../runtime/ports.ts'
import type { Readiness } from '../../runtime/warm-up.ts'
import type { CommandContext } from '../command.ts'

export interface Span {
  readonly from: Micros
  /** Infinity where no end is known. */
  readonly to: Micros
}

/** Seconds of the run's clock are what the bar counts. */
const UNIT: Micros = 1_000_000

export function watchSession(ctx: CommandContext, session: LiveSession, clock: Clock, span: Span): void {
  session.moments$.subscribe(() => {
    const { desk } = session.engine
    const at = formatMicros(clock.now()).slice(0, 16).replace('T', ' ')
    const total = span.to === Infinity ? undefined : Math.round((span.to - span.from) / UNIT)
    const label = `${at}Z ${desk.state} ${desk.fillCount} fills`
    ctx.progress.update(Math.round((clock.now() - span.from) / UNIT), total, label)
  })
}

/** Critical alerts as they come (I-35). */
export function noteAlerts(ctx: CommandContext, run: LiveRun): void {
  run.graph.alerts$.subscribe((alerts) => {
    for (const { t, code, symbol, broker, critical } of alerts) {
      if (!critical) continue
      ctx.note(
        `${formatMicros(t).slice(0, 19)}Z alert ${[code, broker, symbol].filter((x) => x !== undefined).join(' ')}`,
      )
    }
  })
}

export function sayReady(ctx: CommandContext, ready: readonly Readiness[]): void {
  for (const { symbol, bars, ready_in, source, gap } of ready) {
    const when = ready_in === 0 ? 'ready at the first bar' : `ready in ${ready_in} bars (${gap})`
    ctx.say(`${symbol.padEnd(10)}${when}, ${bars} past bars of ${source}`)
  }
}

/** Feeds that do not deliver, each with what to do about it; only what changed is said. */
export function sayFeeds(
  ctx: CommandContext,
  instruments: readonly Instrument[],
  sources: readonly MarketSource[],
): void {
  const said = new Map<number, string>()
  for (const source of sources) {
    source.feeds$.subscribe((feeds) => {
      for (const { instrument, delay, note } of feeds) {
        if (note === PENDING || said.get(instrument) === `${delay} ${note}`) continue
        const first = !said.has(instrument)
        said.set(instrument, `${delay} ${note}`)
        if (first && note === '') continue
        ctx.note(`${source.id} ${instruments[instrument]?.symbol ?? ''}: ${delay}${note === '' ? '' : `, ${note}`}`)
      }
    })
  }
}

/** What a feed says of itself before it was asked for. */
const PENDING = 'not registered yet'
