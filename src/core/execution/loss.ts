/**
 * Daily and total loss (R-01 … R-08): the lines below which equity must not fall, as integers, so that the check of
 * every event is one comparison. Exactly on the line trips.
 */
import { mulDiv } from '../base/fixed.ts'
import type { Micros } from '../base/time.ts'
import { DAY, MINUTE } from '../base/time.ts'
import type { Money } from '../domain/units.ts'
import type { RiskLimits } from './limits.ts'

/** The risk day starts at 21:30 UTC, which is 06:30 in Seoul all year (D-05). */
const ROLL_AT: Micros = (21 * 60 + 30) * MINUTE

/** The number of the risk day that contains t. */
export function riskDay(t: Micros): number {
  return Math.floor((t - ROLL_AT) / DAY)
}

/** The instant at which a risk day starts. */
export function riskDayStart(day: number): Micros {
  return day * DAY + ROLL_AT
}

export class Losses {
  readonly #limits: RiskLimits
  /** E at the first arming, E at the start of the risk day, and the net external flows since each. */
  initial: Money = 0
  startOfDay: Money = 0
  flowDay: Money = 0
  flowAll: Money = 0
  peak: Money = 0
  maxDrawdown = 0
  dailyTripped = false
  emergencyTripped = false
  /** Equity at or below these trips; recomputed when their inputs change. */
  dailyLine: Money = -Infinity
  emergencyLine: Money = -Infinity

  constructor(limits: RiskLimits) {
    this.#limits = limits
  }

  arm(equity: Money): void {
    this.initial = equity
    this.startOfDay = equity
    this.peak = equity
    this.#lines()
  }

  roll(equity: Money): void {
    this.startOfDay = equity
    this.flowDay = 0
    this.dailyTripped = false
    this.#lines()
  }

  /** A deposit or withdrawal moves the lines, never the loss. */
  flow(amount: Money): void {
    this.flowDay += amount
    this.flowAll += amount
    this.#lines()
  }

  /** Follows the peak for the drawdown and, where configured, for the total-loss base. */
  follow(equity: Money): void {
    if (equity > this.peak) {
      this.peak = equity
      if (this.#limits.totalLossBase === 'peak') this.#lines()
      return
    }
    const drawdown = this.peak > 0 ? (this.peak - equity) / this.peak : 0
    if (drawdown > this.maxDrawdown) this.maxDrawdown = drawdown
  }

  #lines(): void {
    const { dailyLoss, emergencyLoss } = this.#limits
    const dayBase = this.startOfDay
    this.dailyLine = dayBase + this.flowDay - mulDiv(dayBase, dailyLoss.num, dailyLoss.den, 'up')
    const base = this.#limits.totalLossBase === 'peak' ? this.peak : this.initial + this.flowAll
    this.emergencyLine = base - mulDiv(base, emergencyLoss.num, emergencyLoss.den, 'up')
  }

  snapshot(): unknown {
    return {
      initial: this.initial,
      startOfDay: this.startOfDay,
      flowDay: this.flowDay,
      flowAll: this.flowAll,
      peak: this.peak,
      maxDrawdown: this.maxDrawdown,
      dailyTripped: this.dailyTripped,
      emergencyTripped: this.emergencyTripped,
    }
  }

  restore(s: unknown, armed: boolean): void {
    Object.assign(this, s)
    if (armed) this.#lines()
  }
}
