/**
 * Reading a journal: every segment in order, every checksum, every chain value. Memory holds one frame and a reading
 * buffer, however long the journal is. A journal of many segments may be cut only in its last one.
 */
import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { ChainHasher } from './chain.ts'
import { crc32cWords } from './crc32c.ts'
import { JournalError } from './error.ts'
import {
  checkTables,
  FLAG_CLOSES_BLOCK,
  FLAG_CLOSES_SEGMENT,
  FRAME_HEAD_BYTES,
  type FrameHead,
  FrameMemory,
  type JournalHeader,
  parseFrameHead,
  parseSegmentHead,
  type SegmentHead,
  segmentName,
} from './journal-format.ts'

export interface JournalFrame {
  readonly type: 'frame'
  /** Records laid end to end, on a multiple of 8 bytes of its buffer; valid until the next step of the reader. */
  readonly payload: Uint8Array
  /** Byte lengths of the records; valid until the next step of the reader. */
  readonly lengths: Uint16Array
  readonly count: number
  /** Index of the first record since the journal began. */
  readonly firstRecord: number
  readonly closesBlock: boolean
}

export interface JournalStart {
  readonly type: 'header'
  readonly header: JournalHeader
}

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

const READ_BYTES = 4 << 20

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

/** Position in a journal: always the end of the last frame that was found intact. */
class JournalWalk {
  readonly #dir: string
  readonly #names: readonly string[]
  #index = 0
  file: string
  segment = 1
  offset = 0
  records = 0
  closed = false
  header: JournalHeader | undefined
  readonly hasher = new ChainHasher()

  constructor(dir: string) {
    this.#dir = dir
    this.#names = listSegments(dir)
    this.file = join(dir, segmentName(1))
    if (this.#names.length === 0) throw new JournalError(this.file, 0, 'no journal is here')
  }

  get inLastSegment(): boolean {
    return this.#index >= this.#names.length - 1
  }

  *items(): Generator<JournalStart | JournalFrame> {
    for (this.#index = 0; this.#index < this.#names.length; this.#index++) {
      if (this.#index > 0 && !this.closed) this.#damaged('the closing frame is missing, and another segment follows')
      this.segment = this.#index + 1
      this.file = join(this.#dir, segmentName(this.segment))
      this.offset = 0
      this.closed = false
      if (this.#names[this.#index] !== segmentName(this.segment)) {
        this.#damaged(`this segment is missing; the next one there is ${this.#names[this.#index]}`)
      }
      const reader = new SegmentReader(this.file)
      try {
        yield* this.#segmentItems(reader)
      } finally {
        reader.close()
      }
    }
    this.#index = this.#names.length - 1
  }

  *#segmentItems(reader: SegmentReader): Generator<JournalStart | JournalFrame> {
    const head = reader.segmentHead()
    if (typeof head === 'string') return this.#damaged(head)
    this.#checkSegment(head)
    this.offset = head.bytes
    if (this.header === undefined) {
      this.header = head.header
      yield { type: 'header', header: head.header }
    }
    while (this.offset < reader.size) {
      if (this.closed) this.#damaged('bytes follow the closing frame')
      const at = reader.load(this.offset, FRAME_HEAD_BYTES)
      if (at < 0) return this.#damaged('the segment ends inside the head of a frame')
      const frame = parseFrameHead(reader.memory, at)
      if (typeof frame === 'string') return this.#damaged(frame)
      const whole = reader.load(this.offset, frame.bytes)
      if (whole < 0) return this.#damaged('the segment ends inside a frame')
      const item = this.#frame(reader.memory, whole, frame)
      this.offset += frame.bytes
      this.records += frame.count
      if ((frame.flags & FLAG_CLOSES_SEGMENT) !== 0) this.closed = true
      if (frame.count > 0) yield item
    }
  }

  #checkSegment(head: SegmentHead): void {
    if (head.segment !== this.segment) this.#damaged(`this is segment ${head.segment}, not ${this.segment}`)
    if (head.firstRecord !== this.records) {
      this.#damaged(`the segment begins with record ${head.firstRecord}, the one before it ends at ${this.records}`)
    }
    if (!head.chain.equals(this.hasher.bytes())) this.#damaged('the segment does not continue the chain')
    if (this.header !== undefined && JSON.stringify(head.header) !== JSON.stringify(this.header)) {
      this.#damaged('the header is not that of the segments before it')
    }
  }

  /** Checks everything about the frame and takes it into the chain. */
  #frame(memory: FrameMemory, at: number, frame: FrameHead): JournalFrame {
    if (!checkTables(memory, at, frame)) this.#damaged("the frame's tables do not match their checksum")
    if (frame.firstRecord !== this.records) {
      this.#damaged(`the frame begins with record ${frame.firstRecord}, expected ${this.records}`)
    }
    const { bytes, words } = memory
    const lengths = new Uint16Array(bytes.buffer, at + frame.lengthsAt, frame.count)
    const payload = new Uint8Array(bytes.buffer, at + frame.payloadAt, frame.payloadBytes)
    this.#checkRecords(words, lengths, at, frame)
    // The chain is moved on in a copy of itself only if the value agrees; a block's state cannot be taken back.
    const closesBlock = (frame.flags & FLAG_CLOSES_BLOCK) !== 0
    const expected = bytes.subarray(at + frame.chainAt, at + frame.bytes)
    if (!this.hasher.advance(payload, closesBlock, expected)) this.#damaged('the chain value does not agree')
    return { type: 'frame', payload, lengths, count: frame.count, firstRecord: frame.firstRecord, closesBlock }
  }

  #checkRecords(words: Int32Array, lengths: Uint16Array, at: number, frame: FrameHead): void {
    const crcs = (at + frame.crcsAt) / 4
    const end = (at + frame.chainAt) / 4
    let word = (at + frame.payloadAt) / 4
    for (let i = 0; i < frame.count; i++) {
      const length = lengths[i] as number
      const next = word + length / 4
      if (length === 0 || length % 8 !== 0 || next > end)
        this.#damaged(`record ${frame.firstRecord + i} leaves its frame`)
      if (crc32cWords(words, word, next) !== words[crcs + i]) {
        this.#damaged(`record ${frame.firstRecord + i} does not match its checksum`)
      }
      word = next
    }
    if (word !== end) this.#damaged('the records do not fill the frame')
  }

  /** Bytes behind the intact part. */
  bytesBehind(): number {
    let bytes = -this.offset
    for (const name of this.#names.slice(this.#index)) {
      const fd = openSync(join(this.#dir, name), 'r')
      bytes += fstatSync(fd).size
      closeSync(fd)
    }
    return bytes
  }

  /** Looks for the heads of later frames at every multiple of eight bytes behind the damage. */
  framesBehind(): number {
    const reader = new SegmentReader(this.file)
    let found = 0
    try {
      for (let offset = this.offset + 8; offset < reader.size; ) {
        const at = reader.load(offset, FRAME_HEAD_BYTES)
        if (at < 0) break
        const frame = parseFrameHead(reader.memory, at)
        const whole = typeof frame === 'string' ? -1 : reader.load(offset, frame.bytes)
        if (typeof frame === 'string' || whole < 0 || !checkTables(reader.memory, whole, frame)) offset += 8
        else {
          found++
          offset += frame.bytes
        }
      }
    } finally {
      reader.close()
    }
    return found
  }

  #damaged(what: string): never {
    throw new JournalError(this.file, this.offset, what)
  }
}

function listSegments(dir: string): string[] {
  try {
    return readdirSync(dir)
      .filter((name) => /^\d{6}\.stj$/.test(name))
      .sort()
  } catch (error) {
    throw new JournalError(join(dir, segmentName(1)), 0, `cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
}

/** A window over one segment: frames are loaded on a multiple of 8 bytes of a buffer that is used again. */
class SegmentReader {
  readonly #fd: number
  readonly size: number
  memory: FrameMemory
  /** The window holds bytes [#from, #to) of the file. */
  #from = 0
  #to = 0

  constructor(file: string) {
    try {
      this.#fd = openSync(file, 'r')
    } catch (error) {
      throw new JournalError(file, 0, `cannot be read (${(error as NodeJS.ErrnoException).code})`)
    }
    this.size = fstatSync(this.#fd).size
    this.memory = new FrameMemory(Math.min(READ_BYTES, Math.ceil(this.size / 8) * 8))
  }

  segmentHead(): SegmentHead | string {
    const bytes = Math.min(this.size, READ_BYTES)
    if (this.load(0, bytes) < 0) return 'the segment ends inside its head'
    return parseSegmentHead(this.memory.bytes.subarray(0, bytes))
  }

  /** Makes bytes [offset, offset + length) available; returns where they are in `memory`, −1 behind the end. */
  load(offset: number, length: number): number {
    if (offset + length > this.size) return -1
    if (offset >= this.#from && offset + length <= this.#to) return offset - this.#from
    if (length > this.memory.bytes.length) this.memory = new FrameMemory(Math.ceil(length / 8) * 8)
    const want = Math.min(this.size - offset, this.memory.bytes.length)
    this.#from = offset
    this.#to = offset
    while (this.#to < offset + want) {
      const done = this.#to - offset
      const read = readSync(this.#fd, this.memory.bytes, done, want - done, this.#to)
      if (read === 0) return -1
      this.#to += read
    }
    return 0
  }

  close(): void {
    closeSync(this.#fd)
  }
}
