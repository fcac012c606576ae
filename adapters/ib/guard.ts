/**
 * Our own framing between the socket and `@stoqey/ib` (pinned, 1.6.10), which takes any length for granted: a negative
 * one makes it loop for ever, a payload without its last NUL spoils the next frame, malformed reject text throws out of
 * the socket's handler (reference 9.3: D5, D6, D21). Here a frame is whole, ends in NUL, is not too large to decode, and
 * what the client throws on it ends the session instead of the process.
 *
 * The client offers no such place, so its socket object is reached through its private field; `install` checks that it
 * is as expected.
 */
import type { Socket } from 'node:net'
import type { IBApi } from '@stoqey/ib'
import { FrameSplitter } from './wire/frame.ts'
import { WireError } from './wire/wire-error.ts'

export interface GuardHandlers {
  /** Every payload as it came, before anything is made of it. */
  readonly frame: (name: number, payload: string) => void
  /** A frame that is not handed on; `name` is the message id or NaN. */
  readonly damaged: (name: number, why: string) => void
  /** The stream cannot be read any further. */
  readonly broken: (why: string) => void
  /** All frames of one segment were handled. */
  readonly segment: () => void
}

/** The client takes fields off the front of an array: beyond this many a frame would stop the process for seconds. */
export const FIELDS_MAX = 45_000
/** Longest text of an error message; unescaping it takes time by its square. */
const ERROR_MAX = 20_000
const ERR_MSG = 4

interface ClientSocket {
  /** There is one from `connect` on. */
  readonly client?: Socket
  onData(data: Uint8Array): void
  onMessage(payload: string): void
}

function socketOf(api: IBApi): ClientSocket {
  const { controller } = api as unknown as { readonly controller?: { readonly socket?: Partial<ClientSocket> } }
  const socket = controller?.socket
  if (typeof socket?.onData !== 'function' || typeof socket.onMessage !== 'function') {
    throw new Error('@stoqey/ib is not the version that this adapter knows: its socket has no onData and onMessage')
  }
  return socket as ClientSocket
}

/** Puts the guard in front of a client that is not connected yet. */
export function install(api: IBApi, handlers: GuardHandlers): void {
  const socket = socketOf(api)
  const bytes = new FrameSplitter()
  let ended = false
  const end = (why: string): void => {
    ended = true
    handlers.broken(why)
  }
  const hand = (payload: Uint8Array): void => {
    const frame = checkFrame(payload)
    if ('why' in frame) return handlers.damaged(frame.name, frame.why)
    handlers.frame(frame.name, frame.text)
    try {
      socket.onMessage(frame.text)
    } catch (error) {
      // The client's queue holds half a message now: only a new session is sure.
      end(`message ${frame.name} could not be decoded: ${String(error)}`)
    }
  }
  socket.onData = (segment) => {
    if (ended) return
    bytes.push(segment)
    try {
      for (let payload = bytes.next(); payload !== undefined && !ended; payload = bytes.next()) hand(payload)
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      return end(error.message)
    }
    if (!ended) handlers.segment()
  }
}

/** What is small waits for nothing: an order leaves when it is written. Call after `connect`. */
export function sendAtOnce(api: IBApi): void {
  socketOf(api).client?.setNoDelay(true)
}

export type Checked = { readonly name: number; readonly text: string } | { readonly name: number; readonly why: string }

const decoder = new TextDecoder()

/** A payload as text that the client may have, or why not. Never throws. */
export function checkFrame(payload: Uint8Array): Checked {
  if (payload.length === 0) return { name: Number.NaN, why: 'an empty frame' }
  const text = decoder.decode(payload)
  const id = text.slice(0, Math.max(0, text.indexOf('\0')))
  const name = /^\d{1,4}$/.test(id) ? Number(id) : Number.NaN
  if (payload.at(-1) !== 0) return { name, why: 'a frame without its last NUL' }
  // A field takes one byte at the least: most frames need not be counted.
  const fields = payload.length > FIELDS_MAX ? text.split('\0').length - 1 : 0
  if (fields > FIELDS_MAX) return { name, why: `a frame of ${fields} fields; at most ${FIELDS_MAX} are taken` }
  if (Number.isNaN(name)) return { name, why: `a frame that begins with ${JSON.stringify(id.slice(0, 20))}` }
  return { name, text: name === ERR_MSG ? errorText(text) : text }
}

/** An error message without what the client stumbles over: reject text that is no JSON (D5), texts without end. */
function errorText(text: string): string {
  const fields = text.split('\0').map((field) => (field.length > ERROR_MAX ? field.slice(0, ERROR_MAX) : field))
  const reject = fields[5]
  if (reject !== undefined && reject !== '' && !isJson(reject)) fields[5] = ''
  return fields.join('\0')
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text.replace(/\\u([0-9a-fA-F]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))))
    return true
  } catch {
    // That is the answer.
    return false
  }
}
