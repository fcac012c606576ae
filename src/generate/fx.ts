/**
 * A seeded synthetic USD/KRW rate: won per dollar in hundredths, one row a minute while foreign exchange trades
 * (Sunday 22:00Z to Friday 22:00Z), weakly rising when the generated stock market falls. The first row is always
 * given, so that a market that opens on a weekend has a rate to begin with.
 */
import { Rng } from '../core/base/rng.ts'
import { DAY, HOUR, MINUTE, type Micros, weekday } from '../core/base/time.ts'
import { gaussian, MarketFactor } from './market-factor.ts'

export const FX_SYMBOL = 'USD/KRW'
export const FX_DECIMALS = 2

const TAG_FX = 0x75736b72
const SIGMA_DAY = 0.004
const FACTOR_SHARE = -0.3
const OWN_SHARE = 0.95
const RATE_MIN = 70_000
const RATE_MAX = 250_000

export interface FxRow {
  readonly t: Micros
  /** Won per dollar in 0.01. */
  readonly rate: number
}

/** Rows at every full minute in [from, to); `from` is rounded down to a minute. */
export function* generateFx(seed: number, from: Micros, to: Micros): Generator<FxRow> {
  const rng = Rng.start(seed, TAG_FX)
  const factor = new MarketFactor(seed)
  const sigmaMinute = SIGMA_DAY / Math.sqrt(DAY / MINUTE)
  const first = Math.floor(from / MINUTE) * MINUTE
  let rate = 132_000 + rng.below(10_000)
  for (let t = first; t < to; t += MINUTE) {
    if (!isFxOpen(t) && t > first) continue
    rate *= 1 + sigmaMinute * (FACTOR_SHARE * factor.at(t).move + OWN_SHARE * gaussian(rng))
    rate = Math.min(RATE_MAX, Math.max(RATE_MIN, rate))
    yield { t, rate: Math.round(rate) }
  }
}

export function isFxOpen(t: Micros): boolean {
  const day = Math.floor(t / DAY)
  const hours = (t - day * DAY) / HOUR
  const name = weekday(day)
  if (name === 6) return false
  if (name === 0) return hours >= 22
  return name !== 5 || hours < 22
}
