/** Order ids by client: the next valid one is behind the highest ever used, and does not move by being asked for. */
export class IdBook {
  readonly #highest = new Map<number, number>()

  next(clientId: number): number {
    return (this.#highest.get(clientId) ?? 0) + 1
  }

  use(clientId: number, orderId: number): void {
    this.#highest.set(clientId, Math.max(this.#highest.get(clientId) ?? 0, orderId))
  }

  /** Ids of unacknowledged orders that a restart forgot are given out again. */
  rollback(by: number): void {
    for (const [client, highest] of this.#highest) this.#highest.set(client, Math.max(0, highest - by))
  }
}
