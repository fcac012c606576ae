/** The state in which a sealed part ended, found by re-running it: what the part after it opens with. */
import { Failure } from '../cli/failure.ts'
import type { Engine } from '../core/engine/engine.ts'
import type { OpenOptions } from './live-run.ts'
import { readLivePart } from './live-run.ts'
import { beginAgain } from './live-opening.ts'
import { liveSetup } from './live-spec.ts'
import { recordedEvents } from './record-events.ts'
import { journalRecords } from './record-reader.ts'

/** Throws Failure (3) when it does not re-run to the digest it was sealed with. */
export function reopenPart(
  dir: string,
  o: Omit<OpenOptions, 'dir' | 'opening'>,
): { readonly engine: Engine; readonly digest: string } {
  const { digest } = readLivePart(dir, o.spec)
  const { engine, sink } = beginAgain(dir, o.spec, liveSetup(o.spec, o.config, o.agent))
  for (const e of recordedEvents(journalRecords(dir))) {
    engine.step(e)
    engine.takeCommands()
  }
  engine.records.flush()
  if (sink.digest() === digest) return { engine, digest }
  throw new Failure(`${dir}: does not re-run to its digest; "sametape verify ${dir}" shows where, go on elsewhere`, 3)
}
