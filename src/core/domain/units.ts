/**
 * Units of the trading core. All are integers held in doubles; the alias says which scale applies.
 * Time: `Micros` of `core/base/time.ts`.
 */

/** Price in 10^-priceDecimals of the instrument's currency; the instrument says how many decimals. */
export type Price = number
/** Quantity in 10^-qtyDecimals of the instrument's unit (shares, coins, contracts). Signed where it is a position. */
export type Qty = number
/** Money in 10^-6 (USD, EUR, GBP, HKD, CNY) or 10^-4 (KRW, JPY) of its currency. */
export type Money = number
/** Twice a price, so that the mid of a bid and an ask is an integer. */
export type Mark2 = number

export const BUY = 1
export const SELL = -1
export type Side = 1 | -1

export type Currency = 'USD' | 'KRW' | 'JPY' | 'HKD' | 'CNY' | 'EUR' | 'USDT' | 'GBP'
export const CURRENCIES: readonly Currency[] = ['USD', 'KRW', 'JPY', 'HKD', 'CNY', 'EUR', 'USDT', 'GBP']

/** Decimals of a currency's money unit: `contract.md` 2. */
export function moneyDecimals(currency: Currency): number {
  return currency === 'KRW' || currency === 'JPY' ? 4 : 6
}
