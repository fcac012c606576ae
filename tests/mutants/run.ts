/**
 * `npm run mutants [-- --from N TEXT…]`: plants each mutant of `list.ts` into a copy of the tree and runs the risk tests
 * until the first failure; with TEXTs only those whose rule, file or line contain one of them; from the Nth on, and then
 * those before it. Two at a time. Prints what was killed and by which test; exits 1 on a survivor, on a mutant whose line
 * no longer matches, and when the tests fail without one.
 */
import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ROOT } from '../check/source-files.ts'
import { MUTANTS } from './list.ts'
import { misfits, type Mutant, plant } from './mutant.ts'

const PARALLEL = 2
const PATIENCE_MS = 180_000
const COPIED = ['src', 'tests', 'config', 'package.json', 'tsconfig.json']
const ALL = ['tests/risk', 'tests/unit/core/execution', 'tests/unit/core/engine-actions', 'tests/properties']

interface Outcome {
  /** The test that failed first; undefined when all passed. */
  readonly killer: string | undefined
  /** The tests could not be run at all. */
  readonly broken: string | undefined
}

function copyOfTree(): string {
  const dir = mkdtempSync(join(tmpdir(), 'sametape-mutants-'))
  const inRoot = readdirSync(ROOT)
  for (const name of COPIED) if (inRoot.includes(name)) cpSync(join(ROOT, name), join(dir, name), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(dir, 'node_modules'))
  return dir
}

interface Report {
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly message: string
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[]
  }[]
}

function outcomeOf(file: string, code: number | null): Outcome {
  if (code === 0) return { killer: undefined, broken: undefined }
  if (code === null) return { killer: `no end within ${PATIENCE_MS / 1000} s`, broken: undefined }
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report
  const failed = report.testResults.flatMap((r) => r.assertionResults).find((a) => a.status === 'failed')
  if (failed !== undefined) return { killer: failed.fullName, broken: undefined }
  const unloaded = report.testResults.find((r) => r.status === 'failed')
  return { killer: undefined, broken: unloaded?.message.split('\n')[0] ?? 'vitest failed without a failing test' }
}

function runTests(dir: string, paths: readonly string[]): Promise<Outcome> {
  const file = join(dir, 'report.json')
  rmSync(file, { force: true })
  const args = ['run', '--config', 'tests/vitest.config.ts', '--bail', '1', '--no-isolate', '--maxWorkers', '1']
  const reports = ['--reporter', 'json', '--outputFile', file]
  return new Promise((resolve) => {
    const bin = join(dir, 'node_modules', '.bin')
    const env = { ...process.env, PATH: `${bin}:${process.env.PATH ?? ''}` }
    const child = spawn(join(bin, 'vitest'), [...args, ...reports, ...paths], { cwd: dir, stdio: 'ignore', env })
    const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS)
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve(outcomeOf(file, code))
    })
  })
}

async function judge(dir: string, m: Mutant): Promise<Outcome> {
  const path = join(dir, m.file)
  const original = readFileSync(path, 'utf8')
  const planted = plant(original, m)
  if ('fault' in planted) return { killer: undefined, broken: planted.fault }
  writeFileSync(path, planted.text)
  const first = await runTests(
    dir,
    m.first.map((name) => `tests/risk/${name}.test.ts`),
  )
  const outcome = first.killer === undefined && first.broken === undefined ? await runTests(dir, ALL) : first
  writeFileSync(path, original)
  return outcome
}

function wantedBy(texts: readonly string[], what: string): boolean {
  return texts.length === 0 || texts.some((text) => what.includes(text))
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { from: { type: 'string' } } })
  const from = Number(values.from ?? 0)
  const turned = [...MUTANTS.slice(from), ...MUTANTS.slice(0, from)]
  const chosen = turned.filter((m) => wantedBy(positionals, `${m.rule} ${m.file}: ${m.line}  →  ${m.to}`))
  const bad = misfits(ROOT, chosen)
  for (const fault of bad) console.log(`MISFIT   ${fault}`)
  const dirs = Array.from({ length: PARALLEL }, copyOfTree)
  const clean = await runTests(dirs[0] as string, ALL)
  if (clean.killer !== undefined || clean.broken !== undefined) {
    console.log(`the tests fail without a mutant: ${clean.killer ?? clean.broken}`)
    return 1
  }
  const queue = [...chosen]
  const tally = { killed: 0, survived: 0, broken: 0 }
  const work = async (dir: string): Promise<void> => {
    for (let m = queue.shift(); m !== undefined; m = queue.shift()) {
      const { killer, broken } = await judge(dir, m)
      const what = `${m.rule} ${m.file.replace('src/core/', '')}: ${m.line}  →  ${m.to === '' ? '(nothing)' : m.to}`
      if (broken !== undefined) tally.broken++
      else if (killer === undefined) tally.survived++
      else tally.killed++
      const verdict = broken !== undefined ? 'BROKEN  ' : killer === undefined ? 'SURVIVED' : 'killed  '
      console.log(`${verdict} ${what}${killer === undefined ? '' : `\n         by ${killer}`}${broken ?? ''}`)
    }
  }
  await Promise.all(dirs.map(work))
  for (const dir of dirs) rmSync(dir, { recursive: true, force: true })
  const { killed, survived, broken } = tally
  console.log(`mutants: ${killed} of ${chosen.length} killed, ${survived} survived, ${broken + bad.length} do not fit`)
  return survived + broken + bad.length === 0 ? 0 : 1
}

process.exitCode = await main()
