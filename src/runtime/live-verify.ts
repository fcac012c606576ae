/** Verifies a live session from its journal alone: its inputs through the unchanged engine must give the same records. */
import { loadConfig } from '../config/load.ts'
import { Comparison, type Difference, type WatchRecord } from './compare.ts'
import type { LoadedAgent } from './agent-load.ts'
import { openEngine, partHeader, readOpening } from './live-opening.ts'
import { liveSetsOf, liveSetup, type LiveSpec } from './live-spec.ts'
import { recordedEvents } from './record-events.ts'
import { journalRecords } from './record-reader.ts'

export interface LiveVerification {
  readonly digest: string
  readonly events: number
  readonly first: Difference | undefined
}

export function rerunLive(
  dir: string,
  spec: LiveSpec,
  agent: LoadedAgent,
  progress?: (events: number) => void,
  watch?: WatchRecord,
): LiveVerification {
  const config = loadConfig({ dir: undefined, sets: liveSetsOf(spec), env: {} })
  const comparison = new Comparison(journalRecords(dir), false, watch)
  const opening = readOpening(dir)
  const setup = liveSetup(spec, config, agent)
  const engine = openEngine(setup, partHeader(spec, opening), comparison.sink, opening)
  let events = 0
  for (const e of recordedEvents(journalRecords(dir))) {
    engine.step(e)
    engine.takeCommands()
    if (e.type === 'quote' || e.type === 'trade' || e.type === 'bar' || e.type === 'fx') events++
    if (events % 4096 === 0) progress?.(events)
  }
  engine.records.flush()
  comparison.finish()
  return { digest: comparison.sink.digest(), events, first: comparison.first }
}
