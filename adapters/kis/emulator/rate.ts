/** Token buckets per appkey: `perSecond` requests at once, refilled evenly by the run's clock. */
import { SECOND, type Micros } from '../../../src/core/base/time.ts'

interface Bucket {
  tokens: number
  at: Micros
}

export class RateLimiter {
  readonly #perSecond: number
  readonly #buckets = new Map<string, Bucket>()

  constructor(perSecond: number) {
    this.#perSecond = perSecond
  }

  /** False when the request is one too many. */
  take(appkey: string, now: Micros): boolean {
    const bucket = this.#buckets.get(appkey) ?? { tokens: this.#perSecond, at: now }
    this.#buckets.set(appkey, bucket)
    const refill = (Math.max(0, now - bucket.at) * this.#perSecond) / SECOND
    bucket.tokens = Math.min(this.#perSecond, bucket.tokens + refill)
    bucket.at = now
    if (bucket.tokens < 1) return false
    bucket.tokens -= 1
    return true
  }
}
