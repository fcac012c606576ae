/**
 * What currencies are worth in the base currency (USD): the newest rate of a pair with the dollar that the market shows,
 * until then round figures. Held as ratios of money units, so that a conversion is exact before it is cut.
 */
import { toScaled } from '../../../src/core/base/decimal.ts'
import { mulDiv, pow10, type Ratio } from '../../../src/core/base/fixed.ts'
import { CURRENCIES, type Currency, type Money, moneyDecimals } from '../../../src/core/domain/units.ts'
import { parsePair } from '../../../src/reference/fx-direction.ts'
import { WON_ROUND } from '../../../src/generate/round-rates.ts'

export const BASE = 'USD'
const WON_DECIMALS = 4

export class BaseRates {
  /** Dollars (money units) for a money unit of the currency. */
  readonly #rates = new Map<Currency, Ratio>()

  constructor() {
    const won = (c: Currency): number => toScaled(WON_ROUND[c], WON_DECIMALS) as number
    for (const c of CURRENCIES) this.#set(c, won(c), won(BASE))
  }

  /** `num`/`den` dollars a unit of the currency. */
  #set(currency: Currency, num: number, den: number): void {
    const spare = moneyDecimals(BASE) - moneyDecimals(currency)
    this.#rates.set(currency, { num: num * pow10(spare), den })
  }

  /** Twice the rate of a pair, in its price units: the sum of both sides of a quote. Other pairs say nothing. */
  take(symbol: string, rate2: number, priceDecimals: number): void {
    const pair = parsePair(symbol)
    const unit2 = 2 * pow10(priceDecimals)
    const of = (name: string | undefined): Currency | undefined => CURRENCIES.find((c) => c === name && c !== BASE)
    const [base, quote] = [of(pair?.base), of(pair?.quote)]
    if (!(rate2 > 0)) return
    if (pair?.base === BASE && quote !== undefined) this.#set(quote, unit2, rate2)
    else if (pair?.quote === BASE && base !== undefined) this.#set(base, rate2, unit2)
  }

  /** Dollars for an amount of another currency, cut towards zero. */
  toBase(currency: Currency, amount: Money): Money {
    if (currency === BASE || amount === 0) return amount
    const { num, den } = this.#rates.get(currency) as Ratio
    const worth = mulDiv(Math.abs(amount), num, den, 'down')
    return amount < 0 ? -worth : worth
  }

  /** Dollars for one unit of a currency, as text figures show it. */
  rate(currency: Currency): number {
    const { num, den } = this.#rates.get(currency) as Ratio
    return num / den / pow10(moneyDecimals(BASE) - moneyDecimals(currency))
  }
}
