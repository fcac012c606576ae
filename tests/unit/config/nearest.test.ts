/** "Did you mean": the nearest known name, and silence where none is near. */
import { expect, it } from 'vitest'
import { nearest } from '../../../src/config/nearest.ts'

const names = ['backtest', 'verify', 'diff', 'import', 'gate']

it.each([
  ['bcktest', 'backtest'],
  ['verfiy', 'verify'],
  ['Import', 'import'],
  ['gat', 'gate'],
])('%s → %s', (name, expected) => {
  expect(nearest(name, names)).toBe(expected)
})

it.each(['', 'zzzzzzzz', 'configuration'])('nothing is near %j', (name) => {
  expect(nearest(name, ['backtest', 'verify'])).toBeUndefined()
})
