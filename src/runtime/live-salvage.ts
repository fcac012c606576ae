/**
 * A part whose engine fails at one of its inputs fails there again at every re-run: nobody can go on with it. What it held
 * before that input is still there, and so is what became of it at the brokers: its supervisor opens a part of its own
 * with that state, to end it. The failed part stays as it is, as evidence.
 */
import type { Engine } from '../core/engine/engine.ts'
import { beginAgain } from './live-opening.ts'
import type { OpenOptions } from './live-run.ts'
import { liveSetup } from './live-spec.ts'
import { recordedEvents } from './record-events.ts'
import { journalRecords } from './record-reader.ts'

export interface Salvaged {
  readonly engine: Engine
  readonly digest: string
}

/** Undefined where the part re-runs to its end. */
export function salvagePart(dir: string, o: Omit<OpenOptions, 'dir' | 'opening'>): Salvaged | undefined {
  const { inputs, failed } = rerun(dir, o, Infinity)
  if (!failed) return undefined
  const { engine, sink } = rerun(dir, o, inputs)
  engine.records.flush()
  return { engine, digest: sink.digest() }
}

/** Steps up to `most` inputs, and says how many went well. */
function rerun(dir: string, o: Omit<OpenOptions, 'dir' | 'opening'>, most: number) {
  const { engine, sink } = beginAgain(dir, o.spec, liveSetup(o.spec, o.config, o.agent))
  let inputs = 0
  try {
    for (const e of recordedEvents(journalRecords(dir, true))) {
      if (inputs === most) break
      engine.step(e)
      engine.takeCommands()
      inputs++
    }
  } catch (error) {
    // Whatever it is: what matters here is where. The engine's own life told of it.
    return { engine, sink, inputs, failed: error !== undefined }
  }
  return { engine, sink, inputs, failed: false }
}
