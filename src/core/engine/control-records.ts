/** Control events as rows of the record stream: inputs like any other, kept whole by every journal. */
import {
  BOOKED_STATES,
  type BooksEvent,
  CHANGEABLE_LIMITS,
  type ControlEvent,
  LINK_STATES,
  OPERATOR_ACTIONS,
  SYSTEM_FACTS,
} from '../domain/control.ts'
import { KIND, type RecordWriter } from './records.ts'

/** Which list of the broker's books a row is of; `end` closes them and says which lists were delivered. */
export const BOOK_ROWS = ['order', 'fill', 'position', 'cash', 'end'] as const

export function recordControl(w: RecordWriter, e: ControlEvent, seq: number): void {
  switch (e.type) {
    case 'link':
      return w.row(KIND.link, -1, seq, [e.t, e.broker, LINK_STATES.indexOf(e.link)])
    case 'books':
      return recordBooks(w, e, seq)
    case 'buyingPower':
      return w.row(KIND.buyingPower, -1, seq, [e.t, e.broker, e.currency, e.amount])
    case 'externalFill':
      return w.row(KIND.externalFill, e.instrument, seq, [e.t, e.broker, e.side, e.qty, e.price, e.fee, e.tax])
    case 'operator': {
      const what = [e.t, OPERATOR_ACTIONS.indexOf(e.action), e.broker, e.value, e.price]
      return w.row(KIND.operator, e.instrument, seq, what)
    }
    case 'system':
      return w.row(KIND.system, -1, seq, [e.t, SYSTEM_FACTS.indexOf(e.fact), e.value])
    case 'limits': {
      const changes = e.changes.flatMap((c) => [CHANGEABLE_LIMITS.indexOf(c.limit), c.num, c.den])
      return w.row(KIND.limits, -1, seq, [e.t, ...changes])
    }
  }
}

function recordBooks(w: RecordWriter, e: BooksEvent, seq: number): void {
  const row = (kind: (typeof BOOK_ROWS)[number], instrument: number, values: readonly number[]): void =>
    w.row(KIND.books, instrument, seq, [e.t, e.broker, e.requestId, BOOK_ROWS.indexOf(kind), ...values])
  for (const o of e.orders ?? []) {
    const state = BOOKED_STATES.indexOf(o.state)
    row('order', o.instrument, [o.orderId, o.externalId, o.side, o.qty, o.cumQty, o.limit, state])
  }
  for (const f of e.fills ?? []) {
    row('fill', f.instrument, [f.orderId, f.fillNo, f.side, f.qty, f.price, f.fee, f.tax])
  }
  for (const p of e.positions ?? []) row('position', p.instrument, [p.qty, p.sellable, p.avgPrice])
  for (const c of e.cash ?? []) row('cash', -1, [c.currency, c.amount])
  const delivered = [e.orders, e.fills, e.positions, e.cash].map((list) => (list === null ? 0 : 1))
  row('end', -1, delivered)
}
