/** Every rule of the specification is named by a test or owed by name; the list kept here is the specification's. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { coverage, definedIds, idReport, keptList, namedIds, owed, specified } from '../../check/coverage-ids.ts'
import { ROOT } from '../../check/source-files.ts'

const absent = !existsSync(join(resolve(ROOT, process.env.SAMETAPE_SHARED ?? '../shared'), 'invariants.md'))

it('no id is missing, no R or E is owed', () => {
  const report = idReport(keptList(), coverage(), owed())
  expect(report.missing).toEqual([])
  expect(report.wronglyOwed).toEqual([])
  expect(report.defined).toBe(187)
})

it.skipIf(absent)('the kept list is that of invariants.md', () => {
  expect(specified()).toEqual(keptList())
})

it('ids are read from rows and list heads, not from running text', () => {
  const text = [
    '| R-01 | see R-02 |',
    '- **E-01 Boundary.** R-03',
    '- **I-43** within',
    '**I-45**: x',
    '| F-09 | Dup |',
  ]
  expect(definedIds(text.join('\n'))).toEqual(['E-01', 'F-09', 'I-43', 'R-01'])
})

it('a comment names nothing, a text does', () => {
  expect(namedIds("// R-01\n/* R-02 */ test('R-03 x', () => f(`I-04`)) // E-05 'R-06'")).toEqual(['R-03', 'I-04'])
})

it('a missing id is a fault, an owed one is not, an owed rule is', () => {
  const report = idReport(['R-01', 'F-01', 'F-02'], new Map([['F-02', 1]]), {
    'F-01': 'later',
    'F-02': 'later',
    'R-09': 'x',
  })
  expect(report).toMatchObject({ missing: ['R-01'], stillOwed: ['F-01'], paid: ['F-02'], wronglyOwed: ['R-09'] })
})
