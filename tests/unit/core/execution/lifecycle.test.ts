/** The order lifecycle table: total, against a small model, and I-18: a fill after the end is booked and flagged. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ORDER_STATES } from '../../../../src/core/domain/order.ts'
import { isLive, LIFECYCLE, LIFECYCLE_EVENTS, nextState } from '../../../../src/core/execution/lifecycle.ts'

const END = new Set(['filled', 'canceled', 'expired', 'rejected'])

describe('order lifecycle (I-18)', () => {
  it('has an answer for every state and event', () => {
    for (const state of ORDER_STATES) {
      for (const event of LIFECYCLE_EVENTS) expect(LIFECYCLE[state][event], `${state} ${event}`).toBeDefined()
    }
  })

  it('is live exactly until it is filled, canceled, expired or rejected (D-07)', () => {
    for (const state of ORDER_STATES) expect(isLive(state)).toBe(!END.has(state))
  })

  it('an ended order lives again only by the books of its broker, and its late fills are marked', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...LIFECYCLE_EVENTS), { maxLength: 30 }), (events) => {
        let state: (typeof ORDER_STATES)[number] = 'pendingNew'
        let filled = false
        for (const event of events) {
          const before = state
          const { state: after, transition } = nextState(state, event, filled)
          if (event === 'partialFill' || event === 'fill') filled = true
          if (END.has(before) && event === 'revived') {
            // F-32: only the broker's own books bring an order back, and never one that was filled.
            expect(after).toBe(before === 'filled' ? 'filled' : filled ? 'partiallyFilled' : 'new')
          } else if (END.has(before)) {
            expect(after).toBe(before)
            expect(transition).toBe(event === 'partialFill' || event === 'fill' ? 'late' : 'ignore')
          }
          if (event === 'fill' && !END.has(before)) expect(after).toBe('filled')
          if (event === 'canceled' && !END.has(before)) expect(after).toBe('canceled')
          if (event === 'timeout' && !END.has(before))
            expect(after, 'silence is never a rejection').not.toBe('rejected')
          if (after === 'new') expect(filled, 'a filled order does not go back to new').toBe(false)
          state = after
        }
      }),
      { seed: 4711, numRuns: 2000 },
    )
  })
})
