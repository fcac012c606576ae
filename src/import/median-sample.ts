/** The median of a stream of numbers from at most 4,096 of them, evenly spread; the same for the same stream. */

const MOST = 4096

export class MedianSample {
  #kept: number[] = []
  #every = 1
  #seen = 0

  add(x: number): void {
    if (this.#seen++ % this.#every !== 0) return
    this.#kept.push(x)
    if (this.#kept.length < MOST) return
    this.#kept = this.#kept.filter((_, i) => i % 2 === 0)
    this.#every *= 2
  }

  /** NaN without numbers. */
  median(): number {
    const sorted = this.#kept.toSorted((a, b) => a - b)
    return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
  }
}
