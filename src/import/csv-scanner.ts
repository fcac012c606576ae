/**
 * Comma-separated text as it arrives in pieces: RFC 4180 with quotes, doubled quotes, line breaks inside quotes,
 * CRLF, a byte order mark and a last line without an end. Works on bytes: a field is a range of the buffer, text is
 * made only where somebody asks. Lines with nothing in them are no records; they still count as lines.
 */
import { Failure } from '../cli/failure.ts'

const COMMA = 44
const QUOTE = 34
const LF = 10
const CR = 13
const MAX_FIELDS = 512
const MAX_RECORD_BYTES = 1 << 22

/** The current record; valid only during the callback. */
export class CsvRecord {
  buffer: Buffer = Buffer.alloc(0)
  readonly starts = new Int32Array(MAX_FIELDS)
  readonly ends = new Int32Array(MAX_FIELDS)
  /** Fields of the record. */
  size = 0
  /** Line of the file on which the record starts; the first line is 1. */
  line = 0
  /** What is wrong with the record's quoting; empty when nothing is. */
  damage = ''

  text(i: number): string {
    return this.buffer.toString('utf8', this.starts[i] as number, this.ends[i] as number)
  }

  texts(): string[] {
    return Array.from({ length: this.size }, (_, i) => this.text(i))
  }

  isEmpty(i: number): boolean {
    return this.starts[i] === this.ends[i]
  }
}

export class CsvScanner {
  readonly #file: string
  readonly #record = new CsvRecord()
  readonly #take: (record: CsvRecord) => void
  #rest: Buffer = Buffer.alloc(0)
  #line = 1
  #started = false

  constructor(file: string, take: (record: CsvRecord) => void) {
    this.#file = file
    this.#take = take
  }

  push(piece: Buffer): void {
    const joined = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece])
    if (!this.#started && joined.length < 3) {
      this.#rest = joined
      return
    }
    this.#rest = joined.subarray(this.#scan(joined, this.#skipMark(joined), false))
    if (this.#rest.length > MAX_RECORD_BYTES) {
      throw new Failure(`${this.#file}: line ${this.#line} does not end within 4 MiB; is this comma-separated text?`, 1)
    }
  }

  /** The last line, where the file does not end with a line break. */
  end(): void {
    const rest = this.#rest
    this.#rest = Buffer.alloc(0)
    this.#scan(rest, this.#skipMark(rest), true)
  }

  #skipMark(buffer: Buffer): number {
    if (this.#started) return 0
    this.#started = true
    return buffer.length >= 3 && buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf ? 3 : 0
  }

  /** Hands out the complete records of `buffer`; returns where the first incomplete one starts. */
  #scan(buffer: Buffer, from: number, last: boolean): number {
    const record = this.#record
    const { starts, ends } = record
    record.buffer = buffer
    const length = buffer.length
    let begin = from
    let field = from
    let size = 0
    for (let at = from; at < length; at++) {
      const byte = buffer[at] as number
      if (byte === COMMA) {
        if (size < MAX_FIELDS) {
          starts[size] = field
          ends[size] = at
        }
        size++
        field = at + 1
      } else if (byte === LF) {
        this.#finish(begin, field, at, size)
        this.#line++
        begin = at + 1
        field = begin
        size = 0
      } else if (byte === QUOTE && at === field) {
        begin = this.#quoted(buffer, begin, last)
        if (begin < 0) return -begin - 1
        at = begin - 1
        field = begin
        size = 0
      }
    }
    if (last && begin < length) this.#finish(begin, field, length, size)
    return last ? length : begin
  }

  #finish(begin: number, field: number, end: number, size: number): void {
    const stop = end > field && this.#record.buffer[end - 1] === CR ? end - 1 : end
    if (size === 0 && stop === begin) return
    if (size < MAX_FIELDS) {
      this.#record.starts[size] = field
      this.#record.ends[size] = stop
    }
    this.#emit(size + 1)
  }

  #emit(size: number): void {
    const record = this.#record
    record.size = size
    record.line = this.#line
    if (size > MAX_FIELDS) {
      throw new Failure(`${this.#file}: line ${this.#line} has ${size} fields, more than ${MAX_FIELDS}`, 1)
    }
    this.#take(record)
  }

  /**
   * The slow way for a record with quotes, decoded into a buffer of its own. Returns the index behind the record,
   * or -(begin + 1) when it is not complete yet.
   */
  #quoted(buffer: Buffer, begin: number, last: boolean): number {
    const record = this.#record
    const plain = Buffer.allocUnsafe(buffer.length - begin)
    let write = 0
    let size = 0
    let lines = 0
    let inside = false
    let closed = false
    let fieldStart = 0
    let at = begin
    const endField = (): void => {
      if (size < MAX_FIELDS) {
        record.starts[size] = fieldStart
        record.ends[size] = write
      }
      size++
      fieldStart = write
      closed = false
    }
    record.damage = ''
    for (; at < buffer.length; at++) {
      const byte = buffer[at] as number
      if (inside) {
        if (byte !== QUOTE) {
          if (byte === LF) lines++
          plain[write++] = byte
        } else if (buffer[at + 1] === QUOTE) plain[write++] = buffer[++at] as number
        else {
          inside = false
          closed = true
        }
      } else if (byte === COMMA) endField()
      else if (byte === LF) break
      else if (byte === QUOTE && write === fieldStart && !closed) inside = true
      else if (byte === CR && (buffer[at + 1] === LF || at + 1 === buffer.length)) continue
      else {
        if (closed) record.damage = 'text follows a closing quote'
        plain[write++] = byte
      }
    }
    // At the end of a piece it is open whether a quote is doubled or the line complete.
    if (at >= buffer.length && !last) return -begin - 1
    if (inside) record.damage = 'a quote is opened and never closed'
    endField()
    record.buffer = plain
    this.#emit(size)
    record.buffer = buffer
    record.damage = ''
    this.#line += 1 + lines
    return Math.min(at + 1, buffer.length)
  }
}
