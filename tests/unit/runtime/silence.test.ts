/** When an engine is taken for dead, and what comes then. */
import { expect, it } from 'vitest'
import { Silence } from '../../../src/runtime/silence.ts'

it('R-39 five seconds of silence are none yet, more is one restart in ten minutes, then the end', () => {
  const silence = new Silence(0)
  expect(silence.look(5000)).toBe('wait')
  silence.beat(4000)
  expect(silence.look(9000)).toBe('wait')
  expect(silence.look(9001)).toBe('restart')
  // It may take its time to begin.
  expect(silence.look(60_000)).toBe('wait')
  silence.beat(60_500)
  expect(silence.look(65_501)).toBe('flatten')
})

it('F-60 a crash loop: what is started anew and ends without a word is not started again', () => {
  const silence = new Silence(0)
  expect(silence.look(5001)).toBe('restart')
  silence.stillborn(6000)
  expect(silence.look(6001)).toBe('flatten')
})

it('after ten minutes it is tried once more', () => {
  const silence = new Silence(0)
  expect(silence.look(5001)).toBe('restart')
  silence.beat(600_000)
  expect(silence.look(605_002)).toBe('restart')
})
