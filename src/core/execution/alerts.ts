/**
 * What an operator must hear of (I-35). An alert is an output record like any other: durable with the journal, delivered
 * by whoever subscribes to it; whether it was delivered changes nothing here.
 */
export const ALERT_CODES = [
  'daily_loss',
  'total_loss',
  'stop_loss',
  'rejected',
  'unknown',
  'unknown_unresolved',
  'link_lost',
  'broker_down',
  'broker_up',
  'mismatch',
  'external',
  'overfill',
  'late_fill',
  'bust',
  'correction',
  'over_limit',
  'blind',
  'runaway',
  'cash_unexplained',
  'residual',
  'shutdown',
  'restart',
  'armed',
  'clock',
  'limits',
  'operator',
  'reconcile_failed',
  'login',
  'read_only',
] as const
export type AlertCode = (typeof ALERT_CODES)[number]

/** Needs somebody now, or is for the record. */
export const CRITICAL: ReadonlySet<AlertCode> = new Set<AlertCode>([
  'daily_loss',
  'total_loss',
  'unknown_unresolved',
  'broker_down',
  'mismatch',
  'overfill',
  'bust',
  'blind',
  'runaway',
  'cash_unexplained',
  'residual',
  'shutdown',
  'restart',
  'clock',
  'login',
  'read_only',
])
