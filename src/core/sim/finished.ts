/**
 * The ids of the orders that finished last, so that a late cancel is told from one for an order never seen, and an id
 * is not taken twice. Bounded, in two generations: the newest 4,096 at least are known, of the older ones nothing.
 */
const GENERATION = 4096

export type FinishedIds = readonly [older: readonly number[], newer: readonly number[]]

export class FinishedOrders {
  #older = new Set<number>()
  #newer = new Set<number>()

  has(orderId: number): boolean {
    return this.#newer.has(orderId) || this.#older.has(orderId)
  }

  add(orderId: number): void {
    if (this.#newer.size === GENERATION) {
      this.#older = this.#newer
      this.#newer = new Set()
    }
    this.#newer.add(orderId)
  }

  save(): FinishedIds {
    return [[...this.#older], [...this.#newer]]
  }

  load(ids: FinishedIds): void {
    this.#older = new Set(ids[0])
    this.#newer = new Set(ids[1])
  }
}
