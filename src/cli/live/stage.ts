/** The emulators of `start` on a clock: one that waits for the traffic, or the system's for a slow watch. */
import { SystemClock } from '../../runtime/clock.ts'
import { Lockstep } from '../../runtime/lockstep.ts'
import { LockstepClock } from '../../runtime/lockstep-clock.ts'
import { Loopback } from '../../runtime/loopback.ts'
import type { Clock } from '../../runtime/ports.ts'
import type { EmbeddedMarket } from './embedded-market.ts'
import type { EmbeddedVenue, PluggedBroker } from './kit.ts'
import { EMBEDDED } from './kits.ts'

const SEED = 1

export class Stage {
  readonly clock: Clock
  readonly venues: readonly EmbeddedVenue[]
  /** Adapters that say of themselves whether they are at work. */
  readonly #working: (() => boolean)[] = []
  readonly #loopback: Loopback | undefined
  readonly #lockstep: Lockstep | undefined

  private constructor(clock: Clock, venues: readonly EmbeddedVenue[], loopback?: Loopback, speed = Infinity) {
    this.clock = clock
    this.venues = venues
    this.#loopback = loopback
    if (!(clock instanceof LockstepClock) || loopback === undefined) return
    const busy = (): boolean => this.#working.some((isBusy) => isBusy())
    this.#lockstep = new Lockstep({ clock, loopback, venues, speed, busy })
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
    return new Stage(clock, venues, loopback, speed)
  }

  /** Time waits while one of these is at work. */
  watch(plugged: readonly PluggedBroker[]): void {
    for (const { busy } of plugged) if (busy !== undefined) this.#working.push(busy)
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
