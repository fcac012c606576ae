/**
 * What time alone brings about: orders without an answer, holdings without data, brokers that stay away
 * distances to the limits. Evaluated on events, in event time; nothing here knows a clock.
 */
import { type Micros, SECOND } from '../base/time.ts'
import { isShut } from '../execution/checks/market.ts'
import type { Desk } from './desk.ts'
import { shutDown } from './watch.ts'

export const UPKEEP_EVERY: Micros = 5 * SECOND
/** an unknown order may stay one so long while its broker can be asked. */
const UNKNOWN_MAX: Micros = 60 * SECOND
/** a holding without data is exited after this, where so configured. */
const BLIND_EXIT: Micros = 110 * SECOND

/** silence makes an order unknown, never rejected; the broker is asked. */
export function overdue(desk: Desk): void {
  for (const row of desk.orders.awaiting(desk.t - desk.limits.orderTimeout)) {
    desk.orders.move(row, 'timeout')
    row.unknownSince = desk.t
    desk.orderRow(row)
    desk.alert('unknown', row.broker, row.instrument, 'R-36 no answer, unknown until there is evidence', [row.orderId])
    ask(desk, row.broker, row.orderId)
    row.queriedAt = desk.t
  }
  desk.deadline = desk.orders.oldestAsked() + desk.limits.orderTimeout
}

function ask(desk: Desk, broker: number, orderId: number): void {
  if (desk.links.reaches(broker)) desk.request({ type: 'query', t: desk.t, broker, orderId })
}

/** Every 5 s of event time, on the first event at or after it. `at`: the instrument of that event, -1 where it has none. */
export function upkeep(desk: Desk, at: number): void {
  desk.nextUpkeep = desk.t + UPKEEP_EVERY
  if (desk.losses.initial === 0) return
  watchUnknown(desk)
  watchBlind(desk, at)
  watchLinks(desk)
  if (desk.ledger.positions.some((of) => of.some((p) => p.qty !== 0 || p.external !== 0))) desk.audit.distances()
}

function watchUnknown(desk: Desk): void {
  for (const row of desk.orders.live) {
    if (row.state !== 'unknown' || !desk.links.reaches(row.broker)) continue
    if (desk.t - row.queriedAt >= UPKEEP_EVERY) {
      ask(desk, row.broker, row.orderId)
      row.queriedAt = desk.t
    }
    if (desk.t - row.unknownSince < UNKNOWN_MAX || desk.holds.has('unknown')) continue
    desk.hold('unknown', 'R-36 unknown for 60 s')
    desk.alert('unknown_unresolved', row.broker, row.instrument, 'R-36 unknown for 60 s', [row.orderId])
  }
}

/** what is held and has no live data in an open session. The event's own instrument is looked at by `sees`. */
function watchBlind(desk: Desk, at: number): void {
  const { market, t } = desk
  for (const { id } of market.instruments) {
    if (id === at) continue
    if (!desk.ledger.holds(id, false)) {
      if (desk.blind.size > 0) sees(desk, id)
      continue
    }
    if (isShut(market, id, t, true) || market.isLive(id, t)) {
      if (desk.blind.size > 0) sees(desk, id)
      continue
    }
    const since = desk.blind.get(id)
    if (since === undefined) {
      desk.blind.set(id, t)
      desk.alert('blind', -1, id, 'R-30 no live data of a holding')
      desk.hold('blind', 'R-30 no live data of a holding')
    } else if (desk.limits.onBlind === 'exit' && t - since >= BLIND_EXIT) {
      desk.ledger.positions.forEach((of, broker) => {
        if (of[id]?.qty !== 0) desk.exits.want(broker, id, 'stop')
      })
    }
  }
}

/** Data of an instrument arrived, its session ended, or it is not held any more: it is not blind. */
export function sees(desk: Desk, instrument: number): void {
  if (!desk.blind.delete(instrument)) return
  if (desk.blind.size === 0) desk.release('blind', 'R-30 data of all holdings is live')
}

/** with no broker left, or holdings out of reach for too long, the process ends in order. */
function watchLinks(desk: Desk): void {
  const { links, ledger, t } = desk
  if (desk.state !== 'LIVE' && desk.state !== 'REDUCE_ONLY') return
  if (links.all.every((l) => l.down)) return shutDown(desk, 'R-37 no broker is left')
  links.all.forEach((l, broker) => {
    const holds = ledger.positions[broker]?.some((p) => p.qty !== 0) ?? false
    if (l.down && holds && t - l.since >= desk.limits.brokerLossMax) shutDown(desk, 'R-37 holdings out of reach')
  })
}
