/**
 * Arithmetic of `venue-rules.ts` on scaled integers: daily limits, limit-up/limit-down bands, whether a price is far
 * enough from another. Rounding is the venue's: into the limits (KRX, TSE) or to the nearest step (SSE, SZSE, US).
 */
import { assert } from '../base/assert.ts'
import { compareProducts, mulDiv } from '../base/fixed.ts'
import type { Micros } from '../base/time.ts'
import type { TickBand } from './instrument.ts'
import type { Price } from './units.ts'
import type { LuldClass, LuldRule, PriceLimitRule } from './venue-rules.ts'

const MILLION = 1_000_000

/** Both ends are legal prices. */
export interface PriceRange {
  readonly low: Price
  readonly high: Price
}

/** The last row that begins at or below `x`; the first row begins at 0. */
function rowAt<R extends { readonly from: Price }>(rows: readonly R[], x: Price): R {
  const row = rows.findLast((r) => r.from <= x)
  assert(row !== undefined, `no row of the table holds for ${x}`)
  return row
}

function floorToTick(ticks: readonly TickBand[], price: Price): Price {
  return price - (price % rowAt(ticks, price).tick)
}

function ceilToTick(ticks: readonly TickBand[], price: Price): Price {
  const { tick } = rowAt(ticks, price)
  const over = price % tick
  return over === 0 ? price : price + tick - over
}

/** `base` times `share` (in millionths) to the nearest multiple of `step`, halves up. Exact: nothing is cut before. */
function nearest(base: Price, share: number, step: Price): Price {
  return Math.floor((mulDiv(base, 2 * share, MILLION, 'down') + step) / (2 * step)) * step
}

function nearestLimits(rule: PriceLimitRule, base: Price, ticks: readonly TickBand[]): PriceRange {
  const { tick } = rowAt(ticks, base)
  const high = nearest(base, MILLION + rule.ppm, tick)
  const low = nearest(base, MILLION - rule.ppm, tick)
  return { low: Math.max(tick, Math.min(low, base - tick)), high: Math.max(high, base + tick) }
}

/** The legal prices around a positive base price; at least one tick each way, never below one tick. */
export function priceLimits(rule: PriceLimitRule, base: Price, ticks: readonly TickBand[]): PriceRange {
  assert(base > 0, `base price ${base}`)
  if (rule.rounding === 'nearest') return nearestLimits(rule, base, ticks)
  const { tick } = rowAt(ticks, base)
  const full = rule.bands.length > 0 ? rowAt(rule.bands, base).width : mulDiv(base, rule.ppm, MILLION, 'down')
  const width = Math.max(tick, full - (full % tick))
  const smallest = rowAt(ticks, 0).tick
  const low = base - width
  return { low: low < smallest ? smallest : ceilToTick(ticks, low), high: floorToTick(ticks, base + width) }
}

/** The class of a session, picked by the close before it. */
export function luldClass(rule: LuldRule, closeBefore: Price): LuldClass {
  return rowAt(rule.classes, closeBefore)
}

/** Are the bands twice as wide, this long after the open and this long before the close? */
export function luldDoubled(rule: LuldRule, band: LuldClass, sinceOpen: Micros, toClose: Micros): boolean {
  return (band.doubleAtOpen && sinceOpen < rule.openSpan) || (band.doubleAtClose && toClose <= rule.closeSpan)
}

/** The bands around a reference price; `low` is 0 where a band reaches down to nothing. */
export function luldBands(rule: LuldRule, band: LuldClass, reference: Price, doubled: boolean): PriceRange {
  const times = doubled ? 2 : 1
  const share = band.ppm * times
  const cap = band.cap * times
  if (band.cap > 0 && compareProducts(reference, share, cap, MILLION) > 0) {
    const half = (price: Price): Price => Math.floor((2 * price + rule.step) / (2 * rule.step)) * rule.step
    return { low: Math.max(0, half(reference - cap)), high: half(reference + cap) }
  }
  const low = share >= MILLION ? 0 : nearest(reference, MILLION - share, rule.step)
  return { low, high: nearest(reference, MILLION + share, rule.step) }
}

/** Is `price` at least this share away from `reference`, in either direction? A share of 0 never is. */
export function reachesShare(reference: Price, price: Price, sharePpm: number): boolean {
  return sharePpm > 0 && compareProducts(Math.abs(price - reference), MILLION, reference, sharePpm) >= 0
}

/** Has it fallen by at least this share? Of an index level or a price. */
export function fellBy(before: number, now: number, sharePpm: number): boolean {
  return compareProducts(before - now, MILLION, before, sharePpm) >= 0
}
