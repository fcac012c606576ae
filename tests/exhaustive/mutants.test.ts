/** The search can fail: planted faults of the engine are caught, each by a sequence of the fewest happenings that show it. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ROOT } from '../check/source-files.ts'
import { MUTANTS } from '../mutants/list.ts'
import { type Mutant, plant } from '../mutants/mutant.ts'
import type { Failed } from './search.ts'

const COPIED = ['src', 'config', 'package.json', 'tests/exhaustive', 'tests/judge', 'tests/support']

let dir = ''

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'sametape-exhaustive-'))
  for (const name of COPIED) cpSync(join(ROOT, name), join(dir, name), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(dir, 'node_modules'))
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** Runs the command on the copy with a fault in it; the failing sequences it kept. */
function searched(m: Mutant, only: string, length: number): { code: number | null; kept: Failed[] } {
  const path = join(dir, m.file)
  const original = readFileSync(path, 'utf8')
  const planted = plant(original, m)
  if ('fault' in planted) throw new Error(planted.fault)
  const keep = join(dir, 'kept')
  rmSync(keep, { recursive: true, force: true })
  writeFileSync(path, planted.text)
  const args = ['tests/exhaustive/run.ts', '--length', String(length), '--only', only, '--keep', keep]
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: dir, encoding: 'utf8' })
  writeFileSync(path, original)
  if (status !== 0 && status !== 1) throw new Error(stderr)
  const files = status === 0 ? [] : readdirSync(keep)
  return { code: status, kept: files.map((f) => JSON.parse(readFileSync(join(keep, f), 'utf8')) as Failed) }
}

const BUY = 'buy, with order ids, live, 1 s'

const CAUGHT: readonly (readonly [rule: string, line: string, only: string, id: string, letters: string])[] = [
  ['R-36', "timeout: 'unknown', // silence", BUY, 'I-12', 'restart'],
  ['I-18', "partialFill: 'late',", BUY, 'I-18', 'cancel-ack partial'],
  ['I-14', 'if (row.log.some((known) => known.fillNo', BUY, 'I-15', 'fill partial'],
  ['F-24', "cancelRejected: 'working',", BUY, 'I-18', 'cancel-reject'],
  ['F-10', "partialFill: 'partiallyFilled', // a fill may overtake", BUY, 'I-18', 'partial'],
]

test.each(CAUGHT)('%s: %s', { timeout: 120_000 }, (rule, line, only, id, letters) => {
  const mutant = MUTANTS.find((m) => m.rule === rule && m.line.startsWith(line))
  if (mutant === undefined) throw new Error(`no mutant of ${rule} "${line}"`)
  const { code, kept } = searched(mutant, only, letters.split(' ').length)
  expect(code).toBe(1)
  expect(kept.map((f) => `${f.id} after ${f.letters.join(' ')}`)).toContain(`${id} after ${letters}`)
})
