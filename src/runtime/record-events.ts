/**
 * The inputs of a recorded session, read back from its journal as the events the engine was stepped with: what verifying
 * and recovering a session re-runs. Output rows are passed over; market rows take part in full journals only.
 */
import {
  BOOKED_STATES,
  type BookedCash,
  type BookedFill,
  type BookedOrder,
  type BookedPosition,
  type BookedState,
  type BooksEvent,
  CHANGEABLE_LIMITS,
  type ChangeableLimit,
  LINK_STATES,
  type LinkState,
  OPERATOR_ACTIONS,
  type OperatorAction,
  SYSTEM_FACTS,
  type SystemFact,
} from '../core/domain/control.ts'
import { ACTION_KINDS, type ActionKind, CASH_KINDS, type CashKind, type EngineEvent } from '../core/domain/event.ts'
import { STATUS_REASONS, type StatusReason, TRADING_STATUSES, type TradingStatus } from '../core/domain/phase.ts'
import { REJECT_REASONS, type RejectReason } from '../core/domain/reason.ts'
import type { Side } from '../core/domain/units.ts'
import { BOOK_ROWS } from '../core/engine/control-records.ts'
import { KIND, REPORT_TYPES } from '../core/engine/records.ts'
import type { RecordView } from './record-fields.ts'

type Words = readonly number[]
type Read = (w: Words, instrument: number) => EngineEvent

/** By kind; words are those behind the head. */
const READERS: ReadonlyMap<number, Read> = new Map<number, Read>([
  [KIND.quote, readQuote],
  [KIND.quoteFlags, readQuote],
  [KIND.trade, readTrade],
  [KIND.bar, readBar],
  [KIND.barQuotes, readBar],
  [KIND.fx, ([t, venueT, rate], instrument) => ({ type: 'fx', t, venueT, instrument, rate }) as EngineEvent],
  [KIND.report, readReport],
  [KIND.timer, ([, t, timerId]) => ({ type: 'timer', t, timerId }) as EngineEvent],
  [KIND.cash, readCash],
  [KIND.status, readStatus],
  [KIND.action, readAction],
  [KIND.link, ([, t, broker, link]) => event('link', { t, broker, link: LINK_STATES[link as number] as LinkState })],
  [KIND.buyingPower, ([, t, broker, currency, amount]) => event('buyingPower', { t, broker, currency, amount })],
  [
    KIND.externalFill,
    ([, t, broker, side, qty, price, fee, tax], instrument) =>
      event('externalFill', { t, broker, instrument, side, qty, price, fee, tax }),
  ],
  [KIND.operator, readOperator],
  [
    KIND.system,
    ([, t, fact, value]) => event('system', { t, fact: SYSTEM_FACTS[fact as number] as SystemFact, value }),
  ],
  [KIND.limits, readLimits],
  [
    KIND.history,
    ([, t, start, end, open, high, low, close, volume], instrument) =>
      event('history', { t, start, end, instrument, open, high, low, close, volume }),
  ],
])

function event(type: string, fields: Readonly<Record<string, unknown>>): EngineEvent {
  return { type, ...fields } as unknown as EngineEvent
}

function readQuote(w: Words, instrument: number): EngineEvent {
  const [t, venueT, bid, ask, bidSize, askSize, flags = 0] = w
  return event('quote', { t, venueT, instrument, bid, ask, bidSize, askSize, flags })
}

function readTrade(w: Words, instrument: number): EngineEvent {
  const [t, venueT, price, size, flags] = w
  return event('trade', { t, venueT, instrument, price, size, flags })
}

function readBar(w: Words, instrument: number): EngineEvent {
  const [t, start, open, high, low, close, volume, bidOpen = 0, askOpen = 0, bidClose = 0, askClose = 0] = w
  const prices = { open, high, low, close, volume, bidOpen, askOpen, bidClose, askClose }
  return event('bar', { t, start, instrument, ...prices })
}

function readStatus(w: Words, instrument: number): EngineEvent {
  const [, t, venueT, status, reason, until, broker = -1] = w
  return event('status', {
    ...{ t, venueT, instrument, until, ...(broker < 0 ? {} : { broker }) },
    status: TRADING_STATUSES[status as number] as TradingStatus,
    reason: STATUS_REASONS[reason as number] as StatusReason,
  })
}

function readAction(w: Words, instrument: number): EngineEvent {
  const [, t, kind, num, den, amount, withheld] = w
  return event('action', {
    t,
    instrument,
    kind: ACTION_KINDS[kind as number] as ActionKind,
    num,
    den,
    amount,
    withheld,
  })
}

function readCash(w: Words): EngineEvent {
  const [, t, broker, currency, amount, kind] = w
  return event('cash', { t, broker, currency, amount, kind: CASH_KINDS[kind as number] as CashKind })
}

function readOperator(w: Words, instrument: number): EngineEvent {
  const [, t, action, broker, value, price] = w
  return event('operator', {
    t,
    action: OPERATOR_ACTIONS[action as number] as OperatorAction,
    broker,
    instrument,
    value,
    price,
  })
}

function readLimits(w: Words): EngineEvent {
  const [, t, ...rest] = w
  const changes = []
  for (let i = 0; i + 2 < rest.length; i += 3) {
    changes.push({ limit: CHANGEABLE_LIMITS[rest[i] as number] as ChangeableLimit, num: rest[i + 1], den: rest[i + 2] })
  }
  return event('limits', { t, changes })
}

function readReport(w: Words, instrument: number): EngineEvent {
  const [, t, type, broker, orderId, a, b, qty, price, fee, tax, cumQty] = w
  const name = REPORT_TYPES[type as number] as (typeof REPORT_TYPES)[number]
  const head = { t, broker, orderId }
  switch (name) {
    case 'filled':
      return event(name, { ...head, fillNo: a, instrument, side: b as Side, qty, price, fee, tax, cumQty })
    case 'replaced':
      return event(name, { ...head, qty: a, limit: b, stop: qty })
    case 'corrected':
      return event(name, { ...head, fillNo: a, qty, price, fee, tax })
    case 'commission':
      return event(name, { ...head, fillNo: a, fee, tax })
    case 'busted':
      return event(name, { ...head, fillNo: a })
    case 'absent':
      return event(name, { ...head, proves: a === 1 })
    case 'rejected':
    case 'cancelRejected':
    case 'replaceRejected':
      return event(name, { ...head, reason: REJECT_REASONS[a as number] as RejectReason })
    default:
      return event(name, head)
  }
}

/** Gathers the rows of a broker's books until the one that closes them. */
class BooksReader {
  #orders: BookedOrder[] = []
  #fills: BookedFill[] = []
  #positions: BookedPosition[] = []
  #cash: BookedCash[] = []

  row(w: Words, instrument: number): BooksEvent | undefined {
    const [, t, broker, requestId, list, a, b, c, d, e, f, g] = w as readonly [
      number,
      number,
      number,
      number,
      ...number[],
    ]
    switch (BOOK_ROWS[list as number]) {
      case 'order': {
        const terms = { orderId: a, externalId: b, instrument, side: c, qty: d, cumQty: e, limit: f }
        this.#orders.push({ ...terms, state: BOOKED_STATES[g as number] as BookedState } as BookedOrder)
        return undefined
      }
      case 'fill':
        this.#fills.push({ orderId: a, fillNo: b, instrument, side: c, qty: d, price: e, fee: f, tax: g } as BookedFill)
        return undefined
      case 'position':
        this.#positions.push({ instrument, qty: a, sellable: b, avgPrice: c } as BookedPosition)
        return undefined
      case 'cash':
        this.#cash.push({ currency: a, amount: b } as BookedCash)
        return undefined
      default:
        return this.#close({ t, broker, requestId }, [a, b, c, d])
    }
  }

  #close(
    head: { t: number; broker: number; requestId: number },
    delivered: readonly (number | undefined)[],
  ): BooksEvent {
    const lists = [this.#orders, this.#fills, this.#positions, this.#cash] as const
    const [orders, fills, positions, cash] = lists.map((list, i) => (delivered[i] === 1 ? list : null))
    this.#orders = []
    this.#fills = []
    this.#positions = []
    this.#cash = []
    return { type: 'books', ...head, orders, fills, positions, cash } as unknown as BooksEvent
  }
}

/** The events of a journal in their order. Rows of the engine's own making are left out. */
export function* recordedEvents(records: Iterable<RecordView>): Generator<EngineEvent> {
  const books = new BooksReader()
  for (const r of records) {
    const words = r.words.subarray(1) as unknown as Words
    if (r.kind === KIND.books) {
      const whole = books.row(words, r.instrument)
      if (whole !== undefined) yield whole
      continue
    }
    const read = READERS.get(r.kind)
    if (read !== undefined) yield read([...words], r.instrument)
  }
}
