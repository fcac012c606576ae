/**
 * config/risk.yaml: the limits. Names and defaults are the plan's; what each limit does is settled by the rules R-01 …
 * R-42. Fractions lie strictly between 0 and 1, counts are 1 or more; anything else is refused, so that no limit can
 * be switched off by a slip.
 */
import { z } from 'zod'
import { toScaled } from '../core/base/decimal.ts'
import type { Micros } from '../core/base/time.ts'
import { CURRENCIES, type Currency, type Money, moneyDecimals } from '../core/domain/units.ts'
import { count, duration, type Fraction, fraction, oneOf, Refusal, readLeaf } from './leaves.ts'
import { nearest } from './nearest.ts'
import type { Defaults, Leaf, Node } from './tree.ts'

export interface RiskConfig {
  /** R-01: loss of the risk day, as a fraction of the equity at its start. */
  readonly dailyLossLimit: Fraction
  /** R-09: exposure of one instrument, as a fraction of equity. */
  readonly positionSizeLimit: Fraction
  /** R-26: fall from the average entry price. */
  readonly stopLossPct: Fraction
  /** R-03: loss since arming. */
  readonly emergencyShutdownLoss: Fraction
  /** R-18: new and replace messages a risk day. */
  readonly maxDailyOrders: number
  /** R-14: instruments held or being opened. */
  readonly maxPositionCount: number
  /** R-15: least notional of an opening order. USD is always there; a currency that is not is converted to USD. */
  readonly minOrderValue: ReadonlyMap<Currency, Money>
  /** R-35. */
  readonly connectionTimeout: Micros
  /** R-36: silence after which an order is unknown. */
  readonly orderTimeout: Micros
  /** R-37: failed attempts that make an outage. */
  readonly maxRetryAttempts: number
  /** R-32: a move beyond this is quarantined until confirmed. */
  readonly quarantineMovePct: Fraction
  /** R-33: age of a rate in FX hours. */
  readonly fxMaxAge: Micros
  /** Undefined: the one currency of cash and tapes if there is just one, else USD. */
  readonly baseCurrency: Currency | undefined
  /** R-37: holdings at a broker that stays away so long end in a shutdown. */
  readonly brokerLossMax: Micros
  /** R-30: what becomes of a holding without data for 120 s. */
  readonly onBlind: 'hold' | 'exit'
  readonly onDailyLoss: 'reduce' | 'flatten'
  readonly totalLossBase: 'initial' | 'peak'
}

export const riskDefaults: Defaults = {
  daily_loss_limit: '0.05',
  position_size_limit: '0.30',
  stop_loss_pct: '0.02',
  emergency_shutdown_loss: '0.10',
  max_daily_orders: '100',
  max_position_count: '10',
  min_order_value: '100',
  connection_timeout: '10',
  order_timeout: '30',
  max_retry_attempts: '3',
  quarantine_move_pct: '0.10',
  fx_max_age: '24h',
  broker_loss_max: '10m',
  onBlind: 'hold',
  onDailyLoss: 'reduce',
  totalLossBase: 'initial',
}

const MIN_ORDER_USD = 100_000_000

function readMoney(text: string, leaf: Leaf, currency: Currency): Money | Refusal {
  const amount = toScaled(text, moneyDecimals(currency))
  if (amount !== undefined && amount > 0) return amount
  return new Refusal(`${leaf.written} is not an amount of ${currency} above zero`)
}

/** One number is US dollars; a group gives each currency its own minimum. */
const minOrderValue = z.custom<Node>().transform((node, ctx): ReadonlyMap<Currency, Money> => {
  const values = new Map<Currency, Money>([['USD', MIN_ORDER_USD]])
  const refuse = (message: string, path: string[]): void => ctx.addIssue({ code: 'custom', message, path })
  if (node.kind !== 'branch') {
    const amount = readLeaf(node, (text, leaf) => readMoney(text, leaf, 'USD'))
    if (amount instanceof Refusal) refuse(amount.why, [])
    else values.set('USD', amount)
    return values
  }
  for (const [name, child] of node.entries) {
    const currency = CURRENCIES.find((known) => known === name)
    if (currency === undefined) {
      const near = nearest(name, CURRENCIES)
      refuse(`"${name}" is no known currency${near === undefined ? '' : `; did you mean ${near}?`}`, [name])
      continue
    }
    const amount = readLeaf(child, (text, leaf) => readMoney(text, leaf, currency))
    if (amount instanceof Refusal) refuse(amount.why, [name])
    else values.set(currency, amount)
  }
  return values
})

export const riskSchema = z
  .strictObject({
    daily_loss_limit: fraction,
    position_size_limit: fraction,
    stop_loss_pct: fraction,
    emergency_shutdown_loss: fraction,
    max_daily_orders: count,
    max_position_count: count,
    min_order_value: minOrderValue,
    connection_timeout: duration,
    order_timeout: duration,
    max_retry_attempts: count,
    quarantine_move_pct: fraction,
    fx_max_age: duration,
    broker_loss_max: duration,
    onBlind: oneOf(['hold', 'exit']),
    base_currency: oneOf(CURRENCIES).optional(),
    onDailyLoss: oneOf(['reduce', 'flatten']),
    totalLossBase: oneOf(['initial', 'peak']),
  })
  .transform(
    (read): RiskConfig => ({
      dailyLossLimit: read.daily_loss_limit,
      positionSizeLimit: read.position_size_limit,
      stopLossPct: read.stop_loss_pct,
      emergencyShutdownLoss: read.emergency_shutdown_loss,
      maxDailyOrders: read.max_daily_orders,
      maxPositionCount: read.max_position_count,
      minOrderValue: read.min_order_value,
      connectionTimeout: read.connection_timeout,
      orderTimeout: read.order_timeout,
      maxRetryAttempts: read.max_retry_attempts,
      quarantineMovePct: read.quarantine_move_pct,
      fxMaxAge: read.fx_max_age,
      brokerLossMax: read.broker_loss_max,
      onBlind: read.onBlind,
      baseCurrency: read.base_currency,
      onDailyLoss: read.onDailyLoss,
      totalLossBase: read.totalLossBase,
    }),
  )
