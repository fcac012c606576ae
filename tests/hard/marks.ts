/** Closes of a tape's bars by symbol: between which two marks an instrument stood at a moment. */
import { ONE } from './run-tables.ts'

export interface Close {
  /** End of the bar. */
  readonly t: number
  readonly close: bigint
}

export class Marks {
  readonly #closes: ReadonlyMap<string, readonly Close[]>
  readonly #brokers: ReadonlyMap<string, string>
  readonly #at = new Map<string, number>()

  /** `brokers` by order id. */
  constructor(closes: ReadonlyMap<string, readonly Close[]>, brokers: ReadonlyMap<string, string>) {
    this.#closes = closes
    this.#brokers = brokers
  }

  brokerOf(order: string): string {
    const broker = this.#brokers.get(order)
    if (broker === undefined) throw new Error(`no row of order ${order}`)
    return broker
  }

  /**
   * Lowest and highest of the last two closes: of bars that end at one moment those of other symbols come before or after
   * the decision. Undefined without bars, and while a close may be withheld from marks. Asked in order of time.
   */
  at(symbol: string, t: number): readonly [low: bigint, high: bigint] | undefined {
    const closes = this.#closes.get(symbol)
    if (closes === undefined) return undefined
    let i = this.#at.get(symbol) ?? 0
    while (i + 1 < closes.length && (closes[i + 1] as Close).t <= t) i++
    this.#at.set(symbol, i)
    const last = closes.slice(Math.max(0, i - 3), i + 1).map((c) => c.close)
    if (last.length === 0 || last.some((c, k) => k > 0 && far(c, last[k - 1] as bigint))) return undefined
    const two = last.slice(-2)
    return [two.reduce((a, b) => (a < b ? a : b)), two.reduce((a, b) => (a > b ? a : b))]
  }
}

/** More than nine percent apart, to be on the safe side of R-32's ten. */
function far(a: bigint, b: bigint): boolean {
  const gap = a > b ? a - b : b - a
  return 100n * gap > 9n * b
}

/** A close as a number of the tape, in the tables' units. */
export function closeOf(price: number): bigint {
  return (BigInt(Math.round(price * 1e8)) * ONE) / 100_000_000n
}
