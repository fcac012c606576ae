/**
 * Fee and tax of a fill in this emulator: round figures of its own (1.5 basis points a side in Korea, 20 on Korean
 * sales, 25 a side abroad), not KIS's price list. Won are cut to whole won, dollars to cents, as statements show them.
 */
import { mulDiv, pow10 } from '../../../src/core/base/fixed.ts'
import { type Money, moneyDecimals } from '../../../src/core/domain/units.ts'
import type { Listing } from './listing.ts'

export interface FillCosts {
  readonly fee: Money
  readonly tax: Money
}

/** In hundred-thousandths of the amount. */
const RATES = { krFee: 15, krTax: 200, usFee: 250 } as const

export type CostModel = (listing: Listing, side: 1 | -1, amount: Money) => FillCosts

export const roundCosts: CostModel = (listing, side, amount) => {
  if (listing.currency === 'USD') return { fee: share(amount, RATES.usFee, pow10(moneyDecimals('USD') - 2)), tax: 0 }
  const won = pow10(moneyDecimals('KRW'))
  return { fee: share(amount, RATES.krFee, won), tax: side < 0 ? share(amount, RATES.krTax, won) : 0 }
}

function share(amount: Money, rate: number, unit: Money): Money {
  return mulDiv(amount, rate, 100_000 * unit, 'down') * unit
}
