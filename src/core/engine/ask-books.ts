/** When a broker is asked for its books, and what it means when no answer comes: nothing. */
import { type Micros, SECOND } from '../base/time.ts'
import type { Desk } from './desk.ts'

/** An answer that takes longer than this did not come. */
const PATIENCE: Micros = 10 * SECOND
/** So many cycles without an answer are worth an alert. */
const FAILURES = 3

/** Asks a broker for its books, unless an answer is still awaited. */
export function askBooks(desk: Desk, broker: number): void {
  const books = desk.books.of(broker)
  if (books.inStep || !desk.links.reaches(broker)) return
  if (books.askedAt !== 0 && desk.t - books.askedAt < PATIENCE) return
  if (books.askedAt !== 0) booksFailed(desk, broker)
  books.requestId = desk.books.nextRequestId++
  books.askedAt = desk.t
  books.askedSeq = desk.seq
  // Staggered by a second, so that brokers asked at one moment are not asked at one moment again.
  books.nextAt = desk.t + (desk.brokers[broker]?.reconcileEvery ?? 0) + broker * SECOND
  desk.request({ type: 'reconcile', t: desk.t, broker, requestId: books.requestId })
}

/** counted, and never read as flat or as absence. */
export function booksFailed(desk: Desk, broker: number): void {
  const books = desk.books.of(broker)
  books.failures++
  books.askedAt = 0
  if (books.failures !== FAILURES) return
  desk.alert('reconcile_failed', broker, -1, `R-47 no answer to ${FAILURES} reconciliations`)
}

/** Asks every broker whose turn it is for its books; by broker, so that they do not all come at once. */
export function reconcileDue(desk: Desk): void {
  desk.brokers.forEach((rules, broker) => {
    if (rules.reconcileEvery === 0 || desk.t < desk.books.of(broker).nextAt) return
    askBooks(desk, broker)
  })
}
