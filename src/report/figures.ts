/** The figures of a report as one plain document: what `report --json` prints and what the page shows. */
import { fromScaled, toScaled } from '../core/base/decimal.ts'
import { CASH_KINDS } from '../core/domain/event.ts'
import { type Currency, moneyDecimals } from '../core/domain/units.ts'
import { formatMicros } from '../core/base/time.ts'
import { Failure } from '../cli/failure.ts'
import type { RunFacts } from './facts.ts'
import { dayReturns, profitFactor, sharpe, totalReturn, volatility, winRate } from './metrics.ts'
import type { MarketPrices } from './market-prices.ts'
import type { Subject } from './subject.ts'
import { TapeError } from '../tape/error.ts'
import { type Verification, verify } from '../runtime/verify.ts'

export interface Latency {
  readonly count?: number
  readonly p50: number
  readonly p99: number
  readonly p99_9: number
  readonly max: number
}

/** What is known of a run being the same when run again; `at` is when it was found out. */
export type Verified =
  | { readonly state: 'identical' | 'different'; readonly at: string; readonly result: Verification }
  | { readonly state: 'impossible'; readonly at: string; readonly why: string }
  | { readonly state: 'skipped' }

export interface Figures {
  readonly mode: string
  readonly generated: boolean
  readonly base: Currency
  readonly initial: number | undefined
  readonly final: number | undefined
  /** Flows from outside removed; null where nothing was armed. */
  readonly totalReturn: number | null
  readonly days: number
  readonly sharpe: number | null
  readonly volatility: number | null
  readonly maxDrawdown: number
  readonly buyAndHold: number | undefined
  readonly flows: number
  readonly trades: number
  readonly state: string
  readonly stopped: { readonly rule: string; readonly t: number } | undefined
  readonly latency: Latency | undefined
}

interface Result {
  readonly initial_equity?: string
  readonly final_equity?: string
  readonly max_drawdown?: number
  readonly trades?: number
  readonly state?: string
  readonly stopped?: { rule: string; t: number } | null
  readonly latency_ms?: Latency
}

function resultOf({ manifest }: Subject): Result {
  return (manifest.result ?? {}) as Result
}

export function isGenerated({ manifest }: Subject): boolean {
  return manifest.generated === true
}

export function figuresOf(subject: Subject, facts: RunFacts, prices: MarketPrices): Figures {
  const { base, manifest } = subject
  const result = resultOf(subject)
  const scaled = (text: string | undefined): number | undefined =>
    text === undefined ? undefined : toScaled(text, moneyDecimals(base))
  const initial = scaled(result.initial_equity) ?? facts.firstEquity
  const final = facts.lastEquity ?? scaled(result.final_equity)
  const armed = initial !== undefined && initial > 0 && final !== undefined
  const known = armed && !facts.flowWithoutRate
  const returns = known ? dayReturns([initial, ...facts.rolls, final], facts.flows) : []
  const latency = (manifest.latency_ms ?? result.latency_ms) as Latency | undefined
  return {
    mode: manifest.mode,
    generated: isGenerated(subject),
    base,
    initial,
    final,
    totalReturn: known ? totalReturn(returns) : null,
    days: facts.rolls.length + 1,
    sharpe: sharpe(returns),
    volatility: volatility(returns),
    maxDrawdown: Math.max(facts.maxDrawdown, result.max_drawdown ?? 0),
    buyAndHold: prices.buyAndHold(base),
    flows: facts.flows.reduce((a, b) => a + b, 0),
    trades: subject.journaled ? facts.trips.count : (result.trades ?? 0),
    state: result.state ?? '',
    stopped: result.stopped ?? undefined,
    latency: latency !== undefined && latency.count !== 0 ? latency : undefined,
  }
}

/** The document of `--json`; money as exact decimals. */
export function figuresJson(
  subject: Subject,
  facts: RunFacts,
  f: Figures,
  verified: Verified,
): Record<string, unknown> {
  const { base } = subject
  const of = (currency: Currency) => (x: number) => fromScaled(Math.round(x), moneyDecimals(currency))
  const inBase = of(base)
  const span =
    facts.first === undefined ? null : { first: formatMicros(facts.first), last: formatMicros(facts.last ?? 0) }
  return {
    mode: f.mode,
    generated: f.generated,
    span,
    base_currency: base,
    initial_equity: f.initial === undefined ? null : inBase(f.initial),
    final_equity: f.final === undefined ? null : inBase(f.final),
    external_flows: inBase(f.flows),
    return: f.totalReturn,
    days: f.days,
    sharpe: f.sharpe,
    volatility: f.volatility,
    max_drawdown: f.maxDrawdown,
    buy_and_hold: f.buyAndHold ?? null,
    trades: f.trades,
    trades_by_currency: Object.fromEntries(
      [...facts.trades].map(([c, t]) => [
        c,
        {
          ...{ trades: t.trades, wins: t.wins, win_rate: winRate(t), profit_factor: profitFactor(t) },
          ...{ net: of(c)(t.won + t.lost), best: of(c)(t.best), worst: of(c)(t.worst) },
          mean_seconds: t.trades === 0 ? null : t.held / t.trades / 1e6,
        },
      ]),
    ),
    costs: Object.fromEntries(
      [...facts.costs].map(([c, x]) => [
        c,
        {
          ...{ fills: x.fills, bought: of(c)(x.bought), sold: of(c)(x.sold) },
          ...{ fee: of(c)(x.fee), tax: of(c)(x.tax) },
        },
      ]),
    ),
    cash: cashJson(facts),
    limits: limitsJson(facts),
    denied: Object.fromEntries(facts.limits.denied),
    alerts: Object.fromEntries(facts.limits.alerts),
    state: f.state,
    stopped: f.stopped ?? null,
    latency_ms: f.latency ?? null,
    verification: verificationJson(verified),
  }
}

function cashJson(facts: RunFacts): Record<string, Record<string, string>> {
  const out: Record<string, Record<string, string>> = {}
  for (const [key, amount] of facts.cash) {
    const [currency, kind] = key.split(' ') as [Currency, string]
    const of = (out[currency] ??= {})
    of[CASH_KINDS[Number(kind)] ?? kind] = fromScaled(amount, moneyDecimals(currency))
  }
  return out
}

function limitsJson({ limits }: RunFacts): unknown {
  if (limits.toDaily === undefined) return null
  return {
    least_to_daily_loss: limits.toDaily,
    least_to_total_loss: limits.toEmergency,
    least_orders_left: limits.ordersLeft,
    least_positions_left: limits.positionsLeft,
    largest_position: limits.share,
  }
}

function verificationJson(v: Verified): unknown {
  if (v.state === 'skipped') return null
  if (v.state === 'impossible') return { identical: null, at: v.at, why: v.why }
  return { at: v.at, ...v.result }
}

/** Re-runs the session, watching its market rows; a tape that is not here is no reason to have no report. */
export async function verifySubject(
  subject: Subject,
  prices: MarketPrices,
  options: { readonly tapes?: readonly string[]; readonly progress?: (n: number, total: number) => void },
): Promise<Verified> {
  const at = new Date().toISOString().replace(/\.\d+Z$/, 'Z')
  try {
    const result = await verify(subject.dir, { ...options, watch: (r) => prices.record(r) })
    return { state: result.identical ? 'identical' : 'different', at, result }
  } catch (error) {
    if (error instanceof Failure || error instanceof TapeError) return { state: 'impossible', at, why: error.message }
    throw error
  }
}
