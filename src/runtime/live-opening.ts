/**
 * How a part of a session opens: with the state in which the part before it ended, and that part's digest. So a day
 * verifies alone, and days verify as a chain. The record stream of a part begins anew.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { Failure } from '../cli/failure.ts'
import { Engine } from '../core/engine/engine.ts'
import type { RecordSink } from '../core/engine/records.ts'
import type { EngineSetup } from '../core/engine/setup.ts'
import { hashText } from '../tape/manifest.ts'
import { liveHeader, type LiveSpec } from './live-spec.ts'
import { DigestSink } from './record-sink.ts'

export const OPENING_NAME = 'opening.json'

const openingSchema = z.strictObject({
  /** The part before: its name, its digest, and how often it was gone on from. */
  after: z.strictObject({ part: z.string(), digest: z.string() }),
  snapshot: z.looseObject({}),
})

export type Opening = z.infer<typeof openingSchema>

/** The state of an engine between two events, for the part that follows. */
export function openingAfter(engine: Engine, part: string, digest: string): Opening {
  const snapshot = engine.snapshot() as { desk: { records: unknown } }
  // Texts and blocks of the part before are its own.
  snapshot.desk.records = { texts: [], total: 0, block: [] }
  return { after: { part, digest }, snapshot: JSON.parse(JSON.stringify(snapshot)) as Opening['snapshot'] }
}

export function writeOpening(dir: string, opening: Opening): void {
  writeFileSync(join(dir, OPENING_NAME), JSON.stringify(opening))
}

/** Undefined where a session begins with this part. */
export function readOpening(dir: string): Opening | undefined {
  const path = join(dir, OPENING_NAME)
  if (!existsSync(path)) return undefined
  const read = openingSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')))
  if (read.success) return read.data
  throw new Failure(`${path}: ${read.error.issues[0]?.message ?? 'unreadable'}; it was written by another version`)
}

/** First record of a part: the session's own header, and what it opens with. */
export function partHeader(spec: LiveSpec, opening: Opening | undefined): string {
  const header = liveHeader(spec)
  if (opening === undefined) return header
  const opens = { after: opening.after.digest, snapshot: hashText(JSON.stringify(opening.snapshot)) }
  return JSON.stringify({ opens, session: hashText(header) })
}

/** A part as it began, to be re-run: its engine before the first input, and what that says of itself. */
export function beginAgain(
  dir: string,
  spec: LiveSpec,
  setup: EngineSetup,
): { readonly engine: Engine; readonly sink: DigestSink } {
  const opening = readOpening(dir)
  const sink = new DigestSink()
  return { engine: openEngine(setup, partHeader(spec, opening), sink, opening), sink }
}

/** A fresh engine at the beginning of a part, its header written. */
export function openEngine(setup: EngineSetup, header: string, sink: RecordSink, opening: Opening | undefined): Engine {
  const engine = new Engine(setup, sink)
  if (opening !== undefined) engine.restore(structuredClone(opening.snapshot))
  engine.begin(header)
  return engine
}
