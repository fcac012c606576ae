/**
 * Corporate actions as the engine takes them: live orders of the symbol are canceled and nothing is opened in it
 * until it trades again; after a split holdings, entry, stop, mark, open bars and indicators are carried over to the
 * new shares. Nothing here moves cash: dividends and fractions are the broker's to pay, and arrive as cash events.
 */
import type { ActionEvent } from '../domain/event.ts'
import type { Desk } from './desk.ts'
import type { AgentHost } from './host.ts'
import { followFill, watchLosses } from './watch.ts'

export function applyAction(desk: Desk, host: AgentHost, e: ActionEvent): void {
  if (e.kind === 'dividend') return
  const { instrument } = e
  for (const o of desk.orders.liveOf(instrument)) desk.cancel(o, 'R-34')
  desk.market.freeze(instrument)
  if (e.kind === 'rename') return
  desk.ledger.split(instrument, e.num, e.den)
  desk.market.split(instrument, e.num, e.den)
  for (let broker = 0; broker < desk.stops.length; broker++) followFill(desk, broker, instrument)
  host.split(instrument, e.num, e.den)
  desk.valuation.revalue(instrument)
  if (desk.losses.initial === 0) return
  desk.valuation.settle()
  watchLosses(desk)
  desk.equityRow()
}
