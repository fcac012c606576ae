/**
 * The mood of one symbol: a chain of regimes with random lengths in trading minutes, on top of the market's own
 * (`market-factor.ts`). Drift and deviation are in units of the symbol's normal minute.
 */
import type { Rng } from '../core/base/rng.ts'

export type RegimeName = 'calm' | 'up' | 'down' | 'volatile' | 'crash'

export interface SymbolRegime {
  readonly name: RegimeName
  readonly drift: number
  readonly deviation: number
  readonly stress: number
  /** Events per minute relative to normal. */
  readonly activity: number
}

const REGIME: Readonly<Record<RegimeName, SymbolRegime>> = {
  calm: { name: 'calm', drift: 0, deviation: 0.7, stress: 0, activity: 0.85 },
  up: { name: 'up', drift: 0.11, deviation: 0.85, stress: 0.1, activity: 1 },
  down: { name: 'down', drift: -0.07, deviation: 0.95, stress: 0.3, activity: 1.05 },
  volatile: { name: 'volatile', drift: 0, deviation: 1.9, stress: 1, activity: 1.5 },
  crash: { name: 'crash', drift: -2.5, deviation: 3.5, stress: 4, activity: 3 },
}

export class RegimeChain {
  #regime: SymbolRegime = REGIME.calm
  #left = 0

  /** The regime of the next minute. `pull` forces the way back: 1 where the price is too low, −1 too high, else 0. */
  next(rng: Rng, pull: -1 | 0 | 1): SymbolRegime {
    if (this.#left === 0) this.#change(rng, pull)
    this.#left--
    return this.#regime
  }

  #change(rng: Rng, pull: -1 | 0 | 1): void {
    const r = rng.below(100)
    const length = rng.below(120)
    const after = this.#regime.name
    this.#regime = after === 'crash' ? REGIME.volatile : REGIME[drawn(r)]
    if (pull !== 0) this.#regime = pull > 0 ? REGIME.up : REGIME.down
    this.#left = this.#regime.name === 'crash' ? 5 + Math.floor(length / 8) : 20 + length
  }
}

function drawn(r: number): RegimeName {
  if (r < 45) return 'calm'
  if (r < 63) return 'up'
  if (r < 81) return 'down'
  return r < 98 ? 'volatile' : 'crash'
}
