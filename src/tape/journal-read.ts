/**
 * Reading a journal: every segment in order, every checksum, every chain value. Memory holds one frame and a reading
 * buffer, however long the journal is. A journal of many segments may be cut only in its last one.
 */
import type { ChainHasher } from './chain.ts'
import { JournalError } from './error.ts'
import type { JournalHeader } from './journal-format.ts'
import { type JournalFrame, type JournalStart, JournalWalk } from './journal-walk.ts'

export type { JournalFrame, JournalStart } from './journal-walk.ts'

/** What a whole journal comes to. */
export interface JournalEnd {
  readonly records: number
  /** Chain value behind the last record, hex. */
  readonly chain: string
  /** False where the last segment has no closing frame: the session goes on, or it crashed. */
  readonly closed: boolean
}

export interface RecoveryReport {
  /** The segment in which the intact part ends, its number, and the offset of the end. */
  readonly file: string
  readonly segment: number
  readonly offset: number
  /** Records of the intact part, over all segments. */
  readonly records: number
  /** Bytes behind the intact part, later segments included. */
  readonly droppedBytes: number
  /** Chain value behind the intact part, hex. */
  readonly chain: string
  /** True where the journal was closed in order and nothing is wrong with it. */
  readonly closed: boolean
  /** True where `file` is the last segment there is. */
  readonly inLastSegment: boolean
  /** Frames behind `offset` in `file` whose head and tables are intact: none behind a torn tail. */
  readonly framesBehind: number
  /** What is wrong at `offset`; undefined where the journal ends at the edge of a frame. */
  readonly what: string | undefined
}

/**
 * The header first, then every frame in order. Throws JournalError {file, offset, what} at the first damage. A journal
 * without its closing frame is damaged too, unless `unclosed` says that it is expected.
 */
export function* readJournal(
  dir: string,
  options: { readonly unclosed?: boolean } = {},
): Generator<JournalStart | JournalFrame, JournalEnd> {
  const walk = new JournalWalk(dir)
  yield* walk.items()
  if (!walk.closed && options.unclosed !== true) {
    throw new JournalError(
      walk.file,
      walk.offset,
      'the closing frame is missing: cut off, or the session was not closed',
    )
  }
  return { records: walk.records, chain: walk.hasher.value(), closed: walk.closed }
}

/** The longest intact prefix. Reads only; throws JournalError only when there is no journal to speak of. */
export function recoverJournal(dir: string): RecoveryReport {
  return scanJournal(dir).report
}

export interface Scan {
  readonly report: RecoveryReport
  /** In the state behind the intact part. */
  readonly hasher: ChainHasher
  readonly header: JournalHeader | undefined
}

export function scanJournal(dir: string): Scan {
  const walk = new JournalWalk(dir)
  let what: string | undefined
  try {
    for (const item of walk.items()) void item
  } catch (error) {
    if (!(error instanceof JournalError)) throw error
    what = error.what
  }
  const report = {
    file: walk.file,
    segment: walk.segment,
    offset: walk.offset,
    records: walk.records,
    droppedBytes: walk.bytesBehind(),
    chain: walk.hasher.value(),
    closed: walk.closed,
    inLastSegment: walk.inLastSegment,
    framesBehind: what === undefined ? 0 : walk.framesBehind(),
    what,
  }
  return { report, hasher: walk.hasher, header: walk.header }
}
