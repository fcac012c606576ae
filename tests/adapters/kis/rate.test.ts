/** I-28: in no second do more requests leave than are allowed; orders go first. */
import { describe, expect, it } from 'vitest'
import { RequestRate, type Urgency } from '../../../adapters/kis/rate.ts'
import { SECOND } from '../../../src/core/base/time.ts'
import type { Clock } from '../../../src/runtime/ports.ts'

/** Time moves only when it is told to. */
class ManualClock implements Clock {
  #now = 1_700_000_000 * SECOND
  #due: { at: number; then: () => void }[] = []

  now(): number {
    return this.#now
  }

  after(span: number, then: () => void): () => void {
    const entry = { at: this.#now + span, then }
    this.#due.push(entry)
    return () => {
      this.#due = this.#due.filter((x) => x !== entry)
    }
  }

  async pass(span: number): Promise<void> {
    // What was released leaves first: time does not pass between a turn and its request.
    await Promise.resolve()
    const end = this.#now + span
    for (;;) {
      const next = this.#due.filter((x) => x.at <= end).sort((a, b) => a.at - b.at)[0]
      if (next === undefined) break
      this.#due = this.#due.filter((x) => x !== next)
      this.#now = Math.max(this.#now, next.at)
      next.then()
      await Promise.resolve()
    }
    this.#now = end
    await Promise.resolve()
  }
}

function drawn(): {
  clock: ManualClock
  left: { at: number; what: Urgency }[]
  ask: (r: RequestRate, u: Urgency) => void
} {
  const clock = new ManualClock()
  const left: { at: number; what: Urgency }[] = []
  const ask = (rate: RequestRate, what: Urgency): void => {
    void rate.turn(what).then(() => left.push({ at: clock.now(), what }))
  }
  return { clock, left, ask }
}

describe.each([
  ['live', 20],
  ['paper', 2],
] as const)('%s', (_, perSecond) => {
  it('I-28: holds in every sliding second, however requests come', async () => {
    const { clock, left, ask } = drawn()
    const rate = new RequestRate(perSecond, clock)
    let state = 7
    for (let i = 0; i < 400; i++) {
      state = (state * 48271) % 2147483647
      if (state % 3 === 0) await clock.pass((state % 90) * 10_000)
      ask(rate, 'query')
    }
    await clock.pass(500 * SECOND)
    expect(left.length).toBe(400)
    for (let i = perSecond; i < left.length; i++) {
      const span = (left[i]?.at ?? 0) - (left[i - perSecond]?.at ?? 0)
      expect(span).toBeGreaterThan(SECOND)
    }
  })

  it('queries yield to orders', async () => {
    const { clock, left, ask } = drawn()
    const rate = new RequestRate(perSecond, clock)
    for (let i = 0; i < perSecond * 3; i++) ask(rate, 'background')
    for (let i = 0; i < perSecond; i++) ask(rate, 'query')
    for (let i = 0; i < perSecond; i++) ask(rate, 'order')
    await clock.pass(20 * SECOND)
    const kinds = left.map((x) => x.what)
    const first = (n: number): Urgency[] => kinds.slice(perSecond * n, perSecond * (n + 1))
    expect(new Set(first(0))).toEqual(new Set(['background']))
    expect(new Set(first(1))).toEqual(new Set(['order']))
    expect(new Set(first(2))).toEqual(new Set(['query']))
  })

  it('F-16: a pause holds queries and lets orders through', async () => {
    const { clock, left, ask } = drawn()
    const rate = new RequestRate(perSecond, clock)
    rate.pause(5 * SECOND)
    ask(rate, 'query')
    ask(rate, 'order')
    await clock.pass(4 * SECOND)
    expect(left.map((x) => x.what)).toEqual(['order'])
    await clock.pass(2 * SECOND)
    expect(left.map((x) => x.what)).toEqual(['order', 'query'])
  })
})
