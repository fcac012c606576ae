/** The money of a virtual run: its base, the currencies in which something is held, their rates, what it begins with. */
import { Failure } from '../cli/failure.ts'
import type { EffectiveConfig } from '../config/load.ts'
import { toScaled } from '../core/base/decimal.ts'
import type { Instrument } from '../core/domain/instrument.ts'
import { CURRENCIES, type Currency, type Money, moneyDecimals } from '../core/domain/units.ts'
import type { FxRoute } from '../core/execution/valuation.ts'
import { parsePair } from '../reference/fx-direction.ts'
import type { RunSpec } from './run-spec.ts'

/** Base: the one currency of cash and tapes, else USD (`contract.md` 2). */
export function baseCurrency(
  config: EffectiveConfig,
  instruments: readonly Instrument[],
  cash: readonly string[],
): Currency {
  if (config.risk.baseCurrency !== undefined) return config.risk.baseCurrency
  const all = new Set<string>(cash)
  for (const i of instruments) {
    all.add(i.currency)
    const pair = i.venue === 'FX' ? parsePair(i.symbol) : undefined
    if (pair !== undefined) all.add(pair.base).add(pair.quote)
  }
  const [only] = all
  return all.size === 1 && only !== undefined ? (only as Currency) : 'USD'
}

export function fxRoute(currency: Currency, base: Currency, instruments: readonly Instrument[]): FxRoute | undefined {
  for (const i of instruments) {
    if (i.venue !== 'FX') continue
    const pair = parsePair(i.symbol)
    if (pair?.base === base && pair.quote === currency) return { currency, instrument: i.id, inverse: true }
    if (pair?.base === currency && pair.quote === base) return { currency, instrument: i.id, inverse: false }
  }
  throw new Failure(
    `no exchange rate between ${currency} and ${base}: add a tape of ${base}/${currency} (import csv … --venue FX), or set risk.base_currency=${currency}`,
    2,
  )
}

export function readCash(spec: RunSpec, base: Currency): Map<Currency, Money> {
  const cash = new Map<Currency, Money>()
  const given = Object.entries(spec.cash)
  if (given.length === 0) return cash.set(base, toScaled('1000000', moneyDecimals(base)) as Money)
  for (const [name, text] of given) {
    const currency = CURRENCIES.find((c) => c === name)
    if (currency === undefined)
      throw new Failure(`--cash ${name}=${text}: ${name} is none of ${CURRENCIES.join(', ')}`, 2)
    const amount = toScaled(text, moneyDecimals(currency))
    if (amount === undefined || amount < 0) {
      throw new Failure(`--cash ${name}=${text}: not an amount of at most ${moneyDecimals(currency)} decimals`, 2)
    }
    cash.set(currency, amount)
  }
  return cash
}

/** Currencies in which something can be held. */
export function heldCurrencies(
  instruments: readonly Instrument[],
  base: Currency,
  cash: readonly Currency[],
): Currency[] {
  const traded = instruments.filter((i) => i.venue !== 'FX')
  return [...new Set<Currency>([base, ...cash, ...traded.map((i) => i.currency)])].sort()
}

/** The currencies of a virtual run in the order in which its records number them. */
export function currenciesOf(
  instruments: readonly Instrument[],
  base: Currency,
  cash: readonly Currency[],
): Currency[] {
  const held = heldCurrencies(instruments, base, cash)
  return [...held, ...extraCurrencies(instruments, held)]
}

/** Currencies that only FX pairs are quoted in: nothing is held in them, they need no rate. */
export function extraCurrencies(instruments: readonly Instrument[], currencies: readonly Currency[]): Currency[] {
  return [...new Set(instruments.map((i) => i.currency))].filter((c) => !currencies.includes(c)).sort()
}
