/**
 * Tick and bar sanity: a price that lies further from the last valid mark than the threshold is withheld from
 * the mark until it is confirmed. It never removes a bar or an indicator value. All prices are doubled (`Mark2`).
 *
 * Ticks: confirmed by a quote mid within 2 % of it, or by three prints of that level over at least 2 s; dropped after
 * 5 s; prints of one level count across drops. Bars (`contract.md` 3): confirmed by the next bar when its open lies
 * within 2 % of the suspect close or its range contains it; else that bar is the new suspect, and the second in a
 * row on the same side of the old mark is accepted.
 */
import { compareProducts, type Ratio } from '../base/fixed.ts'
import { type Micros, SECOND } from '../base/time.ts'
import type { Mark2 } from '../domain/units.ts'

const DROP_AFTER: Micros = 5 * SECOND
const CONFIRM_SPAN: Micros = 2 * SECOND
const CONFIRM_PRINTS = 3

/** The suspect price of one instrument; plain data, part of the engine's snapshot. */
export interface Suspect {
  /** 0 when nothing is suspect. */
  price2: Mark2
  since: Micros
  /** Prints seen at this level, also across drops. */
  prints: number
  firstPrint: Micros
  dropped: boolean
}

export function noSuspect(): Suspect {
  return { price2: 0, since: 0, prints: 0, firstPrint: 0, dropped: false }
}

/** |a − b| / b beyond num/den? */
export function movedBeyond(a: Mark2, b: Mark2, limit: Ratio): boolean {
  const gap = a > b ? a - b : b - a
  return compareProducts(gap, limit.den, b, limit.num) > 0
}

const TWO_PERCENT: Ratio = { num: 2, den: 100 }

function near(a: Mark2, b: Mark2): boolean {
  return !movedBeyond(a, b, TWO_PERCENT)
}

function suspectNow(s: Suspect, price2: Mark2, t: Micros, print: boolean): void {
  s.price2 = price2
  s.since = t
  s.prints = print ? 1 : 0
  s.firstPrint = t
  s.dropped = false
}

export function clearSuspect(s: Suspect): void {
  s.price2 = 0
  s.prints = 0
  s.dropped = false
}

/** A tick whose price moved too far: true when it is confirmed now and may become the mark. */
export function confirmTick(s: Suspect, price2: Mark2, t: Micros, print: boolean): boolean {
  if (s.price2 === 0 || !near(price2, s.price2)) {
    suspectNow(s, price2, t, print)
    return false
  }
  if (t - s.since > DROP_AFTER && !s.dropped) s.dropped = true
  if (!print) {
    if (!s.dropped) return true
    s.since = t
    s.dropped = false
    return false
  }
  if (s.prints === 0) s.firstPrint = t
  s.prints++
  if (s.dropped) {
    s.since = t
    s.dropped = false
  }
  return s.prints >= CONFIRM_PRINTS && t - s.firstPrint >= CONFIRM_SPAN
}

/** Does this rate lie within 2 % of the one that is suspect? */
export function confirms(s: Suspect, rate2: Mark2): boolean {
  return s.price2 !== 0 && near(rate2, s.price2)
}

export function suspectRate(s: Suspect, rate2: Mark2, t: Micros): void {
  suspectNow(s, rate2, t, false)
}

export interface BarPrices {
  readonly open2: Mark2
  readonly high2: Mark2
  readonly low2: Mark2
  readonly close2: Mark2
}

/**
 * One bar against the last valid mark: the new mark, or the old one while the close is suspect. `mark2` is 0 before
 * the first bar, which is taken as it is.
 */
export function barMark(s: Suspect, mark2: Mark2, bar: BarPrices, limit: Ratio): Mark2 {
  let mark = mark2
  const standing = s.price2
  if (standing !== 0) {
    const confirmed = near(bar.open2, standing) || (bar.low2 <= standing && standing <= bar.high2)
    if (confirmed) {
      mark = standing
      clearSuspect(s)
    }
  }
  if (mark === 0 || !movedBeyond(bar.close2, mark, limit)) {
    clearSuspect(s)
    return bar.close2
  }
  const again = s.price2 !== 0 && bar.close2 > mark === s.price2 > mark
  if (again) {
    clearSuspect(s)
    return bar.close2
  }
  s.price2 = bar.close2
  s.prints = 0
  s.dropped = false
  return mark
}
