/**
 * The frames of an adapter as they crossed the wire, one file an adapter and risk day: a header, then one JSON line a frame
 * with its time of receipt. A session that never ends does not grow one file for ever: the first frame of a risk day opens
 * the next, which is read by itself. It is written behind the session's back, 250 ms late at most, and never holds it up:
 * when the disk cannot follow, frames are left out and a line says how many. Reading: `raw-read.ts`.
 */
import { type FileHandle, open } from 'node:fs/promises'
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Observable, Subscription } from 'rxjs'
import type { Micros } from '../core/base/time.ts'
import { riskDay, riskDayStart } from '../core/execution/loss.ts'
import type { Instrument } from '../core/domain/instrument.ts'
import type { Clock, MarketSource, RawFrame } from './ports.ts'

export const RAW_FORMAT = 'sametape-raw'
export const RAW_VERSION = 1

export interface RawHeader {
  /** Whose frames: kis, ib. */
  readonly adapter: string
  /** What could be asked for, as the session had it; ids are positions. */
  readonly instruments: readonly Instrument[]
  /** True when the market was an emulator's. */
  readonly generated: boolean
}

/** What is on its way to the disk at most; above it frames are left out. */
const HELD_MAX = 32 * 1024 * 1024
const WRITE_EVERY_MS = 250

export class RawLog {
  readonly #clock: Clock
  readonly #fileAt: (t: Micros) => string
  #path = ''
  /** When the risk day of the file ends. */
  #until: Micros = -Infinity
  readonly #header: RawHeader
  /** Opened with the first frame: an adapter that crosses no wire leaves no file. */
  #file: Promise<FileHandle> | undefined
  readonly #subscription: Subscription
  readonly #timer: ReturnType<typeof setInterval>
  #lines: string[] = []
  #held = 0
  #missing = 0
  #writing: Promise<void> = Promise.resolve()
  #failure: Error | undefined

  /** Goes on with a file that is there. `fileAt`: its name by time; two risk days may share one. */
  constructor(fileAt: (t: Micros) => string, header: RawHeader, frames$: Observable<RawFrame>, clock: Clock) {
    this.#clock = clock
    this.#fileAt = fileAt
    this.#header = header
    this.#subscription = frames$.subscribe((frame) => this.#take(frame))
    this.#timer = setInterval(() => this.#write(), WRITE_EVERY_MS)
  }

  /** Why nothing is recorded any more, if so. */
  get failure(): Error | undefined {
    return this.#failure
  }

  #take({ direction, channel, text }: RawFrame): void {
    if (this.#failure !== undefined) return
    if (this.#held > HELD_MAX) {
      this.#missing++
      return
    }
    const t = this.#clock.now()
    if (t >= this.#until) this.#roll(t)
    this.#file ??= this.#open()
    if (this.#missing > 0) this.#put(JSON.stringify({ t, missing: this.#missing }))
    this.#missing = 0
    this.#put(lineOf(t, direction, channel, text))
  }

  /** What was told so far goes to the old file, which is closed behind it. */
  #roll(t: Micros): void {
    this.#until = riskDayStart(riskDay(t) + 1)
    const path = this.#fileAt(t)
    if (path === this.#path) return
    this.#write()
    const old = this.#file
    this.#writing = this.#writing.then(() => shut(old))
    this.#file = undefined
    this.#path = path
  }

  #open(): Promise<FileHandle> {
    this.#put(JSON.stringify({ format: RAW_FORMAT, version: RAW_VERSION, ...this.#header }))
    mkdirSync(dirname(this.#path), { recursive: true })
    const file = open(this.#path, 'a', 0o600)
    // What goes wrong shows at the first write.
    file.catch(() => undefined)
    return file
  }

  #put(line: string): void {
    this.#lines.push(line, '\n')
    this.#held += line.length + 1
  }

  #write(): void {
    if (this.#lines.length === 0) return
    const text = this.#lines.join('')
    const file = this.#file
    this.#lines = []
    this.#writing = this.#writing
      .then(() => this.#append(file, text))
      .finally(() => {
        this.#held -= text.length
      })
  }

  async #append(file: Promise<FileHandle> | undefined, text: string): Promise<void> {
    if (this.#failure !== undefined) return
    try {
      await (await file)?.appendFile(text)
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error))
    }
  }

  /** Everything that was told is in the file when this resolves. */
  async close(): Promise<void> {
    this.#subscription.unsubscribe()
    clearInterval(this.#timer)
    this.#write()
    await this.#writing
    await shut(this.#file)
  }
}

/** One that could not be opened said so at its first write. */
async function shut(file: Promise<FileHandle> | undefined): Promise<void> {
  await file?.then(
    (handle) => handle.close(),
    () => undefined,
  )
}

function lineOf(t: Micros, direction: RawFrame['direction'], channel: string, text: string): string {
  return JSON.stringify({ t, d: direction, c: channel, x: text })
}

/** One recording for each adapter of a session; brokers and sources of one adapter share their frames. */
export function recordRaw(
  dirAt: (t: Micros) => string,
  plugged: readonly Pick<MarketSource, 'id' | 'raw$'>[],
  header: Omit<RawHeader, 'adapter'>,
  clock: Clock,
): RawLog[] {
  const once = plugged.filter((p, i) => plugged.findIndex((q) => q.raw$ === p.raw$) === i)
  return once.map(
    ({ id, raw$ }) => new RawLog((t) => join(dirAt(t), `${id}.jsonl`), { adapter: id, ...header }, raw$, clock),
  )
}
