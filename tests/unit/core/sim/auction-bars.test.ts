/** Bars of a venue that ends with a closing auction (KRX from 15:20): they belong to the session, ticks do not match in it. */
import { describe, expect, it } from 'vitest'
import { MINUTE } from '../../../../src/core/base/time.ts'
import { type Calendar, SessionClock } from '../../../../src/core/domain/calendar.ts'
import { bar, BARS, bench, calendar, close, lines, midnight, open, play, submit } from './fixture.ts'

const AUCTION = 10 * MINUTE
const withAuctions: Calendar = {
  ...calendar,
  phaseFrom: calendar.opens.flatMap((o, i) => [
    o - 30 * MINUTE,
    o,
    (calendar.closes[i] as number) - AUCTION,
    calendar.closes[i] as number,
  ]),
  phases: calendar.opens.flatMap(() => ['auction', 'continuous', 'auction', 'closed'] as const),
}

describe('bars that start in the closing auction', () => {
  it('fill what works, at the price they open with', () => {
    const b = bench(BARS, {}, {}, withAuctions)
    submit(b, close - AUCTION)
    play(b, bar(close - AUCTION + 9 * MINUTE, [5000, 5000, 5000, 5000]))
    expect(lines(b)).toEqual(['accepted', `fill 100@5000 t+${close - open - MINUTE}`])
  })

  it('do not when they start in the opening auction and end before the open', () => {
    const b = bench(BARS, {}, {}, withAuctions)
    submit(b, open - 20 * MINUTE)
    play(b, bar(open - 10 * MINUTE, [5000, 5000, 5000, 5000]))
    play(b, bar(open, [5010, 5010, 5010, 5010]))
    expect(lines(b)).toEqual(['accepted', 'fill 100@5010 t+0'])
  })
})

describe('within a session', () => {
  it('is from the open to the close, whatever the phase', () => {
    const clock = new SessionClock(withAuctions)
    const at = (t: number): boolean => clock.inSession(t)
    expect([midnight, open - 1, open, close - 1, close].map(at)).toEqual([false, false, true, true, false])
    expect(clock.isOpen(close - 1)).toBe(false)
  })
})
