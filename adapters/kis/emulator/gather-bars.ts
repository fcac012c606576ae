/** Longer bars out of shorter ones, newest first as KIS lists them. */
import type { Bar } from './board.ts'

/** One bar for each run of bars of one key, dated by its newest. */
export function gathered(newestFirst: readonly Bar[], keyOf: (bar: Bar) => string | number): Bar[] {
  const out: Bar[] = []
  let key: string | number | undefined
  for (const bar of newestFirst) {
    const next = keyOf(bar)
    const last = out.at(-1)
    if (last === undefined || next !== key) {
      out.push({ ...bar })
      key = next
      continue
    }
    last.open = bar.open
    last.high = Math.max(last.high, bar.high)
    last.low = Math.min(last.low, bar.low)
    last.volume += bar.volume
    last.amount += bar.amount
  }
  return out
}
