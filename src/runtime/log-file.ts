/**
 * Log files of a directory: one a day (UTC), a new one when it is full, the oldest removed. Writing never blocks and
 * never throws: where the disk does not take lines they are dropped and counted, because a log must not stop a trader.
 */
import {
  closeSync,
  existsSync,
  fchmodSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  write,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'

export interface LogFileOptions {
  readonly dir: string
  /** Bytes of one file. */
  readonly fileMax: number
  /** Bytes of one day; what is over it is dropped and counted. */
  readonly dayMax: number
  /** Days kept, today included. */
  readonly keepDays: number
  /** Milliseconds since 1970. */
  readonly now: () => number
}

const PENDING_MAX = 4 * 1024 * 1024
const NAME = /^sametape-(\d{4}-\d{2}-\d{2})(?:\.(\d+))?\.log$/
const DAY_MS = 86_400_000
const RETRY_MS = 5000

export class LogFile {
  readonly #o: LogFileOptions
  #day = ''
  #part = 0
  #fd: number | undefined
  #fileBytes = 0
  #dayBytes = 0
  #pending: string[] = []
  #pendingBytes = 0
  #writing = false
  #openedAt = 0
  #idle: (() => void)[] = []
  /** Lines that no file has. */
  dropped = 0

  constructor(o: LogFileOptions) {
    this.#o = o
    mkdirSync(o.dir, { recursive: true, mode: 0o700 })
    this.#begin()
  }

  /** Path of the file being written. */
  get path(): string {
    return join(this.#o.dir, nameOf(this.#day, this.#part))
  }

  /** Bytes of today that may still be written. */
  get left(): number {
    this.#roll()
    return this.#o.dayMax - this.#dayBytes
  }

  /** One line with its line end; `atOnce`: on its way to the disk when this returns. */
  write(line: string, atOnce = false): void {
    this.#roll()
    const bytes = Buffer.byteLength(line)
    if (bytes > this.#o.dayMax - this.#dayBytes || this.#pendingBytes + bytes > PENDING_MAX) {
      this.dropped++
      return
    }
    this.#dayBytes += bytes
    this.#pending.push(line)
    this.#pendingBytes += bytes
    if (this.#fd === undefined && this.#o.now() - this.#openedAt >= RETRY_MS) this.#open(this.#part)
    if (atOnce) this.flushSync()
    else if (!this.#writing) this.#next()
  }

  #next(): void {
    this.#writing = false
    this.#roll()
    if (this.#pending.length === 0 || this.#fd === undefined) {
      for (const done of this.#idle.splice(0)) done()
      return
    }
    this.#writing = true
    const [text, lines] = this.#take()
    this.#fileBytes += text.length
    write(this.#fd, text, 0, text.length, null, (error, written) => {
      if (error !== null || written < text.length) this.dropped += lines
      this.#turnWhenFull()
      this.#next()
    })
  }

  #take(): [Buffer, number] {
    const lines = this.#pending.length
    const text = Buffer.from(this.#pending.join(''))
    this.#pending = []
    this.#pendingBytes = 0
    return [text, lines]
  }

  /** What waits is written now, by a process that may not live on; a write under way may end up behind it. */
  flushSync(): void {
    if (this.#pending.length === 0 || this.#fd === undefined) return
    const [text, lines] = this.#take()
    this.#fileBytes += text.length
    try {
      writeSync(this.#fd, text)
    } catch {
      this.dropped += lines
    }
    if (!this.#writing) this.#turnWhenFull()
  }

  #turnWhenFull(): void {
    if (this.#fileBytes >= this.#o.fileMax) this.#open(this.#part + 1)
  }

  /** Everything is on its way to the disk when this resolves. */
  async close(): Promise<void> {
    if (this.#writing) await new Promise<void>((done) => this.#idle.push(done))
    this.flushSync()
    if (this.#fd !== undefined) closeSync(this.#fd)
    this.#fd = undefined
  }

  /** A new day opens a new file and removes those that are too old. */
  #roll(): void {
    if (dayOf(this.#o.now()) !== this.#day && !this.#writing) this.#begin()
  }

  #begin(): void {
    this.#day = dayOf(this.#o.now())
    const today = this.#files().filter((file) => file.day === this.#day)
    this.#dayBytes = today.reduce((sum, file) => sum + sizeOf(join(this.#o.dir, file.name)), this.#pendingBytes)
    this.#open(today.at(-1)?.part ?? 0)
    const oldest = dayOf(this.#o.now() - (this.#o.keepDays - 1) * DAY_MS)
    for (const { day, name } of this.#files()) if (day < oldest) rmSync(join(this.#o.dir, name), { force: true })
  }

  #open(part: number): void {
    if (this.#fd !== undefined) closeSync(this.#fd)
    this.#part = part
    this.#openedAt = this.#o.now()
    try {
      this.#fd = openSync(this.path, 'a', 0o600)
      const stat = fstatSync(this.#fd)
      // One that was there before may have been made by other hands.
      if (stat.isFile()) fchmodSync(this.#fd, 0o600)
      this.#fileBytes = stat.size
    } catch (error) {
      // A directory that is gone or read-only takes no lines; they wait, and it is tried again.
      this.#fd = undefined
      if (!(error instanceof Error && 'code' in error)) throw error
    }
  }

  /** Our files, oldest first. */
  #files(): { readonly name: string; readonly day: string; readonly part: number }[] {
    if (!existsSync(this.#o.dir)) return []
    return readdirSync(this.#o.dir)
      .flatMap((name) => {
        const [, day, part] = NAME.exec(name) ?? []
        return day === undefined ? [] : [{ name, day, part: Number(part ?? 0) }]
      })
      .sort((a, b) => (a.day === b.day ? a.part - b.part : a.day < b.day ? -1 : 1))
  }
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

function nameOf(day: string, part: number): string {
  return part === 0 ? `sametape-${day}.log` : `sametape-${day}.${part}.log`
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
