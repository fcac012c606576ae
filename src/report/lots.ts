/**
 * The trade ledger for tax: every disposal matched to its purchases, first in first out, by broker and instrument, each
 * with its share of costs. Shares of money add up to what was booked, to the last unit. Amounts are in the instrument's
 * currency; rates of exchange of a tax office, wash sales and other methods of matching are not applied.
 */
import { mulDiv } from '../core/base/fixed.ts'
import type { Money, Qty } from '../core/domain/units.ts'
import type { Movement } from '../runtime/fill-book.ts'

/** What remains of one booking that opened: its money is that of the remaining quantity. */
interface Lot {
  readonly t: number
  readonly orderId: number
  readonly fillNo: number
  readonly side: 1 | -1
  qty: Qty
  value: Money
  costs: Money
}

/** One line of the ledger; `closed` undefined: still held. */
export interface LedgerLine {
  readonly broker: number
  readonly instrument: number
  readonly side: 'long' | 'short'
  readonly qty: Qty
  readonly opened: number
  readonly closed: number | undefined
  /** Paid for the shares, and received for them, without costs. */
  readonly cost: Money
  readonly proceeds: Money
  /** Fees and taxes of purchase and disposal. */
  readonly costs: Money
  readonly gain: Money
}

export class Lots {
  readonly #lots = new Map<string, Lot[]>()
  readonly #tell: (line: LedgerLine) => void

  constructor(tell: (line: LedgerLine) => void) {
    this.#tell = tell
  }

  movement(m: Movement): void {
    if (m.kind === 'split') {
      for (const [key, lots] of this.#lots) if (key.endsWith(` ${m.instrument}`)) splitAll(lots, m.num, m.den)
      return
    }
    const lots = this.#of(m.broker, m.instrument)
    if (m.kind === 'adopted') {
      lots.push({ t: m.t, orderId: 0, fillNo: 0, side: 1, qty: m.qty, value: m.value, costs: 0 })
    } else if (m.kind === 'lost') this.#close(lots, m, m.qty, -1, 0, 0)
    else if (m.kind === 'costs') {
      // Later news of costs: borne by what is held, or a line of its own where nothing is.
      const last = lots.at(-1)
      if (last !== undefined) last.costs += m.fee + m.tax
      else this.#line(m, 'long', 0, m.t, m.t, [0, 0, m.fee + m.tax])
    } else if (m.sign > 0) this.#fill(lots, m)
    else this.#takeBack(lots, m)
  }

  /** What is still held, as lines without a disposal. */
  rest(): void {
    for (const [key, lots] of this.#lots) {
      const [broker, instrument] = key.split(' ').map(Number) as [number, number]
      for (const lot of lots) {
        const [cost, proceeds] = lot.side > 0 ? [lot.value, 0] : [0, lot.value]
        const side = lot.side > 0 ? 'long' : 'short'
        this.#line({ broker, instrument }, side, lot.qty, lot.t, undefined, [cost, proceeds, lot.costs])
      }
    }
  }

  #of(broker: number, instrument: number): Lot[] {
    const key = `${broker} ${instrument}`
    const known = this.#lots.get(key)
    if (known !== undefined) return known
    const made: Lot[] = []
    this.#lots.set(key, made)
    return made
  }

  #fill(lots: Lot[], m: Extract<Movement, { kind: 'fill' }>): void {
    const costs = m.fee + m.tax
    const left = this.#close(lots, m, m.qty, m.side, m.value, costs)
    if (left.qty === 0) return
    lots.push({ t: m.t, orderId: m.orderId, fillNo: m.fillNo, side: m.side, ...left })
  }

  /** Closes the oldest lots of the other side; gives what of quantity, money and costs found none. */
  #close(
    lots: Lot[],
    m: { readonly t: number; readonly broker: number; readonly instrument: number },
    qty: Qty,
    side: 1 | -1,
    value: Money,
    costs: Money,
  ): { qty: Qty; value: Money; costs: Money } {
    const left = { qty, value, costs }
    while (left.qty > 0) {
      const lot = lots[0]
      if (lot === undefined || lot.side === side) break
      const n = Math.min(lot.qty, left.qty)
      const entry = take(lot, n)
      const exit = take(left, n)
      if (lot.qty === 0) lots.shift()
      const [cost, proceeds] = side < 0 ? [entry.value, exit.value] : [exit.value, entry.value]
      this.#line(m, side < 0 ? 'long' : 'short', n, lot.t, m.t, [cost, proceeds, entry.costs + exit.costs])
    }
    return left
  }

  /** A fill that is taken back: its own lot if it stands, else the opposite booking at its price. */
  #takeBack(lots: Lot[], m: Extract<Movement, { kind: 'fill' }>): void {
    const at = lots.findIndex((lot) => lot.orderId === m.orderId && lot.fillNo === m.fillNo)
    const lot = lots[at]
    if (lot !== undefined && lot.qty === m.qty) {
      lots.splice(at, 1)
      return
    }
    this.#fill(lots, { ...m, side: m.side > 0 ? -1 : 1, fee: -m.fee, tax: -m.tax, orderId: 0, fillNo: 0 })
  }

  #line(
    at: { readonly broker: number; readonly instrument: number },
    side: 'long' | 'short',
    qty: Qty,
    opened: number,
    closed: number | undefined,
    [cost, proceeds, costs]: readonly [Money, Money, Money],
  ): void {
    const { broker, instrument } = at
    const gain = closed === undefined ? 0 : proceeds - cost - costs
    this.#tell({ broker, instrument, side, qty, opened, closed, cost, proceeds, costs, gain })
  }
}

/** Takes `n` of the quantity with its share of the money out of `from`; the last share takes what is left. */
function take(from: { qty: Qty; value: Money; costs: Money }, n: Qty): { value: Money; costs: Money } {
  const whole = n === from.qty
  const value = whole ? from.value : mulDiv(from.value, n, from.qty, 'halfEven')
  const costs = whole ? from.costs : mulDiv(from.costs, n, from.qty, 'halfEven')
  from.qty -= n
  from.value -= value
  from.costs -= costs
  return { value, costs }
}

/** Whole units of the sum stay, as the ledger has it; the last lot bears the fraction. */
function splitAll(lots: Lot[], num: number, den: number): void {
  const before = lots.reduce((sum, lot) => sum + lot.qty, 0)
  const after = mulDiv(before, num, den, 'down')
  let done = 0
  let seen = 0
  for (const lot of lots) {
    seen += lot.qty
    const upTo = seen === before ? after : mulDiv(seen, num, den, 'down')
    lot.qty = upTo - done
    done = upTo
  }
}
