/**
 * The journal of a running session: append-only segments `000001.stj`, `000002.stj`, … in one directory, written
 * synchronously. Frames gather in memory until `flush` (written) or `sync` (durable); what was not synced may be lost
 * in a crash, what was is found again by `resume`. Layout: `journal-format.ts`; reading: `journal-read.ts`.
 */
import { closeSync, fdatasyncSync, mkdirSync, openSync, readdirSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { ChainHasher } from './chain.ts'
import { crc32cWords } from './crc32c.ts'
import { JournalError } from './error.ts'
import {
  encodeFrameHead,
  encodeSegmentHead,
  FLAG_CLOSES_BLOCK,
  FLAG_CLOSES_SEGMENT,
  type FrameHead,
  FrameMemory,
  frameLayout,
  type JournalHeader,
  MAX_FRAME_PAYLOAD,
  MAX_FRAME_RECORDS,
  segmentName,
} from './journal-format.ts'
import { type RecoveryReport, scanJournal } from './journal-read.ts'
import { prepareResume, syncDirectory } from './journal-resume.ts'
import { isDiskFull, Spare } from './spare.ts'

export type { JournalHeader } from './journal-format.ts'
export type { RecoveryReport } from './journal-read.ts'

export interface JournalOptions {
  /** A segment is closed when it has grown to this many bytes; default 128 MiB. */
  readonly segmentBytes?: number
  /** Disk space kept for the end (F-63), in bytes; default none. */
  readonly spareBytes?: number
}

export interface ResumeOptions extends JournalOptions {
  /** Go on although intact frames behind the damage are given up. */
  readonly acceptLoss?: boolean
}

const SEGMENT_BYTES = 128 * 1024 * 1024
/** Buffered frames are written when they have grown to this; it bounds what a `flush` has to do. */
const BUFFER_BYTES = 1 << 20

interface Start {
  readonly dir: string
  readonly header: JournalHeader
  readonly segment: number
  readonly records: number
  readonly hasher: ChainHasher
  readonly options: JournalOptions
}

export class JournalWriter {
  readonly #dir: string
  readonly #header: JournalHeader
  readonly #segmentBytes: number
  readonly #hasher: ChainHasher
  readonly #spare: Spare | undefined
  #memory = new FrameMemory(BUFFER_BYTES)
  #buffered = 0
  #segment: number
  #file = ''
  #fd = -1
  #inSegment = 0
  #records: number
  #synced = true
  /** Set when a write failed: what is on disk is then known only to a reader. */
  #broken = false

  private constructor(start: Start) {
    this.#dir = start.dir
    this.#header = start.header
    this.#segmentBytes = start.options.segmentBytes ?? SEGMENT_BYTES
    const spare = start.options.spareBytes ?? 0
    this.#spare = spare > 0 ? new Spare(start.dir, spare) : undefined
    this.#hasher = start.hasher
    this.#segment = start.segment
    this.#records = start.records
    this.#openSegment()
  }

  /** A new journal; the directory must not hold one. `header` goes into every segment. */
  static create(dir: string, header: JournalHeader, options: JournalOptions = {}): JournalWriter {
    mkdirSync(dir, { recursive: true })
    if (readdirSync(dir).some((name) => name.endsWith('.stj'))) {
      throw new JournalError(
        join(dir, segmentName(1)),
        0,
        'a journal is there already; resume it or name another directory',
      )
    }
    return new JournalWriter({ dir, header, segment: 1, records: 0, hasher: new ChainHasher(), options })
  }

  /**
   * Goes on after a crash (or after `close`): the torn tail is kept beside the segment as `….torn`, the segment is
   * cut to its intact frames and closed, and a new segment goes on in the chain. Damage with intact frames behind it
   * is not a torn tail, since those may have been synced: it is refused unless the loss is accepted.
   */
  static resume(dir: string, options: ResumeOptions = {}): { writer: JournalWriter; recovered: RecoveryReport } {
    const { report, hasher, header } = scanJournal(dir)
    const { file, offset, what, framesBehind } = report
    if (header === undefined || !report.inLastSegment) {
      throw new JournalError(file, offset, `${what ?? 'the journal has no head'}; it cannot be resumed`)
    }
    if (framesBehind > 0 && options.acceptLoss !== true) {
      const behind = `${framesBehind} intact ${framesBehind === 1 ? 'frame follows' : 'frames follow'} the damage`
      throw new JournalError(file, offset, `${what}; ${behind}, so this is no torn tail and it is not resumed`)
    }
    const next = prepareResume(dir, report, hasher)
    const writer = new JournalWriter({ dir, header, segment: next, records: report.records, hasher, options })
    return { writer, recovered: report }
  }

  /** Records appended since the journal began. */
  get records(): number {
    return this.#records
  }

  /** The disk is full: what is written now goes into the spare space, and it is time to come to an end. */
  get low(): boolean {
    return this.#spare?.released ?? false
  }

  /** Chain value so far, hex. */
  chain(): string {
    return this.#hasher.value()
  }

  /**
   * One frame of `count` records laid end to end in `payload`; `lengths[i]` are their byte lengths, multiples of 8.
   * `closesBlock`: the digest block ends with this frame. Nothing of the arguments is kept.
   */
  append(payload: Uint8Array, lengths: Uint16Array, count: number, closesBlock: boolean): void {
    // A block may end behind a flush: then its mark comes in a frame without records.
    if (count < (closesBlock ? 0 : 1) || count > MAX_FRAME_RECORDS || payload.length > MAX_FRAME_PAYLOAD) {
      throw new RangeError(`a frame of ${count} records and ${payload.length} bytes`)
    }
    const layout = frameLayout(count, payload.length)
    const at = this.#reserve(layout.bytes)
    const { bytes, words } = this.#memory
    bytes.set(payload, at + layout.payloadAt)
    bytes.fill(0, at + layout.lengthsAt, at + layout.payloadAt)
    const lengthsOut = new Uint16Array(bytes.buffer, at + layout.lengthsAt, count)
    let word = (at + layout.payloadAt) / 4
    const crcs = (at + layout.crcsAt) / 4
    let total = 0
    for (let i = 0; i < count; i++) {
      const length = lengths[i] as number
      total += length
      if (length === 0 || length % 8 !== 0 || total > payload.length) {
        throw new RangeError(`record ${i} of the frame has ${length} bytes, ${total} so far of ${payload.length}`)
      }
      lengthsOut[i] = length
      words[crcs + i] = crc32cWords(words, word, word + length / 4)
      word += length / 4
    }
    if (total !== payload.length) throw new RangeError(`the records have ${total} bytes, the payload ${payload.length}`)
    this.#hasher.update(payload)
    if (closesBlock) this.#hasher.closeBlock()
    this.#seal(at, layout, closesBlock ? FLAG_CLOSES_BLOCK : 0)
    this.#records += count
    if (this.#inSegment >= this.#segmentBytes) this.#roll()
    else if (this.#buffered >= BUFFER_BYTES / 4) this.flush()
  }

  /** Writes what is buffered. After a crash of the process it is there; after a crash of the machine perhaps not. */
  flush(): void {
    if (this.#broken) throw new JournalError(this.#file, this.#inSegment, 'an earlier write failed; resume the journal')
    if (this.#buffered === 0) return
    try {
      for (let done = 0; done < this.#buffered; ) {
        done += this.#write(done)
      }
    } catch (error) {
      throw this.#fail(error)
    }
    this.#buffered = 0
    this.#synced = false
  }

  #write(from: number): number {
    try {
      return writeSync(this.#fd, this.#memory.bytes, from, this.#buffered - from)
    } catch (error) {
      if (!isDiskFull(error) || this.#spare?.release() !== true) throw error
      return 0
    }
  }

  /** After it returns, everything that was appended is durable. */
  sync(): void {
    this.flush()
    if (this.#synced) return
    try {
      fdatasyncSync(this.#fd)
    } catch (error) {
      throw this.#fail(error)
    }
    this.#synced = true
  }

  /** Writes the closing frame and syncs. */
  close(): void {
    if (this.#fd < 0) return
    this.#closeSegment()
    this.#spare?.release()
  }

  #fail(error: unknown): JournalError {
    this.#broken = true
    return new JournalError(this.#file, this.#inSegment, `cannot be written (${(error as Error).message})`)
  }

  /** Room for a frame of `size` bytes at the returned offset. */
  #reserve(size: number): number {
    if (this.#fd < 0) throw new JournalError(this.#file, this.#inSegment, 'the journal was closed')
    if (this.#buffered + size > this.#memory.bytes.length) {
      this.flush()
      if (size > this.#memory.bytes.length) this.#memory = new FrameMemory(size)
    }
    return this.#buffered
  }

  /** Writes head and chain value around tables and payload that are in memory. */
  #seal(at: number, layout: Omit<FrameHead, 'flags' | 'firstRecord'>, flags: number): void {
    encodeFrameHead(this.#memory, at, { ...layout, flags, firstRecord: this.#records })
    this.#memory.bytes.set(this.#hasher.bytes(), at + layout.chainAt)
    this.#buffered += layout.bytes
    this.#inSegment += layout.bytes
  }

  #openSegment(): void {
    const head = encodeSegmentHead(this.#segment, this.#records, this.#hasher.bytes(), this.#header)
    this.#file = join(this.#dir, segmentName(this.#segment))
    // 'ax': append, and fail when the file is there.
    try {
      this.#fd = openSync(this.#file, 'ax')
    } catch (error) {
      throw this.#fail(error)
    }
    this.#memory.bytes.set(head, this.#reserve(head.length))
    this.#buffered += head.length
    this.#inSegment = head.length
    this.sync()
    syncDirectory(this.#dir)
  }

  #closeSegment(): void {
    const layout = frameLayout(0, 0)
    this.#seal(this.#reserve(layout.bytes), layout, FLAG_CLOSES_SEGMENT)
    this.sync()
    closeSync(this.#fd)
    this.#fd = -1
  }

  #roll(): void {
    this.#closeSegment()
    this.#segment++
    this.#openSegment()
  }
}
