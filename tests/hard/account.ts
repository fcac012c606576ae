/** The account as a run's tables make it: cash and shares by broker, orders by their rows (I-13 … I-16, R-16, R-17). */
import { type EquityRow, type FillRow, type OrderRow, times } from './run-tables.ts'

const ENDED = ['filled', 'canceled', 'expired', 'rejected']

export interface LiveOrder {
  readonly order: string
  readonly broker: string
  readonly symbol: string
  readonly side: 1n | -1n
  qty: bigint
  cum: bigint
  state: string
  /** 0 for one at market. */
  limit: bigint
  /** Of the risk rules, not of the agent. */
  readonly exit: boolean
}

export class Account {
  readonly #fault: (id: string, seq: number, what: string) => void
  readonly cash: Map<string, bigint>
  /** Shares by broker and symbol. */
  readonly shares = new Map<string, bigint>()
  readonly live = new Map<string, LiveOrder>()
  /** Filled quantity by order, over the fills. */
  readonly #filled = new Map<string, bigint>()
  readonly #known = new Set<string>()
  #intents = new Set<string>()

  /** `cash`: opening balances by broker. */
  constructor(cash: ReadonlyMap<string, bigint>, fault: (id: string, seq: number, what: string) => void) {
    this.cash = new Map(cash)
    this.#fault = fault
  }

  held(symbol: string): bigint {
    let sum = 0n
    for (const [key, qty] of this.shares) if (key.endsWith(` ${symbol}`)) sum += qty
    return sum
  }

  heldAt(broker: string, symbol: string): bigint {
    return this.shares.get(`${broker} ${symbol}`) ?? 0n
  }

  total(): bigint {
    let sum = 0n
    for (const amount of this.cash.values()) sum += amount
    return sum
  }

  fill(f: FillRow): void {
    if (this.#known.has(f.id)) this.#fault('I-14', f.seq, `fill ${f.id} twice`)
    this.#known.add(f.id)
    const cash = (this.cash.get(f.broker) ?? 0n) - f.side * times(f.qty, f.price) - f.costs
    const shares = this.heldAt(f.broker, f.symbol) + f.side * f.qty
    this.cash.set(f.broker, cash)
    this.shares.set(`${f.broker} ${f.symbol}`, shares)
    this.#filled.set(f.order, (this.#filled.get(f.order) ?? 0n) + f.qty)
    if (cash < 0n) this.#fault('R-17', f.seq, `cash ${cash} at ${f.broker} after fill ${f.id}`)
    if (shares < 0n) this.#fault('R-16', f.seq, `${shares} of ${f.symbol} at ${f.broker} after fill ${f.id}`)
  }

  /** `limit` and `exit` as the decision said. */
  order(row: OrderRow, limit: bigint, exit: boolean): void {
    const known = this.live.get(row.order)
    if (known === undefined) {
      if (row.state !== 'pendingNew') return this.#ended(row)
      if (this.#intents.has(row.intent)) this.#fault('I-11', row.seq, `intent ${row.intent} sent twice`)
      this.#intents.add(row.intent)
    }
    const { order, broker, symbol, side, qty, cum, state } = row
    if (cum > qty) this.#fault('I-15', row.seq, `order ${order} filled ${cum} of ${qty}`)
    if (cum !== (this.#filled.get(order) ?? 0n))
      this.#fault('I-15', row.seq, `order ${order} filled ${cum}, by its fills not`)
    if (ENDED.includes(state)) this.live.delete(order)
    else this.live.set(order, known ?? { order, broker, symbol, side, qty, cum, state, limit, exit })
    if (known !== undefined) Object.assign(known, { qty, cum, state })
  }

  /** A row of an order that is not live: only one of a fill that came late. */
  #ended(row: OrderRow): void {
    if (!ENDED.includes(row.state)) this.#fault('I-18', row.seq, `order ${row.order} is ${row.state} and was not live`)
  }

  /**
   * Equity is cash and exposure, and its cash is that of the fills (I-16, I-17). `before`: cash before the fill of the
   * same event, which a bar that ended with it does not know yet.
   */
  agrees(e: EquityRow, before: bigint): void {
    if (e.cash !== this.total() && e.cash !== before)
      this.#fault('I-16', e.seq, `cash ${e.cash}, by the fills ${this.total()}`)
    if (e.equity !== e.cash + e.exposure) this.#fault('I-17', e.seq, `equity ${e.equity}: ${e.cash} + ${e.exposure}`)
  }

  leaves(of: (o: LiveOrder) => boolean): bigint {
    let sum = 0n
    for (const o of this.live.values()) if (of(o)) sum += o.qty - o.cum
    return sum
  }
}
