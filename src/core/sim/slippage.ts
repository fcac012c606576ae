/**
 * Slippage: how much worse than the price it met a taking order fills (market orders, triggered stops, limit orders
 * that are marketable when they arrive; never orders that rest). It only ever makes a price worse, is rounded away
 * from us to one unit of the price, and the caller caps it at the order's limit.
 *
 * `ticks` – N ticks of the venue's table at that price. `bps` – basis points of the price. `spread` – a share of the
 * spread that stands (bars: of the opening quote columns); nothing where there are no two sides. `sqrt` – Y · σ · √(quantity
 * of the whole order / ADV20) of the price, σ and ADV20 from the instrument's own finished days (`daily.ts`), nothing until
 * three days are finished.
 */
import { mulDiv } from '../base/fixed.ts'
import type { Micros } from '../base/time.ts'
import { tickAt } from '../domain/instrument.ts'
import type { Price } from '../domain/units.ts'
import type { Slippage } from './config.ts'
import { averageVolume, dailyDeviation, finishDay } from './daily.ts'
import type { Desk, WorkingOrder } from './desk.ts'

/** The price after slippage, at least 1. `spread` is what stands between the two sides, 0 when unknown. */
export function worsen(policy: Slippage, desk: Desk, o: WorkingOrder, price: Price, spread: Price, t: Micros): Price {
  const worse = price + o.side * distance(policy, desk, o, price, spread, t)
  return worse > 0 ? worse : 1
}

function distance(policy: Slippage, desk: Desk, o: WorkingOrder, price: Price, spread: Price, t: Micros): Price {
  switch (policy.kind) {
    case 'none':
      return 0
    case 'ticks':
      return policy.ticks * tickAt(desk.instrument, price)
    case 'bps':
      return mulDiv(price, policy.bps.num, policy.bps.den * 10_000, 'up')
    case 'spread':
      return spread > 0 ? mulDiv(spread, policy.share.num, policy.share.den, 'up') : 0
    case 'sqrt': {
      const { daily } = desk.state
      finishDay(daily, desk.clock.localDay(t))
      const volume = averageVolume(daily)
      if (volume === 0) return 0
      const y = policy.y.num / policy.y.den
      return Math.ceil(y * dailyDeviation(daily) * Math.sqrt(o.qty / volume) * price)
    }
  }
}
