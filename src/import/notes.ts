/** What a reader of an import's result should know besides its rows. */
import { dayOf } from '../core/base/time.ts'
import { joinedShares, rateDirection } from './listing.ts'
import type { RankedFile } from './merge.ts'
import type { Plan } from './plan.ts'
import type { StreamSink } from './stream-sink.ts'

/** Shares that a symbol joins, and rates whose direction could not be judged; refuses rates the wrong way round. */
export function listingNotes(plan: Plan, sinks: ReadonlyMap<string, StreamSink>): string[] {
  return [...sinks.values()].flatMap((sink) => {
    const { symbol, kind, rates } = sink.options
    if (sink.accepted === 0) return []
    const note =
      kind === 'fx'
        ? rateDirection(symbol, rates?.median() ?? Number.NaN, sink.first, sink.last)
        : joinedShares(symbol, plan.venue, dayOf(sink.first), dayOf(sink.last))
    return note === undefined ? [] : [note]
  })
}

/** What holds for many rows of a file and is better said once. */
export function fileNotes(files: readonly RankedFile[]): string[] {
  return files.flatMap(({ source, reading }) => [
    ...(reading.noisySizes === 0
      ? []
      : [
          `${source.name}: ${reading.noisySizes} sizes carry the rounding noise of binary arithmetic and were read as the nearest decimal of 12 digits (first: ${reading.firstNoise})`,
        ]),
    ...(reading.backwards * 2 < reading.rows || reading.rows < 4
      ? []
      : [`${source.name}: most rows go back in time; sort the file by time and import it again`]),
  ])
}
