/**
 * Absence where no list proves it (F-14): two balances that are alike, five seconds or more apart, without a notice of
 * the symbol in between, and for a sale nothing of the holding tied up beyond our own known sales. Anything else leaves
 * the order unknown.
 */
import type { Micros } from '../../src/core/base/time.ts'
import type { AccountInquiries } from './accounts.ts'
import { BALANCES_APART } from './evidence.ts'
import type { OwnOrder } from './own-orders.ts'
import type { Environment } from './wire/transactions.ts'

interface Print {
  readonly at: Micros
  readonly text: string
}

export class AbsenceWatch<E extends Environment> {
  readonly #accounts: AccountInquiries<E>
  readonly #prints = new Map<OwnOrder, Print>()

  constructor(accounts: AccountInquiries<E>) {
    this.#accounts = accounts
  }

  /** Undefined when the balance cannot be had: then this look did not happen. */
  async look(order: OwnOrder, now: Micros, noticedAt: Micros, ownSales: number): Promise<boolean | undefined> {
    const print = await this.#print(order, ownSales)
    if (print === undefined) return undefined
    const first = this.#prints.get(order)
    const quiet = first !== undefined && first.text === print.text && noticedAt < first.at
    if (!quiet || print.tied) {
      this.#prints.set(order, { at: now, text: print.text })
      return false
    }
    return now - first.at >= BALANCES_APART
  }

  async #print(order: OwnOrder, ownSales: number): Promise<{ text: string; tied: boolean } | undefined> {
    const { listing, terms } = order
    const kr = listing.market === 'kr' ? await this.#accounts.domestic() : undefined
    const holdings = listing.market === 'kr' ? kr?.holdings : await this.#accounts.overseas()
    const money =
      listing.market === 'kr' ? await this.#accounts.spendableWon() : (await this.#accounts.power())?.withWon
    if (holdings === undefined || money === undefined) return undefined
    const held = holdings.find((h) => h.listing === listing)
    const tied = terms.side < 0 && held !== undefined && held.free + ownSales < held.qty
    const facts = [held?.qty ?? 0, held?.free ?? 0, held?.boughtToday ?? 0, held?.soldToday ?? 0, money, kr?.won ?? 0]
    return { text: facts.join(' '), tied }
  }
}
