/**
 * One client connection: bytes in, requests out; answers in, bytes out. Knows the negotiated version and what the client
 * subscribed to. A frame that cannot be read costs the client an error message; only a broken hello or a length that is
 * too large costs the connection.
 */
import type { Socket } from 'node:net'
import { ANSWERS, type AnswerName } from '../wire/answers.ts'
import { type Code, messageOf } from '../wire/codes.ts'
import { decodePayload, encodeFrame, FrameSplitter } from '../wire/frame.ts'
import { type Hello, takeHello } from '../wire/hello.ts'
import { readFields, textOf, type Values, writeFields } from '../wire/layout.ts'
import { REQUESTS, type RequestName, requestOf } from '../wire/requests.ts'
import { WireError } from '../wire/wire-error.ts'
import { Subscriptions } from './subscriptions.ts'
import { spoil } from './spoil.ts'
import type { World } from './world.ts'

export interface SessionEvents {
  /** The version to announce, undefined to close. */
  hello(session: Session, hello: Hello): number | undefined
  request(session: Session, name: RequestName, values: Values): void
  ended(session: Session): void
}

/** A reader that takes nothing is cut off beyond this many bytes waiting. */
const BACKLOG_MAX = 64 * 1024 * 1024

export class Session {
  readonly world: World
  readonly socket: Socket
  readonly subscriptions = new Subscriptions()
  version = 0
  /** Undefined before START_API. */
  clientId: number | undefined
  /** 1 live, 2 frozen, 3 delayed, 4 delayed and frozen. */
  marketDataType = 1
  autoBind = false
  ended = false
  readonly #events: SessionEvents
  readonly #bytes = new FrameSplitter()
  #gathering = false

  constructor(world: World, socket: Socket, events: SessionEvents) {
    this.world = world
    this.socket = socket
    this.#events = events
    socket.setNoDelay(true)
    socket.on('data', (segment) => this.#take(segment as Buffer))
    // Node tells the reason here and the end in 'close'; a reset is an end like any other.
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      this.ended = true
      events.ended(this)
    })
  }

  get ready(): boolean {
    return this.clientId !== undefined && !this.ended
  }

  /** Bytes of a frame that has not arrived whole. */
  get buffered(): number {
    return this.#bytes.buffered
  }

  #take(segment: Uint8Array): void {
    if (this.#silent()) return
    this.#bytes.push(segment)
    try {
      if (this.version === 0 && !this.#greet()) return
      for (let payload = this.#bytes.next(); payload !== undefined; payload = this.#bytes.next()) {
        if (this.ended || this.socket.writableEnded) return
        this.#frame(payload)
      }
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      this.world.countFault(error.fault)
      this.socket.destroy()
    }
  }

  #silent(): boolean {
    const { faults } = this.world
    if (faults.quiet) return false
    const now = this.world.now()
    return (
      (this.version === 0 && faults.isOn('login-silent', now)) ||
      faults.isOn('socket-half-open', now, { client: this.clientId })
    )
  }

  #greet(): boolean {
    const hello = takeHello(this.#bytes)
    if (hello === undefined) return false
    const version = this.#events.hello(this, hello)
    if (version === undefined) {
      this.socket.end()
      return false
    }
    this.version = version
    this.write([String(version), this.world.stamp()])
    return true
  }

  #frame(payload: Uint8Array): void {
    const tokens = decodePayload(payload)
    const name = requestOf(tokens[0] ?? '')
    if (name === undefined) {
      this.world.countFault('unknown-message')
      if (this.ready) this.error(-1, 320, `unknown message id ${(tokens[0] ?? '').slice(0, 20)}`)
      return
    }
    try {
      this.#events.request(this, name, readFields(REQUESTS[name].layout, tokens, this.version))
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      this.world.countFault(error.fault)
      if (this.ready) this.error(idOf(name, tokens), 320, error.message)
    }
  }

  send(name: AnswerName, values: Values): void {
    if (this.ended) return
    const { id, layout } = ANSWERS[name]
    const tokens = [String(id), ...writeFields(layout, values, this.version)]
    const { faults } = this.world
    if (faults.quiet) this.write(tokens)
    else spoil(this, name, tokens)
  }

  /** `id` is a request's or an order's, or -1. */
  error(id: number, code: Code, ...gaps: readonly string[]): void {
    this.message(id, code, messageOf(code, ...gaps))
  }

  message(id: number, code: number, message: string): void {
    this.send('ERR_MSG', { id: String(id), code: String(code), message, advancedOrderRejectJson: '' })
  }

  write(tokens: readonly string[]): void {
    this.writeBytes(encodeFrame(tokens))
  }

  /** What is told in one turn leaves in one segment, as servers write it; `apart`: in one of its own. */
  writeBytes(bytes: Uint8Array, apart = false): void {
    const { socket } = this
    if (this.ended || socket.writableEnded) return
    if (socket.writableLength > BACKLOG_MAX) {
      socket.destroy()
      return
    }
    if (!apart && !this.#gathering) {
      this.#gathering = true
      socket.cork()
      process.nextTick(() => {
        this.#gathering = false
        socket.uncork()
      })
    }
    socket.write(bytes)
  }

  close(): void {
    this.socket.end()
  }
}

/** What the client can relate an error to: the request's id, where the message has one, even when it is cut short. */
function idOf(name: RequestName, tokens: readonly string[]): number {
  try {
    const values = readFields(REQUESTS[name].layout.slice(0, 2), [...tokens, ''], 0)
    const text = textOf(values, 'reqId') || textOf(values, 'orderId')
    return /^\d{1,10}$/.test(text) ? Number(text) : -1
  } catch (error) {
    if (error instanceof WireError) return -1
    throw error
  }
}
