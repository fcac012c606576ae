/** The catalogue of faults: what each does, where it strikes, which parameters it takes and their defaults. */

export interface FaultParam {
  readonly what: string
  readonly fallback: string | number
}

export interface FaultSpec {
  readonly kind: FaultKind
  readonly what: string
  /** Rows of the invariants' fault table that it plays. */
  readonly rows: readonly string[]
  /** Happens at its moment, to the process as a whole; else it waits for messages. */
  readonly instant: boolean
  /** Holds for `for_ms` instead of a number of messages. */
  readonly lasting: boolean
  readonly params: Readonly<Record<string, FaultParam>>
}

export type FaultKind = (typeof KINDS)[number][0]

type Mode = 'next' | 'instant' | 'lasting'
type Params = Readonly<Record<string, readonly [what: string, fallback: string | number]>>

const MS = (fallback: number): Params => ({ ms: ['delay in milliseconds of wall time', fallback] })
const SYMBOL: Params = { symbol: ['which listing; blank for all', ''] }

const KINDS = [
  // kind, mode, fault rows, what, parameters
  ['token-expiry', 'instant', 'F-17', 'every access token expires now (EGW00123 until a new one is issued)', {}],
  ['token-revocation', 'instant', 'F-17', 'every access token is revoked (EGW00121)', {}],
  ['token-throttled', 'next', 'F-17', 'token issue is refused with EGW00133 and HTTP 403', {}],
  ['rate-limit', 'next', 'F-16', 'the request is refused with EGW00201 and HTTP 500', {}],
  ['ledger-limit', 'next', 'F-16', 'the order or account request is refused with EGW00215', {}],
  [
    'gateway-error',
    'next',
    'F-15',
    'the request is refused with a gateway code, without being processed',
    { msg_cd: ['such as EGW00316, EGW00300', 'EGW00316'] },
  ],
  [
    'http-error',
    'next',
    'F-15',
    'an HTTP error without the usual envelope; the request is not processed',
    { status: ['HTTP status', 502], body: ['html, empty or json', 'html'] },
  ],
  [
    'accepted-then-error',
    'next',
    'F-13 F-15',
    'the request is processed and answered with an HTTP error',
    { status: ['HTTP status', 502], body: ['html, empty or json', 'html'] },
  ],
  [
    'accepted-then-timeout',
    'next',
    'F-13',
    'the request is processed; the answer says EGW00302 (transaction timeout)',
    {},
  ],
  ['late-ack', 'next', 'F-11', 'the request is processed at once and answered late', MS(3000)],
  [
    'lost-ack',
    'next',
    'F-12 F-13',
    'the request is processed; the connection dies without an answer',
    { ms: ['how long it hangs first', 0] },
  ],
  ['lost-request', 'next', 'F-14', 'the request is never processed; the connection hangs, then dies', MS(3000)],
  ['malformed-body', 'next', 'F-15', 'the answer is text that is no JSON', {}],
  ['truncated-body', 'next', 'F-15', 'the answer ends in its middle', {}],
  ['trickle', 'next', 'F-21', 'the answer arrives byte by byte', { ms: ['pause between bytes', 100] }],
  ['empty-list', 'next', 'F-14 F-35', 'the inquiry answers with empty lists (as paper daily-ccld does)', {}],
  ['data-changed', 'next', 'F-15', 'the list of orders is refused with "data changed, ask again"', {}],
  [
    'order-refused',
    'next',
    'F-31 F-36',
    'the order is refused as a business answer',
    { msg_cd: ['code', '40250000'], msg1: ['text', '모의투자 주문가능금액이 부족합니다.'] },
  ],
  [
    'order-rejected-later',
    'next',
    'F-31',
    'the order is accepted and then rejected by a notice',
    { msg1: ['text', '주문거부'] },
  ],
  ['maintenance', 'lasting', 'F-01 F-15', 'REST answers 503, sockets are closed and refused', {}],
  ['socket-refused', 'lasting', 'F-01', 'the socket host refuses new connections', {}],
  ['socket-silent-login', 'lasting', 'F-02', 'the TCP connection is accepted and the upgrade never answered', {}],
  ['socket-close-after-open', 'next', 'F-06', 'the next connection is closed cleanly right after it opened', {}],
  ['socket-drop', 'instant', 'F-03', 'every socket dies without a close frame (1006)', {}],
  ['socket-close', 'instant', 'F-03', 'every socket is closed cleanly', {}],
  ['socket-half-open', 'lasting', 'F-04', 'sockets stay open and say nothing, PINGPONG included', {}],
  [
    'slow-slot-release',
    'lasting',
    'F-18',
    'after an unclean end the appkey stays in use',
    { ms: ['how long', 20_000] },
  ],
  ['no-pingpong', 'lasting', 'F-04', 'PINGPONG is missing, everything else flows', {}],
  [
    'duplicate-login',
    'instant',
    'F-18',
    'somebody else takes the appkey: sockets get OPSP8996 and are dropped; the key stays in use',
    { ms: ['how long the other keeps it', 5000] },
  ],
  ['subscription-lost', 'instant', 'F-05 F-22', 'the server forgets all registrations without saying so', {}],
  ['subscribe-refused', 'next', 'F-22', 'a registration is answered with an error', { msg_cd: ['code', 'OPSP0008'] }],
  ['quotes-silent', 'lasting', 'F-45', 'no quote frames; notices and PINGPONG flow', SYMBOL],
  ['notice-lost', 'next', 'F-05', 'an execution notice is not sent', {}],
  ['notice-duplicate', 'next', 'F-09 F-27', 'an execution notice is sent twice', {}],
  ['notice-reorder', 'next', 'F-10', 'an execution notice is sent after the one that follows it', {}],
  ['notice-late', 'next', 'F-23', 'an execution notice is sent late', MS(2000)],
  ['notice-first', 'next', 'F-10', 'notices of an order leave before the answer to the request', {}],
  ['notice-forged', 'instant', 'F-19', 'an unencrypted fill notice of an order nobody made', {}],
  ['frame-truncated', 'next', 'F-19', 'a data frame is cut in its middle', {}],
  ['frame-count', 'next', 'F-19', 'a data frame states one record more than it has', {}],
  ['frame-garbage', 'next', 'F-19', 'an encrypted notice that does not decrypt', {}],
  ['frame-utf8', 'instant', 'F-19', 'a text frame that is no UTF-8', {}],
  ['frame-oversize', 'instant', 'F-20', 'one very large frame', { bytes: ['size', 8_000_000] }],
  [
    'frame-flood',
    'instant',
    'F-21',
    'many copies of the last trade frame at once',
    { count_frames: ['how many', 10_000] },
  ],
  ['bad-print', 'next', 'F-38 F-40', 'a trade frame with its price multiplied', { factor: ['multiplier', 10] }],
  ['stale-stamp', 'next', 'F-42', 'a trade frame stamped in the past', { seconds: ['how far', 3600] }],
  [
    'feed-delayed',
    'lasting',
    'F-42',
    'all stamps of the feed lie behind, as where its service was not applied for',
    { ...SYMBOL, minutes: ['how far', 15] },
  ],
  ['halt', 'lasting', 'F-44', 'the listing is halted: no quotes, orders refused, a status frame at both ends', SYMBOL],
  [
    'external-order',
    'instant',
    'F-30',
    'somebody trades on the account at another terminal',
    { symbol: ['listing', '005930'], side: ['buy or sell', 'buy'], qty: ['shares', 1] },
  ],
] as const satisfies readonly (readonly [string, Mode, string, string, Params])[]

export const FAULT_KINDS: readonly FaultSpec[] = KINDS.map(([kind, mode, rows, what, params]) => ({
  kind,
  what,
  rows: rows.split(' '),
  instant: (mode as Mode) === 'instant',
  lasting: (mode as Mode) === 'lasting',
  params: Object.fromEntries(
    Object.entries(params as Params).map(([name, [text, fallback]]) => [name, { what: text, fallback }]),
  ),
}))
