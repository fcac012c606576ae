/** One pass over a journal that checks everything and always knows how far it was intact. */
import { closeSync, fstatSync, openSync, readdirSync } from 'node:fs'
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
  type FrameMemory,
  type JournalHeader,
  parseFrameHead,
  type SegmentHead,
  segmentName,
} from './journal-format.ts'
import { SegmentReader } from './segment-reader.ts'

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

/** Position in a journal: always the end of the last frame that was found intact. */
export class JournalWalk {
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
