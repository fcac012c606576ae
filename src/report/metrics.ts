/** Figures of a run, defined once (`design.md` 5): risk-day returns, their Sharpe ratio. */

/** Fewer days than this say nothing. */
const LEAST_DAYS = 20
const TRADING_DAYS = 252

/** Mean over sample deviation of the returns × √252; null under 20 days or without variation. */
export function sharpe(returns: readonly number[]): number | null {
  const n = returns.length
  if (n < LEAST_DAYS) return null
  const mean = returns.reduce((a, b) => a + b, 0) / n
  const variance = returns.reduce((a, r) => a + (r - mean) ** 2, 0) / (n - 1)
  if (!(variance > 0)) return null
  return (mean / Math.sqrt(variance)) * Math.sqrt(TRADING_DAYS)
}

/** Returns between the equities at successive rolls, the initial equity first and the final one last. */
export function dayReturns(equities: readonly number[]): number[] {
  const out: number[] = []
  for (let i = 1; i < equities.length; i++) {
    const before = equities[i - 1] as number
    if (before > 0) out.push((equities[i] as number) / before - 1)
  }
  return out
}
