/** Names of the words of each record kind, for tables, differences and `inspect`. Word 0 (the head) is not named. */
import { KIND } from '../core/engine/records.ts'
import { CHECKPOINT } from './record-sink.ts'

export interface RecordShape {
  readonly stream: string
  readonly fields: readonly string[]
}

const MARKET_T = ['t', 'venue_t']

/** The numbers a verdict was judged by, in the order of the row (`core/engine/audit.ts`). */
export const VERDICT_FIELDS = [
  ...['t', 'intent_id', 'order_id', 'broker', 'reducing', 'reasons', 'state', 'side', 'qty', 'limit', 'stop'],
  ...['mark2', 'mark_age', 'fx_num', 'fx_den', 'fx_age', 'equity', 'limit_base', 'exposure'],
  ...['held', 'external', 'sellable', 'cash_need', 'cash_free', 'orders_today', 'instruments_taken'],
  ...['daily_line', 'emergency_line'],
] as const

export const RECORD_SHAPES: ReadonlyMap<number, RecordShape> = new Map<number, RecordShape>([
  [KIND.quote, { stream: 'quotes', fields: [...MARKET_T, 'bid', 'ask', 'bid_size', 'ask_size'] }],
  [KIND.quoteFlags, { stream: 'quotes', fields: [...MARKET_T, 'bid', 'ask', 'bid_size', 'ask_size', 'flags'] }],
  [KIND.trade, { stream: 'trades', fields: [...MARKET_T, 'price', 'size', 'flags'] }],
  [KIND.bar, { stream: 'bars', fields: ['t', 'start', 'open', 'high', 'low', 'close', 'volume'] }],
  [
    KIND.barQuotes,
    {
      stream: 'bars',
      fields: [
        't',
        'start',
        'open',
        'high',
        'low',
        'close',
        'volume',
        'bid_open',
        'ask_open',
        'bid_close',
        'ask_close',
      ],
    },
  ],
  [KIND.fx, { stream: 'fx', fields: [...MARKET_T, 'rate'] }],
  [KIND.status, { stream: 'status', fields: ['seq', ...MARKET_T, 'status', 'reason', 'until', 'broker'] }],
  [KIND.action, { stream: 'actions', fields: ['seq', 't', 'kind', 'num', 'den', 'amount', 'withheld'] }],
  [
    KIND.report,
    {
      stream: 'reports',
      fields: ['seq', 't', 'report', 'broker', 'order_id', 'a', 'b', 'qty', 'price', 'fee', 'tax', 'cum_qty'],
    },
  ],
  [KIND.timer, { stream: 'timers', fields: ['seq', 't', 'timer_id'] }],
  [KIND.booked, { stream: 'booked', fields: ['seq', 't', 'broker', 'currency', 'amount', 'kind'] }],
  [KIND.cash, { stream: 'cash', fields: ['seq', 't', 'broker', 'currency', 'amount', 'kind'] }],
  [
    KIND.order,
    {
      stream: 'orders',
      fields: [
        ...['seq', 't', 'order_id', 'intent_id', 'broker', 'side', 'type', 'time_in_force', 'qty', 'limit', 'stop'],
        ...['state', 'reason', 'cum_qty', 'cum_value'],
      ],
    },
  ],
  [KIND.equity, { stream: 'equity', fields: ['seq', 't', 'equity', 'cash', 'exposure', 'drawdown'] }],
  [
    KIND.decision,
    { stream: 'decisions', fields: ['seq', 't', 'action', 'rule', 'reasons', 'qty', 'limit', 'order_id'] },
  ],
  [KIND.text, { stream: 'texts', fields: ['seq', 'id', 'bytes'] }],
  [KIND.state, { stream: 'states', fields: ['seq', 't', 'from', 'to', 'rule'] }],
  [
    KIND.command,
    {
      stream: 'commands',
      fields: [
        ...['seq', 't', 'command', 'broker', 'order_id', 'qty', 'limit', 'stop', 'intent_id', 'side', 'type'],
        'time_in_force',
      ],
    },
  ],
  [KIND.setTimer, { stream: 'commands', fields: ['seq', 't', 'timer_id', 'due'] }],
  [KIND.roll, { stream: 'rolls', fields: ['seq', 't', 'day', 'equity'] }],
  [KIND.link, { stream: 'links', fields: ['seq', 't', 'broker', 'link'] }],
  [KIND.books, { stream: 'books', fields: ['seq', 't', 'broker', 'request_id', 'list'] }],
  [KIND.buyingPower, { stream: 'buying_power', fields: ['seq', 't', 'broker', 'currency', 'amount'] }],
  [
    KIND.externalFill,
    { stream: 'external_fills', fields: ['seq', 't', 'broker', 'side', 'qty', 'price', 'fee', 'tax'] },
  ],
  [KIND.operator, { stream: 'operator', fields: ['seq', 't', 'action', 'broker', 'value', 'price'] }],
  [KIND.system, { stream: 'system', fields: ['seq', 't', 'fact', 'value'] }],
  [KIND.history, { stream: 'history', fields: ['seq', 't', 'start', 'end', 'open', 'high', 'low', 'close', 'volume'] }],
  [KIND.limits, { stream: 'limits', fields: ['seq', 't'] }],
  [KIND.alert, { stream: 'alerts', fields: ['seq', 't', 'code', 'critical', 'broker', 'text'] }],
  [KIND.verdict, { stream: 'verdicts', fields: ['seq', ...VERDICT_FIELDS] }],
  [
    KIND.distance,
    {
      stream: 'distances',
      fields: ['seq', 't', 'equity', 'limit_base', 'to_daily', 'to_emergency', 'orders_left', 'positions_left'],
    },
  ],
  [KIND.explain, { stream: 'explanations', fields: ['seq', 't', 'what', 'broker'] }],
  [KIND.request, { stream: 'requests', fields: ['seq', 't', 'request', 'broker', 'about'] }],
  [KIND.header, { stream: 'header', fields: ['bytes'] }],
  [CHECKPOINT, { stream: 'checkpoints', fields: ['blocks', 'records'] }],
])

/** One record as words; `words` is a view that is valid until the reader goes on. */
export interface RecordView {
  readonly kind: number
  /** -1 where the record is of no instrument. */
  readonly instrument: number
  readonly words: Float64Array
}

export function viewRecord(words: Float64Array): RecordView {
  const head = words[0] as number
  return { kind: head % 256, instrument: Math.floor(head / 256) - 1, words }
}

/** Text packed behind a record's named words. */
export function textOf(record: RecordView): string {
  const lengthAt = record.kind === KIND.header ? 1 : 3
  const length = record.words[lengthAt] as number
  const { buffer, byteOffset } = record.words
  return Buffer.from(buffer as ArrayBuffer, byteOffset + (lengthAt + 1) * 8, length).toString('utf8')
}
