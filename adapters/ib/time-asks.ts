/** When IB was asked what time it is, and what it said: whole seconds, one answer a question, in their order. */
import { Subject } from 'rxjs'
import { type Micros, SECOND } from '../../src/core/base/time.ts'
import type { Clock, TimeSample } from '../../src/runtime/ports.ts'
import { readEpoch } from './times.ts'

export class TimeAsks {
  readonly sample$ = new Subject<TimeSample>()
  readonly #clock: Clock
  #asked: Micros[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  asked(): void {
    this.#asked.push(this.#clock.now())
  }

  answered(seconds: number): void {
    const reference = readEpoch(seconds)
    const askedAt = this.#asked.shift()
    if (reference === undefined || askedAt === undefined) return
    this.sample$.next({ askedAt, answeredAt: this.#clock.now(), reference, resolution: SECOND })
  }

  /** Questions of a session that ended get no answer. */
  reset(): void {
    this.#asked = []
  }
}
