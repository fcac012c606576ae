/**
 * The session's clock under watch (R-31, F-51): what vendors say of the time, where the machine's own clock went, and
 * whether that clock says of itself that it is disciplined. Each becomes an input of the session when it is news.
 */
import type { Subscription } from 'rxjs'
import type { Micros } from '../core/base/time.ts'
import { CLOCK_SYNC, type ClockSync } from '../core/domain/control.ts'
import type { Clock, MarketSource } from './ports.ts'
import { ReferenceClock } from './reference-clock.ts'

/** The clock of the machine, where the session's follows it. */
export interface Machine {
  /** Session's minus machine's, microseconds. */
  offset(): Micros
  sync(): Promise<ClockSync>
}

const LOOK_EVERY_MS = 500
const SYNC_EVERY_MS = 600_000

export class ClockWatch {
  readonly #reference = new ReferenceClock()
  readonly #clock: Clock
  readonly #machine: Machine | undefined
  readonly #subscriptions: Subscription[]
  readonly #tell: (fact: 'clockOffset' | 'clockSync', value: number) => void
  #timers: ReturnType<typeof setInterval>[] = []
  #sync = -1

  constructor(
    clock: Clock,
    sources: readonly MarketSource[],
    machine: Machine | undefined,
    tell: (fact: 'clockOffset' | 'clockSync', value: number) => void,
  ) {
    this.#clock = clock
    this.#machine = machine
    this.#tell = tell
    this.#subscriptions = sources.flatMap(({ id, time$ }) => {
      return time$?.subscribe((sample) => this.#offset(this.#reference.take(id, sample))) ?? []
    })
  }

  start(): void {
    const machine = this.#machine
    if (machine === undefined) return
    this.#ask(machine)
    const look = (): void => this.#offset(this.#reference.exact('machine', this.#clock.now(), machine.offset()))
    this.#timers = [setInterval(look, LOOK_EVERY_MS), setInterval(() => this.#ask(machine), SYNC_EVERY_MS)]
  }

  #offset(value: Micros | undefined): void {
    if (value !== undefined) this.#tell('clockOffset', value)
  }

  #ask(machine: Machine): void {
    void machine.sync().then((sync) => {
      const value = CLOCK_SYNC.indexOf(sync)
      if (value === this.#sync) return
      this.#sync = value
      this.#tell('clockSync', value)
    })
  }

  stop(): void {
    for (const s of this.#subscriptions) s.unsubscribe()
    for (const timer of this.#timers) clearInterval(timer)
  }
}
