/**
 * Absence where no list proves it (F-14): two balances that are alike, five seconds or more apart, without a notice of
 * the symbol in between, and nothing tied up that our other orders do not explain: shares of a sale, won of a purchase.
 * Anything else leaves the order unknown. Not seen: foreign money tied up by a purchase abroad; there the two balances and
 * the missing notice have to do.
 */
import type { Micros } from '../../src/core/base/time.ts'
import { notional } from '../../src/core/domain/fees.ts'
import type { Money, Qty } from '../../src/core/domain/units.ts'
import type { AccountInquiries } from './accounts.ts'
import type { ForeignAccounts } from './foreign.ts'
import { BALANCES_APART } from './evidence.ts'
import type { OwnOrder } from './own-orders.ts'
import type { Environment } from './wire/transactions.ts'

/** What our other orders tie up. */
export interface OwnClaims {
  readonly sales: Qty
  readonly wonBids: Money
}

interface Print {
  readonly at: Micros
  readonly text: string
}

export class AbsenceWatch<E extends Environment> {
  readonly #accounts: AccountInquiries<E>
  readonly #foreign: ForeignAccounts<E>
  readonly #prints = new Map<OwnOrder, Print>()

  constructor(accounts: AccountInquiries<E>, foreign: ForeignAccounts<E>) {
    this.#accounts = accounts
    this.#foreign = foreign
  }

  /** Undefined when the balance cannot be had: then this look did not happen. */
  async look(order: OwnOrder, now: Micros, noticedAt: Micros, own: OwnClaims): Promise<boolean | undefined> {
    const print = await this.#print(order, own)
    if (print === undefined) return undefined
    const first = this.#prints.get(order)
    const quiet = first !== undefined && first.text === print.text && noticedAt < first.at
    if (!quiet || print.tied) {
      this.#prints.set(order, { at: now, text: print.text })
      return false
    }
    return now - first.at >= BALANCES_APART
  }

  async #print(order: OwnOrder, own: OwnClaims): Promise<{ text: string; tied: boolean } | undefined> {
    const { listing, terms } = order
    const { market } = listing
    const kr = market === 'kr' ? await this.#accounts.domestic() : undefined
    const holdings = market === 'kr' ? kr?.holdings : await this.#foreign.holdings([market])
    const money = market === 'kr' ? await this.#accounts.spendableWon() : (await this.#foreign.power(market))?.withWon
    if (holdings === undefined || money === undefined) return undefined
    const held = holdings.find((h) => h.listing === listing)
    const shares = terms.side < 0 && held !== undefined && held.free + own.sales < held.qty
    const claimed = (kr?.won ?? 0) - money - own.wonBids
    const asked = terms.side > 0 && kr !== undefined ? notional(listing.instrument, 1, terms.qty, order.wireLimit) : 0
    const tied = shares || (asked > 0 && claimed * 10 >= asked * 9)
    const facts = [held?.qty ?? 0, held?.free ?? 0, held?.boughtToday ?? 0, held?.soldToday ?? 0, money, kr?.won ?? 0]
    return { text: facts.join(' '), tied }
  }
}
