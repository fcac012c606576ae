/**
 * How far back Yahoo's chart interface goes for each interval, and in which pieces it must be asked. Times in
 * microseconds UTC. Source: the interface's own answers ("… data not available … The requested range must be within
 * the last 60 days", "Only 7 days worth of 1m granularity data are allowed to be fetched per request").
 */
import { Failure } from '../../src/cli/failure.ts'
import { DAY, formatMicros, HOUR, type Micros, MINUTE } from '../../src/core/base/time.ts'

export type YahooInterval = '1d' | '1h' | '5m' | '1m'
export const YAHOO_INTERVALS: readonly YahooInterval[] = ['1d', '1h', '5m', '1m']

interface Reach {
  /** Days back from now; undefined: from the first day of trading. */
  readonly days: number | undefined
  /** Longest range of one request, in days; undefined: all at once. */
  readonly piece: number | undefined
  readonly length: Micros
}

const REACH: Readonly<Record<YahooInterval, Reach>> = {
  '1d': { days: undefined, piece: undefined, length: DAY },
  '1h': { days: 730, piece: undefined, length: HOUR },
  '5m': { days: 60, piece: undefined, length: 5 * MINUTE },
  '1m': { days: 30, piece: 7, length: MINUTE },
}

export function intervalLength(interval: YahooInterval): Micros {
  return REACH[interval].length
}

export interface Range {
  readonly from: Micros
  readonly to: Micros
}

/** In words, for help and messages. */
export function describeReach(interval: YahooInterval): string {
  const { days, piece } = REACH[interval]
  if (days === undefined) return `${interval} bars from the first day of trading on`
  return `${interval} bars of the last ${days} days${piece === undefined ? '' : `, ${piece} days a request`}`
}

/**
 * The requests that cover [from, to), oldest first. Without `from` as far back as the vendor goes. Throws Failure
 * (exit 2) for a range the vendor does not have.
 */
export function pieces(interval: YahooInterval, asked: Partial<Range>, now: Micros): Range[] {
  const { days, piece } = REACH[interval]
  const oldest = days === undefined ? 0 : now - days * DAY
  // An hour inside the edge: the vendor measures it at the moment of the request.
  const from = asked.from ?? (days === undefined ? 0 : oldest + HOUR)
  const to = Math.min(asked.to ?? now, now)
  if (from < oldest) {
    throw new Failure(
      `--from ${formatMicros(from)}: Yahoo has ${describeReach(interval)}, that is from ${formatMicros(oldest)} on; ask for a later start or a longer interval`,
      2,
    )
  }
  if (from >= to) throw new Failure(`--from ${formatMicros(from)} is not before --to ${formatMicros(to)}`, 2)
  const step = piece === undefined ? to - from : piece * DAY
  const ranges: Range[] = []
  for (let start = from; start < to; start += step) ranges.push({ from: start, to: Math.min(start + step, to) })
  return ranges
}
