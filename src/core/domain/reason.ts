/** Closed lists of reasons. Denied is said by our risk, rejected by the venue. */

/** Denials in the order in which R-20 names the first one. */
export const DENIAL_REASONS = [
  'state',
  'structure',
  'closed',
  'halted',
  'stale',
  'fx',
  'duplicate',
  'short',
  'min_notional',
  'daily_orders',
  'position_count',
  'exposure',
  'cash',
  'loss',
  'collar',
  'rate',
] as const
export type DenialReason = (typeof DENIAL_REASONS)[number]

export const REJECT_REASONS = [
  'unknown_order',
  'too_late',
  'bad_price',
  'bad_qty',
  'closed',
  'no_liquidity',
  'model',
  'unsupported',
  'not_received',
  'broker',
] as const
export type RejectReason = (typeof REJECT_REASONS)[number]
