/**
 * All short sequences of what can happen to one order (I-01, I-08 … I-18, I-22, I-25, I-26, I-30, I-43, I-44): the judge
 * finds nothing. `npm run exhaustive` plays the long ones.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { MAIN, nameOf, OTHERS } from './case.ts'
import { LETTERS } from './order-world.ts'
import { type Failed, playSequence, search, type Searched } from './search.ts'

const KEPT = join(import.meta.dirname, 'kept')

/** Sequences of every length up to `n`. */
const upTo = (n: number): number => (LETTERS.length ** (n + 1) - 1) / (LETTERS.length - 1)

function clean(r: Searched, most: number): void {
  expect(r.failed.map((f) => `${f.letters.join(' ')}: ${f.message}`)).toEqual([])
  expect(r.sequences).toBe(upTo(most))
}

describe('every sequence', () => {
  test.each(MAIN.map((c) => [nameOf(c), c] as const))('of up to 4: %s', { timeout: 300_000 }, (_, c) => {
    const r = search(c, 4)
    clean(r, 4)
    // What was not reached was not proved: fills after the end, doubt and both its ends, outage, restart, books.
    const reached = ['alert late_fill', 'alert unknown', 'alert rejected', 'books find new', 'explained fill']
    for (const what of [...reached, 'report absent', 'alert broker_down', 'state LIQUIDATING', 'system restarted']) {
      expect(r.seen.get(what) ?? 0, what).toBeGreaterThan(10)
    }
  })

  test.each(OTHERS.map((c) => [nameOf(c), c] as const))('of up to 2: %s', (_, c) => clean(search(c, 2), 2))
})

test('sequences that once failed', () => {
  for (const file of existsSync(KEPT) ? readdirSync(KEPT) : []) {
    const kept = JSON.parse(readFileSync(join(KEPT, file), 'utf8')) as Failed
    expect(playSequence(kept.case, kept.letters).violation?.message, file).toBeUndefined()
  }
})

test('a sequence is one run', () => {
  const [c] = MAIN
  if (c === undefined) throw new Error('there is a main case')
  const letters = ['partial', 'disconnect', 'fill', 'restart', 'reconnect', 'ack'] as const
  const [a, b] = [playSequence(c, letters), playSequence(c, letters)]
  expect(a.violation).toBeUndefined()
  expect(a.world?.w.hash).toBe(b.world?.w.hash)
})
