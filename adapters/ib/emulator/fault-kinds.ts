/** The catalogue of faults: what each does, where it strikes, which parameters it takes and their defaults. */

export interface FaultParam {
  readonly what: string
  readonly fallback: string | number
}

/** `next` waits for messages or requests, `count` of them; `instant` happens at its moment; `lasting` holds for `for_ms`. */
export type FaultMode = 'next' | 'instant' | 'lasting'

export interface FaultSpec {
  readonly kind: FaultKind
  readonly what: string
  /** Rows of the invariants' fault table that it plays. */
  readonly rows: readonly string[]
  readonly mode: FaultMode
  readonly params: Readonly<Record<string, FaultParam>>
}

export type FaultKind = (typeof KINDS)[number][0]

type Params = Readonly<Record<string, readonly [what: string, fallback: string | number]>>

const MS = (fallback: number): Params => ({ ms: ['milliseconds of the run clock', fallback] })
const SYMBOL: Params = { symbol: ['which listing; blank for all', ''] }

const KINDS = [
  // kind, mode, fault rows, what, parameters
  ['socket-reset', 'instant', 'F-03', 'sockets die with a reset', {}],
  ['socket-close', 'instant', 'F-03 F-06', 'sockets are closed cleanly; official clients report 507 or 504 next', {}],
  ['socket-half-open', 'lasting', 'F-04', 'sockets stay open, take everything and say nothing', {}],
  ['connect-refused', 'lasting', 'F-01', 'the port refuses connections (clients report 502)', {}],
  [
    'accept-and-close',
    'next',
    'F-06',
    'a new connection is closed cleanly',
    { when: ['accept, hello or start: what it lives to see', 'accept'] },
  ],
  ['login-silent', 'lasting', 'F-02', 'connections are accepted and the hello is never answered', {}],
  ['start-late', 'next', 'F-02', 'accounts and the next order id come late after START_API', MS(5000)],
  ['accounts-missing', 'next', 'F-35', 'the list of accounts is missing after START_API', {}],
  ['frame-truncated', 'next', 'F-19', 'half a frame, then the socket is closed', {}],
  ['frame-oversize', 'instant', 'F-20', 'a length above 16 MB', { bytes: ['the length stated', 33_554_432] }],
  ['frame-empty', 'instant', 'F-19', 'a frame of length 0', {}],
  ['frame-no-nul', 'next', 'F-19', 'a frame without its last NUL', {}],
  ['frame-unknown', 'instant', 'F-19', 'a message with an id that nobody knows', {}],
  ['frame-flood', 'instant', 'F-21', 'many copies of one tick at once', { frames: ['how many', 10_000] }],
  ['field-short', 'next', 'F-19', 'a message lacks its last field', {}],
  ['field-extra', 'next', 'F-19', 'a message has a field more', {}],
  ['field-text', 'next', 'F-19 F-38', 'a number of the message is text', {}],
  ['trickle', 'lasting', 'F-21', 'frames arrive byte by byte', {}],
  ['client-in-use', 'next', 'F-03 F-07', 'START_API is refused with 326 and a close, as after an unclean end', {}],
  ['ghost-session', 'lasting', 'F-03', 'the client ids in use stay so after their sockets end', {}],
  ['id-rollback', 'instant', 'F-33', 'the next valid ids fall back', { by: ['how many ids', 5] }],
  [
    'restart',
    'instant',
    'F-03 F-54 F-33',
    'the gateway restarts: sockets close, the port refuses for a while, orders live on',
    { ms: ['how long the port refuses', 3000], rollback: ['how many order ids are lost', 0] },
  ],
  [
    'nightly-reset',
    'instant',
    'F-03 F-22 F-54',
    '1100 several times, farms break, then 1102 and farms return',
    MS(3000),
  ],
  [
    'connectivity-lost',
    'instant',
    'F-03 F-05 F-32',
    '1100; what happens to orders meanwhile is not told; then 1101 or 1102',
    {
      ms: ['how long', 3000],
      restore: ['1101 (subscriptions lost), 1102, or 0 for none and a close', 1102],
      repeat: ['how many times 1100 is said', 1],
      orders: ['of requests meanwhile: queue or drop', 'queue'],
      modify: ['replace, or double: a second live order beside the first', 'replace'],
    },
  ],
  ['server-broken', 'instant', 'F-03', '2110, then 1102', MS(3000)],
  ['farm-broken', 'instant', 'F-45', '2103, no market data, then 2104', MS(3000)],
  ['history-broken', 'instant', 'F-45', '2105, historical requests fail with 162, then 2106', MS(3000)],
  ['port-reset', 'instant', 'F-03', '1300 and a close', {}],
  [
    'pacing',
    'lasting',
    'F-16',
    'above so many messages a second: 100, and a close at the third',
    { rate: ['a second', 50] },
  ],
  ['history-pacing', 'next', 'F-16', 'a historical request fails with 162 (pacing violation)', {}],
  ['data-lines', 'next', 'F-22', 'a market data request fails with 101', {}],
  [
    'data-refused',
    'next',
    'F-22',
    'a market data request fails',
    { code: ['354, 10089, 10168, 10182, 10189, 10190, 10197, 420 or 200', 354] },
  ],
  [
    'delayed-data',
    'lasting',
    'F-42',
    'no live data: 10167 and delayed ticks, or 354 where the client asked for live',
    {},
  ],
  ['competing-session', 'lasting', 'F-18', '10197 to all subscriptions and no data', {}],
  ['data-silent', 'lasting', 'F-45', 'no market data; orders and account flow', SYMBOL],
  [
    'subscription-lost',
    'instant',
    'F-05 F-22',
    'the server forgets all market data subscriptions without saying so',
    {},
  ],
  ['bad-print', 'next', 'F-40', 'a last price multiplied', { factor: ['multiplier', 10] }],
  ['no-quote', 'next', 'F-38', 'a bid and an ask of -1', {}],
  ['crossed-quote', 'next', 'F-41', 'a bid above the ask', {}],
  ['halt', 'lasting', 'F-44', 'the listing is halted: no trading, tick 49, orders wait', SYMBOL],
  ['request-late', 'next', 'F-11', 'an order request reaches the server late', MS(3000)],
  ['request-lost', 'next', 'F-14', 'an order request never reaches the server', {}],
  ['ack-lost', 'next', 'F-12 F-13', 'an order is accepted and nothing is said of it', {}],
  ['ack-late', 'next', 'F-11', 'what is said of a new order comes late; fills do not wait', MS(3000)],
  [
    'order-refused',
    'next',
    'F-31 F-36',
    'an order is refused',
    {
      code: ['such as 201, 203, 321, 460, 10311', 201],
      text: ['reason', 'emulated'],
      status: ['1: Inactive follows', 1],
    },
  ],
  [
    'order-message',
    'next',
    'F-31',
    '399 or another note about an order that lives',
    { code: ['399, 2109, 2137, 10349', 399], text: ['text', 'Warning: emulated'] },
  ],
  ['order-locate', 'next', 'F-31', '404: the order waits for shares to be located', MS(2000)],
  [
    'order-cancelled',
    'instant',
    'F-25 F-31',
    'the exchange cancels working orders (202)',
    { ...SYMBOL, text: ['reason', 'Exchange'] },
  ],
  ['status-first', 'next', 'F-10', 'a status comes before its open order', {}],
  ['status-duplicate', 'next', 'F-09', 'open order and status are told several times', { times: ['how often', 3] }],
  ['status-lost', 'next', 'F-05', 'a status is not told', {}],
  ['execution-first', 'next', 'F-10', 'a fill is told before the order it belongs to was acknowledged', {}],
  ['execution-lost', 'next', 'F-05', 'a fill is not told; reqExecutions knows it', {}],
  ['execution-duplicate', 'next', 'F-09 F-27', 'a fill is told twice', {}],
  ['execution-late', 'next', 'F-23', 'a fill is told late', MS(2000)],
  [
    'execution-correction',
    'instant',
    'F-29',
    'the last fill is revised: the last group of its id changes',
    { ticks: ['price moves by', 1] },
  ],
  ['commission-lost', 'next', 'F-05', 'a commission report is not told', {}],
  ['commission-late', 'next', 'F-05', 'a commission report is told late', MS(2000)],
  ['cancel-late', 'next', 'F-23 F-24', 'a cancel is pending for a while; the order can fill meanwhile', MS(3000)],
  ['cancel-lost', 'next', 'F-14', 'a cancel never reaches the server', {}],
  ['cancel-then-fill', 'next', 'F-23', 'a cancel is confirmed, and then the order fills after all', MS(500)],
  ['cancel-not-found', 'next', 'F-24', 'a cancel succeeds and is answered with 10147', {}],
  [
    'external-order',
    'instant',
    'F-30',
    'somebody trades on the account by hand',
    {
      symbol: ['listing', 'NVDA'],
      action: ['BUY or SELL', 'BUY'],
      qty: ['shares', 1],
      limit: ['price; blank for market', ''],
    },
  ],
] as const satisfies readonly (readonly [string, FaultMode, string, string, Params])[]

export const FAULT_KINDS: readonly FaultSpec[] = KINDS.map(([kind, mode, rows, what, params]) => ({
  kind,
  what,
  rows: rows.split(' '),
  mode,
  params: Object.fromEntries(
    Object.entries(params as Params).map(([name, [text, fallback]]) => [name, { what: text, fallback }]),
  ),
}))
