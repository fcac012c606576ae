/**
 * Runs the whole test suite and ends with one plain line, `tests: N passed, N failed, N skipped`, taken from vitest's
 * JSON report. The exit code is vitest's; a suite that could not even be loaded counts as one failure.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from './source-files.ts'

interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults: readonly {
    readonly status: string
    readonly assertionResults: readonly { readonly status: string }[]
  }[]
}

const dir = mkdtempSync(join(tmpdir(), 'sametape-tests-'))
const file = join(dir, 'report.json')
const vitest = spawnSync(
  join(ROOT, 'node_modules', '.bin', 'vitest'),
  [
    'run',
    '--config',
    'tests/vitest.config.ts',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
    ...process.argv.slice(2),
  ],
  { cwd: ROOT, stdio: 'inherit' },
)
let line = 'tests: 0 passed, 1 failed, 0 skipped'
try {
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report
  const unloaded = report.testResults.filter(
    (suite) => suite.status === 'failed' && !suite.assertionResults.some((test) => test.status === 'failed'),
  ).length
  const skipped = report.numPendingTests + report.numTodoTests
  line = `tests: ${report.numPassedTests} passed, ${report.numFailedTests + unloaded} failed, ${skipped} skipped`
} catch (error) {
  console.error(`no report of the tests: ${error instanceof Error ? error.message : String(error)}`)
}
rmSync(dir, { recursive: true, force: true })
console.log(line)
process.exitCode = vitest.status ?? 1
