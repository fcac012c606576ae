/**
 * Figures of a run, defined once (`design.md` 5) for report, `--json`, gate and metrics: risk-day returns with flows
 * from outside removed, their Sharpe ratio, and what can be said of its trades.
 */

/** Fewer days than this say nothing. */
export const LEAST_DAYS = 20
const TRADING_DAYS = 252
/** Beside the mean, a deviation below this is rounding. */
const NOISE = 1e-10

/** Mean over sample deviation of the returns × √252; null under 20 days or without variation. */
export function sharpe(returns: readonly number[]): number | null {
  const spread = deviation(returns)
  return spread === null ? null : (mean(returns) / spread) * Math.sqrt(TRADING_DAYS)
}

/** Sample deviation of the returns × √252; null under 20 days or without variation. */
export function volatility(returns: readonly number[]): number | null {
  const spread = deviation(returns)
  return spread === null ? null : spread * Math.sqrt(TRADING_DAYS)
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length
}

function deviation(returns: readonly number[]): number | null {
  const n = returns.length
  if (n < LEAST_DAYS) return null
  const centre = mean(returns)
  const variance = returns.reduce((a, r) => a + (r - centre) ** 2, 0) / (n - 1)
  const spread = Math.sqrt(variance)
  // Equal returns differ in their last bits; that is no variation.
  return spread > NOISE * Math.abs(centre) ? spread : null
}

/**
 * Returns between the equities at successive rolls, the initial equity first and the final one last. `flows`: what came
 * from outside (deposits less withdrawals) before each roll, one per return; it is no result.
 */
export function dayReturns(equities: readonly number[], flows: readonly number[] = []): number[] {
  const out: number[] = []
  for (let i = 1; i < equities.length; i++) {
    const before = equities[i - 1] as number
    if (before > 0) out.push(((equities[i] as number) - (flows[i - 1] ?? 0)) / before - 1)
  }
  return out
}

/** The returns of days on end. */
export function totalReturn(returns: readonly number[]): number {
  return returns.reduce((product, r) => product * (1 + r), 1) - 1
}

/** Sums over the round trips of one currency; money in its units. */
export interface TradeFigures {
  trades: number
  wins: number
  /** Σ net of winners, and of losers (≤ 0). */
  won: number
  lost: number
  best: number
  worst: number
  /** Σ time held, microseconds. */
  held: number
}

export function noTrades(): TradeFigures {
  return { trades: 0, wins: 0, won: 0, lost: 0, best: 0, worst: 0, held: 0 }
}

/** `net`: of all costs. A trade that ends at nothing is no winner. */
export function addTrade(to: TradeFigures, net: number, held: number): void {
  to.best = to.trades === 0 ? net : Math.max(to.best, net)
  to.worst = to.trades === 0 ? net : Math.min(to.worst, net)
  to.trades++
  to.held += held
  if (net > 0) {
    to.wins++
    to.won += net
  } else to.lost += net
}

/** Winners over losers in money; null without losers. */
export function profitFactor(f: TradeFigures): number | null {
  return f.lost < 0 ? f.won / -f.lost : null
}

/** Share of trades that won; null without trades. */
export function winRate(f: TradeFigures): number | null {
  return f.trades === 0 ? null : f.wins / f.trades
}
