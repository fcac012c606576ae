/** The limits of `config/risk.yaml` as the core needs them: exact ratios and money units, nothing else. */
import type { Ratio } from '../base/fixed.ts'
import type { Micros } from '../base/time.ts'
import type { Money } from '../domain/units.ts'

export interface RiskLimits {
  /** share of the day's starting equity. */
  readonly dailyLoss: Ratio
  /** share of equity in one economic instrument. */
  readonly positionSize: Ratio
  /** distance of the stop from the average entry. */
  readonly stopLoss: Ratio
  /** share of the initial capital. */
  readonly emergencyLoss: Ratio
  /** */
  readonly maxDailyOrders: number
  /** */
  readonly maxPositions: number
  /** R-15 as configured, per currency in its money units. A plain number stands under USD. */
  readonly minOrder: ReadonlyMap<string, Money>
  /** Minimum of a currency that is not configured and cannot be converted to USD for want of a rate. */
  readonly minOrderDefault: ReadonlyMap<string, Money>
  /** */
  readonly quarantineMove: Ratio
  /** */
  readonly fxMaxAge: Micros
  /** silence after which an order is unknown. */
  readonly orderTimeout: Micros
  /** */
  readonly maxAttempts: number
  /** positions at a broker that stays away this long end in a shutdown. */
  readonly brokerLossMax: Micros
  /** R-45, money of base; 0: everything. */
  readonly allotted: Money
  /** so many orders, or refusals, of a strategy within 60 s disable it. */
  readonly runaway: { readonly orders: number; readonly refusals: number }
  /** what happens to a holding without data for 120 s. */
  readonly onBlind: 'hold' | 'exit'
  /** */
  readonly onDailyLoss: 'reduce' | 'flatten'
  /** */
  readonly totalLossBase: 'initial' | 'peak'
}
