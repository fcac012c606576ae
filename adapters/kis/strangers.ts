/**
 * Orders of others on the account, by hand or by another program (F-30): what they fill from our first list of a market
 * on is told; what was there before is not.
 */
import { charge } from '../../src/core/domain/fees.ts'
import type { Qty } from '../../src/core/domain/units.ts'
import type { ListedOrder } from './decode.ts'
import type { Market } from './instruments.ts'
import { averageOf, type DeskPlace } from './reports.ts'

export class Strangers {
  readonly #place: DeskPlace
  /** Cumulative quantity of orders that are not ours, as last told. */
  readonly #others = new Map<string, { cum: Qty; amount: number }>()
  readonly #baseline = new Set<Market>()

  constructor(place: DeskPlace) {
    this.#place = place
  }

  absorb(market: Market, rows: readonly ListedOrder[]): void {
    const { broker, fees, clock, orders, tell } = this.#place
    const first = !this.#baseline.has(market)
    this.#baseline.add(market)
    for (const row of rows) {
      if (row.action === 'cancel' || orders.byNumber(market, row.number, row.date) !== undefined) continue
      if (this.#mayBeOurs(row)) continue
      const key = `${market} ${row.date} ${row.number}`
      const before = this.#others.get(key) ?? { cum: 0, amount: 0 }
      this.#others.set(key, { cum: row.cum, amount: row.amount })
      const qty = row.cum - before.cum
      if (first || qty <= 0) continue
      const { instrument } = row.listing
      const price = averageOf(row.amount - before.amount, qty)
      const charged = { value: 0, fee: 0, tax: 0 }
      const costs = charge(fees, instrument, { side: row.side, cumQty: before.cum, charged }, qty, price, clock.now())
      tell([{ type: 'externalFill', broker, instrument: instrument.id, side: row.side, qty, price, ...costs }])
    }
  }

  /** While an order of ours is on its way or in doubt, a row like it is not called a stranger's. */
  #mayBeOurs(row: ListedOrder): boolean {
    return this.#place.orders.open(row.market).some((o) => {
      const open = o.phase === 'sending' || o.phase === 'doubt' || o.replacing !== undefined
      return open && o.listing.code === row.listing.code && o.terms.side === row.side
    })
  }
}
