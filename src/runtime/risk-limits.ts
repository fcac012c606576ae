/** The limits of a run as the engine wants them: what is written, and what is not to be written. */
import type { EffectiveConfig } from '../config/load.ts'
import { toScaled } from '../core/base/decimal.ts'
import { type Currency, type Money, moneyDecimals } from '../core/domain/units.ts'
import type { RiskLimits } from '../core/execution/limits.ts'

const MIN_ORDER_DEFAULTS: readonly (readonly [Currency, string])[] = [
  ['KRW', '100000'],
  ['JPY', '15000'],
  ['HKD', '800'],
  ['CNY', '700'],
  ['EUR', '90'],
  ['GBP', '80'],
  ['USDT', '100'],
]

/** R-22; not configurable: a strategy that needs more is not one for this engine. */
const RUNAWAY = { orders: 10, refusals: 5 } as const

export function limitsOf(config: EffectiveConfig, base: Currency): RiskLimits {
  const { risk } = config
  return {
    dailyLoss: risk.dailyLossLimit,
    positionSize: risk.positionSizeLimit,
    stopLoss: risk.stopLossPct,
    emergencyLoss: risk.emergencyShutdownLoss,
    maxDailyOrders: risk.maxDailyOrders,
    maxPositions: risk.maxPositionCount,
    minOrder: risk.minOrderValue,
    minOrderDefault: new Map(MIN_ORDER_DEFAULTS.map(([c, text]) => [c, toScaled(text, moneyDecimals(c)) as Money])),
    quarantineMove: risk.quarantineMovePct,
    fxMaxAge: risk.fxMaxAge,
    orderTimeout: risk.orderTimeout,
    maxAttempts: risk.maxRetryAttempts,
    brokerLossMax: risk.brokerLossMax,
    allotted: toScaled(config.capital.allotted ?? '0', moneyDecimals(base)) ?? 0,
    onBlind: risk.onBlind,
    runaway: RUNAWAY,
    onDailyLoss: risk.onDailyLoss,
    totalLossBase: risk.totalLossBase,
  }
}
