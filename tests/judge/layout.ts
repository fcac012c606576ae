/**
 * The record stream as the judge reads it: its own copy of the codes of a row, so that it shares no code with the
 * engine. `layout.test.ts` compares the copy with the engine's. Head of a row: kind + 256 · (instrument + 1).
 */
export const K = {
  quote: 1,
  quoteFlags: 2,
  trade: 3,
  bar: 4,
  barQuotes: 5,
  fx: 6,
  report: 16,
  timer: 17,
  cash: 18,
  status: 19,
  action: 20,
  link: 21,
  books: 22,
  buyingPower: 23,
  externalFill: 24,
  operator: 25,
  system: 26,
  limits: 27,
  history: 28,
  order: 32,
  equity: 34,
  decision: 35,
  text: 36,
  state: 37,
  command: 38,
  setTimer: 39,
  roll: 40,
  alert: 41,
  verdict: 42,
  distance: 43,
  explain: 44,
  request: 45,
  booked: 46,
  checkpoint: 62,
  header: 63,
} as const

/** Rows of this kind and below are of a tape and carry no sequence number. */
export const LAST_TAPE_KIND = 15
/** Rows that can be an input; `cash` is one only where it comes first in its step. */
export const LAST_INPUT_KIND = 31

export const REPORT = [
  'accepted',
  'rejected',
  'filled',
  'canceled',
  'expired',
  'replaced',
  'cancelRejected',
  'replaceRejected',
  'busted',
  'corrected',
  'commission',
  'absent',
] as const
export const STATE = ['UNARMED', 'RECONCILING', 'LIVE', 'REDUCE_ONLY', 'LIQUIDATING', 'STOPPED'] as const
export type StateName = (typeof STATE)[number]
export const ORDER_STATE = [
  'pendingNew',
  'new',
  'partiallyFilled',
  'pendingCancel',
  'pendingReplace',
  'unknown',
  'filled',
  'canceled',
  'expired',
  'rejected',
] as const
export type OrderStateName = (typeof ORDER_STATE)[number]
export const ORDER_TYPE = ['market', 'limit', 'stop', 'stopLimit'] as const
export const REASON = [
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
export type ReasonName = (typeof REASON)[number]
export const DECISION = ['buy', 'sell', 'replace', 'cancel', 'note'] as const
export const COMMAND = ['submit', 'cancel', 'replace'] as const
export const REQUEST = ['query', 'reconcile', 'connect'] as const
export const STATUS = ['trading', 'auction', 'halted'] as const
export const ACTION = ['split', 'dividend', 'rename'] as const
export const CASH = [
  'fill',
  'fee',
  'tax',
  'dividend',
  'withholding',
  'interest',
  'fx_conversion',
  'deposit',
  'withdrawal',
  'correction',
] as const
export const LINK = [
  'up',
  'failed',
  'lost',
  'planned',
  'plannedEnd',
  'loginInADay',
  'loginInAnHour',
  'loginAwaited',
  'readOnly',
] as const
export const OPERATOR = [
  'arm',
  'stop',
  'kill',
  'acknowledge',
  'adopt',
  'explainCash',
  'enable',
  'clearEmergency',
  'allot',
] as const
export const SYSTEM = ['restarted', 'failed', 'clockOffset', 'moment', 'clockSync'] as const
export const LIMIT = [
  'dailyLoss',
  'positionSize',
  'stopLoss',
  'emergencyLoss',
  'maxDailyOrders',
  'maxPositions',
] as const
export const BOOK = ['order', 'fill', 'position', 'cash', 'end'] as const
export const BOOKED = ['working', 'filled', 'canceled', 'expired', 'rejected'] as const
export const EXPLAIN = ['fill', 'order', 'external', 'adopted', 'acknowledged', 'cash'] as const
export const ALERT = [
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

/** Places of a verdict's numbers behind head and sequence number. */
export const VERDICT = [
  ...['t', 'intent_id', 'order_id', 'broker', 'reducing', 'reasons', 'state', 'side', 'qty', 'limit', 'stop'],
  ...['mark2', 'mark_age', 'fx_num', 'fx_den', 'fx_age', 'equity', 'limit_base', 'exposure'],
  ...['held', 'external', 'sellable', 'cash_need', 'cash_free', 'orders_today', 'instruments_taken'],
  ...['daily_line', 'emergency_line'],
] as const

export interface Row {
  readonly kind: number
  /** -1 where it is of none. */
  readonly instrument: number
  /** Words as recorded, head first. */
  readonly w: readonly number[] | Float64Array
}

export function rowOf(w: readonly number[] | Float64Array): Row {
  const head = w[0] as number
  return { kind: head % 256, instrument: Math.floor(head / 256) - 1, w }
}

/** The text of a text or header row. */
export function textOf(row: Row): string {
  const at = row.kind === K.header ? 1 : 3
  const bytes = row.w[at] as number
  const words = Float64Array.from(row.w.slice(at + 1, at + 1 + Math.ceil(bytes / 8)))
  return Buffer.from(words.buffer, 0, bytes).toString('utf8')
}

/**
 * Rows grouped into steps: one input each, with what came of it. A tape's row carries no sequence number: it belongs to
 * the step under way unless that has its input already.
 */
export function* stepsOf(rows: Iterable<Row>): Generator<readonly Row[]> {
  let step: Row[] = []
  let seq = 0
  let fed = false
  for (const row of rows) {
    if (row.kind === K.header || row.kind === K.checkpoint) continue
    const tape = row.kind <= LAST_TAPE_KIND
    const of = tape ? (fed ? seq + 1 : Math.max(seq, 1)) : (row.w[1] as number)
    if (of !== seq && step.length > 0) {
      yield step
      step = []
      fed = false
    }
    seq = of
    step.push(row)
    if (row.kind <= LAST_INPUT_KIND) fed = true
  }
  if (step.length > 0) yield step
}

export function stateName(code: number): StateName {
  return STATE[code] as StateName
}
