/**
 * The broker's own dollar rate, in won, as the run's exchange rate: it stands in the answer on what may be spent
 * abroad (KIS reference 7.10). Asked for at the start and then every few minutes, behind everything that is urgent.
 */
import { Subject } from 'rxjs'
import { MINUTE, SECOND, type Micros } from '../../src/core/base/time.ts'
import type { Clock, MarketInbound } from '../../src/runtime/ports.ts'
import type { AccountInquiries } from './accounts.ts'
import type { Environment } from './wire/transactions.ts'

const EVERY: Micros = 10 * MINUTE
/** Without a rate nothing can be opened: a question that failed is asked again sooner. */
const AGAIN: Micros = 20 * SECOND

export interface RatePlace<E extends Environment> {
  readonly accounts: AccountInquiries<E>
  readonly clock: Clock
  /** The pair's id in the run. */
  readonly instrument: number
  readonly priceDecimals: number
}

export class DollarRate<E extends Environment> {
  readonly events$ = new Subject<readonly MarketInbound[]>()
  readonly #p: RatePlace<E>
  #cancel: () => void = () => undefined
  #stopped = false

  constructor(place: RatePlace<E>) {
    this.#p = place
  }

  start(): void {
    void this.#ask()
  }

  stop(): void {
    this.#stopped = true
    this.#cancel()
  }

  async #ask(): Promise<void> {
    const { accounts, clock, instrument, priceDecimals } = this.#p
    const rate = await accounts.dollarRate(priceDecimals)
    if (this.#stopped) return
    if (rate !== undefined) this.events$.next([{ type: 'fx', venueT: clock.now(), instrument, rate }])
    this.#cancel = clock.after(rate === undefined ? AGAIN : EVERY, () => void this.#ask())
  }
}
