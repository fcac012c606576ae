/**
 * Recovery: the journal is the database. Its inputs are stepped through a fresh engine, every record that comes out is
 * held against what is on disk, and what the last event still owed is written on. Commands of the re-run are dropped:
 * those that were durable were sent, and what became of them the brokers will say; the others never left.
 */
import { Failure } from '../cli/failure.ts'
import type { Engine } from '../core/engine/engine.ts'
import type { RecordSink } from '../core/engine/records.ts'
import type { EngineSetup } from '../core/engine/setup.ts'
import { compareRecords } from './compare.ts'
import { type Opening, openEngine } from './live-opening.ts'
import { NO_TALLY, type Tally, tallyOf } from './live-tally.ts'
import { viewRecord } from './record-fields.ts'
import { resume, suspend } from './guard.ts'
import { recordedEvents } from './record-events.ts'
import { journalRecords } from './record-reader.ts'

/** A sink that checks what it is given against the journal, and from its end on hands it to another one. */
class Continuation implements RecordSink {
  readonly #recorded: Iterator<{ readonly words: Float64Array }>
  #left: number
  #next: RecordSink | undefined
  /** Blocks that begin in the journal and end behind it, kept until there is a sink for them. */
  #held: { bytes: Uint8Array; lengths: Uint16Array; count: number; closes: boolean }[] = []

  constructor(dir: string, records: number) {
    this.#recorded = journalRecords(dir, true)
    this.#left = records
  }

  block(bytes: Uint8Array, lengths: Uint16Array, count: number, closes: boolean): void {
    // A block may fill up within a handler of the agent: reading the journal then is not the agent's doing.
    const guard = suspend()
    this.#block(bytes, lengths, count, closes)
    resume(guard)
  }

  #block(bytes: Uint8Array, lengths: Uint16Array, count: number, closes: boolean): void {
    let at = 0
    let i = 0
    for (; i < count && this.#left > 0; i++, this.#left--) {
      const length = lengths[i] as number
      this.#check(new Float64Array(bytes.buffer, bytes.byteOffset + at, length / 8))
      at += length
    }
    // Wholly in the journal. Whether the mark of a block that ends there is too is not known; ending an ended block
    // changes nothing, so it is written again.
    if (i === count && !(closes && this.#left === 0)) return
    const rest = { bytes: bytes.slice(at), lengths: lengths.slice(i, count), count: count - i, closes }
    if (this.#next === undefined) this.#held.push(rest)
    else this.#next.block(rest.bytes, rest.lengths, rest.count, rest.closes)
  }

  #check(words: Float64Array): void {
    const item = this.#recorded.next()
    const recorded = item.done === true ? undefined : viewRecord(item.value.words)
    const difference = compareRecords(recorded, viewRecord(words), 0)
    if (difference === undefined) return
    throw new Failure(
      `the journal does not re-run to itself at event ${difference.seq}: ${difference.stream}.${difference.field} ` +
        `is ${difference.recorded}, re-run ${difference.replayed}; use the version that recorded it`,
      3,
    )
  }

  continueInto(next: RecordSink): void {
    this.#next = next
    for (const b of this.#held) next.block(b.bytes, b.lengths, b.count, b.closes)
    this.#held = []
  }
}

export class Recovered {
  readonly engine: Engine
  readonly inputs: number
  readonly events: number
  /** Counters with which the part began. */
  readonly opened: Tally
  readonly #sink: Continuation

  constructor(engine: Engine, sink: Continuation, opened: Tally, inputs: number, events: number) {
    this.engine = engine
    this.opened = opened
    this.#sink = sink
    this.inputs = inputs
    this.events = events
  }

  /** From here on the engine's records go there: first what the journal lacks of the last event. */
  continueInto(next: RecordSink): void {
    this.engine.records.flush()
    this.#sink.continueInto(next)
  }
}

/** Re-runs the `records` records of a session's journal. Throws Failure (3) when it does not re-run to itself. */
export function recoverEngine(
  dir: string,
  setup: EngineSetup,
  header: string,
  records: number,
  opening: Opening | undefined,
): Recovered {
  const sink = new Continuation(dir, records)
  const engine = openEngine(setup, header, sink, opening)
  const opened = opening === undefined ? NO_TALLY : tallyOf(engine.desk)
  let inputs = 0
  let events = 0
  for (const e of recordedEvents(journalRecords(dir, true))) {
    engine.step(e)
    engine.takeCommands()
    inputs++
    if (e.type === 'quote' || e.type === 'trade' || e.type === 'bar' || e.type === 'fx') events++
  }
  return new Recovered(engine, sink, opened, inputs, events)
}
