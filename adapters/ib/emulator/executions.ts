/**
 * The book of executions: ids in four groups of which the last counts revisions, what each cost and realized. A
 * correction replaces the revision before it, a bust takes it back; both change the account at once.
 */
import type { Micros } from '../../../src/core/base/time.ts'
import type { Money } from '../../../src/core/domain/units.ts'
import type { Execution, IbOrder } from './order.ts'

export class ExecutionBook {
  readonly all: Execution[] = []
  readonly #prefix: string
  #next = 1

  /** `word` is 32 bits of the run's seed. */
  constructor(word: number) {
    this.#prefix = (word >>> 16).toString(16).padStart(8, '0')
  }

  add(order: IbOrder, t: Micros, qty: number, price: number, costs: Money): Execution {
    const { listing, account, terms } = order
    const { realized, amount } = account.fill(listing, terms.side, qty, price, costs)
    const execution: Execution = {
      execId: this.#execId(this.#next++, 1),
      order,
      t,
      side: terms.side,
      qty,
      price,
      exchange: listing.primaryExchange,
      costs,
      amount,
      realized,
      cumQty: order.filled,
      cumAmount: order.amount,
      revision: 1,
    }
    this.all.push(execution)
    return execution
  }

  /** The same execution at another price: the next revision, booked instead of the one before. */
  correct(execution: Execution, price: number): void {
    const { order, side, qty, costs } = execution
    this.#reverse(execution)
    order.amount += qty * (price - execution.price)
    execution.cumAmount += qty * (price - execution.price)
    const { realized, amount } = order.account.fill(order.listing, side, qty, price, costs)
    Object.assign(execution, { price, realized, amount, revision: execution.revision + 1 })
    execution.execId = execution.execId.replace(/\d\d$/, String(execution.revision).padStart(2, '0'))
  }

  #reverse({ order, side, qty, amount, costs, realized }: Execution): void {
    order.account.reverse(order.listing, side, qty, amount, costs, realized ?? 0)
  }

  #execId(n: number, revision: number): string {
    return `${this.#prefix}.${n.toString(16).padStart(8, '0')}.01.${String(revision).padStart(2, '0')}`
  }
}
