/** The bytes of one journal segment, through a buffer that is used again. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { JournalError } from './error.ts'
import { FrameMemory, parseSegmentHead, type SegmentHead } from './journal-format.ts'

const READ_BYTES = 4 << 20

/** A window over one segment: frames are loaded on a multiple of 8 bytes of a buffer that is used again. */
export class SegmentReader {
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
