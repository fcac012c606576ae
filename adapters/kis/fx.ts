/**
 * The broker's own rates, in won, as the run's exchange rates: they stand in the answers on what may be spent abroad
 * (KIS reference 7.10), one of each currency. A pair of two foreign currencies is the one through the other. Asked for at
 * the start and then every few minutes, behind everything that is urgent.
 */
import { Subject } from 'rxjs'
import { mulDiv, pow10 } from '../../src/core/base/fixed.ts'
import { MINUTE, SECOND, type Micros } from '../../src/core/base/time.ts'
import type { Instrument } from '../../src/core/domain/instrument.ts'
import type { Clock, MarketInbound } from '../../src/runtime/ports.ts'
import { type ForeignAccounts, RATE_DECIMALS } from './foreign.ts'
import type { Environment } from './wire/transactions.ts'

const EVERY: Micros = 10 * MINUTE
/** Without a rate nothing can be opened: a question that failed is asked again sooner. */
const AGAIN: Micros = 20 * SECOND

export interface RatePlace<E extends Environment> {
  readonly accounts: Pick<ForeignAccounts<E>, 'wonRate'>
  readonly clock: Clock
  readonly pairs: readonly RatePair[]
}

/** `USD/KRW`: how many won a dollar is. */
export interface RatePair {
  readonly instrument: Instrument
  readonly base: string
  readonly quoted: string
}

/** The pairs of a run that the account knows: of won, dollars and the currencies that are traded; none without any. */
export function pairsOf(instruments: readonly Instrument[], currencies: readonly string[]): RatePair[] {
  if (currencies.length === 0) return []
  const known = new Set(['KRW', 'USD', ...currencies])
  return instruments.flatMap((instrument) => {
    const [base = '', quoted = ''] = instrument.symbol.split('/')
    const isOurs = instrument.venue === 'FX' && known.has(base) && known.has(quoted)
    return isOurs ? [{ instrument, base, quoted }] : []
  })
}

export class BrokerRates<E extends Environment> {
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
    const { clock, pairs } = this.#p
    const won = await this.#wonRates()
    if (this.#stopped) return
    const venueT = clock.now()
    const rates = pairs.flatMap(({ instrument, base, quoted }) => {
      const [mine, theirs] = [won.get(base), won.get(quoted)]
      if (mine === undefined || theirs === undefined) return []
      const rate = mulDiv(mine, pow10(instrument.priceDecimals), theirs, 'down')
      return rate > 0 ? [{ type: 'fx', venueT, instrument: instrument.id, rate } as const] : []
    })
    if (rates.length > 0) this.events$.next(rates)
    this.#cancel = clock.after(rates.length < pairs.length ? AGAIN : EVERY, () => void this.#ask())
  }

  async #wonRates(): Promise<ReadonlyMap<string, number>> {
    const won = new Map<string, number>([['KRW', pow10(RATE_DECIMALS)]])
    for (const currency of new Set(this.#p.pairs.flatMap((p) => [p.base, p.quoted]))) {
      if (currency === 'KRW') continue
      const rate = await this.#p.accounts.wonRate(currency)
      if (rate !== undefined) won.set(currency, rate)
    }
    return won
  }
}
