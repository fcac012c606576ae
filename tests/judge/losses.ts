/** Second loss lines (R-01 … R-08, I-06, I-31): daily and total loss of exact equity, and the risk day. */
import { add, cmp, type Frac, frac, max, min, mul, sub, ZERO } from './exact.ts'
import type { Limits } from './facts.ts'

export class Losses {
  armed = false
  /** E at the start of the risk day and at the first arming, and the flows since each. */
  sod: Frac = ZERO
  initial: Frac = ZERO
  flowDay: Frac = ZERO
  flowAll: Frac = ZERO
  peak: Frac = ZERO
  /** What the percentages are taken of; undefined: of the equity above. */
  dayBase: Frac | undefined
  allBase: Frac | undefined
  emergencyTripped = false

  arm(e: Frac, base: Frac): void {
    this.armed = true
    this.initial = this.sod = this.peak = e
    this.dayBase = this.allBase = base
  }

  roll(e: Frac, base: Frac): void {
    this.sod = e
    this.dayBase = base
    this.flowDay = ZERO
  }

  /** the process was down at the boundary. */
  raise(e: Frac, base: Frac): void {
    if (cmp(e, this.sod) <= 0) return
    this.sod = e
    this.dayBase = base
  }

  rebase(e: Frac, base: Frac): void {
    this.initial = this.peak = e
    this.flowAll = ZERO
    this.allBase = base
    this.emergencyTripped = false
  }

  flow(amount: Frac): void {
    this.flowDay = add(this.flowDay, amount)
    this.flowAll = add(this.flowAll, amount)
  }

  /** Equity at or below it has lost the day. */
  daily(limits: Limits): Frac {
    const of = this.dayBase === undefined ? this.sod : min(this.sod, this.dayBase)
    const { num, den } = limits.dailyLoss
    return sub(add(this.sod, this.flowDay), mul(of, frac(num, den)))
  }

  emergency(limits: Limits): Frac {
    const start = limits.totalLossBase === 'peak' ? this.peak : add(this.initial, this.flowAll)
    const less = this.allBase !== undefined && cmp(this.allBase, this.initial) < 0
    const of = less && this.allBase !== undefined ? min(start, this.allBase) : start
    const { num, den } = limits.emergencyLoss
    return sub(start, mul(of, frac(num, den)))
  }

  follow(e: Frac): void {
    this.peak = max(this.peak, e)
  }
}
