/**
 * Emulators and session on one clock that the test moves: it goes on only when every byte that one end of a connection
 * has written was read at the other, so a day of real frames over a real socket plays in seconds, in its own order.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import type { Micros } from '../../../src/core/base/time.ts'
import type { HandClock } from '../../support/live-parts.ts'

/** A venue played in this process. */
export interface Stepped {
  readonly ports: readonly number[]
  readonly busy: boolean
  advance(): Promise<void>
}

interface Ends {
  client?: Socket
  server?: Socket
}

export class Steps {
  readonly #clock: HandClock
  readonly #venues: readonly Stepped[]
  readonly #byPort = new Map<number, Ends>()

  constructor(clock: HandClock, ...venues: readonly Stepped[]) {
    this.#clock = clock
    this.#venues = venues
    subscribe('net.client.socket', this.#client)
    subscribe('net.server.socket', this.#server)
  }

  close(): void {
    unsubscribe('net.client.socket', this.#client)
    unsubscribe('net.server.socket', this.#server)
  }

  readonly #client = (message: unknown): void => {
    const { socket } = message as { readonly socket: Socket }
    socket.once('connect', () => (this.#of(socket.localPort).client ??= socket))
  }

  readonly #server = (message: unknown): void => {
    const { socket } = message as { readonly socket: Socket }
    if (this.#venues.some((v) => v.ports.includes(socket.localPort ?? 0))) this.#of(socket.remotePort).server ??= socket
  }

  #of(port: number | undefined): Ends {
    const ends = this.#byPort.get(port ?? 0) ?? {}
    this.#byPort.set(port ?? 0, ends)
    return ends
  }

  get #busy(): boolean {
    if (this.#venues.some((v) => v.busy)) return true
    for (const { client, server } of this.#byPort.values()) {
      if (client === undefined || server === undefined || client.destroyed || server.destroyed) continue
      if (client.bytesWritten !== server.bytesRead || server.bytesWritten !== client.bytesRead) return true
    }
    return false
  }

  async #quiet(): Promise<void> {
    for (let calm = 0; calm < 3; ) {
      await new Promise<void>((resolve) => setImmediate(resolve))
      calm = this.#busy ? 0 : calm + 1
    }
  }

  /** Lets so much time pass in steps. */
  async pass(span: Micros, step: Micros): Promise<void> {
    const end = this.#clock.now() + span
    while (this.#clock.now() < end) {
      await this.#quiet()
      this.#clock.advance(Math.min(step, end - this.#clock.now()))
      for (const venue of this.#venues) await venue.advance()
    }
    await this.#quiet()
  }
}
