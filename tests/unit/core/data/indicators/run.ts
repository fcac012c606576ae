/** Feeds bars to an indicator and collects its columns. */
import type { IndicatorBar } from '../../../../../src/core/data/indicators/indicator.ts'
import { makeIndicator } from '../../../../../src/core/data/indicators/known.ts'

export function run(spec: string, bars: readonly IndicatorBar[]): ReadonlyMap<string, readonly number[]> {
  const indicator = makeIndicator(spec)
  const columns = indicator.outputs.map((name) => [name, [] as number[]] as const)
  for (const bar of bars) {
    indicator.update(bar)
    for (const [i, [, values]] of columns.entries()) values.push(indicator.value(i))
  }
  return new Map(columns)
}

export function bar(close: number, high = close, low = close, volume = 1, session = 1): IndicatorBar {
  return { open: close, high, low, close, volume, session }
}

/** Largest |a − b| / max(|b|, 1e-3 · largest |b|) over rows from `from` on; Infinity where one is NaN and one not. */
export function worst(a: readonly number[], b: readonly number[], from = 0): number {
  if (a.length !== b.length) return Infinity
  const scale = b.reduce((most, x) => (Math.abs(x) > most ? Math.abs(x) : most), 0)
  let error = 0
  for (let i = from; i < a.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number]
    if (Number.isNaN(x) !== Number.isNaN(y)) return Infinity
    if (!Number.isNaN(x)) error = Math.max(error, Math.abs(x - y) / Math.max(Math.abs(y), 1e-3 * scale))
  }
  return error
}
