/**
 * The first bytes of a connection: `API` and a NUL, a length, and the range of versions the client speaks, then the
 * server's choice. The server takes the highest version that both know how to lay out (reference 3.1): 178 and below,
 * and 193 where it is offered to a client that reaches it; 187 to 189 are never announced.
 */
import type { FrameSplitter } from './frame.ts'
import { WireError } from './wire-error.ts'

export interface Hello {
  readonly min: number
  readonly max: number
  readonly options: string
}

const GREETING = 'API\0'
const RANGE_MAX = 1024
export const VERSION_MIN = 157
export const VERSION_BASE = 178
export const VERSION_NEW = 193

const RANGE = /^v(\d{1,4})(?:\.\.(\d{1,4}))?(?: (.*))?$/s

/** The hello once it is complete, taken off the splitter; undefined before. Throws WireError for anything else. */
export function takeHello(bytes: FrameSplitter): Hello | undefined {
  const head = GREETING.length + 4
  if (bytes.buffered < head) return undefined
  const start = bytes.take(head)
  const greeting = String.fromCharCode(...start.subarray(0, GREETING.length))
  if (greeting !== GREETING) throw new WireError('hello', 'the connection does not begin with API and a NUL')
  const length = new DataView(start.buffer).getUint32(GREETING.length)
  if (length === 0 || length > RANGE_MAX) throw new WireError('hello', `a version range of ${length} bytes`)
  if (bytes.buffered < length) {
    bytes.unread(start)
    return undefined
  }
  return readRange(String.fromCharCode(...bytes.take(length)))
}

export function readRange(text: string): Hello {
  const m = RANGE.exec(text.replace(/\0$/, ''))
  if (m === null) throw new WireError('hello', `version range ${JSON.stringify(text.slice(0, 40))}: not vMIN..MAX`)
  const min = Number(m[1])
  return { min, max: Number(m[2] ?? min), options: m[3] ?? '' }
}

/** The version to announce; undefined where the ranges do not meet. */
export function negotiate(hello: Hello, most: number): number | undefined {
  const best = most >= VERSION_NEW && hello.max >= VERSION_NEW ? VERSION_NEW : Math.min(VERSION_BASE, most)
  const version = Math.min(best, hello.max)
  return version < VERSION_MIN || version < hello.min ? undefined : version
}
