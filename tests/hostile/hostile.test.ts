/** I-42, F-66, F-67: a short run of `npm run fuzz:files`, and what somebody hostile would write. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { Failure } from '../../src/cli/failure.ts'
import { loadConfig } from '../../src/config/load.ts'
import { TapeError } from '../../src/tape/error.ts'
import { openTape } from '../../src/tape/read.ts'
import { fuzzFiles } from './files.ts'

const root = mkdtempSync(join(tmpdir(), 'sametape-hostile-test-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

it('F-67, F-66: damaged files of every kind give a value or a typed error', async () => {
  const { runs, counts, findings } = await fuzzFiles(60, 7)
  expect(findings).toEqual([])
  expect(runs).toBeGreaterThanOrEqual(600)
  expect([...counts.values()].every(({ refused, read }) => refused + read === 60)).toBe(true)
  expect([...counts].filter(([, c]) => c.refused > 0).length).toBeGreaterThanOrEqual(8)
}, 60_000)

describe('I-42: written to hurt', () => {
  const deep = (open: string, close: string, n: number): string => open.repeat(n) + close.repeat(n)

  it.each([
    ['nested a hundred thousand deep', `{"a":${deep('[', ']', 100_000)}}`],
    ['an object nested as deep', `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`],
    ['a prototype', '{"__proto__":{"format":"sametape-tape","version":1}}'],
    [
      'a path out of the tape',
      '{"files":[{"bytes":1,"path":"../../etc/passwd","sha256":"00"}],"format":"sametape-tape"}',
    ],
    ['an array of numbers beyond any', `[${'1e999,'.repeat(10_000)}1]`],
  ])('a manifest: %s', async (_, text) => {
    writeFileSync(join(root, 'manifest.json'), text)
    await expect(openTape(root)).rejects.toThrow(TapeError)
  })

  it.each([
    ['aliases that multiply', bomb(9)],
    ['nested ten thousand deep', `risk: ${deep('[', ']', 10_000)}\n`],
    ['nested mappings', `risk: ${'{a: '.repeat(10_000)}1${'}'.repeat(10_000)}\n`],
    ['a tag that would make an object', 'risk: !!js/function "function () { return 1 }"\n'],
    ['a prototype', 'risk:\n  __proto__: {daily_loss_limit: 1}\n'],
    ['a merge key', 'risk: {<<: {daily_loss_limit: 0.9}}\n'],
    ['the same key twice', 'risk:\n  daily_loss_limit: 0.05\n  daily_loss_limit: 0.5\n'],
  ])('a configuration: %s', (_, text) => {
    writeFileSync(join(root, 'risk.yaml'), text)
    const began = performance.now()
    expect(() => loadConfig({ dir: root, sets: [], env: {} })).toThrow(Failure)
    expect(performance.now() - began).toBeLessThan(2000)
    rmSync(join(root, 'risk.yaml'))
  })
})

/** Each line names the one before it nine times. */
function bomb(lines: number): string {
  const names = 'abcdefghijklm'.slice(0, lines)
  const of = (i: number): string =>
    i === 0
      ? '[x]'
      : `[${Array(9)
          .fill(`*${names[i - 1]}`)
          .join(', ')}]`
  const anchors = names
    .split('')
    .map((name, i) => `  ${name}: &${name} ${of(i)}\n`)
    .join('')
  return `risk:\n${anchors}`
}
