/** One connection: who it belongs to, what it registered, the secrets of its notices. */
import type { WebSocket } from 'ws'
import type { NoticeSecret } from '../../cipher.ts'
import type { Door } from '../world.ts'

export interface Registration {
  readonly tr: string
  readonly key: string
}

export class Session {
  readonly socket: WebSocket
  readonly door: Door
  /** Undefined until the first message with a good approval key. */
  appkey: string | undefined
  readonly secrets = new Map<string, NoticeSecret>()
  /** Milliseconds of the monotonic clock at the last answer to a PINGPONG. */
  answeredAt: number
  /** Set while a fault keeps the session from saying anything. */
  mute = false
  /** Messages handed to the system, for whoever wants to know whether all of them arrived. */
  sent = 0
  readonly #registrations = new Map<string, Registration>()

  constructor(socket: WebSocket, door: Door, nowMs: number) {
    this.socket = socket
    this.door = door
    this.answeredAt = nowMs
  }

  send(text: string): void {
    if (this.mute || this.socket.readyState !== this.socket.OPEN) return
    this.sent++
    this.socket.send(text)
  }

  get count(): number {
    return this.#registrations.size
  }

  has(tr: string, key: string): boolean {
    return this.#registrations.has(`${tr}|${key}`)
  }

  add(tr: string, key: string): void {
    this.#registrations.set(`${tr}|${key}`, { tr, key })
  }

  remove(tr: string, key: string): boolean {
    return this.#registrations.delete(`${tr}|${key}`)
  }

  forgetAll(): void {
    this.#registrations.clear()
  }

  registrations(): IterableIterator<Registration> {
    return this.#registrations.values()
  }
}
