/** Mutated frames against the adapter (F-19, I-19, I-42); `npm run fuzz:ib` runs the long form. */
import { expect, test } from 'vitest'
import { checkFrame } from '../../../adapters/ib/guard.ts'
import { Rng } from '../../../src/core/base/rng.ts'
import { corpus, fuzz } from './fuzz/fuzz.ts'
import { mutated } from './fuzz/mutate.ts'

test('the guard takes any bytes for a frame or for a reason, and never throws', () => {
  const rng = Rng.start(3, 1)
  const frames = corpus()
  let refused = 0
  for (let i = 0; i < 20_000; i++) {
    const checked = checkFrame(mutated(rng, frames).subarray(4))
    if ('why' in checked) refused++
    else expect(checked.text.endsWith('\0')).toBe(true)
  }
  expect(refused).toBeGreaterThan(100)
})

test('6,000 mutated frames over a socket: counted or given up by name, never an error of ours', async () => {
  const outcome = await fuzz(6000, 7)
  expect(outcome.faults).toEqual([])
  expect(outcome.sessions).toBeGreaterThan(2)
  expect(outcome.reasons.size).toBeGreaterThan(3)
  expect(outcome.events).toBeGreaterThan(10)
}, 120_000)
