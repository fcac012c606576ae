/**
 * `npm run coverage:ids`: which rules, examples, invariants and faults (R, E, I, F) no test names. The list is read from
 * `invariants.md` in the shared folder, else from `invariant-ids.json` beside this file. A test names an id in one of its
 * texts, not in a comment. What is not there yet stands in `owed-ids.json` with the reason; anything else missing is a
 * fault, and so is a row that is owed although it must not be: every R and E.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ROOT, sourceFiles } from './source-files.ts'

const ID = /\b[REIF]-\d\d\b/g

/** Ids that a specification defines: the first cell of a row of its tables, or the bold head of a list entry. */
export function definedIds(text: string): string[] {
  const found = new Set<string>()
  for (const line of text.split('\n')) {
    const row = /^\| ([RIF]-\d\d) \|/.exec(line)
    if (row?.[1] !== undefined) found.add(row[1])
    if (!line.startsWith('- **')) continue
    for (const m of line.matchAll(/\*\*([EI]-\d\d)\b/g)) found.add(m[1] as string)
  }
  return [...found].sort()
}

const listed = join(ROOT, 'tests/check/invariant-ids.json')

export function specified(): string[] {
  const file = join(resolve(ROOT, process.env.SAMETAPE_SHARED ?? '../shared'), 'invariants.md')
  if (existsSync(file)) return definedIds(readFileSync(file, 'utf8'))
  return JSON.parse(readFileSync(listed, 'utf8')) as string[]
}

export function keptList(): string[] {
  return JSON.parse(readFileSync(listed, 'utf8')) as string[]
}

export function owed(): Readonly<Record<string, string>> {
  return JSON.parse(readFileSync(join(ROOT, 'tests/check/owed-ids.json'), 'utf8')) as Record<string, string>
}

/** Ids in the texts of a test file: string literals outside comments. */
export function namedIds(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, ' ').replace(/(^|\s)\/\/.*$/gm, ' ')
  const texts = code.match(/'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`|"(?:[^"\\\n]|\\.)*"/g) ?? []
  return texts.flatMap((text) => text.match(ID) ?? [])
}

/** Id → files whose tests name it. */
export function coverage(): Map<string, string[]> {
  const by = new Map<string, string[]>()
  for (const path of [...sourceFiles('tests'), ...sourceFiles('adapters')]) {
    // The test of this file speaks of ids without testing them.
    if (!path.endsWith('.test.ts') || path.endsWith('/coverage-ids.test.ts')) continue
    for (const id of new Set(namedIds(readFileSync(join(ROOT, path), 'utf8'))))
      by.set(id, [...(by.get(id) ?? []), path])
  }
  return by
}

export interface IdReport {
  readonly defined: number
  readonly covered: number
  readonly missing: readonly string[]
  /** R and E rows may not be owed. */
  readonly wronglyOwed: readonly string[]
  readonly stillOwed: readonly string[]
  /** Owed, and yet a test names them: the entry can go. */
  readonly paid: readonly string[]
}

export function idReport(
  ids: readonly string[],
  named: ReadonlyMap<string, unknown>,
  debts: Readonly<Record<string, string>>,
): IdReport {
  const missing = ids.filter((id) => !named.has(id))
  return {
    defined: ids.length,
    covered: ids.length - missing.length,
    missing: missing.filter((id) => debts[id] === undefined),
    wronglyOwed: Object.keys(debts).filter((id) => /^[RE]-/.test(id)),
    stillOwed: missing.filter((id) => debts[id] !== undefined),
    paid: Object.keys(debts).filter((id) => named.has(id)),
  }
}

function main(): number {
  const debts = owed()
  const report = idReport(specified(), coverage(), debts)
  for (const id of report.stillOwed) console.log(`owed    ${id}  ${debts[id]}`)
  for (const id of report.paid) console.log(`paid    ${id}  a test names it: take it off owed-ids.json`)
  for (const id of report.wronglyOwed) console.log(`FAULT   ${id}  may not be owed`)
  for (const id of report.missing) console.log(`MISSING ${id}  no test names it`)
  const { defined, covered, stillOwed, missing } = report
  console.log(`ids: ${covered} of ${defined} named by tests, ${stillOwed.length} owed, ${missing.length} missing`)
  return missing.length + report.wronglyOwed.length === 0 ? 0 : 1
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = main()
