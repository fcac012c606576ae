/** Who wants to know what becomes of the session with the gateway, and telling all of them. */

export interface LinkWatcher {
  /** Requests and orders can be sent; `fresh`: a new session, in which nothing is subscribed. */
  up?(fresh: boolean): void
  /** `socket`: the session itself ended. */
  lost?(why: string, socket: boolean): void
  /** After 1101: subscriptions of market data are gone. */
  dataLost?(): void
  /** An error or note with the id of an order or a request. */
  error?(id: number, code: number, text: string): void
  /** A note about the session (farms, pacing, read-only). */
  note?(code: number, text: string): void
  /** A frame that could not be used; `name` its message id or NaN. */
  damaged?(name: number, why: string): void
  /** All frames of one segment were handled. */
  segment?(): void
}

/** Tells every watcher, in the order in which they came. */
export class Watchers {
  readonly #all: LinkWatcher[] = []

  add(watcher: LinkWatcher): void {
    this.#all.push(watcher)
  }

  tell<K extends keyof LinkWatcher>(what: K, ...args: Parameters<NonNullable<LinkWatcher[K]>>): void {
    for (const watcher of this.#all) {
      const heard = watcher[what] as ((...given: unknown[]) => void) | undefined
      heard?.apply(watcher, args)
    }
  }
}
