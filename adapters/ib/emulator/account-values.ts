/** The values of an account by key and currency, as ACCT_VALUE tells them and summaries ask for them. */
import { fromScaled } from '../../../src/core/base/decimal.ts'
import { type Currency, type Money, moneyDecimals } from '../../../src/core/domain/units.ts'
import { ibCurrency } from '../../../src/reference/broker-codes.ts'
import { realText } from '../wire/numbers.ts'
import type { Account } from './account.ts'
import { BASE } from './base-rates.ts'
import type { Valuation, Valuer } from './valuation.ts'

export interface AccountValue {
  readonly key: string
  readonly value: string
  readonly currency: string
}

/** Two decimals, cut. */
export function cents(money: Money, currency: Currency = BASE): string {
  const step = 10 ** (moneyDecimals(currency) - 2)
  return Number(fromScaled(Math.trunc(money / step), 2)).toFixed(2)
}

/** Figures of the account as a whole, in its base currency. */
function totals(v: Valuation): readonly (readonly [key: string, money: Money])[] {
  return [
    ['AvailableFunds', v.available],
    ['BuyingPower', v.buyingPower],
    ['EquityWithLoanValue', v.net],
    ['ExcessLiquidity', v.available],
    ['FullAvailableFunds', v.available],
    ['FullExcessLiquidity', v.available],
    ['FullInitMarginReq', v.margin],
    ['FullMaintMarginReq', v.margin],
    ['GrossPositionValue', v.gross],
    ['InitMarginReq', v.margin],
    ['LookAheadAvailableFunds', v.available],
    ['LookAheadExcessLiquidity', v.available],
    ['LookAheadInitMarginReq', v.margin],
    ['LookAheadMaintMarginReq', v.margin],
    ['MaintMarginReq', v.margin],
    ['NetLiquidation', v.net],
    ['PreviousDayEquityWithLoanValue', v.net],
    ['TotalCashValue', v.cash],
    ['AccruedCash', 0],
    ['SMA', v.available],
  ]
}

export function accountValues(account: Account, valuer: Valuer): AccountValue[] {
  const v = valuer.of(account)
  const plain = (key: string, value: string): AccountValue => ({ key, value, currency: '' })
  const whole = totals(v).map(([key, money]) => ({ key, value: cents(money), currency: BASE }))
  const cushion = v.net > 0 ? realText(Math.floor((v.available / v.net) * 1e6) / 1e6) : '0'
  return [
    plain('AccountCode', account.id),
    plain('AccountOrGroup', account.id),
    plain('AccountReady', 'true'),
    plain('AccountType', 'INDIVIDUAL'),
    plain('Cushion', cushion),
    plain('DayTradesRemaining', '-1'),
    plain('Leverage', v.net > 0 ? (v.gross / v.net).toFixed(2) : '0.00'),
    ...whole,
    ...ledgerValues(account, valuer),
  ]
}

/** Per currency and, as BASE, for all of them: what `$LEDGER` asks for. */
export function ledgerValues(account: Account, valuer: Valuer): AccountValue[] {
  const v = valuer.of(account)
  const base = ledger(
    'BASE',
    cents(v.cash),
    cents(v.stocks),
    cents(v.net),
    cents(v.unrealized),
    cents(v.realized),
    '1.00',
  )
  const held = [...new Set<Currency>([BASE, ...account.cash.keys()])]
  return [...held.flatMap((currency) => ledgerOf(account, valuer, currency)), ...base]
}

function ledgerOf(account: Account, valuer: Valuer, currency: Currency): AccountValue[] {
  const cash = account.cash.get(currency) ?? 0
  let [stocks, unrealized, realized] = [0, 0, 0]
  for (const p of account.positions.values()) {
    if (p.listing.currency !== currency) continue
    const value = valuer.position(p)
    stocks += value.value
    unrealized += value.unrealized
    realized += p.realized
  }
  const text = (money: Money): string => cents(money, currency)
  const rate = realText(valuer.rates.rate(currency))
  return ledger(
    ibCurrency(currency),
    text(cash),
    text(stocks),
    text(cash + stocks),
    text(unrealized),
    text(realized),
    rate,
  )
}

function ledger(
  currency: string,
  cash: string,
  stocks: string,
  net: string,
  unrealized: string,
  realized: string,
  rate: string,
): AccountValue[] {
  const rows: readonly (readonly [string, string])[] = [
    ['CashBalance', cash],
    ['TotalCashBalance', cash],
    ['StockMarketValue', stocks],
    ['NetLiquidationByCurrency', net],
    ['UnrealizedPnL', unrealized],
    ['RealizedPnL', realized],
    ['ExchangeRate', rate],
    ['Currency', currency],
  ]
  return rows.map(([key, value]) => ({ key, value, currency }))
}
