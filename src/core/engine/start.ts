/**
 * How the engine comes to trade (D-08, R-40, R-41, R-44): arming by the first event in virtual runs, by the operator
 * otherwise; and a restart, which protects what is held before anybody is there.
 */
import { SECOND } from '../base/time.ts'
import type { Desk } from './desk.ts'
import { liquidate, watchLosses } from './watch.ts'

/** The first moment at which equity can be computed: E_0 = E_sod = E, and trading may begin (virtual runs). */
export function armAtFirstEvent(desk: Desk): void {
  if (desk.arming !== 'firstEvent' || !desk.valuation.computable()) return
  desk.valuation.settle()
  desk.losses.arm(desk.valuation.equity, desk.valuation.limitBase())
  desk.armed = true
  desk.enter('LIVE', 'armed at the first event')
}

/**
 * A new incarnation. What was on its way is unknown until the broker says what became of it; nothing is opened before
 * the books of the broker agree (I-26). `resume`: 0 nobody armed before, 1 an earlier arming is valid: protect what is
 * held; 2 re-arm in full (paper).
 */
export function restart(desk: Desk, resume: number, away: number): void {
  desk.armed = false
  desk.resume = resume
  desk.shutdownSince = 0
  desk.brokers.forEach((_, broker) => {
    const books = desk.books.of(broker)
    if (books.inStep) return
    const link = desk.links.of(broker)
    Object.assign(link, { up: false, planned: false, down: false, failures: 0, waits: 0, since: desk.t })
    Object.assign(books, { agreed: false, askedAt: 0, failures: 0 })
    desk.request({ type: 'connect', t: desk.t, broker, at: desk.t })
  })
  for (const row of desk.orders.awaiting(Infinity)) {
    if (desk.books.of(row.broker).inStep) continue
    desk.orders.move(row, 'timeout')
    row.unknownSince = desk.t
    desk.orderRow(row)
    desk.alert('unknown', row.broker, row.instrument, 'R-44 on its way when the process ended', [row.orderId])
  }
  desk.enter('RECONCILING', 'restarted')
  if (away > 0) desk.alert('restart', -1, -1, 'R-44 restarted', [Math.round(away / SECOND)])
  settleReconciling(desk)
}

/** Leaves RECONCILING when every broker that can be reached agrees with us, and at least one does. */
export function settleReconciling(desk: Desk): void {
  if (desk.state !== 'RECONCILING') return
  const brokers = desk.brokers.map((_, b) => b)
  if (!brokers.some((b) => desk.books.agreed(b))) return
  if (!brokers.every((b) => desk.books.agreed(b) || desk.links.of(b).down)) return
  if (desk.sodPending && desk.valuation.computable()) {
    desk.losses.raiseStart(desk.valuation.equity, desk.valuation.limitBase())
    desk.sodPending = false
  }
  if (desk.losses.emergencyTripped) {
    desk.stopped ??= { rule: 'R-04', t: desk.t }
    desk.enter('LIQUIDATING', 'R-04 latched across the restart')
    liquidate(desk)
  } else if (desk.armed || (desk.resume === 2 && !shutDownBefore(desk))) begin(desk, 'reconciled and armed')
  else if (desk.resume > 0) {
    desk.hold('restart', 'R-44 restarted, nothing is opened until armed')
    desk.enter('REDUCE_ONLY', 'R-44 restarted, nothing is opened until armed')
    // What was lost meanwhile counts before anything is traded.
    if (desk.losses.initial !== 0) watchLosses(desk)
  } else desk.enter('UNARMED', 'reconciled, waiting to be armed')
}

/** After a kill, a failure or a shutdown nothing opens before the operator arms again, paper included (I-07, R-38). */
export function shutDownBefore(desk: Desk): boolean {
  return desk.stopped !== undefined && desk.stopped.rule !== 'operator'
}

/** The operator armed; both factors were checked outside. */
export function armByOperator(desk: Desk): void {
  if (desk.losses.emergencyTripped || desk.state === 'STOPPED' || desk.state === 'LIQUIDATING') {
    desk.alert('operator', -1, -1, 'R-04 not armed: the total-loss stop stands, clear it first')
    return
  }
  if (desk.losses.initial === 0 && !desk.valuation.computable()) {
    desk.alert(
      'operator',
      -1,
      -1,
      'R-41 not armed: no exchange rate yet for a currency of the account (R-33), arm again',
    )
    return
  }
  desk.armed = true
  desk.stopped = undefined
  desk.holds.lift('restart')
  if (desk.state === 'UNARMED' && desk.brokers.some((_, b) => desk.books.agreed(b)))
    begin(desk, 'armed by the operator')
  else if (desk.state === 'REDUCE_ONLY' && !desk.holds.any) desk.enter('LIVE', 'armed by the operator')
  desk.alert('armed', -1, -1, 'R-41 armed')
}

function begin(desk: Desk, why: string): void {
  if (desk.losses.initial === 0) {
    // E_0 is what every limit is measured from: holdings without a price would make it too small.
    if (!desk.valuation.whole()) return
    desk.valuation.settle()
    desk.losses.arm(desk.valuation.equity, desk.valuation.limitBase())
    // Its first day begins now, whichever roll was slept through before.
    desk.sodPending = false
  }
  desk.armed = true
  desk.enter(desk.holds.any ? 'REDUCE_ONLY' : 'LIVE', why)
  // What was lost while nobody looked counts from the first moment.
  watchLosses(desk)
}
