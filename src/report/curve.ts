/**
 * A curve of any length in a bounded number of buckets: each keeps the least, the greatest and the last value of its
 * span of time. When there are too many, neighbours are joined and the span doubles, so memory stays flat.
 */
export interface Bucket {
  /** Time of the last value. */
  t: number
  min: number
  max: number
  last: number
}

const MOST = 1024
/** Spans begin at a tenth of a second (microseconds). */
const FIRST_SPAN = 100_000

export class Curve {
  #buckets: (Bucket & { at: number })[] = []
  #span = FIRST_SPAN
  #start: number | undefined
  count = 0

  add(t: number, value: number): void {
    this.#start ??= t
    this.count++
    const at = Math.floor((t - this.#start) / this.#span)
    const last = this.#buckets.at(-1)
    // Time does not go back in a run; a value that says so counts to the newest bucket.
    if (last !== undefined && at <= last.at) {
      join(last, { t, min: value, max: value, last: value })
      return
    }
    this.#buckets.push({ at, t, min: value, max: value, last: value })
    while (this.#buckets.length > MOST) this.#halve()
  }

  #halve(): void {
    this.#span *= 2
    const joined: (Bucket & { at: number })[] = []
    for (const b of this.#buckets) {
      const at = Math.floor(b.at / 2)
      const last = joined.at(-1)
      if (last?.at === at) join(last, b)
      else joined.push({ ...b, at })
    }
    this.#buckets = joined
  }

  buckets(): readonly Bucket[] {
    return this.#buckets
  }
}

function join(into: Bucket, b: Bucket): void {
  into.t = Math.max(into.t, b.t)
  into.min = Math.min(into.min, b.min)
  into.max = Math.max(into.max, b.max)
  into.last = b.last
}
