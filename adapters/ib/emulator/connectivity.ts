/**
 * Is the gateway in touch with its servers? While it is not, clients hear nothing of orders, and what they ask of orders
 * waits or is lost. Farms break apart from that and take only data with them.
 */
import type { Micros } from '../../../src/core/base/time.ts'

export interface Outage {
  /** Requests about orders meanwhile are kept for later. */
  readonly queue: boolean
  /** A modification meanwhile leaves the first order live beside the second. */
  readonly double: boolean
}

export class Connectivity {
  #outage: Outage | undefined
  #waiting: (() => void)[] = []
  dataBrokenUntil: Micros = -Infinity
  historyBrokenUntil: Micros = -Infinity
  /** The port refuses connections. */
  refusing = false

  get outage(): Outage | undefined {
    return this.#outage
  }

  lose(outage: Outage): void {
    this.#outage = outage
  }

  /** Back in touch: what waited is done now. */
  restore(): void {
    const waiting = this.#waiting
    this.#waiting = []
    this.#outage = undefined
    for (const act of waiting) act()
  }

  defer(act: () => void): void {
    if (this.#outage?.queue === true) this.#waiting.push(act)
  }
}
