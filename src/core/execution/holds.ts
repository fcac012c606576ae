/**
 * Why nothing is opened (D-08): the causes of REDUCE_ONLY that stand now. Each is raised and lifted by its own rule; the
 * engine is LIVE again when none stands. A latch is a cause that only its rule's own event lifts.
 */
export const HOLD_CAUSES = [
  'dailyLoss', // R-02, until the next risk day
  'blind', // R-30, until data of what is held arrives
  'unknown', // R-36, until the order's fate is known
  'cash', // R-05, until the operator explains it
  'overfill', // I-15, until the operator acknowledges
  'mismatch', // R-40, F-34, until the books agree or the operator acknowledges
  'restart', // R-44, until the operator arms
] as const
export type HoldCause = (typeof HOLD_CAUSES)[number]

export class Holds {
  #standing: HoldCause[] = []

  get any(): boolean {
    return this.#standing.length > 0
  }

  get standing(): readonly HoldCause[] {
    return this.#standing
  }

  has(cause: HoldCause): boolean {
    return this.#standing.includes(cause)
  }

  /** True when it did not stand before. */
  raise(cause: HoldCause): boolean {
    if (this.has(cause)) return false
    this.#standing.push(cause)
    return true
  }

  /** True when it stood. */
  lift(cause: HoldCause): boolean {
    if (!this.has(cause)) return false
    this.#standing = this.#standing.filter((c) => c !== cause)
    return true
  }

  snapshot(): HoldCause[] {
    return [...this.#standing]
  }

  restore(s: readonly HoldCause[]): void {
    this.#standing = [...s]
  }
}
