/**
 * The log of a session: what a person wants to know of how it runs. It is not the record of the session, that is the
 * journal; it is never written per event. One JSON object a line; secrets are cut out of every line (I-36); a message
 * said more than ten times a minute is counted; at info a day stays under 50 MB, the last tenth of it kept for warnings
 * and errors.
 *
 *     const log = openLog({ dir })
 *     const kis = log.child('kis')
 *     kis.info('token renewed', { valid_until: '…' })
 *     kis.error('order service away', { error })
 */
import { pino } from 'pino'
import { processSecrets, type Redactor } from '../config/redactor.ts'
import { LogFile } from './log-file.ts'
import { Repeats } from './log-repeats.ts'

export type LogFields = Readonly<Record<string, unknown>>

export interface Log {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  /** The same log, under the name of a part of the program. */
  child(part: string): Log
}

export interface SessionLog extends Log {
  /** File being written. */
  readonly path: string
  /** Lines that no file has, because the disk did not take them or the day was full. */
  readonly dropped: number
  /** Writes what waits at once, for a process that may not live on. */
  flushSync(): void
  /** Tells what was counted, and closes the file. */
  close(): Promise<void>
}

export interface LogOptions {
  readonly dir: string
  readonly level?: 'debug' | 'info' | 'warn' | 'error'
  /** Secrets besides those of the process are told to it. */
  readonly redactor?: Redactor
  readonly fileMax?: number
  readonly dayMax?: number
  readonly keepDays?: number
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

const MB = 1_000_000
const FILE_MAX = 10 * MB
const DAY_MAX = 50 * MB
const KEEP_DAYS = 14
/** Share of a day that information leaves to warnings and errors. */
const RESERVE = 0.1
const REPEATS_MAX = 10
const TICK_MS = 15_000
/** Longer texts are of no use to a reader of lines. */
const TEXT_MAX = 4000

const LEVEL = { debug: 20, info: 30, warn: 40, error: 50 } as const
type Level = keyof typeof LEVEL
const LEVEL_NAMES = new Map<number, Level>(Object.entries(LEVEL).map(([name, n]) => [n, name as Level]))

export function openLog(o: LogOptions): SessionLog {
  return new FileLog(o)
}

class FileLog implements SessionLog {
  readonly #file: LogFile
  readonly #pino: ReturnType<typeof pino>
  readonly #repeats = new Repeats(REPEATS_MAX)
  readonly #now: () => number
  readonly #dayMax: number
  readonly #tick: ReturnType<typeof setInterval>
  #full = ''
  #told = 0
  /** The line being written is to be on the disk at once. */
  #urgent = false

  constructor(o: LogOptions) {
    this.#now = o.now ?? Date.now
    this.#dayMax = o.dayMax ?? DAY_MAX
    const { fileMax = FILE_MAX, keepDays = KEEP_DAYS } = o
    this.#file = new LogFile({ dir: o.dir, fileMax, dayMax: this.#dayMax, keepDays, now: this.#now })
    const redactor = o.redactor ?? processSecrets
    const time = (): string => `,"time":"${new Date(this.#now()).toISOString()}"`
    this.#pino = pino(
      {
        ...{ level: o.level ?? 'info', base: null, timestamp: time, messageKey: 'message' },
        formatters: { level: (label) => ({ level: label }) },
      },
      { write: (line: string) => this.#file.write(redactor.cleanLine(line), this.#urgent) },
    )
    this.#tick = setInterval(() => this.#tellRepeats(false), TICK_MS)
    this.#tick.unref()
  }

  get path(): string {
    return this.#file.path
  }

  get dropped(): number {
    return this.#file.dropped
  }

  debug(message: string, fields?: LogFields): void {
    this.say('debug', undefined, message, fields)
  }

  info(message: string, fields?: LogFields): void {
    this.say('info', undefined, message, fields)
  }

  warn(message: string, fields?: LogFields): void {
    this.say('warn', undefined, message, fields)
  }

  error(message: string, fields?: LogFields): void {
    this.say('error', undefined, message, fields)
  }

  child(part: string): Log {
    const say = (level: Level) => (message: string, fields?: LogFields) => this.say(level, part, message, fields)
    const of = { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') }
    return { ...of, child: (inner) => this.child(`${part}.${inner}`) }
  }

  /** For `child`. */
  say(level: Level, part: string | undefined, message: string, fields: LogFields | undefined): void {
    const code = LEVEL[level]
    if (!this.#pino.isLevelEnabled(level)) return
    this.#tellRepeats(false)
    if (!this.#repeats.admit(code, part === undefined ? message : `${part}: ${message}`, this.#now())) return
    if (code < LEVEL.warn && this.#isFull()) return
    // Whoever writes an error may be about to end.
    this.#urgent = code >= LEVEL.error
    this.#pino[level]({ ...(part === undefined ? {} : { part }), ...plain(fields) }, clip(message))
    this.#urgent = false
  }

  /** Says once a day that information is left out from here on. */
  #isFull(): boolean {
    if (this.#file.left > this.#dayMax * RESERVE) return false
    const today = this.path.slice(0, this.path.lastIndexOf('-') + 3)
    if (this.#full !== today) this.#pino.warn(`this day's log is full: only warnings and errors until tomorrow`)
    this.#full = today
    return true
  }

  #tellRepeats(all: boolean): void {
    for (const r of this.#repeats.due(this.#now(), all)) {
      const level = LEVEL_NAMES.get(r.level) ?? 'info'
      const since = new Date(r.since).toISOString()
      this.#pino[level]({ of: clip(r.message), times: r.times, since }, 'said again and only counted')
    }
    const { dropped } = this.#file
    if (dropped > this.#told) this.#pino.warn({ lines: dropped - this.#told }, 'lines of this log were lost')
    this.#told = Math.max(this.#told, dropped)
  }

  flushSync(): void {
    this.#file.flushSync()
  }

  async close(): Promise<void> {
    clearInterval(this.#tick)
    this.#tellRepeats(true)
    await this.#file.close()
  }
}

function clip(text: string): string {
  return text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX)}…`
}

/** Errors as name, message and code: what else hangs on one (requests with their headers) is nobody's business. */
function plain(fields: LogFields | undefined): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(fields ?? {}))
    out[name] = value instanceof Error ? errorFields(value) : tame(value)
  return out
}

function tame(value: unknown): unknown {
  if (typeof value === 'string') return clip(value)
  return typeof value === 'bigint' ? String(value) : value
}

function errorFields(error: Error): Record<string, unknown> {
  const { name, message, stack } = error
  const code: unknown = 'code' in error ? error.code : undefined
  const cause = error.cause instanceof Error ? errorFields(error.cause) : undefined
  return {
    ...{ name, message: clip(message) },
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(stack === undefined ? {} : { stack: clip(stack) }),
    ...(cause === undefined ? {} : { cause }),
  }
}
