/**
 * A trading session without a socket, for a supervisor: KIS gives one socket session a key, and after a process
 * that died uncleanly it may hold the slot for hours (reference 8.7), while requests are answered all the same. It is up
 * once the account answered; what becomes of orders is asked for, because nobody tells.
 */
import { type Micros, SECOND } from '../../src/core/base/time.ts'
import type { Clock } from '../../src/runtime/ports.ts'

/** What a broker needs of a session, with a socket or without. */
export interface Session {
  readonly state: 'idle' | 'connecting' | 'up'
  /** Resolves with undefined once it is up, else with why not. */
  connect(): Promise<string | undefined>
  close(): Promise<void>
}

/** */
const LOGIN_MS = 10_000
const ASK_EVERY: Micros = 2 * SECOND

export interface RestPlace {
  readonly clock: Clock
  /** Does the account answer? */
  readonly answers: () => Promise<boolean>
  /** Asks what became of orders. */
  readonly ask: () => void
}

export class RestSession implements Session {
  readonly #place: RestPlace
  #cancel: () => void = () => undefined
  state: Session['state'] = 'idle'

  constructor(place: RestPlace) {
    this.#place = place
  }

  async connect(): Promise<string | undefined> {
    if (this.state !== 'idle') return this.state === 'up' ? undefined : 'an attempt is under way'
    this.state = 'connecting'
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), LOGIN_MS)
    })
    const answered = await Promise.race([this.#place.answers(), late])
    clearTimeout(timer)
    this.state = answered ? 'up' : 'idle'
    if (!answered) return 'the account does not answer'
    this.#askAgain()
    return undefined
  }

  #askAgain(): void {
    this.#cancel = this.#place.clock.after(ASK_EVERY, () => {
      this.#place.ask()
      this.#askAgain()
    })
  }

  close(): Promise<void> {
    this.#cancel()
    this.state = 'idle'
    return Promise.resolve()
  }
}
