/**
 * The account as IB tells it: positions by contract, cash by currency in cents. Cash follows a fill a moment later; until
 * it does, that currency is left out of the books rather than compared with what is newer (R-35: unknown is not flat).
 */
import { toScaled } from '../../src/core/base/decimal.ts'
import { MINUTE, type Micros } from '../../src/core/base/time.ts'
import type { BookedCash, BookedPosition } from '../../src/core/domain/control.ts'
import { type Currency, type Money, moneyDecimals, type Qty } from '../../src/core/domain/units.ts'
import { fromIbCurrency } from '../../src/reference/broker-codes.ts'
import type { AdapterContext } from '../../src/runtime/ports.ts'
import type { Contracts, IbListing } from './contracts.ts'
import type { IbLink } from './link.ts'
import { rounded } from './numbers.ts'
import { Sweep } from './sweeps.ts'

interface Held {
  readonly listing: IbListing
  readonly qty: Qty
  readonly avgPrice: number
}

interface Balance {
  amount: Money | undefined
  /** A fill moved this currency and the figure has not changed since. */
  owedSince: Micros | undefined
}

/** IB tells account values after a trade, and every three minutes at the latest. */
const SETTLED_WITHIN: Micros = 3 * MINUTE

export class IbAccount {
  readonly positions: Sweep
  readonly #link: IbLink
  readonly #context: AdapterContext
  readonly #contracts: Contracts
  readonly #account: string
  readonly #held = new Map<number, Held>()
  readonly #cash = new Map<string, Balance>()
  readonly #values: Sweep
  #ready = true
  #unreadable = false

  constructor(link: IbLink, context: AdapterContext, contracts: Contracts, account: string) {
    this.#link = link
    this.#context = context
    this.#contracts = contracts
    this.#account = account
    this.positions = new Sweep(
      link,
      (api) => api.reqPositions(),
      () => this.#held.clear(),
    )
    // A second subscription of the same account would be ignored: it is ended first, and begins with a whole batch.
    this.#values = new Sweep(
      link,
      (api) => api.reqAccountUpdates(false, account).reqAccountUpdates(true, account),
      () => {
        this.#unreadable = false
      },
    )
    link.on('position', (of, contract, qty, avgCost) => {
      const listing = of === account ? contracts.find(contract) : undefined
      if (listing !== undefined) this.#hold(listing, qty, avgCost)
    })
    link.on('positionEnd', () => this.positions.end())
    link.on('updateAccountValue', (key, value, currency, of) => {
      if (of === account) this.#value(key, value, currency)
    })
    link.on('accountDownloadEnd', (of) => {
      if (of === account || of === '') this.#values.end()
    })
  }

  #hold(listing: IbListing, theirs: number, avgCost: number | undefined): void {
    const qty = listing.qty(theirs)
    if (qty === undefined) {
      this.#unreadable = true
      return
    }
    const { id, priceDecimals } = listing.instrument
    const avgPrice = rounded(avgCost, priceDecimals) ?? 0
    if (qty === 0) this.#held.delete(id)
    else this.#held.set(id, { listing, qty, avgPrice })
  }

  #value(key: string, value: string, theirs: string): void {
    if (key === 'AccountReady') this.#ready = value !== 'false'
    if (key !== 'CashBalance' || theirs === 'BASE') return
    const currency = fromIbCurrency(theirs)
    const amount = toScaled(value, moneyDecimals(currency as Currency))
    const balance = this.#balance(currency)
    if (amount !== balance.amount) balance.owedSince = undefined
    balance.amount = amount
  }

  #balance(currency: string): Balance {
    const balance = this.#cash.get(currency) ?? { amount: undefined, owedSince: undefined }
    this.#cash.set(currency, balance)
    return balance
  }

  /** A fill or a cost of it was told: cash of that currency is about to move. */
  moved(currency: string): void {
    this.#balance(currency).owedSince ??= this.#context.clock.now()
  }

  /** What is held of a listing by the last word; for the urgency of an order only. */
  held(listing: IbListing): Qty {
    return this.#held.get(listing.instrument.id)?.qty ?? 0
  }

  async freshPositions(): Promise<BookedPosition[] | null> {
    const whole = await this.positions.fresh()
    if (!whole || this.#unreadable || this.#contracts.all.some((l) => l.resolved === undefined && l.trouble === '')) {
      return null
    }
    return [...this.#held.values()]
      .map(({ listing, qty, avgPrice }) => {
        return { instrument: listing.instrument.id, qty, sellable: Math.max(0, qty), avgPrice }
      })
      .sort((a, b) => a.instrument - b.instrument)
  }

  async freshCash(): Promise<BookedCash[] | null> {
    const whole = await this.#values.fresh()
    // After a reset of the servers the figures are not to be trusted yet (reference 5.4).
    if (!whole || !this.#ready) return null
    const now = this.#context.clock.now()
    const out: BookedCash[] = []
    for (const [currency, name] of this.#context.currencies.entries()) {
      const balance = this.#cash.get(name)
      // IB lists no currency of which the account never had anything.
      if (balance === undefined) out.push({ currency, amount: 0 })
      else if (balance.amount === undefined) return null
      else if (balance.owedSince === undefined || now - balance.owedSince > SETTLED_WITHIN) {
        out.push({ currency, amount: balance.amount })
      }
    }
    return out
  }

  get link(): IbLink {
    return this.#link
  }

  get id(): string {
    return this.#account
  }
}
