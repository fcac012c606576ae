/** The listening port as faults want it: refused for a while, then open again at the same number. */
import type { Server } from 'node:net'
import type { Micros } from '../../../src/core/base/time.ts'
import type { World } from './world.ts'

export class PortDoor {
  readonly #world: World
  readonly #server: Server
  #port = 0
  #refuseUntil: Micros = -Infinity
  #closed = false

  constructor(world: World, server: Server) {
    this.#world = world
    this.#server = server
  }

  opened(port: number): void {
    this.#port = port
  }

  get port(): number {
    return this.#port
  }

  refuse(until: Micros): void {
    this.#refuseUntil = until
  }

  close(): void {
    this.#closed = true
  }

  /** Closes and opens the port as it is due. */
  look(now: Micros): void {
    const { connectivity, faults } = this.#world
    const refuse = now < this.#refuseUntil || (!faults.quiet && faults.isOn('connect-refused', now))
    if (refuse === connectivity.refusing || this.#closed) return
    connectivity.refusing = refuse
    if (refuse) {
      this.#server.close()
      return
    }
    // Somebody else took the port meanwhile: it is tried again with the next step.
    this.#server.once('error', () => {
      connectivity.refusing = true
    })
    this.#server.listen(this.#port, '127.0.0.1')
  }
}
