/**
 * Reconciliation with a broker (R-40, R-43, R-46, R-47; F-30 … F-35): its books are asked for, and every difference to
 * ours becomes an event that explains it, or a cause to open nothing. Explanations are rows of the record stream.
 */
import { pow10 } from '../base/fixed.ts'
import type { BooksEvent } from '../domain/control.ts'
import { CASH_KINDS, type CashKind } from '../domain/event.ts'
import { type Money, moneyDecimals, type Qty } from '../domain/units.ts'
import { cashFindings, externalOrders, orderFindings, positionFindings } from '../execution/books.ts'
import { booksFailed } from './ask-books.ts'
import type { Desk } from './desk.ts'
import type { AgentHost } from './host.ts'
import { KIND } from './records.ts'
import { applyReport, bookFill, completed, type Reported } from './reports.ts'
import { settleReconciling } from './start.ts'
import { followFill, watchLosses } from './watch.ts'

export const EXPLANATIONS = ['fill', 'order', 'external', 'adopted', 'acknowledged', 'cash'] as const
export type Explanation = (typeof EXPLANATIONS)[number]

export function applyBooks(desk: Desk, host: AgentHost, e: BooksEvent): void {
  const books = desk.books.of(e.broker)
  if (e.requestId !== books.requestId || books.askedAt === 0) return
  if (e.orders === null || e.fills === null || e.positions === null || e.cash === null) {
    booksFailed(desk, e.broker)
    return
  }
  books.failures = 0
  books.askedAt = 0
  desk.market.instruments.forEach((_, id) => {
    desk.ledger.position(e.broker, id).sellable = 0
  })
  for (const p of e.positions) desk.ledger.position(e.broker, p.instrument).sellable = p.sellable
  for (const changed of applyOrders(desk, e)) host.reported(changed.row, changed.fill)
  const positions = applyPositions(desk, e)
  // What was found counts in the equity that says how much cash may go unexplained.
  desk.valuation.recompute()
  const cash = applyCash(desk, e)
  desk.valuation.recompute()
  if (positions && cash) {
    books.agreed = true
    books.ever = true
  }
  if (desk.mismatched.size === 0) desk.release('mismatch', 'R-40 books agree')
  if (desk.losses.initial !== 0) watchLosses(desk)
  settleReconciling(desk)
}

function applyOrders(desk: Desk, e: BooksEvent): Reported[] {
  const changed: Reported[] = []
  const { broker, t } = e
  const keep = (reported: Reported | undefined): void => {
    if (reported !== undefined) changed.push(reported)
  }
  for (const f of orderFindings(broker, desk.orders, e)) {
    const { row } = f
    const head = { t, broker, orderId: row.orderId }
    if (f.kind === 'fill') {
      explain(desk, 'fill', row.instrument, [broker, row.orderId, f.fill.fillNo, f.fill.qty])
      keep(bookFill(desk, row, { ...f.fill, ...head, type: 'filled', cumQty: row.cumQty + f.fill.qty }))
    } else if (f.kind === 'ended') keep(applyReport(desk, { ...head, ...endOf(f.as) }, false))
    else if (f.kind === 'complete') keep(completed(desk, row, f.qty))
    else if (f.kind === 'works') keep(applyReport(desk, { ...head, type: 'accepted' }, false))
    else if (f.kind === 'missing') keep(applyReport(desk, { ...head, type: 'absent', proves: true }, false))
    else {
      desk.orders.move(row, 'revived')
      desk.orderRow(row)
      desk.alert('external', broker, row.instrument, 'F-32 an order that had ended works again', [row.orderId])
      desk.cancel(row, 'F-32')
    }
  }
  const others = desk.orders.external.filter((o) => o.broker !== broker)
  const found = externalOrders(broker, e)
  const known = new Set(desk.orders.external.map((o) => `${o.broker} ${o.externalId}`))
  for (const o of found) {
    if (known.has(`${broker} ${o.externalId}`)) continue
    desk.waiting.add(o.instrument)
    desk.alert('external', broker, o.instrument, 'F-30 a working order that is not ours', [o.externalId, o.qty])
  }
  desk.orders.external = [...others, ...found]
  return changed
}

function endOf(as: 'canceled' | 'expired' | 'rejected') {
  return as === 'rejected' ? ({ type: 'rejected', reason: 'broker' } as const) : ({ type: as } as const)
}

/** True when nothing is left to explain. */
function applyPositions(desk: Desk, e: BooksEvent): boolean {
  const { broker } = e
  const books = desk.books.of(broker)
  let agreed = true
  const findings = positionFindings(books, desk.ledger, desk.orders, e)
  desk.market.instruments.forEach(({ id }) => {
    if (!findings.some((f) => f.instrument === id)) desk.mismatched.delete(desk.mismatchKey(broker, id))
  })
  for (const { instrument, difference } of findings) {
    if (difference === undefined) {
      agreed = agreed && books.ever
      continue
    }
    const p = desk.ledger.position(broker, instrument)
    if (difference > 0 || p.external >= -difference) {
      // More than we bought, or less of what was not ours: the owner's business, no fill of ours.
      p.external += difference
      desk.mismatched.delete(desk.mismatchKey(broker, instrument))
      explain(desk, 'external', instrument, [broker, difference])
      desk.alert('external', broker, instrument, 'R-43 holdings that are not ours changed', [difference])
      if (books.ever) desk.waiting.add(instrument)
    } else {
      agreed = false
      const key = desk.mismatchKey(broker, instrument)
      if (desk.mismatched.has(key)) continue
      desk.mismatched.add(key)
      desk.hold('mismatch', 'F-34 fewer shares at the broker than ours')
      desk.alert('mismatch', broker, instrument, 'F-34 fewer shares at the broker than ours', [difference])
    }
  }
  return agreed
}

/** The operator takes the broker's word (F-30, F-34): shares of ours that are not there any more are written off. */
export function acknowledge(desk: Desk, broker: number, instrument: number, missing: Qty): void {
  const p = desk.ledger.position(broker, instrument)
  if (missing > 0 && missing <= p.qty) {
    p.cost = Math.floor((p.cost / p.qty) * (p.qty - missing))
    p.qty -= missing
    followFill(desk, broker, instrument)
    desk.valuation.revalue(instrument)
    desk.valuation.settle()
    if (desk.losses.initial !== 0) watchLosses(desk)
  }
  desk.waiting.delete(instrument)
  if (broker >= 0) desk.mismatched.delete(desk.mismatchKey(broker, instrument))
  explain(desk, 'acknowledged', instrument, [broker, missing])
  if (desk.mismatched.size === 0) desk.release('mismatch', 'operator acknowledged')
}

/** $1, or one basis point of equity, may go unexplained; it is booked as a correction. */
function tolerance(desk: Desk): Money {
  const dollar = desk.valuation.base === 'USD' ? pow10(moneyDecimals('USD')) : 0
  return Math.max(dollar, Math.floor(desk.valuation.equity / 10_000))
}

function applyCash(desk: Desk, e: BooksEvent): boolean {
  const books = desk.books.of(e.broker)
  const findings = cashFindings(books, desk.ledger, desk.orders, e)
  if (findings === undefined) return books.ever
  const left: [number, Money][] = []
  for (const [currency, difference] of findings) {
    // The first books bring the opening balance.
    if (!books.ever) bookCash(desk, e.broker, currency, difference, 'deposit')
    // Without a rate nobody can say that it is little.
    else if (desk.valuation.rate(currency) === undefined) left.push([currency, difference])
    else if (Math.abs(desk.valuation.toBase(currency, difference)) <= tolerance(desk)) {
      bookCash(desk, e.broker, currency, difference, 'correction')
    } else left.push([currency, difference])
  }
  const twice = left.find(([currency]) => books.unexplained.some(([before]) => before === currency))
  books.unexplained = left
  if (twice !== undefined && desk.hold('cash', 'R-05 unexplained cash')) {
    desk.alert('cash_unexplained', e.broker, -1, 'R-05 unexplained cash', twice)
  }
  return true
}

/** Books a movement that an explanation or an operator gives a kind, with a row in cash.csv. */
export function bookCash(desk: Desk, broker: number, currency: number, amount: Money, kind: CashKind): void {
  desk.records.cash({ type: 'cash', t: desk.t, broker, currency, amount, kind }, desk.seq, KIND.booked)
  explain(desk, 'cash', -1, [broker, currency, amount, CASH_KINDS.indexOf(kind)])
  desk.ledger.move(broker, currency, amount)
  if (desk.losses.initial !== 0 && (kind === 'deposit' || kind === 'withdrawal')) {
    desk.losses.flow(desk.valuation.toBase(currency, amount))
  }
  desk.valuation.settle()
}

export function explain(desk: Desk, what: Explanation, instrument: number, values: readonly number[]): void {
  desk.records.row(KIND.explain, instrument, desk.seq, [desk.t, EXPLANATIONS.indexOf(what), ...values])
}
