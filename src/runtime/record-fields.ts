/** Names of the words of each record kind, for tables, differences and `inspect`. Word 0 (the head) is not named. */
import { KIND } from '../core/engine/records.ts'
import { CHECKPOINT } from './record-sink.ts'

export interface RecordShape {
  readonly stream: string
  readonly fields: readonly string[]
}

const MARKET_T = ['t', 'venue_t']

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
  [KIND.status, { stream: 'status', fields: [...MARKET_T, 'status', 'reason', 'until'] }],
  [KIND.action, { stream: 'actions', fields: ['t', 'kind', 'num', 'den', 'amount', 'withheld'] }],
  [
    KIND.report,
    {
      stream: 'reports',
      fields: ['seq', 't', 'report', 'broker', 'order_id', 'a', 'b', 'qty', 'price', 'fee', 'tax', 'cum_qty'],
    },
  ],
  [KIND.timer, { stream: 'timers', fields: ['seq', 't', 'timer_id'] }],
  [KIND.cash, { stream: 'cash', fields: ['seq', 't', 'broker', 'currency', 'amount', 'kind'] }],
  [KIND.venueStatus, { stream: 'status', fields: ['seq', 't', 'venue_t', 'broker', 'status', 'reason', 'until'] }],
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
