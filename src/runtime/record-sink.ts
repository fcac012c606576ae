/**
 * Where the engine's records go: into the digest always, into the journal as its mode says. `full` keeps every record;
 * `refs` keeps what is not a row of a tape, with a checkpoint of the digest at intervals; `none` keeps nothing.
 */
import { FIRST_NUMBERED, type RecordSink } from '../core/engine/records.ts'
import { ChainHasher } from '../tape/chain.ts'
import { resume, suspend } from './guard.ts'

export type JournalMode = 'full' | 'refs' | 'none'

/** What the sink needs of a journal. */
export interface JournalTarget {
  append(payload: Uint8Array, lengths: Uint16Array, count: number, closesBlock: boolean): void
  /** Chain value so far, hex: of a full journal it is the digest itself. */
  chain(): string
}

/** Takes the records of one block that a journal of this mode keeps. */
export type KeepRecords = (bytes: Uint8Array, lengths: Uint16Array, count: number, closes: boolean) => void

/** Kind of a checkpoint row in a `refs` journal: [head, blocks closed, records so far, 32 bytes of digest]. */
export const CHECKPOINT = 62
const CHECKPOINT_WORDS = 7
const CHECKPOINT_BLOCKS = 16

export class DigestSink implements RecordSink {
  readonly #chain: ChainHasher | undefined
  readonly #chained: (() => string) | undefined
  readonly #keep: KeepRecords | undefined
  readonly #tap: KeepRecords | undefined
  blocks = 0
  records = 0

  /**
   * `keep` gets the blocks as they are; `tap` lets output streams look at them. `chained`: whoever keeps the blocks
   * hashes them in the same chain, so they are not hashed twice.
   */
  constructor(keep?: KeepRecords, tap?: KeepRecords, chained?: () => string) {
    this.#chained = chained
    this.#chain = chained === undefined ? new ChainHasher() : undefined
    this.#keep = keep
    this.#tap = tap
  }

  block(bytes: Uint8Array, lengths: Uint16Array, count: number, closes: boolean): void {
    const guard = suspend()
    this.#chain?.update(bytes)
    this.records += count
    if (closes) {
      this.#chain?.closeBlock()
      this.blocks++
    }
    this.#keep?.(bytes, lengths, count, closes)
    this.#tap?.(bytes, lengths, count, closes)
    resume(guard)
  }

  /** The digest so far, hex. */
  digest(): string {
    return this.#chained?.() ?? (this.#chain as ChainHasher).value()
  }
}

const SLOTS = 65_536

/** Keeps the numbered rows of a stream and writes them on in blocks of their own. */
export class RefsFilter {
  readonly #out = new Uint8Array(SLOTS)
  readonly #words = new Float64Array(this.#out.buffer)
  readonly #lengths = new Uint16Array(SLOTS / 8)
  readonly #target: KeepRecords
  #used = 0
  #count = 0
  #blocks = 0
  #records = 0

  constructor(target: KeepRecords) {
    this.#target = target
  }

  block(bytes: Uint8Array, lengths: Uint16Array, count: number, closes: boolean, digest: () => string): void {
    const words = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8)
    let at = 0
    for (let i = 0; i < count; i++) {
      const length = lengths[i] as number
      const kind = (words[at / 8] as number) % 256
      if (kind >= FIRST_NUMBERED) this.#put(bytes, at, length)
      at += length
    }
    this.#records += count
    if (!closes) return
    this.#blocks++
    if (this.#blocks % CHECKPOINT_BLOCKS === 0) this.#checkpoint(digest())
  }

  #put(bytes: Uint8Array, at: number, length: number): void {
    if (this.#used + length > SLOTS) this.flush(true)
    this.#out.set(bytes.subarray(at, at + length), this.#used)
    this.#used += length
    this.#lengths[this.#count++] = length
  }

  #checkpoint(digest: string): void {
    const length = CHECKPOINT_WORDS * 8
    if (this.#used + length > SLOTS) this.flush(true)
    const at = this.#used / 8
    this.#words[at] = CHECKPOINT
    this.#words[at + 1] = this.#blocks
    this.#words[at + 2] = this.#records
    this.#out.set(Buffer.from(digest, 'hex'), this.#used + 24)
    this.#used += length
    this.#lengths[this.#count++] = length
  }

  flush(closes: boolean): void {
    if (this.#count > 0) this.#target(this.#out.subarray(0, this.#used), this.#lengths, this.#count, closes)
    this.#used = 0
    this.#count = 0
  }
}

/** The record sink of a run with its journal. `flush` at the end hands over what is left. */
export function journaledSink(mode: JournalMode, journal: JournalTarget | undefined, tap?: KeepRecords) {
  if (mode === 'none' || journal === undefined) return { sink: new DigestSink(undefined, tap), flush: () => undefined }
  if (mode === 'full') {
    const keep: KeepRecords = (bytes, lengths, count, closes) => journal.append(bytes, lengths, count, closes)
    return { sink: new DigestSink(keep, tap, () => journal.chain()), flush: () => undefined }
  }
  const filter = new RefsFilter((bytes, lengths, count, closes) => journal.append(bytes, lengths, count, closes))
  const sink: DigestSink = new DigestSink(
    (bytes, lengths, count, closes) => filter.block(bytes, lengths, count, closes, () => sink.digest()),
    tap,
  )
  return { sink, flush: () => filter.flush(true) }
}
