/**
 * What a unit of each foreign currency is worth in won, in 10^-4: round figures of this emulator until the pairs of a tape
 * say better (`USD/KRW`, `JPY/KRW`; `USD/JPY` and its like through the dollar).
 */
import { mulDiv, pow10 } from '../../../src/core/base/fixed.ts'
import { toScaled } from '../../../src/core/base/decimal.ts'
import { type Money, moneyDecimals } from '../../../src/core/domain/units.ts'
import { WON_ROUND } from '../../../src/generate/round-rates.ts'
import type { ExchangeCodes } from '../wire/exchanges.ts'

export const FOREIGN = ['USD', 'JPY', 'HKD', 'CNY'] as const
export type Foreign = (typeof FOREIGN)[number]
/** Currencies of an account. */
export type Held = 'KRW' | Foreign

/** Won a unit where no tape says better. */
export const ROUND_RATES: Readonly<Record<Foreign, string>> = WON_ROUND

const DECIMALS = 4

/** What an exchange is paid in; of those that are served here. */
export function currencyAt(exchange: ExchangeCodes): Foreign {
  return FOREIGN.find((c) => c === exchange.currency) ?? 'USD'
}

export class WonRates {
  readonly #rates = new Map<Foreign, number>()

  constructor(rates: Readonly<Record<Foreign, string>>) {
    for (const currency of FOREIGN) this.#rates.set(currency, toScaled(rates[currency], DECIMALS) ?? 0)
  }

  of(currency: Foreign): number {
    return this.#rates.get(currency) ?? 0
  }

  /** A pair of a tape; those of other currencies say nothing. */
  take(pair: string, rate: number, priceDecimals: number): void {
    const [, base = '', quoted = ''] = /^([A-Z]{3})\/?([A-Z]{3})$/.exec(pair) ?? []
    const mine = FOREIGN.find((c) => c === base)
    const theirs = FOREIGN.find((c) => c === quoted)
    if (rate <= 0 || mine === undefined) return
    if (quoted === 'KRW') this.#rates.set(mine, Math.round((rate / pow10(priceDecimals)) * pow10(DECIMALS)))
    else if (mine === 'USD' && theirs !== undefined) {
      this.#rates.set(theirs, Math.round(this.of('USD') / (rate / pow10(priceDecimals))))
    }
  }

  /** Won (money) that an amount costs; up, for it is paid. */
  wonFor(currency: Foreign, amount: Money, rounding: 'up' | 'down'): Money {
    return mulDiv(amount, this.of(currency), pow10(moneyDecimals(currency)), rounding)
  }

  /** Foreign money that won buy. */
  boughtWith(currency: Foreign, won: Money): Money {
    return mulDiv(won, pow10(moneyDecimals(currency)), this.of(currency), 'down')
  }
}
