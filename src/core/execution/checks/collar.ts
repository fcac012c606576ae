/** the limit price of an opening order lies within ±5 % of the valid mark; equality passes. */
import type { RiskCheck } from '../gate.ts'

export const checkCollar: RiskCheck = (view, intent, reducing) => {
  if (reducing || intent.limit === 0) return false
  const mark2 = view.market.of(intent.instrument).mark2
  return 100 * Math.abs(2 * intent.limit - mark2) > 5 * mark2
}
