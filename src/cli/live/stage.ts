/** The emulators of `start` on a clock: one that waits for the traffic, or the system's for a slow watch. */
import { SystemClock } from '../../runtime/clock.ts'
import { Lockstep } from '../../runtime/lockstep.ts'
import { LockstepClock } from '../../runtime/lockstep-clock.ts'
import { Loopback } from '../../runtime/loopback.ts'
import type { Clock } from '../../runtime/ports.ts'
import type { EmbeddedMarket } from './embedded-market.ts'
import type { EmbeddedVenue } from './kit.ts'
import { EMBEDDED } from './kits.ts'

const SEED = 1

export class Stage {
  readonly clock: Clock
  readonly venues: readonly EmbeddedVenue[]
  readonly #loopback: Loopback | undefined
  readonly #lockstep: Lockstep | undefined

  private constructor(clock: Clock, venues: readonly EmbeddedVenue[], loopback?: Loopback, lockstep?: Lockstep) {
    this.clock = clock
    this.venues = venues
    this.#loopback = loopback
    this.#lockstep = lockstep
  }

  static async open(market: EmbeddedMarket, speed: number): Promise<Stage> {
    const clock = speed === 1 ? new SystemClock({ start: market.from }) : new LockstepClock(market.from)
    const ports = new Set<number>()
    const loopback = clock instanceof LockstepClock ? new Loopback(() => ports) : undefined
    const venues: EmbeddedVenue[] = []
    for (const embed of EMBEDDED) {
      const venue = await embed({ tape: market.tape, clock, seed: SEED, stateDir: market.scratch })
      venues.push(venue)
      for (const port of venue.ports) ports.add(port)
    }
    if (!(clock instanceof LockstepClock) || loopback === undefined) return new Stage(clock, venues)
    return new Stage(clock, venues, loopback, new Lockstep({ clock, loopback, venues, speed }))
  }

  /** Time passes while `work` is under way. */
  async during<T>(work: Promise<T>): Promise<T> {
    if (this.#lockstep === undefined) {
      for (const venue of this.venues) venue.run()
      return work
    }
    const time = this.#lockstep.run()
    // Whichever fails first fails the whole; the other is not left behind.
    return Promise.race([work, time.then(() => work)]).finally(() => this.#lockstep?.stop())
  }

  async close(): Promise<void> {
    this.#loopback?.close()
    for (const venue of this.venues) await venue.close()
  }
}
