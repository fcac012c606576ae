/**
 * Which number of decimals serves a stream: the most found in its rows, as long as every value times 10^decimals
 * stays an exact integer. Where one junk row asks for decimals beside which the others are too large (or the other
 * way round), the number that keeps most rows is taken, the smallest of equals; the sink refuses the others.
 */
import { pow10 } from '../core/base/fixed.ts'
import { MOST_DECIMALS, SCALED_LIMIT } from './number-field.ts'

const WIDTH = MOST_DECIMALS + 1
/** Below this any number of decimals fits. */
const ALWAYS = SCALED_LIMIT / pow10(MOST_DECIMALS)

export class ScaleCount {
  /** Rows by (decimals needed, most decimals that fit). */
  readonly #rows = new Float64Array(WIDTH * WIDTH)

  /** A row whose values need `decimals` and whose largest value is `most`. */
  add(decimals: number, most: number): void {
    let fits = MOST_DECIMALS
    if (most >= ALWAYS) while (fits > decimals && most >= SCALED_LIMIT / pow10(fits)) fits--
    const i = decimals * WIDTH + fits
    this.#rows[i] = (this.#rows[i] as number) + 1
  }

  merge(other: ScaleCount): void {
    for (let i = 0; i < this.#rows.length; i++) this.#rows[i] = (this.#rows[i] as number) + (other.#rows[i] as number)
  }

  best(): number {
    let best = 0
    let bestRows = -1
    for (let decimals = 0; decimals <= MOST_DECIMALS; decimals++) {
      const rows = this.#kept(decimals)
      if (rows > bestRows) [best, bestRows] = [decimals, rows]
    }
    return best
  }

  #kept(decimals: number): number {
    let rows = 0
    for (let need = 0; need <= decimals; need++) {
      for (let fits = decimals; fits <= MOST_DECIMALS; fits++) rows += this.#rows[need * WIDTH + fits] as number
    }
    return rows
  }
}
