/**
 * Frames: four bytes of length (big-endian), then that many bytes of payload; a payload is fields that end in one NUL
 * each. Text outside ASCII goes out as \uXXXX, as servers from version 153 on write it, and is read as UTF-8.
 */
import { WireError } from './wire-error.ts'

/** The longest payload that clients and server take. */
export const FRAME_MAX = 0xff_ff_ff
const HEAD = 4

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Text of a field as it goes out: no NUL, ASCII only. */
export function asciiOf(text: string): string {
  let out = ''
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 0) continue
    out += code < 128 ? (text[i] as string) : `\\u${code.toString(16).padStart(4, '0')}`
  }
  return out
}

export function encodeFrame(fields: readonly string[]): Uint8Array {
  const payload = encoder.encode(fields.map((field) => `${asciiOf(field)}\0`).join(''))
  const frame = new Uint8Array(HEAD + payload.length)
  new DataView(frame.buffer).setUint32(0, payload.length)
  frame.set(payload, HEAD)
  return frame
}

/** A payload without its last NUL is read all the same. */
export function decodePayload(payload: Uint8Array): string[] {
  const text = decoder.decode(payload)
  const fields = text.split('\0')
  if (text.endsWith('\0')) fields.pop()
  return fields
}

/** Cuts a stream of segments into payloads. Holds at most one frame; a length above the limit is refused at once. */
export class FrameSplitter {
  #chunks: Uint8Array[] = []
  #size = 0

  push(segment: Uint8Array): void {
    if (segment.length === 0) return
    this.#chunks.push(segment)
    this.#size += segment.length
  }

  get buffered(): number {
    return this.#size
  }

  /** The next whole payload; undefined while it has not arrived. Throws WireError for a length that is too large. */
  next(): Uint8Array<ArrayBuffer> | undefined {
    if (this.#size < HEAD) return undefined
    const length = new DataView(this.#peek(HEAD).buffer).getUint32(0)
    if (length > FRAME_MAX)
      throw new WireError('oversize', `a frame of ${length} bytes; at most ${FRAME_MAX} are taken`)
    if (this.#size < HEAD + length) return undefined
    this.take(HEAD)
    return this.take(length)
  }

  /** Exactly `n` bytes, which must have arrived. */
  take(n: number): Uint8Array<ArrayBuffer> {
    const out = this.#peek(n)
    let left = n
    while (left > 0) {
      const first = this.#chunks[0] as Uint8Array
      if (first.length <= left) {
        this.#chunks.shift()
        left -= first.length
      } else {
        this.#chunks[0] = first.subarray(left)
        left = 0
      }
    }
    this.#size -= n
    return out
  }

  /** Puts bytes back in front. */
  unread(bytes: Uint8Array): void {
    this.#chunks.unshift(bytes)
    this.#size += bytes.length
  }

  #peek(n: number): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(n)
    let at = 0
    for (const chunk of this.#chunks) {
      if (at === n) break
      const part = chunk.subarray(0, n - at)
      out.set(part, at)
      at += part.length
    }
    return out
  }
}
