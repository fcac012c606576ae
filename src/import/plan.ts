/** Decisions over all files of an import, taken from what the first reading found: order, venue, interval, streams. */
import { Failure } from '../cli/failure.ts'
import { DAY } from '../core/base/time.ts'
import { calendarOf } from '../reference/calendars.ts'
import type { StreamKind } from '../tape/columns.ts'
import type { ImportRequest } from './csv-request.ts'
import { DAILY, type Interval } from './dating.ts'
import type { FileStream } from './file-rows.ts'
import { defaultVenue } from './listing.ts'
import { type RankedFile, rankFor } from './merge.ts'
import type { Shape } from './recognise.ts'

export function venueFor(request: ImportRequest, shape: Shape): string {
  return request.venue ?? defaultVenue(request.symbol, shape.venue)
}

/** What the first reading found out about the whole. */
export interface Plan {
  /** In the common order: first stamp, then content hash. */
  readonly files: readonly RankedFile[]
  readonly venue: string
  readonly interval: Interval
  readonly bareDates: boolean
  /** Stream keys, sorted. */
  readonly keys: readonly string[]
}

export function planOf(request: ImportRequest, readings: readonly RankedFile[]): Plan {
  const files = rankFor(undefined, readings)
  const venues = new Set(files.map((f) => venueFor(request, f.reading.shape)))
  if (venues.size > 1) {
    throw new Failure(
      `the files belong to different venues (${[...venues].sort().join(', ')}); import them apart or give --venue`,
      2,
    )
  }
  const venue = [...venues][0] as string
  const dated = files.filter((f) => streamsOf(f, ['bars', 'fx']).some((s) => s.rows > 0))
  const bare = dated.filter((f) => f.reading.bareDates)
  if (bare.length > 0 && bare.length < dated.length) {
    const other = dated.find((f) => !f.reading.bareDates) as RankedFile
    throw new Failure(
      `${(bare[0] as RankedFile).source.name} has bare dates, ${other.source.name} stamps with a time; one tape has bars of one interval, import them apart`,
      2,
    )
  }
  const bareDates = bare.length > 0
  const keys = [
    ...new Set(files.flatMap((f) => [...f.reading.streams].filter(([, s]) => s.rows > 0).map(([key]) => key))),
  ]
  return {
    files,
    venue,
    interval: intervalOf(request, venue, dated, bareDates),
    bareDates,
    keys: keys.sort(byCodePoint),
  }
}

function streamsOf(file: RankedFile, kinds: readonly StreamKind[]): FileStream[] {
  return [...file.reading.streams.values()].filter((s) => kinds.includes(s.kind))
}

/** --interval, else the smallest positive difference in the first file; bare dates are sessions. */
function intervalOf(request: ImportRequest, venue: string, dated: readonly RankedFile[], bareDates: boolean): Interval {
  const first = dated[0]
  if (first === undefined) return 'session'
  if (bareDates) {
    if (request.interval !== undefined && request.interval !== 'session') {
      throw new Failure(`--interval: ${first.source.name} has bare dates, which are sessions; leave --interval out`, 2)
    }
    return 'session'
  }
  const always = calendarOf(venue).always
  if (request.interval === 'session') return always ? DAY : 'session'
  if (request.interval !== undefined) return request.interval
  // Single quotations of a rate have no interval.
  if (!first.reading.shape.at.has('close') && streamsOf(first, ['bars']).length === 0) return 'session'
  const smallest = Math.min(...streamsOf(first, ['bars', 'fx']).map((s) => s.smallestStep))
  if (smallest === Infinity) {
    throw new Failure(`${first.source.name}: one bar alone does not show its interval; give it, e.g. --interval 1m`, 2)
  }
  return smallest >= DAILY && !always && venue !== 'FX' ? 'session' : smallest
}

function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
