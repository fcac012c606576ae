/** Control events applied: links, a broker's books, the operator, the process itself. Each is recorded first. */
import { unreachable } from '../base/assert.ts'
import { type Micros, SECOND } from '../base/time.ts'
import type {
  ControlEvent,
  ExternalFill,
  LimitChange,
  LimitsEvent,
  LinkEvent,
  LinkNotice,
  LinkState,
  OperatorEvent,
  SystemEvent,
} from '../domain/control.ts'
import { CASH_KINDS } from '../domain/event.ts'
import { notional } from '../domain/fees.ts'
import type { AlertCode } from '../execution/alerts.ts'
import type { RiskLimits } from '../execution/limits.ts'
import { askBooks } from './ask-books.ts'
import { recordControl } from './control-records.ts'
import type { Desk } from './desk.ts'
import type { AgentHost } from './host.ts'
import { acknowledge, applyBooks, bookCash, explain } from './reconcile.ts'
import { armByOperator, restart, settleReconciling, shutDownBefore } from './start.ts'
import { followFill, residuals, shutDown, watchLosses } from './watch.ts'

/** further from the reference clock than this, nothing is opened. */
const CLOCK_MAX: Micros = 1 * SECOND

/** `away`: time since the event before, for a restart. */
export function applyControl(desk: Desk, host: AgentHost, e: ControlEvent, away: Micros): void {
  recordControl(desk.records, e, desk.seq)
  switch (e.type) {
    case 'link':
      return applyLink(desk, e)
    case 'books':
      return applyBooks(desk, host, e)
    case 'buyingPower': {
      const cash = desk.ledger.cashOf(e.broker, e.currency)
      desk.power.set(e.broker * desk.ledger.currencies.length + e.currency, { amount: e.amount, t: e.t, cash })
      return
    }
    case 'externalFill':
      return applyExternalFill(desk, e)
    case 'operator':
      return applyOperator(desk, e)
    case 'system':
      return applySystem(desk, e, away)
    case 'limits':
      return applyLimits(desk, e)
    default:
      return unreachable(e)
  }
}

/** What people must do before a link is of use, in the words of the alert. */
const NOTICES: Readonly<Record<LinkNotice, readonly [AlertCode, string]>> = {
  loginInADay: ['login', 'R-37 the weekly login at the broker is due in a day'],
  loginInAnHour: ['login', 'R-37 the weekly login at the broker is due in an hour'],
  loginAwaited: ['login', 'R-37 waiting for login: somebody must log in at the broker'],
  readOnly: ['read_only', 'the broker takes no orders on this link: it is set to read-only'],
}

function isNotice(link: LinkState): link is LinkNotice {
  return link in NOTICES
}

function applyLink(desk: Desk, e: LinkEvent): void {
  const { broker, link } = e
  if (isNotice(link)) {
    const [code, text] = NOTICES[link]
    return desk.alert(code, broker, -1, text)
  }
  const { change, retryAt } = desk.links.report(broker, e.t, link)
  if (retryAt !== undefined) desk.request({ type: 'connect', t: desk.t, broker, at: retryAt })
  if (change === 'up') {
    // Nothing is known of the time between: books first (F-03), and absence is proved anew (F-14).
    desk.books.of(broker).agreed = desk.books.of(broker).inStep
    desk.books.of(broker).askedAt = 0
    for (const o of desk.orders.live) if (o.broker === broker) o.absentSince = 0
    desk.alert('broker_up', broker, -1, 'R-37 connected')
    askBooks(desk, broker)
  } else if (change === 'lost') desk.alert('link_lost', broker, -1, 'R-37 link lost')
  else if (change === 'down') {
    desk.alert('broker_down', broker, -1, 'R-37 broker down, nothing is opened there')
    settleReconciling(desk)
    const left = desk.links.all.some((l) => !l.down)
    if (!left && (desk.state === 'LIVE' || desk.state === 'REDUCE_ONLY' || desk.state === 'LIQUIDATING')) {
      shutDown(desk, 'R-37 no broker is left')
    }
  }
}

/** F-30: not ours, but in the account: it moves cash and the external holding, and opening there waits. */
function applyExternalFill(desk: Desk, e: ExternalFill): void {
  const { broker, instrument } = e
  const i = desk.instrument(instrument)
  desk.ledger.move(
    broker,
    desk.ledger.currencyOf(instrument),
    -e.side * notional(i, e.side, e.qty, e.price) - e.fee - e.tax,
  )
  const p = desk.ledger.position(broker, instrument)
  // Sales by hand take external shares first; what is missing then was ours.
  const fromOurs = e.side < 0 ? Math.min(p.qty, Math.max(0, e.qty - p.external)) : 0
  if (fromOurs > 0) {
    p.cost = Math.floor((p.cost / p.qty) * (p.qty - fromOurs))
    p.qty -= fromOurs
    p.fillSeq = desk.seq
    followFill(desk, broker, instrument)
  }
  p.external += e.side * e.qty + fromOurs
  explain(desk, 'external', instrument, [broker, e.side * e.qty])
  desk.waiting.add(instrument)
  desk.alert('external', broker, instrument, 'F-30 a fill that is not ours', [e.side * e.qty])
  desk.valuation.revalue(instrument)
  desk.valuation.settle()
  if (desk.losses.initial !== 0) watchLosses(desk)
}

function applyOperator(desk: Desk, e: OperatorEvent): void {
  const { broker, instrument } = e
  switch (e.action) {
    case 'arm':
      return armByOperator(desk)
    case 'stop':
      return stopInOrder(desk)
    case 'kill':
      desk.alert('operator', -1, -1, 'R-39 kill')
      return shutDown(desk, 'R-39')
    case 'acknowledge':
      return acknowledge(desk, broker, instrument, e.value)
    case 'adopt':
      return adopt(desk, e)
    case 'explainCash':
      return explainCash(desk, e)
    case 'enable':
      desk.runawayWatch.enable()
      if (desk.holds.has('overfill')) desk.release('overfill', 'operator acknowledged')
      return
    case 'clearEmergency':
      // Before the first arming there is no base to write anew.
      if (desk.losses.initial === 0 || (desk.state !== 'STOPPED' && desk.state !== 'UNARMED')) return
      desk.losses.rebase(desk.valuation.equity, desk.valuation.limitBase())
      desk.stopped = undefined
      desk.shutdownSince = 0
      desk.enter('UNARMED', 'R-04 cleared by the operator')
      return
    case 'allot':
      desk.valuation.allotted = e.value
      // Without an allotment the base is no smaller than any capital can be; a number, because JSON has no infinity.
      desk.losses.retune(desk.limits, desk.valuation.limitBase(), e.value === 0 ? Number.MAX_SAFE_INTEGER : e.value)
      if (desk.losses.initial !== 0) watchLosses(desk)
      return
    default:
      return unreachable(e.action)
  }
}

/** An ordinary end: opening orders are taken back, what is held stays held and is named. */
function stopInOrder(desk: Desk): void {
  if (desk.state === 'STOPPED' || desk.state === 'LIQUIDATING') return
  // A kill before it stands until the operator arms: an ordinary end must not lift it (I-07).
  if (!shutDownBefore(desk)) desk.stopped = { rule: 'operator', t: desk.t }
  for (const o of [...desk.orders.live]) if (!o.reducing) desk.cancel(o, 'operator stop')
  residuals(desk)
  desk.enter('STOPPED', 'operator stop')
}

function adopt(desk: Desk, e: OperatorEvent): void {
  const p = desk.ledger.position(e.broker, e.instrument)
  const qty = Math.min(e.value, p.external)
  if (qty <= 0) return
  const price = e.price > 0 ? e.price : Math.ceil(desk.market.of(e.instrument).mark2 / 2)
  if (price <= 0) return
  desk.ledger.adopt(e.broker, e.instrument, qty, price)
  p.fillSeq = desk.seq
  explain(desk, 'adopted', e.instrument, [e.broker, qty, price])
  followFill(desk, e.broker, e.instrument)
  desk.valuation.revalue(e.instrument)
  desk.valuation.settle()
}

function explainCash(desk: Desk, e: OperatorEvent): void {
  const books = desk.books.of(e.broker)
  const kind = CASH_KINDS[e.value] ?? 'correction'
  for (const [currency, amount] of books.unexplained) bookCash(desk, e.broker, currency, amount, kind)
  books.unexplained = []
  if (desk.losses.initial !== 0) watchLosses(desk)
  desk.release('cash', 'R-05 explained by the operator')
  if (desk.losses.initial !== 0) watchLosses(desk)
}

function applySystem(desk: Desk, e: SystemEvent, away: Micros): void {
  switch (e.fact) {
    case 'restarted':
      return restart(desk, e.value, away)
    case 'failed':
      return shutDown(desk, 'R-39')
    case 'clockOffset': {
      const trusted = Math.abs(e.value) <= CLOCK_MAX
      if (trusted === desk.clockTrusted) return
      desk.clockTrusted = trusted
      if (!trusted) desk.alert('clock', -1, -1, 'R-31 the clock is off by more than 1 s', [e.value])
      return
    }
    case 'moment':
    case 'clockSync':
      return
    default:
      return unreachable(e.fact)
  }
}

/** I-45: while armed a limit may only become tighter; a looser one is refused as a whole and told of. */
function applyLimits(desk: Desk, e: LimitsEvent): void {
  const tighter = e.changes.every((c) => tightens(desk.limits, c))
  const armed = desk.state !== 'UNARMED' && desk.state !== 'STOPPED'
  if (armed && !tighter) {
    desk.alert('limits', -1, -1, 'I-45 looser limits are refused while armed')
    return
  }
  let next = desk.limits
  for (const { limit, num, den } of e.changes) {
    next = { ...next, [limit]: limit === 'maxDailyOrders' || limit === 'maxPositions' ? num : { num, den } }
  }
  desk.limits = next
  desk.losses.retune(next)
  desk.ledger.positions.forEach((of, broker) => {
    of.forEach((p, instrument) => {
      if (p.qty !== 0) followFill(desk, broker, instrument)
    })
  })
  desk.alert('limits', -1, -1, 'I-45 limits changed')
  watchLosses(desk)
}

function tightens(limits: RiskLimits, { limit, num, den }: LimitChange): boolean {
  const now = limits[limit]
  const whole = typeof now === 'number' ? { num: now, den: 1 } : now
  return num > 0 && den > 0 && num * whole.den <= whole.num * den
}
