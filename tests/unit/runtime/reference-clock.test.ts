/** The session's clock against others: what whole seconds can prove, slewing after a step, what a machine says of itself. */
import { describe, expect, it, test } from 'vitest'
import { clockSync } from '../../../src/runtime/clock-sync.ts'
import { SystemClock } from '../../../src/runtime/clock.ts'
import { ReferenceClock } from '../../../src/runtime/reference-clock.ts'

const SECOND = 1_000_000
const T = 1_772_550_000 * SECOND

/** An answer at `at` by a vendor whose clock is `behind` ours; the round trip takes `trip`, its way back all of it. */
function answer(at: number, behind: number, trip = 20_000) {
  const reference = Math.floor((at - behind) / SECOND) * SECOND
  return { askedAt: at, answeredAt: at + trip, reference, resolution: SECOND }
}

describe('R-31 a reference of whole seconds', () => {
  it('one answer proves an offset only beyond its second and its round trip', () => {
    const told = (behind: number) => new ReferenceClock().take('v', answer(T + 500_000, behind))
    expect([0, 0.4 * SECOND, -0.4 * SECOND].map(told)).toEqual([0, 0, 0])
    // 3 s behind ours: at 500 ms past the second it names, 2.5 s are certain.
    expect(told(3 * SECOND)).toBe(2.5 * SECOND)
    expect(told(-3 * SECOND)).toBe(-2.5 * SECOND + 20_000)
  })

  it('several, at other fractions of a second, come within 200 ms of it', () => {
    for (const behind of [0.7 * SECOND, 1.2 * SECOND, -1.2 * SECOND]) {
      const clock = new ReferenceClock()
      let told = 0
      for (let n = 0; n < 12; n++) told = clock.take('v', answer(T + n * 5 * SECOND + n * 83_000, behind)) ?? told
      expect(Math.abs(told - behind)).toBeLessThan(0.2 * SECOND)
      expect(Math.abs(told)).toBeLessThanOrEqual(Math.abs(behind) + 0.02 * SECOND)
    }
  })

  it('F-51 a clock that was moved contradicts what was known, and counts from its first answer', () => {
    const clock = new ReferenceClock()
    for (let n = 0; n < 12; n++) clock.take('v', answer(T + n * 1_083_000, 0))
    expect(clock.take('v', answer(T + 20.5 * SECOND, 4 * SECOND))).toBe(3.5 * SECOND)
    expect(clock.take('v', answer(T + 25.5 * SECOND, 0))).toBe(0)
  })

  it('a slow answer proves less, never something wrong', () => {
    expect(new ReferenceClock().take('v', answer(T, 3 * SECOND, 4 * SECOND))).toBe(2 * SECOND)
    expect(new ReferenceClock().take('v', answer(T, -3 * SECOND, 4 * SECOND))).toBe(0)
  })

  it('of several the worst counts; who said nothing for ten minutes has no say', () => {
    const clock = new ReferenceClock()
    expect(clock.take('a', answer(T, 5 * SECOND))).toBe(4 * SECOND)
    expect(clock.take('b', answer(T + SECOND, 0))).toBeUndefined()
    expect(clock.exact('machine', T + 2 * SECOND, -6 * SECOND)).toBe(-6 * SECOND)
    expect(clock.exact('machine', T + 3 * SECOND, 0)).toBe(4 * SECOND)
    expect(clock.take('b', answer(T + 602 * SECOND, 0))).toBe(0)
  })

  it('agreement with the own machine is no news, the first word of a vendor is', () => {
    const clock = new ReferenceClock()
    expect(clock.exact('machine', T, 10)).toBeUndefined()
    expect(clock.take('v', answer(T, 0))).toBe(10)
    expect(clock.take('v', answer(T + SECOND, 0))).toBeUndefined()
  })
})

test('F-51 a step of the wall clock changes no order of events: stamps are slewed after it', async () => {
  let moved = 0
  const wall = (): number => Date.now() * 1000 + moved
  const clock = new SystemClock({ wall })
  const before = clock.now()
  moved = -2 * SECOND
  await new Promise((resolve) => setTimeout(resolve, 300))
  const after = clock.now()
  expect(after).toBeGreaterThan(before + 250_000)
  // 5 ms a second of what it is apart, no more.
  expect(clock.offset()).toBeGreaterThan(1.99 * SECOND)
  expect(clock.offset()).toBeLessThan(2.002 * SECOND)
  // A clock of its own follows nobody.
  expect(new SystemClock({ start: T }).offset()).toBe(0)
})

test.each([
  [{ timedatectl: 'yes\n' }, 'synchronised'],
  [{ timedatectl: 'no\n' }, 'unsynchronised'],
  [
    { timedatectl: 'no\n', chronyc: 'C0A80001,192.168.0.1,3,1764,0.1,0.1,0.1,1,0.1,0.1,0.1,0.1,64.2,Normal\n' },
    'synchronised',
  ],
  [{ chronyc: '7F7F0101,,0,0.0,0,0,0,0,0,0,0,0,0,Not synchronised\n' }, 'unsynchronised'],
  [{}, 'unknown'],
  [{ timedatectl: 'Failed to connect\n' }, 'unknown'],
] as const)('the machine says %j: %s', async (says: Readonly<Record<string, string>>, state) => {
  expect(await clockSync((tool) => Promise.resolve(says[tool]))).toBe(state)
})
