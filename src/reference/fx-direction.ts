/**
 * Which way round a rate is quoted (F-38: USD/KRW is won for one dollar). A file the wrong way round would value every
 * position a million times off, so the median of its rates must lie where the instrument table says a rate of that
 * direction can; where it lies there only when inverted, the import is refused. Pairs without ranges pass with a note.
 */
import { Failure } from '../cli/failure.ts'
import { type EpochDay, formatDay } from '../core/base/time.ts'
import type { RateRange } from './instrument-file.ts'
import type { InstrumentTable } from './instrument-table.ts'

export interface Pair {
  readonly base: string
  readonly quote: string
}

/** USD/KRW, USD.KRW or USDKRW; undefined when the symbol is no pair. */
export function parsePair(symbol: string): Pair | undefined {
  const m = /^([A-Z]{3})[/._-]?([A-Z]{3,4})$/.exec(symbol.toUpperCase())
  return m === null ? undefined : { base: m[1] as string, quote: m[2] as string }
}

interface Bounds {
  readonly low: number
  readonly high: number
}

/** The union of the ranges that hold in a period; undefined when none does. */
function boundsOf(ranges: readonly RateRange[], from: EpochDay, to: EpochDay): Bounds | undefined {
  const then = ranges.filter((r) => r.from <= to && from <= r.to)
  if (then.length === 0) return undefined
  return { low: Math.min(...then.map((r) => r.low)), high: Math.max(...then.map((r) => r.high)) }
}

function boundsFor(table: InstrumentTable, { base, quote }: Pair, from: EpochDay, to: EpochDay): Bounds | undefined {
  for (const i of table.instruments) {
    if (i.product !== 'fx') continue
    const bounds = boundsOf(i.ranges, from, to)
    if (bounds === undefined) continue
    if (i.base === base && i.currency === quote) return bounds
    if (i.base === quote && i.currency === base) return { low: 1 / bounds.high, high: 1 / bounds.low }
  }
  return undefined
}

const shown = (x: number): string => String(Number(x.toPrecision(4)))
const within = (x: number, { low, high }: Bounds): boolean => x >= low && x <= high

/**
 * Checks the median rate of a period. Returns what should be said, undefined when all is well; throws Failure (2) when
 * the rates are those of the inverse pair.
 */
export function assertDirection(
  table: InstrumentTable,
  symbol: string,
  median: number,
  from: EpochDay,
  to: EpochDay,
): string | undefined {
  const pair = parsePair(symbol)
  if (pair === undefined) return `${symbol}: is no pair such as USD/KRW; which way round its rates are was not checked`
  const { base, quote } = pair
  const bounds = boundsFor(table, pair, from, to)
  if (bounds === undefined) {
    return `${symbol}: no plausible range is known from ${formatDay(from)} to ${formatDay(to)}; taken as ${quote} for one ${base}, unchecked`
  }
  if (within(median, bounds)) return undefined
  const plausible = `${shown(bounds.low)} to ${shown(bounds.high)} ${quote} for one ${base}`
  if (within(1 / median, bounds)) {
    throw new Failure(
      `${symbol}: the rates are the wrong way round: their median ${shown(median)} cannot be ${quote} for one ${base} (${plausible}), it is ${base} for one ${quote}; import them with --symbol ${quote}/${base}`,
      2,
    )
  }
  return `${symbol}: the median rate ${shown(median)} lies outside of what is plausible (${plausible}), either way round; check the unit, e.g. a rate for 100 ${base}`
}
