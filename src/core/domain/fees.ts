/**
 * Fee and tax of a fill. Each is rounded up once per fill to the money unit (`contract.md` 2).
 *
 * A table charges an order as a whole: of what an order owes for all its fills so far, a fill bears what was not
 * charged yet. So an order minimum sits on its first fill, a maximum holds for the order, no partition of it costs
 * more than one fill would, and nothing is changed after its row. Dates are settled outside the core
 * (`src/reference/fees.ts`): here a row is in force from an instant on.
 *
 * Amounts are exact until that one rounding: BigInt in 10^-18 of a money unit.
 */
import { safe } from '../base/assert.ts'
import { mulDiv, type Ratio, type Rounding } from '../base/fixed.ts'
import type { Micros } from '../base/time.ts'
import { lastAtOrBefore } from './calendar.ts'
import type { Instrument } from './instrument.ts'
import { notionalScale } from './instrument.ts'
import type { Money, Price, Qty, Side } from './units.ts'

export interface Costs {
  readonly fee: Money
  readonly tax: Money
}

/** One charge of a row; all bounds hold for what it is per. */
export interface FeeCharge {
  readonly name: string
  readonly books: 'fee' | 'tax'
  /** Who bears it: buys, sales, or 0 for both. */
  readonly side: Side | 0
  /** A charge per fill must be one of sales: the estimate for a buy knows no fills. */
  readonly per: 'order' | 'fill'
  /** `value`: share of the money traded. `qty`: money per quantity unit. `charge`: share of charge `of` of the row. */
  readonly base: 'value' | 'qty' | 'charge'
  readonly rate: Ratio
  readonly of?: number
  readonly min?: Money
  readonly max?: Money
  /** At most this share of the money traded, even where that is below `min`. */
  readonly maxOfValue?: Ratio
  /** How the broker rounds this charge; without it only the sum is rounded. */
  readonly round?: { readonly unit: Money; readonly mode: Rounding }
}

/** Row i is in force from `from[i]` until `from[i + 1]`; before the first nothing is charged. */
export interface FeeSchedule {
  readonly from: readonly Micros[]
  readonly rows: readonly (readonly FeeCharge[])[]
}

export type FeeModel =
  | { readonly kind: 'none' }
  | { readonly kind: 'bps'; readonly bps: Ratio }
  /** By instrument id. */
  | { readonly kind: 'table'; readonly name: string; readonly schedules: readonly FeeSchedule[] }

/** What an order has traded and was charged per order, kept with it from fill to fill. */
export interface Charged {
  value: Money
  fee: Money
  tax: Money
}

/** An order as the charges see it: `cumQty` is what was filled before the fill at hand. */
export interface ChargedOrder {
  readonly side: Side
  readonly cumQty: Qty
  readonly charged: Charged
}

export const NO_COSTS: Costs = { fee: 0, tax: 0 }
const NO_CHARGES: readonly FeeCharge[] = []
const FINE = 10n ** 18n

export function nothingCharged(): Charged {
  return { value: 0, fee: 0, tax: 0 }
}

/** Price × quantity in money units, exact where the scales allow, otherwise rounded against us (up for a buy). */
export function notional(instrument: Instrument, side: Side, qty: Qty, price: Price): Money {
  const { mul, div } = notionalScale(instrument)
  if (div === 1) {
    const value = qty * price * mul
    if (Number.isSafeInteger(value)) return value
  }
  return mulDiv(qty, price * mul, div, side > 0 ? 'up' : 'down')
}

/** Costs of the next fill of an order; takes note in `order.charged` of what it charges. */
export function charge(
  model: FeeModel,
  instrument: Instrument,
  order: ChargedOrder,
  qty: Qty,
  price: Price,
  t: Micros,
): Costs {
  if (model.kind !== 'table') return plainCosts(model, instrument, order.side, qty, price)
  const { charged, side } = order
  // Rounded down where the scales force it, so that no partition adds up to more than the whole.
  const value = notional(instrument, -1, qty, price)
  charged.value = safe(charged.value + value, 'traded value of an order')
  const row = rowAt(model.schedules[instrument.id], t)
  const whole = sums(row, side, 'order', order.cumQty + qty, charged.value)
  const own = sums(row, side, 'fill', qty, value)
  return { fee: book(charged, 'fee', whole.fee, own.fee), tax: book(charged, 'tax', whole.tax, own.tax) }
}

/** A part of an order that is filled, for the estimate of the rest. */
export interface FilledPart {
  readonly qty: Qty
  readonly value: Money
}

/**
 * The most that a buy of `qty` at `price` or below may cost, before the fact: not less than the sum over
 * any partition into fills. After a part was filled, the most that the rest may cost. A rise of the next row is
 * counted, for the order may outlive the row in force. With bps each fill is rounded up by itself: there the bound
 * may be exceeded by one money unit for each further fill.
 */
export function buyCosts(
  model: FeeModel,
  instrument: Instrument,
  qty: Qty,
  price: Price,
  t: Micros,
  filled: FilledPart = { qty: 0, value: 0 },
): Money {
  if (model.kind !== 'table') {
    const costs = plainCosts(model, instrument, 1, qty, price)
    return costs.fee + costs.tax
  }
  const schedule = model.schedules[instrument.id]
  const value = filled.value + notional(instrument, 1, qty, price)
  const charged = wholeCosts(rowAt(schedule, t), filled.qty, filled.value)
  const now = wholeCosts(rowAt(schedule, t), filled.qty + qty, value)
  const next = wholeCosts(rowAfter(schedule, t), filled.qty + qty, value)
  return Math.max(0, now - charged, next - charged)
}

/** Fee and tax of a buy of this size, filled at once. */
function wholeCosts(row: readonly FeeCharge[], qty: Qty, value: Money): Money {
  const { fee, tax } = sums(row, 1, 'order', qty, value)
  return toMoney(fee) + toMoney(tax)
}

function plainCosts(
  model: Exclude<FeeModel, { kind: 'table' }>,
  instrument: Instrument,
  side: Side,
  qty: Qty,
  price: Price,
): Costs {
  if (model.kind === 'none') return NO_COSTS
  const value = notional(instrument, side, qty, price)
  return { fee: mulDiv(value, model.bps.num, model.bps.den * 10_000, 'up'), tax: 0 }
}

export function rowAt(schedule: FeeSchedule | undefined, t: Micros): readonly FeeCharge[] {
  if (schedule === undefined) return NO_CHARGES
  return schedule.rows[lastAtOrBefore(schedule.from, t)] ?? NO_CHARGES
}

function rowAfter(schedule: FeeSchedule | undefined, t: Micros): readonly FeeCharge[] {
  if (schedule === undefined) return NO_CHARGES
  const i = lastAtOrBefore(schedule.from, t)
  return schedule.rows[i + 1] ?? schedule.rows[i] ?? NO_CHARGES
}

interface Sums {
  readonly fee: bigint
  readonly tax: bigint
}

/** What all charges of a row come to, per order or per fill, in 10^-18 of the money unit. */
function sums(row: readonly FeeCharge[], side: Side, per: 'order' | 'fill', qty: Qty, value: Money): Sums {
  let [fee, tax] = [0n, 0n]
  const amounts: bigint[] = []
  for (const c of row) {
    const owed = qty > 0 && c.per === per && (c.side === 0 || c.side === side)
    const amount = owed ? amountOf(c, qty, value, amounts) : 0n
    amounts.push(amount)
    if (c.books === 'fee') fee += amount
    else tax += amount
  }
  return { fee, tax }
}

function amountOf(c: FeeCharge, qty: Qty, value: Money, before: readonly bigint[]): bigint {
  const money = BigInt(value) * FINE
  const base = c.base === 'value' ? money : c.base === 'qty' ? BigInt(qty) * FINE : (before[c.of ?? -1] ?? 0n)
  let x = share(base, c.rate)
  if (c.min !== undefined) x = larger(x, BigInt(c.min) * FINE)
  if (c.max !== undefined) x = smaller(x, BigInt(c.max) * FINE)
  if (c.maxOfValue !== undefined) x = smaller(x, share(money, c.maxOfValue))
  return c.round === undefined ? x : rounded(x, BigInt(c.round.unit) * FINE, c.round.mode)
}

/** Books what is owed beyond what was charged, and what the fill owes by itself, rounded up once. */
function book(charged: Charged, books: 'fee' | 'tax', whole: bigint, own: bigint): Money {
  const open = larger(whole - BigInt(charged[books]) * FINE, 0n)
  const costs = toMoney(open + own)
  charged[books] += costs - toMoney(own)
  return costs
}

function toMoney(fine: bigint): Money {
  return safe(Number(ceiling(fine, FINE)), 'costs')
}

/** a · ratio, rounded up in the finest unit: exact where the rate is a decimal, as all rates of tables are. */
function share(a: bigint, ratio: Ratio): bigint {
  return ceiling(a * BigInt(ratio.num), BigInt(ratio.den))
}

function rounded(x: bigint, unit: bigint, mode: Rounding): bigint {
  const down = (x / unit) * unit
  if (mode === 'down') return down
  if (mode === 'up') return ceiling(x, unit) * unit
  const twice = 2n * (x - down)
  if (twice !== unit) return twice > unit ? down + unit : down
  return (down / unit) % 2n === 0n ? down : down + unit
}

/** For a ≥ 0. */
function ceiling(a: bigint, b: bigint): bigint {
  return (a + b - 1n) / b
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}
