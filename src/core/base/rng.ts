/**
 * Seeded randomness with visible state: sfc32 (Chris Doty-Humphrey's small fast counter generator), as the
 * comparison tapes use it. Integers only; probabilities are integer ratios, so no float enters a draw's outcome.
 */

export type RngState = readonly [number, number, number, number]

export class Rng {
  #a: number
  #b: number
  #c: number
  #d: number
  /** How many words were drawn since the start: part of what two equal runs must agree on. */
  draws = 0

  private constructor(state: RngState) {
    this.#a = state[0] >>> 0
    this.#b = state[1] >>> 0
    this.#c = state[2] >>> 0
    this.#d = state[3] >>> 0
  }

  /** `seed` and `tag` are unsigned 32-bit words; the first 20 words are discarded. */
  static start(seed: number, tag: number): Rng {
    const rng = new Rng([seed, tag, 0x9e3779b9, 1])
    for (let i = 0; i < 20; i++) rng.u32()
    rng.draws = 0
    return rng
  }

  static restore(state: RngState): Rng {
    return new Rng(state)
  }

  state(): RngState {
    return [this.#a, this.#b, this.#c, this.#d]
  }

  /** A stream of its own for one use, e.g. `split('sim.latency')`; the parent is not advanced. */
  split(name: string): Rng {
    let h = 0x811c9dc5
    for (let i = 0; i < name.length; i++) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193)
    return Rng.start((this.#a ^ h) >>> 0, (this.#b + h) >>> 0)
  }

  /** The next word, 0 … 2^32 − 1. */
  u32(): number {
    const t = (this.#a + this.#b + this.#d) >>> 0
    this.#d = (this.#d + 1) >>> 0
    this.#a = (this.#b ^ (this.#b >>> 9)) >>> 0
    this.#b = (this.#c + (this.#c << 3)) >>> 0
    this.#c = ((((this.#c << 21) | (this.#c >>> 11)) >>> 0) + t) >>> 0
    this.draws++
    return t
  }

  /** An integer in 0 … n − 1 by one draw; n at most 2^20 (the comparison tapes' rule). */
  below(n: number): number {
    return Math.floor((this.u32() * n) / 4294967296)
  }

  /** True with probability n / d. */
  ratio(n: number, d: number): boolean {
    return this.below(d) < n
  }

  /** A double in [0, 1) of 32 bits, for models (latency, prices), never for order or ids. */
  unit(): number {
    return this.u32() / 4294967296
  }
}
