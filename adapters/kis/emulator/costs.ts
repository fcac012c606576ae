/**
 * Fee and tax of a fill in this emulator: round figures of its own (1.5 basis points a side in Korea, 20 on Korean
 * sales, 25 a side abroad), not KIS's price list. Won and yen are cut to whole ones, the others to cents, as statements
 * show them.
 */
import { mulDiv, pow10 } from '../../../src/core/base/fixed.ts'
import { type Money, moneyDecimals } from '../../../src/core/domain/units.ts'
import type { Listing } from './listing.ts'

export interface FillCosts {
  readonly fee: Money
  readonly tax: Money
}

/** In hundred-thousandths of the amount. */
const RATES = { krFee: 15, krTax: 200, foreignFee: 250 } as const

export type CostModel = (listing: Listing, side: 1 | -1, amount: Money) => FillCosts

export const roundCosts: CostModel = (listing, side, amount) => {
  const { currency, exchange } = listing
  if (exchange !== undefined) {
    return { fee: share(amount, RATES.foreignFee, pow10(moneyDecimals(currency) - exchange.decimals)), tax: 0 }
  }
  const won = pow10(moneyDecimals('KRW'))
  return { fee: share(amount, RATES.krFee, won), tax: side < 0 ? share(amount, RATES.krTax, won) : 0 }
}

function share(amount: Money, rate: number, unit: Money): Money {
  return mulDiv(amount, rate, 100_000 * unit, 'down') * unit
}
