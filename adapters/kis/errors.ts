/**
 * What a failed request means, in one table. `rejected`: refused for certain, nothing of it happened. `fatal`: refused
 * for certain, and so will be everything until someone mends the configuration. `retryable`: a query that may be asked
 * again. `unknown`: an order of which nothing is proved (R-36, F-13, F-15): no event, never sent again.
 *
 * Evidence: codes by `rt_cd`, `msg_cd` and HTTP status of KIS reference 5; what is not in the table falls to its last
 * rows. A gateway refusal (rate, token, routing by key) is made before the order system is reached (reference 4, 3.5).
 */
import type { RejectReason } from '../../src/core/domain/reason.ts'

export type ErrorClass = 'rejected' | 'retryable' | 'unknown' | 'fatal'
export type Use = 'order' | 'query'

/** What was seen. `transport` codes are those of Node; `connect` says that no byte was sent. */
export type Seen =
  | {
      readonly kind: 'envelope'
      readonly status: number
      readonly rtCd: string
      readonly msgCd: string
      readonly msg1: string
    }
  | { readonly kind: 'body'; readonly status: number }
  | { readonly kind: 'transport'; readonly code: string; readonly connect: boolean }

export interface Trouble {
  readonly class: ErrorClass
  /** Vendor's or Node's code, or HTTP and status. */
  readonly code: string
  /** Return code of an envelope; blank where none came. */
  readonly rtCd: string
  /** Text of the vendor, for people. */
  readonly text: string
  /** The token is no good: drop it. */
  readonly token: boolean
  /** Came too fast: wait. */
  readonly slow: boolean
  readonly reason: RejectReason
}

interface Row {
  readonly codes: RegExp
  readonly order: ErrorClass
  readonly query: ErrorClass
  readonly token?: true
  readonly slow?: true
  readonly why: string
}

const TABLE: readonly Row[] = [
  {
    codes: /^EGW0012[123]$/,
    order: 'rejected',
    query: 'retryable',
    token: true,
    why: 'token unknown, missing or expired',
  },
  { codes: /^EGW00(201|215)$/, order: 'rejected', query: 'retryable', slow: true, why: 'too many requests a second' },
  { codes: /^EGW00133$/, order: 'rejected', query: 'retryable', slow: true, why: 'token issue throttled' },
  {
    codes: /^(EGW00(103|105|115|116|205|206|208|304|310)|EGW0200\d|EGW00213|OPSQ2000|IGW00002|40910000)$/,
    order: 'fatal',
    query: 'fatal',
    why: 'keys, environment, account or rights are wrong',
  },
  {
    codes: /^(IGW0000[79]|EGW0013[12]|OPSQ200[12]|OPSQ999\d|SYMB0001|MCA00124)$/,
    order: 'rejected',
    query: 'rejected',
    why: 'the request itself is wrong',
  },
  {
    codes: /^(EGW0000[1-4]|EGW0020[234]|EGW0030[0-3]|EGW00316|OPSQ00\d\d|OPSQ1002|90020000)$/,
    order: 'unknown',
    query: 'retryable',
    why: 'behind the gateway something failed, after or before it did its work',
  },
]

/** The day's orders changed while they were listed (reference 5.5); its code is not published. */
const CHANGED = /자료가 변경/

const REASONS: readonly (readonly [RegExp, RejectReason])[] = [
  [/^(40030000|40270000)$|호가단위|상\/하한가/, 'bad_price'],
  [/^(40330000)$|정정\/취소할 수량/, 'too_late'],
  [/^(40310000)$|주문수량/, 'bad_qty'],
  [/^(40100000|40570000|40580000|APBK091[89]|APBK1664)$|장시작전|장종료|장운영|주문가능시간|영업일/, 'closed'],
  [/주문구분|거래소구분|불가능한 시장/, 'unsupported'],
]

function reasonOf(code: string, text: string): RejectReason {
  return REASONS.find(([pattern]) => pattern.test(code) || pattern.test(text))?.[1] ?? 'broker'
}

function classOf(use: Use, seen: Seen): { readonly class: ErrorClass; readonly row?: Row } {
  if (seen.kind === 'transport') {
    // Refused before the first byte: the request cannot have arrived.
    if (use === 'order') return { class: seen.connect ? 'rejected' : 'unknown' }
    return { class: 'retryable' }
  }
  if (seen.kind === 'body') {
    if (use === 'order') return { class: 'unknown' }
    return { class: 'retryable' }
  }
  const row = TABLE.find((r) => r.codes.test(seen.msgCd))
  if (row !== undefined) return { class: row[use], row }
  if (use === 'query' && CHANGED.test(seen.msg1)) return { class: 'retryable' }
  // A business refusal comes with HTTP 200, or around one with 500 (reference 5.4).
  if (seen.status === 200 || /^(4\d{7}|APBK\d{4})$/.test(seen.msgCd)) return { class: 'rejected' }
  return { class: use === 'order' ? 'unknown' : 'retryable' }
}

export function classify(use: Use, seen: Seen): Trouble {
  const { class: of, row } = classOf(use, seen)
  const code = seen.kind === 'envelope' ? seen.msgCd : seen.kind === 'body' ? `HTTP ${seen.status}` : seen.code
  const text = seen.kind === 'envelope' ? seen.msg1 : ''
  const reason = seen.kind === 'transport' ? 'not_received' : reasonOf(code, text)
  const rtCd = seen.kind === 'envelope' ? seen.rtCd : ''
  return { class: of, code, rtCd, text, token: row?.token === true, slow: row?.slow === true, reason }
}

/** For messages: code and the vendor's words. */
export function troubleText(t: Trouble): string {
  return t.text === '' ? t.code : `${t.code} ${t.text}`
}
