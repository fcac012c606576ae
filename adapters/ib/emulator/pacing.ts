/** The limit on messages a second over all clients: off unless a fault turns it on. */
import { SECOND, type Micros } from '../../../src/core/base/time.ts'
import type { Session } from './session.ts'
import type { World } from './world.ts'

const VIOLATIONS_MAX = 3

export class PacingGuard {
  readonly #world: World
  readonly #violations = new WeakMap<Session, number>()
  #second: Micros = Number.NaN
  #count = 0

  constructor(world: World) {
    this.#world = world
  }

  /** False when the message is dropped; the client hears 100, and at the third time the connection ends. */
  allows(session: Session): boolean {
    const { faults } = this.#world
    if (faults.quiet) return true
    const now = this.#world.now()
    const fault = faults.on('pacing', now, { client: session.clientId })
    if (fault === undefined) return true
    const second = Math.floor(now / SECOND)
    if (second !== this.#second) [this.#second, this.#count] = [second, 0]
    this.#count++
    const rate = Number(fault.params.rate)
    if (this.#count <= rate) return true
    if (this.#count > rate + 1) return false
    const violations = (this.#violations.get(session) ?? 0) + 1
    this.#violations.set(session, violations)
    session.error(-1, 100, `max=${rate}`)
    if (violations >= VIOLATIONS_MAX) session.close()
    return false
  }
}
