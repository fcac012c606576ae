/**
 * What the risk rules do by themselves, on every event that changes equity: daily and total loss (R-01 … R-04), the
 * day roll, stop-losses (R-26 … R-29) and the exits they start.
 */
import { formatDay } from '../base/time.ts'
import { BUY, SELL } from '../domain/units.ts'
import { isHalted, isShut } from '../execution/checks/market.ts'
import type { OrderIntent } from '../execution/gate.ts'
import type { Exit } from '../execution/exits.ts'
import { riskDay, riskDayStart } from '../execution/loss.ts'
import { followStop, reachesStop, type Stop } from '../execution/stops.ts'
import type { Desk } from './desk.ts'
import { KIND } from './records.ts'

/** The first moment at which equity can be computed: E_0 = E_sod = E, and trading may begin (virtual runs). */
export function arm(desk: Desk): void {
  if (!desk.valuation.computable()) return
  desk.valuation.settle()
  desk.losses.arm(desk.valuation.equity)
  desk.enter('LIVE', 'armed at the first event')
}

/** processed before the first event of a new risk day; E_sod is E on the last valid marks before it. */
export function roll(desk: Desk, day: number): void {
  if (desk.state === 'UNARMED') return
  desk.ordersToday = 0
  desk.losses.roll(desk.valuation.equity)
  desk.records.row(KIND.roll, -1, desk.seq, [riskDayStart(day), day, desk.valuation.equity])
  if (desk.state === 'REDUCE_ONLY') desk.enter('LIVE', `risk day from ${formatDay(day)} 21:30Z`)
}

/** Looks at the lines after equity changed. */
export function watchLosses(desk: Desk): void {
  const { losses, valuation } = desk
  const equity = valuation.equity
  losses.follow(equity)
  if (desk.state !== 'LIVE' && desk.state !== 'REDUCE_ONLY') return
  if (equity <= losses.emergencyLine) {
    losses.emergencyTripped = true
    desk.stopped = { rule: 'R-04', t: desk.t }
    desk.enter('LIQUIDATING', 'R-04 total loss')
    liquidate(desk)
  } else if (equity <= losses.dailyLine && !losses.dailyTripped) {
    losses.dailyTripped = true
    desk.enter('REDUCE_ONLY', 'R-02 daily loss')
    for (const o of [...desk.orders.live]) if (!o.reducing) desk.cancel(o, 'R-02')
    if (desk.limits.onDailyLoss === 'flatten') wantAll(desk)
  }
}

function liquidate(desk: Desk): void {
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
 * After a fresh mark: a stop trips when the mark is newer than the position's last fill (`contract.md` 3). While the
 * market is shut nothing is latched: the level is looked at again on the first continuous event.
 */
export function watchStops(desk: Desk, instrument: number): void {
  if (isShut(desk.market, instrument, desk.t, true) || isHalted(desk.market, instrument)) return
  const q = desk.market.of(instrument)
  for (let broker = 0; broker < desk.stops.length; broker++) {
    const position = desk.ledger.position(broker, instrument)
    if (position.qty === 0) continue
    const stop = (desk.stops[broker] as Stop[])[instrument] as Stop
    if (stop.tripped || q.markSeq <= position.fillSeq || !reachesStop(stop, position, q.mark2)) continue
    stop.tripped = true
    desk.exits.want(broker, instrument, 'stop')
  }
}

export function followFill(desk: Desk, broker: number, instrument: number): void {
  const stop = (desk.stops[broker] as Stop[])[instrument] as Stop
  followStop(stop, desk.ledger.position(broker, instrument), desk.limits.stopLoss)
}

/** Moves the exits under way one step on; ends a liquidation that is flat. */
export function progressExits(desk: Desk): void {
  if (desk.exits.wanted.length > 0) {
    const { cancel, send } = desk.exits.plan(desk.t, desk.ledger, desk.orders, desk.market, desk.valuation)
    for (const o of cancel) desk.cancel(o, 'exit')
    for (const x of send) desk.place(exitIntent(desk, x), x.reason === 'stop' ? 'R-26 stop-loss' : 'R-25 liquidation')
  }
  if (desk.state !== 'LIQUIDATING' || desk.exits.wanted.length > 0 || desk.orders.live.length > 0) return
  desk.enter('STOPPED', desk.stopped?.rule ?? 'R-25')
}

function exitIntent(desk: Desk, x: Exit): OrderIntent {
  const qty = desk.ledger.position(x.broker, x.instrument).qty
  return {
    intentId: desk.nextIntentId++,
    broker: x.broker,
    instrument: x.instrument,
    side: qty > 0 ? SELL : BUY,
    orderType: 'market',
    qty: Math.abs(qty),
    limit: 0,
    stop: 0,
    timeInForce: 'DAY',
    origin: x.reason,
  }
}

export function dayOfRisk(t: number): number {
  return riskDay(t)
}
