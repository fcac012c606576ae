/**
 * Every sequence of letters up to a length, shortest first, each in a world of its own: judged after every event, healed
 * and judged again at its end. What begins with a sequence that failed is not played: the shortest is what is kept.
 */
import { Violation } from '../judge/facts.ts'
import type { Case } from './case.ts'
import { type Letter, LETTERS, OrderWorld } from './order-world.ts'

/** Up to this length a restart is held against a snapshot too; in longer sequences nothing new of that is to be seen. */
const THOROUGH = 3

export interface Failed {
  readonly id: string
  readonly message: string
  readonly case: Case
  readonly letters: readonly Letter[]
}

export interface Searched {
  readonly sequences: number
  readonly events: number
  /** How often each thing was seen: what was not reached was not proved. */
  readonly seen: ReadonlyMap<string, number>
  readonly failed: readonly Failed[]
}

export interface Played {
  readonly violation: Violation | undefined
  /** Letters played until then. */
  readonly letters: number
  readonly events: number
  readonly world: OrderWorld | undefined
}

/** Plays one sequence to its healed end. */
export function playSequence(c: Case, letters: readonly Letter[]): Played {
  let world: OrderWorld | undefined
  let at = 0
  let violation: Violation | undefined
  try {
    world = new OrderWorld(c, letters.length <= THOROUGH)
    for (const letter of letters) {
      at++
      world.play(letter)
    }
    world.heal()
  } catch (error) {
    violation = error instanceof Violation ? error : new Violation('I-41', -1, `threw: ${(error as Error).stack}`)
  }
  return { violation, letters: at, events: world?.w.steps ?? 0, world }
}

/** The `n`th sequence of a length, in the order of the letters. */
function nth(n: number, length: number): Letter[] {
  const letters: Letter[] = []
  for (let i = 0, left = n; i < length; i++, left = Math.floor(left / LETTERS.length)) {
    letters.unshift(LETTERS[left % LETTERS.length] as Letter)
  }
  return letters
}

export function search(c: Case, most: number, progress?: (sequences: number, failed: number) => void): Searched {
  const failed: Failed[] = []
  const bad = new Set<string>()
  const seen = new Map<string, number>()
  let sequences = 0
  let events = 0
  for (let length = 0; length <= most; length++) {
    const count = LETTERS.length ** length
    for (let n = 0; n < count; n++) {
      const letters = nth(n, length)
      if (bad.size > 0 && letters.some((_, i) => bad.has(letters.slice(0, i + 1).join()))) continue
      const played = playSequence(c, letters)
      sequences++
      events += played.events
      for (const [what, times] of played.world?.w.judge.seen ?? []) seen.set(what, (seen.get(what) ?? 0) + times)
      if (played.violation !== undefined) {
        const { id, message } = played.violation
        bad.add(letters.join())
        failed.push({ id, message, case: c, letters })
      }
      if (sequences % 10_000 === 0) progress?.(sequences, failed.length)
    }
  }
  return { sequences, events, seen, failed }
}
