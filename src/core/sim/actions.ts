/**
 * A split at the venue: prices that stand and the days of the past are rescaled by den / num, sizes and volumes by
 * num / den, rounded to the nearest whole unit. Other actions change nothing here. Orders keep their terms: the engine
 * cancels them by commands of its own. What was traded since an order arrived (`liquidity volume`) is not rescaled.
 */
import { mulDiv } from '../base/fixed.ts'
import type { ActionEvent } from '../domain/event.ts'
import type { Desk } from './desk.ts'

export function applyAction(desk: Desk, e: ActionEvent): void {
  if (e.kind !== 'split') return
  const price = (x: number): number => mulDiv(x, e.den, e.num, 'halfEven')
  const size = (x: number): number => mulDiv(x, e.num, e.den, 'halfEven')
  const s = desk.state
  s.bid = price(s.bid)
  s.ask = price(s.ask)
  s.last = price(s.last)
  s.bidSize = size(s.bidSize)
  s.askSize = size(s.askSize)
  s.lastSize = size(s.lastSize)
  const d = s.daily
  d.close = price(d.close)
  d.volume = size(d.volume)
  d.closes = d.closes.map(price)
  d.volumes = d.volumes.map(size)
}
