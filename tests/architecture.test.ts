/** Who imports whom, and what the pure core must not touch. Each rule is also shown to fail on a planted violation. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkImports, table } from './check/import-rules.ts'
import { ROOT, sourceFiles } from './check/source-files.ts'
import { checkSource } from './check/source-rules.ts'

/** Files that may exceed the length limit, with the reason. */
const LONG_FILES: ReadonlyMap<string, string> = new Map([])

describe('imports', () => {
  it('follow the table, on every source file', async () => {
    const { cruised, violations } = await checkImports(ROOT, ['src', 'adapters'])
    expect(violations).toEqual([])
    // dependency-cruiser reports success when it understood no file at all.
    expect(cruised).toBeGreaterThanOrEqual(sourceFiles('src').length + sourceFiles('adapters').length)
  })

  it('every folder of src and src/core has a row', () => {
    const folders = ['src', 'src/core'].flatMap((parent) =>
      readdirSync(join(ROOT, parent), { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && entry.name !== 'core')
        .map((entry) => `${parent}/${entry.name}`)
        .filter((folder) => sourceFiles(folder).length > 0),
    )
    expect(folders.filter((folder) => !table.some((row) => row.folder === folder))).toEqual([])
  })

  describe('planted violations', () => {
    let dir = ''
    const plant = (path: string, text: string): void => {
      mkdirSync(dirname(join(dir, path)), { recursive: true })
      writeFileSync(join(dir, path), text)
    }
    beforeAll(() => {
      dir = mkdtempSync(join(tmpdir(), 'sametape-architecture-'))
      for (const target of [
        'core/base',
        'core/data',
        'core/engine',
        'core/execution',
        'core/sim',
        'tape',
        'cli',
        'runtime',
      ]) {
        plant(`src/${target}/target.ts`, 'export interface Shape { readonly x: number }\nexport const target = 1\n')
      }
      plant('adapters/ib/target.ts', 'export const target = 1\n')
      plant('tests/target.ts', 'export const target = 1\n')
    })
    afterAll(() => rmSync(dir, { recursive: true, force: true }))

    const cases: readonly (readonly [from: string, to: string])[] = [
      ['src/core/base', 'src/core/data'],
      ['src/core/domain', 'src/core/data'],
      ['src/core/data', 'src/core/engine'],
      ['src/core/decision', 'src/core/execution'],
      ['src/core/execution', 'src/core/engine'],
      ['src/core/sim', 'src/core/engine'],
      ['src/core/sim', 'src/core/execution'],
      ['src/core/engine', 'src/core/sim'],
      ['src/tape', 'src/runtime'],
      ['src/reference', 'src/tape'],
      ['src/config', 'src/tape'],
      ['src/generate', 'src/runtime'],
      ['src/import', 'src/cli'],
      ['src/report', 'src/runtime'],
      ['src/runtime', 'src/cli'],
      ['src/runtime', 'adapters/ib'],
      ['adapters/kis', 'adapters/ib'],
      ['adapters/kis', 'src/runtime'],
      ['adapters/kis', 'src/core/sim'],
      ['adapters/kis/wire', 'src/tape'],
      ['adapters/kis/wire', 'src/core/sim'],
      ['adapters/kis/emulator', 'src/core/execution'],
      ['adapters/kis/emulator', 'src/runtime'],
      ['adapters/kis/emulator', 'adapters/ib'],
      ['src/cli', 'tests'],
    ]
    it.each(cases)('%s → %s is refused', async (from, to) => {
      const up = '../'.repeat(from.split('/').length)
      plant(`${from}/planted.ts`, `import { target } from '${up}${to}/target.ts'\nexport const x = target\n`)
      const { violations } = await checkImports(dir, ['src', 'adapters', 'tests'])
      rmSync(join(dir, from, 'planted.ts'))
      expect(violations.join('\n')).toContain(`${from}/planted.ts → ${to}/target.ts`)
    })

    it('a type of execution is open to decision', async () => {
      plant(
        'src/core/decision/planted.ts',
        "import type { Shape } from '../execution/target.ts'\nexport const x = (s: Shape) => s.x\n",
      )
      const { violations } = await checkImports(dir, ['src'])
      rmSync(join(dir, 'src/core/decision/planted.ts'))
      expect(violations).toEqual([])
    })

    it('an emulator may use the simulated venue', async () => {
      plant(
        'adapters/kis/emulator/planted.ts',
        "import { target } from '../../../src/core/sim/target.ts'\nexport const x = target\n",
      )
      const { violations } = await checkImports(dir, ['src', 'adapters'])
      rmSync(join(dir, 'adapters/kis/emulator/planted.ts'))
      expect(violations).toEqual([])
    })

    it('a Node built-in in the core is refused', async () => {
      plant('src/core/data/planted.ts', "import { readFileSync } from 'node:fs'\nexport const x = readFileSync\n")
      const { violations } = await checkImports(dir, ['src'])
      rmSync(join(dir, 'src/core/data/planted.ts'))
      expect(violations.join('\n')).toContain('core-is-pure: src/core/data/planted.ts')
    })

    it('a cycle is refused', async () => {
      plant('src/tape/a.ts', "import { b } from './b.ts'\nexport const a = () => b\n")
      plant('src/tape/b.ts', "import { a } from './a.ts'\nexport const b = () => a\n")
      const { violations } = await checkImports(dir, ['src'])
      rmSync(join(dir, 'src/tape/a.ts'))
      rmSync(join(dir, 'src/tape/b.ts'))
      expect(violations.join('\n')).toContain('no-cycles')
    })
  })
})

describe('source text', () => {
  it('obeys the rules in every file of src and adapters', () => {
    const faults = [...sourceFiles('src'), ...sourceFiles('adapters')].flatMap((path) =>
      checkSource(path, readFileSync(join(ROOT, path), 'utf8'))
        .filter((fault) => !(fault.rule === 'length' && LONG_FILES.has(path)))
        .map((fault) => `${path}:${fault.line}: ${fault.rule}: ${fault.what}`),
    )
    expect(faults).toEqual([])
  })

  const bad: readonly (readonly [rule: string, text: string])[] = [
    ['core-purity', 'export const t = Date.now()'],
    ['core-purity', 'export const t = new Date()'],
    ['core-purity', 'export const r = Math.random()'],
    ['core-purity', 'export const t = performance.now()'],
    ['core-purity', 'export const e = process.env'],
    ['core-purity', 'setTimeout(() => 1, 5)'],
    ['core-purity', 'export const p = Promise.race([])'],
    ['core-purity', 'export const p = Promise.any([])'],
    ['core-purity', "console.log('x')"],
    ['core-purity', 'export const f = new Intl.NumberFormat()'],
    ['core-purity', 'export const s = (1).toLocaleString()'],
    ['core-purity', "export const c = 'a'.localeCompare('b')"],
    ['core-purity', 'for (const k in {}) void k'],
    ['core-purity', 'export const now = Date'],
    ['no-any', 'export const x = (y: any) => y'],
    ['empty-catch', 'try { f() } catch {}'],
    ['empty-catch', 'try { f() } catch { /* never mind */ }'],
  ]
  it.each(bad)('finds %s in: %s', (rule, text) => {
    expect(checkSource('src/core/data/x.ts', `/** X. */\n${text}\n`).map((fault) => fault.rule)).toEqual([rule])
  })

  it('finds a missing header and an overlong file', () => {
    expect(checkSource('src/tape/x.ts', 'export const x = 1\n').map((fault) => fault.rule)).toEqual(['header'])
    const long = `/** X. */\n${'export {}\n'.repeat(401)}`
    expect(checkSource('src/tape/x.ts', long).map((fault) => fault.rule)).toEqual(['length'])
  })

  it('accepts own members of banned names, other folders, and marked exceptions', () => {
    const own = '/** X. */\nexport const x = (o: { process: number; fetch(): void }) => o.process\n'
    expect(checkSource('src/core/data/x.ts', own)).toEqual([])
    expect(checkSource('src/cli/x.ts', '/** X. */\nexport const t = Date.now()\n')).toEqual([])
    const marked =
      '/** X. */\n// allow core-purity: a fixed list in source order\nexport const k = Object.keys({ a: 1 })\n'
    expect(checkSource('src/core/data/x.ts', marked)).toEqual([])
    const unexplained = '/** X. */\n// allow core-purity:\nexport const k = Object.keys({ a: 1 })\n'
    expect(checkSource('src/core/data/x.ts', unexplained)).toHaveLength(1)
  })
})
