/**
 * Reads a raw recording back, line by line in bounded memory. A line that is not whole ends the file when it is the last
 * one (a crash cut it); elsewhere it is a fault with its place, and so is whatever is no recording (I-42).
 */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { Failure } from '../cli/failure.ts'
import type { Micros } from '../core/base/time.ts'
import type { Instrument } from '../core/domain/instrument.ts'
import { instrumentSchema } from './live-spec.ts'
import type { RawFrame } from './ports.ts'
import { RAW_FORMAT, RAW_VERSION, type RawHeader } from './raw-log.ts'

export interface RawLine {
  readonly t: Micros
  readonly frame: RawFrame
}

const headerSchema = z.object({
  format: z.literal(RAW_FORMAT),
  version: z.literal(RAW_VERSION),
  adapter: z.string(),
  instruments: z.array(instrumentSchema),
  generated: z.boolean(),
})

const time = z.number().int().nonnegative()
const frameSchema = z.object({ t: time, d: z.enum(['in', 'out']), c: z.string(), x: z.string() })
const gapSchema = z.object({ t: time, missing: z.number().int().positive() })

/** Longest line: the largest frame an adapter takes, with room for its escapes. */
const LINE_MAX = 32 * 1024 * 1024

export class RawRecording {
  readonly file: string
  readonly header: RawHeader
  /** Frames that the recorder had to leave out, as far as it was read. */
  missing = 0
  readonly #lines: AsyncIterator<string>

  private constructor(file: string, header: RawHeader, lines: AsyncIterator<string>) {
    this.file = file
    this.header = header
    this.#lines = lines
  }

  /** Throws Failure naming what is wrong. */
  static async open(file: string): Promise<RawRecording> {
    const lines = linesOf(file)[Symbol.asyncIterator]()
    const first = await lines.next()
    const header = headerSchema.safeParse(first.done === true ? undefined : parse(first.value))
    if (!header.success) throw new Failure(`${file}: is no raw recording of version ${RAW_VERSION}`, 2)
    const { adapter, instruments, generated } = header.data
    return new RawRecording(file, { adapter, instruments: instruments as readonly Instrument[], generated }, lines)
  }

  async *frames(): AsyncGenerator<RawLine> {
    let row = 1
    let cut = 0
    for (let item = await this.#lines.next(); item.done !== true; item = await this.#lines.next()) {
      row++
      if (cut > 0) throw new Failure(`${this.file}: line ${cut} is damaged`)
      const value = parse(item.value)
      const frame = frameSchema.safeParse(value)
      if (frame.success) {
        const { t, d, c, x } = frame.data
        yield { t, frame: { direction: d, channel: c, text: x } }
        continue
      }
      const gap = gapSchema.safeParse(value)
      if (gap.success) this.missing += gap.data.missing
      // Whoever goes on with a session writes its header again.
      else if (!headerSchema.safeParse(value).success) cut = row
    }
  }
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const stream = createReadStream(file, { encoding: 'utf8' })
  try {
    for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
      if (line.length > LINE_MAX) throw new Failure(`${file}: a line of ${line.length} characters`)
      yield line
    }
  } catch (error) {
    if (error instanceof Failure) throw error
    throw new Failure(`${file}: ${error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'}`)
  } finally {
    stream.destroy()
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
