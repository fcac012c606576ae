/**
 * How far the session's clock is from the reference. Vendors name the time in whole seconds (`Date` of an HTTP
 * answer, `currentTime` of IB), somewhere between a question and its answer: one answer says no more than that the
 * offset lies in a span of a second and the round trip. Several, at other fractions of a second, leave what all of them
 * allow, which grows again as clocks drift. What contradicts the answers before it is a clock that was moved: it counts
 * alone. Told is the certain part only, 0 while the clocks may agree: an opening is not denied on a guess.
 */
import { type Micros, MINUTE } from '../core/base/time.ts'
import type { TimeSample } from './ports.ts'

/** Local minus reference lies between them. */
interface Bounds {
  readonly low: Micros
  readonly high: Micros
  readonly at: Micros
}

/** Clocks of machines drift by less than this share of the time that passes. */
const DRIFT = 2e-4
/** Whoever said nothing for so long has no say any more. */
const SAY: Micros = 10 * MINUTE
/** Smaller changes are not worth an event. */
const STEP: Micros = 50_000

export class ReferenceClock {
  readonly #by = new Map<string, Bounds>()
  #told: Micros | undefined

  /** The offset, where it is new: at the first answer, and when it changed. */
  take(source: string, { askedAt, answeredAt, reference, resolution }: TimeSample): Micros | undefined {
    const own = { low: askedAt - reference - resolution, high: answeredAt - reference, at: answeredAt }
    const known = this.#by.get(source)
    this.#by.set(source, known === undefined ? own : (narrowed(known, own) ?? own))
    return this.#changed(answeredAt)
  }

  /** Of two clocks of this machine, which can be read at once. */
  exact(source: string, now: Micros, offset: Micros): Micros | undefined {
    this.#by.set(source, { low: offset, high: offset, at: now })
    // Before anybody outside was asked, agreement with oneself is no news.
    if (this.#told === undefined && Math.abs(offset) < STEP) return undefined
    return this.#changed(now)
  }

  #changed(now: Micros): Micros | undefined {
    let offset = 0
    for (const { low, high, at } of this.#by.values()) {
      const certain = low > 0 ? low : Math.min(high, 0)
      if (now - at <= SAY && Math.abs(certain) > Math.abs(offset)) offset = certain
    }
    if (this.#told !== undefined && Math.abs(offset - this.#told) < STEP) return undefined
    this.#told = offset
    return offset
  }
}

/** Undefined where they contradict each other. */
function narrowed(known: Bounds, own: Bounds): Bounds | undefined {
  const drift = Math.ceil(Math.max(0, own.at - known.at) * DRIFT)
  const low = Math.max(known.low - drift, own.low)
  const high = Math.min(known.high + drift, own.high)
  return low <= high ? { low, high, at: own.at } : undefined
}
