/**
 * What a unit of each currency is worth in won: round figures for markets and accounts that are made up. Nothing that is
 * real or recorded is ever valued by them.
 */
import type { Currency } from '../core/domain/units.ts'

/** Decimal texts. */
export const WON_ROUND: Readonly<Record<Currency, string>> = {
  KRW: '1',
  USD: '1400',
  USDT: '1400',
  JPY: '9.3',
  HKD: '180',
  CNY: '195',
  EUR: '1550',
  GBP: '1800',
}

/** Units of `quote` for one of `base`; undefined where one of them is not in the table. */
export function roundRate(base: string, quote: string): number | undefined {
  const of = (name: string): number => Number(Object.entries(WON_ROUND).find(([currency]) => currency === name)?.[1])
  const rate = of(base) / of(quote)
  return Number.isFinite(rate) ? rate : undefined
}
