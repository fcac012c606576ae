/**
 * What a code of IB means, in one table (reference 7). For the link: connectivity and refusals of a session. For an
 * order: `live` it works on, `dead` it does not exist (or, for a change, the change does not), `canceled`, `check` a
 * cancellation that says to look at the order. For data: does the subscription go on?
 *
 * A code that is not here is `unknown`: it proves nothing, the order is asked about (R-36, F-15), never called rejected.
 */
import type { RejectReason } from '../../src/core/domain/reason.ts'

export type Fate = 'live' | 'dead' | 'canceled' | 'check' | 'unknown'

interface OrderRow {
  readonly codes: readonly (number | readonly [from: number, to: number])[]
  readonly fate: Exclude<Fate, 'unknown'>
  readonly reason?: RejectReason
  readonly why: string
}

const ORDER_ROWS: readonly OrderRow[] = [
  {
    codes: [399, 404, 165, 2137, 2109, 10349, [2100, 2101], [2103, 2199]],
    fate: 'live',
    why: 'a note on an order that lives',
  },
  { codes: [202], fate: 'canceled', why: 'canceled' },
  { codes: [135, 136, 161, 10147, 10148], fate: 'check', why: 'a cancel that found no working order' },
  { codes: [104, 2102], fate: 'dead', reason: 'too_late', why: 'filled, or a change is under way' },
  { codes: [110, 107, 109], fate: 'dead', reason: 'bad_price', why: 'off the tick, missing or out of range' },
  { codes: [355, 383, 382, 388, 434, 451, 461, [10243, 10250]], fate: 'dead', reason: 'bad_qty', why: 'size' },
  {
    codes: [111, [113, 126], 351, 387, 411, 10052, 10289, 10293],
    fate: 'dead',
    reason: 'unsupported',
    why: 'type, time in force or flag that is not taken here',
  },
  {
    codes: [103, 105, 106, 200, 201, 203, 320, 321, 322, 435, 460, 10006, 10268, 10269, 10311],
    fate: 'dead',
    reason: 'broker',
    why: 'refused',
  },
  // The client library's own: the message was never written to the socket.
  { codes: [503, 504, [509, 515]], fate: 'dead', reason: 'not_received', why: 'not sent' },
]

const CLOSED = /outside.*hours|market is closed|exchange is closed|not open/i

function holds(row: OrderRow, code: number): boolean {
  return row.codes.some((c) => (typeof c === 'number' ? c === code : code >= c[0] && code <= c[1]))
}

export interface OrderMeaning {
  readonly fate: Fate
  readonly reason: RejectReason
}

/** `text` only tells one refusal from another, never a refusal from something else. */
export function orderMeaning(code: number, text: string): OrderMeaning {
  const row = ORDER_ROWS.find((r) => holds(r, code))
  if (row === undefined) return { fate: 'unknown', reason: 'broker' }
  if (row.fate === 'dead' && row.reason === 'broker' && CLOSED.test(text)) return { fate: 'dead', reason: 'closed' }
  return { fate: row.fate, reason: row.reason ?? 'broker' }
}

/** `lost` the gateway is away from IB, the socket stays; `moved` the gateway drops us for another port. */
export type LinkMeaning =
  | 'lost'
  | 'dataLost'
  | 'restored'
  | 'inUse'
  | 'moved'
  | 'pacing'
  | 'readOnly'
  | 'farm'
  | undefined

const LINK: ReadonlyMap<number, LinkMeaning> = new Map([
  [1100, 'lost'],
  [2110, 'lost'],
  [1101, 'dataLost'],
  [1102, 'restored'],
  [1300, 'moved'],
  [326, 'inUse'],
  [100, 'pacing'],
  ...[2103, 2104, 2105, 2106, 2107, 2108, 2119, 2157, 2158].map((code) => [code, 'farm'] as const),
])

export function linkMeaning(code: number, text: string): LinkMeaning {
  // Without an id 321 is the read-only interface refusing orders or their lists.
  if (code === 321) return /read-only/i.test(text) ? 'readOnly' : undefined
  return LINK.get(code)
}

/** Of a subscription or a request for data. */
export type DataFate = 'goesOn' | 'delayed' | 'ended' | 'dropped' | 'suspended'

const DATA: ReadonlyMap<number, DataFate> = new Map([
  ...[165, 317, 399, 10090, 10091, 2176].map((code) => [code, 'goesOn'] as const),
  [10167, 'delayed'],
  [10182, 'dropped'],
  [10197, 'suspended'],
])

export function dataFate(code: number): DataFate {
  if (code >= 2100 && code < 2200) return 'goesOn'
  return DATA.get(code) ?? 'ended'
}

/** What to do about data that do not come. */
export function dataMend(code: number): string {
  switch (code) {
    case 354:
    case 10089:
    case 10168:
    case 10186:
      return 'no subscription to these data: subscribe in Client Portal and share it with the paper user, or set brokers.ib.delayed: record'
    case 10197:
      return 'the same user has another session (TWS, phone, live beside paper): end it, one session gets the data'
    case 101:
      return 'the market data lines of the account are used up: fewer symbols'
    case 10189:
    case 10190:
      return 'too many tick-by-tick lines (three by default): set brokers.ib.data: level1'
    case 200:
      return 'IB knows no such contract: check symbol, exchange and currency'
    case 420:
      return 'no permission for real-time bars, or too many requests: set brokers.ib.data: level1'
    default:
      return ''
  }
}
