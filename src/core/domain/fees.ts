/** Fee and tax of a fill. Each is rounded up once per fill to the money unit (`contract.md` 2). */
import { mulDiv, type Ratio } from '../base/fixed.ts'
import type { Instrument } from './instrument.ts'
import { notionalScale } from './instrument.ts'
import type { Money, Price, Qty, Side } from './units.ts'

export interface Costs {
  readonly fee: Money
  readonly tax: Money
}

/** One policy by name; dated tables arrive with the markets. */
export type FeeModel = { readonly kind: 'none' } | { readonly kind: 'bps'; readonly bps: Ratio }

export const NO_COSTS: Costs = { fee: 0, tax: 0 }

/** Price × quantity in money units, exact where the scales allow, otherwise rounded against us (up for a buy). */
export function notional(instrument: Instrument, side: Side, qty: Qty, price: Price): Money {
  const { mul, div } = notionalScale(instrument)
  if (div === 1) {
    const value = qty * price * mul
    if (Number.isSafeInteger(value)) return value
  }
  return mulDiv(qty, price * mul, div, side > 0 ? 'up' : 'down')
}

/** Costs of one fill; as an estimate before the fact the same figures are an upper bound. */
export function costsOf(model: FeeModel, instrument: Instrument, side: Side, qty: Qty, price: Price): Costs {
  if (model.kind === 'none') return NO_COSTS
  const value = notional(instrument, side, qty, price)
  return { fee: mulDiv(value, model.bps.num, model.bps.den * 10_000, 'up'), tax: 0 }
}
