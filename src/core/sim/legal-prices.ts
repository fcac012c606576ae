/**
 * The lowest and highest legal price of a session around its base price (`domain/venue-rules.ts`). Integers in the
 * instrument's price units.
 */
import { mulDiv } from '../base/fixed.ts'
import { type Instrument, tickAt } from '../domain/instrument.ts'
import type { Price } from '../domain/units.ts'
import type { PriceLimitRule } from '../domain/venue-rules.ts'

export interface LegalPrices {
  readonly low: Price
  readonly high: Price
}

export function legalPrices(instrument: Instrument, rule: PriceLimitRule, base: Price): LegalPrices {
  const width =
    rule.bands.length > 0
      ? (rule.bands.findLast((b) => b.from <= base)?.width ?? 0)
      : mulDiv(base, rule.ppm, 1_000_000, 'down')
  const tick = tickAt(instrument, base)
  if (rule.rounding === 'inward') {
    const cut = width - (width % tick)
    return { low: up(instrument, Math.max(1, base - cut)), high: down(instrument, base + cut) }
  }
  return {
    low: Math.min(base - tick, nearest(instrument, base - width)),
    high: Math.max(base + tick, nearest(instrument, base + width)),
  }
}

function down(instrument: Instrument, price: Price): Price {
  return price - (price % tickAt(instrument, price))
}

function up(instrument: Instrument, price: Price): Price {
  const tick = tickAt(instrument, price)
  return down(instrument, price + tick - 1)
}

function nearest(instrument: Instrument, price: Price): Price {
  const tick = tickAt(instrument, price)
  return Math.floor((2 * price + tick) / (2 * tick)) * tick
}
