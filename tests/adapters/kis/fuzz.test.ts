/** I-42, I-19: a short run of `npm run fuzz:kis`. */
import { expect, it } from 'vitest'
import { fuzz } from './fuzz.ts'

it.each([1, 2])('I-42: mutated frames and bodies give a value or a typed refusal, seed %i', async (seed) => {
  const { frames, bodies, slowest } = await fuzz(seed, 4000)
  expect([frames, bodies]).toEqual([3600, 400])
  expect(slowest).toBeLessThan(1000)
})
