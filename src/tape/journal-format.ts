/**
 * The bytes of a journal segment, little-endian, every part on a multiple of 8 bytes:
 *
 *   segment head   u32 magic, u32 version, u32 segment number, u32 JSON bytes, f64 index of the first record,
 *                  32 bytes chain value so far, JSON (padded with blanks), u32 CRC-32C of all before it, u32 zero
 *   frame          u32 magic, u32 flags, u32 records, u32 payload bytes, f64 index of the first record,
 *                  u32 CRC-32C of all before it, u32 CRC-32C of the tables, u16 length of each record (padded with
 *                  zeros), u32 CRC-32C of each record (padded), payload, 32 bytes chain value behind the payload
 *
 * A segment ends with a closing frame of no records, so one that was cut at a frame's edge is noticed. Every byte
 * stands under a checksum: head and tables under the head's two, payload under the records' and the chain, and the
 * chain value is computed again.
 */
import { crc32c, crc32cWords } from './crc32c.ts'

export const JOURNAL_VERSION = 1
export const SEGMENT_HEAD_BYTES = 56
export const FRAME_HEAD_BYTES = 32
const SEGMENT_MAGIC = 0x4a545331
const FRAME_MAGIC = 0x464a5453
const HEAD_CRC_AT = 24
const TABLES_CRC_AT = 28
/** Bounds of a frame, so that its layout stays in 32 bits. */
export const MAX_FRAME_RECORDS = 1 << 24
export const MAX_FRAME_PAYLOAD = 1 << 29

export const FLAG_CLOSES_BLOCK = 1
export const FLAG_CLOSES_SEGMENT = 2
/** The closing frame was added by recovery, behind a torn tail that was cut off. */
export const FLAG_RECOVERED = 4
const KNOWN_FLAGS = 7

/** What the writer was told about the run: lineage, schema version, … as JSON. */
export interface JournalHeader {
  readonly [k: string]: unknown
}

export interface SegmentHead {
  readonly segment: number
  readonly firstRecord: number
  readonly chain: Buffer
  readonly header: JournalHeader
  /** Bytes of the head in the file. */
  readonly bytes: number
}

export interface FrameHead {
  readonly flags: number
  readonly count: number
  readonly payloadBytes: number
  readonly firstRecord: number
  /** Offsets from the frame's start. */
  readonly lengthsAt: number
  readonly crcsAt: number
  readonly payloadAt: number
  readonly chainAt: number
  readonly bytes: number
}

export function segmentName(segment: number): string {
  return `${String(segment).padStart(6, '0')}.stj`
}

const pad8 = (n: number): number => (n + 7) & ~7

/** Layout of a frame of `count` records and `payloadBytes` bytes. */
export function frameLayout(count: number, payloadBytes: number): Omit<FrameHead, 'flags' | 'firstRecord'> {
  const lengthsAt = FRAME_HEAD_BYTES
  const crcsAt = lengthsAt + pad8(2 * count)
  const payloadAt = crcsAt + pad8(4 * count)
  const chainAt = payloadAt + payloadBytes
  return { count, payloadBytes, lengthsAt, crcsAt, payloadAt, chainAt, bytes: chainAt + 32 }
}

export function encodeSegmentHead(
  segment: number,
  firstRecord: number,
  chain: Uint8Array,
  header: JournalHeader,
): Buffer {
  const json = Buffer.from(JSON.stringify(header), 'utf8')
  const jsonBytes = pad8(json.length)
  const out = Buffer.alloc(SEGMENT_HEAD_BYTES + jsonBytes + 8, 0x20)
  out.writeUInt32LE(SEGMENT_MAGIC, 0)
  out.writeUInt32LE(JOURNAL_VERSION, 4)
  out.writeUInt32LE(segment, 8)
  out.writeUInt32LE(jsonBytes, 12)
  out.writeDoubleLE(firstRecord, 16)
  out.set(chain, 24)
  out.set(json, SEGMENT_HEAD_BYTES)
  const end = SEGMENT_HEAD_BYTES + jsonBytes
  out.writeUInt32LE(crc32c(out.subarray(0, end)), end)
  out.writeUInt32LE(0, end + 4)
  return out
}

/** Reads a segment's head; a text says what is wrong with it. */
export function parseSegmentHead(bytes: Buffer): SegmentHead | string {
  if (bytes.length < SEGMENT_HEAD_BYTES) return 'the segment ends inside its head'
  if (bytes.readUInt32LE(0) !== SEGMENT_MAGIC) return 'this is not a journal segment'
  const end = SEGMENT_HEAD_BYTES + bytes.readUInt32LE(12)
  if (end % 8 !== 0 || end + 8 > bytes.length) return 'the segment ends inside its head'
  if (crc32c(bytes.subarray(0, end)) !== bytes.readUInt32LE(end) || bytes.readUInt32LE(end + 4) !== 0) {
    return 'the head of the segment does not match its checksum'
  }
  const version = bytes.readUInt32LE(4)
  if (version > JOURNAL_VERSION) {
    return `journal version ${version} is newer than this program reads (${JOURNAL_VERSION}); use a Sametape that reads it`
  }
  return {
    segment: bytes.readUInt32LE(8),
    firstRecord: bytes.readDoubleLE(16),
    chain: Buffer.from(bytes.subarray(24, SEGMENT_HEAD_BYTES)),
    header: JSON.parse(bytes.toString('utf8', SEGMENT_HEAD_BYTES, end)) as JournalHeader,
    bytes: end + 8,
  }
}

/** Memory that frames are written to or read from: bytes and words of the same, both from offset 0. */
export class FrameMemory {
  readonly bytes: Buffer
  readonly words: Int32Array

  /** `size` a multiple of 8. */
  constructor(size: number) {
    const memory = new ArrayBuffer(size)
    this.bytes = Buffer.from(memory)
    this.words = new Int32Array(memory)
  }
}

/** Writes the head of a frame whose tables already stand in `memory` behind `at`. */
export function encodeFrameHead(memory: FrameMemory, at: number, head: Omit<FrameHead, 'bytes'>): void {
  const out = memory.bytes
  out.writeUInt32LE(FRAME_MAGIC, at)
  out.writeUInt32LE(head.flags, at + 4)
  out.writeUInt32LE(head.count, at + 8)
  out.writeUInt32LE(head.payloadBytes, at + 12)
  out.writeDoubleLE(head.firstRecord, at + 16)
  out.writeUInt32LE(crc32c(out.subarray(at, at + HEAD_CRC_AT)), at + HEAD_CRC_AT)
  out.writeInt32LE(tablesCrc(memory, at, head.payloadAt), at + TABLES_CRC_AT)
}

/**
 * Reads the fixed part of the frame head at `at`, of which FRAME_HEAD_BYTES must be in memory; a text says what is
 * wrong with it. The tables are checked by `checkTables`, when they are in memory too.
 */
export function parseFrameHead(memory: FrameMemory, at: number): FrameHead | string {
  const bytes = memory.bytes
  if (bytes.readUInt32LE(at) !== FRAME_MAGIC) return 'no frame begins here'
  if (bytes.readUInt32LE(at + HEAD_CRC_AT) !== crc32c(bytes.subarray(at, at + HEAD_CRC_AT))) {
    return 'the head of the frame does not match its checksum'
  }
  const flags = bytes.readUInt32LE(at + 4)
  const count = bytes.readUInt32LE(at + 8)
  const payloadBytes = bytes.readUInt32LE(at + 12)
  if ((flags & ~KNOWN_FLAGS) !== 0 || count > MAX_FRAME_RECORDS || payloadBytes > MAX_FRAME_PAYLOAD) {
    return 'the frame is of an unknown kind'
  }
  return { ...frameLayout(count, payloadBytes), flags, firstRecord: bytes.readDoubleLE(at + 16) }
}

/** Whether the lengths and checksums of the frame's records are as they were written. */
export function checkTables(memory: FrameMemory, at: number, head: FrameHead): boolean {
  return memory.bytes.readInt32LE(at + TABLES_CRC_AT) === tablesCrc(memory, at, head.payloadAt)
}

function tablesCrc(memory: FrameMemory, at: number, payloadAt: number): number {
  return crc32cWords(memory.words, (at + FRAME_HEAD_BYTES) / 4, (at + payloadAt) / 4)
}
