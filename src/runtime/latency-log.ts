/** Latencies of a session in milliseconds, and their percentiles. Bounded: beyond its size every other sample is kept. */
export interface LatencyFigures {
  readonly count: number
  readonly p50: number
  readonly p99: number
  readonly p99_9: number
  readonly max: number
}

const MOST = 65_536

export class LatencyLog {
  #samples: number[] = []
  /** Only every `stride`-th sample is kept once there were many. */
  #stride = 1
  #seen = 0
  #max = 0

  add(ms: number): void {
    this.#max = Math.max(this.#max, ms)
    if (this.#seen++ % this.#stride !== 0) return
    this.#samples.push(ms)
    if (this.#samples.length < MOST) return
    this.#samples = this.#samples.filter((_, i) => i % 2 === 0)
    this.#stride *= 2
  }

  figures(): LatencyFigures {
    const sorted = [...this.#samples].sort((a, b) => a - b)
    const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
    return { count: this.#seen, p50: at(0.5), p99: at(0.99), p99_9: at(0.999), max: this.#max }
  }
}
