/**
 * The ids of the orders that finished last, so that a late cancel is told from one for an order never seen, and an id
 * is not taken twice. Bounded: of older orders the venue knows nothing any more.
 */
const KEPT = 4096

export class FinishedOrders {
  #ids = new Set<number>()

  has(orderId: number): boolean {
    return this.#ids.has(orderId)
  }

  add(orderId: number): void {
    this.#ids.add(orderId)
    if (this.#ids.size <= KEPT) return
    for (const oldest of this.#ids) {
      this.#ids.delete(oldest)
      return
    }
  }

  /** Oldest first. */
  list(): number[] {
    return [...this.#ids]
  }

  load(ids: readonly number[]): void {
    this.#ids = new Set(ids)
  }
}
