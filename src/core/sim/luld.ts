/**
 * Limit up, limit down at the simulated venue: the reference price is the mean of the prints of the rule's span, bands
 * around it, and the moment since which the best bid stands at the upper band or the best ask at the lower one (the
 * limit state). Prices in the instrument's units; the mean is rounded to the nearest unit.
 *
 * Not modelled: the 30 s for which a new reference has to last, the straddle state, the opening reference by auction.
 */
import type { Micros } from '../base/time.ts'
import { luldBands, luldClass, luldDoubled, type PriceRange } from '../domain/price-limits.ts'
import type { Price } from '../domain/units.ts'
import type { LuldRule } from '../domain/venue-rules.ts'
import { NOT_YET } from './desk.ts'

/** Plain data. */
export interface LuldState {
  /** Prints of the span, oldest first. */
  times: Micros[]
  prices: Price[]
  sum: number
  reference: Price
  /** Since when the limit state lasts; `NOT_YET` when there is none. */
  since: Micros
}

export function emptyLuld(): LuldState {
  return { times: [], prices: [], sum: 0, reference: 0, since: NOT_YET }
}

/** A usable print in continuous trading. */
export function luldPrint(rule: LuldRule, s: LuldState, t: Micros, price: Price): void {
  s.times.push(t)
  s.prices.push(price)
  s.sum += price
  let old = 0
  while ((s.times[old] as Micros) <= t - rule.referenceSpan) s.sum -= s.prices[old++] as Price
  if (old > 0) {
    s.times.splice(0, old)
    s.prices.splice(0, old)
  }
  const mean = Math.round(s.sum / s.prices.length)
  const moved = Math.abs(mean - s.reference) * 1_000_000 >= rule.referenceStepPpm * s.reference
  if (s.reference === 0 || moved) s.reference = mean
}

/** The bands now; undefined before the first print. `close` is the close before, 0 when unknown. */
export function bandsOf(
  rule: LuldRule,
  s: LuldState,
  close: Price,
  sinceOpen: Micros,
  toClose: Micros,
): PriceRange | undefined {
  const { reference } = s
  if (reference === 0) return undefined
  const band = luldClass(rule, close > 0 ? close : reference)
  return luldBands(rule, band, reference, luldDoubled(rule, band, sinceOpen, toClose))
}
