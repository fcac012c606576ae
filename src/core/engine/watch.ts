/**
 * What the risk rules do by themselves, on every event that changes equity: daily and total loss (R-01 … R-04), the
 * day roll, stop-losses (R-26 … R-29) and the exits they start.
 */
import { assert } from '../base/assert.ts'
import { compareProducts } from '../base/fixed.ts'
import { formatDay, type Micros, SECOND } from '../base/time.ts'
import { BUY, SELL } from '../domain/units.ts'
import { isShut } from '../execution/checks/market.ts'
import { sellable } from '../execution/checks/count.ts'
import type { OrderIntent } from '../execution/gate.ts'
import { cancelable, type Exit, type ExitView } from '../execution/exits.ts'
import { riskDayStart } from '../execution/loss.ts'
import { followStop, reachesStop, type Stop } from '../execution/stops.ts'
import type { Desk } from './desk.ts'
import { KIND } from './records.ts'

/** a shutdown for want of a path, or at a kill, is over after this. */
const SHUTDOWN_MAX: Micros = 180 * SECOND

/** processed before the first event of a new risk day; E_sod is E on the last valid marks before it. */
export function roll(desk: Desk, day: number): void {
  if (desk.losses.initial === 0) return
  desk.ordersToday = 0
  desk.losses.roll(desk.valuation.equity, desk.valuation.limitBase())
  desk.records.row(KIND.roll, -1, desk.seq, [riskDayStart(day), day, desk.valuation.equity])
  desk.release('dailyLoss', `risk day from ${formatDay(day)} 21:30Z`)
}

/** Looks at the lines after equity changed. */
export function watchLosses(desk: Desk): void {
  const { losses, valuation } = desk
  const equity = valuation.equity
  losses.follow(equity)
  if (desk.state !== 'LIVE' && desk.state !== 'REDUCE_ONLY') return
  if (equity <= losses.emergencyLine) {
    checkDrift(desk)
    losses.emergencyTripped = true
    desk.stopped = { rule: 'R-04', t: desk.t }
    desk.enter('LIQUIDATING', 'R-04 total loss')
    desk.alert('total_loss', -1, -1, 'R-04 total loss', [equity, losses.emergencyLine])
    liquidate(desk)
  } else if (equity <= losses.dailyLine && !losses.dailyTripped) {
    checkDrift(desk)
    losses.dailyTripped = true
    desk.alert('daily_loss', -1, -1, 'R-02 daily loss', [equity, losses.dailyLine])
    desk.hold('dailyLoss', 'R-02 daily loss')
    if (desk.limits.onDailyLoss === 'flatten') wantAll(desk)
  }
}

/** I-17: equity kept by steps is equity from scratch; looked at every thousand events and at every trip. */
export function checkDrift(desk: Desk): void {
  const kept = desk.valuation.equity
  const fresh = desk.valuation.recompute()
  assert(kept === fresh, `equity drifted: ${kept} kept, ${fresh} from scratch (I-17)`)
}

export function liquidate(desk: Desk): void {
  for (const o of [...desk.orders.live]) desk.cancel(o, 'R-25')
  wantAll(desk)
}

function wantAll(desk: Desk): void {
  desk.ledger.positions.forEach((of, broker) => {
    of.forEach((p, instrument) => {
      if (p.qty !== 0) desk.exits.want(broker, instrument, 'liquidation')
    })
  })
}

/**
 * nothing is opened any more; where an order path is alive R-25, where none is an alert with what is left. Also
 * the answer to a kill and to a failed process.
 */
export function shutDown(desk: Desk, rule: string): void {
  // An engine that had ended before has nothing to shut down, but what is live is taken back (I-34).
  if (desk.state === 'STOPPED') {
    for (const o of [...desk.orders.live]) desk.cancel(o, rule)
    // An operator's stop lets a restart trade again; what forbids it must not hide behind one.
    if (desk.stopped === undefined || desk.stopped.rule === 'operator') desk.stopped = { rule, t: desk.t }
  }
  if (desk.state === 'STOPPED' || desk.shutdownSince !== 0) return
  desk.shutdownSince = desk.t
  desk.alert('shutdown', -1, -1, `${rule} safe shutdown`)
  // A liquidation under way goes on, but from now on not for longer than a shutdown may take.
  if (desk.state === 'LIQUIDATING') return
  desk.stopped = { rule, t: desk.t }
  desk.enter('LIQUIDATING', `${rule} safe shutdown`)
  liquidate(desk)
}

/**
 * After a fresh mark: a stop trips when the mark is newer than the position's last fill (`contract.md` 3). While the
 * market is shut or halted nothing is latched: the level is looked at again on the first continuous event.
 */
export function watchStops(desk: Desk, instrument: number): void {
  if (isShut(desk.market, instrument, desk.t, true)) return
  // At the end everything is on its way out already, as far as it goes.
  if (desk.state === 'LIQUIDATING' || desk.state === 'STOPPED') return
  const q = desk.market.of(instrument)
  for (let broker = 0; broker < desk.stops.length; broker++) {
    const position = desk.ledger.position(broker, instrument)
    if (position.qty === 0) continue
    const stop = (desk.stops[broker] as Stop[])[instrument] as Stop
    if (stop.tripped || q.markSeq <= position.fillSeq || !reachesStop(stop, position, q.mark2)) continue
    stop.tripped = true
    desk.alert('stop_loss', broker, instrument, 'R-26 stop-loss', [q.mark2, stop.level2])
    desk.exits.want(broker, instrument, 'stop')
  }
}

export function followFill(desk: Desk, broker: number, instrument: number): void {
  const stop = (desk.stops[broker] as Stop[])[instrument] as Stop
  const before = stop.side
  followStop(stop, desk.ledger.position(broker, instrument), desk.limits.stopLoss)
  if (stop.side === before || before === 0) return
  desk.exits.done(broker, instrument)
  // At the end what an overfill turned around is to be sold or bought back too.
  if (desk.state === 'LIQUIDATING' && stop.side !== 0) desk.exits.want(broker, instrument, 'liquidation')
}

/** a holding that drifted above the limit is told of once per crossing; the gate does the rest. */
export function watchDrift(desk: Desk, instrument: number): void {
  const { valuation, limits } = desk
  if (valuation.rate(desk.ledger.currencyOf(instrument)) === undefined) return
  const value = valuation.toBase(desk.ledger.currencyOf(instrument), Math.abs(valuation.valueOf(instrument)))
  const { num, den } = limits.positionSize
  const above = compareProducts(value, den, valuation.limitBase(), num) > 0
  if (above === desk.over.has(instrument)) return
  if (!above) desk.over.delete(instrument)
  else {
    desk.over.add(instrument)
    desk.alert('over_limit', -1, instrument, 'R-13 above the position limit', [value])
  }
}

/** Moves the exits under way one step on; ends a liquidation that is flat, or has nothing left to try. */
export function progressExits(desk: Desk): void {
  // A fill may race the cancel that the end began with: what came in after it goes out too.
  if (desk.state === 'LIQUIDATING') {
    wantAll(desk)
    cancelAgain(desk)
  }
  if (desk.exits.wanted.length > 0 && desk.state !== 'RECONCILING' && desk.state !== 'UNARMED') stepExits(desk)
  if (desk.state !== 'LIQUIDATING') return
  const overdue = desk.shutdownSince !== 0 && desk.t - desk.shutdownSince >= SHUTDOWN_MAX
  if (!overdue && (desk.exits.pending || desk.orders.live.length > 0)) return
  residuals(desk)
  desk.enter('STOPPED', desk.stopped?.rule ?? 'R-25')
}

/** A cancel that was refused is asked for again, not at once; where something is held its exit does that. */
function cancelAgain(desk: Desk): void {
  for (const o of [...desk.orders.live]) if (o.origin === 'agent' && cancelable(o, desk.t)) desk.cancel(o, 'R-25')
}

function stepExits(desk: Desk): void {
  const { cancel, books, send, rested } = desk.exits.plan(viewOf(desk))
  for (const o of cancel) desk.cancel(o, 'exit')
  for (const x of books) {
    x.booksAsked = desk.seq
    desk.wantBooks(x.broker)
  }
  for (const x of send) desk.place(exitIntent(desk, x), x.reason === 'stop' ? 'R-26 stop-loss' : 'R-25 liquidation')
  for (const x of rested) {
    const left = desk.ledger.position(x.broker, x.instrument).qty
    desk.alert('residual', x.broker, x.instrument, 'R-25 three rounds without success', [left])
  }
}

function viewOf(desk: Desk): ExitView {
  const { t, market, ledger, orders, valuation, books, links } = desk
  return {
    t,
    market,
    ledger,
    orders,
    valuation,
    reaches: (broker) => links.reaches(broker),
    inStep: (broker) => books.of(broker).inStep,
    lookedAt: (broker, seq) => {
      const of = books.of(broker)
      return of.askedAt === 0 && of.askedSeq >= seq
    },
  }
}

/** What a stop leaves behind is named, holding by holding and order by order (R-38, I-43). */
export function residuals(desk: Desk): void {
  desk.ledger.positions.forEach((of, broker) => {
    of.forEach((p, instrument) => {
      if (p.qty === 0) return
      const why = desk.links.reaches(broker) ? 'R-38 position left' : 'R-38 position left, no path to its broker'
      desk.alert('residual', broker, instrument, why, [p.qty])
    })
  })
  for (const o of desk.orders.live) {
    desk.alert('residual', o.broker, o.instrument, 'R-38 order left', [o.orderId, desk.orders.leaves(o)])
  }
}

function exitIntent(desk: Desk, x: Exit): OrderIntent {
  const { qty } = desk.ledger.position(x.broker, x.instrument)
  const most = qty > 0 ? Math.min(qty, sellable(desk, x.broker, x.instrument)) : Math.abs(qty)
  return {
    intentId: desk.nextIntentId++,
    broker: x.broker,
    instrument: x.instrument,
    side: qty > 0 ? SELL : BUY,
    orderType: 'market',
    // Nothing sellable now is still asked for: the gate denies it and the denial is on record.
    qty: most > 0 ? most : Math.abs(qty),
    limit: 0,
    stop: 0,
    timeInForce: 'DAY',
    origin: x.reason,
  }
}
