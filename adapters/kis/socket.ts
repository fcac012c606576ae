/**
 * One session of the KIS socket (reference 8): registrations, acknowledgements, PINGPONG, frames. What is wanted is kept
 * apart from what the server acknowledged, and is registered anew at every connection, login first.
 *
 * Own heartbeat: every five seconds a registration that stands is sent again, which the server answers with "already";
 * a plain success says that it had forgotten it (F-22), and then all are sent again. Ten seconds without any message end
 * the session, whatever the socket says of itself (F-04). These deadlines are monotonic wall time.
 */
import WebSocket from 'ws'
import type { Micros } from '../../src/core/base/time.ts'
import type { Clock, RawFrame } from '../../src/runtime/ports.ts'
import { decryptNotice } from './cipher.ts'
import type { Seen } from './errors.ts'
import type { Redactor } from './redact.ts'
import { Registrations, type Wanted } from './registrations.ts'
import {
  type Acknowledgement,
  type DataFrame,
  isDataFrame,
  readControl,
  readFrame,
  registration,
  writeFrame,
} from './wire/frame.ts'

export interface SocketHandlers {
  readonly frame: (frame: DataFrame) => void
  /** Plain text of a notice. */
  readonly notice: (tr: string, text: string) => void
  /** A frame that cannot be used; `tr` blank where it cannot be told. */
  readonly damaged: (tr: string, why: string) => void
  /** Of a registration that is not a login: undefined when it stands. */
  readonly registered: (wanted: Wanted, refusal: string | undefined) => void
  /** An established session ended. */
  readonly lost: (why: string) => void
  /** The server had forgotten registrations; they are being made again. */
  readonly forgotten: () => void
}

export interface SocketPlace {
  readonly url: string
  /** Channel of its frames in a recording. */
  readonly name: string
  readonly approval: (signal: AbortSignal) => Promise<string | Seen>
  readonly redactor: Redactor
  readonly raw: (frame: RawFrame) => void
  /** Pause between registrations, on the session's clock: a courtesy to the vendor, as the request rate is. */
  readonly spacing: Micros
  readonly clock: Clock
}

/** R-35. */
export const CONNECT_MS = 10_000
const SILENCE_MS = 10_000
const PROBE_MS = 5000
const CLOSE_MS = 2000
const FRAME_MAX = 1_000_000
const NOTICE = /^H0(ST|GS)CNI[09]$/

type State = 'idle' | 'connecting' | 'up'

export class KisSocket {
  readonly #place: SocketPlace
  readonly #handlers: SocketHandlers
  readonly #registrations: Registrations
  #state: State = 'idle'
  #socket: WebSocket | undefined
  #approvalKey = ''
  #seenAt = 0
  #timer: NodeJS.Timeout | undefined
  #settle: ((failure: string | undefined) => void) | undefined

  constructor(place: SocketPlace, handlers: SocketHandlers) {
    this.#place = place
    this.#handlers = handlers
    this.#registrations = new Registrations(place, ({ tr, key }) =>
      this.#send(registration(this.#approvalKey, '1', tr, key)),
    )
  }

  get state(): State {
    return this.#state
  }

  /** Adds a registration; false when the session holds as many as it may. */
  want(wanted: Wanted): boolean {
    return this.#registrations.want(wanted, this.#state === 'up')
  }

  /** Resolves with undefined once up (R-35), else with why not; then nothing is left of the attempt. */
  connect(): Promise<string | undefined> {
    if (this.#state !== 'idle') return Promise.resolve(this.#state === 'up' ? undefined : 'an attempt is under way')
    this.#state = 'connecting'
    const abort = new AbortController()
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#settle?.('not up within 10 s'), CONNECT_MS)
      this.#settle = (failure) => {
        clearTimeout(timer)
        this.#settle = undefined
        if (failure === undefined) {
          this.#state = 'up'
          this.#beat()
        } else {
          abort.abort()
          this.#drop()
        }
        resolve(failure)
      }
      void this.#open(abort.signal)
    })
  }

  async #open(signal: AbortSignal): Promise<void> {
    const key = await this.#place.approval(signal)
    if (signal.aborted) return
    if (typeof key !== 'string') {
      const why =
        key.kind === 'envelope' ? `${key.msgCd} ${key.msg1}` : key.kind === 'body' ? `HTTP ${key.status}` : key.code
      this.#settle?.(`approval key: ${why}`)
      return
    }
    this.#approvalKey = key
    const socket = new WebSocket(`${this.#place.url.replace(/\/+$/, '')}/tryitout`, {
      perMessageDeflate: false,
      followRedirects: false,
      skipUTF8Validation: true,
      maxPayload: FRAME_MAX,
      handshakeTimeout: CONNECT_MS,
    })
    this.#socket = socket
    socket.on('open', () => {
      if (socket !== this.#socket) return
      this.#seenAt = performance.now()
      this.#registrations.make()
    })
    socket.on('message', (data, binary) => {
      if (socket !== this.#socket) return
      this.#seenAt = performance.now()
      this.#message(binary ? '' : String(data))
    })
    // What goes wrong shows in the close that follows; here the reason is kept.
    let reason = ''
    socket.on('error', (error) => {
      reason = error.message
    })
    socket.on('close', (code) => {
      if (socket === this.#socket) this.#end(`closed ${code}${reason === '' ? '' : ` ${reason}`}`)
    })
  }

  #end(why: string): void {
    if (this.#settle !== undefined) {
      this.#settle(why)
      return
    }
    if (this.#state !== 'up') return
    this.#drop()
    this.#handlers.lost(why)
  }

  /** Leaves nothing behind: socket, timers, what was acknowledged, the secrets of notices. */
  #drop(): void {
    const socket = this.#socket
    this.#socket = undefined
    this.#state = 'idle'
    clearInterval(this.#timer)
    this.#registrations.clear()
    socket?.terminate()
  }

  #send(text: string): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) return
    this.#tell('out', text)
    this.#socket.send(text)
  }

  #tell(direction: 'in' | 'out', text: string): void {
    this.#place.raw({ direction, channel: this.#place.name, text: this.#place.redactor.clean(text) })
  }

  #message(text: string): void {
    if (isDataFrame(text)) return this.#data(text)
    const control = readControl(text)
    if (control?.type === 'ack' && control.ack.secret !== undefined) {
      this.#place.redactor.hide(control.ack.secret.key, control.ack.secret.iv)
    }
    this.#tell('in', text)
    if (control === undefined) return this.#handlers.damaged('', 'neither a frame nor a control message')
    if (control.type === 'pingpong') {
      this.#send(text)
      // A session without a login of its own is up with the first heartbeat.
      if (this.#registrations.isLoggedIn) this.#settle?.(undefined)
      return
    }
    this.#answer(control.ack)
  }

  #answer(ack: Acknowledgement): void {
    if (ack.msgCd === 'OPSP8996') return this.#end('OPSP8996 the key is in use by another session')
    if (ack.msgCd === 'OPSP0011') return this.#end('OPSP0011 the approval key was refused')
    const standing = this.#registrations.answer(ack)
    if (standing?.kind === 'refused') return this.#refused(standing.wanted, standing.why)
    if (standing?.kind === 'forgotten') return this.#handlers.forgotten()
    if (standing?.kind !== 'stands') return
    if (!standing.wanted.login) this.#handlers.registered(standing.wanted, undefined)
    // The acknowledgement is the server's first sign of life after the login.
    if (this.#registrations.isLoggedIn) this.#settle?.(undefined)
  }

  #refused(wanted: Wanted, why: string): void {
    if (!wanted.login) this.#handlers.registered(wanted, why)
    else if (this.#settle !== undefined) this.#settle(`${wanted.tr}: ${why}`)
    else this.#end(`${wanted.tr}: ${why}`)
  }

  #data(text: string): void {
    const frame = readFrame(text)
    if (frame === undefined) {
      this.#tell('in', text)
      return this.#handlers.damaged('', 'an unreadable frame')
    }
    if (!NOTICE.test(frame.tr)) {
      const { name, raw, redactor } = this.#place
      raw({ direction: 'in', channel: name, text: redactor.cleanPublic(text) })
      return frame.encrypted
        ? this.#handlers.damaged(frame.tr, 'an encrypted market frame')
        : this.#handlers.frame(frame)
    }
    this.#notice(frame, text)
  }

  /** Recorded in plain text, without the person: the ciphertext is of no use once its secret is gone. */
  #notice(frame: DataFrame, text: string): void {
    const { tr } = frame
    const secret = this.#registrations.secretOf(tr)
    const plain = frame.encrypted && secret !== undefined ? decryptNotice(frame.payload, secret) : undefined
    if (plain !== undefined) {
      this.#place.raw({ direction: 'in', channel: `${this.#place.name} ${tr}`, text: this.#withoutPerson(plain) })
      return this.#handlers.notice(tr, plain)
    }
    this.#tell('in', frame.encrypted ? text : writeFrame({ ...frame, payload: this.#withoutPerson(frame.payload) }))
    // The transport is open: a plain fill may be anybody's (reference 8.15).
    this.#handlers.damaged(tr, frame.encrypted ? 'a notice that does not decrypt' : 'a notice that is not encrypted')
  }

  #withoutPerson(plain: string): string {
    return withoutPerson(this.#place.redactor.clean(plain))
  }

  #beat(): void {
    let probedAt = performance.now()
    this.#timer = setInterval(() => {
      const now = performance.now()
      if (now - this.#seenAt > SILENCE_MS) {
        // Messages may wait behind this timer after a stall: they are read first.
        setImmediate(() => {
          if (performance.now() - this.#seenAt > SILENCE_MS) this.#end('no heartbeat for 10 s')
        })
      } else if (now - probedAt >= PROBE_MS) {
        probedAt = now
        this.#registrations.probe()
      }
    }, 250)
  }

  /** Ends the session in order: a clean close frees the key at once (reference 8.7). */
  async close(): Promise<void> {
    const socket = this.#socket
    this.#socket = undefined
    this.#settle?.('stopped')
    this.#drop()
    if (socket === undefined || socket.readyState === WebSocket.CLOSED) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        socket.terminate()
        resolve()
      }, CLOSE_MS)
      socket.once('close', () => {
        clearTimeout(timer)
        resolve()
      })
      if (socket.readyState === WebSocket.OPEN) socket.close(1000)
      else socket.terminate()
    })
  }
}

/** Customer, account and name of a notice (slots 0, 1 and 16 or 17) are nobody's business in a recording. */
function withoutPerson(text: string): string {
  const fields = text.split('^')
  for (const i of [0, 1, fields.length === 25 || fields.length === 21 ? 16 : 17]) {
    if (fields[i] !== undefined) fields[i] = '***'
  }
  return fields.join('^')
}
