/**
 * What all symbols of a generated market share: a shock per UTC minute, a regime per half hour, a shock per day for
 * the overnight gaps. Each is a function of (seed, moment) alone, not of a running state, so that a symbol's tape is
 * the same whichever other symbols are generated beside it, and markets with different hours see the same world.
 * Shocks are in standard deviations. Only exact IEEE operations are used (+ − × ÷ and square roots elsewhere).
 */
import { Rng } from '../core/base/rng.ts'
import { type EpochDay, MINUTE, type Micros } from '../core/base/time.ts'

const TAG_MINUTE = 0x6d696e75
const TAG_BLOCK = 0x626c6f63
const TAG_DAY = 0x64617973
const BLOCK_MINUTES = 30
const CRASH_MINUTES = 10

/** Drift and deviation of one minute, in units of the normal minute's deviation. */
export interface FactorMinute {
  readonly move: number
  /** 0 in a calm market, 1 in a volatile one, 3 in a crash: widens spreads, draws more events. */
  readonly stress: number
}

interface MarketRegime {
  /** Of 1,000 half hours. */
  readonly weight: number
  readonly drift: number
  readonly deviation: number
  readonly stress: number
}

// The drifts weigh up to nearly nothing over time, so that prices neither vanish nor explode in a long tape.
const REGIMES: readonly MarketRegime[] = [
  { weight: 620, drift: 0, deviation: 0.7, stress: 0 },
  { weight: 120, drift: 0.06, deviation: 0.8, stress: 0.1 },
  { weight: 110, drift: -0.04, deviation: 1, stress: 0.3 },
  { weight: 145, drift: 0, deviation: 2, stress: 1 },
  { weight: 5, drift: -1.5, deviation: 3, stress: 3 },
]
const CALM = REGIMES[0] as MarketRegime
const AFTERSHOCK = REGIMES[3] as MarketRegime
const CRASH = REGIMES[4] as MarketRegime

/** A draw of mean 0 and deviation 1: four uniforms of 16 bits, summed. Tails end at ±3.46; jumps make the fat ones. */
export function gaussian(rng: Rng): number {
  const x = rng.u32()
  const y = rng.u32()
  return ((x & 0xffff) + (x >>> 16) + (y & 0xffff) + (y >>> 16) - 131_070) / 37_837.227
}

export class MarketFactor {
  readonly #seed: number
  #minute = -1
  #answer: FactorMinute = { move: 0, stress: 0 }
  #block = -1
  #regime: MarketRegime = CALM

  constructor(seed: number) {
    this.#seed = seed
  }

  /** The minute that starts at `t`. */
  at(t: Micros): FactorMinute {
    const minute = Math.floor(t / MINUTE)
    if (minute === this.#minute) return this.#answer
    const regime = this.#regimeAt(minute)
    const z = gaussian(this.#draws(TAG_MINUTE, minute))
    this.#minute = minute
    this.#answer = { move: regime.drift + regime.deviation * z, stress: regime.stress }
    return this.#answer
  }

  /** The overnight shock into `day`. */
  overnight(day: EpochDay): number {
    return gaussian(this.#draws(TAG_DAY, day))
  }

  #regimeAt(minute: number): MarketRegime {
    const block = Math.floor(minute / BLOCK_MINUTES)
    if (block !== this.#block) {
      this.#block = block
      this.#regime = pick(this.#draws(TAG_BLOCK, block).below(1000))
    }
    // A crash is over after ten minutes; what is left of its half hour stays nervous.
    const over = this.#regime === CRASH && minute - block * BLOCK_MINUTES >= CRASH_MINUTES
    return over ? AFTERSHOCK : this.#regime
  }

  #draws(tag: number, n: number): Rng {
    return Rng.start((this.#seed ^ tag) >>> 0, n >>> 0)
  }
}

function pick(r: number): MarketRegime {
  let sum = 0
  for (const regime of REGIMES) {
    sum += regime.weight
    if (r < sum) return regime
  }
  return CALM
}
