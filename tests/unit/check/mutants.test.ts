/** The planted faults still fit the engine; whether tests notice them is what `npm run mutants` says. */
import { expect, it } from 'vitest'
import { ROOT } from '../../check/source-files.ts'
import { MUTANTS } from '../../mutants/list.ts'
import { misfits, plant } from '../../mutants/mutant.ts'

it('every mutant has its line', () => {
  expect(misfits(ROOT, MUTANTS)).toEqual([])
  expect(MUTANTS.length).toBeGreaterThanOrEqual(60)
})

it('no two are the same', () => {
  expect(new Set(MUTANTS.map((m) => JSON.stringify([m.file, m.after, m.line, m.to]))).size).toBe(MUTANTS.length)
})

it('a line that is gone, ambiguous or unchanged is said', () => {
  const m = { file: 'f', line: 'b', to: 'c', rule: 'R-01', first: [] }
  expect(plant('a\n  b\n', m)).toEqual({ text: 'a\n  c\n' })
  expect(plant('a\n', m)).toEqual({ fault: 'no line "b"' })
  expect(plant('b\nb', m)).toEqual({ fault: '2 lines "b": say after which' })
  expect(plant('b\na\nb', { ...m, after: 'a' })).toEqual({ text: 'b\na\nc' })
  expect(plant('b', { ...m, after: 'a' })).toEqual({ fault: 'no line "a"' })
  expect(plant('b', { ...m, to: 'b' })).toMatchObject({ fault: 'changes nothing: "b"' })
})
