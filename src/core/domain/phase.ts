/** What a venue does with orders at a moment, and what stops it. */

/**
 * By the clock (`Calendar`): `auction` collects orders and crosses them at its end, `continuous` matches as they come,
 * `closed` does neither. An opening auction is one that is followed by `continuous`, a closing auction one that is not.
 */
export const PHASES = ['closed', 'auction', 'continuous'] as const
export type Phase = (typeof PHASES)[number]

/**
 * By event, of one instrument: `halted` nothing trades; `auction` a call auction outside the calendar's (a KRX volatility
 * interruption, the reopening after a halt); `trading` the calendar's phase holds again.
 */
export const TRADING_STATUSES = ['trading', 'auction', 'halted'] as const
export type TradingStatus = (typeof TRADING_STATUSES)[number]

/** Why: a volatility interruption (KRX), a limit-up/limit-down pause (US), an index breaker, news, an outage. */
export const STATUS_REASONS = ['none', 'vi', 'luld', 'breaker', 'news', 'regulatory', 'outage'] as const
export type StatusReason = (typeof STATUS_REASONS)[number]
