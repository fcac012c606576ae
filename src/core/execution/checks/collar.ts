/**
 * the limit price of an opening order lies within ±5 % of the valid mark (equality passes) and inside the day's
 * legal prices of its venue. A stop price that can never be reached today is as wrong.
 */
import type { RiskCheck } from '../gate.ts'

export const checkCollar: RiskCheck = (view, intent, reducing) => {
  if (reducing || (intent.limit === 0 && intent.stop === 0)) return false
  const range = view.market.priceRange(intent.instrument)
  if (range !== undefined && [intent.limit, intent.stop].some((p) => p > 0 && (p < range.low || p > range.high)))
    return true
  if (intent.limit === 0) return false
  const mark2 = view.market.of(intent.instrument).mark2
  return 100 * Math.abs(2 * intent.limit - mark2) > 5 * mark2
}
