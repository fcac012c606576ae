/** Shares held, told again from a run's records. */
import { mulDiv } from '../core/base/fixed.ts'
import type { Qty } from '../core/domain/units.ts'

/** Of one instrument at one broker: what is ours, and what is somebody else's business. */
export interface Holding {
  ours: Qty
  external: Qty
}

export class Holdings {
  readonly #instruments: number
  /** By broker, then instrument. */
  readonly #held = new Map<number, Holding[]>()

  constructor(instruments: number) {
    this.#instruments = instruments
  }

  of(broker: number, instrument: number): Holding {
    const of = this.#held.get(broker) ?? Array.from({ length: this.#instruments }, () => ({ ours: 0, external: 0 }))
    this.#held.set(broker, of)
    const holding = of[instrument]
    // A row about no instrument (cash) holds nothing.
    return holding ?? { ours: 0, external: 0 }
  }

  /** `den` shares became `num`, at every broker; what is less than a share is paid out. */
  split(instrument: number, num: number, den: number): void {
    for (const of of this.#held.values()) {
      const holding = of[instrument]
      if (holding === undefined) continue
      const whole = mulDiv(Math.abs(holding.ours), num, den, 'down')
      holding.ours = holding.ours < 0 ? -whole : whole
      holding.external = mulDiv(holding.external, num, den, 'down')
    }
  }
}
