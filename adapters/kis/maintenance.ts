/**
 * Planned windows: inside one the engine counts no failure and opens nothing. KIS publishes no nightly schedule
 * (reference 9.2), so there is none by default; whoever knows theirs configures it.
 */
import { DAY, type Micros } from '../../src/core/base/time.ts'
import type { Clock } from '../../src/runtime/ports.ts'
import { kstTimeOfDay } from './kst.ts'
import type { Window } from './settings.ts'

function contains({ from, to }: Window, of: Micros): boolean {
  return from <= to ? of >= from && of < to : of >= from || of < to
}

/** Time from `of` to the next moment at which a window begins or ends. */
function untilNext(windows: readonly Window[], of: Micros): Micros {
  const edges = windows.flatMap(({ from, to }) => [from, to])
  return Math.min(...edges.map((edge) => (edge - of + DAY) % DAY || DAY))
}

/** Tells of every beginning and end, and at once when a window is on. */
export function keepWindows(
  windows: readonly Window[],
  clock: Clock,
  tell: (link: 'planned' | 'plannedEnd') => void,
): { stop(): void } {
  let inside = false
  let cancel: () => void = () => undefined
  const look = (): void => {
    const of = kstTimeOfDay(clock.now())
    const now = windows.some((w) => contains(w, of))
    if (now !== inside) tell(now ? 'planned' : 'plannedEnd')
    inside = now
    cancel = clock.after(untilNext(windows, of), look)
  }
  if (windows.length > 0) cancel = clock.after(0, look)
  return { stop: () => cancel() }
}
