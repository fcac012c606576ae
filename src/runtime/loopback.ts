/**
 * Is anything on its way between two ends in this process? Emulators and adapters talk over real sockets of the loopback
 * interface, and both ends count their bytes: what one end has written and the other has not read is on its way, in
 * either direction, whatever the protocol. Nothing of an adapter or an emulator has to know that it is watched.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'

interface Connection {
  client: Socket | undefined
  server: Socket | undefined
  /** Turns for which one end has been gone and the other has not. */
  halfGone: number
}

/** A connection of which one end alone is left so long will not be missed: its other end died in its sleep. */
const HALF_GONE_MAX = 1000

export class Loopback {
  readonly #ports: () => ReadonlySet<number>
  readonly #connecting = new Set<Socket>()
  readonly #open = new Map<number, Connection>()

  /** `ports`: those of the emulators; other connections of this process are nobody's business. */
  constructor(ports: () => ReadonlySet<number>) {
    this.#ports = ports
    subscribe('net.client.socket', this.#client)
    subscribe('net.server.socket', this.#server)
  }

  close(): void {
    unsubscribe('net.client.socket', this.#client)
    unsubscribe('net.server.socket', this.#server)
  }

  readonly #client = (message: unknown): void => {
    const { socket } = message as { readonly socket: Socket }
    this.#connecting.add(socket)
    socket.once('connect', () => {
      this.#connecting.delete(socket)
      if (this.#ports().has(socket.remotePort ?? 0)) this.#of(socket.localPort ?? 0).client = socket
    })
    socket.once('close', () => this.#connecting.delete(socket))
  }

  readonly #server = (message: unknown): void => {
    const { socket } = message as { readonly socket: Socket }
    if (this.#ports().has(socket.localPort ?? 0)) this.#of(socket.remotePort ?? 0).server = socket
  }

  /** By the client's port: the one number that both ends agree on and no two of them share. */
  #of(port: number): Connection {
    const known = this.#open.get(port)
    if (known !== undefined && !(known.client?.destroyed ?? false) && !(known.server?.destroyed ?? false)) return known
    const fresh = { client: undefined, server: undefined, halfGone: 0 }
    this.#open.set(port, fresh)
    return fresh
  }

  get busy(): boolean {
    if (this.#connecting.size > 0) return true
    for (const [port, c] of this.#open) if (this.#isBusy(port, c)) return true
    return false
  }

  #isBusy(port: number, c: Connection): boolean {
    const { client, server } = c
    const gone = (s: Socket | undefined): boolean => s?.destroyed ?? false
    if ((client === undefined || gone(client)) && (server === undefined || gone(server))) {
      this.#open.delete(port)
      return false
    }
    if (client === undefined || server === undefined || gone(client) !== gone(server)) {
      if (c.halfGone++ < HALF_GONE_MAX) return true
      this.#open.delete(port)
      return false
    }
    return client.bytesWritten !== server.bytesRead || server.bytesWritten !== client.bytesRead
  }
}
