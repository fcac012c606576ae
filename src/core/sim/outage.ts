/**
 * Windows in which the venue answers nothing, by the clock: half-open, in microseconds UTC, sorted, apart from each
 * other. Its books go on: what rests there fills, and what has to be said of it is said when the window ends.
 *
 * `drop` – a command that arrives in the window is lost, nobody ever answers it. `delay` – it is taken when the window
 * ends, in the order in which such commands came.
 */
import type { Micros } from '../base/time.ts'

export const OUTAGE_KINDS = ['drop', 'delay'] as const

export interface Outage {
  readonly kind: (typeof OUTAGE_KINDS)[number]
  readonly from: Micros
  readonly to: Micros
}

/** The window that contains t. */
export function outageAt(outages: readonly Outage[], t: Micros): Outage | undefined {
  for (const o of outages) if (t >= o.from && t < o.to) return o
  return undefined
}
